#pragma once

#include <Eigen/Core>
#include <vector>

#include "regression/data.hpp"

namespace apps::regression {

/// The middle and the size of a column.
struct Scale {
  double center = 0;
  double spread = 1;
};

/// Weighted mean and standard deviation, or the root mean square where nothing is centred.
Scale scale_of(const Eigen::VectorXd& v, const Eigen::VectorXd& weights, bool center);

/// Columns of the model matrix that others determine.
struct Aliased {
  Eigen::Index column = 0;
  bool is_constant = false;
};

/// Coordinates in which every least-squares problem is well conditioned.
///
/// Note [Standardised coordinates] The columns are centred and divided by their standard deviation,
/// and the result A (with a column of ones in front, its rows times the roots of the weights) is
/// factored A = Q R. The unknowns of the optimiser are theta = R gamma / sqrt(N), where gamma are
/// the coefficients of the standardised columns. In theta the least-squares loss has the identity
/// as its Hessian, whatever the condition of the data, so that nothing is lost by solving with the
/// Hessian instead of with the data. Coefficients and standard errors are carried back through R,
/// and then to the units of the columns. Without an intercept nothing is centred, and the scale is
/// the root mean square. The first k unknowns span the same models as the first k columns.
/// A column that the ones before it determine up to rounding errors has no coefficient.
class Coordinates {
 public:
  Coordinates() = default;
  Coordinates(const Design& design, const Eigen::VectorXd& weights, bool intercept);

  /// One row per observation, one column per unknown.
  const Eigen::MatrixXd& u() const { return u_; }
  /// The rows of other data.
  Eigen::MatrixXd u_of(const Design& design) const;
  /// Per unknown the column of the design, -1 for the intercept.
  const std::vector<Eigen::Index>& columns() const { return columns_; }
  const std::vector<Aliased>& aliased() const { return aliased_; }
  /// Per unknown: what a coefficient is multiplied by to have no units. 0 for the intercept.
  Eigen::VectorXd spreads() const;

  /// Coefficients in the units of the columns.
  Eigen::VectorXd coefficients(const Eigen::VectorXd& theta) const;
  /// The matrix M of coefficients = M theta, transposed.
  Eigen::MatrixXd transposed_map() const;

 private:
  Eigen::MatrixXd standardised(const Design& design) const;

  /// Columns in front of the first one of the design.
  Eigen::Index shift_ = 0;
  std::vector<Scale> scales_;
  std::vector<Eigen::Index> columns_;
  std::vector<Aliased> aliased_;
  Eigen::MatrixXd r_;
  Eigen::MatrixXd u_;
};

/// The 2-norm condition number of the columns of the model, scaled to length 1.
/// Source: Belsley, Kuh and Welsch, Regression Diagnostics (1980).
double condition_number(const Design& design, const Coordinates& coordinates);

/// A least-squares problem solved by a QR factorisation in double-double arithmetic.
struct QrSolution {
  Eigen::VectorXd coefficients;
  Eigen::VectorXd residuals;
  double residual_sum_of_squares = 0;
  /// (X^T W X)^-1 = root root^T.
  Eigen::MatrixXd root;
  /// X root^-T: rows z with Z^T W Z = 1.
  Eigen::MatrixXd z;
  /// Z^T W y: its squares are what each column adds to the sum of squares.
  Eigen::VectorXd effects;
};

/// Householder QR of the columns, which are scaled by powers of two, and one step of refinement.
/// Cost: 40 n p^2 operations.
/// Source: Golub and Van Loan, Matrix Computations (2013), sections 5.2 and 5.3.
QrSolution solve_by_qr(const Design& design, const Coordinates& coordinates,
                       const Eigen::VectorXd& y, const Eigen::VectorXd& weights);

}  // namespace apps::regression
