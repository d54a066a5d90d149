#include "common/csv.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <utility>

#include "common/bad_input.hpp"
#include "common/numbers.hpp"
#include "common/text.hpp"

namespace apps {
namespace {

constexpr int kEnd = std::char_traits<char>::eof();
constexpr std::size_t kBufferSize = 65536;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool means_missing(std::string_view s) {
  static constexpr std::array<std::string_view, 7> kWords{"na",  "n/a", "null", "none",
                                                          "nil", "?",   "."};
  std::string lower(s);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return s.empty() || std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

/// The fields of the first `lines` lines, as far as `text` has them, with what is in quotes blanked.
std::vector<std::string> first_lines(std::string_view text, std::size_t lines) {
  std::vector<std::string> all{""};
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '\n' || c == '\r')) {
      if (all.back().empty()) continue;
      if (all.size() == lines) break;
      all.emplace_back();
    } else {
      all.back() += quoted || c == '"' ? ' ' : c;
    }
  }
  return all;
}

char sniffed_delimiter(std::string_view text) {
  const std::vector<std::string> lines = first_lines(text, 2);
  char best = ',';
  std::pair<bool, std::ptrdiff_t> most{false, 0};
  for (const char c : {',', ';', '\t'}) {
    const auto n = std::count(lines[0].begin(), lines[0].end(), c);
    const bool again = lines.size() > 1 && std::count(lines[1].begin(), lines[1].end(), c) == n;
    if (n > 0 && std::pair(again, n) > most) {
      most = {again, n};
      best = c;
    }
  }
  return best;
}

/// Whether `s` is digits, one `mark` and digits, with a sign or without.
bool has_decimal_mark(std::string_view s, char mark) {
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) s.remove_prefix(1);
  const std::size_t at = s.find(mark);
  return at != std::string_view::npos && at > 0 && at + 1 < s.size() &&
         std::all_of(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(at), is_digit) &&
         std::all_of(s.begin() + static_cast<std::ptrdiff_t>(at) + 1, s.end(), is_digit);
}

char sniffed_decimal(std::string_view text, char delimiter) {
  if (delimiter == ',') return '.';
  bool comma = false;
  for (const std::string& line : first_lines(text, 20))
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t end = std::min(line.find(delimiter, at), line.size());
      const std::string_view field = trimmed(std::string_view(line).substr(at, end - at));
      if (has_decimal_mark(field, '.')) return '.';
      // 1,234 may be a thousand; 1,5 may not.
      comma = comma || (has_decimal_mark(field, ',') && field.size() != field.find(',') + 4);
      at = end + 1;
    }
  return comma ? ',' : '.';
}

/// The length of a thousands separator at the start of `s`, or 0.
std::size_t separator(std::string_view s) {
  for (const std::string_view mark :
       {",", ".", " ", "'", "_", "\xC2\xA0", "\xE2\x80\x89", "\xE2\x80\xAF", "\xE2\x80\x99"})
    if (s.starts_with(mark)) return mark.size();
  return 0;
}

/// Whether `s` is a number with thousands separators: groups of three digits behind the first one,
/// then perhaps a decimal mark and digits.
bool has_thousands(std::string_view s) {
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) s.remove_prefix(1);
  std::size_t i = 0;
  while (i < s.size() && is_digit(s[i])) ++i;
  if (i == 0 || i > 3 || i == s.size()) return false;
  const std::size_t width = separator(s.substr(i));
  if (width == 0) return false;
  const std::string_view mark = s.substr(i, width);
  std::size_t groups = 0;
  while (s.substr(i, width) == mark && i + width + 3 <= s.size() &&
         std::all_of(s.begin() + static_cast<std::ptrdiff_t>(i + width),
                     s.begin() + static_cast<std::ptrdiff_t>(i + width + 3), is_digit)) {
    i += width + 3;
    ++groups;
  }
  if (groups == 0) return false;
  if (i < s.size() && (s[i] == '.' || s[i] == ',') && s[i] != mark[0]) ++i;
  return std::all_of(s.begin() + static_cast<std::ptrdiff_t>(i), s.end(), is_digit);
}

