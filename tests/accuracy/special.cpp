#include <boost/math/special_functions/bessel.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/polygamma.hpp>

#include "accuracy/special.hpp"
#include "eigengrad/ops/bessel.hpp"
#include "eigengrad/ops/special.hpp"

namespace accuracy {
namespace {

namespace math = boost::math;
using eg::Tensor;

const Real kSqrt2 = sqrt(Real(2));
const Real kPi = math::constants::pi<Real>();
const Numbers kTiny = powers(-1074, -20, 1, 50);

Real erfc(const Real& x) { return math::erfc(x); }
Real erfcx(const Real& x) { return exp(x * x) * math::erfc(x); }
Real ndtr(const Real& x) { return math::erfc(Real(-x / kSqrt2)) / 2; }
Real density(const Real& x) { return exp(-x * x / 2) / sqrt(2 * kPi); }

BOOST_AUTO_TEST_SUITE(accuracy_special)

BOOST_AUTO_TEST_CASE(erf) {
  check_values([](const Tensor& x) { return eg::erf(x); },
               [](const Real& x) { return Real(math::erf(x)); }, uniform(-6, 6) + kTiny, 2);
}
BOOST_AUTO_TEST_CASE(erfc) {
  check_values([](const Tensor& x) { return eg::erfc(x); }, accuracy::erfc, uniform(-6, 27) + kTiny,
               2);
}
BOOST_AUTO_TEST_CASE(erfcx) {
  check_values(eg::special_erfcx, accuracy::erfcx, uniform(-26, 30) + uniform(-1, 11) + kTiny, 4);
  check_values(
      eg::special_erfcx, [](const Real& x) { return Real(1 / (x * sqrt(kPi))); }, powers(60, 1020),
      4);
}
BOOST_AUTO_TEST_CASE(ndtr) {
  check_values(eg::special_ndtr, accuracy::ndtr, uniform(-37.5, 9) + uniform(-3, 3) + kTiny, 4);
}
BOOST_AUTO_TEST_CASE(log_ndtr) {
  check_values(
      eg::special_log_ndtr, [](const Real& x) { return Real(log(accuracy::ndtr(x))); },
      uniform(-100, 2) + kTiny, 4);
  check_values(
      eg::special_log_ndtr, [](const Real& x) { return Real(log1p(-accuracy::ndtr(-x))); },
      uniform(0, 37), 4);
}
BOOST_AUTO_TEST_CASE(inverses) {
  const Numbers inside = uniform(0, 1) + powers(-1074, -3);
  check_values([](const Tensor& x) { return eg::erfinv(x); },
               [](const Real& x) { return Real(math::erf_inv(x)); }, uniform(-1, 1) + inside, 4);
  check_values([](const Tensor& x) { return eg::erfcinv(x); },
               [](const Real& x) { return Real(math::erfc_inv(x)); }, uniform(0, 2) + inside, 4);
  check_values(
      eg::special_ndtri, [](const Real& p) { return Real(-kSqrt2 * math::erfc_inv(Real(2 * p))); },
      inside, 4);
}
BOOST_AUTO_TEST_CASE(logarithms) {
  const Numbers inside = uniform(0, 1) + powers(-1074, -3) + Numbers{0.25, 0.75};
  check_values([](const Tensor& x) { return eg::logit(x); },
               [](const Real& x) { return Real(log(x / (1 - x))); }, inside, 4);
  check_values(
      eg::special_entr, [](const Real& x) { return Real(-x * log(x)); }, inside + powers(0, 1000),
      2);
}
BOOST_AUTO_TEST_CASE(gamma) {
  check_values([](const Tensor& x) { return eg::lgamma(x); },
               [](const Real& x) { return Real(math::lgamma(x)); },
               uniform(0, 20) + powers(-1070, 1000), 4);
  check_values([](const Tensor& x) { return eg::digamma(x); },
               [](const Real& x) { return Real(math::digamma(x)); },
               uniform(0, 20) + uniform(-10, 0) + powers(-1000, 900), 4);
}
BOOST_AUTO_TEST_CASE(polygamma) {
  for (const int n : {1, 2, 5, 30}) {
    BOOST_TEST_INFO_SCOPE("n = " << n);
    check_values([n](const Tensor& x) { return eg::polygamma(n, x); },
                 [n](const Real& x) { return Real(math::polygamma(n, x)); },
                 uniform(0.01, 30, 40) + powers(-8, 20, 1, 40), 4);
  }
  check_values([](const Tensor& x) { return eg::polygamma(1, x); },
               [](const Real& x) { return Real(math::polygamma(1, x)); }, uniform(-10, 0, 40), 4);
}
BOOST_AUTO_TEST_CASE(bessel) {
  for (const int n : {0, 1}) {
    BOOST_TEST_INFO_SCOPE("n = " << n);
    const auto i = [n](const Real& x) { return Real(math::cyl_bessel_i(n, x)); };
    const auto k = [n](const Real& x) { return Real(math::cyl_bessel_k(n, x)); };
    const Numbers small = uniform(0, 40, 60) + powers(-100, 3, 1, 40);
    check_values(n == 0 ? [](const Tensor& x) { return eg::i0(x); } : eg::special_i1, i,
                 small + uniform(40, 700, 20), 4);
    check_values(
        n == 0 ? eg::special_i0e : eg::special_i1e,
        [&](const Real& x) { return Real(exp(-x) * i(x)); }, small, 4);
    check_values(n == 0 ? eg::special_modified_bessel_k0 : eg::special_modified_bessel_k1, k,
                 small + uniform(40, 700, 20), 4);
    check_values(
        n == 0 ? eg::special_scaled_modified_bessel_k0 : eg::special_scaled_modified_bessel_k1,
        [&](const Real& x) { return Real(exp(x) * k(x)); }, small, 4);
    check_values(
        n == 0 ? eg::special_bessel_j0 : eg::special_bessel_j1,
        [n](const Real& x) { return Real(math::cyl_bessel_j(n, x)); }, small, 4, 0.1);
    check_values(
        n == 0 ? eg::special_bessel_y0 : eg::special_bessel_y1,
        [n](const Real& x) { return Real(math::cyl_neumann(n, x)); }, small, 4, 0.1);
  }
  check_values(
      eg::special_spherical_bessel_j0, [](const Real& x) { return Real(sin(x) / x); },
      uniform(-50, 50) + kTiny, 4);
}

// Slopes in the tails.
BOOST_AUTO_TEST_CASE(slopes_of_the_error_functions) {
  check_slopes(
      eg::special_erfcx, 1,
      [](const Real& x) { return Real(2 * x * accuracy::erfcx(x) - 2 / sqrt(kPi)); },
      uniform(-5, 25, 50), 1e-14);
  // erfcx(x) ~ 1 / (x sqrt pi).
  check_slopes(
      eg::special_erfcx, 1, [](const Real& x) { return Real(-1 / (x * x * sqrt(kPi))); },
      powers(30, 300, 1, 20), 1e-14);
  check_slopes(
      eg::special_log_ndtr, 1, [](const Real& x) { return Real(density(x) / accuracy::ndtr(x)); },
      uniform(-37, 10, 50), 1e-13);
  check_slopes(
      eg::special_log_ndtr, 1, [](const Real& x) { return Real(-x); }, powers(30, 300, -1, 20),
      1e-14);
  check_slopes(
      eg::special_log_ndtr, 2,
      [](const Real& x) {
        const Real h = density(x) / accuracy::ndtr(x);
        return Real(-h * (x + h));
      },
      uniform(-37, 10, 50), 1e-12);
  check_slopes(
      eg::special_log_ndtr, 2, [](const Real&) { return Real(-1); }, powers(30, 300, -1, 20),
      1e-14);
  check_slopes(
      eg::special_ndtri, 1,
      [](const Real& p) { return Real(1 / density(Real(-kSqrt2 * math::erfc_inv(Real(2 * p))))); },
      powers(-1000, -1, 1, 50), 1e-12);
}
BOOST_AUTO_TEST_CASE(slope_of_i1) {
  check_slopes(
      eg::special_i1, 1,
      [](const Real& x) { return Real((math::cyl_bessel_i(0, x) + math::cyl_bessel_i(2, x)) / 2); },
      uniform(-40, 40, 60) + powers(-300, 3, 1, 30), 1e-15);
}
BOOST_AUTO_TEST_CASE(slopes_of_the_scaled_bessel_functions) {
  const auto slope = [](const Real& x) {
    return Real(exp(-x) * (math::cyl_bessel_i(1, x) - math::cyl_bessel_i(0, x)));
  };
  check_slopes(eg::special_i0e, 1, slope, uniform(0.1, 100, 30), 1e-13);
  // exp(-x) I_0(x) ~ (2 pi x)^-1/2.
  check_slopes(
      eg::special_i0e, 1, [](const Real& x) { return Real(-1 / (2 * x * sqrt(2 * kPi * x))); },
      powers(60, 200, 1, 20), 1e-14);
  check_slopes(
      eg::special_scaled_modified_bessel_k0, 1,
      [](const Real& x) {
        return Real(exp(x) * (math::cyl_bessel_k(0, x) - math::cyl_bessel_k(1, x)));
      },
      uniform(0.1, 100, 30), 1e-13);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace accuracy
