#pragma once

#include "ops/table.hpp"

/// What the rows of losses and distances are built with.
namespace table {

/// A row of an operator of floating point tensors.
inline Row real_row(std::string name, std::string function, Call call, Naive naive,
                    std::vector<Inputs> samples) {
  return {.name = std::move(name),
          .function = std::move(function),
          .call = std::move(call),
          .naive = std::move(naive),
          .samples = std::move(samples),
          .integers = false,
          .bools = false};
}

inline Array drawn(const Sizes& sizes, Range r, unsigned seed) {
  return support::uniform(sizes, r.low, r.high, seed);
}

/// Targets of 1 and -1, in integers.
inline Array signs(const Sizes& sizes, unsigned seed) {
  Array a = drawn(sizes, {-1, 1}, seed);
  for (double& v : a.values) v = v < 0 ? -1 : 1;
  a.dtype = eg::kInt64;
  return a;
}

}  // namespace table
