#include "regression/fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "common/bad_input.hpp"
#include "common/significance.hpp"
#include "eigengrad/eigengrad.hpp"
#include "regression/units.hpp"

namespace apps::regression {
namespace {

namespace eg = eigengrad;
using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void refuse(const Data& data, const Aliased& aliased) {
  const auto column = static_cast<std::size_t>(aliased.column);
  throw BadInput(
      data.source +
      (aliased.is_constant ? ": lines 2 to " + std::to_string(data.last_line) : ": line 1") +
      ", column " + std::to_string(data.design.place[column]) + ": the column " +
      in_quotes(data.design.names[column]) +
      (aliased.is_constant ? " is constant" : " is a linear combination of those before it"));
}

/// The lower factor of `a`, filled with NaN when there is none.
MatrixXd cholesky(const MatrixXd& a) {
  const auto [factor, info] = eg::linalg_cholesky_ex(eg::from_eigen(a));
  if (info.item<std::int64_t>() != 0 || !a.allFinite())
    return MatrixXd::Constant(a.rows(), a.cols(), kNaN);
  return eg::to_matrix(factor);
}

/// l^-1 b.
MatrixXd solve_lower(const MatrixXd& l, const MatrixXd& b) {
  return eg::to_matrix(eg::linalg_solve_triangular(eg::from_eigen(l), eg::from_eigen(b), false));
}

/// The coefficients by name, without values, and the positions of those that are estimated.
void list_coefficients(Fit& fit, const Data& data, Model model) {
  const Problem& p = fit.problem;
  const std::size_t shift = p.intercept ? 1 : 0;
  const std::size_t all = data.design.names.size() + shift;
  const bool multinomial = model == Model::Multinomial;
  for (std::size_t k = multinomial ? 1 : 0; k < (multinomial ? p.classes : 1); ++k)
    for (std::size_t j = 0; j < all; ++j)
      fit.coefficients.push_back({j < shift ? "(intercept)" : data.design.names[j - shift],
                                  multinomial ? data.classes[k] : "", kNaN, kNaN, kNaN, kNaN, kNaN,
                                  kNaN});
  for (const Index column : fit.coordinates.columns())
    for (std::size_t k = 0; k + 1 < (multinomial ? p.classes : 2); ++k)
      fit.estimated.push_back(k * all +
                              static_cast<std::size_t>(column + static_cast<Index>(shift)));
}

/// The fit in its own coordinates, before anything is carried back.
Fit started(const Data& data, const FitOptions& options) {
  Fit fit;
  fit.coordinates = Coordinates(data.design, data.weights, data.formula.intercept);
  Problem& p = fit.problem;
  p.family = {options.model, options.link};
  fit.unit = unit_of(data, options);
  p.y = data.y / fit.unit.target;
  p.weights = data.weights;
  p.offset = fit.unit.offset(data.offset);
  p.u = fit.coordinates.u();
  p.intercept = data.formula.intercept;
  p.classes = data.classes.size();
  p.estimate_theta = options.model == Model::NegativeBinomial;
  if (p.u.cols() == 0) throw BadInput(data.source + ": every column of the model is zero");

  if (options.strict && !fit.coordinates.aliased().empty())
    refuse(data, fit.coordinates.aliased().front());
  for (const Aliased& a : fit.coordinates.aliased())
    fit.aliased.push_back(
        in_quotes(data.design.names[static_cast<std::size_t>(a.column)]) +
        (a.is_constant ? " is constant" : " is a linear combination of those before it"));
  const std::int64_t unknowns =
      p.u.cols() *
      (options.model == Model::Multinomial ? static_cast<std::int64_t>(p.classes) - 1 : 1);
  fit.rows = data.y.size();
  fit.rank = unknowns;
  fit.degrees_of_freedom = fit.rows - unknowns;
  fit.null_degrees_of_freedom = fit.rows - (p.intercept ? 1 : 0);
  fit.condition = condition_number(data.design, fit.coordinates);
  fit.theta = fit.theta_error = fit.newton_difference = kNaN;
  fit.r_squared = fit.adjusted_r_squared = fit.residual_sd = kNaN;
  fit.residual_sum_of_squares = fit.f = fit.f_p_value = kNaN;
  list_coefficients(fit, data, options.model);
  return fit;
}

/// The lower factor of the information U^T W U.
MatrixXd factored_information(const Fit& fit) {
  const MatrixXd& u = fit.problem.u;
  const MatrixXd weighted = fit.information.asDiagonal() * u;
  return cholesky(u.transpose() * weighted);
}

/// A root of (U^T W U)^-1 carried to the units of the columns, where W is `information`.
void set_root(Fit& fit) {
  const MatrixXd factor = factored_information(fit);
  fit.root = solve_lower(factor, fit.coordinates.transposed_map()).transpose();
  fit.z = solve_lower(factor, fit.problem.u.transpose()).transpose();
}

/// Newton's method, or another, on the squared loss of a standardised target.
VectorXd fit_by_search(Fit& fit, const FitOptions& options) {
  Problem p = fit.problem;
  const VectorXd y = p.y - p.offset;
  const Scale scale = scale_of(y, p.weights, p.intercept);
  const double spread = scale.spread == 0 ? 1 : scale.spread;
  p.y = (y.array() - scale.center) / spread;
  p.offset.setZero();
  fit.solution = solve(p, options);
  const VectorXd theta = fit.solution.theta;
  fit.residuals = spread * (p.y - p.u * theta);
  fit.information = p.weights;
  set_root(fit);
  VectorXd b = fit.coordinates.coefficients(theta * spread);
  if (p.intercept) b[0] += scale.center;
  return b;
}

VectorXd fit_by_qr(Fit& fit, const Data& data, const FitOptions& options) {
  const VectorXd newton = fit_by_search(fit, options);
  const Problem& p = fit.problem;
  QrSolution qr = solve_by_qr(data.design, fit.coordinates, p.y - p.offset, p.weights);
  fit.residuals = std::move(qr.residuals);
  fit.root = std::move(qr.root);
  fit.z = std::move(qr.z);
  fit.newton_difference =
      ((newton - qr.coefficients).array() / qr.coefficients.array().abs()).abs().maxCoeff();
  fit.solution.converged = true;
  fit.solution.message = "solved by Householder QR in double-double arithmetic";
  return qr.coefficients;
}

void describe_least_squares(Fit& fit) {
  const Problem& p = fit.problem;
  fit.mu = fit.eta = p.y - fit.residuals;
  fit.score = p.weights.cwiseProduct(fit.residuals);
  // The columns of z are u in an orthonormal basis.
  const MatrixXd factor = factored_information(fit);
  const VectorXd weighted = p.weights.cwiseProduct(fit.mu - p.offset);
  const MatrixXd basis = solve_lower(factor, p.u.transpose());
  fit.unknowns = factor.transpose().triangularView<Eigen::Upper>().solve(basis * weighted);
  const ArrayXd w = p.weights.array();
  // With the offset in it, as in R 4.2.
  const ArrayXd fitted = fit.mu.array();
  const double rss = (w * fit.residuals.array().square()).sum();
  const double mean = p.intercept ? (w * fitted).sum() / w.sum() : 0;
  const double explained = (w * (fitted - mean).square()).sum();
  const auto n = static_cast<double>(fit.rows);
  const auto df = static_cast<double>(fit.degrees_of_freedom);
  const double df_model = static_cast<double>(fit.rank) - (p.intercept ? 1 : 0);
  const double variance = df > 0 ? rss / df : kNaN;

  fit.deviance_residuals = w.sqrt() * fit.residuals.array();
  fit.dispersion = variance;
  fit.residual_sd = std::sqrt(variance);
  fit.residual_sum_of_squares = fit.deviance = rss;
  fit.null_deviance = explained + rss;
  fit.log_likelihood = (w.log().sum() - n * (std::log(2 * std::numbers::pi * rss / n) + 1)) / 2;
  if (df_model > 0) {
    fit.r_squared = explained / (explained + rss);
    fit.adjusted_r_squared =
        df > 0 ? 1 - (1 - fit.r_squared) * ((n - (p.intercept ? 1 : 0)) / df) : kNaN;
    fit.f = explained / df_model / variance;
    fit.f_p_value = f_tail(fit.f, df_model, df);
  }
  const double size = mean * mean + explained / std::max(n - 1, 1.0);
  if (df > 0 && rss > 0 && variance < 1e-30 * size)
    fit.warnings.emplace_back(
        "the fit is perfect up to rounding errors, which are all that is left over (--method qr "
        "has more digits)");
  if (df > 0 && rss == 0) fit.warnings.emplace_back("the fit is perfect: nothing is left over");
}

/// Of theta, for known means: the root of the inverse of the observed information.
double theta_error(const Problem& p, const VectorXd& mu) {
  const eg::Tensor y = eg::from_eigen(p.y);
  const eg::Tensor m = eg::from_eigen(mu);
  const eg::Tensor w = eg::from_eigen(p.weights);
  const auto loss = [&](const eg::Tensor& theta) {
    const eg::Tensor log_likelihood = eg::lgamma(theta + y) - eg::lgamma(theta) +
                                      theta * eg::log(theta) - (theta + y) * eg::log(theta + m);
    return -(w * log_likelihood).sum();
  };
  return 1 / std::sqrt(eg::hessian(loss, VectorXd::Constant(1, p.family.theta))(0, 0));
}

void describe_generalised(Fit& fit, const FitOptions& options) {
  Problem& p = fit.problem;
  const VectorXd theta = fit.solution.theta;
  if (p.estimate_theta) p.family.theta = fit.theta = std::exp(fit.solution.log_theta);
  fit.unknowns = theta;
  fit.eta = p.offset + p.u * theta;
  const Mean mean = mean_and_slope(p.family.link, fit.eta);
  fit.mu = mean.mu;
  fit.residuals = p.y - fit.mu;
  // Where a mean has rounded to its limit, the row has all but nothing to say.
  const ArrayXd variance = variance_of(p.family, fit.mu).array();
  const ArrayXd precision = (variance > 0).select(p.weights.array() / variance, 0);
  fit.information = precision * mean.slope.array().square();
  fit.score = precision * mean.slope.array() * fit.residuals.array();
  set_root(fit);

  const auto df = static_cast<double>(fit.degrees_of_freedom);
  const VectorXd d = deviances(p.family, p.y, fit.mu, p.weights);
  fit.deviance = d.sum();
  fit.deviance_residuals = (fit.residuals.array() < 0).select(-d.cwiseSqrt(), d.cwiseSqrt());
  const double pearson = (precision * fit.residuals.array().square()).sum();
  if (p.family.has_dispersion()) fit.dispersion = df > 0 ? pearson / df : kNaN;
  fit.log_likelihood = log_likelihood(p.family, p.y, fit.mu, p.weights);
  if (p.estimate_theta) fit.theta_error = theta_error(p, fit.mu);
  p.estimate_theta = false;
  fit.null_deviance = deviance_of(p, p.intercept ? 1 : 0, options);
  fit.r_squared = 1 - fit.deviance / fit.null_deviance;
}

void describe_multinomial(Fit& fit) {
  const Problem& p = fit.problem;
  const double total = p.weights.sum();
  fit.log_likelihood = -fit.solution.loss * total;
  fit.deviance = -2 * fit.log_likelihood;
  VectorXd shares = VectorXd::Zero(static_cast<Index>(p.classes));
  for (Index i = 0; i < p.y.size(); ++i) shares[static_cast<Index>(p.y[i])] += p.weights[i] / total;
  if (!p.intercept) shares.setConstant(1 / static_cast<double>(p.classes));
  fit.null_deviance = 0;
  for (Index i = 0; i < p.y.size(); ++i)
    fit.null_deviance -= 2 * p.weights[i] * std::log(shares[static_cast<Index>(p.y[i])]);
  fit.null_degrees_of_freedom =
      fit.rows - (p.intercept ? static_cast<std::int64_t>(p.classes) - 1 : 0);
  fit.r_squared = 1 - fit.deviance / fit.null_deviance;

  // One unknown per column and class; each class is carried back alone.
  const MatrixXd back = fit.coordinates.transposed_map();
  const auto classes = static_cast<Index>(p.classes) - 1;
  MatrixXd all = MatrixXd::Zero(back.rows() * classes, back.cols() * classes);
  for (Index i = 0; i < back.rows(); ++i)
    for (Index j = 0; j < back.cols(); ++j)
      all.block(i * classes, j * classes, classes, classes).diagonal().setConstant(back(i, j));
  fit.root = solve_lower(cholesky(fit.solution.hessian * total), all).transpose();
}

/// A root of the covariance of what has the design `z` and the root `root` of its inverse information, by the
/// model or by the residuals: the covariance is the root times its transpose.
MatrixXd covariance_root(const Fit& fit, const MatrixXd& z, const MatrixXd& root, Robust robust) {
  if (robust == Robust::No) return root * std::sqrt(fit.dispersion);
  const ArrayXd score = corrected(fit.score.array(), leverages(fit).array(), fit.degrees_of_freedom,
                                  fit.rank, robust);
  const MatrixXd half = score.matrix().asDiagonal() * z;
  return root * half.transpose();
}

void set_coefficients(Fit& fit, const VectorXd& b, const FitOptions& options) {
  const MatrixXd errors_root = covariance_root(fit, fit.z, fit.root, options.robust);
  fit.covariance = errors_root * errors_root.transpose();
  if (options.model != Model::Multinomial) {
    const MatrixXd& u = fit.problem.u;
    const MatrixXd root =
        solve_lower(factored_information(fit), MatrixXd::Identity(u.cols(), u.cols())).transpose();
    const MatrixXd all = covariance_root(fit, u * root, root, options.robust);
    // Of a row for every observation the triangular factor is enough.
    fit.unknown_root =
        all.cols() <= all.rows()
            ? all
            : MatrixXd(eg::to_matrix(
                           std::get<1>(eg::linalg_qr(eg::from_eigen(MatrixXd(all.transpose())))))
                           .transpose());
  }
  const VectorXd errors = errors_root.rowwise().stableNorm();
  const bool student = fit.problem.family.has_dispersion();
  const double df = student ? static_cast<double>(fit.degrees_of_freedom) : 0;
  const double width = student && df == 0 ? kNaN : interval_factor(options.level, df);
  for (std::size_t i = 0; i < fit.estimated.size(); ++i) {
    Coefficient& c = fit.coefficients[fit.estimated[i]];
    const auto at = static_cast<Index>(i);
    c.estimate = b[at];
    c.std_error = errors[at];
    c.ratio = c.estimate / c.std_error;
    c.p_value = p_value_of(c.ratio, df);
    c.lower = c.estimate - width * c.std_error;
    c.upper = c.estimate + width * c.std_error;
  }
}

/// Information criteria; what is estimated beside the coefficients counts.
void set_criteria(Fit& fit) {
  const double more = fit.problem.family.has_dispersion() || std::isfinite(fit.theta) ? 1 : 0;
  const double unknowns = static_cast<double>(fit.rank) + more;
  fit.aic = -2 * fit.log_likelihood + 2 * unknowns;
  fit.bic = -2 * fit.log_likelihood + std::log(static_cast<double>(fit.rows)) * unknowns;
}

/// The columns that a direction of the unknowns is about.
std::string names_along(const Fit& fit, const VectorXd& direction) {
  const auto classes = static_cast<Index>(fit.solution.theta.cols());
  const VectorXd spreads = fit.coordinates.spreads();
  VectorXd size = VectorXd::Zero(spreads.size());
  for (Index k = 0; k < classes; ++k) {
    const Eigen::Map<const VectorXd, 0, Eigen::InnerStride<>> theta(
        direction.data() + k, spreads.size(), Eigen::InnerStride<>(classes));
    size += fit.coordinates.coefficients(theta).cwiseProduct(spreads).cwiseAbs();
  }
  std::string names;
  for (Index j = 0; j < size.size(); ++j)
    if (size[j] > 0 && size[j] >= 0.2 * size.maxCoeff())
      names +=
          (names.empty() ? "" : ", ") +
          in_quotes(fit.coefficients[fit.estimated[static_cast<std::size_t>(j * classes)]].term);
  return names.empty() ? "the intercept" : names;
}

/// Why the maximum of the likelihood does not exist, or nothing. Both signs of it: every row is on
/// its side, or the likelihood is all but flat along some direction.
std::string separation(const Fit& fit) {
  const Problem& p = fit.problem;
  const Model model = p.family.model;
  if (model == Model::Linear || model == Model::Gamma || !fit.solution.hessian.allFinite())
    return {};
  if (model == Model::Binomial && ((p.y.array() - 0.5) * (fit.mu.array() - 0.5) > 0).all() &&
      ((p.y.array() == 0) || (p.y.array() == 1)).all())
    return "the target's classes are separated completely by " +
           names_along(fit, fit.solution.theta) + ", so the coefficients grow without bound";
  const Index n = p.u.cols() * fit.solution.theta.cols();
  const auto [values, vectors] =
      eg::linalg_eigh(eg::from_eigen(fit.solution.hessian.topLeftCorner(n, n)));
  const double flattest = values[0].item<double>();
  const bool shares = model == Model::Binomial || model == Model::Multinomial;
  if (flattest * p.weights.sum() > 1e-5 && !(shares && flattest < 1e-8)) return {};
  const std::string names = names_along(fit, eg::to_matrix(vectors).col(0));
  return (shares ? "the target's classes are separated in a part of the rows by "
                 : "rows whose counts are all 0 are separated from the others by ") +
         names + ", so their coefficients grow without bound";
}

/// What keeps the numbers from being a result.
std::string objection(const Fit& fit, const FitOptions& options) {
  const std::string reason = options.is_least_squares() ? "" : separation(fit);
  if (!reason.empty()) return "separation: " + reason;
  if (fit.theta > 1e7)
    return "the counts vary no more than Poisson counts, so theta grows without bound; --model "
           "poisson fits them";
  for (const std::size_t i : fit.estimated) {
    const Coefficient& c = fit.coefficients[i];
    if (!std::isfinite(c.estimate * fit.unit.predictor))
      return "the coefficient of " + in_quotes(c.term) + " is not finite: no double holds it";
    if (!std::isfinite(c.std_error * fit.unit.predictor) &&
        (fit.degrees_of_freedom > 0 || options.model != Model::Linear))
      return "the standard error of " + in_quotes(c.term) + " is not finite: no double holds it";
  }
  return {};
}

}  // namespace

Fit fit(const Data& data, const FitOptions& options) {
  Fit fit = started(data, options);
  VectorXd b;
  if (options.is_least_squares()) {
    b = options.method == Method::Qr ? fit_by_qr(fit, data, options) : fit_by_search(fit, options);
    describe_least_squares(fit);
  } else {
    fit.solution = solve(fit.problem, options);
    const MatrixXd& theta = fit.solution.theta;
    b.resize(theta.size());
    for (Index k = 0; k < theta.cols(); ++k)
      b(Eigen::seqN(k, theta.rows(), theta.cols())) = fit.coordinates.coefficients(theta.col(k));
    if (options.model == Model::Multinomial)
      describe_multinomial(fit);
    else
      describe_generalised(fit, options);
  }
  fit.converged = fit.solution.converged;
  fit.message = fit.solution.message;
  fit.history = fit.solution.history;
  set_coefficients(fit, b, options);
  set_criteria(fit);
  const std::string reason = objection(fit, options);
  if (!reason.empty()) {
    fit.converged = false;
    fit.message = "not converged: " + reason;
  }
  return fit;
}

VectorXd leverages(const Fit& fit) {
  return fit.information.array() * fit.z.rowwise().squaredNorm().array();
}

double normal_quantile(double p) { return eg::special_ndtri(eg::tensor(p)).item<double>(); }

double p_value_of(double ratio, double degrees_of_freedom) {
  if (degrees_of_freedom > 0) return p_value_of_t(ratio, degrees_of_freedom);
  return std::erfc(std::abs(ratio) / std::numbers::sqrt2);
}

double f_tail(double f, double n, double d) {
  if (!(f >= 0) || !(n > 0) || !(d > 0)) return kNaN;
  if (std::isinf(f)) return 0;
  return eg::special_betainc(eg::tensor(d / 2), eg::tensor(n / 2), eg::tensor(d / (d + n * f)))
      .item<double>();
}

double chi_squared_tail(double x, double n) {
  if (!(x >= 0) || !(n > 0)) return kNaN;
  return eg::igammac(eg::tensor(n / 2), eg::tensor(x / 2)).item<double>();
}

double interval_factor(double level, double degrees_of_freedom) {
  return degrees_of_freedom > 0 ? t_quantile(level, degrees_of_freedom)
                                : -normal_quantile((1 - level) / 2);
}

}  // namespace apps::regression
