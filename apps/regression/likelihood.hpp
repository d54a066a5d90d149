#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/robust.hpp"
#include "eigengrad/core/tensor.hpp"
#include "eigengrad/optim/minimize.hpp"
#include "regression/data.hpp"

namespace apps::regression {
enum class Link : std::uint8_t { Identity, Log, Logit, Probit, Cloglog, Inverse, Sqrt };

/// How the target is distributed about its mean mu, and how mu depends on the linear predictor eta.
///
/// Only the likelihood and the inverse link are written here, with tensors; what a fit needs beside
/// them, gradients, Hessians and d mu / d eta, is differentiated from these.
/// Source: McCullagh and Nelder, Generalized Linear Models (1989).
struct Family {
  Model model = Model::Linear;
  Link link = Link::Identity;
  /// Of the negative binomial: the variance is mu + mu^2 / theta.
  double theta = 0;

  /// Whether the dispersion is estimated; otherwise it is 1.
  bool has_dispersion() const { return model == Model::Linear || model == Model::Gamma; }
};

/// "binomial", "logit".
std::string name_of(Model model);
std::string name_of(Link link);
/// The links that a model can have, the default first.
std::vector<Link> links_of(Model model);

/// mu, of the same shape as `eta`.
eigengrad::Tensor mean_of(Link link, const eigengrad::Tensor& eta);

/// Minus the log-likelihood of each row, up to what does not depend on eta. `log_theta` is of the
/// negative binomial, undefined otherwise.
eigengrad::Tensor losses(const Family& family, const eigengrad::Tensor& y,
                         const eigengrad::Tensor& eta, const eigengrad::Tensor& log_theta);

/// mu and d mu / d eta.
struct Mean {
  Eigen::VectorXd mu;
  Eigen::VectorXd slope;
};
Mean mean_and_slope(Link link, const Eigen::VectorXd& eta);

/// A predictor that is fit to start from: the link of `mean`.
double link_of(Link link, double mean);

/// The variance at mu, for dispersion 1.
Eigen::VectorXd variance_of(const Family& family, const Eigen::VectorXd& mu);
/// What each row adds to the deviance.
Eigen::VectorXd deviances(const Family& family, const Eigen::VectorXd& y, const Eigen::VectorXd& mu,
                          const Eigen::VectorXd& weights);
/// As R's logLik: with all constants, and the dispersion at its maximum where there is one.
double log_likelihood(const Family& family, const Eigen::VectorXd& y, const Eigen::VectorXd& mu,
                      const Eigen::VectorXd& weights);

enum class Method : std::uint8_t { Newton, GradientDescent, Qr };

struct FitOptions {
  Model model = Model::Linear;
  Link link = Link::Identity;
  Method method = Method::Newton;
  Robust robust = Robust::No;
  double tolerance = 1e-10;
  eigengrad::optional<std::int64_t> max_iter = eigengrad::nullopt;
  /// Start from normal random numbers with this seed.
  eigengrad::optional<std::uint64_t> seed;
  /// Whether a column that others determine is refused instead of left without a coefficient.
  bool strict = false;
  /// Of the confidence intervals.
  double level = 0.95;
  std::function<bool(const eigengrad::optim::Iteration&)> callback;

  /// Whether it is least squares, for which there are exact distributions.
  bool is_least_squares() const { return model == Model::Linear && link == Link::Identity; }
};

/// A minimum of minus the log-likelihood, per weight, in the coordinates of a model matrix.
struct Solution {
  /// One column, or one for each class but the first.
  Eigen::MatrixXd theta;
  /// Of the negative binomial.
  double log_theta = 0;
  double loss = 0;
  Eigen::MatrixXd hessian;
  bool converged = false;
  std::string message;
  std::vector<eigengrad::optim::Iteration> history;
};

/// What is fitted: a family, the rows, and the columns of the matrix as unknowns see them.
struct Problem {
  Family family;
  Eigen::VectorXd y;
  Eigen::VectorXd weights;
  Eigen::VectorXd offset;
  Eigen::MatrixXd u;
  bool intercept = true;
  std::size_t classes = 2;
  /// Whether theta of the negative binomial is an unknown.
  bool estimate_theta = false;
};

Solution solve(const Problem& problem, const FitOptions& options);
/// The deviance with the family as it is, when only the first columns of the matrix are used.
double deviance_of(const Problem& problem, Eigen::Index columns, const FitOptions& options);

}  // namespace apps::regression
