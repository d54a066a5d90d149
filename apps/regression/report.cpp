#include "regression/report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <ostream>
#include <sstream>

#include "common/bad_input.hpp"
#include "common/gnuplot.hpp"
#include "common/numbers.hpp"
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
  std::vector<std::string> headings = {
      "term",    "estimate", "std error",        ratio + " value",
      "p value", "   ",      percent_text(tail), percent_text(1 - tail)};
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
    out << " (standard errors robust, " << name_of(c.options.robust) << ")";
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
    table.add({full_name(b), number(std::exp(b.estimate), kDigits),
               number(std::exp(b.lower), kDigits), number(std::exp(b.upper), kDigits)});
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
    const bool shares = (c.options.model == Model::Binomial && !c.data.has_weights) ||
                        c.options.model == Model::Multinomial;
    if (c.options.model != Model::Multinomial)
      out << "Dispersion: " << number(fit.dispersion, kDigits)
          << (is_student(c) ? " (estimated)" : " (taken to be 1)") << '\n';
    if (std::isfinite(fit.theta))
      out << "Theta: " << number(fit.theta, kDigits) << ", std error "
          << number(fit.theta_error, kDigits) << '\n';
    out << "Null deviance: " << number(fit.null_deviance, kDigits + 1) << " on "
        << fit.null_degrees_of_freedom
        << " degrees of freedom\nResidual deviance: " << number(fit.deviance, kDigits + 1) << " on "
        << fit.degrees_of_freedom << " degrees of freedom\n"
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
  TextTable table(squares
                      ? std::vector<std::string>{"term", "df", "sum of squares", "mean square", "F",
                                                 "p value", "   "}
                      : std::vector<std::string>{"term", "df", "deviance", "residual df",
                                                 "residual deviance", statistic, "p value", "   "});
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
  if (intervals) table.names.insert(table.names.end(), {"prediction_lower", "prediction_upper"});
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

void write_residuals(std::ostream& out, const Fit& fit, const Diagnostics& d) {
  write_csv_row(out, {"fitted", "residual", "deviance_residual", "pearson_residual",
                      "standardised_residual", "leverage", "cooks_distance"});
  for (Eigen::Index i = 0; i < fit.mu.size(); ++i)
    write_csv_row(out, {exact(fit.mu[i]), exact(fit.residuals[i]), exact(fit.deviance_residuals[i]),
                        exact(d.pearson[i]), exact(d.standardised[i]), exact(d.leverage[i]),
                        exact(d.cook[i])});
}

namespace {

/// How many of the largest residuals get their row's number.
constexpr std::size_t kNumbered = 3;

/// Per row: its number, predictor, residual, normal quantile, standardised residual, leverage, and
/// whether it is numbered.
void write_points(std::ostream& s, const Fit& fit, const Diagnostics& d) {
  std::vector<Eigen::Index> order;
  std::vector<double> sizes;
  for (Eigen::Index i = 0; i < fit.rows; ++i) {
    if (!std::isfinite(d.standardised[i])) continue;
    order.push_back(i);
    sizes.push_back(std::abs(d.standardised[i]));
  }
  if (order.empty())
    throw BadInput(
        "--plot: the fit leaves nothing over, there are no residuals to draw; fit fewer "
        "coefficients");
  std::sort(order.begin(), order.end(),
            [&](Eigen::Index a, Eigen::Index b) { return d.standardised[a] < d.standardised[b]; });
  std::sort(sizes.begin(), sizes.end(), std::greater<>());
  const double numbered = sizes[std::min(kNumbered, sizes.size()) - 1];
  s << "$rows << END\n";
  for (std::size_t k = 0; k < order.size(); ++k) {
    const Eigen::Index i = order[k];
    const double share = (static_cast<double>(k) + 0.5) / static_cast<double>(order.size());
    s << i + 1 << ' ' << fit.eta[i] << ' ' << fit.deviance_residuals[i] << ' '
      << normal_quantile(share) << ' ' << d.standardised[i] << ' ' << d.leverage[i] << ' '
      << (std::abs(d.standardised[i]) >= numbered) << '\n';
  }
  s << "END\n";
}

}  // namespace

