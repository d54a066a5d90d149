#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Shapes: as x. Domain: floating point; `dtype` converts x first.
// At the edge: elements of -inf get weight 0 (log_softmax: -inf) and gradient 0; NaN where a slice
// holds NaN, inf or nothing but -inf.
// Throws: IndexError for a dimension out of range; DtypeError for integers without `dtype`.

/// exp(x) over its sum along `dim`, without overflow: the largest element is subtracted first.
/// Accuracy: 4 ulp; first derivative 5, second 45.
EIGENGRAD_API Tensor softmax(const Tensor& x, std::int64_t dim,
                             optional<ScalarType> dtype = nullopt);
/// log(softmax(x)), precise also where softmax(x) underflows.
/// Accuracy: 4 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor log_softmax(const Tensor& x, std::int64_t dim,
                                 optional<ScalarType> dtype = nullopt);
/// softmax(-x).
/// Accuracy: 4 ulp; first derivative 5, second 45.
EIGENGRAD_API Tensor softmin(const Tensor& x, std::int64_t dim,
                             optional<ScalarType> dtype = nullopt);

namespace special {
inline Tensor softmax(const Tensor& x, std::int64_t dim, optional<ScalarType> dtype = nullopt) {
  return eigengrad::softmax(x, dim, dtype);
}
inline Tensor log_softmax(const Tensor& x, std::int64_t dim, optional<ScalarType> dtype = nullopt) {
  return eigengrad::log_softmax(x, dim, dtype);
}
}  // namespace special

/// softmax() under the name that it has among PyTorch's special functions.
inline Tensor special_softmax(const Tensor& x, std::int64_t dim,
                              optional<ScalarType> dtype = nullopt) {
  return softmax(x, dim, dtype);
}
/// log_softmax() under the name that it has among PyTorch's special functions.
inline Tensor special_log_softmax(const Tensor& x, std::int64_t dim,
                                  optional<ScalarType> dtype = nullopt) {
  return log_softmax(x, dim, dtype);
}

}  // namespace eigengrad
