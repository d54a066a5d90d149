#include "nlfit/problem.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "common/bad_input.hpp"
#include "common/columns.hpp"
#include "common/csv.hpp"
#include "common/input.hpp"
#include "common/numbers.hpp"
#include "common/table.hpp"
#include "data/misra1a.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::nlfit {
namespace {

namespace eg = eigengrad;
using eg::Tensor;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A formula of columns, one value per row.
Tensor values_of(const Expression& e, const Columns& columns) {
  std::vector<Tensor> values;
  for (const std::string& name : e.names()) values.push_back(columns[name]);
  return e(values).expand({columns.rows()}).contiguous();
}

/// Adds the names of a formula to those of the columns to read.
/// Throws: BadInput for a name that is no column.
void need_columns(const Expression& e, const CsvReader& reader, std::vector<std::string>& needed) {
  for (std::size_t i = 0; i < e.names().size(); ++i) {
    const std::string& name = e.names()[i];
    if (reader.find(name) < 0)
      e.refuse_name(i, reader.name() + " has no column " + in_quotes(name) + " (it has " +
                           listed(reader.header()) + ")");
    if (!contains(needed, name)) needed.push_back(name);
  }
}

void refuse_values_that_are_not_finite(const Tensor& t, const Columns& columns,
                                       const std::string& formula, const std::string& option) {
  const double* values = t.data_ptr<double>();
  for (std::int64_t i = 0; i < t.numel(); ++i)
    if (!std::isfinite(values[i]))
      throw BadInput(option + ": " + columns.place(i, formula) + ": " + in_quotes(formula) +
                     " is not finite; change the formula, or drop the row");
}

/// A fit to squares that are 0 in double finds parameters of which the data say nothing.
void refuse_squares_out_of_range(const Tensor& y, const std::string& formula) {
  constexpr double kLeast = 1e-140, kMost = 1e150;
  const double largest = y.abs().max().item<double>();
  if (largest == 0 || (largest >= kLeast && largest <= kMost)) return;
  throw BadInput("--response: the largest size of " + in_quotes(formula) + " is " + exact(largest) +
                 ", whose square double cannot hold; measure it in another unit");
}

void check_weights(const Tensor& weights, const Columns& columns, const std::string& formula) {
  refuse_values_that_are_not_finite(weights, columns, formula, "--weights");
  const double* values = weights.data_ptr<double>();
  for (std::int64_t i = 0; i < weights.numel(); ++i)
    if (values[i] < 0)
      throw BadInput("--weights: " + columns.place(i, formula) +
                     ": the weight is negative; each multiplies the square of a residual");
  if ((weights == 0).all().item<bool>()) throw BadInput("--weights: all are 0; give one above 0");
}

/// The names of the formula that are no columns, in the order of `start`, which must name each.
std::vector<std::string> parameters_of(const Expression& formula, const CsvReader& reader,
                                       const std::vector<std::pair<std::string, double>>& start) {
  std::vector<std::string> free;
  for (const std::string& name : formula.names())
    if (reader.find(name) < 0) free.push_back(name);
  if (free.empty())
    throw BadInput("--model: all names of " + in_quotes(formula.text()) +
                   " are columns of the data; there is nothing to fit");
  if (start.empty()) {
    std::string example;
    for (const std::string& name : free) example += (example.empty() ? "" : ",") + name + "=1";
    throw BadInput("--start: is missing; the parameters are " + listed(free) + ": --start " +
                   example);
  }
  std::vector<std::string> parameters;
  for (const auto& [name, value] : start) {
    if (reader.find(name) >= 0)
      throw BadInput("--start: " + in_quotes(name) +
                     " is a column of the data, not a parameter; leave it out");
    if (!contains(free, name))
      throw BadInput("--start: the model has no parameter " + in_quotes(name) + "; it has " +
                     listed(free));
    parameters.push_back(name);
  }
  for (std::size_t i = 0; i < formula.names().size(); ++i) {
    const std::string& name = formula.names()[i];
    if (reader.find(name) >= 0 || contains(parameters, name)) continue;
    formula.refuse_name(i, in_quotes(name) + " is no column (those are " + listed(reader.header()) +
                               ") and has no value in --start");
  }
  return parameters;
}

/// `response ~ formula`, or the formula alone.
Description with_response_apart(Description d) {
  const std::size_t tilde = d.model.find('~');
  if (tilde == std::string::npos) {
    if (d.response.empty()) d.response = "y";
    return d;
  }
  if (!d.response.empty())
    throw BadInput(
        "--response: the model has a response of its own, in front of '~'; leave either out");
  d.response = d.model.substr(0, tilde);
  d.model.erase(0, tilde + 1);
  for (std::string* s : {&d.response, &d.model}) *s = trimmed(*s);
  return d;
}

Problem read(std::istream& in, const std::string& name, const Description& given) {
  const Description d = with_response_apart(given);
  CsvReader reader(in, name);
  Expression formula(d.model, "--model");
  const Expression response(d.response, "--response");
  const auto start = d.start.empty() ? std::vector<std::pair<std::string, double>>{}
                                     : parse_named_numbers(d.start, "--start");
  const std::vector<std::string> parameters = parameters_of(formula, reader, start);
  Model model(std::move(formula), parameters);

  std::vector<std::string> needed = model.variables();
  need_columns(response, reader, needed);
  std::optional<Expression> weights;
  if (!d.weights.empty()) {
    weights.emplace(d.weights, "--weights");
    need_columns(*weights, reader, needed);
  }
  const Columns columns(reader, needed, d.missing);

  Problem p{
      std::move(model),      d.response, values_of(response, columns), {}, {}, {}, {}, {}, name,
      columns.rows_dropped()};
  for (const std::string& variable : p.model.variables()) p.variables.push_back(columns[variable]);
  refuse_values_that_are_not_finite(p.y, columns, d.response, "--response");
  refuse_squares_out_of_range(p.y, d.response);
  if (weights) {
    p.weights = values_of(*weights, columns);
    check_weights(p.weights, columns, d.weights);
  }
  for (const auto& [parameter, value] : start) p.start.push_back(value);
  p.lower = parse_numbers_of(parameters, d.lower, "--lower", -kInfinity);
  p.upper = parse_numbers_of(parameters, d.upper, "--upper", kInfinity);
  check_bounds(parameters, p.start, p.lower, p.upper);
  return p;
}

}  // namespace

