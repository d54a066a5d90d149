#include "autograd/elementwise.hpp"

#include "autograd/elementwise_forward.hpp"
#include "autograd/forward_mode.hpp"
#include "autograd/inplace.hpp"
#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "autograd/tracking.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"
#include "core/new_tensor.hpp"
#include "kernels/base/copy.hpp"

namespace eigengrad::autograd {
namespace {

using detail::TensorImpl;

/// Shapes of the inputs of a call that broadcast.
struct InputShapes {
  DimVector sizes[kMaxArity];
};

struct Op {
  alignas(8) std::byte bytes[kOpBytes];
};

/// `First` of `Total` edges belongs to the first input; others, of numbers, lead nowhere.
template <std::size_t N, std::size_t First = 0, std::size_t Total = N>
class ElementwiseNode final : public Node {
 public:
  /// `written` says that `y` is there, false that it is about to be written in place.
  ElementwiseNode(const ElementwiseInfo& info, const Op& op, const Tensor* const* inputs,
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
    // What is overwritten by the result is not saved: the slope can be had from that.
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
    if (EIGENGRAD_UNLIKELY(info_->number_is_saved && SavedList::is_released(*this)))
      fail_released(*this);
    const bool record = detail::recording() || detail::thread_state.dual_level;
    for (std::size_t i = 0; i < N; ++i) {
      if (!wanted[i]) continue;
      // The last one to use g may have its buffer.
      Tensor r = info_->passes_on[i] ? (i == last ? std::move(g) : g)
                 : record            ? recorded(i, g)
                                     : computed(i, g, i == last);
      call.results[First + i] = shapes_ != nullptr ? sum_to(r, shapes_->sizes[i]) : std::move(r);
    }
  }

 private:
  Edge& edge(std::size_t i) noexcept { return edges_[First + i]; }
  /// Whether the slope has to be had from the output, since the only input was written to.
  bool is_at_output() noexcept {
    return N == 1 && info_->rule_at_output != nullptr && !saved_[0].is_intact() &&
           saved_[N].is_intact();
  }
  /// Whether slope `i` looks at saved value `k`: an input, or the output, which comes last.
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

  /// Slope times cotangent in one pass, into g's own buffer when nobody else sees it.
  Tensor computed(std::size_t i, Tensor& g, bool may_overwrite) {
    const TensorImpl* operands[kernels::kMaxOperands];
    int n = 1;
    operands[n++] = g.impl();
    for (std::size_t k = 0; k <= N; ++k) {
      if (!looks_at(i, k)) continue;
      operands[n] = saved_[k].data(*this);
      if (EIGENGRAD_UNLIKELY(operands[n++] == nullptr)) return unpacked(i, g, may_overwrite);
    }
    return pulled(i, g, may_overwrite, operands, n);
  }

  /// The same when hooks have packed a value: what they unpack lives until the pass is over.
  [[gnu::cold, gnu::noinline]] Tensor unpacked(std::size_t i, Tensor& g, bool may_overwrite) {
    std::array<Tensor, N + 1> values;
    const TensorImpl* operands[kernels::kMaxOperands];
    int n = 1;
    operands[n++] = g.impl();
    for (std::size_t k = 0; k <= N; ++k) {
      if (!looks_at(i, k)) continue;
      values[k] = saved_[k].tensor(*this);
      operands[n++] = values[k].impl();
    }
    return pulled(i, g, may_overwrite, operands, n);
  }

  /// `operands` has a place for the result, the cotangent and what the slope needs.
  Tensor pulled(std::size_t i, Tensor& g, bool may_overwrite, const TensorImpl** operands, int n) {
    Tensor r;
    if (may_overwrite && g.is_contiguous() && g.impl()->exclusively_owned())
      r = std::move(g);
    else
      r = detail::uninitialised(operands[1]->dtype(), operands[1]->sizes());
    operands[0] = r.impl();
    const auto* const kernel = is_at_output() ? info_->pullback_at_output : info_->pullback[i];
    run(kernel[operands[0]->dtype() == kFloat64], op_.bytes, operands, n, r.sizes());
    return r;
  }

