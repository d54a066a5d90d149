#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>

/// Linear equations A x = b by products with A.

namespace eigengrad::optim {

using Product = std::function<Eigen::VectorXd(const Eigen::VectorXd&)>;

struct KrylovResult {
  Eigen::VectorXd x;
  /// |b - A x| / |b|.
  double residual = 0;
  std::int64_t products = 0;
};

/// The x in growing Krylov spaces with the smallest |b - A x|, until that is at most tolerance |b|, for
/// at most `max_products` products. Started again from the x that it has after every 100.
/// Source: Saad and Schultz, GMRES (1986); rotations as in Saad, Iterative Methods for Sparse Linear
/// Systems (2003), section 6.5.3.
KrylovResult gmres(const Product& a, const Eigen::VectorXd& b, double tolerance,
                   std::int64_t max_products);

/// Conjugate gradients, for a positive definite A; ends early where A shows that it is none.
/// Source: Golub and Van Loan, Matrix Computations, section 11.3.
KrylovResult conjugate_gradients(const Product& a, const Eigen::VectorXd& b, double tolerance,
                                 std::int64_t max_products);

}  // namespace eigengrad::optim
