#pragma once

#include <optional>
#include <string>

#include "common/columns.hpp"
#include "ode-fit/fit.hpp"

namespace apps::ode_fit {

/// What the command line says of a problem, as text.
struct Description {
  /// Of a known system, for what is not given below.
  std::string model = "lotka-volterra";
  std::string rhs;
  std::string data;
  std::string time = "t";
  std::string start;
  std::string initial;
  std::string free;
  std::string lower;
  std::string upper;
  std::string scale;
  std::string solver;
  std::optional<double> t0;
  Missing missing = Missing::Fail;
  bool is_logarithmic = false;
  double rtol = 1e-8;
  double atol = 1e-10;
};

/// Throws: BadInput for everything that cannot be used.
Problem load(const Description& description);

}  // namespace apps::ode_fit
