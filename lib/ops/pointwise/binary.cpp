#include "eigengrad/ops/pointwise/binary.hpp"

#include "autograd/elementwise.hpp"
#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "kernels/pointwise/derivatives.hpp"
#include "ops/pointwise/rule_math.hpp"
#include "ops/pointwise/write_back.hpp"

namespace eigengrad {
namespace {

using autograd::apply;
using autograd::apply_inplace;
using autograd::Binary;
using autograd::Ternary;
using autograd::wrapped_scalar;
using detail::FixedString;
using math::One;
using math::Pack;
using math::Unused;
using math::Value;
using math::Zero;

constexpr double kLog2 = 0.693147180559945309417232121458176568;

/// sqrt(a^2 + b^2), and 1 at the origin, where atan2 has derivatives of 0.
template <class T>
Pack<T> radius(const Pack<T>& a, const Pack<T>& b) {
  const Pack<T> r = math::hypot(a, b);
  return math::where(r == Pack<T>(0), Pack<T>(1), r);
}
Tensor radius(const Tensor& a, const Tensor& b) {
  const Tensor r = eigengrad::hypot(a, b);
  return eigengrad::where(r == 0, 1, r);
}
template <class T>
Pack<T> power_of_two(const Pack<T>& x) {
  return math::exp2(x);
}
Tensor power_of_two(const Tensor& x) { return eigengrad::pow(Scalar(2), x); }

/// d atan2(a, b) = (b da - a db) / (a^2 + b^2).
struct Atan2 : Binary<"atan2"> {
  static auto value(const auto& a, const auto& b) { return math::atan2(a, b); }
  static auto derivative_a(const Value auto& a, const Value auto& b, Unused) {
    const auto r = radius(a, b);
    return b / r / r;
  }
  static auto derivative_b(const Value auto& a, const Value auto& b, Unused) {
    const auto r = radius(a, b);
    return -(a / r / r);
  }
};

/// A recorded derivative is an operator of its own: as a quotient, its derivative (1 - a^2 / y^2) / y would be a
/// difference that loses b where a dominates.
struct Hypot : Binary<"hypot"> {
  static auto value(const auto& a, const auto& b) { return math::hypot(a, b); }
  template <class X>
  static X derivative_a(const X& a, const X& b, const X& y) requires Value<X> {
    return share_of(a, b, y);
  }
  template <class X>
  static X derivative_b(const X& a, const X& b, const X& y) requires Value<X> {
    return share_of(b, a, y);
  }

