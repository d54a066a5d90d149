#include "ode-fit/problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "common/bad_input.hpp"
#include "common/columns.hpp"
#include "common/input.hpp"
#include "common/numbers.hpp"
#include "common/table.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::ode_fit {
namespace {

namespace eg = eigengrad;
using eg::Tensor;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<std::size_t> states_named(const std::string& text, const System& system) {
  std::vector<std::size_t> places;
  if (text.empty()) return places;
  std::istringstream in(text);
  for (std::string name; std::getline(in, name, ',');) {
    const auto found = std::find(system.states().begin(), system.states().end(), name);
    if (found == system.states().end())
      throw BadInput("--free: there is no state " + in_quotes(name) + "; there are " +
                     listed(system.states()));
    const auto place = static_cast<std::size_t>(found - system.states().begin());
    if (std::find(places.begin(), places.end(), place) != places.end())
      throw BadInput("--free: " + in_quotes(name) + " is there twice; name it once");
    places.push_back(place);
  }
  return places;
}

void check_rows(const Columns& columns, const Description& d, const Problem& p) {
  const std::vector<double> t = values_of(p.times);
  for (std::size_t i = 1; i < t.size(); ++i)
    if (!(t[i] > t[i - 1]))
      throw BadInput(columns.place(static_cast<std::int64_t>(i), d.time) + ": the time " +
                     in_quotes(d.time) + " does not grow: " + exact(t[i]) + " is behind " +
                     exact(t[i - 1]) + "; sort the rows by time");
  for (const std::size_t state : p.observed) {
    const std::string& name = p.system.states()[state];
    const std::vector<double> values = values_of(columns[name]);
    for (std::size_t i = 0; d.is_logarithmic && i < values.size(); ++i)
      if (!(values[i] > 0))
        throw BadInput("--log: " + columns.place(static_cast<std::int64_t>(i), name) + ": " +
                       exact(values[i]) + " in " + in_quotes(name) +
                       " is not above 0; leave --log out, or drop the row");
  }
}

/// The columns of time and of those states that the file has.
void read_data(std::istream& in, const std::string& name, const Description& d, Problem& p) {
  const std::string& time = d.time;
  CsvReader reader(in, name);
  need_column(reader, "--time", time);
  std::vector<std::string> wanted = {time};
  const std::vector<std::string>& states = p.system.states();
  for (std::size_t i = 0; i < states.size(); ++i)
    if (reader.find(states[i]) >= 0) {
      p.observed.push_back(i);
      wanted.push_back(states[i]);
    }
  if (p.observed.empty())
    throw BadInput(name + ": line 1: no column is a state (" + listed(states) + "); there are " +
                   listed(reader.header()));
  const Columns columns(reader, wanted, d.missing);
  p.source = name;
  p.rows_dropped = columns.rows_dropped();
  p.times = columns[time];
  check_rows(columns, d, p);
  p.t0 = d.t0.value_or(p.times[0].item<double>());
  if (p.t0 > p.times[0].item<double>())
    throw BadInput("--t0: " + exact(p.t0) + " is behind the first time of the data, " +
                   exact(p.times[0].item<double>()) + "; give that or an earlier one");
  if (columns.rows() == 1 && p.t0 == p.times[0].item<double>())
    throw BadInput(columns.place(0) +
                   ": the only row is where the solution starts, so that nothing can be fitted; "
                   "give more rows, or --t0 and --initial before it");
  std::vector<Tensor> observed;
  for (std::size_t k = 1; k < wanted.size(); ++k) observed.push_back(columns[wanted[k]]);
  p.values = eg::stack(observed, 1);
}

/// The values at t0: those given, and where none are, the first row.
void add_initial(const Description& d, const std::string& given, Problem& p) {
  p.initial = parse_numbers_of(p.system.states(), given, "--initial", kNaN);
  for (std::size_t k = 0; k < p.observed.size(); ++k) {
    double& value = p.initial[p.observed[k]];
    if (std::isnan(value) && p.t0 == p.times[0].item<double>())
      value = p.values[0][static_cast<std::int64_t>(k)].item<double>();
  }
  for (std::size_t i = 0; i < p.initial.size(); ++i)
    if (std::isnan(p.initial[i]))
      throw BadInput("--initial: the value of " + in_quotes(p.system.states()[i]) +
                     " at the time " + exact(p.t0) +
                     " is missing; --free lets the fit find it from there");
  p.free = states_named(d.free, p.system);
}

/// What is not given, as a known system has it.
Description completed(Description d, const KnownSystem& known) {
  if (!d.rhs.empty()) return d;
  const auto fill = [](std::string& text, const char* usual) {
    if (text.empty()) text = usual;
  };
  d.rhs = known.equations;
  fill(d.start, known.start);
  fill(d.initial, known.initial);
  fill(d.free, known.free);
  fill(d.solver, known.solver == eg::optim::OdeintMethod::Dopri5 ? "dopri5" : "rodas5p");
  if (!d.t0) d.t0 = known.t0;
  d.is_logarithmic = d.is_logarithmic || known.is_logarithmic;
  return d;
}

}  // namespace

Problem load(const Description& given) {
  const auto known = std::find_if(known_systems().begin(), known_systems().end(),
                                  [&](const KnownSystem& s) { return s.name == given.model; });
  const Description d = completed(given, *known);
  Problem p(System(d.rhs, "--rhs"));
  if (d.data.empty()) {
    if (!given.rhs.empty() || known->data.empty())
      throw BadInput("--data: is missing; it says what the equations are fitted to");
    std::istringstream in{std::string(known->data)};
    read_data(in, known->data_name, d, p);
  } else {
    Input input(d.data, "--data");
    read_data(input.stream(), input.name(), d, p);
  }
  const std::vector<std::string>& names = p.system.parameters();
  p.start = parse_numbers_of(names, d.start, "--start", kNaN);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (std::isnan(p.start[i]))
      throw BadInput("--start: " + in_quotes(names[i]) + " is missing; the parameters are " +
                     listed(names));
  add_initial(d, d.initial, p);
  p.lower = parse_numbers_of(p.unknowns(), d.lower, "--lower", -kInfinity);
  p.upper = parse_numbers_of(p.unknowns(), d.upper, "--upper", kInfinity);
  check_bounds(p.unknowns(), p.unknown_start(), p.lower, p.upper);
  std::vector<std::string> observed;
  for (const std::size_t state : p.observed) observed.push_back(p.system.states()[state]);
  p.scale = parse_numbers_of(observed, d.scale, "--scale", 1);
  for (const double s : p.scale)
    if (!(s > 0)) throw BadInput("--scale: a scale is not above 0; give positive numbers");
  p.is_logarithmic = d.is_logarithmic;
  p.integration.method =
      d.solver == "rodas5p" ? eg::optim::OdeintMethod::Rodas5P : eg::optim::OdeintMethod::Dopri5;
  p.integration.rtol = d.rtol;
  p.integration.atol = d.atol;
  return p;
}

}  // namespace apps::ode_fit
