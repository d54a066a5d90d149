#include "autograd/elementwise/node.hpp"

#include <array>
#include <utility>

#include "autograd/elementwise/forward.hpp"
#include "autograd/rule.hpp"
#include "autograd/saved_value.hpp"
#include "autograd/shapes.hpp"
#include "autograd/structural.hpp"
#include "autograd/tracking.hpp"
#include "core/geometry.hpp"
#include "eigengrad/core/factories.hpp"
#include "kernels/base/elementwise.hpp"

namespace eigengrad::autograd {
namespace {

using detail::TensorImpl;

/// A cotangent times a derivative, for its kernel.
struct TimesDerivative : Binary<"mul"> {
  static auto value(const auto& a, const auto& b) { return a * b; }
};

/// Shapes of the inputs of a call that broadcast.
struct InputShapes {
  DimVector sizes[kMaxArity];
};

/// `First` of `Total` edges belongs to the first input; others, of scalars, lead nowhere.
template <std::size_t N, std::size_t First = 0, std::size_t Total = N>
class ElementwiseNode final : public Node {
 public:
  /// `written` says that `y` is there, false that it is about to be written in place.
  ElementwiseNode(const ElementwiseInfo& info, const OpBytes& op, const Tensor* const* inputs,
                  const Tensor& y, IntArrayRef out_sizes, bool written)
      : Node(edges_, Total, 1), info_(&info), op_(op) {
    for (std::size_t i = 0; i < N; ++i)
      if (inputs[i]->is_floating_point()) edge(i) = gradient_edge(*inputs[i]);
    unsigned used = 0;
    bool broadcast = false;
    for (std::size_t i = 0; i < N; ++i) {
      if (edge(i).is_valid()) used |= info.used[i];
      broadcast = broadcast || !(inputs[i]->sizes() == out_sizes);
    }
    // What is overwritten by the result is not saved: the derivative can be had from that.
    if (info.rule_at_output != nullptr && inputs[0]->is_same(y)) used = used != 0 ? kOutputBit : 0;
    for (std::size_t i = 0; i < N; ++i)
      if ((used & (1u << i)) != 0) saved_[i].save_input(*inputs[i], First + i);
    // Hooks are shown one value where one is enough.
    const bool either =
        used != 0 && info.rule_at_output != nullptr && detail::thread_state.saved_hooks == nullptr;
    if ((used & kOutputBit) != 0 || either) saved_[N].save_output(y);
    if (!written) saved_[N].expect_write();
    if (broadcast) {
      shapes_ = std::make_unique<InputShapes>();
      for (std::size_t i = 0; i < N; ++i) shapes_->sizes[i] = DimVector(inputs[i]->sizes());
    }
    enter_sequence();
  }

  std::string name() const override { return info_->node_name; }

  void visit_shapes(ShapeVisitor& visitor) override {
    if (shapes_ == nullptr) {
      visitor.keeps_shape();
      return;
    }
    DimVector result;
    for (std::size_t i = 0; i < N; ++i) {
      visitor.input_sizes(edge(i), shapes_->sizes[i]);
      result = broadcast_shapes(info_->op_name, result, shapes_->sizes[i]);
    }
    visitor.input_sizes(Edge(shared_from_this(), 0), result);
  }

  bool lifts(const BackwardCall&) const override { return true; }
  void backward(BackwardCall& call) override {
    Tensor& g = call.grads[0];
    if (!g.defined()) return;
    bool wanted[N];
    std::size_t last = N;
    for (std::size_t i = 0; i < N; ++i) {
      wanted[i] = edge(i).is_valid() && call.wants(First + i);
      if (wanted[i]) last = i;
    }
    const detail::SpinLock lock(SavedList::lock(*this));
    if (EIGENGRAD_UNLIKELY(info_->scalar_is_saved && SavedList::is_released(*this)))
      fail_released(*this);
    const bool record = detail::recording() || detail::thread_state.dual_level;
    for (std::size_t i = 0; i < N; ++i) {
      if (!wanted[i]) continue;
      // The last one to use g may have its buffer.
      Tensor r = info_->passes_on[i] ? (i == last ? std::move(g) : g)
                 : record            ? recorded(i, g)
                                     : computed(i, g, i == last, call.lead);
      call.results[First + i] =
          shapes_ != nullptr ? sum_to(r, shapes_->sizes[i], call.lead) : std::move(r);
    }
  }

 private:
  Edge& edge(std::size_t i) noexcept { return edges_[First + i]; }
  /// Whether the derivative has to be had from the output, since the only input was written to.
  bool is_at_output() noexcept {
    return N == 1 && info_->rule_at_output != nullptr && !saved_[0].is_intact() &&
           saved_[N].is_intact();
  }
  /// Whether derivative `i` looks at saved value `k`: an input, or the output, which comes last.
  bool looks_at(std::size_t i, std::size_t k) noexcept {
    const unsigned used = is_at_output() ? kOutputBit : info_->used[i];
    return (used & (k == N ? kOutputBit : 1u << k)) != 0;
  }

