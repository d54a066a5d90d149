#include "regression/fit.hpp"

#include <Eigen/Cholesky>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "common/bad_input.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::regression {
namespace {

namespace eg = eigengrad;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Scale {
  double center = 0;
  double spread = 1;
};

/// Computed on numbers of size 1, so that squares neither overflow nor vanish.
Scale scale_of(const Eigen::Ref<const VectorXd>& v, bool center) {
  const double largest = v.cwiseAbs().maxCoeff();
  const VectorXd unit = v / largest;
  const double middle = center ? unit.mean() : 0;
  return {middle * largest, std::sqrt((unit.array() - middle).square().mean()) * largest};
}

VectorXd standardised(const Eigen::Ref<const VectorXd>& v, const Scale& s) {
  return (v.array() - s.center) / s.spread;
}

/// See Note [Standardised coordinates].
class Coordinates {
 public:
  Coordinates(const Data& data, bool intercept) : shift_(intercept ? 1 : 0) {
    const Index rows = data.x.rows();
    const Index columns = data.x.cols() + shift_;
    if (intercept) scales_.emplace_back();
    MatrixXd a = MatrixXd::Ones(rows, columns);
    for (Index j = 0; j < data.x.cols(); ++j) {
      scales_.push_back(scale_of(data.x.col(j), intercept));
      a.col(j + shift_) = standardised(data.x.col(j), scales_.back());
    }
    const VectorXd lengths = a.colwise().norm();
    const auto [q, r] = eg::linalg_qr(eg::wrap(a));
    r_ = eg::to_matrix(r);
    // What is left of a column when its part along the columns before it is taken away: rounding
    // errors when it depends on them.
    const double rounding =
        100 * std::sqrt(static_cast<double>(rows)) * std::numeric_limits<double>::epsilon();
    for (Index j = 0; j < columns; ++j)
      if (!(std::abs(r_(j, j)) > rounding * lengths[j])) {
        const auto feature = static_cast<std::size_t>(j - shift_);
        throw BadInput(data.source + ": line 1, column " +
                       std::to_string(data.feature_columns[feature]) + ": the column " +
                       in_quotes(data.features[feature]) +
                       " is a linear combination of those before it");
      }
    const double root_rows = std::sqrt(static_cast<double>(rows));
    r_ /= root_rows;
    u_ = eg::to_matrix(q) * root_rows;
  }

  /// The design matrix for theta.
  MatrixXd& u() { return u_; }

  /// Coefficients in the units of the columns, for a target measured by `target`.
  VectorXd coefficients(const VectorXd& theta, const Scale& target) const {
    VectorXd b = r_.triangularView<Eigen::Upper>().solve(theta) * target.spread;
    for (Index j = shift_; j < b.size(); ++j) b[j] /= scale(j).spread;
    if (shift_ == 1) {
      b[0] += target.center;
      for (Index j = 1; j < b.size(); ++j) b[0] -= b[j] * scale(j).center;
    }
    return b;
  }

  /// Their standard errors when theta has the covariance variance * hessian^-1. With b = M theta
  /// and hessian = L L^T, element i is the length of L^-1 M^T e_i.
  VectorXd standard_errors(const MatrixXd& hessian, double variance, const Scale& target) const {
    const Index n = r_.rows();
    MatrixXd back = MatrixXd::Identity(n, n);  // M^T, a column per coefficient.
    for (Index j = shift_; j < n; ++j) {
      back(j, j) = 1 / scale(j).spread;
      if (shift_ == 1) back(j, 0) = -scale(j).center / scale(j).spread;
    }
    back *= target.spread;
    r_.transpose().triangularView<Eigen::Lower>().solveInPlace(back);
    const Eigen::LLT<MatrixXd> factor(hessian);
    if (factor.info() != Eigen::Success) return VectorXd::Constant(n, kNaN);
    factor.matrixL().solveInPlace(back);
    return back.colwise().stableNorm().transpose() * std::sqrt(variance);
  }

 private:
  const Scale& scale(Index j) const { return scales_[static_cast<std::size_t>(j)]; }

