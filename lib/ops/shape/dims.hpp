#pragma once

#include <algorithm>

#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/core/tensor.hpp"

/// Checks of the dimensions that operators are given.
namespace eigengrad {

inline void require_rank(std::string_view op, const Tensor& x, std::int64_t least) {
  if (x.dim() < least)
    detail::fail<ShapeError>(op, "needs at least ", least, " dimensions, got shape ", x.sizes(),
                             "; unsqueeze() adds one");
}

/// Dimensions of n from 0, each at most once.
inline DimVector distinct_dims(std::string_view op, IntArrayRef dims, std::size_t n) {
  DimVector wrapped;
  for (const std::int64_t d : dims) {
    const auto w = static_cast<std::int64_t>(detail::wrap_dim(op, d, n));
    if (std::find(wrapped.begin(), wrapped.end(), w) != wrapped.end())
      detail::fail<ValueError>(op, "dimension ", d, " is repeated in ", dims, "; name each once");
    wrapped.push_back(w);
  }
  return wrapped;
}

}  // namespace eigengrad
