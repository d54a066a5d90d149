#include "autograd/structural.hpp"

#include <algorithm>
#include <array>

#include "autograd/accumulate_grad.hpp"
#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "autograd/tracking.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/core/factories.hpp"
#include "kernels/base/loops.hpp"
#include "kernels/reduction/reduce.hpp"

namespace eigengrad::autograd {
namespace {

struct Cast {
  static constexpr auto node_name = "ToCopyBackward0";
  static constexpr bool lifts_to_itself = true;
  ScalarType from;
  ScalarType to;
  Tensor forward(const Tensor& x) const {
    Tensor y = detail::uninitialised(to, x.sizes());
    kernels::copy(y, x);
    return y;
  }
  Tensor transpose(const Tensor& g) const { return cast(g, from); }
};

struct Copy {
  static constexpr auto node_name = "CloneBackward0";
  static constexpr bool lifts_to_itself = true;
  DimVector strides;
  Tensor forward(const Tensor& x) const {
    if (detail::is_row_major(x.sizes(), strides)) {
      Tensor y = detail::uninitialised(x.dtype(), x.sizes());
      kernels::copy(y, x);
      return y;
    }
    const std::int64_t extent = reach(x.sizes(), strides);
    Tensor y = detail::uninitialised(x.dtype(), {extent});
    if (extent != x.numel()) kernels::fill(y, 0);
    y.impl()->set_geometry(x.sizes(), strides, y.impl()->bytes());
    kernels::copy(y, x);
    return y;
  }
  Tensor transpose(const Tensor& g) const { return g; }
};

/// Repeats extents of 1 and missing ones. The first `leads` dimensions are the same in both; the others are aligned from
/// the right.
struct Expand {
  static constexpr auto node_name = "ExpandBackward0";
  DimVector from;
  DimVector to;
  std::size_t leads = 0;
  Tensor forward(const Tensor& x) const {
    DimVector strides(to.size());
    const auto rest = [this](IntArrayRef all) {
      return IntArrayRef(all.data() + leads, all.size() - leads);
    };
    std::copy_n(x.strides().data(), leads, strides.data());
    kernels::broadcast_strides(rest(x.sizes()), rest(x.strides()), rest(to),
                               strides.data() + leads);
    Tensor y = raw_view(x, to, strides, 0);
    mark_view(y, x, detail::recording() ? detail::ViewKind::Plain : detail::ViewKind::NoGrad);
    return y;
  }
  Tensor transpose(const Tensor& g) const;
  void lift(std::int64_t lead) {
    from.insert(0, lead);
    to.insert(0, lead);
    ++leads;
  }
};

/// The transpose of Expand.
struct SumTo {
  static constexpr auto node_name = "SumBackward1";
  DimVector from;
  DimVector to;
  std::size_t leads = 0;
  Tensor forward(const Tensor& x) const {
    DimVector with_ones(to);
    while (with_ones.size() < from.size()) with_ones.insert(leads, 1);
    Tensor y = detail::uninitialised(x.dtype(), with_ones);
    kernels::sum(y, x);
    if (with_ones.size() != to.size())
      y.impl()->set_geometry(to, detail::row_major_strides(to), y.impl()->bytes());
    return y;
  }
  Tensor transpose(const Tensor& g) const { return apply_linear(Expand{to, from, leads}, g); }
  void lift(std::int64_t lead) {
    from.insert(0, lead);
    to.insert(0, lead);
    ++leads;
  }
};
Tensor Expand::transpose(const Tensor& g) const {
  return to == from ? g : apply_linear(SumTo{to, from, leads}, g);
}

/// The node of a result whose derivative by its inputs is zero at every order; only the gradient of the
/// result itself (an input too) is passed on.
class ConstantNode final : public Node {
 public:
  struct Input {
    Edge edge;
    DimVector sizes;
    ScalarType dtype;
    bool is_itself = false;
  };
  explicit ConstantNode(std::vector<Input> inputs)
      : Node(nullptr, 0, 1), inputs_(std::move(inputs)) {
    for (const Input& x : inputs_) edges_.push_back(x.edge);
    set_edges(edges_.data(), static_cast<std::uint32_t>(edges_.size()));
    enter_sequence();
  }
  std::string name() const override { return "ConstantBackward0"; }
  bool lifts(const BackwardCall&) const override { return true; }
  void backward(BackwardCall& call) override {
    if (!call.grads[0].defined()) return;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (!call.wants(i)) continue;
      if (inputs_[i].is_itself) {
        call.results[i] = passed_on(call.grads[0]);
        continue;
      }
      const IntArrayRef sizes = inputs_[i].sizes;
      call.results[i] = call.lead < 0 ? zeros(sizes, inputs_[i].dtype)
                                      : zeros(with_lead(call.lead, sizes), inputs_[i].dtype);
      if (!detail::recording()) continue;
      std::vector<Input> all = inputs_;
      for (Input& x : all) x.is_itself = false;
      set_history(call.results[i], make_node<ConstantNode>(std::move(all)));
    }
  }

