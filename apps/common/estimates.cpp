#include "common/estimates.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <ostream>

#include "common/numbers.hpp"
#include "common/significance.hpp"
#include "common/table.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps {
namespace {

namespace eg = eigengrad;
using eg::Tensor;
using nlohmann::ordered_json;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kDigits = 5;

bool has_profile(const std::vector<Estimate>& all) {
  return std::any_of(all.begin(), all.end(),
                     [](const Estimate& e) { return !std::isnan(e.profile_lower); });
}

bool has_bounds(const std::vector<Estimate>& all) {
  return std::any_of(all.begin(), all.end(),
                     [](const Estimate& e) { return e.at_bound != Bound::None; });
}

const char* name_of(Bound bound) {
  static constexpr std::array<const char*, 4> kNames{"", "lower", "upper", "both"};
  return kNames[static_cast<std::size_t>(bound)];
}

/// "b1 by 1 together with b2 by -0.5".
std::string in_words(const Direction& direction) {
  std::string text;
  for (const auto& [name, step] : direction)
    text += (text.empty() ? "" : " together with ") + name + " by " + number(step, 4);
  return text;
}

void write_estimates(std::ostream& out, const std::vector<Estimate>& all, Robust robust,
                     double level) {
  const double tail = (1 - level) / 2;
  std::vector<std::string> headings = {"", "Estimate", "Std. Error", "t value", "Pr(>|t|)", ""};
  const std::vector<std::string> ends = {percent_text(tail), percent_text(1 - tail)};
  headings.insert(headings.end(), ends.begin(), ends.end());
  if (has_profile(all)) {
    headings.push_back("profile " + ends[0]);
    headings.push_back(ends[1]);
  }
  TextTable table(headings);
  for (const Estimate& e : all) {
    std::vector<std::string> row = {e.name,
                                    number(e.estimate, kDigits + 1),
                                    number(e.std_error, kDigits),
                                    number(e.t, 4),
                                    p_text(e.p),
                                    stars(e.p),
                                    number(e.lower, kDigits),
                                    number(e.upper, kDigits)};
    if (has_profile(all)) {
      row.push_back(number(e.profile_lower, kDigits));
      row.push_back(number(e.profile_upper, kDigits));
    }
    table.add(std::move(row));
  }
  out << "\nParameters:";
  if (robust != Robust::No) out << " (standard errors robust, " << name_of(robust) << ')';
  out << '\n';
  table.write(out);
  out << "---\n" << kStarsLegend << '\n';
  for (const Estimate& e : all)
    if (e.at_bound == Bound::Both)
      out << e.name << ": both bounds are " << number(e.estimate, kDigits + 1)
          << "; the others are fitted with it fixed there\n";
    else if (e.at_bound != Bound::None)
      out << e.name << ": at its " << name_of(e.at_bound) << " bound "
          << number(e.estimate, kDigits + 1)
          << ", where it has no standard error; those of the others are for it fixed there\n";
}

/// The lower triangle; nothing for one parameter.
void write_correlation(std::ostream& out, const std::vector<Estimate>& all,
                       const Eigen::MatrixXd& correlation) {
  const std::size_t n = all.size();
  if (n < 2) return;
  std::vector<std::string> headings = {""};
  for (std::size_t k = 0; k + 1 < n; ++k) headings.push_back(all[k].name);
  TextTable table(headings);
  for (std::size_t i = 1; i < n; ++i) {
    std::vector<std::string> row = {all[i].name};
    for (std::size_t k = 0; k < i; ++k)
      row.push_back(
          number(correlation(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)), 3));
    table.add(std::move(row));
  }
  out << "\nCorrelation of parameter estimates:\n";
  table.write(out);
}

void write_directions(std::ostream& out, const std::vector<Direction>& directions) {
  for (const Direction& direction : directions)
    out << "\nNot determined by the data: " << in_words(direction) << " changes nothing\n";
}

ordered_json json_matrix(const Eigen::MatrixXd& m) {
  ordered_json rows = ordered_json::array();
  for (Eigen::Index i = 0; i < m.rows(); ++i) {
    ordered_json row = ordered_json::array();
    for (Eigen::Index k = 0; k < m.cols(); ++k) row.push_back(json_number(m(i, k)));
    rows.push_back(std::move(row));
  }
  return rows;
}

ordered_json json_directions(const std::vector<Direction>& directions) {
  ordered_json all = ordered_json::array();
  for (const Direction& direction : directions) {
    ordered_json j = ordered_json::object();
    for (const auto& [name, step] : direction) j[name] = step;
    all.push_back(std::move(j));
  }
  return all;
}

}  // namespace

Likelihood::Likelihood(double rss, double observations, double log_weights,
                       std::size_t parameters) {
  const double n = observations;
  log_likelihood =
      -0.5 * n *
      (std::log(2 * std::numbers::pi) + 1 - std::log(n) - log_weights / n + std::log(rss));
  const auto count = static_cast<double>(parameters) + 1;
  aic = -2 * log_likelihood + 2 * count;
  bic = -2 * log_likelihood + std::log(n) * count;
}

