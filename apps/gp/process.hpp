#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "eigengrad/optim/minimize.hpp"
#include "gp/kernel.hpp"

namespace apps::gp {

/// Observations of a function, one row per point.
struct Data {
  std::string source;
  std::string target;
  std::vector<std::string> features;
  /// n by d, in the units of the file.
  eigengrad::Tensor x;
  eigengrad::Tensor y;
  std::int64_t rows_dropped = 0;
};

struct FitOptions {
  /// Values of hyper-parameters that are held.
  std::map<std::string, double> fixed;
  /// Fits from so many further starts.
  std::int64_t restarts = 3;
  std::uint64_t seed = 0;
  std::int64_t max_iter = 500;
  /// Subtract the mean of y first; its prior is 0 otherwise.
  bool center = true;
  std::function<bool(const eigengrad::optim::Iteration&)> callback;
};

struct HyperParameter {
  std::string name;
  double value = 0;
  /// Of a variance, its root, which may be a double where the variance is none; NaN otherwise.
  double sd = 0;
  /// Of the logarithm, from the Hessian of the likelihood; NaN where it is held or on a bound.
  double log_std_error = 0;
  bool is_fixed = false;
};

struct Prediction {
  std::vector<double> mean;
  /// Of the function, and of a further observation of it.
  std::vector<double> sd;
  std::vector<double> observation_sd;
};

/// Of each observation, what all others predict.
struct LeaveOneOut {
  std::vector<double> mean;
  /// Of observations.
  std::vector<double> sd;
  double rmse = 0;
  double mean_log_density = 0;
};

/// Gaussian-process regression with hyper-parameters that make the marginal likelihood largest.
///
/// Several features are divided by their standard deviations; distances of one feature are in its unit.
/// Inside, target and features are divided by powers of two, so that no square overflows or vanishes.
/// Source: Rasmussen and Williams, algorithm 2.1, and section 5.4.2 for leave-one-out.
class Process {
 public:
  /// Throws: BadInput for names of hyper-parameters that are not there, and when no start has a likelihood.
  Process(Data data, Kernel kernel, const FitOptions& options);

  const Data& data() const noexcept { return data_; }
  const Kernel& kernel() const noexcept { return kernel_; }
  /// Those of the kernel, then "noise": the variance of the observations about the function.
  const std::vector<HyperParameter>& parameters() const noexcept { return parameters_; }
  double log_likelihood() const noexcept { return log_likelihood_; }
  bool converged() const noexcept { return converged_; }
  const std::string& status() const noexcept { return status_; }
  const std::string& message() const noexcept { return message_; }
  /// Log-likelihood of every start, the best one first.
  const std::vector<double>& likelihoods() const noexcept { return likelihoods_; }
  std::int64_t iterations() const noexcept { return iterations_; }

  /// One inverse of the covariance matrix.
  LeaveOneOut leave_one_out() const;
  Prediction predict(const eigengrad::Tensor& x) const;

 private:
  eigengrad::Tensor scaled(const eigengrad::Tensor& x) const;
  void choose_units();
  bool is_variance(std::size_t parameter) const;
  /// Of a hyper-parameter; variances have it twice.
  double unit_of(std::size_t parameter) const;
  /// All logarithms from those that are free.
  eigengrad::Tensor completed(const eigengrad::Tensor& free) const;
  eigengrad::Tensor covariance(const eigengrad::Tensor& logarithms) const;
  eigengrad::Tensor minus_log_likelihood(const eigengrad::Tensor& logarithms) const;
  void choose_ranges();
  void fit(const FitOptions& options);
  /// Where all hyper-parameters are held. Throws: BadInput where they have no likelihood.
  void take_held();
  /// Of the density of the target over its unit: the log-likelihood is that of y_ minus this.
  double log_jacobian() const;
  /// One element for each hyper-parameter that is not held, from a list of all.
  eigengrad::Tensor of_free(const std::vector<double>& all) const;
  eigengrad::optim::MinimizeOptions search_options(const FitOptions& options) const;
  void adopt(const eigengrad::optim::MinimizeResult& result);
  void factor();

  Data data_;
  Kernel kernel_;
  /// Of the target.
  double y_unit_ = 1;
  /// The target over its unit, less the mean.
  double mean_ = 0;
  eigengrad::Tensor y_;
  /// Of each feature, and the unit of distances.
  eigengrad::Tensor unit_;
  double x_unit_ = 1;
  eigengrad::Tensor distances_;
  std::vector<HyperParameter> parameters_;
  /// Indices of those that are not held.
  std::vector<std::size_t> free_;
  /// Logarithms between which the hyper-parameters are looked for, and where that starts.
  std::vector<double> low_;
  std::vector<double> high_;
  std::vector<double> start_;
  bool converged_ = false;
  std::string status_;
  std::string message_;
  double log_likelihood_ = 0;
  std::vector<double> likelihoods_;
  std::int64_t iterations_ = 0;
  /// The Cholesky factor of the covariance of the observations, and the solution for them.
  eigengrad::Tensor factor_;
  eigengrad::Tensor alpha_;
};

}  // namespace apps::gp