std::string hint_for(std::string_view s, char decimal) {
  const char other = decimal == '.' ? ',' : '.';
  std::string hint;
  if (has_thousands(s)) hint = "; thousands separators are not read, remove them";
  if (has_decimal_mark(s, other))
    hint += hint.empty() ? std::string("; for a decimal ") + (other == ',' ? "comma" : "point") +
                               " give --decimal '" + other + "'"
                         : std::string(", or give --decimal '") + other + "' if it is a decimal " +
                               (other == ',' ? "comma" : "point");
  return hint;
}

}  // namespace

bool is_date(std::string_view s) {
  // 2024-01-31, 31.1.2024, 1/31/24; a time may follow.
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < s.size() && is_digit(s[at])) ++at;
    return at - begin;
  };
  const std::size_t first = digits();
  if (first == 0 || at == s.size()) return false;
  const char mark = s[at++];
  if (mark != '-' && mark != '/' && mark != '.') return false;
  const std::size_t second = digits();
  if (second == 0 || second > 2 || at == s.size() || s[at++] != mark) return false;
  const std::size_t third = digits();
  const bool has_year = (first == 4 && (third == 1 || third == 2)) || (first <= 2 && third == 4);
  if (!has_year && !(mark == '/' && first <= 2 && third == 2)) return false;
  return at == s.size() || s[at] == ' ' || s[at] == 'T';
}

CsvReader::CsvReader(std::istream& in, std::string name, CsvFormat format)
    : in_(in), name_(std::move(name)), format_(format) {
  for (const char byte : {'\xEF', '\xBB', '\xBF'})
    if (peek() == std::char_traits<char>::to_int_type(byte)) get();
  refuse_other_encodings();
  const std::string_view start = std::string_view(buffer_).substr(used_);
  if (format_.delimiter == 0) format_.delimiter = sniffed_delimiter(start);
  if (format_.decimal == 0) format_.decimal = sniffed_decimal(start, format_.delimiter);
  if (!read_row()) fail(1, 1, "the file is empty; it needs a header line and rows");
  for (std::size_t i = 0; i < count_; ++i) {
    const std::string column = text(i);
    if (column.empty() && (i > 0 || count_ == 1))
      fail(fields_[i].line, i + 1, "there is no name for this column");
    if (find(column) >= 0)
      fail(fields_[i].line, i + 1, "the name " + in_quotes(column) + " is there twice");
    header_.push_back(column);
  }
}

void CsvReader::refuse_other_encodings() {
  if (peek() == 0x1f)
    fail(1, 1, "the file is compressed; give it a name that ends in .gz or decompress it");
  const std::string_view start = std::string_view(buffer_).substr(used_);
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF") ||
      start.find('\0') != std::string_view::npos)
    fail(1, 1, "the file is UTF-16, or no text; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)");
}

std::ptrdiff_t CsvReader::find(std::string_view column) const noexcept {
  const auto found = std::find(header_.begin(), header_.end(), column);
  return found == header_.end() ? -1 : found - header_.begin();
}

int CsvReader::get() {
  const int c = peek();
  if (c != kEnd) {
    ++used_;
    ++bytes_;
  }
  return c;
}

int CsvReader::peek() {
  if (used_ == buffer_.size()) {
    buffer_.resize(kBufferSize);
    buffer_.resize(static_cast<std::size_t>(
        in_.rdbuf()->sgetn(buffer_.data(), static_cast<std::streamsize>(kBufferSize))));
    used_ = 0;
  }
  return buffer_.empty() ? kEnd : std::char_traits<char>::to_int_type(buffer_[used_]);
}

void CsvReader::fail(std::size_t line, std::size_t column, std::string_view what) const {
  throw BadInput(name_ + ": line " + std::to_string(line) + ", column " + std::to_string(column) +
                 ": " + std::string(what));
}

