#include "eigengrad/ops/linalg/eig.hpp"
#include "eigengrad/ops/linalg/eigh.hpp"
#include "eigengrad/ops/linalg/lowrank.hpp"
#include "eigengrad/ops/linalg/lstsq.hpp"
#include "eigengrad/ops/linalg/matrix_functions.hpp"
#include "eigengrad/ops/linalg/norms.hpp"
#include "eigengrad/ops/linalg/pseudoinverse.hpp"
#include "eigengrad/ops/linalg/qr.hpp"
#include "eigengrad/ops/linalg/svd.hpp"
#include "ops/errors.hpp"

namespace table {
namespace {

using eg::Tensor;

constexpr auto kNumericError = is_error<eg::NumericError>;
constexpr auto kNotImplementedError = is_error<eg::NotImplementedError>;

using OnMatrix = Tensor (*)(const Tensor&);

/// What every function of square matrices, or of any, refuses.
void add_shapes(ErrorRows& rows) {
  const std::pair<const char*, OnMatrix> square[] = {
      {"linalg_eigh", [](const Tensor& a) { return std::get<0>(eg::linalg_eigh(a)); }},
      {"linalg_eigvalsh", [](const Tensor& a) { return eg::linalg_eigvalsh(a); }},
      {"symeig", [](const Tensor& a) { return std::get<0>(eg::symeig(a)); }},
      {"linalg_eig", [](const Tensor& a) { return std::get<0>(eg::linalg_eig(a)); }},
      {"linalg_eigvals", [](const Tensor& a) { return eg::linalg_eigvals(a); }},
      {"linalg_matrix_exp", [](const Tensor& a) { return eg::linalg_matrix_exp(a); }},
      {"sqrtm", [](const Tensor& a) { return eg::sqrtm(a); }},
      {"logm", [](const Tensor& a) { return eg::logm(a); }},
      {"expm_multiply", [](const Tensor& a) { return eg::expm_multiply(a, a); }},
      {"linalg_cond_1", [](const Tensor& a) { return eg::linalg_cond(a, 1); }}};
  for (const auto& [name, f] : square)
    rows.push_back({std::string(name) + "_not_square",
                    kShapeError,
                    "needs square matrices, got shape [2, 3]",
                    {real({2, 3})},
                    [f = f](variable_list& v) { f(v[0]); }});
  const std::pair<const char*, OnMatrix> any[] = {
      {"linalg_svd", [](const Tensor& a) { return std::get<1>(eg::linalg_svd(a)); }},
      {"linalg_svdvals", [](const Tensor& a) { return eg::linalg_svdvals(a); }},
      {"svd", [](const Tensor& a) { return std::get<1>(eg::svd(a)); }},
      {"linalg_qr", [](const Tensor& a) { return std::get<1>(eg::linalg_qr(a)); }},
      {"geqrf", [](const Tensor& a) { return std::get<1>(eg::geqrf(a)); }},
      {"linalg_pinv", [](const Tensor& a) { return eg::linalg_pinv(a); }},
      {"linalg_matrix_rank", [](const Tensor& a) { return eg::linalg_matrix_rank(a); }},
      {"linalg_cond", [](const Tensor& a) { return eg::linalg_cond(a); }},
      {"linalg_lstsq", [](const Tensor& a) { return std::get<0>(eg::linalg_lstsq(a, a)); }},
      {"svd_lowrank", [](const Tensor& a) { return std::get<0>(eg::svd_lowrank(a)); }},
      {"pca_lowrank", [](const Tensor& a) { return std::get<0>(eg::pca_lowrank(a)); }},
      {"linalg_eigh_of_vector", [](const Tensor& a) { return std::get<0>(eg::linalg_eigh(a)); }}};
  for (const auto& [name, f] : any) {
    rows.push_back({std::string(name) + "_of_a_vector",
                    kShapeError,
                    "needs a matrix or a batch of them, got shape [3]",
                    {real({3})},
                    [f = f](variable_list& v) { f(v[0]); }});
    rows.push_back({std::string(name) + "_of_integers",
                    kDtypeError,
                    "needs a floating point tensor, got int64",
                    {integers({3, 3})},
                    [f = f](variable_list& v) { f(v[0]); }});
  }
}

void add_arguments(ErrorRows& rows) {
  const Array x = real({3, 3}), tall = real({4, 2});
  const auto add = [&](const char* name, auto type, const char* phrase, std::vector<Array> in,
                       Action act) {
    rows.push_back({name, type, phrase, std::move(in), std::move(act)});
  };
  add("eigh_uplo", kValueError, "UPLO must be \"L\" or \"U\", got \"X\"", {x},
      [](variable_list& v) { eg::linalg_eigh(v[0], "X"); });
  add("svd_driver", kValueError, "there is no driver to choose, got \"gesvd\"", {x},
      [](variable_list& v) { eg::linalg_svd(v[0], true, "gesvd"); });
  add("svdvals_driver", kValueError, "there is no driver to choose, got \"gesvd\"", {x},
      [](variable_list& v) { eg::linalg_svdvals(v[0], "gesvd"); });
  add("svd_lowrank_q", kValueError, "q must be in [0, 2] for matrices of shape [4, 2], got 6",
      {tall}, [](variable_list& v) { eg::svd_lowrank(v[0]); });
  add("pca_lowrank_niter", kValueError, "niter must not be negative, got -1", {tall},
      [](variable_list& v) { eg::pca_lowrank(v[0], 2, true, -1); });
  add("qr_mode", kValueError, "must be \"reduced\", \"complete\" or \"r\", got \"full\"", {x},
      [](variable_list& v) { eg::linalg_qr(v[0], "full"); });
  add("matrix_norm_order", kValueError, "no matrix norm of order 3", {x},
      [](variable_list& v) { eg::linalg_matrix_norm(v[0], 3); });
  add("matrix_norm_name", kValueError, "no matrix norm called \"max\"", {x},
      [](variable_list& v) { eg::linalg_matrix_norm(v[0], "max"); });
  add("cond_order", kValueError, "no matrix norm of order 3", {x},
      [](variable_list& v) { eg::linalg_cond(v[0], 3); });
  add("matrix_norm_same_dims", kValueError, "the two dimensions in [0, -2] are the same", {x},
      [](variable_list& v) {
        eg::linalg_matrix_norm(v[0], "fro", {0, -2});
      });
  add("matrix_norm_one_dim", kShapeError, "needs two dimensions to run over, got [1]", {x},
      [](variable_list& v) { eg::linalg_matrix_norm(v[0], "fro", {1}); });
  add("matrix_norm_dim", kIndexError, "Dimension out of range", {x}, [](variable_list& v) {
    eg::linalg_matrix_norm(v[0], "fro", {0, 2});
  });
  add("matrix_norm_integers", kDtypeError, "floating point", {integers({2, 2})},
      [](variable_list& v) { eg::linalg_matrix_norm(v[0]); });
  add("matrix_norm_narrower", kDtypeError, "is narrower than that of the tensor", {x},
      [](variable_list& v) {
        eg::linalg_matrix_norm(v[0], "fro", {0, 1}, false, eg::kFloat32);
      });
  add("norm_without_dim", kShapeError, "needs dim", {real({2, 2, 2})},
      [](variable_list& v) { eg::linalg_norm(v[0], 2); });
  add("norm_of_three_dims", kShapeError, "runs over one or two dimensions", {real({2, 2, 2})},
      [](variable_list& v) {
        eg::linalg_norm(v[0], 2, {0, 1, 2});
      });
  add("nuclear_norm_of_a_batch", kShapeError, "needs a matrix, got shape", {real({2, 2, 2})},
      [](variable_list& v) { eg::nuclear_norm(v[0]); });
  add("frobenius_norm_of_three_dims", kShapeError, "runs over at most two dimensions",
      {real({2, 2, 2})}, [](variable_list& v) {
        eg::frobenius_norm(v[0], {0, 1, 2});
      });
  add("expm_multiply_shapes", kShapeError, "cannot be multiplied", {x, tall},
      [](variable_list& v) { eg::expm_multiply(v[0], v[1]); });
  add("lstsq_driver", kValueError, "\"gels\", \"gelsy\", \"gelsd\" or \"gelss\", got \"svd\"",
      {x, x}, [](variable_list& v) { eg::linalg_lstsq(v[0], v[1], eg::nullopt, "svd"); });
  add("lstsq_rows", kShapeError, "needs the same batch and number of rows", {x, tall},
      [](variable_list& v) { eg::linalg_lstsq(v[0], v[1]); });
  add("lstsq_dims", kShapeError, "needs as many dimensions, or one less", {x, real({2, 3, 1})},
      [](variable_list& v) { eg::linalg_lstsq(v[0], v[1]); });
  add("lstsq_dtypes", kDtypeError, "same dtype", {x, x},
      [](variable_list& v) { eg::linalg_lstsq(v[0], v[1].to(eg::kFloat32)); });
  add("lstsq_without_full_rank", kNumericError, "matrix 0 of the batch does not have full rank",
      {x, x},
      [](variable_list& v) { eg::linalg_lstsq(eg::zeros_like(v[0]), v[1], eg::nullopt, "gels"); });
  add("householder_product_wide", kShapeError, "at least as many rows as columns",
      {real({2, 3}), real({2})},
      [](variable_list& v) { eg::linalg_householder_product(v[0], v[1]); });
  add("householder_product_batch", kShapeError, "it needs one row for each", {tall, real({1, 2})},
      [](variable_list& v) { eg::linalg_householder_product(v[0], v[1]); });
  add("householder_product_reflectors", kShapeError, "3 reflectors do not fit into the 2 columns",
      {tall, real({3})}, [](variable_list& v) { eg::orgqr(v[0], v[1]); });
}

void add_values(ErrorRows& rows) {
  const Array turn({2, 2}, {0, -1, 1, 0}), negative({2, 2}, {-1, 0, 0, -2});
  const auto add = [&](const char* name, const Array& x, OnMatrix f) {
    rows.push_back({name,
                    kNumericError,
                    "matrix 0 of the batch has no real result",
                    {x},
                    [f](variable_list& v) { f(v[0]); }});
  };
  add("eig_complex", turn, [](const Tensor& a) { return std::get<0>(eg::linalg_eig(a)); });
  add("eigvals_complex", turn, [](const Tensor& a) { return eg::linalg_eigvals(a); });
  add("sqrtm_negative", negative, [](const Tensor& a) { return eg::sqrtm(a); });
  add("sqrtm_nilpotent", Array({2, 2}, {0, 1, 0, 0}), [](const Tensor& a) { return eg::sqrtm(a); });
  add("logm_negative", negative, [](const Tensor& a) { return eg::logm(a); });
  add("logm_singular", Array({2, 2}, {1, 0, 0, 0}), [](const Tensor& a) { return eg::logm(a); });
}

/// Without a derivative, as in PyTorch.
void add_derivatives(ErrorRows& rows) {
  const auto add = [&](const char* name, const char* phrase, const Array& x, OnMatrix f) {
    rows.push_back({name, kNotImplementedError, phrase, {x}, [f](variable_list& v) {
                      f(v[0].clone().requires_grad_()).sum().backward();
                    }});
  };
  add("qr_without_q", "is not computed in mode \"r\"", real({3, 3}),
      [](const Tensor& a) { return std::get<1>(eg::linalg_qr(a, "r")); });
  add("qr_complete", "not differentiable for more rows than columns", real({4, 2}),
      [](const Tensor& a) { return std::get<0>(eg::linalg_qr(a, "complete")); });
}

}  // namespace

ErrorRows decomposition_errors() {
  ErrorRows rows;
  add_shapes(rows);
  add_arguments(rows);
  add_values(rows);
  add_derivatives(rows);
  return rows;
}

}  // namespace table
