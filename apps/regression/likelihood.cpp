#include "regression/likelihood.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "common/bad_input.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::regression {
namespace {

namespace eg = eigengrad;
using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
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
      return eg::special_ndtri(eg::tensor(mean)).item<double>();
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

namespace {

/// The target in units of its mean, so that tolerances do not depend on what it is measured in.
/// Counts of Poisson's likelihood may be measured so too; the loss is divided by the unit.
struct Units {
  Problem problem;
  /// The unknowns of the user's units over those of `problem`.
  double factor = 1;
  /// The loss alike.
  double loss = 1;
};

Units in_units(const Problem& original) {
  Units units{original};
  Problem& p = units.problem;
  const Family& f = p.family;
  const bool squares = f.model == Model::Linear;
  if ((!squares && f.model != Model::Gamma && f.model != Model::Poisson) ||
      (squares && f.link == Link::Identity))
    return units;
  const double c = p.weights.dot(p.y.cwiseAbs()) / p.weights.sum();
  p.y /= c;
  if (f.model == Model::Poisson) units.loss = c;
  if (squares) units.loss = c * c;
  switch (f.link) {
    case Link::Log:
      p.offset.array() -= std::log(c);
      return units;
    case Link::Inverse:
      units.factor = 1 / c;
      break;
    case Link::Sqrt:
      units.factor = std::sqrt(c);
      break;
    default:
      units.factor = c;
  }
  p.offset /= units.factor;
  return units;
}

/// The loss as a function of the unknowns: theta by columns and classes, then perhaps log theta of
/// the negative binomial.
class Objective {
 public:
  explicit Objective(const Problem& p)
      : family_(p.family),
        classes_(p.family.model == Model::Multinomial ? static_cast<std::int64_t>(p.classes) : 0),
        columns_(p.u.cols()),
        estimates_theta_(p.estimate_theta),
        u_(eg::from_eigen(p.u)),
        y_(eg::from_eigen(p.y)),
        weights_(eg::from_eigen(VectorXd(p.weights / p.weights.sum()))),
        offset_(eg::from_eigen(p.offset)) {
    if (classes_ == 0) return;
    MatrixXd members = MatrixXd::Zero(p.y.size(), classes_);
    for (Index i = 0; i < p.y.size(); ++i)
      members(i, static_cast<Index>(p.y[i])) = p.weights[i] / p.weights.sum();
    members_ = eg::from_eigen(members);
    zeros_ = eg::zeros({p.y.size(), 1});
  }

  std::int64_t unknowns() const {
    return columns_ * std::max<std::int64_t>(classes_ - 1, 1) + (estimates_theta_ ? 1 : 0);
  }

  eg::Tensor operator()(const eg::Tensor& x) const {
    if (classes_ > 0) {
      const eg::Tensor eta = eg::mm(u_, x.view({columns_, classes_ - 1}));
      return -(members_ * eg::log_softmax(eg::cat({zeros_, eta}, 1), 1)).sum();
    }
    if (!estimates_theta_) {
      const eg::Tensor log_theta = eg::tensor(std::log(family_.theta));
      return (weights_ * losses(family_, y_, offset_ + eg::mv(u_, x), log_theta)).sum();
    }
    const eg::Tensor eta = offset_ + eg::mv(u_, x.narrow(0, 0, columns_));
    return (weights_ * losses(family_, y_, eta, x[columns_])).sum();
  }

  /// Infinite where there is no likelihood.
  double at(const VectorXd& x) const {
    const eg::NoGradGuard no_grad;
    const double value = (*this)(eg::from_eigen(x)).item<double>();
    return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
  }

