#pragma once

#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/autograd/saved_tensor_hooks.hpp"

namespace eigengrad {

struct CheckpointOptions {
  /// Whether the second evaluation draws the same random numbers from default_generator() as the first.
  bool preserve_rng_state = true;
};

namespace detail {

using autograd::variable_list;

/// An argument as the second evaluation gets it: a tensor from the list of those that were saved, all
/// else from a copy.
template <class T>
class CheckpointArgument {
 public:
  CheckpointArgument(const T& value, variable_list&) : value_(value) {}
  const T& take(const Tensor*&) const { return value_; }

 private:
  T value_;
};
template <>
class CheckpointArgument<Tensor> {
 public:
  CheckpointArgument(const Tensor& t, variable_list& saved) { saved.push_back(t); }
  Tensor take(const Tensor*& next) const { return *next++; }
};
template <>
class CheckpointArgument<variable_list> {
 public:
  CheckpointArgument(const variable_list& list, variable_list& saved) : size_(list.size()) {
    saved.insert(saved.end(), list.begin(), list.end());
  }
  variable_list take(const Tensor*& next) const {
    const Tensor* const first = std::exchange(next, next + size_);
    return variable_list(first, next);
  }

 private:
  std::size_t size_;
};

template <class F>
concept CheckpointFunction = !std::is_same_v<F, CheckpointOptions>;

/// While it lives, saved values are forgotten; `again` is to compute them from `inputs`.
class EIGENGRAD_API CheckpointScope {
 public:
  CheckpointScope(std::function<void(const variable_list&)> again, const variable_list& inputs,
                  const CheckpointOptions& options);
  ~CheckpointScope();
  CheckpointScope(const CheckpointScope&) = delete;
  CheckpointScope& operator=(const CheckpointScope&) = delete;

 private:
  class Frame;
  struct SavedIndex;
  std::shared_ptr<Frame> frame_;
  autograd::SavedTensorHooks hooks_;
};

}  // namespace detail

/// `f(inputs...)`, recorded without what the backward pass needs: when that asks for the first saved
/// value, `f` is evaluated again. Trades time, one more evaluation, for memory.
///
/// Kept are a copy of `f` and the inputs, tensors as saved values (so hooks that are set around the
/// call see them and nothing else). Tensors are passed as such or as variable_list, other arguments by
/// value; `f` may return anything. The values of the second evaluation go as the sweep goes, at the
/// latest when it ends. Works with backward() and grad(), at every order, and within itself.
/// At the edge: `f` must compute the same each time; without recording it is simply called. Values
/// that carry tangents keep these.
/// Throws, during the backward pass: GraphError when the second evaluation saves another number of
/// values, or others in shape, dtype or version than the first, or when an input was modified in
/// place; what `f` throws.
/// Cost: one more evaluation of `f` for each sweep, and for each access to saved values outside one.
/// Source: Griewank and Walther, Algorithm 799: revolve (2000); Chen, Xu, Zhang and Guestrin, Training
/// deep nets with sublinear memory cost (2016).
template <class F, class... Inputs>
auto checkpoint(const CheckpointOptions& options, F f, const Inputs&... inputs) {
  detail::require_callable("checkpoint", f);
  if (!GradMode::is_enabled()) return std::invoke(f, inputs...);
  detail::variable_list tensors;
  // Braces, so that they are saved in their order.
  std::tuple<detail::CheckpointArgument<std::decay_t<const Inputs&>>...> kept{
      detail::CheckpointArgument<std::decay_t<const Inputs&>>(inputs, tensors)...};
  const detail::CheckpointScope scope(
      [f, kept = std::move(kept)](const detail::variable_list& saved) mutable {
        const Tensor* next = saved.data();
        std::apply(
            [&](const auto&... k) {
              std::tuple<decltype(k.take(next))...> arguments{k.take(next)...};
              static_cast<void>(std::apply(f, std::move(arguments)));
            },
            kept);
      },
      tensors, options);
  return std::invoke(f, inputs...);
}
/// The same with the default options.
template <detail::CheckpointFunction F, class... Inputs>
auto checkpoint(F f, const Inputs&... inputs) {
  return checkpoint(CheckpointOptions(), std::move(f), inputs...);
}

}  // namespace eigengrad
