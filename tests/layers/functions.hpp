#pragma once

#include <set>
#include <string>

#include "layers/sources.hpp"

/// Names of functions and classes with their namespaces, read from formatted sources: eigengrad::sum for a function,
/// eigengrad::Scalar:: for a class. Operators (operator+) are left out.
namespace layers {

/// What a public header exports.
std::set<std::string> declared_names(const fs::path& header);

/// Functions that a source defines outside of anonymous namespaces, and classes of which it defines members.
std::set<std::string> defined_names(const fs::path& source);

}  // namespace layers
