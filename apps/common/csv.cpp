#include "common/csv.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "common/bad_input.hpp"

namespace apps {
namespace {

constexpr int kEnd = std::char_traits<char>::eof();

std::string_view trimmed(std::string_view s) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}

bool means_missing(std::string_view s) {
  static constexpr std::array<std::string_view, 7> kWords{"na",  "n/a", "null", "none",
                                                          "nil", "?",   "."};
  std::string lower(s);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return s.empty() || std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

}  // namespace

CsvReader::CsvReader(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {
  for (const char byte : {'\xEF', '\xBB', '\xBF'})
    if (peek() == std::char_traits<char>::to_int_type(byte)) get();
  if (!read_row()) fail(1, 1, "the file is empty; it needs a header line and rows");
  for (std::size_t i = 0; i < count_; ++i) {
    const std::string_view column = trimmed(fields_[i].text);
    if (column.empty()) fail(fields_[i].line, i + 1, "there is no name for this column");
    if (find(column) >= 0)
      fail(fields_[i].line, i + 1, "the name " + in_quotes(column) + " is there twice");
    header_.emplace_back(column);
  }
}

std::ptrdiff_t CsvReader::find(std::string_view column) const noexcept {
  const auto found = std::find(header_.begin(), header_.end(), column);
  return found == header_.end() ? -1 : found - header_.begin();
}

int CsvReader::get() {
  const int c = in_.rdbuf()->sbumpc();
  if (c != kEnd) ++bytes_;
  return c;
}

int CsvReader::peek() { return in_.rdbuf()->sgetc(); }

void CsvReader::fail(std::size_t line, std::size_t column, std::string_view what) const {
  throw BadInput(name_ + ": line " + std::to_string(line) + ", column " + std::to_string(column) +
                 ": " + std::string(what));
}

void CsvReader::read_field(Field& field, int& last) {
  field.text.clear();
  field.line = line_;
  const std::size_t column = count_;
  const auto ends_field = [](int c) { return c == ',' || c == '\n' || c == '\r' || c == kEnd; };

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
  for (int last = ','; last == ',';) {
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

double CsvReader::number(std::size_t column) const {
  const Field& field = fields_[column];
  const auto refuse = [&](const std::string& what) {
    fail(field.line, column + 1, what + " in " + in_quotes(header_[column]));
  };
  std::string_view s = trimmed(field.text);
  if (means_missing(s)) refuse("the value is missing");
  if (s.size() > 1 && s[0] == '+' && s[1] != '-') s.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error == std::errc::invalid_argument || end != s.data() + s.size())
    refuse(in_quotes(field.text) + " is not a number");
  // Both too large and too small: strtod tells which, and gives the nearest number to the latter.
  if (error == std::errc::result_out_of_range) value = std::strtod(std::string(s).c_str(), nullptr);
  if (!std::isfinite(value)) refuse(in_quotes(field.text) + " is not a finite number");
  return value;
}

}  // namespace apps
