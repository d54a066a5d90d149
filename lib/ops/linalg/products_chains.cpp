#include <algorithm>
#include <limits>
#include <vector>

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/checked.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/reduction/cumulative.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/assembly.hpp"

namespace eigengrad {
namespace {

// ---- Chains of matrices.

/// Where to cut a chain of matrices, matrix i being extents[i] x extents[i + 1], so that the number of
/// multiplications is smallest; by dynamic programming, from short chains to long ones.
class ChainOrder {
 public:
  explicit ChainOrder(const std::vector<std::int64_t>& extents)
      : n_(extents.size() - 1), cuts_(n_ * n_) {
    std::vector<double> cost(n_ * n_, 0);
    for (std::size_t length = 1; length < n_; ++length)
      for (std::size_t i = 0; i + length < n_; ++i) {
        const std::size_t j = i + length;
        double best = std::numeric_limits<double>::infinity();
        for (std::size_t k = i; k < j; ++k) {
          const double product = static_cast<double>(extents[i]) *
                                 static_cast<double>(extents[k + 1]) *
                                 static_cast<double>(extents[j + 1]);
          const double total = cost[i * n_ + k] + cost[(k + 1) * n_ + j] + product;
          if (total < best) {
            best = total;
            cuts_[i * n_ + j] = k;
          }
        }
        cost[i * n_ + j] = best;
      }
  }

  Tensor multiply(const std::vector<Tensor>& chain, std::size_t i, std::size_t j) const {
    if (i == j) return chain[i];
    const std::size_t k = cuts_[i * n_ + j];
    return mm(multiply(chain, i, k), multiply(chain, k + 1, j));
  }

 private:
  std::size_t n_;
  std::vector<std::size_t> cuts_;
};

Tensor chain_product(std::string_view op, TensorList matrices) {
  if (matrices.size() < 2)
    detail::fail<ShapeError>(op, "expected at least 2 tensors, got ", matrices.size());
  std::vector<Tensor> chain(matrices.begin(), matrices.end());
  const bool row = chain.front().dim() == 1;
  const bool column = chain.back().dim() == 1;
  if (row) chain.front() = chain.front().unsqueeze(0);
  if (column) chain.back() = chain.back().unsqueeze(1);
  std::vector<std::int64_t> extents;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (chain[i].dim() != 2)
      detail::fail<ShapeError>(op, "tensor ", i, " has shape ", matrices[i].sizes(),
                               "; all must be matrices, but the first and the last may be vectors");
    if (i > 0 && chain[i].size(0) != extents.back())
      detail::fail<ShapeError>(op, "shapes ", matrices[i - 1].sizes(), " and ", matrices[i].sizes(),
                               " cannot be multiplied: tensors ", i - 1, " and ", i,
                               " need equal inner extents; check the order of the tensors");
    if (i == 0) extents.push_back(chain[i].size(0));
    extents.push_back(chain[i].size(1));
  }
  Tensor y = ChainOrder(extents).multiply(chain, 0, chain.size() - 1);
  if (row) y = y.select(0, 0);
  if (column) y = y.select(-1, 0);
  return y;
}

// ---- Vector product.

/// y = a x b along `dim`, extents broadcast already. y . g = det(a, b, g) does not change when its
/// arguments rotate, so grad a = b x g and grad b = g x a.
struct Cross {
  static constexpr auto node_name = "LinalgCrossBackward0";
  /// Counted from the end.
  std::int64_t dim;
  DimVector a_sizes;
  DimVector b_sizes;
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }

  Tensor forward(const Tensor& a, const Tensor& b) const {
    const detail::Unrecorded unrecorded;
    const Tensor y =
        empty(autograd::broadcast_shapes("linalg_cross", a.sizes(), b.sizes()), a.dtype());
    for (std::int64_t k = 0; k < 3; ++k) {
      const std::int64_t next = (k + 1) % 3;
      const std::int64_t last = (k + 2) % 3;
      Tensor part = a.select(dim, next) * b.select(dim, last);
      part.sub_(a.select(dim, last) * b.select(dim, next));
      y.select(dim, k).copy_(part);
    }
    return y;
  }
  Tensor grad_a(const Tensor& g, const Tensor& b) const {
    return autograd::sum_to(linalg_cross(beside(g, b), g, dim), a_sizes, lead);
  }
  Tensor grad_b(const Tensor& g, const Tensor& a) const {
    return autograd::sum_to(linalg_cross(g, beside(g, a), dim), b_sizes, lead);
  }

 private:
  /// The value x with as many dimensions as the cotangent g.
  static Tensor beside(const Tensor& g, const Tensor& x) {
    return g.dim() == x.dim() ? x : x.unsqueeze(0);
  }
};

