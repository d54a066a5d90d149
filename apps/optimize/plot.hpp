#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace apps::optimize {

using PlanePoint = std::array<double, 2>;

/// Draws contours of `f` and the way of an optimiser over them, through gnuplot, as SVG or PNG.
/// Throws: std::runtime_error when gnuplot fails.
void plot(const std::string& file, const std::string& title,
          const std::function<eigengrad::Tensor(const eigengrad::Tensor&)>& f,
          const std::vector<PlanePoint>& path);

}  // namespace apps::optimize