  /// Columns in front of the first feature.
  Index shift_;
  std::vector<Scale> scales_;
  MatrixXd r_;
  MatrixXd u_;
};

/// (y - u theta)^2 / 2, averaged over the rows.
eg::Tensor squared_loss(const eg::Tensor& u, const eg::Tensor& y, const eg::Tensor& theta) {
  const eg::Tensor residual = y - eg::mv(u, theta);
  return eg::dot(residual, residual) / (2.0 * static_cast<double>(y.numel()));
}

/// The log-likelihood of Bernoulli observations, averaged over the rows and negated: each
/// contributes log sigmoid(margin), where the margin is the linear predictor, negated when the
/// target is 0.
eg::Tensor logistic_loss(const eg::Tensor& u, const eg::Tensor& signs, const eg::Tensor& theta) {
  return -eg::log(eg::sigmoid(signs * eg::mv(u, theta))).mean();
}

/// Why the maximum of the likelihood does not exist, or nothing. Both signs of it: every row is on
/// its side, or the likelihood is all but flat along some direction.
std::string separation(const VectorXd& margins, const MatrixXd& hessian) {
  if ((margins.array() > 0).all())
    return "the columns separate the target's 0 from its 1 completely, so the coefficients grow "
           "without bound";
  const double flattest = eg::linalg_eigvalsh(eg::from_eigen(hessian))[0].item<double>();
  if (!(flattest > 1e-8))
    return "some columns separate the target's 0 from its 1 in a part of the rows, so their "
           "coefficients grow without bound";
  return {};
}

/// `y` and `residual` are standardised.
void describe_linear(Fit& fit, const VectorXd& y, const VectorXd& residual, const Scale& target) {
  const double rss = residual.squaredNorm();
  const auto df = static_cast<double>(fit.degrees_of_freedom);
  fit.r_squared = 1 - rss / y.squaredNorm();
  fit.residual_sd = df > 0 ? std::sqrt(rss / df) * target.spread : kNaN;
  fit.residual_sum_of_squares = rss * target.spread * target.spread;
  fit.log_likelihood = kNaN;
}

void describe_logistic(Fit& fit, const Data& data, double loss, bool intercept) {
  const double n = static_cast<double>(fit.rows);
  const double p = intercept ? data.y.mean() : 0.5;
  fit.log_likelihood = -n * loss;
  fit.r_squared = 1 - fit.log_likelihood / (n * (p * std::log(p) + (1 - p) * std::log(1 - p)));
  fit.residual_sd = fit.residual_sum_of_squares = kNaN;
}

double p_value(Model model, double ratio, std::int64_t degrees_of_freedom) {
  namespace math = boost::math;
  const double size = std::abs(ratio);
  if (std::isnan(size)) return kNaN;
  if (std::isinf(size)) return 0;
  if (model == Model::Logistic) return 2 * math::cdf(math::complement(math::normal(), size));
  const math::students_t t(static_cast<double>(degrees_of_freedom));
  return 2 * math::cdf(math::complement(t, size));
}

}  // namespace

Fit fit(const Data& data, const FitOptions& options) {
  const bool linear = options.model == Model::Linear;
  Coordinates coordinates(data, options.intercept);
  const Scale target = linear ? scale_of(data.y, options.intercept) : Scale{};
  VectorXd y = linear ? standardised(data.y, target) : VectorXd(2 * data.y.array() - 1);

  const eg::Tensor u = eg::wrap(coordinates.u());
  const eg::Tensor rows = eg::wrap(y);
  const auto loss = [&](const eg::Tensor& theta) {
    return linear ? squared_loss(u, rows, theta) : logistic_loss(u, rows, theta);
  };

  VectorXd start = VectorXd::Zero(coordinates.u().cols());
  if (options.seed) {
    eg::manual_seed(*options.seed);
    start = eg::to_vector(eg::randn({start.size()}));
  }
  const auto result = eg::optim::minimize(
      loss, start,
      {.method = options.method,
       .tolerance_grad = 0,
       .tolerance_f = 0,
       .tolerance_x = 0,
       .max_iter = options.max_iter,
       .callback = [&](const eg::optim::Iteration& now,
                       const eg::Tensor&) { return !options.callback || options.callback(now); },
       .tolerance_grad_abs = options.tolerance});
  const VectorXd& theta = result.x;
  const MatrixXd hessian = eg::hessian(loss, theta);

  Fit fit;
  fit.converged = result.converged();
  fit.message = result.message;
  fit.history = result.history;
  fit.rows = data.y.size();
  fit.degrees_of_freedom = fit.rows - theta.size();
  const VectorXd predicted = coordinates.u() * theta;
  double variance = 1 / static_cast<double>(fit.rows);
  if (linear) {
    describe_linear(fit, y, y - predicted, target);
    variance *= std::pow(fit.residual_sd / target.spread, 2);
  } else {
    describe_logistic(fit, data, result.value, options.intercept);
    const std::string reason = separation(y.cwiseProduct(predicted), hessian);
    if (!reason.empty()) {
      fit.converged = false;
      fit.message = "not converged: " + reason;
    }
  }

  const VectorXd estimates = coordinates.coefficients(theta, target);
  const VectorXd errors = coordinates.standard_errors(hessian, variance, target);
  for (Index j = 0; j < estimates.size(); ++j) {
    const Index feature = j - (options.intercept ? 1 : 0);
    Coefficient c{feature < 0 ? "(intercept)" : data.features[static_cast<std::size_t>(feature)],
                  estimates[j], errors[j], estimates[j] / errors[j], 0};
    c.p_value = p_value(options.model, c.ratio, fit.degrees_of_freedom);
    fit.coefficients.push_back(std::move(c));
  }
  return fit;
}

}  // namespace apps::regression
