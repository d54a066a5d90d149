#pragma once

#include <utility>

#include "eigengrad/functional/gradient.hpp"

namespace eigengrad {

namespace detail {

/// Gradients of f(params..., sample...) by `params` for each sample, which `batch` holds in dimension 0.
EIGENGRAD_API variable_list per_sample_gradients(ErasedFunction f, const variable_list& params,
                                                 const variable_list& batch,
                                                 const MatrixTransformOptions& options);

/// The callable behind per_sample_grad().
template <class F>
class PerSampleGradient {
 public:
  PerSampleGradient(F f, const MatrixTransformOptions& options)
      : f_(std::move(f)), options_(options) {
    require_callable("per_sample_grad", f_);
  }

  template <TensorLike... Batch>
  Tensor operator()(const Tensor& params, const Batch&... batch) const {
    return Tensor(std::move(on_tensor(params, variable_list{Tensor(batch)...},
                                      std::index_sequence_for<Batch...>())[0]));
  }
  template <TensorLike... Batch>
  variable_list operator()(const variable_list& params, const Batch&... batch) const {
    return on_list(params, variable_list{Tensor(batch)...}, std::index_sequence_for<Batch...>());
  }

 private:
  template <std::size_t... I>
  variable_list on_tensor(const Tensor& params, const variable_list& batch,
                          std::index_sequence<I...>) const {
    const auto call = [this](const variable_list& v) {
      return as_list(std::invoke(f_, v[0], v[1 + I]...));
    };
    return per_sample_gradients(call, as_list(params), batch, options_);
  }
  template <std::size_t... I>
  variable_list on_list(const variable_list& params, const variable_list& batch,
                        std::index_sequence<I...>) const {
    const std::size_t n = params.size();
    const auto call = [this, n](const variable_list& v) {
      const variable_list p(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(n));
      return as_list(std::invoke(f_, p, v[n + I]...));
    };
    return per_sample_gradients(call, params, batch, options_);
  }

  F f_;
  MatrixTransformOptions options_;
};

}  // namespace detail

/// Gradients of a loss by its parameters for every sample of a batch: `per_sample_grad(f)(params, batch...)`.
///
/// `f(params, sample...)` returns one element; `params` is a Tensor or a list of them, `batch...` are one or several
/// tensors of any dtype that hold the samples in dimension 0, so that `f` gets `batch.select(0, i)`. It is
/// torch.func's `vmap(grad(f), in_dims=(None, 0, ...))`. Recorded where needed, see Note [Nested transforms].
/// Shapes: those of the parameters behind a leading dimension, the number of samples.
/// At the edge: for a batch of no samples `f` is not evaluated; zero for parameters that `f` does not use.
/// Throws: ShapeError when `f` returns other than one element, for a batch tensor without dimension, and when the
/// batch tensors differ in their number of samples; ValueError without a batch; DtypeError for parameters that
/// are not floating; GraphError in strict mode, and for an empty list of parameters.
/// Cost: an evaluation and a sweep per sample, whose graph is dropped at once; each gradient is written
/// into its part of the result.
/// Source: Goodfellow, Efficient per-example gradient computations (2015); PyTorch, torch.func.
/// See also: jacobian() of a function that returns all losses.
template <detail::MaybeFunction F>
auto per_sample_grad(F f, const MatrixTransformOptions& options = {}) {
  return detail::PerSampleGradient<F>(std::move(f), options);
}

}  // namespace eigengrad
