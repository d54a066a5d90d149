#pragma once

#include "eigengrad/functional/callable.hpp"

namespace eigengrad {

/// A derivative that gradcheck() or gradgradcheck() found wrong.
class EIGENGRAD_API GradcheckError : public Error {
 public:
  using Error::Error;
};

/// Names and defaults are PyTorch's.
struct GradcheckOptions {
  /// Step of the central differences.
  double eps = 1e-6;
  /// An entry passes when |analytical - numerical| <= atol + rtol * |numerical|.
  double atol = 1e-5;
  double rtol = 1e-3;
  /// Whether a failure throws; otherwise the result is false.
  bool raise_exception = true;
  /// How far two backward sweeps over the same graph may differ.
  double nondet_tol = 0;
  /// Whether to check that missing cotangents are taken as zeros.
  bool check_undefined_grad = true;
  /// Which derivatives are compared with the differences: those of backward sweeps, of tangents, or both.
  bool check_backward_ad = true;
  bool check_forward_ad = false;
  /// Compares products of the Jacobians with one random vector on either side instead of entries:
  /// a few evaluations instead of two per input element. A failure is then looked at in full.
  bool fast_mode = false;
};

namespace detail {

EIGENGRAD_API bool gradcheck(ErasedFunction f, const variable_list& inputs,
                             const GradcheckOptions& options);
EIGENGRAD_API bool gradgradcheck(ErasedFunction f, const variable_list& inputs,
                                 const variable_list& grad_outputs,
                                 const GradcheckOptions& options);

template <class F, std::size_t... I>
auto erase_on_tensors(F& f, std::index_sequence<I...>) {
  require_callable("gradcheck", f);
  return [&f](const variable_list& x) { return as_list(std::invoke(f, x[I]...)); };
}

}  // namespace detail

/// Compares the derivatives of `f` with central differences, for all inputs that require grad and all
/// outputs that come out tracked.
///
/// `f` takes one to three Tensors, or a list of them, and returns a Tensor or several (a list, tuple,
/// pair or array). It is called many times, on copies laid out like the inputs, and must be a function
/// of them alone. Beyond wrong entries these fail: sweeps that differ when repeated, gradients that are
/// not linear in the cotangents, missing cotangents that are not taken as zeros, outputs that change
/// shape or dtype with the inputs, and inputs of which several elements share memory. With
/// `check_forward_ad`, tangents of several inputs at once must add up, too.
/// Domain: float64 inputs, away from kinks; float32 ones draw a warning.
/// Throws: GradcheckError for a failure, unless `raise_exception` is false; ValueError when no input
/// requires grad or the options make no sense.
/// Cost: two evaluations per input element and two sweeps per output element.
template <class F>
bool gradcheck(F&& f, const autograd::variable_list& inputs, const GradcheckOptions& options = {}) {
  return detail::gradcheck(detail::erase_on_list(f), inputs, options);
}
template <class F>
bool gradcheck(F&& f, const Tensor& x, const GradcheckOptions& options = {}) {
  if constexpr (detail::TakesTensor<F>)
    return detail::gradcheck(detail::erase_on_tensor(f), detail::as_list(x), options);
  else  // `{x}` was meant as a list
    return detail::gradcheck(detail::erase_on_list(f), detail::as_list(x), options);
}
template <class F>
bool gradcheck(F&& f, const Tensor& x, const Tensor& y, const GradcheckOptions& options = {}) {
  return detail::gradcheck(detail::erase_on_tensors(f, std::make_index_sequence<2>()), {x, y},
                           options);
}
template <class F>
bool gradcheck(F&& f, const Tensor& x, const Tensor& y, const Tensor& z,
               const GradcheckOptions& options = {}) {
  return detail::gradcheck(detail::erase_on_tensors(f, std::make_index_sequence<3>()), {x, y, z},
                           options);
}

/// gradcheck() of the gradients of `f`, as functions of the inputs and of the cotangents. With
/// `check_forward_ad`, of their tangents: forward over reverse.
///
/// `grad_outputs`, one for each tracked output, are random unless given.
/// Throws: as gradcheck(); ValueError when there are not as many `grad_outputs` as tracked outputs.
template <class F>
bool gradgradcheck(F&& f, const autograd::variable_list& inputs,
                   const autograd::variable_list& grad_outputs = {},
                   const GradcheckOptions& options = {}) {
  return detail::gradgradcheck(detail::erase_on_list(f), inputs, grad_outputs, options);
}
template <class F>
bool gradgradcheck(F&& f, const Tensor& x, const GradcheckOptions& options = {}) {
  if constexpr (detail::TakesTensor<F>)
    return detail::gradgradcheck(detail::erase_on_tensor(f), detail::as_list(x), {}, options);
  else
    return detail::gradgradcheck(detail::erase_on_list(f), detail::as_list(x), {}, options);
}
template <class F>
bool gradgradcheck(F&& f, const Tensor& x, const Tensor& y, const GradcheckOptions& options = {}) {
  return detail::gradgradcheck(detail::erase_on_tensors(f, std::make_index_sequence<2>()), {x, y},
                               {}, options);
}
template <class F>
bool gradgradcheck(F&& f, const Tensor& x, const Tensor& y, const Tensor& z,
                   const GradcheckOptions& options = {}) {
  return detail::gradgradcheck(detail::erase_on_tensors(f, std::make_index_sequence<3>()),
                               {x, y, z}, {}, options);
}

}  // namespace eigengrad
