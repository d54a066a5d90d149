#include "optimize/report.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "common/numbers.hpp"
#include "common/table.hpp"

namespace apps::optimize {
namespace {

using eigengrad::optim::Iteration;

std::string listed(const std::vector<double>& v) {
  constexpr std::size_t kMost = 12;
  constexpr std::size_t kEnd = 3;
  std::string text;
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (v.size() > kMost && i == kEnd) {
      text += ", ...";
      i = v.size() - kEnd;
    }
    text += (i == 0 ? "" : ", ") + number(v[i], 10);
  }
  return '(' + text + ')';
}

/// "x", or the names that the user gave the unknowns.
std::string names_of(const Problem& p) {
  if (p.variables.empty() || p.variables.front() == "x1") return "x";
  std::string text;
  for (const std::string& name : p.variables) text += (text.empty() ? "(" : ", ") + name;
  return text + ')';
}

nlohmann::ordered_json json_numbers(const std::vector<double>& v) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const double x : v) all.push_back(json_number(x));
  return all;
}

}  // namespace

void write_text(std::ostream& out, const Report& r) {
  out << r.problem.name << ", n = " << r.x.size() << ", method " << r.method;
  if (r.tolerance) out << ", |gradient| to reach " << number(*r.tolerance, 3);
  out << '\n' << r.problem.description << '\n';
  for (const std::string& text : r.problem.constraint_texts) out << "subject to " << text << '\n';
  out << '\n';

  TextTable table(
      {"iter", "cost", "cost change", "|gradient|", "|step|", "f", "g", "H", "Hv", "seconds"});
  const std::vector<Iteration>& history = r.result.history;
  const std::vector<std::size_t> shown = shown_rows(history.size());
  for (const std::size_t i : shown) {
    const Iteration& it = history[i];
    table.add({std::to_string(it.iter), number(it.value, 10), i == 0 ? "-" : number(it.change, 3),
               number(it.gradient_norm, 3), i == 0 ? "-" : number(it.step_norm, 3),
               std::to_string(it.counts.f), std::to_string(it.counts.g),
               std::to_string(it.counts.H), std::to_string(it.counts.Hv), number(it.seconds, 3)});
  }
  table.write(out);
  if (shown.size() < history.size())
    out << shown.size() << " of " << history.size()
        << " iterations are shown; --format csv has all\n";

  out << '\n' << r.result.message << '\n' << "minimum " << number(r.result.value, 15);
  if (!std::isnan(r.problem.minimum))
    out << " (the smallest there is: " << number(r.problem.minimum, 3) << ')';
  out << "\nat " << names_of(r.problem) << " = " << listed(r.x) << '\n';
  if (r.problem.is_constrained())
    out << "multipliers " << listed(values_of(r.result.multipliers)) << ", violation "
        << number(r.result.constraint_violation, 3) << '\n';
}

void write_json(std::ostream& out, const Report& r) {
  nlohmann::ordered_json j;
  j["function"] = r.problem.name;
  j["n"] = r.x.size();
  j["method"] = r.method;
  j["tolerance"] = r.tolerance ? json_number(*r.tolerance) : nullptr;
  j["start"] = r.problem.start;
  j["converged"] = r.result.converged();
  j["status"] = to_string(r.result.status);
  j["message"] = r.result.message;
  j["minimum"] = json_number(r.result.value);
  j["known_minimum"] = json_number(r.problem.minimum);
  j["gradient_norm"] = json_number(r.result.gradient_norm);
  j["x"] = json_numbers(r.x);
  if (r.problem.is_constrained()) {
    j["constraints"] = r.problem.constraint_texts;
    j["multipliers"] = json_numbers(values_of(r.result.multipliers));
    j["constraint_violation"] = json_number(r.result.constraint_violation);
  }
  j["convergence"] = nlohmann::ordered_json::array();
  for (const Iteration& it : r.result.history)
    j["convergence"].push_back({{"iter", it.iter},
                                {"cost", json_number(it.value)},
                                {"cost_change", json_number(it.change)},
                                {"gradient_norm", json_number(it.gradient_norm)},
                                {"step_norm", json_number(it.step_norm)},
                                {"f", it.counts.f},
                                {"g", it.counts.g},
                                {"H", it.counts.H},
                                {"Hv", it.counts.Hv},
                                {"seconds", it.seconds}});
  out << j.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

void write_csv(std::ostream& out, const Report& r) {
  std::vector<std::string> row = {"iter", "cost", "cost_change", "gradient_norm", "step_norm", "f",
                                  "g",    "H",    "Hv",          "seconds"};
  if (!r.path.empty())
    for (std::size_t k = 1; k <= r.x.size(); ++k) row.push_back('x' + std::to_string(k));
  write_csv_row(out, row);
  for (std::size_t i = 0; i < r.result.history.size(); ++i) {
    const Iteration& it = r.result.history[i];
    row = {std::to_string(it.iter),
           exact(it.value),
           exact(it.change),
           exact(it.gradient_norm),
           exact(it.step_norm),
           std::to_string(it.counts.f),
           std::to_string(it.counts.g),
           std::to_string(it.counts.H),
           std::to_string(it.counts.Hv),
           exact(it.seconds)};
    if (!r.path.empty())
      for (const double v : r.path[i]) row.push_back(exact(v));
    write_csv_row(out, row);
  }
}

}  // namespace apps::optimize
