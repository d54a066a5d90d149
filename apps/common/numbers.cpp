#include "common/numbers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "common/bad_input.hpp"
#include "common/columns.hpp"

namespace apps {
namespace {

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

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool read_number(std::string_view text, double& value) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) return false;
  // Both too large and too small: strtod tells which, and gives the nearest number to the latter.
  if (error == std::errc::result_out_of_range)
    value = std::strtod(std::string(text).c_str(), nullptr);
  return true;
}

double parse_number(const std::string& text, const std::string& origin) {
  double value = 0;
  if (!read_number(trimmed(text), value) || !std::isfinite(value))
    throw BadInput(origin + ": " + in_quotes(text) +
                   " is not a finite number; give one like 0.5 or 1e-8");
  return value;
}

double parse_positive(const std::string& text, const std::string& origin) {
  const double value = parse_number(text, origin);
  if (!(value > 0))
    throw BadInput(origin + ": " + in_quotes(text) + " is not above 0; give a positive number");
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
    const std::string name(trimmed(std::string_view(part).substr(0, equals)));
    if (equals == std::string::npos || name.empty())
      throw BadInput(origin + ": " + in_quotes(part) + " is not of the form name=number");
    for (const auto& [other, value] : all)
      if (other == name)
        throw BadInput(origin + ": " + in_quotes(name) + " is there twice; name it once");
    all.emplace_back(name, parse_number(part.substr(equals + 1), origin + ": " + name));
  }
  return all;
}

std::vector<double> parse_numbers_of(const std::vector<std::string>& names, const std::string& text,
                                     const std::string& origin, double missing) {
  std::vector<double> values(names.size(), missing);
  if (text.empty()) return values;
  for (const auto& [name, value] : parse_named_numbers(text, origin)) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      throw BadInput(origin + ": there is no " + in_quotes(name) + "; there are " + listed(names));
    values[static_cast<std::size_t>(found - names.begin())] = value;
  }
  return values;
}

void check_bounds(const std::vector<std::string>& names, const std::vector<double>& start,
                  const std::vector<double>& lower, const std::vector<double>& upper) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (lower[i] > upper[i])
      throw BadInput("--lower: the bound of " + in_quotes(names[i]) +
                     " is above that of --upper; exchange them");
    if (start[i] < lower[i] || start[i] > upper[i])
      throw BadInput("--start: the start of " + in_quotes(names[i]) +
                     " is outside of its bounds; start between them");
  }
}

std::vector<double> values_of(const eigengrad::Tensor& t) {
  const eigengrad::Tensor plain = t.contiguous();
  const double* data = plain.data_ptr<double>();
  return {data, data + plain.numel()};
}

nlohmann::ordered_json json_number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace apps
