#include "eigengrad/optim/status.hpp"

namespace eigengrad::optim {

std::string_view to_string(Status status) noexcept {
  switch (status) {
    case Status::Converged:
      return "converged";
    case Status::RoundingLevel:
      return "rounding level";
    case Status::MaxIterations:
      return "max iterations";
    case Status::NoProgress:
      return "no progress";
    case Status::WrongGradient:
      return "wrong gradient";
    case Status::BadlyScaled:
      return "badly scaled";
    case Status::Unbounded:
      return "unbounded";
    case Status::Saddle:
      return "saddle";
    case Status::Plateau:
      return "plateau";
    case Status::Infeasible:
      return "infeasible";
    case Status::NotFinite:
      return "not finite";
    case Status::NoRoot:
      return "no root";
    case Status::Stopped:
      break;
  }
  return "stopped";
}

}  // namespace eigengrad::optim
