#include "optimize/problem.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "common/bad_input.hpp"
#include "common/expression.hpp"
#include "common/numbers.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::optimize {
namespace {

namespace eg = eigengrad;
using eg::Tensor;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// k of "x<k>", from 1; 0 for every other name.
std::int64_t index_of(const std::string& name) {
  std::int64_t k = 0;
  const char* end = name.data() + name.size();
  if (name.size() < 2 || name[0] != 'x' || name[1] == '0') return 0;
  const auto [stop, error] = std::from_chars(name.data() + 1, end, k);
  return error == std::errc() && stop == end && k <= kMostUnknowns ? k : 0;
}

std::vector<std::string> numbered(std::int64_t n) {
  std::vector<std::string> names;
  for (std::int64_t k = 1; k <= n; ++k) names.push_back('x' + std::to_string(k));
  return names;
}

/// x1, ..., xn when all names are of that kind; otherwise the names as they are.
std::vector<std::string> variables_of(const Expression& e) {
  std::int64_t n = 0;
  for (const std::string& name : e.names()) {
    const std::int64_t k = index_of(name);
    if (k == 0) return e.names();
    n = std::max(n, k);
  }
  constexpr std::int64_t kMostInExpressions = 10'000;
  if (n > kMostInExpressions)
    throw BadInput("--expression: x" + std::to_string(n) +
                   " is the last unknown; an expression has at most " +
                   std::to_string(kMostInExpressions));
  return numbered(n);
}

/// The expression as a function of the tensor of all unknowns.
Objective bound(const Expression& e, const std::vector<std::string>& variables) {
  std::vector<std::int64_t> places;
  for (std::size_t i = 0; i < e.names().size(); ++i) {
    const auto found = std::find(variables.begin(), variables.end(), e.names()[i]);
    if (found == variables.end()) {
      const std::string nearest = nearest_word(e.names()[i], variables);
      e.refuse_name(i, in_quotes(e.names()[i]) + " is no unknown" +
                           (nearest.empty() ? "" : "; did you mean " + in_quotes(nearest) + '?'));
    }
    places.push_back(found - variables.begin());
  }
  return [e, places](const Tensor& x) {
    std::vector<Tensor> values;
    for (const std::int64_t place : places) values.push_back(x[place]);
    return e(values);
  };
}

bool has_names(const std::string& text) { return text.find('=') != std::string::npos; }

/// n numbers, or fewer that are repeated.
std::vector<double> by_place(const std::string& text, const std::string& option, std::size_t n) {
  std::vector<double> values = parse_numbers(text, option);
  if (values.size() > n || n % values.size() != 0)
    throw BadInput(option + ": " + std::to_string(values.size()) + " numbers for " +
                   std::to_string(n) + " variables; give one for each");
  for (std::size_t i = 0; values.size() < n; ++i) values.push_back(values[i]);
  return values;
}

void add_bounds(const Description& d, Problem& p) {
  const auto bounds = [&](const std::string& text, const std::string& option, double none) {
    if (text.empty()) return std::vector<double>();
    return has_names(text) ? parse_numbers_of(p.variables, text, option, none)
                           : by_place(text, option, p.start.size());
  };
  p.lower = bounds(d.lower, "--lower", -kInfinity);
  p.upper = bounds(d.upper, "--upper", kInfinity);
  for (std::size_t i = 0; i < p.start.size(); ++i) {
    const double low = p.lower.empty() ? -kInfinity : p.lower[i];
    const double high = p.upper.empty() ? kInfinity : p.upper[i];
    if (low > high)
      throw BadInput("--lower: the bound of " +
                     (p.variables.empty() ? 'x' + std::to_string(i + 1) : p.variables[i]) +
                     " is above that of --upper; exchange them");
    // The usual start of a function goes to the bounds; one that the user gave is theirs to mend.
    if (p.start[i] >= low && p.start[i] <= high) continue;
    if (!d.start.empty())
      throw BadInput("--start: number " + std::to_string(i + 1) +
                     " is outside of its bounds; start between them");
    p.start[i] = std::clamp(p.start[i], low, high);
  }
}

void add_constraints(const Description& d, Problem& p) {
  for (const std::string& text : d.constraints) {
    const Relation relation = parse_relation(text, "--subject-to");
    if (relation.left.names().empty() && relation.right.names().empty())
      throw BadInput("--subject-to: " + in_quotes(text) + " has no unknowns; name one, such as x1");
    const Objective left = bound(relation.left, p.variables);
    const Objective right = bound(relation.right, p.variables);
    eg::optim::Constraint c{[left, right](const Tensor& x) { return left(x) - right(x); }};
    if (relation.kind != Relation::Kind::LessEqual) c.lower = 0;
    if (relation.kind != Relation::Kind::GreaterEqual) c.upper = 0;
    p.constraints.push_back(std::move(c));
    p.constraint_texts.push_back(text);
  }
}

Problem load_expression(const Description& d) {
  const Expression e(d.expression, "--expression");
  if (e.names().empty())
    throw BadInput("--expression: " + in_quotes(d.expression) +
                   " has no unknowns; name one, such as x1");
  Problem p;
  p.name = d.expression;
  p.description = "an expression in ";
  p.variables = variables_of(e);
  if (d.n != 0 && d.n != static_cast<std::int64_t>(p.variables.size()))
    throw BadInput("--n: the expression has " + std::to_string(p.variables.size()) +
                   " unknowns; leave --n out");
  for (std::size_t i = 0; i < std::min<std::size_t>(p.variables.size(), 10); ++i)
    p.description += (i == 0 ? "" : ", ") + p.variables[i];
  if (p.variables.size() > 10) p.description += ", ...";
  p.f = bound(e, p.variables);
  p.minimum = std::numeric_limits<double>::quiet_NaN();
  if (d.start.empty())
    throw BadInput("--start: is missing; it says where the unknowns of " + in_quotes(d.expression) +
                   " start");
  if (!has_names(d.start)) {
    p.start = by_place(d.start, "--start", p.variables.size());
    return p;
  }
  p.start =
      parse_numbers_of(p.variables, d.start, "--start", std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < p.start.size(); ++i)
    if (std::isnan(p.start[i]))
      throw BadInput("--start: " + in_quotes(p.variables[i]) + " is missing");
  return p;
}

Problem load_function(const Description& d) {
  const Function& f = *find_function(d.function);
  const std::int64_t n = d.n == 0 ? f.default_n : d.n;
  if (!f.takes(n))
    throw BadInput("--n: " + f.name + " takes " + f.sizes + ", not " + std::to_string(n));
  Problem p;
  p.name = f.name;
  p.description = f.description;
  p.start =
      d.start.empty() ? f.start(n) : by_place(d.start, "--start", static_cast<std::size_t>(n));
  p.f = f.make(n);
  p.minimum = d.lower.empty() && d.upper.empty() && d.constraints.empty()
                  ? f.minimum
                  : std::numeric_limits<double>::quiet_NaN();
  if (!d.constraints.empty() || has_names(d.lower + d.upper)) p.variables = numbered(n);
  return p;
}

}  // namespace

Problem load(const Description& d) {
  Problem p = d.expression.empty() ? load_function(d) : load_expression(d);
  add_bounds(d, p);
  add_constraints(d, p);
  return p;
}

}  // namespace apps::optimize
