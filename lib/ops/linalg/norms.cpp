#include "eigengrad/ops/linalg/norms.hpp"

#include <cmath>
#include <limits>

#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/linalg/svd.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/reduction/extrema.hpp"
#include "eigengrad/ops/reduction/norms.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "ops/linalg/decompositions.hpp"

namespace eigengrad {
namespace {

/// The two dimensions that a norm runs over.
struct DimPair {
  std::int64_t rows;
  std::int64_t cols;
};

DimPair dims_of_norm(std::string_view op, const Tensor& x, IntArrayRef dim) {
  if (dim.size() != 2)
    detail::fail<ShapeError>(op, "needs two dimensions to run over, got ", dim,
                             "; linalg_vector_norm() takes any");
  const std::size_t n = x.sizes().size();
  const auto rows = detail::wrap_dim(op, dim[0], n), cols = detail::wrap_dim(op, dim[1], n);
  if (n < 2)
    detail::fail<ShapeError>(op, "needs a matrix or a batch of them, got shape ", x.sizes(),
                             "; linalg_vector_norm() takes vectors");
  if (rows == cols)
    detail::fail<ValueError>(op, "the two dimensions in ", dim,
                             " are the same; give two different ones");
  return {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(cols)};
}

Tensor with_dtype(std::string_view op, const Tensor& x, const optional<ScalarType>& dtype) {
  if (!x.is_floating_point())
    detail::fail<DtypeError>(op, "needs a floating point tensor, got ", to_string(x.dtype()),
                             "; convert it with to()");
  if (!dtype) return x;
  if (!is_floating_point(*dtype) || *dtype < x.dtype())
    detail::fail<DtypeError>(op, "the dtype ", to_string(*dtype),
                             " is narrower than that of the tensor, ", to_string(x.dtype()),
                             "; give the tensor's or a wider one");
  return x.to(*dtype);
}

/// `over` of the singular values, which are in the last dimension; the result has the shape of the norm.
template <class F>
Tensor of_singular_values(const Tensor& x, DimPair p, bool keepdim, F over) {
  const std::int64_t n = x.dim();
  const Tensor y = over(linalg_svdvals(movedim(x, {p.rows, p.cols}, {n - 2, n - 1})));
  if (!keepdim) return y;
  return movedim(y.unsqueeze(-1).unsqueeze(-1), {n - 2, n - 1}, {p.rows, p.cols});
}

/// The largest or the smallest sum of absolute values along `summed`.
Tensor of_sums(const Tensor& x, std::int64_t summed, std::int64_t other, bool smallest,
               bool keepdim) {
  const Tensor sums = linalg_vector_norm(x, 1, summed, keepdim);
  if (!keepdim && summed < other) --other;
  return smallest ? sums.amin(other, keepdim) : sums.amax(other, keepdim);
}

Tensor matrix_norm(std::string_view op, const Tensor& x, double order, IntArrayRef dim,
                   bool keepdim) {
  const DimPair p = dims_of_norm(op, x, dim);
  const double size = std::abs(order);
  const bool smallest = order < 0;
  if (size == 1) return of_sums(x, p.rows, p.cols, smallest, keepdim);
  if (std::isinf(size)) return of_sums(x, p.cols, p.rows, smallest, keepdim);
  if (size == 2)
    return of_singular_values(x, p, keepdim,
                              [&](const Tensor& s) { return smallest ? s.amin(-1) : s.amax(-1); });
  detail::fail<ValueError>(op, "there is no matrix norm of order ", order,
                           "; choose 1, -1, 2, -2, inf, -inf, \"fro\" or \"nuc\"");
}

Tensor matrix_norm(std::string_view op, const Tensor& x, std::string_view order, IntArrayRef dim,
                   bool keepdim) {
  const DimPair p = dims_of_norm(op, x, dim);
  if (order == "fro") return linalg_vector_norm(x, 2, {p.rows, p.cols}, keepdim);
  if (order == "nuc")
    return of_singular_values(x, p, keepdim, [](const Tensor& s) { return s.sum(-1); });
  detail::fail<ValueError>(op, "there is no matrix norm called \"", order,
                           "\"; choose \"fro\", \"nuc\", 1, -1, 2, -2, inf or -inf");
}

void require_one_or_two(std::string_view op, const Tensor& x, const OptionalIntArrayRef& dim) {
  const std::size_t n = dim.has_value() ? dim.value().size() : x.sizes().size();
  if (n == 1 || n == 2) return;
  if (dim.has_value())
    detail::fail<ShapeError>(op, "runs over one or two dimensions, got ", dim.value(),
                             "; flatten() first for the norm of all elements");
  detail::fail<ShapeError>(op, "an order of a tensor of shape ", x.sizes(),
                           " needs dim; it may be left out for vectors and matrices");
}

/// x / y for singular values x and y of `a`; where both are 0, `numerator` / 0. Where y is 0 the gradient by `a` is
/// NaN, by the term 0 * sum(a): the derivative 0 that singular values of 0 have by convention would give a finite one, and
/// the quotient has none.
Tensor quotient(const Tensor& x, const Tensor& y, double numerator, const Tensor& a) {
  const Tensor none = y.detach().eq(0);
  if (!none.any().item<bool>()) return x / y;
  return (x + where(none, a.sum({-2, -1}) * 0 + numerator, 0)) / y;
}

/// The norm of a times that of its inverse, without overflow at any scale of a.
template <class Norm>
Tensor condition(std::string_view op, const Tensor& given, Norm norm) {
  matrices::require_square(op, given);
  if (given.size(-1) == 0) return zeros(batch_and(given, {}), given.options());
  const Tensor a = matrices::Scale(given).off(given);
  const auto [inverse, info] = linalg_inv_ex(a);
  const Tensor singular = info.ne(0);
  const Tensor finite = where(singular.unsqueeze(-1).unsqueeze(-1), 1, inverse);
  const Tensor product = norm(a) * norm(finite);
  // Infinity by division, so that its derivative is not 0.
  const Tensor infinite = (product + 1) / singular.logical_not();
  return where(singular, infinite, product);
}

}  // namespace

Tensor linalg_matrix_norm(const Tensor& A, const Scalar& ord, IntArrayRef dim, bool keepdim,
                          optional<ScalarType> dtype) {
  constexpr const char* op = "linalg_matrix_norm";
  return matrix_norm(op, with_dtype(op, A, dtype), ord.toDouble(), dim, keepdim);
}
Tensor linalg_matrix_norm(const Tensor& A, std::string_view ord, IntArrayRef dim, bool keepdim,
                          optional<ScalarType> dtype) {
  constexpr const char* op = "linalg_matrix_norm";
  return matrix_norm(op, with_dtype(op, A, dtype), ord, dim, keepdim);
}

Tensor linalg_norm(const Tensor& x, const optional<Scalar>& ord, OptionalIntArrayRef dim,
                   bool keepdim, optional<ScalarType> dtype) {
  constexpr const char* op = "linalg_norm";
  if (dim.has_value() || ord) require_one_or_two(op, x, dim);
  const std::size_t n = dim.has_value() ? dim.value().size() : x.sizes().size();
  if (!ord || n == 1) return linalg_vector_norm(x, ord.value_or(2), dim, keepdim, dtype);
  const DimVector plane = dim.has_value() ? DimVector(dim.value()) : DimVector{0, 1};
  return matrix_norm(op, with_dtype(op, x, dtype), ord->toDouble(), plane, keepdim);
}
Tensor linalg_norm(const Tensor& x, std::string_view ord, OptionalIntArrayRef dim, bool keepdim,
                   optional<ScalarType> dtype) {
  constexpr const char* op = "linalg_norm";
  require_one_or_two(op, x, dim);
  const DimVector plane = dim.has_value() ? DimVector(dim.value()) : DimVector{0, 1};
  return matrix_norm(op, with_dtype(op, x, dtype), ord, plane, keepdim);
}

Tensor nuclear_norm(const Tensor& x, bool keepdim) {
  if (x.dim() != 2)
    detail::fail<ShapeError>("nuclear_norm", "needs a matrix, got shape ", x.sizes(),
                             "; name two dimensions of a batch");
  return nuclear_norm(x, {0, 1}, keepdim);
}
Tensor nuclear_norm(const Tensor& x, IntArrayRef dim, bool keepdim) {
  constexpr const char* op = "nuclear_norm";
  return matrix_norm(op, with_dtype(op, x, nullopt), "nuc", dim, keepdim);
}

Tensor frobenius_norm(const Tensor& x) { return norm(x, 2); }
Tensor frobenius_norm(const Tensor& x, IntArrayRef dim, bool keepdim) {
  if (dim.size() > 2)
    detail::fail<ShapeError>("frobenius_norm", "runs over at most two dimensions, got ", dim,
                             "; use linalg_vector_norm() for more");
  return norm(x, 2, dim, keepdim);
}

Tensor linalg_cond(const Tensor& A, const optional<Scalar>& p) {
  constexpr const char* op = "linalg_cond";
  matrices::require(op, A);
  const double order = p ? p->toDouble() : 2.0;
  if (std::abs(order) != 2)
    return condition(op, A, [&](const Tensor& x) {
      return matrix_norm(op, x, order, {-2, -1}, false);
    });
  if (A.size(-1) == 0 || A.size(-2) == 0) return zeros(batch_and(A, {}), A.options());
  const Tensor s = linalg_svdvals(A);
  const Tensor first = s.select(-1, 0), last = s.select(-1, -1);
  return order > 0 ? quotient(first, last, 1, A) : quotient(last, first, 0, A);
}
Tensor linalg_cond(const Tensor& A, std::string_view p) {
  constexpr const char* op = "linalg_cond";
  matrices::require(op, A);
  return condition(op, A, [&](const Tensor& x) { return matrix_norm(op, x, p, {-2, -1}, false); });
}

}  // namespace eigengrad
