#include "gp/report.hpp"

#include <cmath>
#include <limits>
#include <ostream>
#include <sstream>

#include "common/columns.hpp"
#include "common/gnuplot.hpp"
#include "common/numbers.hpp"
#include "common/significance.hpp"
#include "common/table.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::gp {
namespace {

namespace eg = eigengrad;
using nlohmann::ordered_json;

constexpr int kDigits = 6;

/// From the standard error of the logarithm, which is the more normal one.
struct Interval {
  Interval(const HyperParameter& p, double level)
      : lower(p.value * std::exp(-normal_quantile(level) * p.log_std_error)),
        upper(p.value * std::exp(normal_quantile(level) * p.log_std_error)) {}
  double lower;
  double upper;
};

/// The square of a root that may have no square among the doubles.
std::string square_text(double root, int digits) {
  const double square = root * root;
  const bool fits = square >= std::numeric_limits<double>::min() && std::isfinite(square);
  return fits || !(root > 0) ? number(square, digits) : '(' + number(root, digits) + ")^2";
}

/// Estimate and interval.
std::vector<std::string> texts_of(const HyperParameter& p, double level) {
  const Interval i(p, level);
  if (std::isnan(p.sd)) return {number(p.value, kDigits), number(i.lower, 4), number(i.upper, 4)};
  const double half = std::exp(normal_quantile(level) * p.log_std_error / 2);
  return {square_text(p.sd, kDigits), square_text(p.sd / half, 4), square_text(p.sd * half, 4)};
}

/// Of a normal distribution, which is that of predictions.
struct Band {
  Band(const Prediction& p, std::size_t i, double level)
      : lower(p.mean[i] - normal_quantile(level) * p.sd[i]),
        upper(p.mean[i] + normal_quantile(level) * p.sd[i]),
        prediction_lower(p.mean[i] - normal_quantile(level) * p.observation_sd[i]),
        prediction_upper(p.mean[i] + normal_quantile(level) * p.observation_sd[i]) {}
  double lower;
  double upper;
  /// Of a further observation.
  double prediction_lower;
  double prediction_upper;
};

}  // namespace

void write_text(std::ostream& out, const Report& r) {
  const Process& g = r.process;
  out << "Gaussian process: " << g.data().target << " over " << g.data().features.size()
      << (g.data().features.size() == 1 ? " feature, " : " features, ") << g.data().y.numel()
      << " rows" << dropped_text(g.data().rows_dropped) << " of " << g.data().source
      << "\nKernel: " << g.kernel().text() << "\n\n";
  const double tail = (1 - r.level) / 2;
  TextTable table({"", "Estimate", percent_text(tail), percent_text(1 - tail), ""});
  for (const HyperParameter& p : g.parameters()) {
    std::vector<std::string> row = texts_of(p, r.level);
    row.insert(row.begin(), p.name);
    row.emplace_back(p.is_fixed ? "held" : std::isnan(p.log_std_error) ? "on a bound" : "");
    table.add(std::move(row));
  }
  table.write(out);
  const LeaveOneOut left_out = g.leave_one_out();
  out << "\nLog marginal likelihood: " << number(g.log_likelihood(), kDigits + 1) << " ("
      << g.likelihoods().size() << " starts, from " << number(g.likelihoods().back(), kDigits)
      << ")\nLeave one out: root mean square error " << number(left_out.rmse, kDigits)
      << ", mean log density " << number(left_out.mean_log_density, kDigits) << '\n'
      << g.message() << '\n';
  if (!r.prediction) return;
  out << "\nPredictions:\n";
  const Prediction& p = *r.prediction;
  TextTable rows({"row", "mean", "sd", percent_text(tail), percent_text(1 - tail),
                  "sd of observation", percent_text(tail), percent_text(1 - tail)});
  for (std::size_t i = 0; i < p.mean.size(); ++i) {
    const Band band(p, i, r.level);
    std::vector<std::string> row = {std::to_string(i + 1)};
    for (const double v : {p.mean[i], p.sd[i], band.lower, band.upper, p.observation_sd[i],
                           band.prediction_lower, band.prediction_upper})
      row.push_back(number(v, kDigits));
    rows.add(std::move(row));
  }
  rows.write(out);
}

namespace {

ordered_json json_of(const HyperParameter& p, double level) {
  const Interval i(p, level);
  ordered_json j = {{"name", p.name},
                    {"estimate", json_number(p.value)},
                    {"log_std_error", json_number(p.log_std_error)},
                    {"lower", json_number(i.lower)},
                    {"upper", json_number(i.upper)},
                    {"held", p.is_fixed}};
  if (!std::isnan(p.sd)) j["sd"] = json_number(p.sd);
  return j;
}

ordered_json json_of(const Prediction& p, double level) {
  ordered_json rows = ordered_json::array();
  for (std::size_t i = 0; i < p.mean.size(); ++i) {
    const Band band(p, i, level);
    rows.push_back({{"mean", json_number(p.mean[i])},
                    {"sd", json_number(p.sd[i])},
                    {"lower", json_number(band.lower)},
                    {"upper", json_number(band.upper)},
                    {"observation_sd", json_number(p.observation_sd[i])},
                    {"prediction_lower", json_number(band.prediction_lower)},
                    {"prediction_upper", json_number(band.prediction_upper)}});
  }
  return rows;
}

}  // namespace

