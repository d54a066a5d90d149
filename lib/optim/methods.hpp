#pragma once

#include <memory>
#include <string>

#include "optim/objective.hpp"

namespace eigengrad::optim {

/// The moves of one method. `p` has a value and a gradient, both finite; afterwards it is the next
/// point, with its gradient. A method that finds no lower point leaves `p` and returns false.
class MinimizeMethod {
 public:
  virtual ~MinimizeMethod() = default;
  virtual bool move(Objective& f, ObjectivePoint& p) = 0;
};

std::unique_ptr<MinimizeMethod> make_method(const MinimizeOptions& options);

}  // namespace eigengrad::optim
