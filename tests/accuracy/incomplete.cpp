#include <boost/math/special_functions/bernoulli.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/zeta.hpp>

#include "accuracy/special.hpp"
#include "eigengrad/ops/special.hpp"

namespace accuracy {
namespace {

namespace math = boost::math;
using eg::Tensor;

Tensor like(const Tensor& x, double value) { return eg::full(x.sizes(), value); }

BOOST_AUTO_TEST_SUITE(accuracy_incomplete)

BOOST_AUTO_TEST_CASE(igamma) {
  for (const double a : {0.01, 0.5, 3.0, 40.0, 1000.0}) {
    BOOST_TEST_INFO_SCOPE("a = " << a);
    const Numbers x = uniform(a / 10, 3 * a + 10, 25) + uniform(0.9 * a, 1.1 * a, 10);
    check_values([&](const Tensor& t) { return eg::igamma(like(t, a), t); },
                 [&](const Real& t) { return Real(math::gamma_p(Real(a), t)); }, x, 4);
    check_values([&](const Tensor& t) { return eg::igammac(like(t, a), t); },
                 [&](const Real& t) { return Real(math::gamma_q(Real(a), t)); }, x, 4);
  }
}
BOOST_AUTO_TEST_CASE(slope_of_igamma_in_a) {
  for (const double x : {0.02, 0.7, 3.0, 30.0, 400.0}) {
    BOOST_TEST_INFO_SCOPE("x = " << x);
    const Numbers a = uniform(0.3 * x, 2 * x + 1, 15);
    // Of P or Q, whichever is smaller.
    const auto slope = [&](const Real& t) {
      if (t < x)
        return Real(-difference([&](const Real& u) { return Real(math::gamma_q(u, Real(x))); }, t));
      return difference([&](const Real& u) { return Real(math::gamma_p(u, Real(x))); }, t);
    };
    check_slopes([&](const Tensor& t) { return eg::igamma(t, like(t, x)); }, 1, slope, a, 1e-11);
    check_slopes([&](const Tensor& t) { return eg::igammac(t, like(t, x)); }, 1,
                 [&](const Real& t) { return Real(-slope(t)); }, a, 1e-11);
  }
}
BOOST_AUTO_TEST_CASE(slope_of_igamma_in_a_on_a_grid) {
  Numbers a, x;
  for (int i = 0; i < 250; ++i)
    for (int j = 0; j < 200; ++j) {
      a.push_back(std::exp2(-20 + 40.0 * i / 249));
      x.push_back(std::exp2(-25 + 45.0 * j / 199));
    }
  const Tensor at = eg::tensor(x);
  const Numbers slope = derivative([&](const Tensor& t) { return eg::igamma(t, at); }, 1, a);
  BOOST_TEST(std::all_of(slope.begin(), slope.end(), [](double s) { return std::isfinite(s); }));
  for (std::size_t i = 0; i < a.size(); i += 997) {
    if (a[i] > 1e4 || x[i] > 1e4) continue;
    const Real u = a[i], v = x[i];
    const auto p = [&](const Real& t) { return Real(math::gamma_p(t, v)); };
    const auto q = [&](const Real& t) { return Real(-math::gamma_q(t, v)); };
    const Real want = u < v ? difference(q, u) : difference(p, u);
    if (abs(want) < Real(std::numeric_limits<double>::min())) continue;
    BOOST_TEST_INFO_SCOPE("a = " << a[i] << ", x = " << x[i]);
    BOOST_TEST(static_cast<double>(abs(slope[i] - want) / abs(want)) <= 1e-11);
  }
}

/// Derivatives 1 to 4 in x at an end of the domain.
template <class F>
void check_at_end(const std::string& name, F f, double at, const Numbers& wanted) {
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    const double got = derivative(f, static_cast<int>(k) + 1, {at})[0];
    BOOST_CHECK_MESSAGE(
        got == wanted[k] || std::abs(got - wanted[k]) <= 1e-14 * std::abs(wanted[k]),
        name << ", derivative " << k + 1 << " is " << got << " instead of " << wanted[k]);
  }
}
BOOST_AUTO_TEST_CASE(derivatives_at_the_ends) {
  const auto of = [](double a) {
    return [a](const Tensor& x) { return eg::igamma(like(x, a), x); };
  };
  check_at_end("P(1, x)", of(1), 0, {1, -1, 1, -1});
  check_at_end("P(2, x)", of(2), 0, {0, 1, -2, 3});
  check_at_end("P(3, x)", of(3), 0, {0, 0, 1, -3});
  check_at_end("P(4.5, x)", of(4.5), 0, {0, 0, 0, 0});
  check_at_end("P(1.5, x)", of(1.5), 0, {0, kInf, -kInf});
  check_at_end("P(0.5, x)", of(0.5), 0, {kInf, -kInf, kInf});
  check_at_end("Q(1, x)", [](const Tensor& x) { return eg::igammac(like(x, 1), x); }, 0,
               {-1, 1, -1, 1});
  const auto beta = [](double a, double b) {
    return [a, b](const Tensor& x) { return eg::special_betainc(like(x, a), like(x, b), x); };
  };
  check_at_end("I(1, 3)", beta(1, 3), 0, {3, -6, 6, 0});
  check_at_end("I(2, 3)", beta(2, 3), 0, {0, 12, -48, 72});
  check_at_end("I(3, 1)", beta(3, 1), 1, {3, 6, 6, 0});
  check_at_end("I(2.5, 2)", beta(2.5, 2), 0, {0, 0, kInf});
  check_at_end("I(1, 1)", beta(1, 1), 1, {1, 0, 0});
}
BOOST_AUTO_TEST_CASE(betainc) {
  for (const auto& [a, b] : {std::pair{0.5, 0.5}, {2.0, 7.0}, {30.0, 4.0}, {0.1, 20.0}}) {
    BOOST_TEST_INFO_SCOPE("a = " << a << ", b = " << b);
    const Real u = a, v = b;
    check_values(
        [a = a, b = b](const Tensor& t) { return eg::special_betainc(like(t, a), like(t, b), t); },
        [&](const Real& t) { return Real(math::ibeta(u, v, t)); }, uniform(0, 1, 20), 4);
  }
}
BOOST_AUTO_TEST_CASE(slopes_of_betainc_in_a_and_b) {
  for (const auto& [b, x] : {std::pair{0.7, 0.2}, {2.0, 0.5}, {9.0, 0.3}, {3.0, 0.9}}) {
    BOOST_TEST_INFO_SCOPE("b = " << b << ", x = " << x);
    const Real v = b, w = x;
    const Numbers a = uniform(0.3, 8, 8);
    check_slopes(
        [b = b, x = x](const Tensor& t) { return eg::special_betainc(t, like(t, b), like(t, x)); },
        1,
        [&](const Real& t) {
          return difference([&](const Real& u) { return Real(math::ibeta(u, v, w)); }, t);
        },
        a, 1e-11);
    check_slopes(
        [b = b, x = x](const Tensor& t) { return eg::special_betainc(like(t, b), t, like(t, x)); },
        1,
        [&](const Real& t) {
          return difference([&](const Real& u) { return Real(math::ibeta(v, u, w)); }, t);
        },
        a, 1e-11);
  }
}
/// zeta(s, q) by 60 terms and the Euler-Maclaurin formula behind them, DLMF 25.11.5 and 2.10.1.
Real hurwitz(const Real& s, const Real& q) {
  constexpr int kTerms = 60;
  Real sum = 0;
  for (int n = 0; n < kTerms; ++n) sum += pow(Real(q + n), Real(-s));
  const Real w = q + kTerms;
  Real series = w / (s - 1) + Real(1) / 2;
  Real power = s / (2 * w);
  for (int j = 1; j <= 20; ++j) {
    series += math::bernoulli_b2n<Real>(j) * power;
    power *= (s + (2 * j - 1)) * (s + 2 * j) / (w * w * (2 * j + 1) * (2 * j + 2));
  }
  return sum + pow(w, Real(-s)) * series;
}

BOOST_AUTO_TEST_CASE(hurwitz_zeta) {
  for (const double q : {0.01, 0.7, 3.3, 17.0, 200.25, 1e6 + 1.0 / 3}) {
    BOOST_TEST_INFO_SCOPE("q = " << q);
    check_values([&](const Tensor& t) { return eg::special_zeta(t, q); },
                 [&](const Real& t) { return hurwitz(t, Real(q)); },
                 uniform(1.001, 40, 40) + uniform(1.001, 3, 40), 4);
  }
}
BOOST_AUTO_TEST_CASE(zeta) {
  const auto riemann = [](const Real& s) { return Real(math::zeta(s)); };
  const Numbers s = uniform(1.01, 30, 40);
  check_values([](const Tensor& t) { return eg::special_zeta(t, 1.0); }, riemann, s, 4);
  // zeta(s, 1/2) = (2^s - 1) zeta(s).
  check_values([](const Tensor& t) { return eg::special_zeta(t, 0.5); },
               [&](const Real& t) { return Real((pow(Real(2), t) - 1) * riemann(t)); }, s, 4);
  check_slopes([](const Tensor& t) { return eg::special_zeta(t, 1.0); }, 1,
               [&](const Real& t) { return difference(riemann, t); }, s, 1e-13);
  check_slopes([](const Tensor& t) { return eg::special_zeta(t, 1.0); }, 2,
               [&](const Real& t) {
                 return difference([&](const Real& u) { return difference(riemann, u); }, t);
               },
               uniform(1.1, 10, 10), 1e-9);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace accuracy
