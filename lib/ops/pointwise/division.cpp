#include "eigengrad/ops/pointwise/division.hpp"

#include "autograd/elementwise.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "ops/pointwise/rule_math.hpp"

namespace eigengrad {
namespace {

using autograd::apply;
using autograd::apply_inplace;
using autograd::Binary;
using autograd::wrapped_scalar;
using math::One;
using math::Pack;
using math::Unused;
using math::Value;

/// a / b rounded down; with fmod, since a / b may round to an integer that it does not reach.
template <std::floating_point T>
Pack<T> floor_quotient(const Pack<T>& a, const Pack<T>& b) {
  using P = Pack<T>;
  const P zero(0);
  const P m = math::fmod(a, b);
  const auto other_side = ((m < zero) & (zero < b)) | ((zero < m) & (b < zero));
  const P q = (a - m) / b;
  const P below = math::where(other_side, q - P(1), q);
  const P down = math::floor(below);
  const P nearest = math::where(P(0.5) < below - down, down + P(1), down);
  const P y = math::where(below == zero, math::copysign(zero, a / b), nearest);
  return math::where(b == zero, a / b, y);
}
/// The quotient of integers, rounded towards zero. Divisors are not 0; division by -1, which could overflow, is
/// replaced by a negation.
inline Pack<std::int64_t> truncated_quotient(Pack<std::int64_t> a, Pack<std::int64_t> b) {
  if (b.v == 0) return 0;
  return b.v == -1 ? -a : Pack<std::int64_t>(a.v / b.v);
}
inline Pack<std::int64_t> truncated_rest(Pack<std::int64_t> a, Pack<std::int64_t> b) {
  return a - truncated_quotient(a, b) * b;
}
inline bool on_other_side(Pack<std::int64_t> m, Pack<std::int64_t> b) {
  return m.v != 0 && (m.v < 0) != (b.v < 0);
}
inline Pack<std::int64_t> floor_quotient(Pack<std::int64_t> a, Pack<std::int64_t> b) {
  const Pack<std::int64_t> q = truncated_quotient(a, b);
  return on_other_side(truncated_rest(a, b), b) ? q - 1 : q;
}
template <std::floating_point T>
Pack<T> truncated_quotient(const Pack<T>& a, const Pack<T>& b) {
  return math::trunc(a / b);
}
template <std::floating_point T>
Pack<T> truncated_rest(const Pack<T>& a, const Pack<T>& b) {
  return math::fmod(a, b);
}
Tensor floor_quotient(const Tensor& a, const Tensor& b) { return eigengrad::div(a, b, "floor"); }
Tensor truncated_quotient(const Tensor& a, const Tensor& b) {
  return eigengrad::div(a, b, "trunc");
}

struct DivFloor : Binary<"div"> {
  static constexpr auto node_name = "DivBackward2";
  static constexpr bool on_integers = true;
  static auto value(const auto& a, const auto& b) { return floor_quotient(a, b); }
  static auto derivative_a(Unused, Unused, Unused) { return math::Zero{}; }
  static auto derivative_b(Unused, Unused, Unused) { return math::Zero{}; }
};
struct DivTrunc : Binary<"div"> {
  static constexpr auto node_name = "DivBackward2";
  static constexpr bool on_integers = true;
  static auto value(const auto& a, const auto& b) { return truncated_quotient(a, b); }
  static auto derivative_a(Unused, Unused, Unused) { return math::Zero{}; }
  static auto derivative_b(Unused, Unused, Unused) { return math::Zero{}; }
};

struct FMod : Binary<"fmod"> {
  static constexpr auto node_name = "FmodBackward1";
  static constexpr bool on_integers = true;
  static auto value(const auto& a, const auto& b) { return truncated_rest(a, b); }
  static auto derivative_a(Unused, Unused, Unused) { return One{}; }
  static auto derivative_b(const Value auto& a, const Value auto& b, Unused) {
    return -truncated_quotient(a, b);
  }
};
struct Remainder : Binary<"remainder"> {
  static constexpr auto node_name = "RemainderBackward1";
  static constexpr bool on_integers = true;
  template <class X>
  static X value(const X& a, const X& b) {
    const X m = truncated_rest(a, b);
    if constexpr (std::same_as<X, Pack<std::int64_t>>) {
      return on_other_side(m, b) ? m + b : m;
    } else {
      const X zero(0);
      return math::where(((m < zero) & (zero < b)) | ((zero < m) & (b < zero)), m + b, m);
    }
  }
  static auto derivative_a(Unused, Unused, Unused) { return One{}; }
  static auto derivative_b(const Value auto& a, const Value auto& b, Unused) {
    return -floor_quotient(a, b);
  }
};

/// Refuses integers divided by 0, which no integer represents, and quotients of bools.
void check_divisor(std::string_view op, const Tensor& a, const Tensor& b) {
  if (a.is_floating_point() || b.is_floating_point()) return;
  if (a.dtype() == kBool && b.dtype() == kBool)
    detail::fail<DtypeError>(op, "is not defined for bool tensors; convert them with to(kInt64)");
  if (a.numel() > 0 && !b.all().item<bool>())
    detail::fail<NumericError>(op,
                               "ZeroDivisionError: integers have no quotient by 0; convert "
                               "them with to(kFloat64), or replace the zeros");
}

enum class Rounding : std::uint8_t { None, Floor, Trunc };

Rounding rounding(std::string_view op, optional<std::string_view> mode) {
  if (!mode) return Rounding::None;
  if (*mode == "floor") return Rounding::Floor;
  if (*mode != "trunc")
    detail::fail<ValueError>(op, "rounding_mode must be \"floor\", \"trunc\" or nothing, got \"",
                             *mode, '"');
  return Rounding::Trunc;
}

}  // namespace

Tensor div(const Tensor& a, const Tensor& b, optional<std::string_view> rounding_mode) {
  const Rounding r = rounding("div", rounding_mode);
  if (r == Rounding::None) return div(a, b);
  check_divisor("div", a, b);
  return r == Rounding::Floor ? apply(DivFloor{}, a, b) : apply(DivTrunc{}, a, b);
}
Tensor div(const Tensor& a, const Scalar& b, optional<std::string_view> rounding_mode) {
  return div(a, wrapped_scalar(b, a), rounding_mode);
}
Tensor true_divide(const Tensor& a, const Tensor& b) { return div(a, b); }
Tensor true_divide(const Tensor& a, const Scalar& b) { return div(a, b); }
Tensor floor_divide(const Tensor& a, const Tensor& b) { return div(a, b, "floor"); }
Tensor floor_divide(const Tensor& a, const Scalar& b) { return div(a, b, "floor"); }
Tensor fmod(const Tensor& a, const Tensor& b) {
  check_divisor("fmod", a, b);
  return apply(FMod{}, a, b);
}
Tensor fmod(const Tensor& a, const Scalar& b) { return fmod(a, wrapped_scalar(b, a)); }
Tensor remainder(const Tensor& a, const Tensor& b) {
  check_divisor("remainder", a, b);
  return apply(Remainder{}, a, b);
}
Tensor remainder(const Tensor& a, const Scalar& b) { return remainder(a, wrapped_scalar(b, a)); }
Tensor remainder(const Scalar& a, const Tensor& b) { return remainder(wrapped_scalar(a, b), b); }
Tensor operator%(const Tensor& a, const Tensor& b) { return remainder(a, b); }
Tensor operator%(const Tensor& a, const Scalar& b) { return remainder(a, b); }
Tensor operator%(const Scalar& a, const Tensor& b) { return remainder(a, b); }

Tensor& Tensor::div_(const Tensor& o, optional<std::string_view> rounding_mode) const {
  const Rounding r = rounding("div_", rounding_mode);
  if (r == Rounding::None) return div_(o);
  check_divisor("div_", self(), o);
  return r == Rounding::Floor ? apply_inplace(DivFloor{}, self(), o)
                              : apply_inplace(DivTrunc{}, self(), o);
}
Tensor& Tensor::div_(const Scalar& o, optional<std::string_view> rounding_mode) const {
  return div_(wrapped_scalar(o, self()), rounding_mode);
}
Tensor& Tensor::fmod_(const Tensor& o) const {
  check_divisor("fmod_", self(), o);
  return apply_inplace(FMod{}, self(), o);
}
Tensor& Tensor::fmod_(const Scalar& o) const { return fmod_(wrapped_scalar(o, self())); }
Tensor& Tensor::remainder_(const Tensor& o) const {
  check_divisor("remainder_", self(), o);
  return apply_inplace(Remainder{}, self(), o);
}
Tensor& Tensor::remainder_(const Scalar& o) const { return remainder_(wrapped_scalar(o, self())); }
#define EIGENGRAD_DIVISION(name)                                                   \
  Tensor Tensor::name(const Tensor& o) const { return eigengrad::name(*this, o); } \
  Tensor Tensor::name(const Scalar& o) const { return eigengrad::name(*this, o); }
EIGENGRAD_DIVISION(true_divide)
EIGENGRAD_DIVISION(floor_divide)
EIGENGRAD_DIVISION(fmod)
EIGENGRAD_DIVISION(remainder)
#undef EIGENGRAD_DIVISION
Tensor Tensor::div(const Tensor& o, optional<std::string_view> rounding_mode) const {
  return eigengrad::div(*this, o, rounding_mode);
}
Tensor Tensor::div(const Scalar& o, optional<std::string_view> rounding_mode) const {
  return eigengrad::div(*this, o, rounding_mode);
}
Tensor& Tensor::true_divide_(const Tensor& o) const { return div_(o); }
Tensor& Tensor::true_divide_(const Scalar& o) const { return div_(o); }
Tensor& Tensor::floor_divide_(const Tensor& o) const { return div_(o, "floor"); }
Tensor& Tensor::floor_divide_(const Scalar& o) const { return div_(o, "floor"); }

}  // namespace eigengrad
