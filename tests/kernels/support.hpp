#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "eigengrad/eigengrad.hpp"
#include "support/says.hpp"

namespace kernels_test {

namespace eg = eigengrad;
using eg::Tensor;
using Dims = std::vector<std::int64_t>;

/// Sets the number of threads for a scope.
class Threads {
 public:
  explicit Threads(int n) : before_(eg::get_num_threads()) { eg::set_num_threads(n); }
  ~Threads() { eg::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

/// Calls f(position) for all positions of `sizes` in row-major order.
template <class F>
void for_positions(const Dims& sizes, F f) {
  Dims at(sizes.size(), 0);
  std::int64_t n = 1;
  for (const std::int64_t s : sizes) n *= s;
  for (; n > 0; --n) {
    f(at);
    for (std::size_t d = at.size(); d-- > 0;) {
      if (++at[d] < sizes[d]) break;
      at[d] = 0;
    }
  }
}

inline std::int64_t dot(const Dims& at, const Dims& strides) {
  std::int64_t sum = 0;
  for (std::size_t d = 0; d < at.size(); ++d) sum += at[d] * strides[d];
  return sum;
}

/// Strides over memory without gaps in which the dimensions lie in the order of `order`, outermost
/// first.
inline Dims strides_in_order(const Dims& sizes, const std::vector<std::size_t>& order) {
  Dims strides(sizes.size(), 1);
  std::int64_t stride = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    strides[order[i]] = stride;
    stride *= sizes[order[i]];
  }
  return strides;
}

inline std::vector<double> random_values(std::size_t n, unsigned seed = 1) {
  std::mt19937_64 engine(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::vector<double> values(n);
  for (double& v : values) v = uniform(engine);
  return values;
}

/// The bytes of the elements in row-major order.
inline std::vector<std::byte> bytes_of(const Tensor& t) {
  const Tensor flat = t.contiguous();
  const auto* p = static_cast<const std::byte*>(flat.data_ptr());
  return {p, p + flat.nbytes()};
}

}  // namespace kernels_test