void CsvReader::read_field(Field& field, int& last) {
  field.text.clear();
  field.line = line_;
  const std::size_t column = count_;
  const int delimiter = std::char_traits<char>::to_int_type(format_.delimiter);
  const auto ends_field = [delimiter](int c) {
    return c == delimiter || c == '\n' || c == '\r' || c == kEnd;
  };

  int c = get();
  if (c == '"') {
    for (;;) {
      c = get();
      if (c == kEnd) fail(field.line, column, "the quote is not closed");
      if (c == '\n') ++line_;
      if (c == '"') {
        if (peek() != '"') break;
        get();
      }
      field.text += std::char_traits<char>::to_char_type(c);
    }
    c = get();
    if (!ends_field(c)) fail(field.line, column, "there is text behind the closing quote");
  } else {
    for (; !ends_field(c); c = get()) {
      if (c == '"') fail(field.line, column, "there is a quote inside an unquoted field");
      field.text += std::char_traits<char>::to_char_type(c);
    }
  }
  if (c == '\r' && peek() == '\n') c = get();
  if (c == '\n' || c == '\r') ++line_;
  last = c;
}

bool CsvReader::read_row() {
  count_ = 0;
  if (peek() == kEnd) return false;
  const int delimiter = std::char_traits<char>::to_int_type(format_.delimiter);
  for (int last = delimiter; last == delimiter;) {
    if (fields_.size() == count_) fields_.emplace_back();
    ++count_;
    read_field(fields_[count_ - 1], last);
  }
  return true;
}

bool CsvReader::skip_trailing_empty_lines() {
  while (peek() != kEnd) {
    if (peek() != '\n' && peek() != '\r') return false;
    if (get() == '\r' && peek() == '\n') get();
    ++line_;
  }
  return true;
}

bool CsvReader::next() {
  if (!read_row()) return false;
  const std::size_t wanted = header_.size();
  if (count_ == 1 && fields_.front().text.empty()) {
    const std::size_t line = fields_.front().line;
    if (skip_trailing_empty_lines()) return false;
    fail(line, 1, "the line is empty");
  }
  if (count_ != wanted) {
    const std::string here = "the row has " + std::to_string(count_) + " fields";
    fail(line(), std::min(count_, wanted) + 1, here + ", the header has " + std::to_string(wanted));
  }
  return true;
}

std::string_view CsvReader::trimmed_field(std::size_t column) const {
  return trimmed(fields_[column].text);
}

std::string CsvReader::text(std::size_t column) const {
  const std::string_view s = trimmed_field(column);
  if (!is_utf8(s))
    fail(fields_[column].line, column + 1,
         in_quotes(s) + " is not UTF-8; save the file as UTF-8 (iconv -f WINDOWS-1252 -t UTF-8)");
  return std::string(s);
}

CellKind CsvReader::read(std::size_t column, double& value) const {
  std::string_view s = trimmed_field(column);
  if (means_missing(s)) return CellKind::Missing;
  std::string with_point;
  if (format_.decimal == ',') {
    if (s.find('.') != std::string_view::npos)
      return hint_for(s, ',').empty() ? CellKind::Text : CellKind::ForeignNumber;
    with_point = s;
    std::replace(with_point.begin(), with_point.end(), ',', '.');
    s = with_point;
  }
  if (!read_number(s, value))
    return hint_for(trimmed_field(column), format_.decimal).empty() ? CellKind::Text
                                                                    : CellKind::ForeignNumber;
  return std::isfinite(value) ? CellKind::Number : CellKind::NotFinite;
}

void CsvReader::refuse(std::size_t column, CellKind kind, std::string_view hint) const {
  const Field& field = fields_[column];
  std::string what = "the value is missing";
  if (kind == CellKind::NotFinite) what = in_quotes(field.text) + " is not a finite number";
  if (kind == CellKind::Text || kind == CellKind::ForeignNumber)
    what = in_quotes(field.text) + " is not a number";
  what += " in " + in_quotes(header_[column]);
  if (is_date(trimmed_field(column)))
    what += "; dates are not read, write numbers such as days since the first one";
  if (kind == CellKind::ForeignNumber) what += hint_for(trimmed_field(column), format_.decimal);
  fail(field.line, column + 1, what + std::string(hint));
}

double CsvReader::number(std::size_t column) const {
  double value = 0;
  const CellKind kind = read(column, value);
  if (kind != CellKind::Number) refuse(column, kind);
  return value;
}

}  // namespace apps
