#include "regression/report.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>
#include <ostream>
#include <sstream>

#include "common/gnuplot.hpp"
#include "common/significance.hpp"
#include "common/table.hpp"

namespace apps::regression {
namespace {

constexpr int kDigits = 5;

std::string counted(std::int64_t n, const std::string& what) {
  return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s");
}

std::string title(const Context& c) {
  switch (c.options.model) {
    case Model::Linear:
      return c.options.link == Link::Identity ? "Linear" : "Gaussian";
    case Model::Binomial:
      return c.options.link == Link::Logit ? "Logistic" : "Binomial";
    case Model::Multinomial:
      return "Multinomial logistic";
    case Model::Poisson:
      return "Poisson";
    case Model::NegativeBinomial:
      return "Negative binomial";
    default:
      return "Gamma";
  }
}

bool is_student(const Context& c) {
  return c.options.model == Model::Linear || c.options.model == Model::Gamma;
}

/// "class: term", or the term alone.
std::string full_name(const Coefficient& b) {
  return (b.response.empty() ? "" : b.response + ": ") + b.term;
}

std::string robust_name(Robust robust) {
  return "HC" + std::to_string(static_cast<int>(robust) - static_cast<int>(Robust::HC0));
}

void write_heading(std::ostream& out, const Fit& fit, const Context& c) {
  const auto columns = static_cast<std::int64_t>(c.data.design.names.size());
  out << title(c) << " regression of " << c.data.target << " on " << counted(columns, "column")
      << ", " << counted(fit.rows, "row") << " of " << c.data.source << '\n';
  if (c.data.rows_dropped > 0)
    out << counted(static_cast<std::int64_t>(c.data.rows_dropped), "row")
        << " dropped because of missing values\n";
  if (c.data.rows_without_weight > 0)
    out << counted(static_cast<std::int64_t>(c.data.rows_without_weight), "row")
        << " of weight 0 left out\n";
  out << "\nCall: " << formula_text(c.data) << ", " << name_of(c.options.model) << " with "
      << name_of(c.options.link) << " link, method " << c.method << '\n';
  if (!c.data.classes.empty()) {
    out << "Classes of " << c.data.target << ':';
    for (const std::string& name : c.data.classes) out << ' ' << name;
    out << (c.options.model == Model::Multinomial ? "; odds are against the first\n"
                                                  : "; odds are of the second\n");
  }
}

void write_residual_quantiles(std::ostream& out, const Fit& fit, const Context& c) {
  if (fit.deviance_residuals.size() == 0) return;
  const bool squares = c.options.is_least_squares();
  out << '\n'
      << (!squares             ? "Deviance residuals:"
          : c.data.has_weights ? "Weighted residuals:"
                               : "Residuals:")
      << '\n';
  if (fit.degrees_of_freedom == 0) {
    out << "all " << fit.rows << " are 0: there are no residual degrees of freedom\n";
    return;
  }
  TextTable table({"", "min", "1Q", "median", "3Q", "max"});
  std::vector<std::string> row = {""};
  for (const double q : quantiles(fit.deviance_residuals)) row.push_back(number(q, kDigits));
  table.add(std::move(row));
  table.write(out);
}

void write_coefficients(std::ostream& out, const Fit& fit, const Context& c) {
  const std::string ratio = is_student(c) ? "t" : "z";
  const double tail = (1 - c.options.level) / 2;
  std::vector<std::string> headings = {"term", "estimate", "std error", ratio + " value",
                                       "p value", "   ", percent_text(tail),
                                       percent_text(1 - tail)};
  TextTable table(headings);
  for (const Coefficient& b : fit.coefficients) {
    std::string mark = stars(b.p_value);
    mark.resize(3, ' ');
    std::vector<std::string> row = {full_name(b),
                                    std::isnan(b.estimate) ? "NA" : number(b.estimate, kDigits + 1),
                                    number(b.std_error, kDigits),
                                    number(b.ratio, 4),
                                    p_text(b.p_value),
                                    mark,
                                    number(b.lower, kDigits),
                                    number(b.upper, kDigits)};
    table.add(std::move(row));
  }
  out << "\nCoefficients:";
  if (!fit.aliased.empty())
    out << " (" << fit.aliased.size() << " not estimated, rank " << fit.rank << ")";
  if (c.options.robust != Robust::No)
    out << " (standard errors robust, " << robust_name(c.options.robust) << ")";
  out << '\n';
  table.write(out);
  out << "---\n" << kStarsLegend << '\n';
  for (const std::string& name : fit.aliased) out << "not estimated: " << name << '\n';
}

void write_exponentials(std::ostream& out, const Fit& fit, const Context& c) {
  if (!c.exponentials) return;
  const double tail = (1 - c.options.level) / 2;
  TextTable table({"term", "exp(estimate)", percent_text(tail), percent_text(1 - tail)});
  for (const Coefficient& b : fit.coefficients)
    table.add({full_name(b), number(std::exp(b.estimate), kDigits), number(std::exp(b.lower), kDigits),
               number(std::exp(b.upper), kDigits)});
  const bool odds = c.options.model == Model::Binomial || c.options.model == Model::Multinomial;
  out << '\n' << (odds ? "Odds ratios:" : "Ratios of means:") << '\n';
  table.write(out);
}

void write_least_squares(std::ostream& out, const Fit& fit) {
  const double df = static_cast<double>(fit.degrees_of_freedom);
  out << "Residual standard error: " << number(fit.residual_sd, kDigits) << " on "
      << fit.degrees_of_freedom << " degrees of freedom\n";
  if (std::isnan(fit.r_squared)) return;
  const double model = static_cast<double>(fit.null_degrees_of_freedom) - df;
  out << "R^2: " << number(fit.r_squared, kDigits)
      << ", adjusted R^2: " << number(fit.adjusted_r_squared, kDigits)
      << "\nF statistic: " << number(fit.f, kDigits) << " on " << model << " and " << df
      << " degrees of freedom, p value: " << p_text(fit.f_p_value) << '\n';
}

void write_quality(std::ostream& out, const Fit& fit, const Context& c) {
  out << '\n';
  if (c.options.is_least_squares()) {
    write_least_squares(out, fit);
  } else {
    const bool shares =
        (c.options.model == Model::Binomial && !c.data.has_weights) ||
        c.options.model == Model::Multinomial;
    if (c.options.model != Model::Multinomial)
      out << "Dispersion: " << number(fit.dispersion, kDigits)
          << (is_student(c) ? " (estimated)" : " (taken to be 1)") << '\n';
    if (std::isfinite(fit.theta))
      out << "Theta: " << number(fit.theta, kDigits) << ", std error "
          << number(fit.theta_error, kDigits) << '\n';
    out << "Null deviance: " << number(fit.null_deviance, kDigits + 1) << " on "
        << fit.null_degrees_of_freedom
        << " degrees of freedom\nResidual deviance: " << number(fit.deviance, kDigits + 1)
        << " on " << fit.degrees_of_freedom << " degrees of freedom\n"
        << (shares ? "McFadden's R^2: " : "Deviance explained: ") << number(fit.r_squared, 4)
        << '\n';
  }
  out << "Log-likelihood: " << number(fit.log_likelihood, kDigits + 1)
      << ", AIC: " << number(fit.aic, kDigits + 1) << ", BIC: " << number(fit.bic, kDigits + 1)
      << "\nCondition number of the columns, scaled to length 1: " << number(fit.condition, 4)
      << '\n';
  if (!std::isnan(fit.newton_difference))
    out << "Largest relative difference of a coefficient from Newton's method: "
        << number(fit.newton_difference, 2) << '\n';
  for (const std::string& warning : fit.warnings) out << "Warning: " << warning << '\n';
}

void write_anova(std::ostream& out, const Context& c) {
  if (c.anova.empty()) return;
  const bool squares = c.options.is_least_squares();
  const std::string statistic = is_student(c) ? "F" : "chi-square";
  TextTable table(squares ? std::vector<std::string>{"term", "df", "sum of squares", "mean square",
                                                     "F", "p value", "   "}
                          : std::vector<std::string>{"term", "df", "deviance", "residual df",
                                                     "residual deviance", statistic, "p value",
                                                     "   "});
  for (const AnovaRow& r : c.anova) {
    std::vector<std::string> row = {r.term, number(r.df, 10), number(r.amount, kDigits)};
    if (squares)
      row.push_back(number(r.mean_square, kDigits));
    else
      row.insert(row.end(), {number(r.residual_df, 10), number(r.residual_amount, kDigits)});
    std::string mark = stars(r.p_value);
    mark.resize(3, ' ');
    row.insert(row.end(), {number(r.statistic, kDigits), p_text(r.p_value), mark});
    table.add(std::move(row));
  }
  out << "\nAnalysis of " << (squares ? "variance" : "deviance")
      << ", terms added one after another:\n";
  table.write(out);
}

void write_convergence(std::ostream& out, const Fit& fit, const Context& c) {
  out << "\nConvergence (method " << (c.options.method == Method::Qr ? "newton" : c.method)
      << "; cost and derivatives in standardised coordinates: columns\n"
      << (c.data.formula.intercept ? "centred, divided by their standard deviation"
                                   : "divided by their root mean square")
      << " and made orthogonal by a QR factorisation)\n\n";
  TextTable steps({"iter", "cost", "|gradient|", "|step|", "seconds"});
  for (const std::size_t i : shown_rows(fit.history.size())) {
    const eigengrad::optim::Iteration& it = fit.history[i];
    steps.add({std::to_string(it.iter), number(it.value, 6), number(it.gradient_norm, 3),
               i == 0 ? "-" : number(it.step_norm, 3), number(it.seconds, 3)});
  }
  steps.write(out);
}

/// Names of the columns of predictions, and their values row by row.
struct PredictionTable {
  std::vector<std::string> names;
  std::vector<std::vector<double>> rows;
};

PredictionTable table_of(const Predictions& p, const Data& data) {
  PredictionTable table;
  const bool classes = p.mean.cols() > 1;
  const bool intervals = p.prediction_lower.size() > 0;
  if (classes)
    table.names = data.classes;
  else
    table.names = {"fit", "std_error", "lower", "upper"};
  if (intervals)
    table.names.insert(table.names.end(), {"prediction_lower", "prediction_upper"});
  for (Eigen::Index i = 0; i < p.mean.rows(); ++i) {
    std::vector<double> row(p.mean.row(i).begin(), p.mean.row(i).end());
    if (!classes) row.insert(row.end(), {p.std_error[i], p.lower[i], p.upper[i]});
    if (intervals) row.insert(row.end(), {p.prediction_lower[i], p.prediction_upper[i]});
    table.rows.push_back(std::move(row));
  }
  return table;
}

void write_predictions(std::ostream& out, const Context& c) {
  if (!c.predictions) return;
  const PredictionTable p = table_of(*c.predictions, c.data);
  std::vector<std::string> headings = {"row"};
  headings.insert(headings.end(), p.names.begin(), p.names.end());
  TextTable table(headings);
  for (const std::size_t i : shown_rows(p.rows.size())) {
    std::vector<std::string> row = {std::to_string(i + 1)};
    for (const double value : p.rows[i]) row.push_back(number(value, kDigits));
    table.add(std::move(row));
  }
  out << "\nPredictions:\n";
  table.write(out);
}

}  // namespace

void write_text(std::ostream& out, const Fit& fit, const Context& c) {
  write_heading(out, fit, c);
  write_residual_quantiles(out, fit, c);
  write_coefficients(out, fit, c);
  write_exponentials(out, fit, c);
  write_quality(out, fit, c);
  write_anova(out, c);
  write_predictions(out, c);
  write_convergence(out, fit, c);
  out << '\n' << fit.message << '\n';
}

void write_csv(std::ostream& out, const Fit& fit, const Context& c) {
  if (c.predictions) {
    const PredictionTable p = table_of(*c.predictions, c.data);
    write_csv_row(out, p.names);
    for (const std::vector<double>& values : p.rows) {
      std::vector<std::string> row;
      for (const double value : values) row.push_back(exact(value));
      write_csv_row(out, row);
    }
    return;
  }
  const bool classes = c.options.model == Model::Multinomial;
  std::vector<std::string> header = {"term", "estimate", "std_error", "ratio", "p_value"};
  if (classes) header.insert(header.begin(), "class");
  write_csv_row(out, header);
  for (const Coefficient& b : fit.coefficients) {
    std::vector<std::string> row = {b.term};
    for (const double value : {b.estimate, b.std_error, b.ratio, b.p_value})
      row.push_back(exact(value));
    if (classes) row.insert(row.begin(), b.response);
    write_csv_row(out, row);
  }
}

void write_covariance(std::ostream& out, const Fit& fit) {
  std::vector<std::string> row = {"term"};
  const auto name = [&](std::size_t i) { return full_name(fit.coefficients[fit.estimated[i]]); };
  for (std::size_t i = 0; i < fit.estimated.size(); ++i) row.push_back(name(i));
  write_csv_row(out, row);
  for (Eigen::Index i = 0; i < fit.covariance.rows(); ++i) {
    row = {name(static_cast<std::size_t>(i))};
    for (const double value : fit.covariance.row(i)) row.push_back(exact(value));
    write_csv_row(out, row);
  }
}

void write_fitted(std::ostream& out, const Fit& fit, const Data& data) {
  if (fit.problem.family.model == Model::Multinomial) {
    write_csv_row(out, data.classes);
    const Eigen::MatrixXd shares = class_shares(fit, fit.problem.u);
    for (Eigen::Index i = 0; i < shares.rows(); ++i) {
      std::vector<std::string> row;
      for (const double value : shares.row(i)) row.push_back(exact(value));
      write_csv_row(out, row);
    }
    return;
  }
  write_csv_row(out, {data.target, "fitted", "linear_predictor"});
  for (Eigen::Index i = 0; i < fit.mu.size(); ++i)
    write_csv_row(out, {exact(data.y[i]), exact(fit.mu[i]), exact(fit.eta[i])});
}

void write_residuals(std::ostream& out, const Fit& fit) {
  const Diagnostics d = diagnose(fit);
  write_csv_row(out, {"fitted", "residual", "deviance_residual", "pearson_residual",
                      "standardised_residual", "leverage", "cooks_distance"});
  for (Eigen::Index i = 0; i < fit.mu.size(); ++i)
    write_csv_row(out, {exact(fit.mu[i]), exact(fit.residuals[i]), exact(fit.deviance_residuals[i]),
                        exact(d.pearson[i]), exact(d.standardised[i]), exact(d.leverage[i]),
                        exact(d.cook[i])});
}

namespace {

/// Per row: predictor, residual, normal quantile, standardised residual, leverage.
void write_points(std::ostream& s, const Fit& fit, const Diagnostics& d) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(fit.rows));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
    return d.standardised[a] < d.standardised[b];
  });
  const boost::math::normal normal;
  const auto n = static_cast<double>(fit.rows);
  s << "$rows << END\n";
  for (std::size_t k = 0; k < order.size(); ++k) {
    const Eigen::Index i = order[k];
    if (!std::isfinite(d.standardised[i])) continue;
    s << fit.eta[i] << ' ' << fit.deviance_residuals[i] << ' '
      << boost::math::quantile(normal, (static_cast<double>(k) + 0.5) / n) << ' '
      << d.standardised[i] << ' ' << d.leverage[i] << '\n';
  }
  s << "END\n";
}

}  // namespace