Model::Model(Expression formula, std::vector<std::string> parameters)
    : formula_(std::move(formula)), parameters_(std::move(parameters)) {
  for (const std::string& name : formula_.names()) {
    const auto found = std::find(parameters_.begin(), parameters_.end(), name);
    if (found != parameters_.end()) {
      places_.push_back(static_cast<std::size_t>(found - parameters_.begin()));
    } else {
      places_.push_back(parameters_.size() + variables_.size());
      variables_.push_back(name);
    }
  }
}

Tensor Model::operator()(const Tensor& b, const std::vector<Tensor>& variables,
                         std::int64_t rows) const {
  const std::vector<Tensor> parameters = b.unbind(0);
  std::vector<Tensor> values;
  for (const std::size_t place : places_)
    values.push_back(place < parameters.size() ? parameters[place]
                                               : variables[place - parameters.size()]);
  const Tensor result = formula_(values);
  return result.dim() == 0 ? result.expand({rows}) : result;
}

Tensor Problem::residuals(const Tensor& b) const { return y - model(b, variables, rows()); }

double Problem::sum_of_squares(const Tensor& residuals) const {
  const Tensor squares = eg::square(residuals);
  return (weights.defined() ? weights * squares : squares).sum().item<double>();
}

Problem load(const Description& d) {
  if (d.data.empty()) {
    std::istringstream in{std::string(kMisra1aCsv)};
    return read(in, "the bundled Misra1a data (NIST StRD)", d);
  }
  Input input(d.data, "--data");
  return read(input.stream(), input.name(), d);
}

std::vector<Tensor> load_variables(const Model& model, const std::string& file,
                                   const std::string& option, Missing missing) {
  Input input(file, option);
  CsvReader reader(input.stream(), input.name());
  for (const std::string& name : model.variables()) need_column(reader, option, name);
  const Columns columns(reader, model.variables(), missing);
  std::vector<Tensor> variables;
  for (const std::string& name : model.variables()) variables.push_back(columns[name]);
  // A model without data has the same value in every row.
  if (variables.empty()) variables.push_back(eg::zeros({columns.rows()}));
  return variables;
}

}  // namespace apps::nlfit
