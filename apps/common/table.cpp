#include "common/table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ostream>

namespace apps {

std::string number(double value, int digits) {
  if (std::isnan(value)) return "-";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*g", digits, value);
  return text.data();
}

std::string exact(double value) {
  if (std::isnan(value)) return "";
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

void TextTable::write(std::ostream& out, std::string_view indent) const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  for (const auto& row : rows_) {
    std::string line(indent);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      line += i == 0 ? row[i] + padding : "  " + padding + row[i];
    }
    out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  }
}

std::vector<std::size_t> shown_rows(std::size_t n) {
  constexpr std::size_t kMost = 60;
  constexpr std::size_t kEnd = 10;
  std::vector<std::size_t> rows;
  const std::size_t step = n <= kMost ? 1 : (n - 2 * kEnd) / (kMost - 2 * kEnd) + 1;
  for (std::size_t i = 0; i < n; ++i)
    if (i < kEnd || i + kEnd >= n || i % step == 0) rows.push_back(i);
  return rows;
}

void write_csv_row(std::ostream& out, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out << ',';
    if (fields[i].find_first_of(",\"\r\n") == std::string::npos) {
      out << fields[i];
      continue;
    }
    out << '"';
    for (const char c : fields[i]) out << (c == '"' ? "\"\"" : std::string(1, c));
    out << '"';
  }
  out << '\n';
}

}  // namespace apps
