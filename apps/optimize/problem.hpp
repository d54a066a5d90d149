#pragma once

#include <optional>
#include <string>
#include <vector>

#include "eigengrad/optim/minimize.hpp"
#include "optimize/functions.hpp"

namespace apps::optimize {

/// What is minimised, from where, and what the unknowns have to keep to.
struct Problem {
  /// Of a function, or the expression.
  std::string name;
  std::string description;
  /// The names of the unknowns in expressions.
  std::vector<std::string> variables;
  Objective f;
  std::vector<double> start;
  /// Empty: none. One of each per unknown otherwise; infinite ones are none.
  std::vector<double> lower;
  std::vector<double> upper;
  std::vector<eigengrad::optim::Constraint> constraints;
  /// As the user wrote them.
  std::vector<std::string> constraint_texts;
  /// The smallest value of `f`; NaN when it is not known.
  double minimum;

  std::int64_t n() const noexcept { return static_cast<std::int64_t>(start.size()); }
  bool is_constrained() const noexcept { return !constraints.empty(); }
};

/// What the command line says of a problem, as text.
struct Description {
  std::string function = "rosenbrock";
  /// Instead of a function, when not empty.
  std::string expression;
  /// 0: as the function wants it.
  std::int64_t n = 0;
  std::string start;
  std::string lower;
  std::string upper;
  std::vector<std::string> constraints;
};

/// The largest n there is; beyond it memory would end before patience does.
inline constexpr std::int64_t kMostUnknowns = 10'000'000;

/// Throws: BadInput for everything that cannot be used.
Problem load(const Description& description);

}  // namespace apps::optimize
