#include <boost/test/unit_test.hpp>

#include "accuracy/accuracy.hpp"
#include "accuracy/taylor.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/ops/loss/pointwise.hpp"
#include "eigengrad/ops/loss/reduction.hpp"
#include "eigengrad/ops/pointwise/activations.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/pointwise/division.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "eigengrad/ops/special/functions.hpp"

/// Values, first and second derivatives of functions of two numbers, in every mode, against 100 digits: where one
/// operand dominates, where both are large or small, in the tails.
namespace accuracy {
namespace {

using eg::Tensor;

struct Surface {
  std::string name;
  Tensor (*f)(const Tensor&, const Tensor&);
  Taylor (*exact)(const Taylor&, const Taylor&);
  Numbers first;
  Numbers second;
  std::string contract = {};
};

Taylor log_of(double x) { return Taylor(log(Digits(x))); }
Taylor log_add_exp(const Taylor& a, const Taylor& b) {
  return a.value() > b.value() ? a + log1p_exp(b - a) : b + log1p_exp(a - b);
}
Taylor hypotenuse(const Taylor& a, const Taylor& b) { return sqrt(a * a + b * b); }
Taylor angle(const Taylor& a, const Taylor& b) {
  const Digits pi = boost::math::constants::pi<Digits>();
  if (absolute(b).value() > absolute(a).value())
    return (b.value() > 0 ? Taylor(0.0) : Taylor(a.value() < 0 ? -pi : pi)) + atan(a / b);
  return Taylor(a.value() < 0 ? -pi / 2 : pi / 2) - atan(b / a);
}
Taylor power(const Taylor& a, const Taylor& b) { return exp(b * log(a)); }

const Numbers& signed_sizes() {
  static const Numbers x{-1e140, -1e60, -1e8, -40, -3,  -0.3, -1e-5, -1e-90,
                         1e-150, 1e-40, 2e-9, 0.7, 1.5, 17,   1e6,   1e120};
  return x;
}
const Numbers& other_sizes() {
  static const Numbers x{-2e140, -3e59, -7e9, -11, -1.25, -0.04, -3e-7, -2e-80,
                         3e-145, 5e-42, 3e-9, 0.3, 2.5,   31,    3e5,   7e119};
  return x;
}
Numbers positive(const Numbers& x) {
  Numbers y;
  for (const double v : x)
    if (v > 0) y.push_back(v);
  return y;
}
/// Numbers whose differences are exact, so that rounding of these does not count.
const Numbers kExponents{-650, -300, -41, -3, -0.25, 0x1p-10, 0.625, 19, 38.5, 230, 700};
const Numbers kOthers{-600, -299.5, -40, -1, 0.25, 2, 18, 300.5, 690};
const Numbers kShares{1e-300, 1e-20, 0.125, 0.6, 0.999, 1 - 0x1p-40};

const std::vector<Surface>& surfaces() {
  static const std::vector<Surface> list{
      {"atan2", eg::atan2, angle, signed_sizes(), other_sizes()},
      {"hypot", eg::hypot, hypotenuse, signed_sizes(), other_sizes()},
      {"div",
       [](const Tensor& a, const Tensor& b) { return a / b; },
       [](const Taylor& a, const Taylor& b) { return a / b; },
       signed_sizes(),
       {-1e70, -3, -1e-60, 2e-90, 0.7, 1e99}},
      {"true_divide",
       [](const Tensor& a, const Tensor& b) { return eg::true_divide(a, b); },
       [](const Taylor& a, const Taylor& b) { return a / b; },
       signed_sizes(),
       {-1e70, -3, -1e-60, 2e-90, 0.7, 1e99}},
      {"glu",
       [](const Tensor& a, const Tensor& b) {
         return eg::glu(eg::cat({a, b}), 0);
       },
       [](const Taylor& a, const Taylor& b) { return a * logistic(b); }, signed_sizes(),
       kExponents},
      {"logaddexp", eg::logaddexp, log_add_exp, kExponents, kOthers},
      {"logaddexp2", eg::logaddexp2,
       [](const Taylor& a, const Taylor& b) {
         return log_add_exp(a * log_of(2), b * log_of(2)) / log_of(2);
       },
       kExponents, kOthers},
      {"pow",
       [](const Tensor& a, const Tensor& b) { return eg::pow(a, b); },
       power,
       {1e-40, 2e-9, 0.7, 1.5, 17, 1e6, 1e120},
       {-1.5, -0.25, 0.125, 0.5, 1.75, 2.25}},
      {"float_power",
       [](const Tensor& a, const Tensor& b) { return eg::float_power(a, b); },
       power,
       {1e-40, 2e-9, 0.7, 1.5, 17, 1e6, 1e120},
       {-1.5, -0.25, 0.125, 0.5, 1.75, 2.25}},
      {"xlogy", eg::xlogy, [](const Taylor& a, const Taylor& b) { return a * log(b); },
       signed_sizes(), positive(other_sizes())},
      {"special_xlog1py", eg::special_xlog1py,
       [](const Taylor& a, const Taylor& b) { return a * log1p(b); }, signed_sizes(),
       positive(other_sizes())},
      {"binary_cross_entropy_with_logits",
       [](const Tensor& x, const Tensor& t) {
         return eg::binary_cross_entropy_with_logits(x, t, {}, {}, eg::Reduction::None);
       },
       [](const Taylor& x, const Taylor& t) { return (1 - t) * log1p_exp(x) + t * log1p_exp(-x); },
       kExponents,
       {0, 1, 0.25}},
      {"binary_cross_entropy",
       [](const Tensor& x, const Tensor& t) {
         return eg::binary_cross_entropy(x, t, {}, eg::Reduction::None);
       },
       [](const Taylor& x, const Taylor& t) { return -(t * log(x) + (1 - t) * log1p(-x)); },
       {1e-11, 0.125, 0.6, 0.999, 1 - 0x1p-36},
       {0, 1, 0.25}},
      {"soft_margin_loss",
       [](const Tensor& x, const Tensor& t) {
         return eg::soft_margin_loss(x, t, eg::Reduction::None);
       },
       [](const Taylor& x, const Taylor& t) { return log1p_exp(-(x * t)); },
       kExponents,
       {-1, 1}},
      {"kl_div",
       [](const Tensor& x, const Tensor& t) { return eg::kl_div(x, t, eg::Reduction::None); },
       [](const Taylor& x, const Taylor& t) { return t * (log(t) - x); }, kExponents, kShares}};
  return list;
}

/// f along a direction, in the sizes of the operands, so that no derivative hides another.
Taylor along(const Surface& s, double a, double b, bool in_a, bool in_b) {
  return s.exact(Taylor::variable(Digits(a), in_a ? Digits(a) : Digits(0)),
                 Taylor::variable(Digits(b), in_b ? Digits(b) : Digits(0)));
}

/// a, b, aa, ab, bb. What is so small beside the others that 100 digits do not hold it is left out.
struct Wanted {
  std::array<Digits, 5> of{};
  std::array<bool, 5> is_known{};
};
Wanted wanted(const Surface& s, double a, double b) {
  const Taylor x = along(s, a, b, true, false), y = along(s, a, b, false, true);
  const Taylor both = along(s, a, b, true, true);
  const Digits u = a, v = b, xx = x.derivative(2), yy = y.derivative(2);
  const std::array<Digits, 5> scaled{x.derivative(1), y.derivative(1), xx,
                                     (both.derivative(2) - xx - yy) / 2, yy};
  const std::array<Digits, 5> by{u, v, u * u, u * v, v * v};
  Digits size = 0;
  for (const Digits& d : scaled) size = std::max(size, Digits(abs(d)));
  Wanted w;
  for (std::size_t i = 0; i < 5; ++i) {
    w.is_known[i] = by[i] != 0 && (abs(scaled[i]) > size * Digits(1e-60));
    if (w.is_known[i]) w.of[i] = scaled[i] / by[i];
  }
  return w;
}

using Five = std::array<Numbers, 5>;

/// By reverse sweeps, and the second derivatives by sweeps over tangents.
struct Got {
  Five reverse;
  Five mixed;
  Numbers forward_a, forward_b;
};

Got derivatives_of(const Surface& s, const Numbers& a, const Numbers& b) {
  const auto grad = [](const Tensor& y, const std::vector<Tensor>& x) {
    return eg::autograd::grad({y.sum()}, x, {.create_graph = true, .allow_unused = true});
  };
  const auto numbers = [&](const Tensor& t) {
    return t.defined() ? values_of(t.detach()) : Numbers(a.size(), 0.0);
  };
  Got got;
  const Tensor u = eg::tensor(a).requires_grad_(), v = eg::tensor(b).requires_grad_();
  const auto g = grad(s.f(u, v), {u, v});
  got.reverse[0] = numbers(g[0]);
  got.reverse[1] = numbers(g[1]);
  if (g[0].requires_grad()) {
    const auto h = grad(g[0], {u, v});
    got.reverse[2] = numbers(h[0]);
    got.reverse[3] = numbers(h[1]);
  }
  if (g[1].requires_grad()) got.reverse[4] = numbers(grad(g[1], {u, v})[1]);
  for (const bool in_a : {true, false}) {
    const eg::autograd::DualLevel level;
    const Tensor& x = in_a ? u : v;
    const Tensor dual = eg::autograd::make_dual(x, eg::ones_like(x).detach());
    const Tensor y = in_a ? s.f(dual, v) : s.f(u, dual);
    (in_a ? got.forward_a : got.forward_b) = numbers(eg::autograd::unpack_dual(y).tangent);
    const auto h = grad(y, {u, v});
    const auto tangent = [&](const Tensor& t) {
      return t.defined() ? numbers(eg::autograd::unpack_dual(t).tangent) : numbers(t);
    };
    if (in_a) got.mixed[2] = tangent(h[0]);
    if (in_a) got.mixed[3] = tangent(h[1]);
    if (!in_a) got.mixed[4] = tangent(h[1]);
  }
  got.mixed[0] = got.forward_a;
  got.mixed[1] = got.forward_b;
  return got;
}

/// The terms of kl_div cancel: its value has no bound.
bool has_bound_of_value(const Surface& s) { return s.name != "kl_div"; }

void check_value(const Surface& s, const Numbers& a, const Numbers& b) {
  const Numbers y = values_of(s.f(eg::tensor(a), eg::tensor(b)));
  Worst worst;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Digits want = s.exact(Taylor(Digits(a[i])), Taylor(Digits(b[i]))).value();
    worst.add(ulps_between<double>(y[i], static_cast<Real>(want)), {a[i], b[i]});
  }
  worst.check<double>(s.name, key_of(s), 0);
}

void check_derivatives(const Surface& s, const Numbers& a, const Numbers& b) {
  const Got got = derivatives_of(s, a, b);
  constexpr std::array<const char*, 5> kNames{"d/da", "d/db", "d2/da2", "d2/dadb", "d2/db2"};
  std::array<Worst, 10> worst;
  std::array<std::string, 10> seen;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Wanted w = wanted(s, a[i], b[i]);
    for (std::size_t k = 0; k < 10; ++k) {
      const Numbers& numbers = (k < 5 ? got.reverse : got.mixed)[k % 5];
      if (!w.is_known[k % 5]) continue;
      const double y = numbers.empty() ? 0.0 : numbers[i];
      const double error = ulps_between<double>(y, static_cast<Real>(w.of[k % 5]));
      if (error > worst[k].ulps) seen[k] = std::to_string(y) + " instead of " + w.of[k % 5].str(17);
      worst[k].add(error, {a[i], b[i]});
    }
  }
  for (std::size_t k = 0; k < 10; ++k) {
    BOOST_TEST_INFO(seen[k]);
    worst[k].check<double>(s.name + (k < 5 ? ", reverse " : ", forward ") + kNames[k % 5],
                           key_of(s), k % 5 < 2 ? 1 : 2);
  }
}

void check(const Surface& s) {
  Numbers a, b;
  for (const double u : s.first)
    for (const double v : s.second) {
      a.push_back(u);
      b.push_back(v);
    }
  if (has_bound_of_value(s)) check_value(s, a, b);
  check_derivatives(s, a, b);
}

const bool registered = add_suite("surfaces", surfaces(), check, __FILE__, {0, 1, 2});

}  // namespace
}  // namespace accuracy