  const ElementwiseInfo* info_;
  Op op_;
  Edge edges_[Total];
  SavedValues<N + 1> saved_{*this};
  std::unique_ptr<InputShapes> shapes_;
};

std::shared_ptr<Node> make_elementwise_node(const ElementwiseInfo& info, const Op& op,
                                            const Tensor* const* inputs, const Tensor& y,
                                            IntArrayRef sizes, bool written = true) {
  if (info.number == Number::After)
    return make_node<ElementwiseNode<1, 0, 2>>(info, op, inputs, y, sizes, written);
  if (info.number == Number::Before)
    return make_node<ElementwiseNode<1, 1, 2>>(info, op, inputs, y, sizes, written);
  if (info.arity == 1) return make_node<ElementwiseNode<1>>(info, op, inputs, y, sizes, written);
  if (info.arity == 2) return make_node<ElementwiseNode<2>>(info, op, inputs, y, sizes, written);
  return make_node<ElementwiseNode<3>>(info, op, inputs, y, sizes, written);
}

/// Inputs brought to one dtype, and the shape of the result.
class Prepared {
 public:
  Prepared(const ElementwiseInfo& info, const Tensor* const* inputs) {
    const auto arity = static_cast<std::size_t>(info.arity);
    const std::size_t first = info.first_is_mask ? 1 : 0;
    bool same = true;
    for (std::size_t i = 0; i < arity; ++i) {
      at[i] = inputs[i];
      if (!inputs[i]->defined())
        detail::fail<ValueError>(info.op_name, "argument ", i, " is undefined");
      same = same && (i < first || inputs[i]->dtype() == inputs[first]->dtype()) &&
             inputs[i]->sizes() == inputs[0]->sizes();
    }
    if (first == 1 && inputs[0]->dtype() != kBool)
      detail::fail<DtypeError>(info.op_name, "the condition must be a bool tensor, got ",
                               to_string(inputs[0]->dtype()));
    dtype = compute = inputs[first]->dtype();
    sizes = inputs[0]->sizes();
    if (!same || !is_floating_point(dtype)) unify(info, inputs);
  }

  const Tensor* at[kMaxArity];
  ScalarType dtype;
  /// The dtype that the kernel works in; bool is computed in int64.
  ScalarType compute;
  IntArrayRef sizes;

 private:
  /// Only what differs is converted and broadcast; calls on equal shapes and dtypes do not get here.
  struct Unified {
    Tensor converted[kMaxArity];
    DimVector sizes;
  };

  void unify(const ElementwiseInfo& info, const Tensor* const* inputs) {
    const auto arity = static_cast<std::size_t>(info.arity);
    const std::size_t first = info.first_is_mask ? 1 : 0;
    unified_.emplace();
    dtype = result_type(inputs + first, arity - first);
    for (std::size_t i = first; info.no_bool && i < arity; ++i)
      if (inputs[i]->dtype() == kBool)
        detail::fail<DtypeError>(info.op_name,
                                 "is not defined for bool tensors; convert them with to(kInt64) "
                                 "first");
    compute = dtype;
    if (!is_floating_point(dtype)) compute = info.integers ? kInt64 : kDefaultDtype;
    if (!info.integers) dtype = compute;
    for (std::size_t i = first; i < arity; ++i)
      if (inputs[i]->dtype() != compute) {
        unified_->converted[i] = cast(*inputs[i], compute);
        at[i] = &unified_->converted[i];
      }
    unified_->sizes = DimVector(inputs[0]->sizes());
    for (std::size_t i = 1; i < arity; ++i)
      unified_->sizes = broadcast_shapes(info.op_name, unified_->sizes, inputs[i]->sizes());
    sizes = unified_->sizes;
  }