 private:
  /// The cotangent, recorded as a function of the inputs in its turn.
  Tensor passed_on(const Tensor& g) const {
    if (!detail::recording()) return g;
    Tensor same = g.detach();
    if (detail::carries_tangent(g)) detail::attach_tangent(*same.impl(), detail::tangent_of(g));
    std::vector<Input> all = inputs_;
    for (Input& x : all)
      if (x.is_itself) x.edge = gradient_edge(g);
    set_history(same, make_node<ConstantNode>(std::move(all)));
    return same;
  }

  std::vector<Input> inputs_;
  std::vector<Edge> edges_;
};

/// The strides of `like`, if it has the extents `sizes` and is dense (its elements fill their memory without gaps,
/// in any order of dimensions); otherwise nothing.
optional<DimVector> dense_strides(IntArrayRef sizes, const Tensor& like) {
  if (!(sizes == like.sizes())) return nullopt;
  DimVector left;
  for (std::size_t d = 0; d < sizes.size(); ++d)
    if (sizes[d] != 1) left.push_back(static_cast<std::int64_t>(d));
  for (std::int64_t expected = 1; !left.empty();) {
    std::size_t k = 0;
    while (k < left.size() && like.strides()[static_cast<std::size_t>(left[k])] != expected) ++k;
    if (k == left.size()) return nullopt;
    expected *= sizes[static_cast<std::size_t>(left[k])];
    left.erase(k);
  }
  return DimVector(like.strides());
}

}  // namespace

Tensor cast(const Tensor& x, ScalarType dtype) {
  if (x.dtype() == dtype) return x;
  return apply_linear(Cast{x.dtype(), dtype}, x);
}

Tensor copy_row_major(const Tensor& x) {
  return apply_linear(Copy{detail::row_major_strides(x.sizes())}, x);
}

Tensor copy_laid_out_like(const Tensor& x, const Tensor& like) {
  if (like.is_contiguous() || may_overlap(like.sizes(), like.strides())) return copy_like(x, like);
  return apply_linear(Copy{DimVector(like.strides())}, x);
}

Tensor copy_like(const Tensor& x, const Tensor& like) {
  if (like.is_contiguous()) return copy_row_major(x);
  const optional<DimVector> strides = dense_strides(x.sizes(), like);
  return strides ? apply_linear(Copy{*strides}, x) : copy_row_major(x);
}

bool is_laid_out_like(const Tensor& x, const Tensor& like) noexcept {
  if (x.numel() == 0) return true;
  for (std::size_t d = 0; d < like.sizes().size(); ++d)
    if (like.sizes()[d] > 1 && x.strides()[d] != like.strides()[d]) return false;
  return true;
}

Tensor expand_to(const Tensor& x, IntArrayRef sizes) {
  return apply_linear(Expand{DimVector(x.sizes()), DimVector(sizes)}, x);
}

bool expands_to(IntArrayRef from, IntArrayRef to) noexcept {
  if (from.size() > to.size()) return false;
  const std::size_t lead = to.size() - from.size();
  for (std::size_t d = 0; d < from.size(); ++d)
    if (from[d] != to[lead + d] && from[d] != 1) return false;
  return true;
}

