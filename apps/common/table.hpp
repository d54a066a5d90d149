#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace apps {

/// `value` with so many significant digits; "-" for NaN (there is no value).
std::string number(double value, int digits);
/// All digits that it takes to read the same double again; empty for NaN.
std::string exact(double value);

/// Columns of text under headings: the first one flush left, numbers flush right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void write(std::ostream& out, std::string_view indent = "") const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// Which of `n` lines of a convergence table a page shows: all, or the first and last ones and,
/// between them, evenly spaced ones.
std::vector<std::size_t> shown_rows(std::size_t n);

/// One line of comma-separated values; fields are quoted where they have to be.
void write_csv_row(std::ostream& out, const std::vector<std::string>& fields);

/// Writes a report to `out` by the write_json(), write_csv() or write_text() of its namespace.
template <class Report>
void write_as(const std::string& format, std::ostream& out, const Report& report) {
  if (format == "json")
    write_json(out, report);
  else if (format == "csv")
    write_csv(out, report);
  else
    write_text(out, report);
}

}  // namespace apps
