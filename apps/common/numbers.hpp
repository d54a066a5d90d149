#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace apps {

/// A finite number that fills all of `text`, blanks around it left aside.
/// Throws: BadInput, `origin` and the text in the message.
double parse_number(const std::string& text, const std::string& origin);

/// Likewise, above 0.
double parse_positive(const std::string& text, const std::string& origin);

/// Likewise, a whole number from `low` to `high`.
std::int64_t parse_whole(const std::string& text, const std::string& origin, std::int64_t low,
                         std::int64_t high);

/// Numbers separated by commas: `1,2.5`.
std::vector<double> parse_numbers(const std::string& text, const std::string& origin);

/// Numbers with names, separated by commas: `b1=500,b2=1e-4`.
/// Throws: BadInput, also for a name that is there twice.
std::vector<std::pair<std::string, double>> parse_named_numbers(const std::string& text,
                                                                const std::string& origin);

/// JSON has neither NaN nor infinity; null stands for them.
nlohmann::ordered_json json_number(double value);

}  // namespace apps
