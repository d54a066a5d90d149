#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/input.hpp"

namespace apps::mlp {

/// An array of bytes in the format that MNIST came in: 0, 0, 8 (unsigned bytes), the number of dimensions,
/// their sizes as big-endian words of 32 bits, then the elements, the last dimension fastest.
struct IdxArray {
  std::vector<std::int64_t> sizes;
  std::vector<std::uint8_t> elements;
};

/// Throws: BadInput for another format, other types than bytes, and a file that is shorter or longer than its
/// sizes say. Memory is asked for as bytes arrive, not as sizes promise.
IdxArray read_idx(Input& input);

}  // namespace apps::mlp
