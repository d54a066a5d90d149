#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "regression/data.hpp"

namespace apps::regression {

enum class Model : std::uint8_t {
  Linear,
  Binomial,
  Multinomial,
  Poisson,
  NegativeBinomial,
  Gamma
};

/// A column, or a power of one.
struct Variable {
  std::string column;
  int power = 1;
  bool operator==(const Variable&) const = default;
};

/// A variable, or a product of several: an interaction.
struct Term {
  std::string name;
  std::vector<Variable> variables;
};

/// The right-hand side of a model.
///
/// Note [Treatment contrasts] A text column becomes one column of 0 and 1 for each level but the
/// reference level. In an interaction it does so when the interaction without it is in the model
/// too, and has a column for every level otherwise; so has the first one in a model without an
/// intercept. Columns of an interaction are all products, the first variable's levels fastest.
/// Source: Chambers and Hastie, Statistical Models in S (1992), chapter 2.
struct Formula {
  bool intercept = true;
  std::vector<Term> terms;
};

/// The columns of the model matrix, without the intercept's.
struct Design {
  std::vector<std::string> names;
  /// The place of the term in the formula, and of its first column in the file, from 1.
  std::vector<std::size_t> term;
  std::vector<std::size_t> place;
  Eigen::MatrixXd x;
  /// What x lacks: powers and products are computed to 32 digits.
  Eigen::MatrixXd x_low;
};

/// A target and what explains it.
struct Data {
  /// Of the file, for messages and headings.
  std::string source;
  std::string target;
  /// The names of the target's classes, when it is text or the model is multinomial.
  std::vector<std::string> classes;
  Formula formula;
  Design design;
  /// Text columns with their levels, to read more data with.
  std::vector<Column> columns;
  /// The target, or the number of its class.
  Eigen::VectorXd y;
  /// Ones and zeros where there are none.
  Eigen::VectorXd weights;
  Eigen::VectorXd offset;
  bool has_weights = false;
  bool has_offset = false;
  std::size_t rows_dropped = 0;
  std::size_t rows_without_weight = 0;
  std::size_t last_line = 1;
};

/// Reads a file and makes the matrix of the model.
/// Throws: BadInput for everything that cannot be used; with `needs_rows`, too few rows too.
Data load(const Selection& selection, Model model, bool needs_rows, const std::string& program);

/// The model matrix and offset for other data.
struct NewData {
  Design design;
  Eigen::VectorXd offset;
};
NewData load_more(const std::string& file, const Data& data, const Selection& selection,
                  const std::string& program);

/// "y ~ a + b + a:b", as R writes it.
std::string formula_text(const Data& data);

}  // namespace apps::regression
