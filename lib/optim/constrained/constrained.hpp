#pragma once

#include <functional>

#include "eigengrad/optim/minimize.hpp"
#include "optim/bounds.hpp"

namespace eigengrad::optim {

/// minimize() where options.constraints are given.
MinimizeResult minimize_constrained(const std::function<Tensor(const Tensor&)>& f, const Tensor& x0,
                                    const Box& box, const MinimizeOptions& options);

}  // namespace eigengrad::optim
