#pragma once

#include <Eigen/Core>
#include <functional>
#include <string_view>
#include <vector>

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/optim/least_squares_options.hpp"

namespace eigengrad::optim::fit {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

/// The user's residuals and their Jacobian at one point after another, in double and counted.
class Residuals {
 public:
  /// Evaluates at the start, where nothing is stepped back from. `op` is whose residuals they are.
  /// Throws: as least_squares() for what the function gives.
  Residuals(std::string_view op, const std::function<Tensor(const Tensor&)>& r, const Tensor& x0);

  /// False where they are not finite or throw a NumericError.
  bool evaluate(const Vector& x, Vector& r);
  /// The Jacobian where evaluate() succeeded last; false where it is not finite.
  bool differentiate(Matrix& j);

  /// The sum of c_i times the Hessian of residual i; false where it cannot be had.
  bool curvature(const Vector& x, const Vector& c, Matrix& sum);

  std::int64_t size() const noexcept { return m_; }
  std::int64_t unknowns() const noexcept { return n_; }
  /// Half the distance from 1 to the next larger value of the dtype.
  double unit_roundoff() const noexcept { return unit_roundoff_; }
  const LeastSquaresCounts& counts() const noexcept { return counts_; }

  Vector start() const;
  /// `x` in the shape of the start, for the user's function.
  Tensor shaped(const Vector& x) const;
  /// `r` in the shape that the function gives and the dtype of the unknowns.
  Tensor shaped_residuals(const Vector& r) const;
  ScalarType dtype() const noexcept { return x0_.dtype(); }

 private:
  void check(const Tensor& y) const;
  Tensor call(const Tensor& x);
  void evaluate_at(const Tensor& x, Vector& r);
  void column(std::int64_t j, double* out);
  void rows(Matrix& j);
  void recorded_curvature(const Tensor& x, const Vector& c, Matrix& sum) const;

  std::string_view op_;
  const std::function<Tensor(const Tensor&)>& f_;
  Tensor x0_;
  std::int64_t n_;
  std::int64_t m_ = 0;
  DimVector sizes_;
  bool forward_mode_ = false;
  bool is_twice_differentiable_ = true;
  double unit_roundoff_;
  LeastSquaresCounts counts_;
  /// The unit vectors, one for each unknown: tangents whose images are the columns of the Jacobian.
  std::vector<Tensor> units_;
  /// The last point of evaluate(); with it the recorded residuals, or where the Jacobian is computed by
  /// columns its first column.
  Tensor x_;
  Tensor recorded_;
  /// What these take in large tensors.
  std::size_t graph_bytes_ = 0;
  Vector first_column_;
};

}  // namespace eigengrad::optim::fit
