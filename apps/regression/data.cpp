#include "regression/data.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "common/bad_input.hpp"
#include "common/csv.hpp"
#include "common/progress.hpp"
#include "data/longley.hpp"

namespace apps::regression {
namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

std::size_t column_of(const CsvReader& reader, const std::string& option, const std::string& name) {
  const std::ptrdiff_t i = reader.find(name);
  if (i < 0)
    throw BadInput(option + ": " + reader.name() + ": line 1 has no column " + in_quotes(name) +
                   "; the columns are " + in_quotes(listed(reader.header())));
  return static_cast<std::size_t>(i);
}

/// The numbers of the columns to read: the features, then the target.
std::vector<std::size_t> columns_of(const CsvReader& reader, const Selection& s) {
  const std::size_t target =
      s.target.empty() ? reader.header().size() - 1 : column_of(reader, "--target", s.target);
  std::vector<std::size_t> columns;
  std::vector<std::string> names;
  if (!s.features.empty()) {
    std::istringstream list(s.features);
    names = CsvReader(list, "--features").header();
  } else {
    for (std::size_t i = 0; i < reader.header().size(); ++i)
      if (i != target) columns.push_back(i);
    if (columns.empty())
      throw BadInput(reader.name() + ": line 1, column 1: " + in_quotes(reader.header()[0]) +
                     " is the only column; a regression needs a target and at least one more");
  }
  for (const std::string& name : names) {
    const std::size_t i = column_of(reader, "--features", name);
    if (i == target) throw BadInput("--features: " + in_quotes(name) + " is the target");
    columns.push_back(i);
  }
  columns.push_back(target);
  return columns;
}

Data read(std::istream& in, const std::string& name, std::uintmax_t size, const Selection& s,
          const std::string& program) {
  CsvReader reader(in, name);
  const std::vector<std::size_t> columns = columns_of(reader, s);
  const std::size_t width = columns.size();
  Progress progress(program);
  std::vector<double> values;  // Row by row.
  std::size_t rows = 0;
  std::size_t last_line = 1;
  while (reader.next()) {
    for (const std::size_t column : columns) values.push_back(reader.number(column));
    last_line = reader.line();
    if (s.binary_target && values.back() != 0 && values.back() != 1)
      throw BadInput(name + ": line " + std::to_string(last_line) + ", column " +
                     std::to_string(columns.back() + 1) + ": the target " +
                     in_quotes(reader.header()[columns.back()]) + " is " +
                     in_quotes(reader.field(columns.back())) + "; a logistic model needs 0 or 1");
    if (++rows % 1000 == 0)
      progress.update(
          size > 0 ? static_cast<double>(reader.bytes_read()) / static_cast<double>(size) : -1,
          "reading " + name + ", row " + std::to_string(rows));
  }

  const std::size_t coefficients = width - 1 + (s.intercept ? 1 : 0);
  if (rows < coefficients)
    throw BadInput(name + ": line " + std::to_string(last_line) +
                   ", column 1: the file ends after " + std::to_string(rows) + " rows; " +
                   std::to_string(coefficients) + " coefficients need at least as many");

  Data data;
  data.source = name;
  data.target = reader.header()[columns.back()];
  for (std::size_t j = 0; j + 1 < width; ++j) {
    data.features.push_back(reader.header()[columns[j]]);
    data.feature_columns.push_back(columns[j] + 1);
  }
  const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>
      all(values.data(), static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(width));
  for (std::size_t j = 0; j < width; ++j) {
    const auto column = all.col(static_cast<Eigen::Index>(j));
    const bool constant = (column.array() == column[0]).all();
    // Without an intercept a constant column has its use: it is one.
    if (constant && (s.intercept || column[0] == 0))
      throw BadInput(name + ": lines 2 to " + std::to_string(last_line) + ", column " +
                     std::to_string(columns[j] + 1) + ": the column " +
                     in_quotes(reader.header()[columns[j]]) + " is constant");
  }
  data.x = all.leftCols(static_cast<Eigen::Index>(width - 1));
  data.y = all.col(static_cast<Eigen::Index>(width - 1));
  return data;
}

}  // namespace

Data load(const Selection& s, const std::string& program) {
  if (s.file.empty()) {
    std::istringstream in{std::string(kLongleyCsv)};
    return read(in, "the bundled Longley data (NIST StRD)", kLongleyCsv.size(), s, program);
  }
  if (s.file == "-") return read(std::cin, "stdin", 0, s, program);
  std::error_code error;
  if (std::filesystem::is_directory(s.file, error))
    throw BadInput("--data: " + in_quotes(s.file) + " is a directory");
  std::ifstream in(s.file, std::ios::binary);
  if (!in)
    throw BadInput("--data: " + in_quotes(s.file) + " cannot be read: " + std::strerror(errno));
  const std::uintmax_t size = std::filesystem::file_size(s.file, error);
  return read(in, s.file, error ? 0 : size, s, program);
}

}  // namespace apps::regression
