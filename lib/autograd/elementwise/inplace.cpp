#include <utility>

#include "autograd/annotation.hpp"
#include "autograd/elementwise.hpp"
#include "autograd/elementwise/arguments.hpp"
#include "autograd/elementwise/node.hpp"
#include "autograd/inplace.hpp"
#include "autograd/saved_value.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"

namespace eigengrad::autograd {
namespace {

using detail::TensorImpl;

/// The same elements with the history and the tangent that `x` has now.
Tensor before_write(const Tensor& x) {
  Tensor alias = raw_view(x, x.sizes(), x.strides(), 0);
  if (detail::carries_tangent(x)) detail::attach_tangent(*alias.impl(), detail::tangent_of(x));
  if (Edge edge = gradient_edge(x); edge.is_valid())
    set_history(alias, std::move(edge.function), edge.input_nr);
  return alias;
}

/// A call whose result is written into its first input.
///
/// Note [In-place calls]
/// The steps, in an order in which a call that fails has changed nothing:
///   1. The arguments are checked.
///   2. What derivatives need of the elements that will be overwritten is copied. Inputs in the same memory are
///      replaced by a copy, or where they are `self`, by its elements from before the write.
///   3. The history is made, which allocates all that the call needs. It is made after the write only where tangents
///      or hooks of saved values look at the result; Undo restores the elements if something fails then.
///   4. The kernel writes, the storage's version counts the write, and the history takes effect.
class InplaceCall {
 public:
  InplaceCall(const ElementwiseInfo& info, const void* op, std::size_t op_bytes, Tensor& self,
              const Tensor* const* inputs)
      : info_(info), op_(op), op_bytes_(op_bytes), self_(self), arguments_(info, inputs) {
    for (int i = 0; i < info.arity; ++i) at_[i] = arguments_.at[i];
    check_arguments();
    dual_ = arguments_.any_tangent();
    find_what_rules_look_at();
  }
  /// Whether `self` has to be converted before the call: the result is then computed beside it and copied.
  bool converts_self() const noexcept { return arguments_.at[0] != &self_; }
  void run_and_record() {
    replace_inputs();
    if (keeps_old_) copy_old();
    const TensorImpl* operands[kernels::kMaxOperands] = {self_.impl()};
    for (int i = 0; i < info_.arity; ++i) operands[i + 1] = at_[i]->impl();
    const bool hooked = record_ && detail::thread_state.saved_hooks != nullptr;
    const bool looks_at_result = dual_ || hooked;
    optional<Undo> undo;
    if (looks_at_result) undo.emplace(self_);
    NextHistory history;
    if (record_ && !looks_at_result) history = make_history(false);
    run(info_.value[static_cast<int>(arguments_.compute)], op_, operands, info_.arity + 1,
        arguments_.sizes);
    self_.impl()->storage().bump_version();
    if (record_ && looks_at_result) history = make_history(true);
    if (dual_) {
      write_tangent(self_, push_forward(info_, op_, at_, history.result(self_)));
      if (hooked) give_tangent_to_packed(*node_, 0, detail::tangent_of(self_));
    }
    if (undo) undo->keep();
    history.commit(self_);
  }

 private:
  void check_arguments() {
    if (!(arguments_.sizes == self_.sizes()))
      detail::fail<ShapeError>(info_.op_name, "output with shape ", self_.sizes(),
                               " doesn't match the broadcast shape ", arguments_.sizes,
                               "; an in-place result cannot grow");
    check_result_fits(info_.op_name, arguments_.dtype, self_.dtype());
    record_ = detail::recording() && arguments_.any_tracked() && is_floating_point(self_.dtype());
    check_inplace(info_.op_name, self_, record_);
  }

  /// Bits of the inputs that derivatives will look at, by the node or now by the tangent.
  void find_what_rules_look_at() {
    unsigned saved = 0;
    for (int k = 0; (record_ || dual_) && k < info_.arity; ++k) {
      if (record_ && detail::is_tracked(*at_[k])) saved |= info_.used[k];
      if (dual_ && detail::carries_tangent(*at_[k])) used_ |= info_.used[k];
    }
    for (int k = 1; k < info_.arity; ++k)
      if ((saved & (1u << k)) != 0) check_may_be_saved(*at_[k]);
    used_ |= saved;
    if (info_.rule_at_output != nullptr && !dual_) used_ &= ~1u;
  }

