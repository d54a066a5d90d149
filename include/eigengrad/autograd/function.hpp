#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "eigengrad/autograd/ivalue.hpp"
#include "eigengrad/autograd/lists.hpp"
#include "eigengrad/autograd/node.hpp"

namespace eigengrad {

namespace autograd {
class AutogradContext;
class CustomNode;
class ObservedCall;
}  // namespace autograd

namespace detail {
class FunctionCall;
struct OpAccess;
}  // namespace detail

namespace autograd {

/// What the forward() of a Function leaves for its backward().
///
/// Note [Custom functions and ownership]
/// The context belongs to the node that the call recorded, so a handle of one of the call's outputs in
/// it would be a cycle, and so would one of an input whose `.grad` has a history. save_for_backward()
/// and saved_data therefore keep such tensors as data and give them back with their history while
/// backward() runs. What backward() itself puts into saved_data is kept as it is.
class EIGENGRAD_API AutogradContext {
 public:
  AutogradContext() = default;
  AutogradContext(const AutogradContext&) = delete;
  AutogradContext& operator=(const AutogradContext&) = delete;

  /// Values by name for backward(), also tensors: without a check of their versions, and kept when
  /// the graph is released.
  std::map<std::string, IValue, std::less<>> saved_data;

  /// Saves tensors for backward(); undefined ones are kept as such. To be called once in forward().
  void save_for_backward(variable_list to_save);
  /// The saved tensors, in the order of save_for_backward().
  /// Throws: GraphError when the graph was released, or a tensor was modified in place since.
  variable_list get_saved_variables() const;
  /// States which inputs forward() writes to in place; say so before writing. They must be among the
  /// outputs.
  /// Throws: GraphError for a tracked leaf, a view of one, and views that cannot be written to;
  /// when forward() has returned: for an input that was not returned, and for a view when
  /// there are other outputs.
  void mark_dirty(const variable_list& inputs);
  /// States which outputs are constants to differentiation; those of integers and bools always are.
  void mark_non_differentiable(const variable_list& outputs);
  /// Whether backward() and jvp() get zeros for gradients and tangents that are missing (the
  /// default), or undefined tensors.
  void set_materialize_grads(bool value) noexcept { materialize_grads_ = value; }
  /// States that backward() computes with more than recorded operators: differentiating its results
  /// throws instead of taking them for constants. The same as a member
  /// `static constexpr bool once_differentiable = true` of the Function.
  void mark_once_differentiable() noexcept { once_differentiable_ = true; }
  /// Whether the gradient of tensor argument `i` (arguments that are no tensors are not counted) is
  /// asked for: in backward() by the sweep that runs, in forward() by any.
  /// Throws: IndexError when there are fewer tensor arguments.
  bool needs_input_grad(std::size_t i) const;

 private:
  friend class CustomNode;
  friend class detail::FunctionCall;
  friend struct detail::OpAccess;

  /// The call, while forward() or jvp() runs.
  detail::FunctionCall* call_ = nullptr;
  /// The node that the call recorded.
  CustomNode* node_ = nullptr;
  variable_list to_save_;
  variable_list dirty_;
  variable_list non_differentiable_;
  std::shared_ptr<const void> state_;
  bool materialize_grads_ = true;
  bool once_differentiable_ = false;
};

}  // namespace autograd

namespace detail {

using autograd::AutogradContext;

/// A Function as the compiled library sees it.
/// What `name` points to lives as long as the calls' nodes.
struct FunctionInfo {
  using Rule = variable_list (*)(AutogradContext*, variable_list&);
  /// The name of the user's class, without namespaces.
  const char* name;
  /// Null when the class has none.
  Rule backward = nullptr;
  Rule jvp = nullptr;
  bool once_differentiable = false;
  /// Whether the class has a backward() and a vjp().
  bool has_two_rules = false;
};

/// The name of a class as a user would write it.
EIGENGRAD_API std::string class_name(const std::type_info& type);

/// One call of a Function: collects the arguments, holds the context, turns what forward() returned
/// into recorded outputs. Its end restores the modes of the thread.
class EIGENGRAD_API FunctionCall {
 public:
  explicit FunctionCall(const FunctionInfo& info, std::shared_ptr<const void> state = nullptr);
  ~FunctionCall();
  FunctionCall(const FunctionCall&) = delete;
  FunctionCall& operator=(const FunctionCall&) = delete;

