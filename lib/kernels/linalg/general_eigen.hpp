#pragma once

#include <Eigen/Core>

#include "kernels/linalg/decompose.hpp"

namespace eigengrad::kernels {

/// a = v diag(values) v^-1 when the spectrum is real; values in no order. `vectors`, of length 1 and
/// column-major, may be undefined.
Breakdown general_eigen(const Tensor& a, const Tensor& values, const Tensor& vectors);

/// a = u t u^H for a real n x n column-major matrix a, t upper triangular; false without convergence. For a
/// triangular a the result is exact.
bool complex_schur(const Eigen::MatrixXd& a, Eigen::MatrixXcd& t, Eigen::MatrixXcd& u);

/// u y v^H.
Eigen::MatrixXcd change_of_basis(const Eigen::MatrixXcd& u, const Eigen::MatrixXcd& y,
                                 const Eigen::MatrixXcd& v);

}  // namespace eigengrad::kernels
