#pragma once

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <iomanip>
#include <limits>
#include <sstream>
#include <string>

#include "support/array.hpp"

namespace support {

/// Distance in units in the last place: how many numbers of the type lie between.
template <class T, class Bits>
double steps_between(T a, T b) {
  const auto place = [](T v) {
    Bits bits;
    std::memcpy(&bits, &v, sizeof v);
    return bits < 0 ? std::numeric_limits<Bits>::min() - bits : bits;
  };
  return std::abs(static_cast<double>(place(a)) - static_cast<double>(place(b)));
}

inline double ulps_between(double a, double b, eg::ScalarType dtype) {
  if (dtype == eg::kFloat32)
    return steps_between<float, std::int32_t>(static_cast<float>(a), static_cast<float>(b));
  return steps_between<double, std::int64_t>(a, b);
}

/// How far a value may be off: so many units in the last place, or so much relative to itself and,
/// where terms cancel, to `scale`.
struct Tolerance {
  double ulps = 0;
  double relative = 0;
  double scale = 0;

  bool accepts(double actual, double expected, eg::ScalarType dtype) const {
    if (actual == expected || (std::isnan(actual) && std::isnan(expected))) return true;
    if (!eg::is_floating_point(dtype) || !std::isfinite(actual) || !std::isfinite(expected))
      return false;
    return ulps_between(actual, expected, dtype) <= ulps ||
           std::abs(actual - expected) <= relative * std::max(std::abs(expected), scale);
  }
};

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