 private:
  template <class T>
  static Pack<T> share_of(const Pack<T>& a, const Pack<T>&, const Pack<T>& y) {
    return a / y;
  }
  static Tensor share_of(const Tensor& a, const Tensor& b, const Tensor&) {
    return math::cosine_of(a, b);
  }
};

struct CopySign : Binary<"copysign"> {
  static auto value(const auto& a, const auto& b) { return math::copysign(a, b); }
  static auto derivative_a(const Value auto& a, Unused, const Value auto& y) {
    return math::sign(a) * math::sign(y);
  }
  static auto derivative_b(Unused, Unused, Unused) { return Zero{}; }
};

/// a 2^b = a (2^h)^3 2^(b - 3 h), h = b / 4 rounded down, so that no factor leaves the range.
struct Ldexp : Binary<"ldexp"> {
  template <class T>
  static Pack<T> value(const Pack<T>& a, const Pack<T>& b) {
    const Pack<T> bound(2200);
    const Pack<T> e = math::minimum(math::maximum(b, -bound), bound);
    const Pack<T> h = math::trunc(e * Pack<T>(0.25));
    const Pack<T> p = math::exp2(h);
    return a * p * p * p * math::exp2(e - h * Pack<T>(3));
  }
  static auto derivative_a(Unused, const Value auto& b, Unused) { return power_of_two(b); }
  static auto derivative_b(Unused, Unused, const Value auto& y) { return y * kLog2; }
};

/// a - b, 0 between equal infinities.
template <class T>
Pack<T> gap(const Pack<T>& a, const Pack<T>& b) {
  return math::where(a == b, Pack<T>(0), a - b);
}
Tensor gap(const Tensor& a, const Tensor& b) {
  return eigengrad::where(isinf(a) & (a == b), 0, a - b);
}
/// exp(a) / (exp(a) + exp(b)), 1/2 between equal infinities.
template <class T>
Pack<T> share(const Pack<T>& a, const Pack<T>& b) {
  return Pack<T>(1) / (Pack<T>(1) + math::exp(gap(b, a)));
}
Tensor share(const Tensor& a, const Tensor& b) { return eigengrad::sigmoid(gap(a, b)); }

/// max(a, b) + log1p(exp(-|a - b|)).
struct LogAddExp : Binary<"logaddexp"> {
  static auto value(const auto& a, const auto& b) {
    const auto d = math::where(a == b, 0, -math::abs(a - b));
    return math::maximum(a, b) + math::log1p(math::exp(d));
  }
  static auto derivative_a(const Value auto& a, const Value auto& b, Unused) { return share(a, b); }
  static auto derivative_b(const Value auto& a, const Value auto& b, Unused) { return share(b, a); }
};

struct LogAddExp2 : Binary<"logaddexp2"> {
  static auto value(const auto& a, const auto& b) {
    const auto d = math::where(a == b, 0, -math::abs(a - b));
    return math::maximum(a, b) + math::log1p(math::exp2(d)) * (1 / kLog2);
  }
  static auto derivative_a(const Value auto& a, const Value auto& b, Unused) {
    return math::sigmoid_base_2(gap(a, b));
  }
  static auto derivative_b(const Value auto& a, const Value auto& b, Unused) {
    return math::sigmoid_base_2(gap(b, a));
  }
};

/// The derivative by the operand that is the result: 1/2 where it equals the other one, 1 elsewhere.
auto half_where(const auto& tie, const auto& x) {
  return math::where(tie, 0.5, math::ones_like(x));
}

template <FixedString name, bool Larger>
struct FExtremum : Binary<name> {
  static constexpr bool on_integers = true;
  static auto takes_first(const auto& a, const auto& b) {
    if constexpr (Larger)
      return (b <= a) | !(b == b);
    else
      return (a <= b) | !(b == b);
  }
  static auto value(const auto& a, const auto& b) { return math::where(takes_first(a, b), a, b); }
  static constexpr bool gradient_is_constant = true;
  static auto derivative_a(const Value auto& a, const Value auto& b, Unused) {
    return math::when(takes_first(a, b), half_where(a == b, a));
  }
  static auto derivative_b(const Value auto& a, const Value auto& b, Unused) {
    return math::when((a == b) | !takes_first(a, b), half_where(a == b, a));
  }
};
using FMax = FExtremum<"fmax", true>;
using FMin = FExtremum<"fmin", false>;

struct ClampBetween : Ternary<"clamp"> {
  static constexpr bool on_integers = true;
  static auto value(const auto& x, const auto& low, const auto& high) {
    return math::minimum(math::maximum(x, low), high);
  }
  static constexpr bool gradient_is_constant = true;
  static auto derivative_a(const Value auto& x, const Value auto& low, const Value auto& high,
                           Unused) {
    const auto outside = (x < low) | (high < x) | (high < low);
    return math::when(!outside, half_where(((x == low) | (x == high)) & (low < high), x));
  }
  static auto derivative_b(const Value auto& x, const Value auto& low, const Value auto& high,
                           Unused) {
    const auto edge = (x == low) & (low < high);
    return math::when(((x < low) & (low <= high)) | edge, half_where(edge, x));
  }
  static auto derivative_c(const Value auto& x, const Value auto& low, const Value auto& high,
                           Unused) {
    const auto edge = (x == high) & (low < high);
    return math::when((high < x) | (high < low) | edge, half_where(edge, x));
  }
};
struct ClampBelow : Binary<"clamp_min"> {
  static constexpr auto node_name = "ClampMinBackward1";
  static constexpr bool on_integers = true;
  static constexpr bool gradient_is_constant = true;
  static auto value(const auto& x, const auto& low) { return math::maximum(x, low); }
  static auto derivative_a(const Value auto& x, const Value auto& low, Unused) {
    return math::when(!(x < low), half_where(x == low, x));
  }
  static auto derivative_b(const Value auto& x, const Value auto& low, Unused) {
    return math::when(!(low < x), half_where(x == low, x));
  }
};
struct ClampAbove : Binary<"clamp_max"> {
  static constexpr auto node_name = "ClampMaxBackward1";
  static constexpr bool on_integers = true;
  static constexpr bool gradient_is_constant = true;
  static auto value(const auto& x, const auto& high) { return math::minimum(x, high); }
  static auto derivative_a(const Value auto& x, const Value auto& high, Unused) {
    return math::when(!(high < x), half_where(x == high, x));
  }
  static auto derivative_b(const Value auto& x, const Value auto& high, Unused) {
    return math::when(!(x < high), half_where(x == high, x));
  }
};
struct ClampLow : ClampBelow {
  static constexpr auto node_name = Binary<"clamp">::node_name;
  static constexpr auto op_name = Binary<"clamp">::op_name;
};
struct ClampHigh : ClampAbove {
  static constexpr auto node_name = Binary<"clamp">::node_name;
  static constexpr auto op_name = Binary<"clamp">::op_name;
};

/// a + w (b - a) as computed, or where an infinite end makes that NaN, the limit.
template <class T>
Pack<T> or_limit(const Pack<T>& y, const Pack<T>& a, const Pack<T>& b,
                 const std::type_identity_t<Pack<T>>& w) {
  const auto is_number = y == y;
  if (all(is_number)) return y;
  return math::where(is_number, y, a * (1 - w) + b * w);
}

struct Lerp : Ternary<"lerp"> {
  static constexpr auto node_name = "LerpBackward1";
  static auto value(const auto& a, const auto& b, const auto& w) {
    // From the nearer end, so that both ends are met.
    const auto y = math::where(math::abs(w) < 0.5, a + w * (b - a), b - (b - a) * (1 - w));
    return or_limit(y, a, b, w);
  }
  static auto derivative_a(Unused, Unused, const Value auto& w, Unused) { return 1 - w; }
  static auto derivative_b(Unused, Unused, const Value auto& w, Unused) { return w; }
  static auto derivative_c(const Value auto& a, const Value auto& b, Unused, Unused) {
    return b - a;
  }
};
struct LerpScalar : Binary<"lerp"> {
  double w;
  auto value(const auto& a, const auto& b) const {
    const auto y = w > -0.5 && w < 0.5 ? a + (b - a) * w : b - (b - a) * (1 - w);
    return or_limit(y, a, b, w);
  }
  auto derivative_a(Unused, Unused, Unused) const { return 1 - w; }
  auto derivative_b(Unused, Unused, Unused) const { return w; }
};

struct AddCMul : Ternary<"addcmul"> {
  static constexpr bool on_integers = true;
  double v;
  auto value(const auto& a, const auto& b, const auto& c) const { return a + b * c * v; }
  static auto derivative_a(Unused, Unused, Unused, Unused) { return One{}; }
  auto derivative_b(Unused, Unused, const Value auto& c, Unused) const { return c * v; }
  auto derivative_c(Unused, const Value auto& b, Unused, Unused) const { return b * v; }
};
struct AddCDiv : Ternary<"addcdiv"> {
  double v;
  auto value(const auto& a, const auto& b, const auto& c) const { return a + b * v / c; }
  static auto derivative_a(Unused, Unused, Unused, Unused) { return One{}; }
  auto derivative_b(Unused, Unused, const Value auto& c, Unused) const { return v / c; }
  auto derivative_c(Unused, const Value auto& b, const Value auto& c, Unused) const {
    return -(b * v / c / c);
  }
};

struct NextAfter : Binary<"nextafter"> {
  template <class T>
  static Pack<T> value(const Pack<T>& a, const Pack<T>& b) {
    return kernels::by_element(a, b, [](T x, T y) { return std::nextafter(x, y); });
  }
  static auto derivative_a(Unused, Unused, Unused) { return Zero{}; }
  static auto derivative_b(Unused, Unused, Unused) { return Zero{}; }
};
/// nextafter() of a tracked tensor: differentiating it throws.
struct NotDifferentiated {
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 1;
  static constexpr unsigned keeps_input = 0;
  static constexpr unsigned keeps_output = 0;
  static constexpr auto node_name = NextAfter::node_name;
  static Tensor forward(const Tensor& a, const Tensor& b) {
    const detail::Unrecorded unrecorded;
    return apply(NextAfter{}, a, b);
  }
  Tensor vjp(std::size_t, const Tensor*, const Tensor*, const Tensor*) const { refuse(); }
  Tensor jvp(std::size_t, const Tensor*, const Tensor*, const Tensor*) const { refuse(); }
  [[noreturn]] static void refuse() {
    detail::fail<NotImplementedError>(
        NextAfter::op_name,
        "the derivative for 'nextafter' is not implemented: it steps from number to number; detach "
        "its arguments");
  }
};

void check_addcmul(std::string_view op, const Tensor& a, const Tensor& b, const Tensor& c,
                   const Scalar& value) {
  const Tensor* const all[] = {&a, &b, &c};
  for (const Tensor* const t : all)
    if (!t->defined())
      detail::fail<ValueError>(op, "an argument is undefined; assign a tensor to it first");
  const ScalarType dtype = autograd::result_type(all, 3);
  if (dtype == kBool)
    detail::fail<DtypeError>(op, "is not defined for bool tensors; convert them with to(kInt64)");
  if (dtype == kInt64 && value.isFloatingPoint())
    detail::fail<DtypeError>(op, "value must be an integer for integer tensors, got ", value);
}
void check_addcdiv(std::string_view op, const Tensor& b, const Tensor& c) {
  if (!b.is_floating_point() && !c.is_floating_point())
    detail::fail<DtypeError>(op,
                             "integer division is not supported; convert tensor1 or tensor2 with "
                             "to(kFloat64)");
}
/// Refuses operands of different dtypes, as PyTorch does, except for a weight that is a scalar.
void check_lerp(const Tensor& a, const Tensor& b, const Tensor& weight = {}) {
  if (!a.defined() || !b.defined()) return;  // what is undefined is refused as everywhere
  if (b.dtype() != a.dtype())
    detail::fail<DtypeError>("lerp",
                             "the end must have the dtype of the start: ", to_string(b.dtype()),
                             " and ", to_string(a.dtype()), "; convert it with to()");
  if (weight.defined() && weight.dim() > 0 && weight.dtype() != a.dtype())
    detail::fail<DtypeError>(
        "lerp", "the weight must have the dtype of the ends: ", to_string(weight.dtype()), " and ",
        to_string(a.dtype()), "; convert it with to()");
}

void check_bounds(std::string_view op, const OptionalTensor& min, const OptionalTensor& max) {
  if (!min && !max) detail::fail<ValueError>(op, "at least one of min and max must be given");
}

}  // namespace

#define EIGENGRAD_BINARY(name, Rule)                                            \
  Tensor name(const Tensor& a, const Tensor& b) { return apply(Rule{}, a, b); } \
  Tensor Tensor::name(const Tensor& o) const { return eigengrad::name(*this, o); }
#define EIGENGRAD_BINARY_INPLACE(name, Rule) \
  EIGENGRAD_BINARY(name, Rule)               \
  Tensor& Tensor::name##_(const Tensor& o) const { return apply_inplace(Rule{}, self(), o); }
EIGENGRAD_BINARY_INPLACE(atan2, Atan2)
EIGENGRAD_BINARY_INPLACE(hypot, Hypot)
EIGENGRAD_BINARY_INPLACE(copysign, CopySign)
EIGENGRAD_BINARY_INPLACE(ldexp, Ldexp)
EIGENGRAD_BINARY(logaddexp, LogAddExp)
EIGENGRAD_BINARY(logaddexp2, LogAddExp2)
EIGENGRAD_BINARY(fmax, FMax)
EIGENGRAD_BINARY(fmin, FMin)
#undef EIGENGRAD_BINARY
#undef EIGENGRAD_BINARY_INPLACE

Tensor copysign(const Tensor& a, const Scalar& b) { return copysign(a, wrapped_scalar(b, a)); }
Tensor Tensor::copysign(const Scalar& b) const { return eigengrad::copysign(*this, b); }
Tensor& Tensor::copysign_(const Scalar& b) const { return copysign_(wrapped_scalar(b, self())); }

Tensor clamp(const Tensor& x, const OptionalTensor& min, const OptionalTensor& max) {
  check_bounds("clamp", min, max);
  if (min && max) return apply(ClampBetween{}, x, *min, *max);
  if (min) return apply(ClampLow{}, x, *min);
  return apply(ClampHigh{}, x, *max);
}
Tensor Tensor::clamp(const OptionalTensor& min, const OptionalTensor& max) const {
  return eigengrad::clamp(*this, min, max);
}
Tensor& Tensor::clamp_(const OptionalTensor& min, const OptionalTensor& max) const {
  check_bounds("clamp_", min, max);
  if (min && max) return apply_inplace(ClampBetween{}, self(), *min, *max);
  if (min) return apply_inplace(ClampLow{}, self(), *min);
  return apply_inplace(ClampHigh{}, self(), *max);
}

Tensor clamp_min(const Tensor& x, const Tensor& min) { return apply(ClampBelow{}, x, min); }
Tensor clamp_max(const Tensor& x, const Tensor& max) { return apply(ClampAbove{}, x, max); }
Tensor Tensor::clamp_min(const Tensor& min) const { return eigengrad::clamp_min(*this, min); }
Tensor Tensor::clamp_max(const Tensor& max) const { return eigengrad::clamp_max(*this, max); }
Tensor& Tensor::clamp_min_(const Tensor& min) const {
  return apply_inplace(ClampBelow{}, self(), min);
}
Tensor& Tensor::clamp_max_(const Tensor& max) const {
  return apply_inplace(ClampAbove{}, self(), max);
}

Tensor lerp(const Tensor& a, const Tensor& b, const Scalar& weight) {
  check_lerp(a, b);
  return apply(LerpScalar{{}, weight.toDouble()}, a, b);
}
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight) {
  check_lerp(a, b, weight);
  return apply(Lerp{}, a, b, weight);
}
Tensor Tensor::lerp(const Tensor& b, const Scalar& w) const { return eigengrad::lerp(*this, b, w); }
Tensor Tensor::lerp(const Tensor& b, const Tensor& w) const { return eigengrad::lerp(*this, b, w); }
Tensor& Tensor::lerp_(const Tensor& b, const Scalar& w) const {
  check_lerp(self(), b);
  return apply_inplace(LerpScalar{{}, w.toDouble()}, self(), b);
}
Tensor& Tensor::lerp_(const Tensor& b, const Tensor& w) const {
  check_lerp(self(), b, w);
  return apply_inplace(Lerp{}, self(), b, w);
}