 private:
  Family family_;
  std::int64_t classes_;
  std::int64_t columns_;
  bool estimates_theta_;
  eg::Tensor u_;
  eg::Tensor y_;
  eg::Tensor weights_;
  eg::Tensor offset_;
  eg::Tensor members_;
  eg::Tensor zeros_;
};

/// Means near the target that every link can take.
VectorXd near_target(const Problem& p) {
  const ArrayXd y = p.y.array();
  const ArrayXd w = p.weights.array();
  const double mean = (w * y).sum() / w.sum();
  if (p.family.model == Model::Binomial) return (w * y + 0.5) / (w + 1);
  if (p.family.model == Model::Linear && p.family.link == Link::Identity) return y;
  return (y > 0).select(y, 0) + 0.1 * std::abs(mean);
}

/// Of a constant predictor, and of least squares on the link of the target, the one with the
/// smaller loss.
VectorXd start_of(const Problem& p, const Objective& loss) {
  VectorXd best = VectorXd::Zero(p.u.cols());
  const Family& f = p.family;
  if (f.model == Model::Multinomial || (f.model == Model::Linear && f.link == Link::Identity))
    return VectorXd::Zero(loss.unknowns());
  const auto with_theta = [&](const VectorXd& theta) {
    VectorXd x = VectorXd::Zero(loss.unknowns());
    x.head(theta.size()) = theta;
    return x;
  };
  const double total = p.weights.sum();
  if (p.intercept) {
    const double mean = p.weights.dot(p.y) / total;
    best[0] = (link_of(f.link, mean) - p.weights.dot(p.offset) / total) / p.u(0, 0);
  }
  const VectorXd link = near_target(p).unaryExpr([&](double m) { return link_of(f.link, m); });
  const MatrixXd weighted = p.weights.asDiagonal() * p.u;
  const VectorXd squares = eg::to_vector(
      eg::linalg_solve(eg::from_eigen(p.u.transpose() * weighted),
                       eg::from_eigen(VectorXd(weighted.transpose() * (link - p.offset)))));
  const VectorXd first = with_theta(best);
  const VectorXd second = with_theta(squares);
  const double a = loss.at(first);
  const double b = loss.at(second);
  if (std::isinf(a) && std::isinf(b))
    throw BadInput("--link: no start was found at which all means are in the range of the link " +
                   name_of(f.link) + "; another link has no such bounds");
  return b < a ? second : first;
}

/// Normal random numbers, near the start where the link has bounds.
VectorXd random_start(const VectorXd& start, const Objective& loss, std::uint64_t seed) {
  eg::manual_seed(seed);
  const VectorXd step = eg::to_vector(eg::randn({start.size()}));
  if (std::isfinite(loss.at(step))) return step;
  double length = 1;
  while (length > 1e-6 && std::isinf(loss.at(start + length * step))) length /= 2;
  return start + length * step;
}

/// The moment estimate of theta at the means of a Poisson model, whose unknowns are the start.
void start_theta(const Problem& p, VectorXd& start, const FitOptions& options) {
  Problem poisson = p;
  poisson.family.model = Model::Poisson;
  poisson.estimate_theta = false;
  FitOptions quiet = options;
  quiet.callback = nullptr;
  const VectorXd theta = solve(poisson, quiet).theta;
  const ArrayXd mu = mean_and_slope(p.family.link, p.offset + p.u * theta).mu.array();
  const double spread = (p.weights.array() * (p.y.array() / mu - 1).square()).sum();
  start.head(theta.size()) = theta;
  start[theta.size()] = std::log(p.weights.sum() / spread);
}

/// One more Newton step, which takes a minimum that is known to a tolerance to all its digits.
void polish(const Objective& loss, VectorXd& x, MatrixXd& hessian) {
  const VectorXd gradient = eg::grad(loss)(x);
  const auto factor = eg::linalg_cholesky_ex(eg::from_eigen(hessian));
  if (std::get<1>(factor).item<std::int64_t>() != 0) return;
  const VectorXd step =
      eg::to_matrix(eg::cholesky_solve(eg::from_eigen(MatrixXd(gradient)), std::get<0>(factor)))
          .col(0);
  // A long step is no rounding error: the minimum is not where the search has stopped.
  if (!(step.norm() <= 1e-3 * (1 + x.norm())) || std::isinf(loss.at(x - step))) return;
  x -= step;
  hessian = eg::hessian(loss, x);
}

}  // namespace

Solution solve(const Problem& original, const FitOptions& options) {
  const Units units = in_units(original);
  const Problem& p = units.problem;
  const Objective loss(p);
  VectorXd start = start_of(p, loss);
  if (p.estimate_theta) start_theta(p, start, options);
  if (options.seed) start = random_start(start, loss, *options.seed);
  const bool descent = options.method == Method::GradientDescent;
  const auto result = eg::optim::minimize(
      [&](const eg::Tensor& x) { return loss(x); }, start,
      {.method = descent ? eg::optim::Method::GradientDescent : eg::optim::Method::Newton,
       .tolerance_grad = 0,
       .tolerance_f = 0,
       .tolerance_x = 0,
       .max_iter = options.max_iter,
       .callback = [&](const eg::optim::Iteration& now,
                       const eg::Tensor&) { return !options.callback || options.callback(now); },
       .tolerance_grad_abs = options.tolerance});
  VectorXd x = result.x;
  MatrixXd hessian = eg::hessian(loss, x);
  if (result.converged() && !options.is_least_squares()) polish(loss, x, hessian);

  Solution out;
  const Index columns = p.u.cols();
  const Index classes =
      p.family.model == Model::Multinomial ? static_cast<Index>(p.classes) - 1 : 1;
  out.theta.resize(columns, classes);
  for (Index j = 0; j < columns; ++j)
    for (Index k = 0; k < classes; ++k) out.theta(j, k) = units.factor * x[j * classes + k];
  if (p.estimate_theta) out.log_theta = x[columns];
  out.loss = loss.at(x) * units.loss;
  out.hessian = hessian * (units.loss / (units.factor * units.factor));
  out.converged = result.converged();
  out.message = result.message;
  out.history = result.history;
  return out;
}

double deviance_of(const Problem& problem, Index columns, const FitOptions& options) {
  Problem p = problem;
  p.u = problem.u.leftCols(columns).eval();
  VectorXd eta = p.offset;
  if (columns > 0) {
    FitOptions quiet = options;
    quiet.callback = nullptr;
    quiet.method = Method::Newton;
    quiet.seed = eg::nullopt;
    eta += p.u * solve(p, quiet).theta;
  }
  return deviances(p.family, p.y, mean_and_slope(p.family.link, eta).mu, p.weights).sum();
}

}  // namespace apps::regression
