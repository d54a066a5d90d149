#include "eigengrad/ops/pointwise/arithmetic.hpp"

#include <cmath>

#include "autograd/add.hpp"
#include "autograd/forward_mode.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "core/thread_state.hpp"
#include "kernels/indexing/index.hpp"
#include "ops/pointwise/rule_math.hpp"
#include "ops/pointwise/scalars.hpp"
#include "ops/pointwise/write_back.hpp"

namespace eigengrad {
namespace {

using autograd::Add;
using autograd::apply;
using autograd::apply_inplace;
using autograd::apply_reusing;
using autograd::Binary;
using autograd::Ternary;
using autograd::Unary;
using autograd::wrapped_scalar;
using math::One;
using math::Unused;
using math::Value;

/// a + alpha b.
struct AddScaled : Binary<"add"> {
  static constexpr bool on_integers = true;
  double alpha;
  auto value(const auto& a, const auto& b) const { return a + b * alpha; }
  static auto derivative_a(Unused, Unused, Unused) { return One{}; }
  auto derivative_b(Unused, Unused, Unused) const { return alpha; }
};

/// a - alpha b.
struct SubScaled : Binary<"sub"> {
  static constexpr bool on_integers = true;
  static constexpr bool no_bool = true;
  double alpha;
  auto value(const auto& a, const auto& b) const { return a - b * alpha; }
  static auto derivative_a(Unused, Unused, Unused) { return One{}; }
  auto derivative_b(Unused, Unused, Unused) const { return -alpha; }
};

struct Sub : Binary<"sub"> {
  static constexpr bool on_integers = true;
  static constexpr bool no_bool = true;
  static auto value(const auto& a, const auto& b) { return a - b; }
  static auto derivative_a(Unused, Unused, Unused) { return One{}; }
  static auto derivative_b(Unused, Unused, Unused) { return -1; }
};

struct Mul : Binary<"mul"> {
  static constexpr bool on_integers = true;
  static auto value(const auto& a, const auto& b) { return a * b; }
  static auto derivative_a(Unused, const Value auto& b, Unused) { return b; }
  static auto derivative_b(const Value auto& a, Unused, Unused) { return a; }
};

struct Div : Binary<"div"> {
  static auto value(const auto& a, const auto& b) { return a / b; }
  static auto derivative_a(Unused, const Value auto& b, Unused) { return math::over(b); }
  // The derivative is computed from a, not from the value, which programs write to in place, as in y = a / b; y
  // += 1.
  static auto derivative_b(const Value auto& a, const Value auto& b, Unused) {
    return -(a / b / b);
  }
};

struct Neg : Unary<"neg"> {
  static constexpr bool on_integers = true;
  static constexpr bool no_bool = true;
  static auto value(const auto& x) { return -x; }
  static auto derivative(Unused) { return -1; }
};

struct Pow : Binary<"pow"> {
  static constexpr auto node_name = "PowBackward1";
  static auto value(const auto& a, const auto& b) { return math::pow(a, b); }
  static auto derivative_a(const Value auto& a, const Value auto& b, Unused) {
    return math::when((a < 0) | (a > 0) | !(b == 0), b * math::pow(a, b - 1));
  }
  static auto derivative_b(const Value auto& a, const Value auto& b, const Value auto& y) {
    return math::when(!((a == 0) & (b >= 0)), y * math::log(a));
  }
};

/// Powers of integers, whose exponents have been checked; they wrap around as products do.
struct PowInteger : Binary<"pow"> {
  static constexpr auto node_name = "PowBackward1";
  static constexpr bool on_integers = true;
  static math::Pack<std::int64_t> value(math::Pack<std::int64_t> base,
                                        math::Pack<std::int64_t> exponent) {
    math::Pack<std::int64_t> result(1);
    for (std::int64_t n = exponent.v; n > 0; n /= 2) {
      if (n % 2 == 1) result = result * base;
      base = base * base;
    }
    return result;
  }
  template <std::floating_point T>
  static math::Pack<T> value(const math::Pack<T>& a, const math::Pack<T>& b) {
    return math::pow(a, b);
  }
  static auto derivative_a(Unused, Unused, Unused) { return math::Zero{}; }
  static auto derivative_b(Unused, Unused, Unused) { return math::Zero{}; }
};

/// Whether products are the fastest way to x to the power `e`.
bool is_small_power(double e) {
  constexpr double largest = 16;
  return EIGENGRAD_FMA && std::abs(e) <= largest && std::trunc(e) == e;
}

/// y where the mask `right` says that y is x to the power e, the power by logarithm elsewhere. What an element
/// gets does not depend on its neighbours.
template <class T>
math::Pack<T> power_unless(kernels::Mask<T> right, math::Pack<T> y, math::Pack<T> x, double e) {
  return kernels::all(right) ? y : math::where(right, y, math::pow(x, math::Pack<T>(e)));
}

/// x to a small integer power, in numbers of two parts (head + tail, the head being the sum rounded),
/// so that it is rounded twice at most: Dekker, Numer. Math. 18 (1971). Where a tail or an
/// intermediate result would leave the range of T, by the logarithm.
template <std::floating_point T>
math::Pack<T> small_power(const math::Pack<T>& x, double e) {
  using P = math::Pack<T>;
  constexpr T high = std::same_as<T, double> ? T(0x1p900) : T(0x1p90);
  P head(1), tail(0), base = x, base_tail(0);
  const auto multiply = [](P& a, P& a_tail, P b, P b_tail) {
    const P product = a * b;
    a_tail = math::fma(a, b, -product) + (a * b_tail + a_tail * b);
    a = product;
  };
  for (int n = static_cast<int>(std::abs(e)); n > 0; n /= 2) {
    if (n % 2 == 1) multiply(head, tail, base, base_tail);
    if (n > 1) multiply(base, base_tail, base, base_tail);
  }
  const P y = P(1) / head;
  const P product = e > 0 ? head + tail : math::fma(-y * tail, y, y);
  const P size = math::abs(head);
  return power_unless((P(1 / high) < size) & (size < P(high)), product, x, e);
}

/// x to a fixed power. Small integer powers are products.
struct PowScalar : Unary<"pow"> {
  double exponent;
  /// What the exponent has beyond the digits of a double: b - 1 rounds for many b, and x^b with it by
  /// a part of log(x).
  double tail = 0;
  template <class X>
  X value(const X& x) const {
    const X y = power(x, exponent);
    if (tail == 0 || std::is_same_v<X, math::Pack<float>>) return y;
    const X c = math::log(x) * tail;
    return math::where(math::abs(c) < 1, y * (1 + c), y);
  }
  auto derivative(const Value auto& x) const { return times(power_rule(x, less_one()), exponent); }

