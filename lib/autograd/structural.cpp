#include "autograd/structural.hpp"

#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/core/factories.hpp"
#include "kernels/loops.hpp"
#include "kernels/reduce.hpp"

namespace eigengrad::autograd {
namespace {

struct Cast {
  static constexpr auto node_name = "ToCopyBackward0";
  ScalarType from;
  ScalarType to;
  Tensor forward(const Tensor& x) const {
    Tensor y = Tensor::adopt(detail::TensorImpl::create(to, x.sizes()));
    kernels::copy(y, x);
    return y;
  }
  Tensor transpose(const Tensor& g) const { return cast(g, from); }
};

struct Copy {
  static constexpr auto node_name = "CloneBackward0";
  DimVector strides;
  Tensor forward(const Tensor& x) const {
    if (detail::is_row_major(x.sizes(), strides)) {
      Tensor y = Tensor::adopt(detail::TensorImpl::create(x.dtype(), x.sizes()));
      kernels::copy(y, x);
      return y;
    }
    const std::int64_t extent = reach(x.sizes(), strides);
    Tensor y = Tensor::adopt(detail::TensorImpl::create(x.dtype(), {extent}));
    if (extent != x.numel()) kernels::fill(y, 0);
    y.impl()->set_geometry(x.sizes(), strides, y.impl()->bytes());
    kernels::copy(y, x);
    return y;
  }
  Tensor transpose(const Tensor& g) const { return g; }
};

struct Expand {
  static constexpr auto node_name = "ExpandBackward0";
  DimVector from;
  DimVector to;
  Tensor forward(const Tensor& x) const {
    DimVector strides(to.size());
    kernels::broadcast_strides(x.sizes(), x.strides(), to, strides.data());
    Tensor y = raw_view(x, to, strides, 0);
    mark_view(y, x, detail::recording() ? detail::ViewKind::Plain : detail::ViewKind::NoGrad);
    return y;
  }
  Tensor transpose(const Tensor& g) const { return sum_to(g, from); }
};

struct SumTo {
  static constexpr auto node_name = "SumBackward1";
  DimVector from;
  DimVector to;
  Tensor forward(const Tensor& x) const {
    Tensor y = Tensor::adopt(detail::TensorImpl::create(x.dtype(), to));
    kernels::sum(y, x);
    return y;
  }
  Tensor transpose(const Tensor& g) const { return expand_to(g, from); }
};

/// The history of what does not change with the inputs that it was computed from.
class ConstantNode final : public Node {
 public:
  struct Input {
    Edge edge;
    DimVector sizes;
    ScalarType dtype;
  };
  explicit ConstantNode(std::vector<Input> inputs)
      : Node(nullptr, 0, 1), inputs_(std::move(inputs)) {
    for (const Input& x : inputs_) edges_.push_back(x.edge);
    set_edges(edges_.data(), static_cast<std::uint32_t>(edges_.size()));
    enter_sequence();
  }
  std::string name() const override { return "ConstantBackward0"; }
  void backward(BackwardCall& call) override {
    if (!call.grads[0].defined()) return;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (!call.wants(i)) continue;
      call.results[i] = zeros(inputs_[i].sizes, inputs_[i].dtype);
      if (detail::recording()) set_history(call.results[i], make_node<ConstantNode>(inputs_));
    }
  }

 private:
  std::vector<Input> inputs_;
  std::vector<Edge> edges_;
};

/// Strides of a dense tensor with extents `sizes` whose dimensions lie in memory in the order of
/// `like`; nothing when `like` is not dense.
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

Tensor constant_in(Tensor r, TensorList of) {
  std::vector<ConstantNode::Input> inputs;
  for (const Tensor& x : of) {
    if (!x.defined() || !x.is_floating_point() || !records(x)) continue;
    if (Edge edge = gradient_edge(x); edge.is_valid())
      inputs.push_back({std::move(edge), DimVector(x.sizes()), x.dtype()});
  }
  if (inputs.empty()) return r;
  if (r.impl()->handle_count() != 1 || r.is_view()) r = copy_row_major(r);
  set_history(r, make_node<ConstantNode>(std::move(inputs)));
  return r;
}

Tensor sum_to(const Tensor& x, IntArrayRef sizes) {
  if (x.sizes() == sizes) return x;
  return apply_linear(SumTo{DimVector(x.sizes()), DimVector(sizes)}, x);
}

}  // namespace eigengrad::autograd
