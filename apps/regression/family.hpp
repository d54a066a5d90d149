#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "eigengrad/core/tensor.hpp"
#include "regression/design.hpp"

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

}  // namespace apps::regression
