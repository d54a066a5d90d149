#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace apps {

/// Without blanks at either end.
std::string_view trimmed(std::string_view text);

/// Whether `text` is a number and nothing else; `value` is it, infinite when it is too large, and the nearest
/// number when it is too small.
bool read_number(std::string_view text, double& value);

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

/// Such numbers in the order of `names`; `missing` for those that are not named, and for all when `text` is empty.
/// Throws: BadInput, also for a name that is none of `names`.
std::vector<double> parse_numbers_of(const std::vector<std::string>& names, const std::string& text,
                                     const std::string& origin, double missing);

/// Throws: BadInput, of `--lower` or `--start`, for bounds that cross and for a start outside of them.
void check_bounds(const std::vector<std::string>& names, const std::vector<double>& start,
                  const std::vector<double>& lower, const std::vector<double>& upper);

std::vector<double> values_of(const eigengrad::Tensor& t);

/// JSON has neither NaN nor infinity; null stands for them.
nlohmann::ordered_json json_number(double value);

}  // namespace apps
