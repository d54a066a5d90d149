#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/expression.hpp"
#include "eigengrad/optim/odeint.hpp"

namespace apps::ode_fit {

/// Differential equations as a user types them: `x: a*x-b*x*y; y: c*x*y-d*y`.
///
/// In front of each colon stands a state, behind it its derivative by t. The names in the formulas are
/// states, `t`, and parameters.
class System {
 public:
  /// Throws: BadInput.
  System(const std::string& text, const std::string& origin);

  const std::vector<std::string>& states() const noexcept { return states_; }
  /// In the order of their first use.
  const std::vector<std::string>& parameters() const noexcept { return parameters_; }
  const std::vector<Expression>& formulas() const noexcept { return formulas_; }

  /// The derivatives of the states `y`; behind their dimension there may be one of many points in time.
  eigengrad::Tensor operator()(const eigengrad::Tensor& t, const eigengrad::Tensor& y,
                               const eigengrad::Tensor& parameters) const;

 private:
  std::vector<std::string> states_;
  std::vector<std::string> parameters_;
  std::vector<Expression> formulas_;
};

/// Where the columns and equations are well known.
struct KnownSystem {
  const char* name;
  const char* description;
  const char* equations;
  const char* start;
  /// Values of the states at `t0`; empty: the first row.
  const char* initial;
  std::optional<double> t0;
  /// States whose values at t0 are fitted, too.
  const char* free;
  bool is_logarithmic;
  eigengrad::optim::OdeintMethod solver;
  /// CSV; empty when the user has to bring data.
  std::string_view data;
  const char* data_name;
};
const std::vector<KnownSystem>& known_systems();

}  // namespace apps::ode_fit