  Tensor recorded(std::size_t i, const Tensor& g) {
    std::array<Tensor, N + 2> values;
    for (std::size_t k = 0; k <= N; ++k)
      if (looks_at(i, k)) values[k] = saved_[k].tensor(*this);
    if (g.numel() == 0) {
      values[N + 1] = g;
      return derivative_of_nothing(g, values);
    }
    const auto rule = is_at_output() ? info_->rule_at_output : info_->rule;
    const std::uint64_t since = detail::thread_state.sequence_nr;
    Tensor r = rule(op_.bytes, static_cast<int>(i), g, values.data(), values[N]);
    return info_->gradient_is_constant ? r : function_of(std::move(r), values, since);
  }

  /// Derivative times cotangent in one pass, into g's own buffer when nobody else sees it.
  Tensor computed(std::size_t i, Tensor& g, bool may_overwrite, std::int64_t lead) {
    const TensorImpl* operands[kernels::kMaxOperands];
    int n = 1;
    operands[n++] = g.impl();
    for (std::size_t k = 0; k <= N; ++k) {
      if (!looks_at(i, k)) continue;
      operands[n] = saved_[k].data(*this);
      if (EIGENGRAD_UNLIKELY(operands[n++] == nullptr)) return unpacked(i, g, may_overwrite, lead);
    }
    return pulled_back(i, g, may_overwrite, operands, n, lead);
  }

  /// The same when hooks have packed a value: what they unpack lives until the pass is over.
  [[gnu::cold, gnu::noinline]] Tensor unpacked(std::size_t i, Tensor& g, bool may_overwrite,
                                               std::int64_t lead) {
    std::array<Tensor, N + 1> values;
    const TensorImpl* operands[kernels::kMaxOperands];
    int n = 1;
    operands[n++] = g.impl();
    for (std::size_t k = 0; k <= N; ++k) {
      if (!looks_at(i, k)) continue;
      values[k] = saved_[k].tensor(*this);
      operands[n++] = values[k].impl();
    }
    return pulled_back(i, g, may_overwrite, operands, n, lead);
  }

  /// `operands` has room for the result, the cotangent and what the derivative needs.
  Tensor pulled_back(std::size_t i, Tensor& g, bool may_overwrite, const TensorImpl** operands,
                     int n, std::int64_t lead) {
    const bool at_output = is_at_output();
    const auto* const by_dtype = at_output ? info_->pullback_at_output : info_->pullback[i];
    const kernels::BlockKernel kernel = by_dtype[operands[1]->dtype() == kFloat64];
    Tensor factor;
    if (EIGENGRAD_UNLIKELY(lead >= 0) && info_->is_factor[i] && !at_output)
      factor = factor_of_directions(kernel, operands, n);
    Tensor r;
    if (may_overwrite && g.is_contiguous() && g.impl()->exclusively_owned())
      r = std::move(g);
    else
      r = detail::uninitialised(operands[1]->dtype(), operands[1]->sizes());
    operands[0] = r.impl();
    if (factor.defined()) {
      operands[2] = factor.impl();
      const bool is_double = r.dtype() == kFloat64;
      const TimesDerivative times{};
      run(is_double ? kernels::value_kernel<TimesDerivative, double, 2>
                    : kernels::value_kernel<TimesDerivative, float, 2>,
          &times, operands, 3, r.sizes());
    } else {
      run(kernel, op_.bytes, operands, n, r.sizes());
    }
    return r;
  }

  /// The derivative by itself, evaluated once for all directions of the cotangent; undefined where that does not pay.
  Tensor factor_of_directions(kernels::BlockKernel kernel, const TensorImpl** operands, int n) {
    constexpr std::int64_t kSaved = 1024;
    DimVector sizes;
    for (int k = 2; k < n; ++k)
      sizes = broadcast_shapes(info_->op_name, sizes, operands[k]->sizes());
    if (operands[1]->numel() - detail::numel_of(sizes) < kSaved) return {};
    const TensorImpl* const g = operands[1];
    const Tensor one = ones({}, g->dtype());
    const Tensor factor = detail::uninitialised(g->dtype(), sizes);
    operands[0] = factor.impl();
    operands[1] = one.impl();
    run(kernel, op_.bytes, operands, n, sizes);
    operands[1] = g;
    return factor;
  }

  const ElementwiseInfo* info_;
  OpBytes op_;
  Edge edges_[Total];
  SavedValues<N + 1> saved_{*this};
  std::unique_ptr<InputShapes> shapes_;
};

}  // namespace

std::shared_ptr<Node> make_elementwise_node(const ElementwiseInfo& info, const OpBytes& op,
                                            const Tensor* const* inputs, const Tensor& y,
                                            IntArrayRef sizes, bool written) {
  if (info.scalar == ScalarOperand::After)
    return make_node<ElementwiseNode<1, 0, 2>>(info, op, inputs, y, sizes, written);
  if (info.scalar == ScalarOperand::Before)
    return make_node<ElementwiseNode<1, 1, 2>>(info, op, inputs, y, sizes, written);
  if (info.arity == 1) return make_node<ElementwiseNode<1>>(info, op, inputs, y, sizes, written);
  if (info.arity == 2) return make_node<ElementwiseNode<2>>(info, op, inputs, y, sizes, written);
  return make_node<ElementwiseNode<3>>(info, op, inputs, y, sizes, written);
}

}  // namespace eigengrad::autograd
