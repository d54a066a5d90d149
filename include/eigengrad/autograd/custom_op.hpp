#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "eigengrad/autograd/function.hpp"

namespace eigengrad {

namespace detail {

/// Stands for a jvp that was not given.
struct NoRule {};

struct OpAccess {
  static const void* state(const AutogradContext& c) noexcept { return c.state_.get(); }
};

/// The functions of a custom_op(), which its nodes share.
template <class Forward, class Vjp, class Jvp>
struct OpState {
  Forward forward;
  Vjp vjp;
  Jvp jvp;
  std::string name = "CustomOp";
  bool once = false;
};

/// How an operator of `Inputs` (a Tensor for each argument, or one variable_list) that returns `Result`
/// calls its rules: with the cotangents or tangents, then as much of inputs and outputs as they take.
template <class State, class Result, class... Inputs>
struct OpRules {
  static constexpr bool is_list = (std::same_as<Inputs, variable_list> || ...);
  /// One Tensor, or all outputs as a list.
  using Output = std::conditional_t<std::same_as<Result, Tensor>, Tensor, variable_list>;

  template <class Rule, class... First>
  static constexpr bool takes_all =
      std::is_invocable_v<const Rule&, const First&..., const Inputs&..., const Output&>;
  template <class Rule, class... First>
  static constexpr bool takes_inputs =
      std::is_invocable_v<const Rule&, const First&..., const Inputs&...>;

  static constexpr bool has_jvp = !std::same_as<decltype(State::jvp), NoRule>;
  using Vjp = decltype(State::vjp);
  using Jvp = decltype(State::jvp);
  static constexpr bool keeps_outputs =
      takes_all<Vjp, Output> || (has_jvp && takes_all<Jvp, Inputs...>);
  static constexpr bool keeps_inputs =
      keeps_outputs || takes_inputs<Vjp, Output> || (has_jvp && takes_inputs<Jvp, Inputs...>);

  static void save(AutogradContext* c, const Inputs&... x, const variable_list& y) {
    variable_list kept;
    if constexpr (is_list && keeps_inputs)
      (kept.insert(kept.end(), x.begin(), x.end()), ...);
    else if constexpr (keeps_inputs)
      (kept.push_back(x), ...);
    c->saved_data["inputs"] = static_cast<std::int64_t>(kept.size());
    if constexpr (keeps_outputs) kept.insert(kept.end(), y.begin(), y.end());
    c->save_for_backward(std::move(kept));
  }

  template <class As>
  static As part(const variable_list& all, std::size_t from, std::size_t to) {
    const auto at = [&](std::size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(i); };
    if constexpr (std::same_as<As, Tensor>)
      return all[from];
    else
      return As(at(from), at(to));
  }

  template <class Rule, class... First>
  static variable_list call(const Rule& rule, const AutogradContext& c, const First&... first) {
    const variable_list kept = c.get_saved_variables();
    const auto n = static_cast<std::size_t>(c.saved_data.find("inputs")->second.toInt());
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      if constexpr (takes_all<Rule, First...>)
        return as_list(
            rule(first..., part<Inputs>(kept, I, n)..., part<Output>(kept, n, kept.size())));
      else if constexpr (takes_inputs<Rule, First...>)
        return as_list(rule(first..., part<Inputs>(kept, I, n)...));
      else
        return as_list(rule(first...));
    }
    (std::index_sequence_for<Inputs...>());
  }

  static const State& state_of(const AutogradContext& c) {
    return *static_cast<const State*>(OpAccess::state(c));
  }
  static variable_list backward(AutogradContext* c, variable_list& g) {
    return call(state_of(*c).vjp, *c, part<Output>(g, 0, g.size()));
  }
  static variable_list push_forward(AutogradContext* c, variable_list& t) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return call(state_of(*c).jvp, *c, part<Inputs>(t, I, t.size())...);
    }
    (std::index_sequence_for<Inputs...>());
  }

  static Result apply(const std::shared_ptr<const State>& state, const Inputs&... x) {
    FunctionInfo info{state->name.c_str(), &backward};
    if constexpr (has_jvp) info.jvp = &push_forward;
    info.once_differentiable = state->once;
    FunctionCall op(info, state);
    (op.add(x), ...);
    AutogradContext* const c = op.open();
    variable_list y = as_list(state->forward(x...));
    save(c, x..., y);
    return from_list<Result>(op.close(std::move(y)));
  }
};

}  // namespace detail

/// An operator made by custom_op(): call it with Tensors, or with one list of them.
template <class Forward, class Vjp, class Jvp>
class CustomOp {
  using State = detail::OpState<Forward, Vjp, Jvp>;
  template <class... Inputs>
  using ResultOn = std::remove_cvref_t<std::invoke_result_t<const Forward&, const Inputs&...>>;

 public:
  explicit CustomOp(State state) : state_(std::make_shared<const State>(std::move(state))) {}

  template <class... X>
  auto operator()(const X&... x) const {
    if constexpr ((std::is_same_v<X, autograd::variable_list> && ...) && sizeof...(X) == 1)
      return detail::OpRules<State, ResultOn<X...>, X...>::apply(state_, x...);
    else
      return on_tensors(static_cast<const Tensor&>(x)...);
  }

  /// This operator under a name, which its nodes and messages have.
  CustomOp named(std::string name) const {
    State state = *state_;
    state.name = std::move(name);
    return CustomOp(std::move(state));
  }
  /// This operator with the statement that vjp computes outside of recorded operators (through
  /// data_ptr() or Eigen maps): differentiating its results throws GraphError, where otherwise they
  /// would count as constants.
  CustomOp once_differentiable() const {
    State state = *state_;
    state.once = true;
    return CustomOp(std::move(state));
  }

 private:
  template <class... T>
  auto on_tensors(const T&... x) const {
    return detail::OpRules<State, ResultOn<T...>, T...>::apply(state_, x...);
  }

  std::shared_ptr<const State> state_;
};

/// An operator from functions: `forward` computes it, `vjp` and `jvp` are its derivatives.
///
///     auto cube = custom_op([](const Tensor& x) { return x * x * x; },
///                           [](const Tensor& g, const Tensor& x) { return g * 3 * x * x; });
///     Tensor y = cube(x);
///
/// With y = forward(a, b, ...):  vjp(g, a, b, ..., y) returns the gradients of a, b, ...;
/// jvp(ta, tb, ..., a, b, ..., y) the tangent of y. Either may leave out y, or y and the inputs; what
/// no rule takes is not kept. Several outputs (forward returns a list, tuple, pair or array of
/// Tensors) come to the rules as one variable_list in place of y, their cotangents as another in that of
/// g. When forward takes a variable_list, so do the rules in place of a, b, ...
/// Rules return a Tensor, or a list, tuple, pair or array of them; undefined stands for zero. What is
/// missing among g and ta, tb, ... comes as zeros.
///
/// forward runs unrecorded and may compute by any means (data_ptr(), Eigen maps, another library). Rules
/// in recorded operators are differentiated again when asked for; see once_differentiable() for others.
/// Without `jvp`, forward mode stops at the operator.
/// Throws: as autograd::Function.
template <class Forward, class Vjp>
auto custom_op(Forward forward, Vjp vjp) {
  return CustomOp<Forward, Vjp, detail::NoRule>({std::move(forward), std::move(vjp), {}});
}
template <class Forward, class Vjp, class Jvp>
auto custom_op(Forward forward, Vjp vjp, Jvp jvp) {
  return CustomOp<Forward, Vjp, Jvp>({std::move(forward), std::move(vjp), std::move(jvp)});
}

}  // namespace eigengrad