void plot(const std::string& file, const Fit& fit, const Context& c) {
  const Diagnostics& d = *c.diagnostics;
  std::ostringstream s;
  s.precision(10);
  write_points(s, fit, d);
  const auto points = [](const std::string& x, const std::string& y) {
    return "$rows using " + x + ":" + y +
           " with points pointtype 7 pointsize 0.6 linecolor rgb '#333333' notitle, "
           "$rows using " +
           x + ":($7 == 1 ? " + (y[0] == '(' ? y : '$' + y) +
           " : NaN):1 with labels offset 1.2,0.4 font ',9' notitle\n";
  };
  const std::string kind = c.options.is_least_squares() ? "Residuals" : "Deviance residuals";
  const std::string predictor = c.options.link == Link::Identity ? "fitted" : "linear predictor";
  s << "set multiplot layout 2,2 title " << in_gnuplot_quotes(formula_text(c.data))
    << " noenhanced\nset grid linecolor rgb '#dddddd'\n"
    << "set xzeroaxis linetype 1 linecolor rgb '#2166ac'\n"
    << "set offsets graph 0.04, graph 0.08, graph 0.08, graph 0.04\n"
    << "set title '" << kind << "'\nset xlabel '" << predictor << "'\nset ylabel 'residual'\n"
    << "plot " << points("2", "3")
    << "set title 'Normal quantiles'\nset xlabel 'normal quantile'\nset ylabel 'standardised "
       "residual'\n"
    << "plot x with lines linecolor rgb '#2166ac' notitle, " << points("4", "5")
    << "set title 'Scale and location'\nset xlabel '" << predictor
    << "'\nset ylabel 'root of |standardised residual|'\n"
    << "plot " << points("2", "(sqrt(abs($5)))")
    << "set title \"Leverage, with Cook's distance 1/2 and 1\"\nset xlabel 'leverage'\n"
    << "set ylabel 'standardised residual'\nset xrange [0:" << 1.1 * d.leverage.maxCoeff()
    << "]\nstats $rows using 5 nooutput\n"
    << "set yrange [STATS_min - 0.1*(STATS_max-STATS_min):STATS_max + "
       "0.1*(STATS_max-STATS_min)]\n"
    << "cook(h, distance) = sqrt(distance*" << fit.rank << "*(1-h)/h)\nplot ";
  for (const char* distance : {"0.5", "1"})
    for (const char* sign : {"", "-"})
      s << sign << "cook(x," << distance
        << ") with lines dashtype 2 linecolor rgb '#c0392b' notitle, ";
  s << points("6", "5") << "unset multiplot\n";
  draw(file, s.str(), 900, 760);
}

