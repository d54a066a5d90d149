#include "regression/report.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "common/table.hpp"

namespace apps::regression {
namespace {

const char* ratio_name(const Context& c) {
  return c.options.model == Model::Linear ? "t value" : "z value";
}

/// JSON has no NaN; null says that there is no value.
nlohmann::ordered_json json_number(double v) {
  return std::isfinite(v) ? nlohmann::ordered_json(v) : nlohmann::ordered_json(nullptr);
}

}  // namespace

void write_text(std::ostream& out, const Fit& fit, const Context& c) {
  const bool linear = c.options.model == Model::Linear;
  out << (linear ? "Linear" : "Logistic") << " regression of " << c.data.target << " on "
      << c.data.features.size() << (c.data.features.size() == 1 ? " column, " : " columns, ")
      << fit.rows << " rows of " << c.data.source << "\n\n";

  TextTable coefficients({"term", "estimate", "std error", ratio_name(c), "p value"});
  for (const Coefficient& b : fit.coefficients)
    coefficients.add({b.term, number(b.estimate, 12), number(b.std_error, 12), number(b.ratio, 5),
                      number(b.p_value, 3)});
  coefficients.write(out);

  out << '\n';
  if (linear)
    out << "R^2 " << number(fit.r_squared, 12) << ", residual standard deviation "
        << number(fit.residual_sd, 12) << " on " << fit.degrees_of_freedom
        << " degrees of freedom\n";
  else
    out << "log-likelihood " << number(fit.log_likelihood, 12) << ", McFadden's R^2 "
        << number(fit.r_squared, 6) << ", " << fit.degrees_of_freedom
        << " residual degrees of freedom\n";

  out << "\nConvergence (method " << c.method
      << "; cost and derivatives in standardised coordinates: columns\n"
      << (c.options.intercept ? "centred, divided by their standard deviation"
                              : "divided by their root mean square")
      << " and made orthogonal by a QR factorisation)\n\n";
  TextTable steps({"iter", "cost", "|gradient|", "|step|", "seconds"});
  const std::size_t n = fit.history.size();
  for (const std::size_t i : shown_rows(n)) {
    const eigengrad::optim::Iteration& it = fit.history[i];
    steps.add({std::to_string(it.iter), number(it.value, 12), number(it.gradient_norm, 3),
               i == 0 ? "-" : number(it.step_norm, 3), number(it.seconds, 3)});
  }
  steps.write(out);
  out << '\n' << fit.message << '\n';
}

void write_json(std::ostream& out, const Fit& fit, const Context& c) {
  nlohmann::ordered_json j;
  j["model"] = c.model;
  j["method"] = c.method;
  j["data"] = c.data.source;
  j["target"] = c.data.target;
  j["features"] = c.data.features;
  j["intercept"] = c.options.intercept;
  j["rows"] = fit.rows;
  j["degrees_of_freedom"] = fit.degrees_of_freedom;
  j["converged"] = fit.converged;
  j["message"] = fit.message;
  j["iterations"] = fit.history.back().iter;
  const char* ratio = c.options.model == Model::Linear ? "t_value" : "z_value";
  j["coefficients"] = nlohmann::ordered_json::array();
  for (const Coefficient& b : fit.coefficients)
    j["coefficients"].push_back({{"term", b.term},
                                 {"estimate", json_number(b.estimate)},
                                 {"std_error", json_number(b.std_error)},
                                 {ratio, json_number(b.ratio)},
                                 {"p_value", json_number(b.p_value)}});
  j["r_squared"] = json_number(fit.r_squared);
  if (c.options.model == Model::Linear) {
    j["residual_sd"] = json_number(fit.residual_sd);
    j["residual_sum_of_squares"] = json_number(fit.residual_sum_of_squares);
  } else {
    j["log_likelihood"] = json_number(fit.log_likelihood);
  }
  j["convergence"] = nlohmann::ordered_json::array();
  for (const eigengrad::optim::Iteration& it : fit.history)
    j["convergence"].push_back({{"iter", it.iter},
                                {"cost", json_number(it.value)},
                                {"gradient_norm", json_number(it.gradient_norm)},
                                {"step_norm", json_number(it.step_norm)},
                                {"seconds", it.seconds}});
  out << j.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

void write_csv(std::ostream& out, const Fit& fit) {
  write_csv_row(out, {"term", "estimate", "std_error", "ratio", "p_value"});
  for (const Coefficient& b : fit.coefficients)
    write_csv_row(
        out, {b.term, exact(b.estimate), exact(b.std_error), exact(b.ratio), exact(b.p_value)});
}

}  // namespace apps::regression
