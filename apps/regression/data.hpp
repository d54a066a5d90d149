#pragma once

#include <Eigen/Core>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

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
  /// x^2, or an interaction such as a:b. Empty: all columns but target, weights and offset.
  std::string features;
  /// Columns to read as text although they are numbers, separated by commas.
  std::string factors;
  /// Reference levels, "column=level"; the first level otherwise.
  std::vector<std::string> references;
  std::string weights;
  std::string offset;
  /// Whether rows with a missing value are left out instead of refused.
  bool drop_missing = false;
  bool intercept = true;
  /// Powers of each numeric column, up to this one.
  int degree = 1;
};

/// How a column is to be read.
struct Wanted {
  std::string name;
  /// Numbers only, text only, or what the first value is.
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
  Table read(const std::vector<Wanted>& wanted, bool drop_missing, const std::string& program);

 private:
  std::unique_ptr<Input> input_;
  /// The data that the program carries.
  std::istringstream carried_;
  std::unique_ptr<CsvReader> reader_;
};

/// Puts the level of each "column=level" first. Throws: BadInput for what is not there.
void set_references(Table& table, const std::vector<std::string>& references);

}  // namespace apps::regression
