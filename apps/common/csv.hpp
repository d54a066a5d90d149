#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace apps {

/// How a file separates and writes values.
struct CsvFormat {
  /// ',', ';' or '\t' or any other character that is not in a number; 0: the first of these three
  /// that the header line, and the line below it, have most of.
  char delimiter = 0;
  /// '.' or ','; 0: the comma in files separated by ';' or tabs that have a number such as 1,5
  /// among their first lines, and none such as 1.5.
  char decimal = 0;
};

/// What a field holds.
enum class CellKind : std::uint8_t {
  Number,
  /// Empty, or one of NA, N/A, NULL, None, nil, ?, . in any case.
  Missing,
  /// A number that is infinite or NaN.
  NotFinite,
  /// A number written in a way that is not read: with thousands separators, or with the other
  /// decimal mark.
  ForeignNumber,
  Text
};

/// Whether the text is a date, such as 2024-01-31.
bool is_date(std::string_view text);

/// Reads comma-separated values below a header line, row by row.
///
/// Fields may be in double quotes, where delimiters and line breaks are text and "" is a quote.
/// Lines end with LF, CRLF or CR; a byte order mark is passed over, as are empty lines at the end.
/// The first of several columns may have no name: other programs write the names of rows there.
/// Throws: BadInput with the file's name, the line and the column for everything else: no header,
/// names that are missing or double, rows of other lengths, quotes that do not close, other encodings than
/// UTF-8 in the header.
class CsvReader {
 public:
  /// `name` stands for the file in messages.
  CsvReader(std::istream& in, std::string name, CsvFormat format = {});

  const std::vector<std::string>& header() const noexcept { return header_; }
  /// The number of the column called `column`, or -1.
  std::ptrdiff_t find(std::string_view column) const noexcept;

  /// Goes to the next row; false at the end.
  bool next();
  std::string_view field(std::size_t column) const { return fields_[column].text; }
  /// The field without blanks around it.
  std::string_view trimmed_field(std::size_t column) const;
  /// The field without blanks around it, as text. Throws: BadInput when it is no UTF-8.
  std::string text(std::size_t column) const;
  /// Says what the field is; `value` is set for a number.
  CellKind read(std::size_t column, double& value) const;
  /// Throws: BadInput when the field is empty, says that it is missing, or is no finite number.
  double number(std::size_t column) const;
  /// Throws: BadInput with the place of the field, and what is wrong with it, for a field that is
  /// no number; `hint` is added.
  [[noreturn]] void refuse(std::size_t column, CellKind kind, std::string_view hint = "") const;
  /// Throws: BadInput with file, line and column.
  [[noreturn]] void fail(std::size_t line, std::size_t column, std::string_view what) const;

  /// Of the current row (a row may go over several lines).
  std::size_t line() const noexcept { return fields_.front().line; }
  /// Of a field of it.
  std::size_t line(std::size_t column) const noexcept { return fields_[column].line; }
  const std::string& name() const noexcept { return name_; }
  const CsvFormat& format() const noexcept { return format_; }
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
  /// Leaves the delimiter or line break that ended the field in `last`.
  void read_field(Field& field, int& last);
  bool skip_trailing_empty_lines();
  void refuse_other_encodings();

  std::istream& in_;
  std::string name_;
  CsvFormat format_;
  std::vector<std::string> header_;
  /// What was read from the stream, and how much of it was used.
  std::string buffer_;
  std::size_t used_ = 0;
  /// Reused from row to row; the first `count_` belong to the current one.
  std::vector<Field> fields_;
  std::size_t count_ = 0;
  std::size_t line_ = 1;
  std::size_t bytes_ = 0;
};

}  // namespace apps
