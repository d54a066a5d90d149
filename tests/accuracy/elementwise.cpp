#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/expm1.hpp>
#include <boost/math/special_functions/log1p.hpp>
#include <boost/test/unit_test.hpp>

#include "accuracy/accuracy.hpp"
#include "eigengrad/ops/pointwise/activations.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/rounding.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/special/functions.hpp"

/// Values of elementwise functions in float64 and float32 against 50 digits, over the whole domain.
namespace accuracy {
namespace {

using eg::Tensor;

struct Unary {
  std::string name;
  Tensor (*f)(const Tensor&);
  Real (*exact)(const Real&);
  Domain domain = {};
  std::string contract = {};
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
Real celu_of(const Real& x) { return x > 0 ? x : 2 * boost::math::expm1(Real(x / 2)); }
Real selu_of(const Real& x) {
  const Real scale("1.0507009873554804934193349852946");
  return scale * (x > 0 ? x : Real("1.6732632423543772848170429916717") * boost::math::expm1(x));
}
/// x from `low` to `high`, and the nearest of them elsewhere.
Real between(const Real& x, double low, double high) { return x < low ? low : x > high ? high : x; }
/// A function of the C library that does not round.
template <double (*F)(double)>
Real by_c(const Real& x) {
  return F(static_cast<double>(x));
}
Real elu_of(const Real& x) { return x > 0 ? x : boost::math::expm1(x); }

constexpr double kMost = std::numeric_limits<double>::max();
/// exp underflows and overflows outside.
constexpr Domain kExponent{-760, 760, -20, 20};
constexpr Domain kPositive{0, kMost, 0, 4};

const std::vector<Unary>& functions() {
  static const std::vector<Unary> list{
      {"exp", eg::exp, [](const Real& x) { return exp(x); }, kExponent},
      {"exp2", eg::exp2, [](const Real& x) { return pow(Real(2), x); }, {-1100, 1100, -20, 20}},
      {"expm1", eg::expm1, [](const Real& x) { return boost::math::expm1(x); }, kExponent},
      {"log", eg::log, [](const Real& x) { return log(x); }, kPositive},
      {"log2", eg::log2, [](const Real& x) { return log(x) / log(Real(2)); }, kPositive},
      {"log10", eg::log10, [](const Real& x) { return log(x) / log(Real(10)); }, kPositive},
      {"log1p",
       eg::log1p,
       [](const Real& x) { return boost::math::log1p(x); },
       {-0.9999999, kMost, -0.99, 4}},
      {"sqrt", eg::sqrt, [](const Real& x) { return sqrt(x); }, kPositive},
      {"rsqrt", eg::rsqrt, [](const Real& x) { return Real(1 / sqrt(x)); }, kPositive},
      {"reciprocal", eg::reciprocal, [](const Real& x) { return Real(1 / x); }, {}},
      {"square", eg::square, [](const Real& x) { return Real(x * x); }, {}},
      {"asin",
       eg::asin,
       [](const Real& x) { return abs(x) < Real(1e-20) ? x : asin(x); },
       {-1, 1, -1}},
      {"acos", eg::acos, [](const Real& x) { return acos(x); }, {-1, 1, -1}},
      {"atan", eg::atan, [](const Real& x) { return abs(x) < Real(1e-20) ? x : atan(x); }, {}},
      {"sinc", eg::sinc, [](const Real& x) { return Real(sin_pi(x) / (pi() * x)); }},
      {"deg2rad", eg::deg2rad, [](const Real& x) { return Real(x * (pi() / 180)); }},
      {"rad2deg", eg::rad2deg, [](const Real& x) { return Real(x * (180 / pi())); }},
      {"sinh", eg::sinh, hyperbolic_sine, {-720, 720, -20, 20}},
      {"cosh",
       eg::cosh,
       [](const Real& x) { return Real((exp(x) + exp(-x)) / 2); },
       {-720, 720, -20, 20}},
      {"tanh", eg::tanh, hyperbolic_tangent, {}},
      {"asinh", eg::asinh, inverse_sinh, {}},
      {"acosh",
       eg::acosh,
       [](const Real& x) { return log(x + sqrt((x - 1) * (x + 1))); },
       {1, kMost, 1, 4}},
      {"atanh", eg::atanh, inverse_tanh, {-0.999999, 0.999999, -0.99, 0.99}},
      {"sigmoid", eg::sigmoid, logistic, kExponent},
      {"log_sigmoid",
       eg::log_sigmoid,
       [](const Real& x) { return Real(-log1p_exp(-x)); },
       {-kMost, 760, -20, 20}},
      {"softsign", eg::softsign, [](const Real& x) { return Real(x / (1 + abs(x))); }},
      {"tanhshrink", eg::tanhshrink, tanh_shrunk},
      {"silu", eg::silu, [](const Real& x) { return Real(x * logistic(x)); }, kExponent},
      {"mish", eg::mish, mish_of, kExponent},
      {"gelu",
       [](const Tensor& x) { return eg::gelu(x); },
       [](const Real& x) { return Real(x * distribution(x)); },
       {-39, 100, -39, 10}},
      {"gelu_tanh",
       [](const Tensor& x) { return eg::gelu(x, "tanh"); },
       gelu_by_tanh,
       {-22, 100, -22, 10},
       "gelu (tanh)"},
      {"hardswish", eg::hardswish,
       [](const Real& x) { return x > 3    ? x
                                  : x < -3 ? Real(0)
                                           : Real(x * (x + 3) / 6); }},
      {"hardsigmoid", eg::hardsigmoid,
       [](const Real& x) { return x > 3    ? Real(1)
                                  : x < -3 ? Real(0)
                                           : Real((x + 3) / 6); }},
      {"erf", eg::erf, [](const Real& x) { return Real(boost::math::erf(x)); }, {-20, 20, -6, 6}},
      {"erfc",
       eg::erfc,
       [](const Real& x) { return Real(boost::math::erfc(x)); },
       {-27.5, 27.5, -6, 27}},
      {"special_ndtr", eg::special_ndtr, distribution, {-39, 39, -38, 8}},
      {"pow_minus_13", power<-13>, power_of<-13>, {}, "pow (scalar b)"},
      {"pow_minus_3", power<-3>, power_of<-3>, {}, "pow (scalar b)"},
      {"pow_minus_2", power<-2>, power_of<-2>, {}, "pow (scalar b)"},
      {"pow_minus_half",
       [](const Tensor& x) { return eg::pow(x, -0.5); },
       [](const Real& x) { return Real(1 / sqrt(x)); },
       {1e-45, kMost, 0.1, 10},
       "pow (scalar b)"},
      {"pow_three_halves",
       [](const Tensor& x) { return eg::pow(x, 1.5); },
       [](const Real& x) { return Real(x * sqrt(x)); },
       {1e-45, kMost, 0.1, 10},
       "pow (scalar b)"},
      {"pow_3", power<3>, power_of<3>, {}, "pow (scalar b)"},
      {"pow_4", power<4>, power_of<4>, {}, "pow (scalar b)"},
      {"pow_5", power<5>, power_of<5>, {}, "pow (scalar b)"},
      {"pow_6", power<6>, power_of<6>, {}, "pow (scalar b)"},
      {"pow_16", power<16>, power_of<16>, {}, "pow (scalar b)"},
      {"elu", [](const Tensor& x) { return eg::elu(x); }, elu_of, {-760, kMost, -20, 20}}};
  return list;
}

const std::vector<Unary>& piecewise_functions() {
  static const std::vector<Unary> list{
      {"abs", eg::abs, by_c<::fabs>},
      {"neg", eg::neg, [](const Real& x) { return Real(-x); }},
      {"positive", eg::positive, [](const Real& x) { return x; }},
      {"floor", eg::floor, by_c<::floor>},
      {"ceil", eg::ceil, by_c<::ceil>},
      {"trunc", eg::trunc, by_c<::trunc>},
      {"round", eg::round, by_c<::nearbyint>},
      {"frac", eg::frac, [](const Real& x) { return Real(x - trunc(x)); }},
      {"sign", eg::sign, [](const Real& x) { return Real(x > 0 ? 1 : -1); }},
      {"sgn", eg::sgn, [](const Real& x) { return Real(x > 0 ? 1 : -1); }},
      {"nan_to_num", [](const Tensor& x) { return eg::nan_to_num(x); },
       [](const Real& x) { return x; }},
      {"frexp", [](const Tensor& x) { return std::get<0>(eg::frexp(x)); },
       [](const Real& x) {
         int exponent = 0;
         return Real(std::frexp(static_cast<double>(x), &exponent));
       }},
      {"clamp", [](const Tensor& x) { return eg::clamp(x, -1.0, 0.5); },
       [](const Real& x) { return between(x, -1, 0.5); }},
      {"clamp_min", [](const Tensor& x) { return eg::clamp_min(x, -1); },
       [](const Real& x) { return between(x, -1, kMost); }},
      {"clamp_max", [](const Tensor& x) { return eg::clamp_max(x, 0.5); },
       [](const Real& x) { return between(x, -kMost, 0.5); }},
      {"relu", eg::relu, [](const Real& x) { return between(x, 0, kMost); }},
      {"relu6", eg::relu6, [](const Real& x) { return between(x, 0, 6); }},
      {"hardtanh", [](const Tensor& x) { return eg::hardtanh(x); },
       [](const Real& x) { return between(x, -1, 1); }},
      {"threshold", [](const Tensor& x) { return eg::threshold(x, 0.5, -2); },
       [](const Real& x) { return x > 0.5 ? x : Real(-2); }},
      {"hardshrink", [](const Tensor& x) { return eg::hardshrink(x); },
       [](const Real& x) { return abs(x) > 0.5 ? x : Real(0); }},
      {"softshrink", [](const Tensor& x) { return eg::softshrink(x); },
       [](const Real& x) { return Real(x - between(x, -0.5, 0.5)); }},
      {"leaky_relu", [](const Tensor& x) { return eg::leaky_relu(x, 0.4375); },
       [](const Real& x) { return Real(x > 0 ? x : 0.4375 * x); }},
      {"prelu", [](const Tensor& x) { return eg::prelu(x, eg::full({1}, 0.4375).to(x.dtype())); },
       [](const Real& x) { return Real(x > 0 ? x : 0.4375 * x); }},
      {"rrelu", [](const Tensor& x) { return eg::rrelu(x, 0.125, 0.75); },
       [](const Real& x) { return Real(x > 0 ? x : 0.4375 * x); }},
      {"celu", [](const Tensor& x) { return eg::celu(x, 2); }, celu_of, {-760, kMost, -20, 20}},
      {"selu", eg::selu, selu_of, {-760, kMost, -20, 20}}};
  return list;
}

template <class T>
void check(const Unary& f, std::size_t n) {
  const Numbers x = arguments<T>(f.domain, n, 11);
  const Numbers y = values_of(f.f(tensor_of<T>(x)));
  const Bound& bound = bound_of(key_of(f), 0);
  check_covered(bound, f.domain);
  Worst worst;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (promises(bound, x[i])) worst.add(ulps_between<T>(y[i], f.exact(Real(x[i]))), {x[i]});
  worst.check<T>(f.name, key_of(f), 0);
}

void check_both(const Unary& f) {
  check<double>(f, 150);
  check<float>(f, 100);
}
const bool registered =
    add_suite("accuracy", functions(), check_both, __FILE__, {0}) &&
    add_suite("accuracy_of_pieces", piecewise_functions(), check_both, __FILE__, {0});

}  // namespace
}  // namespace accuracy
