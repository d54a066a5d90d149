#pragma once

#include <boost/test/unit_test.hpp>
#include <iomanip>
#include <sstream>
#include <string>

#include "support/array.hpp"
#include "support/tolerance.hpp"

namespace support {

inline std::string text(const Sizes& sizes) {
  std::ostringstream os;
  os << '[';
  for (std::size_t i = 0; i < sizes.size(); ++i) os << (i > 0 ? ", " : "") << sizes[i];
  os << ']';
  return os.str();
}

/// What differs and by how much; empty when nothing does.
inline std::string difference(const Array& actual, const Array& expected,
                              const Tolerance& tolerance) {
  std::ostringstream os;
  if (actual.dtype != expected.dtype)
    os << "dtype " << eg::to_string(actual.dtype) << " instead of "
       << eg::to_string(expected.dtype);
  else if (actual.sizes != expected.sizes)
    os << "shape " << text(actual.sizes) << " instead of " << text(expected.sizes);
  if (!os.str().empty()) return os.str();
  std::size_t wrong = 0;
  std::size_t i = 0;
  for_each_index(expected.sizes, [&](const Sizes& index) {
    const double a = actual.values[i], e = expected.values[i];
    ++i;
    if (tolerance.accepts(a, e, expected.dtype) || ++wrong > 3) return;
    os << "at " << text(index) << ": " << std::setprecision(17) << a << " instead of " << e
       << ", off by " << std::setprecision(3) << a - e << " or "
       << ulps_between(a, e, expected.dtype) << " ulp; ";
  });
  if (wrong > 0) os << wrong << " of " << i << " elements differ";
  return os.str();
}

/// Reports a difference as a failed check.
inline void check_close(const Array& actual, const Array& expected,
                        const Tolerance& tolerance = {}) {
  const std::string what = difference(actual, expected, tolerance);
  BOOST_CHECK_MESSAGE(what.empty(), what);
}
inline void check_close(const eg::Tensor& actual, const Array& expected,
                        const Tolerance& tolerance = {}) {
  if (!actual.defined()) {
    BOOST_CHECK_MESSAGE(false,
                        "an undefined tensor instead of one of shape " << text(expected.sizes));
    return;
  }
  check_close(to_array(actual), expected, tolerance);
}

}  // namespace support
