#pragma once

#include "eigengrad/ops/spectral.hpp"

/// Linear algebra under the names of torch::linalg; contracts at the functions with `linalg_` in front.
namespace eigengrad::linalg {

/// linalg_eigh().
inline std::tuple<Tensor, Tensor> eigh(const Tensor& A, std::string_view UPLO = "L") {
  return linalg_eigh(A, UPLO);
}
/// linalg_eigvalsh().
inline Tensor eigvalsh(const Tensor& A, std::string_view UPLO = "L") {
  return linalg_eigvalsh(A, UPLO);
}
/// linalg_svd().
inline std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& A, bool full_matrices = true,
                                              optional<std::string_view> driver = nullopt) {
  return linalg_svd(A, full_matrices, driver);
}
/// linalg_svdvals().
inline Tensor svdvals(const Tensor& A, optional<std::string_view> driver = nullopt) {
  return linalg_svdvals(A, driver);
}

}  // namespace eigengrad::linalg