namespace {

bool is_differentiated(const Tensor& x) noexcept {
  return x.defined() && x.is_floating_point() && records(x);
}

std::vector<ConstantNode::Input> inputs_of_constant(TensorList of) {
  std::vector<ConstantNode::Input> inputs;
  for (const Tensor& x : of) {
    if (!is_differentiated(x)) continue;
    if (Edge edge = gradient_edge(x); edge.is_valid())
      inputs.push_back({std::move(edge), DimVector(x.sizes()), x.dtype()});
  }
  return inputs;
}

/// Whether a gradient that goes along `edge` is one of `x`, whose history is up to date.
bool leads_to(const Edge& edge, const Tensor& x) noexcept {
  if (!is_differentiated(x)) return false;
  const detail::TensorImpl& impl = *x.impl();
  if (impl.node() != nullptr) return edge == Edge(impl.node(), impl.output_nr());
  return edge.function->is_accumulator() &&
         &static_cast<const AccumulateGrad&>(*edge.function).leaf() == &impl;
}

/// Whether the nodes with sequence numbers above `since` lead from `node` to one of `values`. A graph larger
/// than those of rules with constant derivatives counts as if they did.
bool leads_to(const Node& node, std::uint64_t since, TensorList values) noexcept {
  constexpr std::size_t kMost = 32;
  std::array<const Node*, kMost> nodes{&node};
  std::size_t n = 1;
  for (std::size_t at = 0; at < n; ++at)
    for (std::uint32_t i = 0; i < nodes[at]->num_outputs(); ++i) {
      const Edge& edge = nodes[at]->edges()[i];
      const Node* const next = edge.function.get();
      if (next == nullptr) continue;
      if (std::any_of(values.begin(), values.end(),
                      [&](const Tensor& x) { return leads_to(edge, x); }))
        return true;
      if (next->is_accumulator() || next->sequence_nr() <= since) continue;
      if (std::find(nodes.begin(), nodes.begin() + n, next) != nodes.begin() + n) continue;
      if (n == kMost) return true;
      nodes[n++] = next;
    }
  return false;
}

}  // namespace

Tensor constant_in(Tensor r, TensorList of) {
  std::vector<ConstantNode::Input> inputs = inputs_of_constant(of);
  if (inputs.empty()) return r;
  if (r.impl()->handle_count() != 1 || r.is_view()) r = copy_row_major(r);
  if (r.impl()->node() != nullptr)
    inputs.push_back({gradient_edge(r), DimVector(r.sizes()), r.dtype(), true});
  set_history(r, make_node<ConstantNode>(std::move(inputs)));
  if (detail::carries_tangent(r)) {
    const detail::NoTangents plain;
    detail::set_tangent(r, constant_in(detail::tangent_of(r), of));
  }
  return r;
}

Tensor function_of(Tensor r, TensorList values, std::uint64_t since) {
  if (!detail::recording() || !r.defined() ||
      std::none_of(values.begin(), values.end(), is_differentiated))
    return r;
  if (const Node* const node = r.impl()->node().get(); node != nullptr) {
    const bool is_passed_on = node->is_accumulator() || node->sequence_nr() <= since;
    if (is_passed_on || leads_to(*node, since, values)) return r;
  } else if (r.requires_grad()) {
    return r;
  }
  return constant_in(std::move(r), values);
}

Tensor sum_to(const Tensor& x, IntArrayRef sizes) {
  if (x.sizes() == sizes) return x;
  return apply_linear(SumTo{DimVector(x.sizes()), DimVector(sizes)}, x);
}

Tensor expand_to(const Tensor& x, IntArrayRef sizes, std::int64_t lead) {
  if (lead < 0) return expand_to(x, sizes);
  return apply_linear(Expand{DimVector(x.sizes()), with_lead(lead, sizes), 1}, x);
}

Tensor sum_to(const Tensor& x, IntArrayRef sizes, std::int64_t lead) {
  if (lead < 0) return sum_to(x, sizes);
  const DimVector to = with_lead(lead, sizes);
  if (x.sizes() == IntArrayRef(to)) return x;
  return apply_linear(SumTo{DimVector(x.sizes()), to, 1}, x);
}

}  // namespace eigengrad::autograd