/// x to the power n > 0, by repeated squaring.
Tensor power_of(const Tensor& x, std::uint64_t n) {
  Tensor y;
  for (Tensor square = x;; square = matmul(square, square)) {
    if (n % 2 == 1) y = y.defined() ? matmul(y, square) : square;
    n /= 2;
    if (n == 0) return y;
  }
}

}  // namespace

Tensor linalg_multi_dot(TensorList matrices) { return chain_product("linalg_multi_dot", matrices); }

Tensor chain_matmul(TensorList matrices) {
  for (std::size_t i = 0; i < matrices.size(); ++i)
    if (matrices[i].dim() != 2)
      detail::fail<ShapeError>("chain_matmul", "tensor ", i, " has shape ", matrices[i].sizes(),
                               "; all must be matrices");
  return matrices.size() == 1 ? matrices[0] : chain_product("chain_matmul", matrices);
}

Tensor linalg_matrix_power(const Tensor& x, std::int64_t n) {
  if (x.dim() < 2 || x.size(-1) != x.size(-2))
    detail::fail<ShapeError>("linalg_matrix_power", "needs square matrices, got shape ", x.sizes(),
                             "; pow() takes powers of elements");
  if (n < 0) return power_of(linalg_inv(x), std::uint64_t{0} - static_cast<std::uint64_t>(n));
  if (n == 0) return eye(x.size(-1), x.dtype()).expand(x.sizes()).clone();
  if (n == 1) return x.clone();
  return power_of(x, static_cast<std::uint64_t>(n));
}
Tensor matrix_power(const Tensor& x, std::int64_t n) { return linalg_matrix_power(x, n); }

Tensor linalg_vander(const Tensor& x, optional<std::int64_t> N) {
  if (x.dim() == 0)
    detail::fail<ShapeError>("linalg_vander", "needs at least one dimension, got shape ", x.sizes(),
                             "; unsqueeze() adds one");
  if (x.dtype() == kBool)
    detail::fail<DtypeError>("linalg_vander",
                             "is not defined for bool tensors; convert them with to(kInt64)");
  const std::int64_t n = N ? *N : x.size(-1);
  if (n < 2 && (N || n == 1))
    detail::fail<ValueError>("linalg_vander", "N must be greater than 1, got ", n);
  const Tensor first = x.unsqueeze(-1);
  DimVector sizes(first.sizes());
  sizes.back() = std::max<std::int64_t>(0, n - 1);
  return cat({ones_like(first), cumprod(first.expand(sizes), -1)}, -1);
}

Tensor linalg_vecdot(const Tensor& a, const Tensor& b, std::int64_t dim) {
  if (!a.is_floating_point() || !b.is_floating_point())
    detail::fail<DtypeError>("linalg_vecdot", "needs floating point tensors, got ",
                             to_string(a.dtype()), " and ", to_string(b.dtype()),
                             "; convert them with to()");
  const DimVector sizes = autograd::broadcast_shapes("linalg_vecdot", a.sizes(), b.sizes());
  detail::wrap_dim("linalg_vecdot", dim, sizes.size());
  return (a * b).sum(dim);
}

Tensor linalg_cross(const Tensor& a, const Tensor& b, std::int64_t dim) {
  if (a.dim() != b.dim())
    detail::fail<ShapeError>("linalg_cross", "shapes ", a.sizes(), " and ", b.sizes(),
                             " must have the same number of dimensions");
  const std::size_t d = detail::wrap_dim("linalg_cross", dim, a.sizes().size());
  if (a.dim() == 0 || a.sizes()[d] != 3 || b.sizes()[d] != 3)
    detail::fail<ShapeError>("linalg_cross", "dimension ", dim, " must have extent 3 in both, got ",
                             a.sizes(), " and ", b.sizes());
  const Tensor* const both[] = {&a, &b};
  const ScalarType dtype = autograd::result_type(both, 2);
  if (dtype == kBool)
    detail::fail<DtypeError>("linalg_cross",
                             "is not defined for bool tensors; convert them with to(kInt64)");
  return autograd::apply_bilinear(
      Cross{static_cast<std::int64_t>(d) - a.dim(), DimVector(a.sizes()), DimVector(b.sizes()), -1},
      a.to(dtype), b.to(dtype));
}

Tensor cross(const Tensor& a, const Tensor& b, optional<std::int64_t> dim) {
  if (dim) return linalg_cross(a, b, *dim);
  const IntArrayRef sizes = a.sizes();
  const auto* const first = std::find(sizes.begin(), sizes.end(), 3);
  if (first == sizes.end())
    detail::fail<ShapeError>("cross", "no dimension of size 3 in shape ", sizes,
                             "; name one with dim");
  return linalg_cross(a, b, first - sizes.begin());
}

Tensor Tensor::matrix_power(std::int64_t n) const { return linalg_matrix_power(*this, n); }
Tensor Tensor::cross(const Tensor& other, optional<std::int64_t> dim) const {
  return eigengrad::cross(*this, other, dim);
}

}  // namespace eigengrad
