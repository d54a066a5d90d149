#include <boost/math/special_functions/bernoulli.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/zeta.hpp>

#include "accuracy/special.hpp"
#include "eigengrad/ops/special/incomplete.hpp"

namespace accuracy {
namespace {

namespace math = boost::math;
using eg::Tensor;
using Rows = std::vector<Measured>;

Tensor like(const Tensor& x, double value) { return eg::full(x.sizes(), value); }

/// "f, a = 3": what a row is called.
std::string with(const std::string& name, const std::string& letter, double value) {
  std::ostringstream text;
  text << name << ", " << letter << " = " << value;
  return text.str();
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

/// The terms of a second derivative |f'| (|p| - |q|), in units of which it is off; nothing for other orders.
std::function<Real(const Real&)> terms(int order,
                                       const std::function<Real(const Real&)>& derivative,
                                       const std::function<Real(const Real&)>& sum) {
  if (order < 2) return {};
  return [=](const Real& t) { return Real(derivative(t) * sum(t)); };
}

/// P and Q in x: the derivatives are those of P.
void add_igamma(Rows& rows) {
  for (const double a : {0.01, 0.5, 3.0, 40.0, 1000.0}) {
    const Numbers x = uniform(a / 10, 3 * a + 10, 25) + uniform(0.9 * a, 1.1 * a, 10);
    const Real u = a;
    const std::function<Real(const Real&)> derivatives[] = {
        [u](const Real& t) { return Real(math::gamma_p(u, t)); },
        [u](const Real& t) { return Real(math::gamma_p_derivative(u, t)); },
        [u](const Real& t) { return Real(math::gamma_p_derivative(u, t) * ((u - 1) / t - 1)); }};
    for (const int order : {0, 1, 2}) {
      const std::string name = with("derivative " + std::to_string(order), "a", a);
      const auto p = derivatives[order];
      const auto scale =
          terms(order, derivatives[1], [u](const Real& t) { return Real(abs(u - 1) / t + 1); });
      rows.push_back({"igamma, " + name, order,
                      [a](const Tensor& t) { return eg::igamma(like(t, a), t); }, p, x, "igamma",
                      scale});
      rows.push_back({"igammac, " + name, order,
                      [a](const Tensor& t) { return eg::igammac(like(t, a), t); },
                      [p, u, order](const Real& t) {
                        return Real(order == 0 ? math::gamma_q(u, t) : Real(-p(t)));
                      },
                      x, "igammac", scale});
    }
  }
}
/// By differences of P or Q, whichever is smaller.
void add_igamma_in_a(Rows& rows) {
  for (const double x : {0.02, 0.7, 3.0, 30.0, 400.0}) {
    const Numbers a = uniform(0.3 * x, 2 * x + 1, 15);
    const auto exact = [x](const Real& t) {
      if (t < x)
        return Real(-difference([&](const Real& u) { return Real(math::gamma_q(u, Real(x))); }, t));
      return difference([&](const Real& u) { return Real(math::gamma_p(u, Real(x))); }, t);
    };
    rows.push_back({with("igamma in a", "x", x), 1,
                    [x](const Tensor& t) { return eg::igamma(t, like(t, x)); }, exact, a,
                    "igamma (in a)"});
    rows.push_back({with("igammac in a", "x", x), 1,
                    [x](const Tensor& t) { return eg::igammac(t, like(t, x)); },
                    [exact](const Real& t) { return Real(-exact(t)); }, a, "igammac (in a)"});
  }
}
void add_betainc(Rows& rows) {
  for (const auto& [a, b] : {std::pair{0.5, 0.5}, {2.0, 7.0}, {30.0, 4.0}, {0.1, 20.0}}) {
    const Real u = a, v = b;
    const std::function<Real(const Real&)> derivatives[] = {
        [u, v](const Real& t) { return Real(math::ibeta(u, v, t)); },
        [u, v](const Real& t) { return Real(math::ibeta_derivative(u, v, t)); },
        [u, v](const Real& t) {
          return Real(math::ibeta_derivative(u, v, t) * ((u - 1) / t - (v - 1) / (1 - t)));
        }};
    for (const int order : {0, 1, 2})
      rows.push_back({with("special_betainc, derivative " + std::to_string(order), "a", a), order,
                      [a = a, b = b](const Tensor& t) {
                        return eg::special_betainc(like(t, a), like(t, b), t);
                      },
                      derivatives[order], uniform(0, 1, 20), "special_betainc",
                      terms(order, derivatives[1], [u, v](const Real& t) {
                        return Real(abs(u - 1) / t + abs(v - 1) / (1 - t));
                      })});
  }
  for (const auto& [b, x] : {std::pair{0.7, 0.2}, {2.0, 0.5}, {9.0, 0.3}, {3.0, 0.9}}) {
    const Real v = b, w = x;
    rows.push_back(
        {with("special_betainc in a", "b", b), 1,
         [b = b, x = x](const Tensor& t) { return eg::special_betainc(t, like(t, b), like(t, x)); },
         [v, w](const Real& t) {
           return difference([&](const Real& u) { return Real(math::ibeta(u, v, w)); }, t);
         },
         uniform(0.3, 8, 8), "special_betainc (in a and b)"});
    rows.push_back(
        {with("special_betainc in b", "a", b), 1,
         [b = b, x = x](const Tensor& t) { return eg::special_betainc(like(t, b), t, like(t, x)); },
         [v, w](const Real& t) {
           return difference([&](const Real& u) { return Real(math::ibeta(v, u, w)); }, t);
         },
         uniform(0.3, 8, 8), "special_betainc (in a and b)"});
  }
}
void add_zeta(Rows& rows) {
  for (const double q : {0.01, 0.7, 3.3, 17.0, 200.25, 1e6 + 1.0 / 3})
    rows.push_back({with("special_zeta", "q", q), 0,
                    [q](const Tensor& t) { return eg::special_zeta(t, q); },
                    [q](const Real& t) { return hurwitz(t, Real(q)); },
                    uniform(1.001, 40, 40) + uniform(1.001, 3, 40), "special_zeta"});
  const auto riemann = [](const Real& s) { return Real(math::zeta(s)); };
  const Numbers s = uniform(1.01, 30, 40);
  const Function at_one = [](const Tensor& t) { return eg::special_zeta(t, 1.0); };
  rows.push_back({"special_zeta, q = 1", 0, at_one, riemann, s, "special_zeta"});
  // zeta(s, 1/2) = (2^s - 1) zeta(s).
  rows.push_back(
      {"special_zeta, q = 1/2", 0, [](const Tensor& t) { return eg::special_zeta(t, 0.5); },
       [=](const Real& t) { return Real((pow(Real(2), t) - 1) * riemann(t)); }, s, "special_zeta"});
  rows.push_back({"special_zeta'", 1, at_one, [=](const Real& t) { return difference(riemann, t); },
                  s, "special_zeta"});
  rows.push_back({"special_zeta''", 2, at_one,
                  [=](const Real& t) {
                    return difference([&](const Real& u) { return difference(riemann, u); }, t);
                  },
                  uniform(1.1, 10, 10), "special_zeta"});
}

const Rows& incomplete_functions() {
  static const Rows list = [] {
    Rows rows;
    add_igamma(rows);
    add_igamma_in_a(rows);
    add_betainc(rows);
    add_zeta(rows);
    return rows;
  }();
  return list;
}
const bool registered = add_suite("incomplete_functions", incomplete_functions(), check, __FILE__);

BOOST_AUTO_TEST_SUITE(accuracy_incomplete)

BOOST_AUTO_TEST_CASE(slope_of_igamma_in_a_on_a_grid) {
  Numbers a, x;
  for (int i = 0; i < 250; ++i)
    for (int j = 0; j < 200; ++j) {
      a.push_back(std::exp2(-20 + 40.0 * i / 249));
      x.push_back(std::exp2(-25 + 45.0 * j / 199));
    }
  Worst worst;
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
    worst.add(ulps_between<double>(slope[i], want), {a[i], x[i]});
  }
  worst.check<double>("on a grid", "igamma (in a)", 1);
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
BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace accuracy
