#include "eigengrad/ops/linalg/sylvester.hpp"

#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/base/copy.hpp"
#include "kernels/linalg/matrix_batch.hpp"
#include "kernels/linalg/sylvester.hpp"
#include "ops/linalg/matrices.hpp"

namespace eigengrad {
namespace {

bool same_memory(const Tensor& a, const Tensor& b) {
  return a.impl()->bytes() == b.impl()->bytes() && a.sizes() == b.sizes() &&
         a.strides() == b.strides();
}

/// A copy in float64, row-major.
Tensor doubles(const Tensor& a, IntArrayRef batch) {
  const Tensor t =
      matrices::uninitialised(kFloat64, matrices::with_matrix(batch, a.size(-2), a.size(-1)));
  kernels::copy(t, a);
  return t;
}

/// A X + X B = C. With G the solution of A^T G + G B^T = g:
///   gC = G, gA = -G X^T, gB = -X^T G;  A dX + dX B = dC - dA X - X dB.
struct Sylvester {
  static constexpr std::size_t inputs = 3;
  static constexpr std::size_t outputs = 1;
  static constexpr std::size_t constants = 0;
  static constexpr unsigned keeps_input = 3;
  static constexpr unsigned keeps_output = 1;
  static constexpr auto node_name = "SolveSylvesterBackward0";
  DimVector a_sizes;
  DimVector b_sizes;
  DimVector c_sizes;
  struct Inputs {
    const Tensor& a;
    const Tensor& b;
    const Tensor& c;
  };

  Tensor forward(const Tensor& A, const Tensor& B, const Tensor& C) const {
    constexpr auto op = "solve_sylvester";
    const DimVector own =
        autograd::broadcast_shapes(op, matrices::batch_of(A), matrices::batch_of(B));
    const DimVector batch = autograd::broadcast_shapes(op, own, matrices::batch_of(C));
    const Tensor a = doubles(A, matrices::batch_of(A));
    const Tensor b = same_memory(A, B) ? a : doubles(B, matrices::batch_of(B));
    const Tensor x = doubles(C, batch);
    const kernels::MatrixBatch<double> left(a, batch);
    const kernels::MatrixBatch<double> right(b, batch);
    const kernels::MatrixBatch<double> solutions(x, batch);
    const std::int64_t count = x.numel() == 0 ? 0 : solutions.count();
    for (std::int64_t i = 0; i < count; ++i) {
      const auto outcome = kernels::solve_sylvester(left[i].data, A.size(-1), right[i].data,
                                                    B.size(-1), solutions[i].data);
      if (outcome == kernels::SylvesterOutcome::Singular)
        detail::fail<NumericError>(op, matrices::element_name(static_cast<std::size_t>(i), batch),
                                   "the equation is singular: A and -B have an eigenvalue in "
                                   "common; shift one of them by a multiple of the identity");
      if (outcome == kernels::SylvesterOutcome::NoConvergence)
        detail::fail<NumericError>(op, matrices::element_name(static_cast<std::size_t>(i), batch),
                                   "the Schur decomposition of A or B did not converge; scale the "
                                   "matrices, and look for NaN or infinity in them");
    }
    Tensor y = x;
    if (A.dtype() != kFloat64) {
      y = matrices::uninitialised(A.dtype(), x.sizes());
      kernels::copy(y, x);
    }
    return y;
  }
  void gradients(const bool* wanted, const Tensor& g, const Inputs& in, const Tensor& x,
                 const Tensor*, Tensor* results) const {
    const Tensor adjoint = solve_sylvester(in.a.mT(), in.b.mT(), g);
    if (wanted[0]) results[0] = autograd::sum_to(-matmul(adjoint, x.mT()), a_sizes);
    if (wanted[1]) results[1] = autograd::sum_to(-matmul(x.mT(), adjoint), b_sizes);
    if (wanted[2]) results[2] = autograd::sum_to(adjoint, c_sizes);
  }
  Tensor jvp(std::size_t, const Inputs& t, const Inputs& in, const Tensor& x, const Tensor*) const {
    Tensor c = t.c;
    const auto add = [&](const Tensor& term) { c = c.defined() ? c + term : term; };
    if (t.a.defined()) add(-matmul(t.a, x));
    if (t.b.defined()) add(-matmul(x, t.b));
    return solve_sylvester(in.a, in.b, c);
  }
};

}  // namespace

Tensor solve_sylvester(const Tensor& A, const Tensor& B, const Tensor& C) {
  constexpr auto op = "solve_sylvester";
  matrices::require_square(op, A);
  matrices::require_square(op, B);
  matrices::require(op, C);
  matrices::require_same_dtype(op, A, B);
  matrices::require_same_dtype(op, A, C);
  if (C.size(-2) != A.size(-1) || C.size(-1) != B.size(-1))
    detail::fail<ShapeError>(op, "shapes ", A.sizes(), ", ", B.sizes(), " and ", C.sizes(),
                             " do not fit the equation A X + X B = C; A and B must be square, C "
                             "have A's rows and B's columns");
  return autograd::apply_many(
      Sylvester{DimVector(A.sizes()), DimVector(B.sizes()), DimVector(C.sizes())}, {A, B, C});
}

Tensor solve_lyapunov(const Tensor& A, const Tensor& Q) {
  matrices::require_square("solve_lyapunov", A);
  return solve_sylvester(A, A.mT(), Q);
}

}  // namespace eigengrad
