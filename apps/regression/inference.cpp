#include "regression/inference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "eigengrad/eigengrad.hpp"

namespace apps::regression {
namespace {

namespace eg = eigengrad;
using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// How many of the first unknowns belong to the intercept and the terms up to `term`.
Index unknowns_up_to(const Fit& fit, const Data& data, std::size_t term) {
  const auto& columns = fit.coordinates.columns();
  return std::count_if(columns.begin(), columns.end(), [&](Index column) {
    return column < 0 || data.design.term[static_cast<std::size_t>(column)] <= term;
  });
}

std::vector<AnovaRow> analysis_of_variance(const Fit& fit, const Data& data) {
  const Problem& p = fit.problem;
  const auto df = static_cast<double>(fit.degrees_of_freedom);
  const double variance = fit.dispersion;
  // Columns of z are orthogonal, the first one to the others too: what it explains is no term's.
  const VectorXd fitted = fit.mu - p.offset;
  const double mean = p.intercept ? p.weights.dot(fitted) / p.weights.sum() : 0;
  const VectorXd effects =
      fit.z.transpose() * (p.weights.array() * (fitted.array() - mean)).matrix();
  std::vector<AnovaRow> rows;
  Index first = p.intercept ? 1 : 0;
  for (std::size_t t = 0; t < data.formula.terms.size(); ++t) {
    const Index last = unknowns_up_to(fit, data, t);
    AnovaRow row{data.formula.terms[t].name, static_cast<double>(last - first)};
    row.amount = effects.segment(first, last - first).squaredNorm();
    first = last;
    row.mean_square = row.amount / row.df;
    row.residual_df = row.residual_amount = kNaN;
    row.statistic = row.mean_square / variance;
    row.p_value = f_tail(row.statistic, row.df, df);
    rows.push_back(row);
  }
  rows.push_back({"residuals", df, fit.residual_sum_of_squares, variance, kNaN, kNaN, kNaN, kNaN});
  return rows;
}

}  // namespace

std::array<double, 5> quantiles(const VectorXd& values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  std::array<double, 5> out{};
  for (std::size_t k = 0; k < 5; ++k) {
    const double at = static_cast<double>(sorted.size() - 1) * static_cast<double>(k) / 4;
    const auto low = static_cast<std::size_t>(at);
    const std::size_t high = std::min(low + 1, sorted.size() - 1);
    const double share = at - static_cast<double>(low);
    out[k] = share == 0 ? sorted[low] : (1 - share) * sorted[low] + share * sorted[high];
  }
  return out;
}

std::vector<AnovaRow> anova(const Fit& fit, const Data& data, const FitOptions& options) {
  if (options.is_least_squares()) return analysis_of_variance(fit, data);
  const auto rows = static_cast<double>(fit.rows);
  std::vector<AnovaRow> table;
  table.push_back({"null", kNaN, kNaN, kNaN, static_cast<double>(fit.null_degrees_of_freedom),
                   fit.null_deviance, kNaN, kNaN});
  Index before = fit.problem.intercept ? 1 : 0;
  for (std::size_t t = 0; t < data.formula.terms.size(); ++t) {
    const Index columns = unknowns_up_to(fit, data, t);
    const double residual =
        columns == fit.problem.u.cols() ? fit.deviance : deviance_of(fit.problem, columns, options);
    AnovaRow row{data.formula.terms[t].name, static_cast<double>(columns - before)};
    row.amount = table.back().residual_amount - residual;
    row.mean_square = kNaN;
    row.residual_df = rows - static_cast<double>(columns);
    row.residual_amount = residual;
    const double scaled = row.amount / fit.dispersion;
    const bool by_f = fit.problem.family.has_dispersion();
    row.statistic = by_f ? scaled / row.df : scaled;
    row.p_value = by_f ? f_tail(row.statistic, row.df, static_cast<double>(fit.degrees_of_freedom))
                       : chi_squared_tail(row.statistic, row.df);
    table.push_back(row);
    before = columns;
  }
  return table;
}

Diagnostics diagnose(const Fit& fit) {
  Diagnostics d;
  const ArrayXd variance = variance_of(fit.problem.family, fit.mu).array();
  d.leverage = leverages(fit);
  d.pearson =
      (variance > 0)
          .select((fit.problem.weights.array() / variance).sqrt() * fit.residuals.array(), 0);
  // A row that only one coefficient sees has leverage 1, and no residual to speak of.
  const ArrayXd rest = (d.leverage.array() < 1 - 1e-12).select(1 - d.leverage.array(), kNaN);
  d.standardised = fit.deviance_residuals.array() / (fit.dispersion * rest).sqrt();
  d.cook = (d.pearson.array() / rest).square() * d.leverage.array() /
           (fit.dispersion * static_cast<double>(fit.rank));
  return d;
}

MatrixXd class_shares(const Fit& fit, const MatrixXd& u) {
  MatrixXd eta(u.rows(), fit.solution.theta.cols() + 1);
  eta << VectorXd::Zero(u.rows()), u * fit.solution.theta;
  return eg::to_matrix(eg::softmax(eg::from_eigen(eta), 1));
}

Predictions predict(const Fit& fit, const NewData& data, const FitOptions& options) {
  Predictions out;
  const MatrixXd u = fit.coordinates.u_of(data.design);
  if (options.model == Model::Multinomial) {
    out.mean = class_shares(fit, u);
    return out;
  }
  const Family& family = fit.problem.family;
  const VectorXd eta = fit.unit.offset(data.offset) + u * fit.unknowns;
  const Mean mean = mean_and_slope(family.link, eta);
  const ArrayXd variance = (u * fit.unknown_root).rowwise().squaredNorm().array();
  const double df = family.has_dispersion() ? static_cast<double>(fit.degrees_of_freedom) : 0;
  const double width =
      family.has_dispersion() && df == 0 ? kNaN : interval_factor(options.level, df);
  const VectorXd half = width * variance.sqrt();
  const VectorXd one = mean_and_slope(family.link, eta - half).mu;
  const VectorXd other = mean_and_slope(family.link, eta + half).mu;
  out.mean = mean.mu;
  out.std_error = variance.sqrt() * mean.slope.array().abs();
  // The inverse link turns the bounds around.
  out.lower = one.cwiseMin(other);
  out.upper = one.cwiseMax(other);
  if (options.is_least_squares()) {
    const ArrayXd wide = width * (variance + fit.dispersion).sqrt();
    out.prediction_lower = mean.mu.array() - wide;
    out.prediction_upper = mean.mu.array() + wide;
  }
  return out;
}

}  // namespace apps::regression