Tensor addcmul(const Tensor& a, const Tensor& b, const Tensor& c, const Scalar& value) {
  check_addcmul("addcmul", a, b, c, value);
  return apply(AddCMul{{}, value.toDouble()}, a, b, c);
}
Tensor addcdiv(const Tensor& a, const Tensor& b, const Tensor& c, const Scalar& value) {
  check_addcdiv("addcdiv", b, c);
  return apply(AddCDiv{{}, value.toDouble()}, a, b, c);
}
Tensor Tensor::addcmul(const Tensor& b, const Tensor& c, const Scalar& value) const {
  return eigengrad::addcmul(*this, b, c, value);
}
Tensor Tensor::addcdiv(const Tensor& b, const Tensor& c, const Scalar& value) const {
  return eigengrad::addcdiv(*this, b, c, value);
}
Tensor& Tensor::addcmul_(const Tensor& b, const Tensor& c, const Scalar& value) const {
  check_addcmul("addcmul_", self(), b, c, value);
  return apply_inplace(AddCMul{{}, value.toDouble()}, self(), b, c);
}
Tensor& Tensor::addcdiv_(const Tensor& b, const Tensor& c, const Scalar& value) const {
  check_addcdiv("addcdiv_", b, c);
  return apply_inplace(AddCDiv{{}, value.toDouble()}, self(), b, c);
}

Tensor nextafter(const Tensor& a, const Tensor& b) {
  return autograd::apply_many(NotDifferentiated{}, {a, b});
}
Tensor Tensor::nextafter(const Tensor& o) const { return eigengrad::nextafter(*this, o); }
Tensor& Tensor::nextafter_(const Tensor& o) const {
  return write_back("nextafter_", self(), eigengrad::nextafter(self(), o));
}

}  // namespace eigengrad
