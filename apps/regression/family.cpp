#include "regression/family.hpp"

#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numbers>

#include "eigengrad/eigengrad.hpp"

namespace apps::regression {
namespace {

namespace eg = eigengrad;
using Eigen::ArrayXd;
using Eigen::VectorXd;

/// log mu and log(1 - mu), each to full relative accuracy where it is small.
struct LogShares {
  eg::Tensor yes;
  eg::Tensor no;
};

LogShares log_shares(Link link, const eg::Tensor& eta) {
  if (link == Link::Probit) return {eg::special_log_ndtr(eta), eg::special_log_ndtr(-eta)};
  if (link == Link::Cloglog) {
    const eg::Tensor rate = eg::exp(eta);
    return {eg::log(-eg::expm1(-rate)), -rate};
  }
  return {eg::log_sigmoid(eta), eg::log_sigmoid(-eta)};
}

/// a log(a / b), which is 0 for a = 0.
ArrayXd a_log_ratio(const ArrayXd& a, const ArrayXd& b) {
  return (a == 0).select(ArrayXd::Zero(a.size()), a * ((a == 0).select(b, a) / b).log());
}

double log_choose(double n, double k) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

/// k log p, which is 0 for k = 0.
double times_log(double k, double p) { return k == 0 ? 0 : k * std::log(p); }

double log_density(const Family& f, double y, double mu, double w, double dispersion) {
  switch (f.model) {
    case Model::Binomial: {
      const double trials = std::round(w);
      if (trials <= 0) return 0;
      const double k = std::round(w * y);
      return w / trials *
             (log_choose(trials, k) + times_log(k, mu) + times_log(trials - k, 1 - mu));
    }
    case Model::Poisson:
      return w * (times_log(y, mu) - mu - std::lgamma(y + 1));
    case Model::NegativeBinomial:
      return w * (std::lgamma(f.theta + y) - std::lgamma(f.theta) - std::lgamma(y + 1) +
                  f.theta * std::log(f.theta) + times_log(y, mu) -
                  (f.theta + y) * std::log(f.theta + mu));
    default: {  // Gamma.
      const double shape = 1 / dispersion;
      return w * (shape * std::log(shape / mu) + (shape - 1) * std::log(y) - shape * y / mu -
                  std::lgamma(shape));
    }
  }
}

}  // namespace

std::string name_of(Model model) {
  switch (model) {
    case Model::Linear:
      return "gaussian";
    case Model::Binomial:
      return "binomial";
    case Model::Multinomial:
      return "multinomial";
    case Model::Poisson:
      return "poisson";
    case Model::NegativeBinomial:
      return "negative binomial";
    default:
      return "gamma";
  }
}

std::string name_of(Link link) {
  static const char* const kNames[] = {"identity", "log",     "logit", "probit",
                                       "cloglog",  "inverse", "sqrt"};
  return kNames[static_cast<std::size_t>(link)];
}

std::vector<Link> links_of(Model model) {
  switch (model) {
    case Model::Linear:
      return {Link::Identity, Link::Log, Link::Inverse};
    case Model::Binomial:
      return {Link::Logit, Link::Probit, Link::Cloglog};
    case Model::Multinomial:
      return {Link::Logit};
    case Model::Poisson:
    case Model::NegativeBinomial:
      return {Link::Log, Link::Identity, Link::Sqrt};
    default:
      return {Link::Inverse, Link::Log, Link::Identity};
  }
}

eg::Tensor mean_of(Link link, const eg::Tensor& eta) {
  switch (link) {
    case Link::Log:
      return eg::exp(eta);
    case Link::Logit:
      return eg::sigmoid(eta);
    case Link::Probit:
      return eg::special_ndtr(eta);
    case Link::Cloglog:
      return -eg::expm1(-eg::exp(eta));
    case Link::Inverse:
      return 1 / eta;
    case Link::Sqrt:
      return eg::square(eta);
    default:
      return eta * 1;
  }
}

eg::Tensor losses(const Family& f, const eg::Tensor& y, const eg::Tensor& eta,
                  const eg::Tensor& log_theta) {
  if (f.model == Model::Binomial) {
    const LogShares log = log_shares(f.link, eta);
    return -(y * log.yes + (1 - y) * log.no);
  }
  const eg::Tensor mu = mean_of(f.link, eta);
  if (f.model == Model::Linear) return eg::square(y - mu) / 2;
  // A negative mean has no logarithm, which keeps the search where there is a likelihood.
  const eg::Tensor log_mu = f.link == Link::Log ? eta : eg::log(mu);
  if (f.model == Model::Poisson) return mu - y * log_mu;
  if (f.model == Model::Gamma) return y / mu + log_mu;
  const eg::Tensor theta = eg::exp(log_theta);
  return eg::lgamma(theta) - eg::lgamma(theta + y) - theta * log_theta - y * log_mu +
         (theta + y) * eg::log(theta + mu);
}

Mean mean_and_slope(Link link, const VectorXd& eta) {
  Mean out;
  eg::Tensor mu;
  out.slope = eg::grad([&](const eg::Tensor& e) {
    mu = mean_of(link, e);
    return mu.sum();
  })(eta);
  out.mu = eg::to_vector(mu.detach());
  return out;
}

double link_of(Link link, double mean) {
  switch (link) {
    case Link::Log:
      return std::log(mean);
    case Link::Logit:
      return std::log(mean / (1 - mean));
    case Link::Probit:
      return boost::math::quantile(boost::math::normal(), mean);
    case Link::Cloglog:
      return std::log(-std::log1p(-mean));
    case Link::Inverse:
      return 1 / mean;
    case Link::Sqrt:
      return std::sqrt(mean);
    default:
      return mean;
  }
}

VectorXd variance_of(const Family& f, const VectorXd& mu) {
  const ArrayXd m = mu.array();
  switch (f.model) {
    case Model::Binomial:
      return m * (1 - m);
    case Model::Poisson:
      return m;
    case Model::NegativeBinomial:
      return m + m.square() / f.theta;
    case Model::Gamma:
      return m.square();
    default:
      return VectorXd::Ones(mu.size());
  }
}

VectorXd deviances(const Family& f, const VectorXd& target, const VectorXd& mean,
                   const VectorXd& weights) {
  const ArrayXd y = target.array();
  const ArrayXd mu = mean.array();
  ArrayXd d;
  switch (f.model) {
    case Model::Binomial:
      d = 2 * (a_log_ratio(y, mu) + a_log_ratio(1 - y, 1 - mu));
      break;
    case Model::Poisson:
      d = 2 * (a_log_ratio(y, mu) - (y - mu));
      break;
    case Model::NegativeBinomial:
      d = 2 * (a_log_ratio(y, mu) - (y + f.theta) * ((y + f.theta) / (mu + f.theta)).log());
      break;
    case Model::Gamma:
      d = -2 * ((y / mu).log() - (y - mu) / mu);
      break;
    default:
      d = (y - mu).square();
  }
  return weights.array() * d.max(0);
}

double log_likelihood(const Family& f, const VectorXd& y, const VectorXd& mu,
                      const VectorXd& weights) {
  const double deviance = deviances(f, y, mu, weights).sum();
  if (f.model == Model::Linear) {
    const auto n = static_cast<double>(y.size());
    return (weights.array().log().sum() - n * (std::log(2 * std::numbers::pi * deviance / n) + 1)) /
           2;
  }
  const double dispersion = deviance / weights.sum();
  double sum = 0;
  for (Eigen::Index i = 0; i < y.size(); ++i)
    sum += log_density(f, y[i], mu[i], weights[i], dispersion);
  return sum;
}

}  // namespace apps::regression
