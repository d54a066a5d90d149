#include "common/numbers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "common/bad_input.hpp"

namespace apps {
namespace {

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

double parse_number(const std::string& text, const std::string& origin) {
  std::string s = trimmed(text);
  if (s.size() > 1 && s[0] == '+' && s[1] != '-') s.erase(0, 1);
  double value = 0;
  const char* end = s.data() + s.size();
  const auto [stop, error] = std::from_chars(s.data(), end, value);
  // Too large, or too small: the latter is the nearest number.
  if (error == std::errc::result_out_of_range) value = std::strtod(s.c_str(), nullptr);
  if (error == std::errc::invalid_argument || stop != end || !std::isfinite(value))
    throw BadInput(origin + ": " + in_quotes(text) + " is not a finite number");
  return value;
}

double parse_positive(const std::string& text, const std::string& origin) {
  const double value = parse_number(text, origin);
  if (!(value > 0)) throw BadInput(origin + ": " + in_quotes(text) + " is not above 0");
  return value;
}

std::int64_t parse_whole(const std::string& text, const std::string& origin, std::int64_t low,
                         std::int64_t high) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < low || value > high)
    throw BadInput(origin + ": " + in_quotes(text) + " is not a whole number from " +
                   std::to_string(low) + " to " + std::to_string(high));
  return value;
}

std::vector<double> parse_numbers(const std::string& text, const std::string& origin) {
  std::vector<double> numbers;
  for (const std::string& part : split_at_commas(text))
    numbers.push_back(
        parse_number(part, origin + ": number " + std::to_string(numbers.size() + 1)));
  return numbers;
}

std::vector<std::pair<std::string, double>> parse_named_numbers(const std::string& text,
                                                                const std::string& origin) {
  std::vector<std::pair<std::string, double>> all;
  for (const std::string& part : split_at_commas(text)) {
    const std::size_t equals = part.find('=');
    const std::string name = trimmed(part.substr(0, equals));
    if (equals == std::string::npos || name.empty())
      throw BadInput(origin + ": " + in_quotes(part) + " is not of the form name=number");
    for (const auto& [other, value] : all)
      if (other == name) throw BadInput(origin + ": " + in_quotes(name) + " is there twice");
    all.emplace_back(name, parse_number(part.substr(equals + 1), origin + ": " + name));
  }
  return all;
}

nlohmann::ordered_json json_number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace apps