void write_json(std::ostream& out, const Report& r) {
  const Process& g = r.process;
  ordered_json j;
  j["status"] = g.status();
  j["converged"] = g.converged();
  j["message"] = g.message();
  j["kernel"] = g.kernel().text();
  j["data"] = g.data().source;
  j["target"] = g.data().target;
  j["features"] = g.data().features;
  j["rows"] = g.data().y.numel();
  j["rows_dropped"] = g.data().rows_dropped;
  j["level"] = r.level;
  j["parameters"] = ordered_json::array();
  for (const HyperParameter& p : g.parameters()) j["parameters"].push_back(json_of(p, r.level));
  j["log_marginal_likelihood"] = json_number(g.log_likelihood());
  j["log_marginal_likelihoods_of_starts"] = ordered_json::array();
  for (const double v : g.likelihoods())
    j["log_marginal_likelihoods_of_starts"].push_back(json_number(v));
  const LeaveOneOut left_out = g.leave_one_out();
  j["leave_one_out"] = {{"rmse", json_number(left_out.rmse)},
                        {"mean_log_density", json_number(left_out.mean_log_density)}};
  j["iterations"] = g.iterations();
  if (r.prediction) j["predictions"] = json_of(*r.prediction, r.level);
  out << j.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

void write_csv(std::ostream& out, const Report& r) {
  if (r.prediction) {
    const Prediction& p = *r.prediction;
    write_csv_row(out, {"mean", "sd", "lower", "upper", "observation_sd", "prediction_lower",
                        "prediction_upper"});
    for (std::size_t i = 0; i < p.mean.size(); ++i) {
      const Band band(p, i, r.level);
      write_csv_row(out, {exact(p.mean[i]), exact(p.sd[i]), exact(band.lower), exact(band.upper),
                          exact(p.observation_sd[i]), exact(band.prediction_lower),
                          exact(band.prediction_upper)});
    }
    return;
  }
  write_csv_row(out, {"name", "estimate", "log_std_error", "lower", "upper"});
  for (const HyperParameter& p : r.process.parameters()) {
    const Interval i(p, r.level);
    write_csv_row(out,
                  {p.name, exact(p.value), exact(p.log_std_error), exact(i.lower), exact(i.upper)});
  }
}

void plot(const std::string& file, const Report& r) {
  const Process& g = r.process;
  const bool is_line = g.data().features.size() == 1;
  const std::vector<double> y = values_of(g.data().y);
  const std::vector<double> x = is_line ? values_of(g.data().x) : g.leave_one_out().mean;
  std::ostringstream s;
  s.precision(10);
  s << "$rows << END\n";
  for (std::size_t i = 0; i < y.size(); ++i) s << x[i] << ' ' << y[i] << '\n';
  s << "END\nset grid linecolor rgb '#dddddd'\nset key top left\nset title "
    << in_gnuplot_quotes("Gaussian process, " + g.kernel().text()) << " noenhanced\nset ylabel "
    << in_gnuplot_quotes(g.data().target) << " noenhanced\n";
  if (!is_line) {
    s << "set xlabel 'predicted from all other rows'\nplot x with lines linecolor rgb '#2166ac' "
         "notitle, $rows "
         "using 1:2 with points pointtype 7 pointsize 0.6 linecolor rgb '#333333' title 'data'\n";
    draw(file, s.str(), 800, 560);
    return;
  }
  const double low = g.data().x.min().item<double>();
  const double high = g.data().x.max().item<double>();
  const eg::Tensor grid = eg::linspace(low - 0.02 * (high - low), high + 0.2 * (high - low), 500);
  const Prediction p = g.predict(grid.unsqueeze(1));
  const std::vector<double> at = values_of(grid);
  s << "$curve << END\n";
  for (std::size_t i = 0; i < at.size(); ++i) {
    const Band band(p, i, r.level);
    s << at[i] << ' ' << p.mean[i] << ' ' << band.prediction_lower << ' ' << band.prediction_upper
      << '\n';
  }
  s << "END\nset xlabel " << in_gnuplot_quotes(g.data().features.front()) << " noenhanced\nplot "
    << "$curve using 1:3:4 with filledcurves fillcolor rgb '#c6dbef' title '" << 100 * r.level
    << " % band of observations', $curve using 1:2 with lines linewidth 2 linecolor rgb '#2166ac' "
       "title 'mean', "
    << "$rows using 1:2 with points pointtype 7 pointsize 0.4 linecolor rgb '#333333' title "
       "'data'\n";
  draw(file, s.str(), 900, 460);
}

}  // namespace apps::gp
