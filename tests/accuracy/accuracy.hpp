#pragma once

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <iomanip>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "accuracy/contract.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/core/show_config.hpp"
#include "eigengrad/core/tensor.hpp"

/// What the accuracy tests share: arguments from all over a domain, and errors in units of the last
/// place against 50 digits (Boost.Multiprecision).
namespace accuracy {

namespace eg = eigengrad;
using Real = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>,
                                           boost::multiprecision::et_off>;
using Numbers = std::vector<double>;

inline constexpr double kInf = std::numeric_limits<double>::infinity();
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Where a function is tested.
struct Domain {
  double low = -std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::max();
  /// Where most of the arguments lie.
  double left = -4;
  double right = 4;
};

/// Arguments that are numbers of type T: uniform in [left, right], and of all magnitudes.
template <class T>
Numbers arguments(const Domain& d, std::size_t n, unsigned seed) {
  std::mt19937_64 bits(seed);
  Numbers x;
  const auto add = [&](double v) {
    v = static_cast<T>(v);
    if (v >= d.low && v <= d.high && std::isfinite(v)) x.push_back(v);
  };
  std::uniform_real_distribution<double> uniform(d.left, d.right);
  for (std::size_t i = 0; i < n; ++i) add(uniform(bits));
  using Limits = std::numeric_limits<T>;
  std::uniform_real_distribution<double> exponent(Limits::min_exponent - Limits::digits,
                                                  Limits::max_exponent - 0.001);
  std::uniform_real_distribution<double> moderate(-20, 10);
  for (std::size_t i = 0; i < n; ++i)
    for (const double e : {exponent(bits), moderate(bits)})
      add((bits() & 1) != 0 ? std::exp2(e) : -std::exp2(e));
  // Near the ends of the domain, and near +-1.
  for (int k = 0; k < 50; k += 2)
    for (const double end : {d.low, d.high, d.left, d.right, 1.0, -1.0})
      for (const double sign : {1.0, -1.0}) add(end * (1 + sign * std::exp2(-k - 1)));
  for (const double v :
       {static_cast<double>(Limits::denorm_min()), static_cast<double>(Limits::min()),
        static_cast<double>(Limits::max()), 1.0, 0.5})
    for (const double sign : {1.0, -1.0}) add(sign * v);
  return x;
}

/// The numbers for which a contract promises something. A row has to cover all of these.
inline bool promises(const Bound& bound, double x) { return bound.low <= x && x <= bound.high; }
inline void check_covered(const Bound& bound, const Domain& d) {
  BOOST_TEST((std::isinf(bound.low) || d.low <= bound.low));
  BOOST_TEST((std::isinf(bound.high) || bound.high <= d.high));
}

/// |got - want| in units of the last place of `scale` as a number of type T.
template <class T>
double ulps_between(double got, const Real& want, const Real& scale) {
  const T rounded = static_cast<T>(want);
  if (std::isnan(got)) return kInf;
  if (std::isinf(got) || std::isinf(rounded)) return got == rounded ? 0 : kInf;
  const T size = std::abs(static_cast<T>(scale));
  T unit = std::nextafter(size, std::numeric_limits<T>::infinity()) - size;
  if (std::isinf(unit)) unit = size - std::nextafter(size, T(0));
  return static_cast<double>(abs(Real(got) - want) / Real(unit));
}
template <class T>
double ulps_between(double got, const Real& want) {
  return ulps_between<T>(got, want, want);
}

/// The elements of a tensor of any floating point type.
inline Numbers values_of(const eg::Tensor& t) {
  const eg::Tensor y = t.to(eg::kFloat64).contiguous();
  return Numbers(y.data_ptr<double>(), y.data_ptr<double>() + y.numel());
}

template <class T>
eg::Tensor tensor_of(const Numbers& x) {
  return eg::tensor(x).to(std::is_same_v<T, float> ? eg::kFloat32 : eg::kFloat64);
}

/// The largest error of a function, and where it is.
struct Worst {
  double ulps = 0;
  Numbers at = {};

  void add(double error, const Numbers& arguments) {
    if (error <= ulps) return;
    ulps = error;
    at = arguments;
  }
  /// Against the number that the contract of `key` gives for the derivative of that order.
  template <class T>
  void check(const std::string& what, const std::string& key, int order) const {
    std::ostringstream report;
    report << what << " in " << (sizeof(T) == 4 ? "float32" : "float64") << " (" << key
           << ", order " << order << ") is off by " << ulps << " units in the last place";
    if (!at.empty()) report << " at" << std::setprecision(17);
    for (const double v : at) report << ' ' << v;
    BOOST_TEST_MESSAGE(report.str());
    BOOST_TEST_INFO(report.str());
    double allowed = bound_of(key, order).ulps;
    // Without SLEEF the errors of the C library count.
    const bool vector = eg::show_config().find("SLEEF:     none") == std::string::npos;
    if (!vector && allowed > 0) allowed = std::max(allowed, order == 0 ? 6.0 : 16.0);
    BOOST_TEST(ulps <= allowed * 1.0001);
  }
};

/// The key of the Accuracy line that bounds the errors of a row: its `contract`, or its name.
template <class Row>
std::string key_of(const Row& row) {
  return row.contract.empty() ? row.name : row.contract;
}

/// A suite with one case per row, of its name; a file says it in an initialiser. `orders` are those of the
/// derivatives that every row checks, unless it has one of its own.
template <class Row>
bool add_suite(const std::string& name, const std::vector<Row>& rows, void (*check)(const Row&),
               const char* file, [[maybe_unused]] const std::set<int>& orders = {}) {
  auto* const suite = BOOST_TEST_SUITE(name);
  for (const Row& row : rows) {
    suite->add(boost::unit_test::make_test_case([&row, check] { check(row); }, row.name, file, 0));
    std::set<int>& checked = checked_orders()[key_of(row)];
    if constexpr (requires { row.order; })
      checked.insert(row.order);
    else
      checked.insert(orders.begin(), orders.end());
  }
  boost::unit_test::framework::master_test_suite().add(suite);
  return true;
}

}  // namespace accuracy
