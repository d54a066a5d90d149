#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/test/unit_test.hpp>

#include "accuracy/accuracy.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/core/options.hpp"
#include "eigengrad/ops/pointwise/activations.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/rounding.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"

/// Values at the ends of the range against the C library, sines of large angles, and first and second
/// derivatives far out and near removable singularities.
namespace accuracy {
namespace {

using eg::Tensor;
using Function = Tensor (*)(const Tensor&);

// ---- 0, infinity, NaN.

/// Equal, with the sign of zero; NaN is NaN.
bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

/// Alone, and among others that take the fast path.
template <class T>
void check_at(const std::string& name, Function f, double x, double wanted) {
  for (const std::int64_t place : {0, 3, 16}) {
    Numbers list(17, 0.5);
    list[static_cast<std::size_t>(place)] = x;
    const double y = values_of(f(tensor_of<T>(list)))[static_cast<std::size_t>(place)];
    BOOST_CHECK_MESSAGE(same(y, static_cast<T>(wanted)),
                        name << " of " << x << " is " << y << " instead of " << wanted);
  }
}

BOOST_AUTO_TEST_SUITE(accuracy_at_the_ends)

BOOST_AUTO_TEST_CASE(as_the_c_library) {
  struct Row {
    std::string name;
    Function f;
    double (*wanted)(double);
  };
  const Row rows[] = {{"exp", eg::exp, std::exp},          {"exp2", eg::exp2, std::exp2},
                      {"expm1", eg::expm1, std::expm1},    {"log", eg::log, std::log},
                      {"log2", eg::log2, std::log2},       {"log10", eg::log10, std::log10},
                      {"log1p", eg::log1p, std::log1p},    {"sqrt", eg::sqrt, std::sqrt},
                      {"sin", eg::sin, std::sin},          {"cos", eg::cos, std::cos},
                      {"tan", eg::tan, std::tan},          {"asin", eg::asin, std::asin},
                      {"acos", eg::acos, std::acos},       {"atan", eg::atan, std::atan},
                      {"sinh", eg::sinh, std::sinh},       {"cosh", eg::cosh, std::cosh},
                      {"tanh", eg::tanh, std::tanh},       {"asinh", eg::asinh, std::asinh},
                      {"acosh", eg::acosh, std::acosh},    {"atanh", eg::atanh, std::atanh},
                      {"abs", eg::abs, std::abs},          {"floor", eg::floor, std::floor},
                      {"ceil", eg::ceil, std::ceil},       {"trunc", eg::trunc, std::trunc},
                      {"round", eg::round, std::nearbyint}};
  for (const Row& row : rows)
    for (const double x : {0.0, -0.0, kInf, -kInf, kNan}) {
      check_at<double>(row.name, row.f, x, row.wanted(x));
      check_at<float>(row.name, row.f, x, row.wanted(x));
    }
}

BOOST_AUTO_TEST_CASE(limits_of_activations) {
  struct Row {
    std::string name;
    Function f;
    double at_minus_infinity;
    double at_minus_zero;
    double at_infinity;
  };
  const auto gelu = [](const Tensor& x) { return eg::gelu(x); };
  const auto gelu_tanh = [](const Tensor& x) { return eg::gelu(x, "tanh"); };
  const auto elu = [](const Tensor& x) { return eg::elu(x); };
  const auto softplus = [](const Tensor& x) { return eg::softplus(x); };
  const Row rows[] = {{"sigmoid", eg::sigmoid, 0, 0.5, 1},
                      {"log_sigmoid", eg::log_sigmoid, -kInf, -std::log(2.0), -0.0},
                      {"softplus", softplus, 0, std::log(2.0), kInf},
                      {"softsign", eg::softsign, -1, -0.0, 1},
                      {"tanhshrink", eg::tanhshrink, -kInf, -0.0, kInf},
                      {"silu", eg::silu, -0.0, -0.0, kInf},
                      {"mish", eg::mish, -0.0, -0.0, kInf},
                      {"gelu", gelu, -0.0, -0.0, kInf},
                      {"gelu_tanh", gelu_tanh, -0.0, -0.0, kInf},
                      {"elu", elu, -1, -0.0, kInf},
                      {"hardswish", eg::hardswish, -0.0, -0.0, kInf},
                      {"hardsigmoid", eg::hardsigmoid, 0, 0.5, 1},
                      {"rsqrt", eg::rsqrt, kNan, -kInf, 0},
                      {"reciprocal", eg::reciprocal, -0.0, -kInf, 0},
                      {"neg", eg::neg, kInf, 0.0, -kInf}};
  for (const Row& row : rows) {
    check_at<double>(row.name, row.f, -kInf, row.at_minus_infinity);
    check_at<double>(row.name, row.f, -0.0, row.at_minus_zero);
    check_at<double>(row.name, row.f, kInf, row.at_infinity);
    check_at<double>(row.name, row.f, kNan, kNan);
    check_at<float>(row.name, row.f, -kInf, row.at_minus_infinity);
    check_at<float>(row.name, row.f, kInf, row.at_infinity);
    check_at<float>(row.name, row.f, kNan, kNan);
  }
}

BOOST_AUTO_TEST_SUITE_END()

// ---- Angles.

/// Enough digits to reduce any number of float64.
using Wide = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<400>,
                                           boost::multiprecision::et_off>;

struct Angle {
  std::string name;
  Function f;
  Wide (*exact)(const Wide&);
  std::string contract = {};
};

const std::vector<Angle>& angles() {
  static const std::vector<Angle> list{{"sin", eg::sin, [](const Wide& x) { return sin(x); }},
                                       {"cos", eg::cos, [](const Wide& x) { return cos(x); }},
                                       {"tan", eg::tan, [](const Wide& x) { return tan(x); }}};
  return list;
}

template <class T>
void check_angles(const Angle& f) {
  const double limit = std::numeric_limits<T>::max();
  const Numbers x = arguments<T>({-limit, limit, -50, 50}, 12, 12);
  const Numbers y = values_of(f.f(tensor_of<T>(x)));
  Worst worst;
  for (std::size_t i = 0; i < x.size(); ++i)
    worst.add(ulps_between<T>(y[i], static_cast<Real>(f.exact(Wide(x[i])))), {x[i]});
  worst.check<T>(f.name, key_of(f), 0);
}

void check_both(const Angle& f) {
  check_angles<double>(f);
  check_angles<float>(f);
}
const bool angles_are_registered = add_suite("angles", angles(), check_both, __FILE__, {0});

// ---- Derivatives.

/// f'(x), as computed and as recorded, and f''(x).
struct Derivatives {
  Numbers computed;
  Numbers recorded;
  Numbers second;
};

Derivatives derivatives_of(Function f, const Numbers& x) {
  const Tensor t = eg::tensor(x).requires_grad_();
  const Tensor y = f(t).sum();
  const Tensor computed = eg::autograd::grad({y}, {t}, {.retain_graph = true})[0];
  const Tensor recorded = eg::autograd::grad({y}, {t}, {.create_graph = true})[0];
  const Tensor second = eg::autograd::grad({recorded.sum()}, {t})[0];
  return {values_of(computed), values_of(recorded), values_of(second)};
}

struct Tail {
  std::string name;
  Function f;
  Real (*first)(const Real&);
  Real (*second)(const Real&);
  Numbers x;
  std::string contract = {};
};

Real logistic(const Real& x) { return 1 / (1 + exp(-x)); }
Real logistic_slope(const Real& x) { return logistic(x) * logistic(-x); }
Real hyperbolic_slope(const Real& x) {
  const Real c = cosh(x);
  return 1 / (c * c);
}
Real pi() { return boost::math::constants::pi<Real>(); }

const Numbers& both_tails() {
  static const Numbers x{-700, -300, -45, -20, -3, -0.1, 0, 1e-9, 0.3, 2, 18, 37, 40, 120, 700};
  return x;
}

const std::vector<Tail>& tails() {
  static const std::vector<Tail> list{
      {"sigmoid", eg::sigmoid, logistic_slope,
       [](const Real& x) { return Real(-logistic_slope(x) * tanh(x / 2)); }, both_tails()},
      {"log_sigmoid", eg::log_sigmoid, [](const Real& x) { return logistic(-x); },
       [](const Real& x) { return Real(-logistic_slope(x)); }, both_tails()},
      {"softplus",
       [](const Tensor& x) { return eg::softplus(x); },
       logistic,
       logistic_slope,
       {-700, -300, -45, -20, -3, -0.1, 0, 1e-9, 0.3, 2, 18}},
      {"softplus without a threshold", [](const Tensor& x) { return eg::softplus(x, 1, 1e9); },
       logistic, logistic_slope, both_tails(), "softplus"},
      {"silu", eg::silu, [](const Real& x) { return Real(logistic(x) + x * logistic_slope(x)); },
       [](const Real& x) { return Real(logistic_slope(x) * (2 - x * tanh(x / 2))); }, both_tails()},
      {"expm1",
       eg::expm1,
       [](const Real& x) { return exp(x); },
       [](const Real& x) { return exp(x); },
       {-700, -300, -45, -20, -3, 0, 2, 300}},
      {"asinh",
       eg::asinh,
       [](const Real& x) { return Real(1 / sqrt(1 + x * x)); },
       [](const Real& x) { return Real(-x / ((1 + x * x) * sqrt(1 + x * x))); },
       {-1e200, -1e100, -3, -1e-9, 0, 0.5, 1e50, 1e90}},
      {"acosh",
       eg::acosh,
       [](const Real& x) { return Real(1 / sqrt((x - 1) * (x + 1))); },
       [](const Real& x) { return Real(-x / ((x * x - 1) * sqrt(x * x - 1))); },
       {1 + 0x1p-50, 1.000001, 1.5, 10, 1e50, 1e90}},
      {"asin",
       eg::asin,
       [](const Real& x) { return Real(1 / sqrt(1 - x * x)); },
       [](const Real& x) { return Real(x / ((1 - x * x) * sqrt(1 - x * x))); },
       {-1 + 0x1p-50, -0.999, -0.3, 0, 1e-9, 0.7, 1 - 0x1p-52}},
      {"acos",
       eg::acos,
       [](const Real& x) { return Real(-1 / sqrt(1 - x * x)); },
       [](const Real& x) { return Real(-x / ((1 - x * x) * sqrt(1 - x * x))); },
       {-1 + 0x1p-50, -0.999, -0.3, 0, 1e-9, 0.7, 1 - 0x1p-52}},
      {"atanh",
       eg::atanh,
       [](const Real& x) { return Real(1 / (1 - x * x)); },
       [](const Real& x) { return Real(2 * x / ((1 - x * x) * (1 - x * x))); },
       {-1 + 0x1p-50, -0.999, -0.3, 0, 1e-9, 0.7, 1 - 0x1p-52}},
      {"tanhshrink",
       eg::tanhshrink,
       [](const Real& x) { return Real(tanh(x) * tanh(x)); },
       [](const Real& x) { return Real(2 * tanh(x) * hyperbolic_slope(x)); },
       {-3, -1, -1e-5, 0, 1e-9, 0.5, 2}},
      // At 0: -(pi x)^2 / 6 is next to 1.
      {"sinc",
       eg::sinc,
       [](const Real& x) {
         return x == 0 ? Real(0)
                       : Real((pi() * x * cos(pi() * x) - sin(pi() * x)) / (pi() * x * x));
       },
       [](const Real& x) {
         if (x == 0) return Real(-pi() * pi() / 3);
         const Real z = pi() * x;
         return Real(pi() * pi() * ((2 - z * z) * sin(z) - 2 * z * cos(z)) / (z * z * z));
       },
       {-3.25, -0.75, -0.5, -0.01, -1e-5, -1e-9, 0, 1e-11, 1e-7, 1e-4, 0.001, 0.1, 0.9, 2.5,
        30.25}},
      {"gelu",
       [](const Tensor& x) { return eg::gelu(x); },
       [](const Real& x) {
         const Real density = exp(-x * x / 2) / sqrt(2 * pi());
         return Real(boost::math::erfc(Real(-x / sqrt(Real(2)))) / 2 + x * density);
       },
       [](const Real& x) { return Real((2 - x * x) * exp(-x * x / 2) / sqrt(2 * pi())); },
       {-37, -20, -5, -2, -0.1, 0, 1e-9, 1, 6, 30}}};
  return list;
}

void check_derivative(const std::string& what, const Tail& s, int order, Real (*exact)(const Real&),
                      const Numbers& values) {
  Worst worst;
  for (std::size_t i = 0; i < s.x.size(); ++i)
    worst.add(ulps_between<double>(values[i], exact(Real(s.x[i]))), {s.x[i]});
  worst.check<double>(s.name + ", " + what, key_of(s), order);
}

void check_tails(const Tail& s) {
  const Derivatives d = derivatives_of(s.f, s.x);
  check_derivative("first derivative", s, 1, s.first, d.computed);
  check_derivative("recorded first derivative", s, 1, s.first, d.recorded);
  check_derivative("second derivative", s, 2, s.second, d.second);
}
const bool tails_are_registered =
    add_suite("derivatives_at_the_ends", tails(), check_tails, __FILE__, {1, 2});

BOOST_AUTO_TEST_SUITE(accuracy_at_the_ends)

BOOST_AUTO_TEST_CASE(slopes_at_infinity) {
  const Function gated[] = {eg::silu, eg::mish, [](const Tensor& x) { return eg::gelu(x); },
                            [](const Tensor& x) { return eg::gelu(x, "tanh"); }};
  for (const Function f : gated) {
    const Derivatives d = derivatives_of(f, {-kInf, -1e200, -3000, 3000, 1e200, kInf});
    const Numbers first{0, 0, 0, 1, 1, 1};
    BOOST_TEST(d.computed == first);
    BOOST_TEST(d.recorded == first);
    BOOST_TEST(d.second == Numbers(6, 0.0));
  }
}

BOOST_AUTO_TEST_CASE(third_derivatives_at_0) {
  const auto third = [](Function f) {
    const Tensor x = eg::tensor(0.0, eg::requires_grad());
    Tensor y = f(x);
    for (int k = 0; k < 3; ++k) y = eg::autograd::grad({y}, {x}, {.create_graph = true})[0];
    return y.item<double>();
  };
  BOOST_TEST(third(eg::sigmoid) == -0.125, boost::test_tools::tolerance(1e-15));
  BOOST_TEST(third(eg::tanh) == -2, boost::test_tools::tolerance(1e-15));
  BOOST_TEST(third(eg::asinh) == -1, boost::test_tools::tolerance(1e-15));
  BOOST_TEST(third(eg::tanhshrink) == 2, boost::test_tools::tolerance(1e-15));
  BOOST_TEST(third(eg::sinc) == 0);
}

BOOST_AUTO_TEST_CASE(no_overflow_beside_the_chosen_branch) {
  // elu on the far right: exp(x) overflows in the branch that is not taken.
  const Derivatives d = derivatives_of([](const Tensor& x) { return eg::elu(x); }, {800, -800});
  BOOST_TEST(d.recorded[0] == 1);
  BOOST_TEST(d.second[0] == 0);
  BOOST_TEST(d.recorded[1] == 0);
  BOOST_TEST(d.second[1] == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace accuracy