std::vector<std::string> csv_header(const std::vector<Estimate>& all) {
  std::vector<std::string> header = {"name", "estimate", "std_error", "t", "p", "lower", "upper"};
  if (has_profile(all)) header.insert(header.end(), {"profile_lower", "profile_upper"});
  if (has_bounds(all)) header.emplace_back("at_bound");
  return header;
}

void write_csv_estimates(std::ostream& out, const std::vector<Estimate>& all,
                         const std::vector<std::string>& first) {
  for (const Estimate& e : all) {
    std::vector<std::string> row = first;
    row.push_back(e.name);
    for (const double v : {e.estimate, e.std_error, e.t, e.p, e.lower, e.upper})
      row.push_back(exact(v));
    if (has_profile(all)) {
      row.push_back(exact(e.profile_lower));
      row.push_back(exact(e.profile_upper));
    }
    if (has_bounds(all)) row.emplace_back(name_of(e.at_bound));
    write_csv_row(out, row);
  }
}

ordered_json json_estimates(const std::vector<Estimate>& all) {
  ordered_json rows = ordered_json::array();
  for (const Estimate& e : all) {
    ordered_json j = {{"name", e.name},
                      {"estimate", json_number(e.estimate)},
                      {"std_error", json_number(e.std_error)},
                      {"t", json_number(e.t)},
                      {"p", json_number(e.p)},
                      {"lower", json_number(e.lower)},
                      {"upper", json_number(e.upper)}};
    if (has_profile(all)) {
      j["profile_lower"] = json_number(e.profile_lower);
      j["profile_upper"] = json_number(e.profile_upper);
    }
    if (e.at_bound != Bound::None) j["at_bound"] = name_of(e.at_bound);
    rows.push_back(std::move(j));
  }
  return rows;
}

Estimate estimate_of(const std::string& name, double estimate, double std_error, Bound at_bound,
                     std::int64_t df, double level) {
  const auto freedom = static_cast<double>(df);
  const double width = t_quantile(level, freedom) * std_error;
  const double t = std::isfinite(std_error) ? estimate / std_error : kNaN;
  return {
      name, estimate, std_error, t, p_value_of_t(t, freedom), estimate - width, estimate + width,
      kNaN, kNaN,     at_bound};
}

std::vector<Direction> undetermined_directions(const Tensor& jacobian, std::int64_t rank,
                                               const std::vector<std::string>& names) {
  std::vector<Direction> directions;
  const auto n = static_cast<std::int64_t>(names.size());
  if (rank == n) return directions;
  const Tensor lengths = eg::linalg_vector_norm(jacobian, 2, 0);
  const Tensor scale = eg::where(lengths > 0, lengths, 1.0);
  const auto [u, s, vh] = eg::linalg_svd(jacobian / scale, true);
  for (std::int64_t k = rank; k < n; ++k) {
    const std::vector<double> v = values_of(vh[k] / scale);
    const std::vector<double> shares = values_of(vh[k]);
    const auto largest = static_cast<std::size_t>(eg::argmax(eg::abs(vh[k])).item<std::int64_t>());
    Direction direction;
    for (std::size_t i = 0; i < v.size(); ++i)
      if (std::abs(shares[i]) > 1e-7) direction.emplace_back(names[i], v[i] / v[largest]);
    directions.push_back(std::move(direction));
  }
  return directions;
}

void write_summary(std::ostream& out, const FitSummary& s, double level) {
  write_estimates(out, s.parameters, s.robust, level);
  out << "\nResidual standard error: " << number(s.residual_sd, kDigits) << " on " << s.df
      << " degrees of freedom\nResidual sum of squares: " << number(s.rss, kDigits + 1)
      << ", log-likelihood " << number(s.likelihood.log_likelihood, kDigits + 1) << ", AIC "
      << number(s.likelihood.aic, kDigits + 1) << ", BIC " << number(s.likelihood.bic, kDigits + 1)
      << '\n';
  write_correlation(out, s.parameters, s.correlation);
  write_directions(out, s.unidentified);
  out << "\nNumber of iterations to convergence: " << s.iterations
      << "\nAchieved convergence tolerance: " << number(s.achieved_convergence, 3) << '\n'
      << s.message << '\n';
}

void add_summary(ordered_json& j, const FitSummary& s) {
  j["std_errors"] = s.robust == Robust::No ? "model" : name_of(s.robust);
  j["parameters"] = json_estimates(s.parameters);
  j["rss"] = json_number(s.rss);
  j["df"] = s.df;
  j["residual_sd"] = json_number(s.residual_sd);
  j["log_likelihood"] = json_number(s.likelihood.log_likelihood);
  j["aic"] = json_number(s.likelihood.aic);
  j["bic"] = json_number(s.likelihood.bic);
  j["correlation"] = json_matrix(s.correlation);
  j["covariance"] = json_matrix(s.covariance);
  j["unidentified"] = json_directions(s.unidentified);
  j["iterations"] = s.iterations;
  j["achieved_convergence"] = json_number(s.achieved_convergence);
  j["counts"] = {{"residuals", s.counts.residuals},
                 {"jacobians", s.counts.jacobians},
                 {"curvatures", s.counts.curvatures},
                 {"infeasible", s.counts.infeasible}};
}

}  // namespace apps