void plot(const std::string& file, const Fit& fit, const Context& c) {
  const Diagnostics d = diagnose(fit);
  std::ostringstream s;
  s.precision(10);
  write_points(s, fit, d);
  const std::string points =
      " with points pointtype 7 pointsize 0.6 linecolor rgb '#333333' notitle";
  const std::string kind = c.options.is_least_squares() ? "Residuals" : "Deviance residuals";
  const std::string predictor = c.options.link == Link::Identity ? "fitted" : "linear predictor";
  s << "set multiplot layout 2,2 title " << in_gnuplot_quotes(formula_text(c.data))
    << " noenhanced\nset grid linecolor rgb '#dddddd'\n"
    << "set xzeroaxis linetype 1 linecolor rgb '#2166ac'\n"
    << "set offsets graph 0.04, graph 0.04, graph 0.04, graph 0.04\n"
    << "set title '" << kind << "'\nset xlabel '" << predictor << "'\nset ylabel 'residual'\n"
    << "plot $rows using 1:2" << points << '\n'
    << "set title 'Normal quantiles'\nset xlabel 'normal quantile'\nset ylabel 'standardised "
       "residual'\n"
    << "plot x with lines linecolor rgb '#2166ac' notitle, $rows using 3:4" << points << '\n'
    << "set title 'Scale and location'\nset xlabel '" << predictor
    << "'\nset ylabel 'root of |standardised residual|'\n"
    << "plot $rows using 1:(sqrt(abs($4)))" << points << '\n'
    << "set title \"Leverage, with Cook's distance 1/2 and 1\"\nset xlabel 'leverage'\n"
    << "set ylabel 'standardised residual'\nset xrange [0:" << 1.1 * d.leverage.maxCoeff()
    << "]\nstats $rows using 4 nooutput\n"
    << "set yrange [STATS_min - 0.1*(STATS_max-STATS_min):STATS_max + "
       "0.1*(STATS_max-STATS_min)]\n"
    << "cook(h, distance) = sqrt(distance*" << fit.rank << "*(1-h)/h)\nplot ";
  for (const char* distance : {"0.5", "1"})
    for (const char* sign : {"", "-"})
      s << sign << "cook(x," << distance
        << ") with lines dashtype 2 linecolor rgb '#c0392b' notitle, ";
  s << "$rows using 5:4" << points << "\nunset multiplot\n";
  draw(file, s.str(), 900, 760);
}

}  // namespace apps::regression
