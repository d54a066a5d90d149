#pragma once

#include "eigengrad/ops/linalg/cholesky.hpp"
#include "eigengrad/ops/linalg/determinants.hpp"
#include "eigengrad/ops/linalg/eig.hpp"
#include "eigengrad/ops/linalg/eigh.hpp"
#include "eigengrad/ops/linalg/ldl.hpp"
#include "eigengrad/ops/linalg/lstsq.hpp"
#include "eigengrad/ops/linalg/lu.hpp"
#include "eigengrad/ops/linalg/matrix_functions.hpp"
#include "eigengrad/ops/linalg/norms.hpp"
#include "eigengrad/ops/linalg/pseudoinverse.hpp"
#include "eigengrad/ops/linalg/qr.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/linalg/svd.hpp"

/// Linear algebra under the names of torch::linalg; contracts at the functions with `linalg_` in front.
namespace eigengrad::linalg {

/// The same as linalg_cholesky().
inline Tensor cholesky(const Tensor& self, bool upper = false) {
  return linalg_cholesky(self, upper);
}
/// The same as linalg_cholesky_ex().
inline std::tuple<Tensor, Tensor> cholesky_ex(const Tensor& self, bool upper = false,
                                              bool check_errors = false) {
  return linalg_cholesky_ex(self, upper, check_errors);
}
/// The same as linalg_solve().
inline Tensor solve(const Tensor& A, const Tensor& B, bool left = true) {
  return linalg_solve(A, B, left);
}
/// The same as linalg_solve_ex().
inline std::tuple<Tensor, Tensor> solve_ex(const Tensor& A, const Tensor& B, bool left = true,
                                           bool check_errors = false) {
  return linalg_solve_ex(A, B, left, check_errors);
}
/// The same as linalg_solve_triangular().
inline Tensor solve_triangular(const Tensor& self, const Tensor& B, bool upper, bool left = true,
                               bool unitriangular = false) {
  return linalg_solve_triangular(self, B, upper, left, unitriangular);
}
/// The same as linalg_inv().
inline Tensor inv(const Tensor& A) { return linalg_inv(A); }
/// The same as linalg_inv_ex().
inline std::tuple<Tensor, Tensor> inv_ex(const Tensor& A, bool check_errors = false) {
  return linalg_inv_ex(A, check_errors);
}
/// The same as linalg_lu().
inline std::tuple<Tensor, Tensor, Tensor> lu(const Tensor& A, bool pivot = true) {
  return linalg_lu(A, pivot);
}
/// The same as linalg_lu_factor().
inline std::tuple<Tensor, Tensor> lu_factor(const Tensor& A, bool pivot = true) {
  return linalg_lu_factor(A, pivot);
}
/// The same as linalg_lu_factor_ex().
inline std::tuple<Tensor, Tensor, Tensor> lu_factor_ex(const Tensor& A, bool pivot = true,
                                                       bool check_errors = false) {
  return linalg_lu_factor_ex(A, pivot, check_errors);
}
/// The same as linalg_lu_solve().
inline Tensor lu_solve(const Tensor& LU, const Tensor& pivots, const Tensor& B, bool left = true,
                       bool adjoint = false) {
  return linalg_lu_solve(LU, pivots, B, left, adjoint);
}
/// The same as linalg_ldl_factor().
inline std::tuple<Tensor, Tensor> ldl_factor(const Tensor& self, bool hermitian = false) {
  return linalg_ldl_factor(self, hermitian);
}
/// The same as linalg_ldl_factor_ex().
inline std::tuple<Tensor, Tensor, Tensor> ldl_factor_ex(const Tensor& self, bool hermitian = false,
                                                        bool check_errors = false) {
  return linalg_ldl_factor_ex(self, hermitian, check_errors);
}
/// The same as linalg_ldl_solve().
inline Tensor ldl_solve(const Tensor& LD, const Tensor& pivots, const Tensor& B,
                        bool hermitian = false) {
  return linalg_ldl_solve(LD, pivots, B, hermitian);
}
/// The same as linalg_tensorinv().
inline Tensor tensorinv(const Tensor& self, std::int64_t ind = 2) {
  return linalg_tensorinv(self, ind);
}
/// The same as linalg_tensorsolve().
inline Tensor tensorsolve(const Tensor& self, const Tensor& other,
                          OptionalIntArrayRef dims = nullopt) {
  return linalg_tensorsolve(self, other, dims);
}
/// The same as linalg_det().
inline Tensor det(const Tensor& A) { return linalg_det(A); }
/// The same as linalg_slogdet().
inline std::tuple<Tensor, Tensor> slogdet(const Tensor& A) { return linalg_slogdet(A); }
/// The same as linalg_eigh().
inline std::tuple<Tensor, Tensor> eigh(const Tensor& A, std::string_view UPLO = "L") {
  return linalg_eigh(A, UPLO);
}
/// The same as linalg_eigvalsh().
inline Tensor eigvalsh(const Tensor& A, std::string_view UPLO = "L") {
  return linalg_eigvalsh(A, UPLO);
}
/// The same as linalg_eig().
inline std::tuple<Tensor, Tensor> eig(const Tensor& A) { return linalg_eig(A); }
/// The same as linalg_eigvals().
inline Tensor eigvals(const Tensor& A) { return linalg_eigvals(A); }
/// The same as linalg_svd().
inline std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& A, bool full_matrices = true,
                                              optional<std::string_view> driver = nullopt) {
  return linalg_svd(A, full_matrices, driver);
}
/// The same as linalg_svdvals().
inline Tensor svdvals(const Tensor& A, optional<std::string_view> driver = nullopt) {
  return linalg_svdvals(A, driver);
}

