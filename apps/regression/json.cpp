#include <array>
#include <cmath>
#include <ostream>

#include "common/numbers.hpp"
#include "regression/report.hpp"

namespace apps::regression {
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
  static constexpr std::array<const char*, 4> kRobust{"HC0", "HC1", "HC2", "HC3"};
  j["std_errors"] = c.options.robust == Robust::No
                        ? "model"
                        : kRobust[static_cast<std::size_t>(c.options.robust) - 1];
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
