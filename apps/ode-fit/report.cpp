#include "ode-fit/report.hpp"

#include <ostream>
#include <sstream>

#include "common/columns.hpp"
#include "common/gnuplot.hpp"
#include "common/numbers.hpp"
#include "common/table.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::ode_fit {
namespace {

namespace eg = eigengrad;
using nlohmann::ordered_json;

/// Times, and all states at them.
struct Curve {
  explicit Curve(const Report& r)
      : t(eg::linspace(r.problem.t0, r.problem.times[-1].item<double>(), 200)),
        y(solution(r.problem, r.fit.parameters, t).contiguous()) {}
  eg::Tensor t;
  eg::Tensor y;
};

}  // namespace

void write_text(std::ostream& out, const Report& r) {
  const FitSummary& f = r.fit;
  for (std::size_t i = 0; i < r.problem.system.states().size(); ++i)
    out << (i == 0 ? "Equations: " : "           ") << 'd' << r.problem.system.states()[i]
        << "/dt = " << r.problem.system.formulas()[i].text() << '\n';
  out << "Data: " << r.problem.source << ", " << r.problem.times.numel() << " rows"
      << dropped_text(r.problem.rows_dropped)
      << (r.problem.is_logarithmic ? ", logarithms compared\n" : "\n");
  write_summary(out, f, r.level);
}

void write_json(std::ostream& out, const Report& r) {
  const FitSummary& f = r.fit;
  ordered_json j;
  j["status"] = to_string(f.status);
  j["converged"] = f.converged();
  j["message"] = f.message;
  j["equations"] = ordered_json::object();
  for (std::size_t i = 0; i < r.problem.system.states().size(); ++i)
    j["equations"][r.problem.system.states()[i]] = r.problem.system.formulas()[i].text();
  j["data"] = r.problem.source;
  j["rows"] = r.problem.times.numel();
  j["rows_dropped"] = r.problem.rows_dropped;
  j["log"] = r.problem.is_logarithmic;
  j["level"] = r.level;
  add_summary(j, f);
  j["seconds"] = f.seconds;
  out << j.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

void write_csv(std::ostream& out, const Report& r) {
  write_csv_row(out, csv_header(r.fit.parameters));
  write_csv_estimates(out, r.fit.parameters);
}

void write_solution(std::ostream& out, const Report& r) {
  const Curve curve(r);
  std::vector<std::string> row = {"t"};
  for (const std::string& state : r.problem.system.states()) row.push_back(state);
  write_csv_row(out, row);
  for (std::int64_t i = 0; i < curve.t.numel(); ++i) {
    row = {exact(curve.t[i].item<double>())};
    for (const double v : values_of(curve.y[i])) row.push_back(exact(v));
    write_csv_row(out, row);
  }
}

void plot(const std::string& file, const Report& r) {
  const Curve curve(r);
  std::ostringstream s;
  s.precision(10);
  s << "$rows << END\n";
  for (std::int64_t i = 0; i < r.problem.times.numel(); ++i) {
    s << r.problem.times[i].item<double>();
    for (const double v : values_of(r.problem.values[i])) s << ' ' << v;
    s << '\n';
  }
  s << "END\n$curve << END\n";
  for (std::int64_t i = 0; i < curve.t.numel(); ++i) {
    s << curve.t[i].item<double>();
    for (const double v : values_of(curve.y[i])) s << ' ' << v;
    s << '\n';
  }
  s << "END\nset grid linecolor rgb '#dddddd'\nset key outside right\nset xlabel 't'\nset title "
    << in_gnuplot_quotes("Fit to " + r.problem.source) << " noenhanced\nplot ";
  for (std::size_t k = 0; k < r.problem.observed.size(); ++k) {
    const std::size_t state = r.problem.observed[k];
    const std::string name = in_gnuplot_quotes(r.problem.system.states()[state]);
    s << (k == 0 ? "" : ", ") << "$curve using 1:" << state + 2
      << " with lines linewidth 2 linetype " << k + 1 << " title " << name
      << " noenhanced, $rows using 1:" << k + 2
      << " with points pointtype 7 pointsize 0.6 linetype " << k + 1 << " notitle";
  }
  s << '\n';
  draw(file, s.str(), 900, 460);
}

}  // namespace apps::ode_fit