/// The same as linalg_qr().
inline std::tuple<Tensor, Tensor> qr(const Tensor& A, std::string_view mode = "reduced") {
  return linalg_qr(A, mode);
}
/// The same as linalg_householder_product().
inline Tensor householder_product(const Tensor& input, const Tensor& tau) {
  return linalg_householder_product(input, tau);
}
/// The same as linalg_lstsq().
inline std::tuple<Tensor, Tensor, Tensor, Tensor> lstsq(
    const Tensor& A, const Tensor& B, optional<double> rcond = nullopt,
    optional<std::string_view> driver = nullopt) {
  return linalg_lstsq(A, B, rcond, driver);
}

/// The same as linalg_matrix_exp().
inline Tensor matrix_exp(const Tensor& A) { return linalg_matrix_exp(A); }
/// The same as linalg_matrix_norm().
inline Tensor matrix_norm(const Tensor& A, const Scalar& ord, IntArrayRef dim = {-2, -1},
                          bool keepdim = false, optional<ScalarType> dtype = nullopt) {
  return linalg_matrix_norm(A, ord, dim, keepdim, dtype);
}
inline Tensor matrix_norm(const Tensor& A, std::string_view ord = "fro", IntArrayRef dim = {-2, -1},
                          bool keepdim = false, optional<ScalarType> dtype = nullopt) {
  return linalg_matrix_norm(A, ord, dim, keepdim, dtype);
}
/// The same as linalg_norm().
inline Tensor norm(const Tensor& x, const optional<Scalar>& ord = nullopt,
                   OptionalIntArrayRef dim = nullopt, bool keepdim = false,
                   optional<ScalarType> dtype = nullopt) {
  return linalg_norm(x, ord, dim, keepdim, dtype);
}
inline Tensor norm(const Tensor& x, std::string_view ord, OptionalIntArrayRef dim = nullopt,
                   bool keepdim = false, optional<ScalarType> dtype = nullopt) {
  return linalg_norm(x, ord, dim, keepdim, dtype);
}
/// The same as linalg_cond().
inline Tensor cond(const Tensor& A, const optional<Scalar>& p = nullopt) {
  return linalg_cond(A, p);
}
inline Tensor cond(const Tensor& A, std::string_view p) { return linalg_cond(A, p); }
/// The same as linalg_matrix_rank().
inline Tensor matrix_rank(const Tensor& A, const OptionalTensor& atol = {},
                          const OptionalTensor& rtol = {}, bool hermitian = false) {
  return linalg_matrix_rank(A, atol, rtol, hermitian);
}
inline Tensor matrix_rank(const Tensor& A, optional<double> atol, optional<double> rtol,
                          bool hermitian = false) {
  return linalg_matrix_rank(A, atol, rtol, hermitian);
}
inline Tensor matrix_rank(const Tensor& A, double tol, bool hermitian = false) {
  return linalg_matrix_rank(A, tol, hermitian);
}
inline Tensor matrix_rank(const Tensor& A, const Tensor& tol, bool hermitian = false) {
  return linalg_matrix_rank(A, tol, hermitian);
}
/// The same as linalg_pinv().
inline Tensor pinv(const Tensor& A, const OptionalTensor& atol = {},
                   const OptionalTensor& rtol = {}, bool hermitian = false) {
  return linalg_pinv(A, atol, rtol, hermitian);
}
inline Tensor pinv(const Tensor& A, optional<double> atol, optional<double> rtol,
                   bool hermitian = false) {
  return linalg_pinv(A, atol, rtol, hermitian);
}
inline Tensor pinv(const Tensor& A, double rcond, bool hermitian = false) {
  return linalg_pinv(A, rcond, hermitian);
}
inline Tensor pinv(const Tensor& A, const Tensor& rcond, bool hermitian = false) {
  return linalg_pinv(A, rcond, hermitian);
}

}  // namespace eigengrad::linalg
