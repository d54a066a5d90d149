#include "optimize/profile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>
#include <sstream>

#include "common/gnuplot.hpp"
#include "common/numbers.hpp"
#include "common/table.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::optimize {
namespace {

namespace eg = eigengrad;
namespace optim = eigengrad::optim;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void run(const Function& function, optim::Method method, std::int64_t max_iter, ProfileRun& run) {
  const Objective f = function.make(run.n);
  const eg::Tensor start = eg::tensor(function.start(run.n));
  run.start_value = f(start).item<double>();
  optim::MinimizeOptions options;
  options.method = method;
  options.max_iter = max_iter;
  try {
    const optim::MinimizeResult r = optim::minimize(f, start, options);
    run.status = r.status;
    run.value = r.value;
    run.seconds = r.seconds;
    run.evaluations =
        static_cast<double>(r.counts.f + r.counts.g + r.counts.Hv + run.n * r.counts.H);
  } catch (const eg::NumericError&) {
    run.status = optim::Status::NotFinite;
    run.value = kNaN;
  }
}

}  // namespace

PerformanceProfile::PerformanceProfile(
    const Methods& methods, std::int64_t max_iter,
    const std::function<bool(double, const ProfileRun&)>& progress) {
  for (const auto& [name, method] : methods) methods_.push_back(name);
  const double total = static_cast<double>(functions().size() * methods.size());
  for (const Function& function : functions()) {
    for (const auto& [name, method] : methods) {
      ProfileRun next{function.name, name, function.default_n};
      if (!progress(static_cast<double>(runs_.size()) / total, next)) {
        // The last function is incomplete, and nothing can be said of it.
        runs_.resize(functions_ * methods_.size());
        rate();
        return;
      }
      run(function, method, max_iter, next);
      runs_.push_back(std::move(next));
    }
    ++functions_;
  }
  rate();
}

void PerformanceProfile::rate() {
  constexpr double kTolerance = 1e-6;
  for (std::size_t first = 0; first < runs_.size(); first += methods_.size()) {
    double best = kInfinity;
    for (std::size_t i = first; i < first + methods_.size(); ++i)
      if (runs_[i].value < best) best = runs_[i].value;
    double fewest = kInfinity;
    for (std::size_t i = first; i < first + methods_.size(); ++i) {
      ProfileRun& r = runs_[i];
      r.solved = r.value - best <= kTolerance * (r.start_value - best);
      if (r.solved) fewest = std::min(fewest, r.evaluations);
    }
    for (std::size_t i = first; i < first + methods_.size(); ++i)
      runs_[i].ratio = runs_[i].solved ? runs_[i].evaluations / fewest : kInfinity;
  }
}

double PerformanceProfile::share(const std::string& method, double factor) const {
  std::size_t within = 0;
  for (const ProfileRun& r : runs_)
    if (r.method == method && r.ratio <= factor) ++within;
  return functions_ == 0 ? 0 : static_cast<double>(within) / static_cast<double>(functions_);
}

void PerformanceProfile::write_text(std::ostream& out) const {
  out << functions_
      << " functions; share of them that each method solves with at most so many times the\n"
      << "evaluations (values, gradients, Hessian products) of the best method:\n\n";
  TextTable table({"method", "1", "2", "5", "10", "100", "solved", "claimed in vain", "seconds"});
  for (const std::string& method : methods_) {
    std::vector<std::string> row = {method};
    for (const double factor : {1.0, 2.0, 5.0, 10.0, 100.0, std::numeric_limits<double>::max()})
      row.push_back(number(share(method, factor), 3));
    int in_vain = 0;
    double seconds = 0;
    for (const ProfileRun& r : runs_) {
      if (r.method != method) continue;
      seconds += r.seconds;
      if (!r.solved && optim::converged(r.status)) ++in_vain;
    }
    row.push_back(std::to_string(in_vain));
    row.push_back(number(seconds, 3));
    table.add(std::move(row));
  }
  table.write(out);
  out << "\nsolved: within 10^-6 of what the best method gained. claimed in vain: converged, but "
         "elsewhere\n"
         "(to another minimum, say).\n";
}

void PerformanceProfile::write_json(std::ostream& out) const {
  nlohmann::ordered_json j;
  j["methods"] = methods_;
  j["functions"] = functions_;
  j["runs"] = nlohmann::ordered_json::array();
  for (const ProfileRun& r : runs_)
    j["runs"].push_back({{"function", r.function},
                         {"n", r.n},
                         {"method", r.method},
                         {"status", to_string(r.status)},
                         {"solved", r.solved},
                         {"value", json_number(r.value)},
                         {"evaluations", r.evaluations},
                         {"ratio", json_number(r.ratio)},
                         {"seconds", r.seconds}});
  out << j.dump(2) << '\n';
}

void PerformanceProfile::write_csv(std::ostream& out) const {
  write_csv_row(out, {"function", "n", "method", "status", "solved", "value", "evaluations",
                      "ratio", "seconds"});
  for (const ProfileRun& r : runs_)
    write_csv_row(out, {r.function, std::to_string(r.n), r.method, std::string(to_string(r.status)),
                        r.solved ? "1" : "0", exact(r.value), exact(r.evaluations),
                        std::isinf(r.ratio) ? "" : exact(r.ratio), exact(r.seconds)});
}

void PerformanceProfile::plot(const std::string& file) const {
  constexpr int kPoints = 200;
  constexpr double kLargestFactor = 1000;
  std::ostringstream s;
  s << "$profile << END\n";
  for (int i = 0; i <= kPoints; ++i) {
    const double factor = std::pow(kLargestFactor, static_cast<double>(i) / kPoints);
    s << factor;
    for (const std::string& method : methods_) s << ' ' << share(method, factor);
    s << '\n';
  }
  s << "END\nset title 'Performance profile over " << functions_ << " functions'\n"
    << "set xlabel 'evaluations over those of the best method'\nset ylabel 'share of the functions "
       "solved'\n"
    << "set logscale x\nset xrange [1:" << kLargestFactor
    << "]\nset yrange [0:1]\nset key outside right\n"
    << "set grid linecolor rgb '#dddddd'\nplot ";
  for (std::size_t i = 0; i < methods_.size(); ++i)
    s << (i == 0 ? "" : ", ") << "$profile using 1:" << i + 2 << " with steps linewidth 2 title "
      << in_gnuplot_quotes(methods_[i]) << " noenhanced";
  s << '\n';
  draw(file, s.str(), 900, 560);
}

}  // namespace apps::optimize
