#include "accuracy/taylor.hpp"

#include <boost/test/unit_test.hpp>

#include "accuracy/accuracy.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/ops/pointwise/activations.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/special/functions.hpp"

/// Values, first and second derivatives of elementwise functions over their whole domain, in every mode, against
/// 100 digits: where the value has rounded to its limit, what is left of the derivative has all its digits.
namespace accuracy {
namespace {

using eg::Tensor;

struct Curve {
  std::string name;
  Tensor (*f)(const Tensor&);
  Taylor (*exact)(const Taylor&);
  Domain domain = {};
  std::string contract = {};
};

const Digits& pi() {
  static const Digits value = boost::math::constants::pi<Digits>();
  return value;
}

Taylor distribution(const Taylor& x) { return erfc(x * Taylor(-1 / sqrt(Digits(2)))) / 2; }
Taylor gelu_by_tanh(const Taylor& x) {
  return x * logistic(Taylor(2 * sqrt(2 / pi())) * (x + Taylor(Digits("0.044715")) * x * x * x));
}
Taylor mish_of(const Taylor& x) { return x * tanh(log1p_exp(x)); }
/// Near 0 by its series.
Taylor sin_over(const Taylor& x) {
  const Taylor z = Taylor(pi()) * x, q = z * z;
  if (abs(x.value()) > Digits("1e-10")) return sin(z) / z;
  return 1 - q / 6 * (1 - q / 20 * (1 - q / 42 * (1 - q / 72)));
}
Taylor tanh_shrunk(const Taylor& x) {
  if (abs(x.value()) > Digits("1e-10")) return x - tanh(x);
  const Taylor q = x * x;
  return x * q * (1 - q * 6 / 15 * (1 - q * 17 / 42)) / 3;
}

template <int N>
Tensor power(const Tensor& x) {
  return eg::pow(x, N);
}
template <int N>
Taylor power_of(const Taylor& x) {
  Taylor y(1.0);
  for (int k = 0; k < std::abs(N); ++k) y = y * x;
  return N < 0 ? 1 / y : y;
}

constexpr double kMost = std::numeric_limits<double>::max();
constexpr Domain kExponent{-760, 760, -40, 40};
constexpr Domain kPositive{0, kMost, 0, 4};

const std::vector<Curve>& curves() {
  static const std::vector<Curve> list{
      {"exp", eg::exp, exp, kExponent},
      {"exp2",
       eg::exp2,
       [](const Taylor& x) { return exp(x * Taylor(log(Digits(2)))); },
       {-1080, 1024, -20, 20}},
      {"expm1", eg::expm1, expm1, kExponent},
      {"log", eg::log, log, kPositive},
      {"log2", eg::log2, [](const Taylor& x) { return log(x) / Taylor(log(Digits(2))); },
       kPositive},
      {"log10", eg::log10, [](const Taylor& x) { return log(x) / Taylor(log(Digits(10))); },
       kPositive},
      {"log1p", eg::log1p, log1p, {-0.9999999, kMost, -0.99, 4}},
      {"sqrt", eg::sqrt, sqrt, kPositive},
      {"rsqrt", eg::rsqrt, [](const Taylor& x) { return pow(x, Digits(-0.5)); }, kPositive},
      {"reciprocal", eg::reciprocal, [](const Taylor& x) { return 1 / x; }},
      {"square", eg::square, [](const Taylor& x) { return x * x; }},
      {"sin", eg::sin, sin, {-1e6, 1e6, -10, 10}},
      {"cos", eg::cos, cos, {-1e6, 1e6, -10, 10}},
      {"tan", eg::tan, tan, {-1e6, 1e6, -10, 10}},
      {"asin", eg::asin, asin, {-1, 1, -1, 1}},
      {"acos",
       eg::acos,
       [](const Taylor& x) { return Taylor(pi() / 2) - asin(x); },
       {-1, 1, -1, 1}},
      {"atan", eg::atan, atan},
      {"sinc", eg::sinc, sin_over, {-1e6, 1e6, -10, 10}},
      {"sinh", eg::sinh, sinh, {-710, 710, -20, 20}},
      {"cosh", eg::cosh, cosh, {-710, 710, -20, 20}},
      {"tanh", eg::tanh, tanh, {-760, 760, -40, 40}},
      {"asinh", eg::asinh, asinh},
      {"acosh", eg::acosh, acosh, {1, kMost, 1, 4}},
      {"atanh", eg::atanh, atanh, {-1, 1, -1, 1}},
      {"sigmoid", eg::sigmoid, logistic, kExponent},
      {"log_sigmoid", eg::log_sigmoid, [](const Taylor& x) { return -log1p_exp(-x); }, kExponent},
      {"softplus", [](const Tensor& x) { return eg::softplus(x); }, log1p_exp, {-760, 20, -40, 19}},
      {"softplus_far", [](const Tensor& x) { return eg::softplus(x, 1, 1e9); }, log1p_exp,
       kExponent, "softplus"},
      {"softsign", eg::softsign,
       [](const Taylor& x) {
         const Taylor d = 1 + absolute(x);
         return series::integral(x.value() / d.value(), 1 / (d * d), x);
       }},
      {"tanhshrink", eg::tanhshrink, tanh_shrunk, kExponent},
      {"silu", eg::silu, [](const Taylor& x) { return x * logistic(x); }, kExponent},
      {"mish", eg::mish, mish_of, kExponent},
      {"gelu",
       [](const Tensor& x) { return eg::gelu(x); },
       [](const Taylor& x) { return x * distribution(x); },
       {-39, 39, -10, 10}},
      {"gelu_tanh",
       [](const Tensor& x) { return eg::gelu(x, "tanh"); },
       gelu_by_tanh,
       {-22, 100, -22, 10},
       "gelu (tanh)"},
      {"elu", [](const Tensor& x) { return eg::elu(x); },
       [](const Taylor& x) { return x.value() > 0 ? x : expm1(x); }, kExponent},
      {"selu", eg::selu,
       [](const Taylor& x) {
         const double scale = 1.0507009873554804934193349852946;
         const double alpha = 1.6732632423543772848170429916717;
         return Taylor(scale) * (x.value() > 0 ? x : Taylor(alpha) * expm1(x));
       },
       kExponent},
      {"celu", [](const Tensor& x) { return eg::celu(x, 2); },
       [](const Taylor& x) { return x.value() > 0 ? x : 2 * expm1(x / 2); }, kExponent},
      {"hardswish", eg::hardswish,
       [](const Taylor& x) {
         return x.value() > 3 ? x : x.value() < -3 ? Taylor(0.0) : x * (x + 3) / 6;
       }},
      {"hardsigmoid", eg::hardsigmoid,
       [](const Taylor& x) {
         return Taylor(x.value() > 3 ? 1.0 : 0.0) + (absolute(x).value() < 3 ? (x + 3) / 6 : 0.0);
       }},
      {"deg2rad", eg::deg2rad, [](const Taylor& x) { return x * Taylor(pi() / 180); }},
      {"rad2deg", eg::rad2deg, [](const Taylor& x) { return x * Taylor(180 / pi()); }},
      {"logit",
       [](const Tensor& x) { return eg::logit(x); },
       [](const Taylor& x) { return log(x) - log1p(-x); },
       {0, 1, 0, 1}},
      {"erf", eg::erf, erf, {-28, 28, -6, 6}},
      {"erfc", eg::erfc, erfc, {-28, 28, -6, 28}},
      {"special_erfcx",
       eg::special_erfcx,
       [](const Taylor& x) { return exp(x * x) * erfc(x); },
       {-26, 1e3, -6, 28}},
      {"special_ndtr", eg::special_ndtr, distribution, {-39, 39, -38, 8}},
      {"special_log_ndtr",
       eg::special_log_ndtr,
       [](const Taylor& x) {
         return x.value() > 0 ? log1p(-distribution(-x)) : log(distribution(x));
       },
       {-1e4, 39, -38, 8}},
      {"special_entr", eg::special_entr, [](const Taylor& x) { return -(x * log(x)); }, kPositive},
      {"pow_minus_3", power<-3>, power_of<-3>, {}, "pow (scalar b)"},
      {"pow_3", power<3>, power_of<3>, {}, "pow (scalar b)"},
      {"pow_7", power<7>, power_of<7>, {}, "pow (scalar b)"},
      {"pow_minus_half", [](const Tensor& x) { return eg::pow(x, -0.5); },
       [](const Taylor& x) { return pow(x, Digits(-0.5)); }, kPositive, "pow (scalar b)"},
      {"pow_two_and_a_half", [](const Tensor& x) { return eg::pow(x, 2.5); },
       [](const Taylor& x) { return pow(x, Digits(2.5)); }, kPositive, "pow (scalar b)"}};
  return list;
}

/// One way to a derivative.
struct Mode {
  std::string name;
  int order;
  Numbers (*derivative)(Tensor (*f)(const Tensor&), const Tensor& x);
};

/// A derivative that is 0 has no tensor.
Numbers numbers(const Tensor& derivative, const Tensor& x) {
  if (!derivative.defined()) return Numbers(static_cast<std::size_t>(x.numel()), 0.0);
  return values_of(derivative.detach());
}
Tensor gradient_of(const Tensor& y, const Tensor& x, bool recorded) {
  if (!y.requires_grad()) return {};
  return eg::autograd::grad({y.sum()}, {x}, {.create_graph = recorded, .allow_unused = true})[0];
}

const std::vector<Mode>& modes() {
  using F = Tensor (*)(const Tensor&);
  static const std::vector<Mode> list{
      {"itself", 0, [](F f, const Tensor& x) { return values_of(f(x)); }},
      {"reverse", 1,
       [](F f, const Tensor& x) {
         const Tensor t = x.detach().requires_grad_();
         return numbers(gradient_of(f(t), t, false), x);
       }},
      {"recorded", 1,
       [](F f, const Tensor& x) {
         const Tensor t = x.detach().requires_grad_();
         return numbers(gradient_of(f(t), t, true), x);
       }},
      {"forward", 1,
       [](F f, const Tensor& x) {
         const eg::autograd::DualLevel level;
         const Tensor y = f(eg::autograd::make_dual(x, eg::ones_like(x)));
         return numbers(eg::autograd::unpack_dual(y).tangent, x);
       }},
      {"reverse of reverse", 2,
       [](F f, const Tensor& x) {
         const Tensor t = x.detach().requires_grad_();
         return numbers(gradient_of(gradient_of(f(t), t, true), t, false), x);
       }},
      {"forward of reverse", 2, [](F f, const Tensor& x) {
         const eg::autograd::DualLevel level;
         const Tensor t = x.detach().requires_grad_();
         const Tensor dual = eg::autograd::make_dual(t, eg::ones_like(x));
         const Tensor g = gradient_of(f(dual), t, true);
         return numbers(eg::autograd::unpack_dual(g).tangent, x);
       }}};
  return list;
}

/// What exp and products lose below the normal numbers, in units of those there.
constexpr double kSubnormal = 8;

/// In units in the last place of derivative `order`.
template <class T>
double error_of(double got, const Taylor& exact, int order, double x) {
  const Digits want = exact.derivative(order);
  const double error = ulps_between<T>(got, static_cast<Real>(want));
  if (order == 0 || !std::isfinite(got)) return error;
  const bool is_normal = abs(want) >= Digits(std::numeric_limits<T>::min());
  // Where the derivative passes through 0, its size is what it has a step away.
  const Digits size = abs(want) + std::min(std::abs(x), 1.0) * abs(exact.derivative(order + 1));
  const double unit = std::numeric_limits<T>::epsilon();
  return std::min(error / (is_normal ? 1 : kSubnormal),
                  static_cast<double>(abs(Digits(got) - want) / (size * unit)));
}

template <class T>
void check(const Curve& f, std::size_t n) {
  Numbers x;
  for (const double v : arguments<T>(f.domain, n, 19))
    if (v != 0 && v != f.domain.low && v != f.domain.high) x.push_back(v);
  std::vector<Taylor> exact;
  for (const double v : x) exact.push_back(f.exact(Taylor::variable(Digits(v))));
  const Tensor t = tensor_of<T>(x);
  for (const Mode& mode : modes()) {
    const Bound& bound = bound_of(key_of(f), mode.order);
    check_covered(bound, f.domain);
    const Numbers got = mode.derivative(f.f, t);
    Worst worst;
    std::size_t at = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!promises(bound, x[i])) continue;
      const double before = worst.ulps;
      worst.add(error_of<T>(got[i], exact[i], mode.order, x[i]), {x[i]});
      if (worst.ulps > before) at = i;
    }
    BOOST_TEST_INFO(std::setprecision(17)
                    << got[at] << " instead of " << exact[at].derivative(mode.order).str(17));
    worst.check<T>(f.name + " by " + mode.name, key_of(f), mode.order);
  }
}

