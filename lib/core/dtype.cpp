#include "eigengrad/core/dtype.hpp"

#include <ostream>

namespace eigengrad {

std::string_view to_string(ScalarType t) noexcept {
  switch (t) {
    case ScalarType::Bool:
      return "bool";
    case ScalarType::Int64:
      return "int64";
    case ScalarType::Float32:
      return "float32";
    case ScalarType::Float64:
      break;
  }
  return "float64";
}

std::ostream& operator<<(std::ostream& os, ScalarType t) {
  switch (t) {
    case ScalarType::Bool:
      return os << "Bool";
    case ScalarType::Int64:
      return os << "Long";
    case ScalarType::Float32:
      return os << "Float";
    case ScalarType::Float64:
      break;
  }
  return os << "Double";
}

}  // namespace eigengrad
