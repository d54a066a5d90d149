#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eigengrad/core/tensor.hpp"
#include "support/throws.hpp"

namespace core_test {

/// The elements in row-major order, whatever the strides. Needs no operator.
template <class T>
std::vector<T> values(const eigengrad::Tensor& t) {
  std::vector<T> out;
  std::vector<std::int64_t> at(static_cast<std::size_t>(t.dim()), 0);
  const T* p = t.data_ptr<T>();
  for (std::int64_t n = t.numel(); n > 0; --n) {
    std::int64_t offset = 0;
    for (std::size_t d = 0; d < at.size(); ++d) offset += at[d] * t.strides()[d];
    out.push_back(p[offset]);
    for (std::size_t d = at.size(); d-- > 0;) {
      if (++at[d] < t.sizes()[d]) break;
      at[d] = 0;
    }
  }
  return out;
}

using support::message_of;

using Doubles = std::vector<double>;
using Floats = std::vector<float>;
using Longs = std::vector<std::int64_t>;
using Bools = std::vector<bool>;

}  // namespace core_test
