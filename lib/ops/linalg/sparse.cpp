#include "eigengrad/ops/linalg/sparse.hpp"

#include "autograd/kinds.hpp"
#include "core/fail.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/linalg/sparse.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad {

struct SparseMatrix::SparsityPattern {
  std::int64_t rows;
  std::int64_t cols;
  Indices starts;
  Indices indices;
  kernels::SparsityPattern view() const noexcept {
    return {rows, cols, starts.data(), indices.data()};
  }
};

namespace {

using Pattern = std::shared_ptr<const SparseMatrix::SparsityPattern>;
using autograd::apply_bilinear;

Tensor new_matrix(ScalarType dtype, std::int64_t rows, std::int64_t cols) {
  return detail::uninitialised(dtype, {rows, cols});
}

Tensor sampled(const Pattern& pattern, const Tensor& a, const Tensor& b);
Tensor product(const Pattern& pattern, bool transposed, const Tensor& values, const Tensor& x);

/// V x or V^T x, with the values v of V and a matrix x. Its gradient by v is the product g x^T at the
/// entries of V, whose own gradients are products with V again.
struct Product {
  static constexpr auto node_name = "SparseMatmulBackward0";
  Pattern pattern;
  bool transposed;
  Tensor forward(const Tensor& v, const Tensor& x) const {
    const Tensor y =
        new_matrix(x.dtype(), transposed ? pattern->cols : pattern->rows, x.sizes()[1]);
    kernels::sparse_product(pattern->view(), transposed, row_major(v), row_major(x), y);
    return y;
  }
  Tensor grad_a(const Tensor& g, const Tensor& x) const {
    return transposed ? sampled(pattern, x, g) : sampled(pattern, g, x);
  }
  Tensor grad_b(const Tensor& g, const Tensor& v) const {
    return product(pattern, !transposed, v, g);
  }
};

/// a b^T at the entries of the pattern of V.
struct Sampled {
  static constexpr auto node_name = "SparseSampledBackward0";
  Pattern pattern;
  Tensor forward(const Tensor& a, const Tensor& b) const {
    const Tensor v = Tensor::adopt(detail::TensorImpl::create(
        a.dtype(), {static_cast<std::int64_t>(pattern->indices.size())}));
    kernels::sampled_product(pattern->view(), row_major(a), row_major(b), v);
    return v;
  }
  Tensor grad_a(const Tensor& g, const Tensor& b) const { return product(pattern, false, g, b); }
  Tensor grad_b(const Tensor& g, const Tensor& a) const { return product(pattern, true, g, a); }
};

Tensor product(const Pattern& pattern, bool transposed, const Tensor& values, const Tensor& x) {
  return apply_bilinear(Product{pattern, transposed}, values, x);
}
Tensor sampled(const Pattern& pattern, const Tensor& a, const Tensor& b) {
  return apply_bilinear(Sampled{pattern}, a, b);
}

/// x = V^-1 b or V^-T b. Inputs: the values of V, b. With w = V^-T g the gradient by b is w, that by the
/// values -w x^T at their entries (Giles 2008, 2.2.3).
struct Solution {
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 1;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = 1;
  static constexpr auto node_name = "SparseSolveBackward0";
  Pattern pattern;
  std::shared_ptr<const kernels::SparseFactor> factor;
  /// Whether the factor is one of the symmetric part of V.
  bool symmetric;
  bool transposed;

  struct Inputs {
    const Tensor& values;
    const Tensor& b;
  };