  void replace_inputs() {
    keeps_old_ = (used_ & 1u) != 0 || dual_;
    for (int i = 1; i < info_.arity; ++i) {
      const Tensor& input = *arguments_.at[i];
      const TensorImpl& x = *input.impl();
      if (&x.storage() != &self_.impl()->storage()) continue;
      const bool identical = x.bytes() == self_.impl()->bytes() && x.sizes() == self_.sizes() &&
                             x.strides() == self_.strides();
      // An operand over the very same elements may be read while they are written, not saved.
      if (identical && (used_ & (1u << i)) == 0) {
        if (input.is_same(self_)) continue;
        copies_[i] = before_write(input);
        at_[i] = &copies_[i];
      } else if (input.is_same(self_)) {
        keeps_old_ = true;
        at_[i] = &old_;
      } else {
        copies_[i] = copy_row_major(input);
        at_[i] = &copies_[i];
      }
    }
  }

  /// The elements before the write, with the history and the tangent that they had.
  void copy_old() {
    {
      const detail::Unrecorded unrecorded;
      old_ = copy_row_major(self_);
    }
    if (detail::carries_tangent(self_)) {
      // The tangent has a history of its own, which the copy continues.
      const detail::NoTangents plain;
      detail::attach_tangent(*old_.impl(), copy_laid_out_like(detail::tangent_of(self_), old_));
    }
    if (Edge edge = gradient_edge(self_); edge.is_valid())
      set_history(old_, std::move(edge.function), edge.input_nr);
    at_[0] = &old_;
  }

  NextHistory make_history(bool written) {
    auto node = make_elementwise_node(info_, OpBytes(op_, op_bytes_), at_, self_, arguments_.sizes,
                                      written);
    node_ = node.get();
    return NextHistory(self_, std::move(node));
  }

  const ElementwiseInfo& info_;
  const void* op_;
  std::size_t op_bytes_;
  Tensor& self_;
  ElementwiseArguments arguments_;
  /// The inputs that the kernel reads and the node saves, some of them copies.
  const Tensor* at_[kMaxArity] = {};
  Tensor copies_[kMaxArity];
  Tensor old_;
  Node* node_ = nullptr;
  unsigned used_ = 0;
  bool record_ = false;
  bool dual_ = false;
  bool keeps_old_ = false;
};

void call_elementwise_inplace(const ElementwiseInfo& info, const void* op, std::size_t op_bytes,
                              Tensor& self, const Tensor* const* others) {
  const Tensor* inputs[kMaxArity] = {&self};
  for (int i = 1; i < info.arity; ++i) inputs[i] = others[i - 1];
  InplaceCall call(info, op, op_bytes, self, inputs);
  if (call.converts_self())
    self.copy_(call_elementwise(info, op, op_bytes, inputs, 0));
  else
    call.run_and_record();
}

// A function of its own, so that calls that nobody observes pay for no scope.
[[gnu::cold, gnu::noinline]] void observe_elementwise_inplace(const ElementwiseInfo& info,
                                                              const void* op, std::size_t op_bytes,
                                                              Tensor& self,
                                                              const Tensor* const* others) {
  const ObservedCall observed(info.node_name);
  call_elementwise_inplace(info, op, op_bytes, self, others);
}

}  // namespace

void apply_elementwise_inplace(const ElementwiseInfo& info, const void* op, std::size_t op_bytes,
                               Tensor& self, const Tensor* const* others) {
  if (EIGENGRAD_UNLIKELY(detail::thread_state.annotates))
    observe_elementwise_inplace(info, op, op_bytes, self, others);
  else
    call_elementwise_inplace(info, op, op_bytes, self, others);
}

}  // namespace eigengrad::autograd
