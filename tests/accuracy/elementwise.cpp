#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/expm1.hpp>
#include <boost/math/special_functions/log1p.hpp>
#include <boost/test/unit_test.hpp>

#include "accuracy/accuracy.hpp"
#include "eigengrad/ops/activations.hpp"
#include "eigengrad/ops/arithmetic.hpp"
#include "eigengrad/ops/elementwise.hpp"
#include "eigengrad/ops/special.hpp"

/// Values of elementwise functions in float64 and float32 against 50 digits, over the whole domain:
/// 1 unit in the last place where SLEEF computes them, 2 elsewhere (`ulps` says more).
namespace accuracy {
namespace {

using eg::Tensor;

struct Unary {
  std::string name;
  Tensor (*f)(const Tensor&);
  Real (*exact)(const Real&);
  Domain domain = {};
  double ulps = 2;
};

const Real& pi() {
  static const Real value = boost::math::constants::pi<Real>();
  return value;
}

Real sin_pi(const Real& x) {
  Real r = x - 2 * round(x / 2);
  if (abs(r) > Real(0.5)) r = (r < 0 ? -1 : 1) - r;
  return sin(pi() * r);
}
template <int N>
Real power_of(const Real& x) {
  return pow(x, N);
}
template <int N>
Tensor power(const Tensor& x) {
  return eg::pow(x, N);
}
Real logistic(const Real& x) { return 1 / (1 + exp(-x)); }
Real log1p_exp(const Real& x) { return x > 200 ? x : boost::math::log1p(exp(x)); }
Real distribution(const Real& x) { return boost::math::erfc(Real(-x / sqrt(Real(2)))) / 2; }
Real inverse_sinh(const Real& x) {
  const Real m = abs(x);
  const Real y = boost::math::log1p(Real(m + m * m / (1 + sqrt(1 + m * m))));
  return x < 0 ? -y : y;
}
Real inverse_tanh(const Real& x) {
  return (boost::math::log1p(x) - boost::math::log1p(Real(-x))) / 2;
}
Real hyperbolic_sine(const Real& x) {
  const Real m = boost::math::expm1(Real(abs(x)));
  const Real y = (m + m / (m + 1)) / 2;
  return x < 0 ? -y : y;
}
Real hyperbolic_tangent(const Real& x) {
  if (abs(x) > 100) return x < 0 ? Real(-1) : Real(1);
  const Real m = boost::math::expm1(Real(2 * x));
  return m / (m + 2);
}
Real tanh_shrunk(const Real& x) {
  if (abs(x) > Real(1e-3)) return x - hyperbolic_tangent(x);
  const Real q = x * x;
  return x * q * (Real(1) / 3 - q * (Real(2) / 15 - q * (Real(17) / 315 - q * Real(62) / 2835)));
}
Real gelu_by_tanh(const Real& x) {
  const Real u = sqrt(2 / pi()) * (x + Real("0.044715") * x * x * x);
  return x * logistic(2 * u);
}
Real mish_of(const Real& x) {
  const Real e = exp(x);
  return x > 200 ? x : Real(x * e * (e + 2) / (e * (e + 2) + 2));
}
Real elu_of(const Real& x) { return x > 0 ? x : boost::math::expm1(x); }

constexpr double kMost = std::numeric_limits<double>::max();
/// exp underflows and overflows outside.
constexpr Domain kExponent{-760, 760, -20, 20};
constexpr Domain kPositive{0, kMost, 0, 4};

const std::vector<Unary>& functions() {
  static const std::vector<Unary> list{
      {"exp", eg::exp, [](const Real& x) { return exp(x); }, kExponent, 1},
      {"exp2", eg::exp2, [](const Real& x) { return pow(Real(2), x); }, {-1100, 1100, -20, 20}, 1},
      {"expm1", eg::expm1, [](const Real& x) { return boost::math::expm1(x); }, kExponent, 1},
      {"log", eg::log, [](const Real& x) { return log(x); }, kPositive, 1},
      {"log2", eg::log2, [](const Real& x) { return log(x) / log(Real(2)); }, kPositive, 1},
      {"log10", eg::log10, [](const Real& x) { return log(x) / log(Real(10)); }, kPositive, 1},
      {"log1p",
       eg::log1p,
       [](const Real& x) { return boost::math::log1p(x); },
       {-0.9999999, kMost, -0.99, 4},
       1},
      {"sqrt", eg::sqrt, [](const Real& x) { return sqrt(x); }, kPositive, 0.5},
      {"rsqrt", eg::rsqrt, [](const Real& x) { return Real(1 / sqrt(x)); }, kPositive},
      {"reciprocal", eg::reciprocal, [](const Real& x) { return Real(1 / x); }, {}, 0.5},
      {"square", eg::square, [](const Real& x) { return Real(x * x); }, {}, 0.5},
      {"asin",
       eg::asin,
       [](const Real& x) { return abs(x) < Real(1e-20) ? x : asin(x); },
       {-1, 1, -1, 1},
       1},
      {"acos", eg::acos, [](const Real& x) { return acos(x); }, {-1, 1, -1, 1}, 1},
      {"atan", eg::atan, [](const Real& x) { return abs(x) < Real(1e-20) ? x : atan(x); }, {}, 1},
      {"sinc", eg::sinc, [](const Real& x) { return Real(sin_pi(x) / (pi() * x)); }},
      {"deg2rad", eg::deg2rad, [](const Real& x) { return Real(x * (pi() / 180)); }},
      {"rad2deg", eg::rad2deg, [](const Real& x) { return Real(x * (180 / pi())); }},
      // 2 where the result overflows before exp does.
      {"sinh", eg::sinh, hyperbolic_sine, {-720, 720, -20, 20}},
      {"cosh",
       eg::cosh,
       [](const Real& x) { return Real((exp(x) + exp(-x)) / 2); },
       {-720, 720, -20, 20}},
      {"tanh", eg::tanh, hyperbolic_tangent, {}, 1},
      {"asinh", eg::asinh, inverse_sinh, {}, 1},
      {"acosh",
       eg::acosh,
       [](const Real& x) { return log(x + sqrt((x - 1) * (x + 1))); },
       {1, kMost, 1, 4},
       1},
      {"atanh", eg::atanh, inverse_tanh, {-0.999999, 0.999999, -0.99, 0.99}, 1},
      {"sigmoid", eg::sigmoid, logistic, kExponent},
      {"log_sigmoid",
       eg::log_sigmoid,
       [](const Real& x) { return Real(-log1p_exp(-x)); },
       {-kMost, 760, -20, 20}},
      {"softsign", eg::softsign, [](const Real& x) { return Real(x / (1 + abs(x))); }},
      {"tanhshrink", eg::tanhshrink, tanh_shrunk},
      // 2.5 in the last binade above subnormal results.
      {"silu", eg::silu, [](const Real& x) { return Real(x * logistic(x)); }, kExponent, 2.5},
      {"mish", eg::mish, mish_of, kExponent, 2.5},
      {"gelu",
       [](const Tensor& x) { return eg::gelu(x); },
       [](const Real& x) { return Real(x * distribution(x)); },
       {-39, 100, -39, 10}},
      {"gelu_tanh",
       [](const Tensor& x) { return eg::gelu(x, "tanh"); },
       gelu_by_tanh,
       {-22, 100, -22, 10},
       2.5},
      {"hardswish", eg::hardswish,
       [](const Real& x) { return x > 3    ? x
                                  : x < -3 ? Real(0)
                                           : Real(x * (x + 3) / 6); }},
      {"hardsigmoid", eg::hardsigmoid,
       [](const Real& x) { return x > 3    ? Real(1)
                                  : x < -3 ? Real(0)
                                           : Real((x + 3) / 6); }},
      {"erf",
       eg::erf,
       [](const Real& x) { return Real(boost::math::erf(x)); },
       {-20, 20, -6, 6},
       1.1},
      {"erfc",
       eg::erfc,
       [](const Real& x) { return Real(boost::math::erfc(x)); },
       {-27.5, 27.5, -6, 27},
       1.5},
      {"special_ndtr", eg::special_ndtr, distribution, {-39, 39, -38, 8}},
      {"pow_minus_13", power<-13>, power_of<-13>},
      {"pow_minus_3", power<-3>, power_of<-3>},
      {"pow_minus_2", power<-2>, power_of<-2>},
      {"pow_minus_half",
       [](const Tensor& x) { return eg::pow(x, -0.5); },
       [](const Real& x) { return Real(1 / sqrt(x)); },
       {1e-45, kMost, 0.1, 10}},
      {"pow_three_halves",
       [](const Tensor& x) { return eg::pow(x, 1.5); },
       [](const Real& x) { return Real(x * sqrt(x)); },
       {1e-45, kMost, 0.1, 10}},
      {"pow_3", power<3>, power_of<3>},
      {"pow_4", power<4>, power_of<4>},
      {"pow_5", power<5>, power_of<5>},
      {"pow_6", power<6>, power_of<6>},
      {"pow_16", power<16>, power_of<16>},
      {"elu", [](const Tensor& x) { return eg::elu(x); }, elu_of, {-760, kMost, -20, 20}}};
  return list;
}

template <class T>
void check(const Unary& f, std::size_t n) {
  const Numbers x = arguments<T>(f.domain, n, 11);
  const Numbers y = values_of(f.f(tensor_of<T>(x)));
  Worst worst;
  for (std::size_t i = 0; i < x.size(); ++i)
    worst.add(ulps_between<T>(y[i], f.exact(Real(x[i]))), {x[i]});
  worst.check<T>(f.name, f.ulps);
}

void check_both(const Unary& f) {
  check<double>(f, 150);
  check<float>(f, 100);
}
const bool registered = add_suite("accuracy", functions(), check_both, __FILE__);

}  // namespace
}  // namespace accuracy
