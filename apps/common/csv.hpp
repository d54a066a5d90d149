#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace apps {

/// Reads comma-separated values below a header line, row by row.
///
/// Fields may be in double quotes, where commas and line breaks are text and "" is a quote. Lines
/// end with LF, CRLF or CR; a byte order mark is passed over, as are empty lines at the end.
/// Throws: BadInput with the file's name, the line and the column for everything else: no header,
/// names that are missing or double, rows of other lengths, quotes that do not close.
class CsvReader {
 public:
  /// `name` stands for the file in messages.
  CsvReader(std::istream& in, std::string name);

  const std::vector<std::string>& header() const noexcept { return header_; }
  /// The number of the column called `column`, or -1.
  std::ptrdiff_t find(std::string_view column) const noexcept;

  /// Goes to the next row; false at the end.
  bool next();
  std::string_view field(std::size_t column) const { return fields_[column].text; }
  /// Throws: BadInput when the field is empty, says that it is missing, or is no finite number.
  double number(std::size_t column) const;

  /// Of the current row (a row may go over several lines).
  std::size_t line() const noexcept { return fields_.front().line; }
  const std::string& name() const noexcept { return name_; }
  std::size_t bytes_read() const noexcept { return bytes_; }

 private:
  struct Field {
    std::string text;
    std::size_t line = 0;
  };

  int get();
  int peek();
  /// False at the end of the input.
  bool read_row();
  /// Leaves the separator or line break that ended the field in `last`.
  void read_field(Field& field, int& last);
  bool skip_trailing_empty_lines();
  [[noreturn]] void fail(std::size_t line, std::size_t column, std::string_view what) const;

  std::istream& in_;
  std::string name_;
  std::vector<std::string> header_;
  /// Reused from row to row; the first `count_` belong to the current one.
  std::vector<Field> fields_;
  std::size_t count_ = 0;
  std::size_t line_ = 1;
  std::size_t bytes_ = 0;
};

}  // namespace apps
