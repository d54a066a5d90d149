#pragma once

#include <tuple>

#include "eigengrad/core/tensor.hpp"

/// The largest singular values and their vectors, of the matrices in the last two dimensions.
namespace eigengrad {

// Throws: ShapeError below two dimensions; DtypeError unless floating point; NumericError for a matrix
// with non-finite values, or when the iteration does not converge.

/// The q largest singular values of A - M and their vectors, U, S and V, approximately: within the
/// range of A times q random vectors (of the default generator), sharpened by `niter` subspace
/// iterations.
/// Shapes: (... m n) -> (... m q), (... q), (... n q).
/// At the edge: right to rounding when the rank is at most q; derivatives need the rank to be q at
/// least.
/// Throws: ValueError unless 0 <= q <= min(m, n) and niter >= 0.
/// Cost: about (4 + 8 niter) m n q flops.
/// Source: Halko, Martinsson and Tropp, Finding structure with randomness (2011), algorithms 4.4, 5.1.
/// See also: linalg_svd() for all singular values; pca_lowrank() for principal components.
EIGENGRAD_API std::tuple<Tensor, Tensor, Tensor> svd_lowrank(const Tensor& A,
                                                             optional<std::int64_t> q = 6,
                                                             std::int64_t niter = 2,
                                                             const OptionalTensor& M = {});
/// Principal components of the rows of A: svd_lowrank() of A without the mean of its rows (with
/// `center`), q = min(6, m, n) if it is missing.
EIGENGRAD_API std::tuple<Tensor, Tensor, Tensor> pca_lowrank(const Tensor& A,
                                                             optional<std::int64_t> q = nullopt,
                                                             bool center = true,
                                                             std::int64_t niter = 2);

}  // namespace eigengrad
