#pragma once

#include <istream>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/columns.hpp"
#include "common/expression.hpp"

namespace apps::nlfit {

/// A formula whose names are data, which are given, and parameters, which are looked for.
class Model {
 public:
  /// `parameters` are names of the formula; the others are data.
  Model(Expression formula, std::vector<std::string> parameters);

  const Expression& formula() const noexcept { return formula_; }
  const std::vector<std::string>& parameters() const noexcept { return parameters_; }
  /// The names that are data, in the order of their first use.
  const std::vector<std::string>& variables() const noexcept { return variables_; }

  /// One value per row. `b` are the parameters; `variables` the data, one tensor of `rows` elements each.
  eigengrad::Tensor operator()(const eigengrad::Tensor& b,
                               const std::vector<eigengrad::Tensor>& variables,
                               std::int64_t rows) const;

 private:
  Expression formula_;
  std::vector<std::string> parameters_;
  std::vector<std::string> variables_;
  /// For each name of the formula, its place among the parameters, or behind them among the variables.
  std::vector<std::size_t> places_;
};

/// Everything that a fit starts from.
struct Problem {
  Model model;
  /// The formula of the response, and its values.
  std::string response;
  eigengrad::Tensor y;
  std::vector<eigengrad::Tensor> variables;
  /// Undefined: all 1.
  eigengrad::Tensor weights;
  /// One of each per parameter; infinite bounds are none.
  std::vector<double> start;
  std::vector<double> lower;
  std::vector<double> upper;
  /// Of the data, for headings.
  std::string source;
  std::int64_t rows_dropped = 0;

  std::int64_t rows() const { return y.numel(); }
  /// Response minus model, without weights.
  eigengrad::Tensor residuals(const eigengrad::Tensor& b) const;
  /// Of residuals, with the weights.
  double sum_of_squares(const eigengrad::Tensor& residuals) const;
};

/// What the command line says of a problem, as text.
struct Description {
  std::string model;
  /// A CSV file, "-" for stdin; empty for the data that the program carries.
  std::string data;
  /// A formula of columns; empty when the model has the form `response ~ formula`, or for the column y.
  std::string response;
  std::string weights;
  std::string start;
  std::string lower;
  std::string upper;
  Missing missing = Missing::Fail;
};

/// Throws: BadInput for everything that cannot be used.
Problem load(const Description& description);

/// The columns of the CSV file `file` (of the option `option`) that the model takes as data.
/// Throws: BadInput, also for a column that is not there.
std::vector<eigengrad::Tensor> load_variables(const Model& model, const std::string& file,
                                              const std::string& option, Missing missing);

}  // namespace apps::nlfit
