#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// The X with A X + X B = C, for the matrices in the last two dimensions; batch dimensions broadcast.
/// Shapes: (... n n) (... m m) (... n m) -> (... n m).
/// Throws: NumericError when A and -B have an eigenvalue in common ("singular"), or when the Schur
/// decomposition does not converge; ShapeError; DtypeError.
/// Cost: about 100 (n^3 + m^3) flops; as much again for the gradients.
/// Source: Bartels and Stewart 1972, Solution of the matrix equation AX + XB = C. Derivative:
/// Kao and Hennequin 2020, Automatic differentiation of Sylvester, Lyapunov, and algebraic Riccati
/// equations.
/// See also: solve_lyapunov() for B = A^T; linalg_solve() for A X = C.
EIGENGRAD_API Tensor solve_sylvester(const Tensor& A, const Tensor& B, const Tensor& C);
/// The X with A X + X A^T = Q: solve_sylvester(A, A^T, Q). Shapes: (... n n) (... n n) -> (... n n).
EIGENGRAD_API Tensor solve_lyapunov(const Tensor& A, const Tensor& Q);

}  // namespace eigengrad
