#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {}  // namespace eigengrad