  optional<Unified> unified_;
};

bool any_tracked(const Prepared& p, int arity) noexcept {
  for (int i = 0; i < arity; ++i)
    if (detail::is_tracked(*p.at[i])) return true;
  return false;
}

/// All are asked, so that views find their tangents.
bool any_tangent(const Prepared& p, int arity) {
  if (!detail::thread_state.dual_level) return false;
  bool any = false;
  for (int i = 0; i < arity; ++i)
    if (detail::carries_tangent(*p.at[i])) any = true;
  return any;
}

Op copy_op(const void* op, std::size_t bytes) noexcept {
  Op copy;
  std::memcpy(copy.bytes, op, bytes);
  return copy;
}

/// Whether the result of a call may be written over `x`, whose only handle is given up: nothing may
/// see it, and no node may need it.
bool reusable(const Tensor& x, const Prepared& p, bool saved) noexcept {
  const TensorImpl& t = *x.impl();
  return !saved && t.dtype() == p.dtype && t.is_contiguous() && t.sizes() == p.sizes &&
         t.exclusively_owned() && t.is_inference() == detail::thread_state.inference_mode &&
         t.extra() == nullptr && !t.requires_grad_flag() && t.view_base() == nullptr &&
         !t.is_wrapped_number() && !detail::thread_state.dual_level;
}

/// Whether a call is one run over row-major memory of one shape and floating dtype, which nothing
/// records.
bool is_plain(const ElementwiseInfo& info, const Tensor* const* inputs) noexcept {
  const TensorImpl* first = inputs[0]->impl();
  if (first == nullptr || !is_floating_point(first->dtype()) || info.first_is_mask ||
      detail::thread_state.dual_level || first->numel() > kernels::kGrain)
    return false;
  const bool record = detail::recording();
  for (int i = 0; i < info.arity; ++i) {
    const TensorImpl* x = inputs[i]->impl();
    if (x == nullptr || x->dtype() != first->dtype() || !x->is_contiguous() ||
        !(x->sizes() == first->sizes()) || (record && detail::is_tracked(*x)))
      return false;
  }
  return true;
}

Tensor call_elementwise(const ElementwiseInfo& info, const void* op, std::size_t op_bytes,
                        const Tensor* const* inputs, unsigned dying) {
  if (dying == 0 && is_plain(info, inputs)) {
    const TensorImpl& x = *inputs[0]->impl();
    Tensor y = detail::uninitialised(x.dtype(), x.sizes());
    std::byte* at[kernels::kMaxOperands] = {y.impl()->bytes()};
    for (int i = 0; i < info.arity; ++i) at[i + 1] = inputs[i]->impl()->bytes();
    info.value[static_cast<int>(x.dtype())](op, at, x.numel());
    return y;
  }
  const Prepared p(info, inputs);
  const auto arity = static_cast<std::size_t>(info.arity);
  const bool record =
      detail::recording() && any_tracked(p, info.arity) && is_floating_point(p.compute);

  const TensorImpl* operands[kernels::kMaxOperands];
  for (std::size_t i = 0; i < arity; ++i) operands[i + 1] = p.at[i]->impl();
  std::shared_ptr<Node> node;
  Tensor y;
  // Hooks that see an output see it computed.
  if (dying != 0 && record && detail::thread_state.saved_hooks != nullptr) dying = 0;
  for (std::size_t i = 0; dying != 0 && i < arity && !y.defined(); ++i) {
    if ((dying & (1u << i)) == 0 || p.at[i] != inputs[i]) continue;
    unsigned used = 0;
    for (std::size_t k = 0; record && k < arity; ++k)
      if (detail::is_tracked(*p.at[k])) used |= info.used[k];
    if (!reusable(*inputs[i], p, (used & (1u << i)) != 0)) continue;
    if (record)
      node = make_elementwise_node(info, copy_op(op, op_bytes), p.at, *inputs[i], p.sizes);
    y = std::move(*const_cast<Tensor*>(inputs[i]));
  }
  const bool reused = y.defined();
  if (!reused) y = detail::uninitialised(p.compute, p.sizes);
  operands[0] = y.impl();
  run(info.value[static_cast<int>(p.compute)], op, operands, info.arity + 1, p.sizes);
  if (p.dtype != p.compute) return cast(y, p.dtype);

  if (record) {
    if (node == nullptr)
      node = make_elementwise_node(info, copy_op(op, op_bytes), p.at, y, p.sizes);
    set_history(y, std::move(node));
  } else if (reused) {
    set_history(y, nullptr);
  }
  if (any_tangent(p, info.arity)) detail::set_tangent(y, push_forward(info, op, p.at, y));
  return y;
}

/// The same elements with the history and the tangent that `x` has now.
Tensor before_write(const Tensor& x) {
  Tensor alias = raw_view(x, x.sizes(), x.strides(), 0);
  if (detail::carries_tangent(x)) detail::attach_tangent(*alias.impl(), detail::tangent_of(x));
  if (Edge edge = gradient_edge(x); edge.is_valid())
    set_history(alias, std::move(edge.function), edge.input_nr);
  return alias;
}

void call_elementwise_inplace(const ElementwiseInfo& info, const void* op, std::size_t op_bytes,
                              Tensor& self, const Tensor* const* others) {
  const Tensor* inputs[kMaxArity] = {&self};
  for (int i = 1; i < info.arity; ++i) inputs[i] = others[i - 1];
  const Prepared p(info, inputs);
  if (!(p.sizes == self.sizes()))
    detail::fail<ShapeError>(info.op_name, "output with shape ", self.sizes(),
                             " doesn't match the broadcast shape ", p.sizes,
                             "; an in-place result cannot grow");
  check_result_fits(info.op_name, p.dtype, self.dtype());
  const bool record =
      detail::recording() && any_tracked(p, info.arity) && is_floating_point(self.dtype());
  check_inplace(info.op_name, self, record);

  // What the rules need of the old value, and inputs that the write would change under way.
  Tensor old;
  const bool dual = any_tangent(p, info.arity);
  unsigned saved = 0, used = 0;
  for (int k = 0; (record || dual) && k < info.arity; ++k) {
    if (record && detail::is_tracked(*p.at[k])) saved |= info.used[k];
    if (dual && detail::carries_tangent(*p.at[k])) used |= info.used[k];
  }
  for (int k = 1; k < info.arity; ++k)
    if ((saved & (1u << k)) != 0) check_may_be_saved(*p.at[k]);
  used |= saved;
  if (info.rule_at_output != nullptr && !dual) used &= ~1u;
  Prepared q = p;
  if (p.at[0] != &self) {
    self.copy_(call_elementwise(info, op, op_bytes, inputs, 0));
    return;
  }
  bool keep_old = (used & 1u) != 0 || dual;
  Tensor copies[kMaxArity];
  for (int i = 1; i < info.arity; ++i) {
    const TensorImpl& x = *p.at[i]->impl();
    if (&x.storage() != &self.impl()->storage()) continue;
    const bool identical = x.bytes() == self.impl()->bytes() && x.sizes() == self.sizes() &&
                           x.strides() == self.strides();
    // An operand over the very same elements may be read while they are written, not saved.
    if (identical && (used & (1u << i)) == 0) {
      if (p.at[i]->is_same(self)) continue;
      copies[i] = before_write(*p.at[i]);
      q.at[i] = &copies[i];
    } else if (p.at[i]->is_same(self)) {
      keep_old = true;
      q.at[i] = &old;
    } else {
      copies[i] = copy_row_major(*p.at[i]);
      q.at[i] = &copies[i];
    }
  }
  if (keep_old) {
    {
      const detail::Unrecorded unrecorded;
      old = copy_row_major(self);
    }
    if (detail::carries_tangent(self)) {
      // The tangent has a history of its own, which the copy continues.
      const detail::NoTangents plain;
      detail::attach_tangent(*old.impl(), copy_laid_out_like(detail::tangent_of(self), old));
    }
    if (Edge edge = gradient_edge(self); edge.is_valid())
      set_history(old, std::move(edge.function), edge.input_nr);
    q.at[0] = &old;
  }
  const TensorImpl* operands[kernels::kMaxOperands] = {self.impl()};
  for (int i = 0; i < info.arity; ++i) operands[i + 1] = q.at[i]->impl();
  Node* recorded = nullptr;
  const auto make_history = [&](bool written) {
    auto node = make_elementwise_node(info, copy_op(op, op_bytes), q.at, self, p.sizes, written);
    recorded = node.get();
    return NextHistory(self, std::move(node));
  };
  // Tangents and hooks of saved values look at the result.
  const bool looks = dual || (record && detail::thread_state.saved_hooks != nullptr);
  optional<Undo> undo;
  if (looks) undo.emplace(self);
  NextHistory history;
  if (record && !looks) history = make_history(false);
  run(info.value[static_cast<int>(p.compute)], op, operands, info.arity + 1, p.sizes);
  self.impl()->storage().bump_version();
  if (record && looks) history = make_history(true);
  if (dual) {
    write_tangent(self, push_forward(info, op, q.at, history.result(self)));
    if (record && detail::thread_state.saved_hooks != nullptr)
      give_tangent_to_packed(*recorded, 0, detail::tangent_of(self));
  }
  if (undo) undo->keep();
  history.commit(self);
}

// Functions of their own, so that calls that nobody observes pay for no scope.

[[gnu::cold, gnu::noinline]] Tensor observe_elementwise(const ElementwiseInfo& info, const void* op,
                                                        std::size_t op_bytes,
                                                        const Tensor* const* inputs,
                                                        unsigned dying) {
  const ObservedCall observed(info.node_name);
  return call_elementwise(info, op, op_bytes, inputs, dying);
}

[[gnu::cold, gnu::noinline]] void observe_elementwise_inplace(const ElementwiseInfo& info,
                                                              const void* op, std::size_t op_bytes,
                                                              Tensor& self,
                                                              const Tensor* const* others) {
  const ObservedCall observed(info.node_name);
  call_elementwise_inplace(info, op, op_bytes, self, others);
}

}  // namespace

Tensor apply_elementwise(const ElementwiseInfo& info, const void* op, std::size_t op_bytes,
                         const Tensor* const* inputs, unsigned dying) {
  if (EIGENGRAD_UNLIKELY(detail::thread_state.annotates))
    return observe_elementwise(info, op, op_bytes, inputs, dying);
  return call_elementwise(info, op, op_bytes, inputs, dying);
}

void apply_elementwise_inplace(const ElementwiseInfo& info, const void* op, std::size_t op_bytes,
                               Tensor& self, const Tensor* const* others) {
  if (EIGENGRAD_UNLIKELY(detail::thread_state.annotates))
    observe_elementwise_inplace(info, op, op_bytes, self, others);
  else
    call_elementwise_inplace(info, op, op_bytes, self, others);
}

}  // namespace eigengrad::autograd
