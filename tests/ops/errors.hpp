#pragma once

#include <exception>
#include <typeinfo>

#include "table.hpp"

/// Rows of what operators refuse: type and phrase of the error as SEMANTICS lists them.
namespace table {

using Action = std::function<void(variable_list&)>;

struct ErrorRow {
  std::string name;
  /// Whether the caught exception is of the type that it should be, exactly.
  bool (*is_type)(const std::exception&);
  std::string phrase;
  std::vector<Array> arguments;
  Action act;
};

template <class E>
bool is_error(const std::exception& e) {
  return typeid(e) == typeid(E);
}

inline Array real(const Sizes& sizes) { return support::uniform(sizes, -2, 2, 60); }
inline Array integers(const Sizes& sizes) { return support::as(real(sizes), eg::kInt64); }
inline Array bools(const Sizes& sizes) { return support::as(real(sizes), eg::kBool); }

using ErrorRows = std::vector<ErrorRow>;
inline constexpr auto kShapeError = is_error<eg::ShapeError>;
inline constexpr auto kDtypeError = is_error<eg::DtypeError>;
inline constexpr auto kIndexError = is_error<eg::IndexError>;
inline constexpr auto kGraphError = is_error<eg::GraphError>;
inline constexpr auto kValueError = is_error<eg::ValueError>;

ErrorRows shape_errors();
ErrorRows range_errors();
ErrorRows view_errors();
ErrorRows indexing_errors();
ErrorRows assembly_errors();
ErrorRows rearrange_errors();
ErrorRows unary_errors();
ErrorRows extremum_errors();
ErrorRows norm_errors();
ErrorRows statistics_errors();
ErrorRows order_errors();
ErrorRows loss_errors();
ErrorRows binary_errors();
ErrorRows cumulative_errors();
ErrorRows special_errors();
ErrorRows linalg_solve_errors();
ErrorRows decomposition_errors();

}  // namespace table