void check_both(const Curve& f) {
  check<double>(f, 60);
  check<float>(f, 30);
}

/// b - 1 is no double, and x^(b - 1) is off by a part of log(x) if it is rounded. In float32 it is.
BOOST_AUTO_TEST_CASE(powers_whose_exponent_less_one_rounds) {
  check<double>({"pow_a_tenth", [](const Tensor& x) { return eg::pow(x, 0.1); },
                 [](const Taylor& x) { return pow(x, Digits(0.1)); }, kPositive, "pow (scalar b)"},
                60);
  check<double>(
      {"pow_minus_a_third", [](const Tensor& x) { return eg::pow(x, -1.0 / 3); },
       [](const Taylor& x) { return pow(x, Digits(-1.0 / 3)); }, kPositive, "pow (scalar b)"},
      60);
}

BOOST_AUTO_TEST_CASE(third_derivative_of_gelu_by_tanh) {
  const Numbers points{-6, -1.5, -0.2, 0, 0.4, 3};
  const Tensor x = eg::tensor(points).requires_grad_();
  Tensor y = eg::gelu(x, "tanh");
  for (int k = 0; k < 3; ++k) y = gradient_of(y, x, true);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Taylor exact = gelu_by_tanh(Taylor::variable(Digits(points[i])));
    const double wanted = static_cast<double>(exact.derivative(3));
    BOOST_TEST(std::abs(values_of(y.detach())[i] - wanted) <= 1e-13 * (1 + std::abs(wanted)));
  }
}

const bool registered = add_suite("tails", curves(), check_both, __FILE__, {0, 1, 2});

}  // namespace
}  // namespace accuracy