  Tensor forward(const Tensor&, const Tensor& b) const {
    const Tensor x = new_matrix(b.dtype(), b.sizes()[0], b.sizes()[1]);
    factor->solve(row_major(b), transposed, x);
    return x;
  }
  Tensor apply(const Tensor& v, const Tensor& b) const {
    return autograd::apply_many(*this, {v, b});
  }
  Solution adjoint() const { return {pattern, factor, symmetric, !transposed}; }
  /// a b^T at the entries of the pattern of V, or of its symmetric part.
  Tensor outer(const Tensor& a, const Tensor& b) const {
    if (symmetric) return (sampled(pattern, a, b) + sampled(pattern, b, a)) * 0.5;
    return transposed ? sampled(pattern, b, a) : sampled(pattern, a, b);
  }
  Tensor times(const Tensor& v, const Tensor& x) const {
    if (symmetric) return (product(pattern, false, v, x) + product(pattern, true, v, x)) * 0.5;
    return product(pattern, transposed, v, x);
  }
  Tensor vjp(std::size_t i, const Tensor& g, const Inputs& in, const Tensor& x) const {
    const Tensor w = adjoint().apply(in.values, g);
    return i == 1 ? w : -outer(w, x);
  }
  Tensor jvp(std::size_t, const Inputs& t, const Inputs& in, const Tensor& x) const {
    Tensor right = t.b;
    if (t.values.defined()) {
      const Tensor change = times(t.values, x);
      right = right.defined() ? right - change : -change;
    }
    return apply(in.values, right);
  }
};

/// `x` as a matrix. Throws: ShapeError unless it has `n` rows, DtypeError unless it has A's dtype.
Tensor as_columns(const char* op, const SparseMatrix& a, const Tensor& x, std::int64_t n) {
  if (x.dim() < 1 || x.dim() > 2 || x.size(0) != n)
    detail::fail<ShapeError>(op, "shapes (", a.rows(), " x ", a.cols(), ") and ", x.sizes(),
                             " cannot be multiplied; the dense operand needs shape [", n, "] or [",
                             n, ", k]");
  if (x.dtype() != a.values().dtype())
    detail::fail<DtypeError>(op, "the matrix holds ", to_string(a.values().dtype()),
                             ", the dense operand ", to_string(x.dtype()),
                             "; convert one with to()");
  return x.dim() == 1 ? x.unsqueeze(1) : x;
}
Tensor like(const Tensor& y, const Tensor& x) { return x.dim() == 1 ? y.squeeze(1) : y; }

}  // namespace

std::int64_t SparseMatrix::rows() const noexcept {
  return transposed_ ? pattern_->cols : pattern_->rows;
}
std::int64_t SparseMatrix::cols() const noexcept {
  return transposed_ ? pattern_->rows : pattern_->cols;
}
const std::int64_t* SparseMatrix::starts() const noexcept { return pattern_->starts.data(); }
const std::int64_t* SparseMatrix::indices() const noexcept { return pattern_->indices.data(); }

void SparseMatrix::adopt(std::int64_t rows, std::int64_t cols, Indices starts, Indices indices) {
  pattern_ = std::make_shared<const SparsityPattern>(
      SparsityPattern{rows, cols, std::move(starts), std::move(indices)});
}

Tensor SparseMatrix::checked(const Tensor& values) const {
  const auto n = static_cast<std::int64_t>(pattern_->indices.size());
  if (values.dim() != 1 || values.numel() != n)
    detail::fail<ShapeError>("SparseMatrix", "the matrix has ", n, " values, got shape ",
                             values.sizes(), "; give one value for each stored entry");
  if (!values.is_floating_point())
    detail::fail<DtypeError>("SparseMatrix", "values must be of floating point dtype, got ",
                             to_string(values.dtype()), "; convert them with to()");
  return values.contiguous();
}

SparseMatrix SparseMatrix::with_values(const Tensor& values) const {
  SparseMatrix a(*this);
  a.values_ = checked(values);
  return a;
}

SparseMatrix SparseMatrix::transpose() const {
  SparseMatrix a(*this);
  a.transposed_ = !transposed_;
  return a;
}

Tensor sparse_matmul(const SparseMatrix& A, const Tensor& x) {
  const Tensor columns = as_columns("sparse_matmul", A, x, A.cols());
  return like(product(A.shared_pattern(), A.is_transposed(), A.values(), columns), x);
}

Tensor sparse_solve(const SparseMatrix& A, const Tensor& b, const SparseSolveOptions& options) {
  if (A.rows() != A.cols())
    detail::fail<ShapeError>("sparse_solve", "the matrix must be square, got ", A.rows(), " x ",
                             A.cols());
  if (options.solver > SparseSolver::ConjugateGradient)
    detail::fail<ValueError>("sparse_solve", "no solver has the number ",
                             static_cast<int>(options.solver), "; give one of SparseSolver");
  const Tensor columns = as_columns("sparse_solve", A, b, A.rows());
  const auto method = static_cast<kernels::SparseMethod>(options.solver);
  const Solution solution{A.shared_pattern(),
                          kernels::factorize(A.pattern().view(), A.values(), method,
                                             options.tolerance, options.max_iterations),
                          options.solver != SparseSolver::LU, A.is_transposed()};
  return like(solution.apply(A.values(), columns), b);
}

}  // namespace eigengrad
