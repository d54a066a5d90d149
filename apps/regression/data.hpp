#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "common/columns.hpp"
#include "common/csv.hpp"
#include "common/input.hpp"

namespace apps::regression {
/// One column of a file: numbers, or text as numbers of levels.
struct Column {
  std::string name;
  /// In the file, from 1.
  std::size_t place = 0;
  bool is_text = false;
  std::vector<double> numbers;
  /// Of text: sorted, the reference level first. `numbers` are places in it.
  std::vector<std::string> levels;
};

/// The columns of a file that a model uses, without the rows that were dropped.
struct Table {
  std::string source;
  std::vector<Column> columns;
  std::vector<std::string> header;
  std::size_t rows = 0;
  std::size_t rows_dropped = 0;
  /// Of each row; then of the last one of the file.
  std::vector<std::size_t> lines;
  std::size_t last_line = 1;

  const Column* find(const std::string& name) const;
  const Column& at(const std::string& name) const { return *find(name); }
};

/// What the user says about the file and its columns.
struct Selection {
  /// A CSV file, "-" for stdin; empty for the Longley data that the program carries.
  std::string file;
  CsvFormat format;
  /// Empty: the last column.
  std::string target;
  /// Terms separated by commas, in double quotes where they have to be: a column, a power such as
  /// x^2, an interaction such as a:b, or a*b for a, b and a:b. Empty: all columns but target, weights
  /// and offset.
  std::string features;
  /// Columns to read as text although they are numbers, separated by commas.
  std::string factors;
  /// Reference levels, "column=level"; the first level otherwise.
  std::vector<std::string> references;
  std::string weights;
  std::string offset;
  Missing missing = Missing::Fail;
  bool intercept = true;
  /// Powers of each numeric column, up to this one.
  int degree = 1;
};

/// How a column is to be read.
struct Wanted {
  std::string name;
  /// Numbers only, text only, or what the first value is, which must not be a date.
  enum class Kind { Number, Text, Either } kind = Kind::Either;
  /// Levels that text must have, in this order; any, sorted, when empty.
  std::vector<std::string> levels;
};

/// A list of names separated by commas; `option` is told in messages.
std::vector<std::string> split_names(const std::string& list, const std::string& option);

/// An open file that is not read yet, so that the model can be made from its header.
class Source {
 public:
  /// Throws: BadInput for a file that cannot be read.
  Source(const std::string& file, const CsvFormat& format, const std::string& option);
  const CsvReader& reader() const { return *reader_; }

  /// The place of a column, from 0. Throws: BadInput for one that is not there.
  std::size_t column(const std::string& option, const std::string& name) const;

  /// Reads all rows. A column of Kind::Either is text when its first value is.
  /// Throws: BadInput for values that cannot be used, with their place.
  Table read(const std::vector<Wanted>& wanted, Missing missing, const std::string& program);

 private:
  std::unique_ptr<Input> input_;
  /// The data that the program carries.
  std::istringstream carried_;
  std::unique_ptr<CsvReader> reader_;
};

/// Puts the level of each "column=level" first. Throws: BadInput for what is not there.
void set_references(Table& table, const std::vector<std::string>& references);

enum class Model : std::uint8_t { Linear, Binomial, Multinomial, Poisson, NegativeBinomial, Gamma };

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