namespace {

using nlohmann::ordered_json;

void add_model(ordered_json& j, const Fit& fit, const Context& c) {
  j["model"] = c.model;
  j["family"] = name_of(c.options.model);
  j["link"] = name_of(c.options.link);
  j["method"] = c.method;
  j["data"] = c.data.source;
  j["target"] = c.data.target;
  if (!c.data.classes.empty()) j["classes"] = c.data.classes;
  j["features"] = ordered_json::array();
  for (const Term& term : c.data.formula.terms) j["features"].push_back(term.name);
  j["call"] = formula_text(c.data);
  j["intercept"] = c.data.formula.intercept;
  j["rows"] = fit.rows;
  j["rows_dropped"] = c.data.rows_dropped;
  j["rows_without_weight"] = c.data.rows_without_weight;
  j["rank"] = fit.rank;
  j["aliased"] = ordered_json::array();
  for (const Aliased& a : fit.coordinates.aliased())
    j["aliased"].push_back(c.data.design.names[static_cast<std::size_t>(a.column)]);
  j["degrees_of_freedom"] = fit.degrees_of_freedom;
  j["converged"] = fit.converged;
  j["message"] = fit.message;
  j["warnings"] = fit.warnings;
  j["iterations"] = fit.history.back().iter;
}

void add_coefficients(ordered_json& j, const Fit& fit, const Context& c) {
  const bool student = fit.problem.family.has_dispersion();
  const char* ratio = student ? "t_value" : "z_value";
  j["std_errors"] = c.options.robust == Robust::No ? "model" : name_of(c.options.robust);
  j["level"] = c.options.level;
  j["coefficients"] = ordered_json::array();
  for (const Coefficient& b : fit.coefficients) {
    ordered_json row;
    row["term"] = b.term;
    if (!b.response.empty()) row["class"] = b.response;
    row["estimate"] = json_number(b.estimate);
    row["std_error"] = json_number(b.std_error);
    row[ratio] = json_number(b.ratio);
    row["p_value"] = json_number(b.p_value);
    row["lower"] = json_number(b.lower);
    row["upper"] = json_number(b.upper);
    if (c.exponentials) {
      row["exp_estimate"] = json_number(std::exp(b.estimate));
      row["exp_lower"] = json_number(std::exp(b.lower));
      row["exp_upper"] = json_number(std::exp(b.upper));
    }
    j["coefficients"].push_back(std::move(row));
  }
}

void add_quality(ordered_json& j, const Fit& fit, const Context& c) {
  if (fit.deviance_residuals.size() > 0) {
    const std::array<double, 5> q = quantiles(fit.deviance_residuals);
    j["residual_quantiles"] = ordered_json::array();
    for (const double v : q) j["residual_quantiles"].push_back(json_number(v));
  }
  j["r_squared"] = json_number(fit.r_squared);
  if (c.options.is_least_squares()) {
    j["adjusted_r_squared"] = json_number(fit.adjusted_r_squared);
    j["residual_sd"] = json_number(fit.residual_sd);
    j["residual_sum_of_squares"] = json_number(fit.residual_sum_of_squares);
    j["f_statistic"] = {{"value", json_number(fit.f)},
                        {"df1", fit.null_degrees_of_freedom - fit.degrees_of_freedom},
                        {"df2", fit.degrees_of_freedom},
                        {"p_value", json_number(fit.f_p_value)}};
  } else {
    j["dispersion"] = json_number(fit.dispersion);
    j["null_deviance"] = json_number(fit.null_deviance);
    j["null_degrees_of_freedom"] = fit.null_degrees_of_freedom;
    j["deviance"] = json_number(fit.deviance);
  }
  if (c.options.model == Model::NegativeBinomial) {
    j["theta"] = json_number(fit.theta);
    j["theta_std_error"] = json_number(fit.theta_error);
  }
  j["log_likelihood"] = json_number(fit.log_likelihood);
  j["aic"] = json_number(fit.aic);
  j["bic"] = json_number(fit.bic);
  j["condition_number"] = json_number(fit.condition);
  if (c.options.method == Method::Qr) j["newton_difference"] = json_number(fit.newton_difference);
}

void add_anova(ordered_json& j, const Context& c) {
  if (c.anova.empty()) return;
  const bool squares = c.options.is_least_squares();
  const bool by_f = squares || c.options.model == Model::Linear || c.options.model == Model::Gamma;
  j["anova"] = ordered_json::array();
  for (const AnovaRow& r : c.anova) {
    ordered_json row = {{"term", r.term}, {"df", json_number(r.df)}};
    row[squares ? "sum_of_squares" : "deviance"] = json_number(r.amount);
    if (squares) {
      row["mean_square"] = json_number(r.mean_square);
    } else {
      row["residual_df"] = json_number(r.residual_df);
      row["residual_deviance"] = json_number(r.residual_amount);
    }
    row[by_f ? "f" : "chi_squared"] = json_number(r.statistic);
    row["p_value"] = json_number(r.p_value);
    j["anova"].push_back(std::move(row));
  }
}

void add_predictions(ordered_json& j, const Context& c) {
  if (!c.predictions) return;
  const Predictions& p = *c.predictions;
  j["predictions"] = ordered_json::array();
  for (Eigen::Index i = 0; i < p.mean.rows(); ++i) {
    ordered_json row;
    if (p.mean.cols() > 1) {
      for (Eigen::Index k = 0; k < p.mean.cols(); ++k)
        row[c.data.classes[static_cast<std::size_t>(k)]] = json_number(p.mean(i, k));
    } else {
      row = {{"fit", json_number(p.mean(i, 0))},
             {"std_error", json_number(p.std_error[i])},
             {"lower", json_number(p.lower[i])},
             {"upper", json_number(p.upper[i])}};
      if (p.prediction_lower.size() > 0) {
        row["prediction_lower"] = json_number(p.prediction_lower[i]);
        row["prediction_upper"] = json_number(p.prediction_upper[i]);
      }
    }
    j["predictions"].push_back(std::move(row));
  }
}

}  // namespace

void write_json(std::ostream& out, const Fit& fit, const Context& c) {
  ordered_json j;
  add_model(j, fit, c);
  add_coefficients(j, fit, c);
  add_quality(j, fit, c);
  add_anova(j, c);
  add_predictions(j, c);
  j["convergence"] = ordered_json::array();
  for (const eigengrad::optim::Iteration& it : fit.history)
    j["convergence"].push_back({{"iter", it.iter},
                                {"cost", json_number(it.value)},
                                {"gradient_norm", json_number(it.gradient_norm)},
                                {"step_norm", json_number(it.step_norm)},
                                {"seconds", it.seconds}});
  out << j.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace apps::regression