  template <class Arg>
  void add(const Arg& arg) {
    if constexpr (std::is_convertible_v<const Arg&, const Tensor&>) {
      add_tensor(arg);
    } else if constexpr (std::is_same_v<Arg, optional<Tensor>>) {
      if (arg.has_value() && arg->defined())
        add_tensor(*arg);
      else
        add_other();
    } else if constexpr (std::is_same_v<Arg, variable_list> || std::is_same_v<Arg, TensorList>) {
      for (const Tensor& t : arg) add_tensor(t);
    } else {
      add_other();
    }
  }
  /// To be called after the arguments were added: the context for forward(), which runs unrecorded.
  /// Throws: NotImplementedError when an argument carries a tangent and there is no rule for it.
  AutogradContext* open();
  /// The outputs with their history and tangents.
  variable_list close(variable_list outputs);

 private:
  friend class autograd::AutogradContext;

  void add_tensor(const Tensor& t);
  void add_other();
  void restore_modes() noexcept;
  void check_dirty(const variable_list& inputs) const;
  void check_returned(const variable_list& outputs) const;
  bool is_differentiable(const Tensor& y) const;
  Tensor with_history(const Tensor& y, std::uint32_t output_nr) const;
  void propagate_tangents(const variable_list& outputs);

  FunctionInfo info_;
  std::unique_ptr<AutogradContext> owned_;
  AutogradContext* context_;
  std::shared_ptr<autograd::CustomNode> node_;
  std::unique_ptr<autograd::ObservedCall> observed_;
  variable_list inputs_;
  std::vector<bool> is_tensor_;
  std::vector<autograd::Edge> edges_;
  bool records_ = false;
  bool dual_ = false;
  bool open_ = false;
  bool grad_mode_off_ = false;
  bool dual_level_ = false;
};

template <class F>
concept HasBackward = requires {
  &F::backward;
}
|| requires(AutogradContext* c, variable_list& g) { F::backward(c, g); };
template <class F>
concept HasVjp = requires {
  &F::vjp;
}
|| requires(AutogradContext* c, variable_list& g) { F::vjp(c, g); };
template <class F>
concept HasJvp = requires {
  &F::jvp;
}
|| requires(AutogradContext* c, variable_list& t) { F::jvp(c, t); };

template <class F>
FunctionInfo make_function_info() {
  static const std::string name = class_name(typeid(F));
  FunctionInfo info{name.c_str()};
  if constexpr (HasBackward<F>)
    info.backward = [](AutogradContext* c, variable_list& g) { return as_list(F::backward(c, g)); };
  else if constexpr (HasVjp<F>)
    info.backward = [](AutogradContext* c, variable_list& g) { return as_list(F::vjp(c, g)); };
  if constexpr (HasJvp<F>)
    info.jvp = [](AutogradContext* c, variable_list& t) { return as_list(F::jvp(c, t)); };
  if constexpr (requires { F::once_differentiable; })
    info.once_differentiable = F::once_differentiable;
  info.has_two_rules = HasBackward<F> && HasVjp<F>;
  return info;
}

}  // namespace detail

namespace autograd {

/// Base of operators of your own, `struct Scale : Function<Scale>`, with static members
///
///     Tensor (or variable_list) forward(AutogradContext* ctx, <arguments>);
///     variable_list backward(AutogradContext* ctx, variable_list grads);
///     variable_list jvp(AutogradContext* ctx, variable_list tangents);   // optional
///
/// and called as `Scale::apply(<arguments>)`, which returns what forward() does. Arguments are Tensors,
/// optional<Tensor>, lists of Tensors (each element counts as an argument), and anything else.
///
/// forward() runs unrecorded. backward() takes one gradient for each output and returns one for each
/// argument, undefined for those that are no tensors; what it computes with eigengrad's operators can
/// be differentiated again. A gradient of a larger shape is summed to that of the argument, another
/// dtype is converted. jvp() takes one tangent for each argument and returns one for each output;
/// without it, forward mode stops at the function. backward() may also be called vjp().
///
/// An input that is returned as it came, and a view, come out as new tensors over the same memory,
/// which cannot be written to in place.
/// Throws: what the members throw, unchanged. GraphError when backward() returns a wrong number of
/// gradients; ShapeError for one of a wrong shape; NotImplementedError when a sweep or a tangent
/// reaches a function that has no rule for it.
template <class T>
struct Function {
  template <class F = T, class... Args>
  static auto apply(Args&&... args)
      -> std::enable_if_t<std::is_same_v<F, T>,
                          decltype(F::forward(nullptr, std::declval<Args>()...))> {
    static const detail::FunctionInfo info = detail::make_function_info<F>();
    detail::FunctionCall call(info);
    (call.add(args), ...);
    AutogradContext* const context = call.open();
    using Result = decltype(F::forward(nullptr, std::declval<Args>()...));
    return detail::from_list<std::remove_cvref_t<Result>>(
        call.close(detail::as_list(F::forward(context, std::forward<Args>(args)...))));
  }
};

}  // namespace autograd
}  // namespace eigengrad
