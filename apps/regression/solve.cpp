// Maximum likelihood in standardised coordinates.

#include <cmath>
#include <limits>

#include "common/bad_input.hpp"
#include "eigengrad/eigengrad.hpp"
#include "regression/fit.hpp"

namespace apps::regression {
namespace {

namespace eg = eigengrad;
using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

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
  const VectorXd squares = eg::to_vector(eg::linalg_solve(
      eg::from_eigen(p.u.transpose() * weighted),
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