 private:
  template <class X>
  static X square(const X& x) {
    return x * x;
  }
  template <class X>
  static X power(const X& x, double e) {
    if (e == 2) return square(x);
    if (e == 0) return X(1);
    if (e == 1) return x;
    if (e == 3) return x * x * x;
    if (e == 0.5) return math::sqrt(x);
    if (e == -1) return 1 / x;
    // Within 2 ulp: the first rounding counts twice in a square, but for at most sqrt(2) ulp of it.
    if (e == -2) return square(1 / x);
    if (e == 4) return square(x * x);
    if (e == -0.5) return 1 / math::sqrt(x);
    if (e == 1.5) return power_unless(0 <= x, x * math::sqrt(x), x, e);
    return is_small_power(e) ? small_power(x, e) : math::pow(x, e);
  }
  /// The rule of the exponent less 1, without rounding: by TwoSum.
  PowScalar less_one() const {
    const double e = exponent - 1, back = e - exponent;
    return {{}, e, (exponent - (e - back)) + (-1 - back) + tail};
  }
  template <class T>
  static math::Pack<T> power_rule(const math::Pack<T>& x, const PowScalar& p) {
    return p.value(x);
  }
  static Tensor power_rule(const Tensor& x, const PowScalar& p) {
    return p.tail == 0 ? eigengrad::pow(x, p.exponent) : apply(p, x);
  }
  /// The exponent 0 has derivative 0 everywhere, also where 1/x is not finite.
  template <class X>
  static X times(const X& p, double e) {
    return e == 0 ? X(math::zeros_like(p)) : X(p * e);
  }
};

struct Maximum : Binary<"maximum"> {
  static constexpr bool on_integers = true;
  static constexpr bool gradient_is_constant = true;
  static auto value(const auto& a, const auto& b) { return math::maximum(a, b); }
  static auto derivative_a(const Value auto& a, const Value auto& b, Unused) {
    return math::when(!(a < b), math::where(a == b, 0.5, math::ones_like(a)));
  }
  static auto derivative_b(const Value auto& a, const Value auto& b, Unused) {
    return derivative_a(b, a, Unused{});
  }
};

struct Minimum : Binary<"minimum"> {
  static constexpr bool on_integers = true;
  static constexpr bool gradient_is_constant = true;
  static auto value(const auto& a, const auto& b) { return math::minimum(a, b); }
  static auto derivative_a(const Value auto& a, const Value auto& b, Unused) {
    return math::when(!(b < a), math::where(a == b, 0.5, math::ones_like(a)));
  }
  static auto derivative_b(const Value auto& a, const Value auto& b, Unused) {
    return derivative_a(b, a, Unused{});
  }
};

struct Where : Ternary<"where"> {
  static constexpr bool on_integers = true;
  static constexpr bool first_is_mask = true;
  static auto value(const auto& m, const auto& a, const auto& b) { return math::where(m, a, b); }
  static auto derivative_b(const Value auto& m, Unused, Unused, Unused) { return math::when(m, 1); }
  static auto derivative_c(const Value auto& m, Unused, Unused, Unused) {
    return math::when(!m, 1);
  }
};

void check_alpha(std::string_view op, const Tensor& a, const Tensor& b, const Scalar& alpha) {
  if (alpha.isFloatingPoint() && !a.is_floating_point() && !b.is_floating_point())
    detail::fail<DtypeError>(op, "alpha must be an integer for integer tensors, got ", alpha);
}

/// Whether alpha is a parameter of the rule, which holds it as a double: always but in products of integers with an
/// integer that double does not hold.
bool is_parameter(const Scalar& alpha, const Tensor& a, const Tensor& b) {
  constexpr std::int64_t largest = std::int64_t{1} << 53;
  return a.is_floating_point() || b.is_floating_point() || alpha.isFloatingPoint() ||
         (alpha.toLong() >= -largest && alpha.toLong() <= largest);
}

Tensor add_scaled(const Tensor& a, const Tensor& b, const Scalar& alpha) {
  if (alpha.toDouble() == 1) return apply(Add{}, a, b);
  check_alpha("add", a, b, alpha);
  if (!is_parameter(alpha, a, b)) return apply(Add{}, a, mul(b, alpha));
  return apply(AddScaled{{}, alpha.toDouble()}, a, b);
}

void check_integer_power(const Tensor& x, std::int64_t e) {
  if (!x.is_floating_point() && e < 0)
    detail::fail<ValueError>("pow",
                             "integers to negative integer powers are not allowed: exponent ", e,
                             "; convert the base with to(kFloat64)");
}

/// float_power_ does not round its result.
void check_float_power(const Tensor& self) {
  if (self.dtype() != kFloat64)
    detail::fail<DtypeError>("float_power_", "the base has dtype ", to_string(self.dtype()),
                             " but the result is float64; convert it with to(kFloat64)");
}

/// Whether x to the power `e` stays an integer.
bool integer_power(const Tensor& x, const Scalar& e) {
  return !x.is_floating_point() && !e.isFloatingPoint();
}

void check_out(std::string_view op, const Tensor& out, const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined())
    detail::fail<ValueError>(op, "an argument is undefined; assign a tensor to it first");
  if (!detail::thread_state.grad_mode_off &&
      ((out.defined() && out.requires_grad()) || a.requires_grad() || b.requires_grad()))
    detail::fail<GraphError>(op,
                             "functions with an out argument don't support automatic "
                             "differentiation, but one of the arguments requires grad; use the "
                             "function without out, or NoGradGuard");
  if (detail::carries_tangent(a) || detail::carries_tangent(b) ||
      (out.defined() && detail::carries_tangent(out)))
    detail::fail<GraphError>(
        op,
        "functions with an out argument don't support forward mode, but one of "
        "the arguments carries a tangent; use the function without out");
}

Tensor& write_out(Tensor& out, const Tensor& value) {
  if (out.defined() && out.sizes() == value.sizes())
    out.copy_(value);
  else
    out = out.defined() ? value.to(out.dtype()) : value;
  return out;
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b, const Scalar& alpha) {
  return add_scaled(a, b, alpha);
}
Tensor add(const Tensor& a, const Scalar& b, const Scalar& alpha) {
  if (a.is_floating_point()) return apply(AddScalar{{}, b.toDouble() * alpha.toDouble()}, a);
  return add_scaled(a, wrapped_scalar(b, a), alpha);
}
Tensor sub(const Tensor& a, const Tensor& b, const Scalar& alpha) {
  if (alpha.toDouble() == 1) return apply(Sub{}, a, b);
  check_alpha("sub", a, b, alpha);
  if (!is_parameter(alpha, a, b)) return apply(Sub{}, a, mul(b, alpha));
  return apply(SubScaled{{}, alpha.toDouble()}, a, b);
}
Tensor sub(const Tensor& a, const Scalar& b, const Scalar& alpha) {
  if (a.is_floating_point()) return apply(SubScalar{{}, b.toDouble() * alpha.toDouble()}, a);
  return sub(a, wrapped_scalar(b, a), alpha);
}
Tensor rsub(const Tensor& a, const Tensor& b, const Scalar& alpha) { return sub(b, a, alpha); }
Tensor rsub(const Tensor& a, const Scalar& b, const Scalar& alpha) {
  if (a.is_floating_point() && alpha.toDouble() == 1) return apply(ScalarSub{{}, b.toDouble()}, a);
  return sub(wrapped_scalar(b, a), a, alpha);
}
Tensor mul(const Tensor& a, const Tensor& b) { return apply(Mul{}, a, b); }
Tensor mul(const Tensor& a, const Scalar& b) {
  if (a.is_floating_point()) return apply(MulScalar{{}, b.toDouble()}, a);
  return apply(Mul{}, a, wrapped_scalar(b, a));
}
Tensor div(const Tensor& a, const Tensor& b) { return apply(Div{}, a, b); }
Tensor div(const Tensor& a, const Scalar& b) {
  if (a.is_floating_point()) return apply(DivScalar{{}, b.toDouble()}, a);
  return apply(Div{}, a, wrapped_scalar(b, a));
}
Tensor neg(const Tensor& x) { return apply(Neg{}, x); }

Tensor pow(const Tensor& a, const Tensor& b) {
  if (a.is_floating_point() || b.is_floating_point()) return apply(Pow{}, a, b);
  if (b.numel() > 0) check_integer_power(a, b.min().item().toLong());
  return apply(PowInteger{}, a, b.dtype() == kBool && a.dtype() == kBool ? b.to(kInt64) : b);
}
Tensor pow(const Tensor& a, const Scalar& b) {
  if (integer_power(a, b)) {
    check_integer_power(a, b.toLong());
    const Tensor base = a.dtype() == kBool ? a.to(kInt64) : a;
    return apply(PowInteger{}, base, wrapped_scalar(b, base));
  }
  return apply(PowScalar{{}, b.toDouble()}, a.is_floating_point() ? a : a.to(kDefaultDtype));
}
Tensor pow(const Scalar& a, const Tensor& b) { return pow(wrapped_scalar(a, b), b); }

Tensor float_power(const Tensor& a, const Tensor& b) { return pow(a.to(kFloat64), b.to(kFloat64)); }
Tensor float_power(const Tensor& a, const Scalar& b) { return pow(a.to(kFloat64), b); }
Tensor float_power(const Scalar& a, const Tensor& b) { return pow(a, b.to(kFloat64)); }

Tensor maximum(const Tensor& a, const Tensor& b) { return apply(Maximum{}, a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return apply(Minimum{}, a, b); }

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  return apply(Where{}, condition, a, b);
}
Tensor where(const Tensor& condition, const Tensor& a, const Scalar& b) {
  return where(condition, a, wrapped_scalar(b, a));
}
Tensor where(const Tensor& condition, const Scalar& a, const Tensor& b) {
  return where(condition, wrapped_scalar(a, b), b);
}
Tensor where(const Tensor& condition, const Scalar& a, const Scalar& b) {
  return where(condition, wrapped_scalar(a, condition), wrapped_scalar(b, condition));
}
std::vector<Tensor> where(const Tensor& condition) {
  return kernels::true_positions((condition.dim() == 0 ? condition.reshape({1}) : condition).ne(0));
}

Tensor& mul_out(Tensor& out, const Tensor& a, const Tensor& b) {
  check_out("mul_out", out, a, b);
  return write_out(out, mul(a, b));
}
Tensor& add_out(Tensor& out, const Tensor& a, const Tensor& b, const Scalar& alpha) {
  check_out("add_out", out, a, b);
  return write_out(out, add(a, b, alpha));
}

#define EIGENGRAD_OPERATOR(op, Rule, ScalarRule)                                             \
  Tensor operator op(const Tensor& a, const Tensor& b) { return apply(Rule{}, a, b); }       \
  Tensor operator op(Tensor&& a, const Tensor& b) { return apply_reusing(1, Rule{}, a, b); } \
  Tensor operator op(const Tensor& a, Tensor&& b) { return apply_reusing(2, Rule{}, a, b); } \
  Tensor operator op(Tensor&& a, Tensor&& b) { return apply_reusing(3, Rule{}, a, b); }      \
  Tensor operator op(const Tensor& a, const Scalar& b) {                                     \
    if (a.is_floating_point()) return apply(ScalarRule{{}, b.toDouble()}, a);                \
    return apply(Rule{}, a, wrapped_scalar(b, a));                                           \
  }                                                                                          \
  Tensor operator op(Tensor&& a, const Scalar& b) {                                          \
    if (a.is_floating_point()) return apply_reusing(1, ScalarRule{{}, b.toDouble()}, a);     \
    return apply_reusing(1, Rule{}, a, wrapped_scalar(b, a));                                \
  }
EIGENGRAD_OPERATOR(+, Add, AddScalar)
EIGENGRAD_OPERATOR(-, Sub, SubScalar)
EIGENGRAD_OPERATOR(*, Mul, MulScalar)
EIGENGRAD_OPERATOR(/, Div, DivScalar)
#undef EIGENGRAD_OPERATOR

Tensor operator+(const Scalar& a, const Tensor& b) { return b + a; }
Tensor operator+(const Scalar& a, Tensor&& b) { return std::move(b) + a; }
Tensor operator*(const Scalar& a, const Tensor& b) { return b * a; }
Tensor operator*(const Scalar& a, Tensor&& b) { return std::move(b) * a; }
Tensor operator-(const Scalar& a, const Tensor& b) { return rsub(b, a); }
Tensor operator-(const Scalar& a, Tensor&& b) {
  if (b.is_floating_point()) return apply_reusing(1, ScalarSub{{}, a.toDouble()}, b);
  return rsub(b, a);
}
Tensor operator/(const Scalar& a, const Tensor& b) { return apply(Div{}, wrapped_scalar(a, b), b); }
Tensor operator/(const Scalar& a, Tensor&& b) {
  return apply_reusing(2, Div{}, wrapped_scalar(a, b), b);
}

Tensor Tensor::operator-() const { return eigengrad::neg(*this); }
Tensor Tensor::neg() const { return eigengrad::neg(*this); }
Tensor Tensor::add(const Tensor& o, const Scalar& alpha) const {
  return eigengrad::add(*this, o, alpha);
}
Tensor Tensor::add(const Scalar& o, const Scalar& alpha) const {
  return eigengrad::add(*this, o, alpha);
}
Tensor Tensor::sub(const Tensor& o, const Scalar& alpha) const {
  return eigengrad::sub(*this, o, alpha);
}
Tensor Tensor::sub(const Scalar& o, const Scalar& alpha) const {
  return eigengrad::sub(*this, o, alpha);
}
Tensor Tensor::mul(const Tensor& o) const { return eigengrad::mul(*this, o); }
Tensor Tensor::mul(const Scalar& o) const { return eigengrad::mul(*this, o); }
Tensor Tensor::div(const Tensor& o) const { return eigengrad::div(*this, o); }
Tensor Tensor::div(const Scalar& o) const { return eigengrad::div(*this, o); }
Tensor Tensor::pow(const Tensor& e) const { return eigengrad::pow(*this, e); }
Tensor Tensor::pow(const Scalar& e) const { return eigengrad::pow(*this, e); }
Tensor Tensor::float_power(const Tensor& e) const { return eigengrad::float_power(*this, e); }
Tensor Tensor::float_power(const Scalar& e) const { return eigengrad::float_power(*this, e); }
Tensor Tensor::where(const Tensor& condition, const Tensor& o) const {
  return eigengrad::where(condition, *this, o);
}
Tensor Tensor::maximum(const Tensor& o) const { return eigengrad::maximum(*this, o); }
Tensor Tensor::minimum(const Tensor& o) const { return eigengrad::minimum(*this, o); }

Tensor& Tensor::add_(const Tensor& o, const Scalar& alpha) const {
  if (alpha.toDouble() == 1) return apply_inplace(Add{}, self(), o);
  check_alpha("add_", self(), o, alpha);
  if (!is_parameter(alpha, self(), o))
    return apply_inplace(Add{}, self(), eigengrad::mul(o, alpha));
  return apply_inplace(AddScaled{{}, alpha.toDouble()}, self(), o);
}
Tensor& Tensor::add_(const Scalar& o, const Scalar& alpha) const {
  if (is_floating_point())
    return apply_inplace(AddScalar{{}, o.toDouble() * alpha.toDouble()}, self());
  return add_(wrapped_scalar(o, self()), alpha);
}
Tensor& Tensor::sub_(const Tensor& o, const Scalar& alpha) const {
  if (alpha.toDouble() == 1) return apply_inplace(Sub{}, self(), o);
  check_alpha("sub_", self(), o, alpha);
  if (!is_parameter(alpha, self(), o))
    return apply_inplace(Sub{}, self(), eigengrad::mul(o, alpha));
  return apply_inplace(SubScaled{{}, alpha.toDouble()}, self(), o);
}
Tensor& Tensor::sub_(const Scalar& o, const Scalar& alpha) const {
  if (is_floating_point())
    return apply_inplace(SubScalar{{}, o.toDouble() * alpha.toDouble()}, self());
  return sub_(wrapped_scalar(o, self()), alpha);
}
Tensor& Tensor::mul_(const Tensor& o) const { return apply_inplace(Mul{}, self(), o); }
Tensor& Tensor::mul_(const Scalar& o) const {
  if (is_floating_point()) return apply_inplace(MulScalar{{}, o.toDouble()}, self());
  return mul_(wrapped_scalar(o, self()));
}
Tensor& Tensor::div_(const Tensor& o) const { return apply_inplace(Div{}, self(), o); }
Tensor& Tensor::div_(const Scalar& o) const {
  if (is_floating_point()) return apply_inplace(DivScalar{{}, o.toDouble()}, self());
  return div_(wrapped_scalar(o, self()));
}
Tensor& Tensor::float_power_(const Tensor& e) const {
  check_float_power(self());
  return pow_(e);
}
Tensor& Tensor::float_power_(const Scalar& e) const {
  check_float_power(self());
  return pow_(e);
}
Tensor& Tensor::neg_() const { return apply_inplace(Neg{}, self()); }
Tensor& Tensor::pow_(const Tensor& e) const {
  if (!is_floating_point()) return write_back("pow_", self(), eigengrad::pow(self(), e));
  return apply_inplace(Pow{}, self(), e);
}
Tensor& Tensor::pow_(const Scalar& e) const {
  if (!is_floating_point()) return write_back("pow_", self(), eigengrad::pow(self(), e));
  return apply_inplace(PowScalar{{}, e.toDouble()}, self());
}

}  // namespace eigengrad
