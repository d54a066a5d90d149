#include "eigengrad/ops/pointwise/rounding.hpp"

#include <cmath>
#include <limits>

#include "autograd/elementwise.hpp"
#include "autograd/kinds.hpp"
#include "core/fail.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "kernels/base/math.hpp"
#include "ops/pointwise/rule_math.hpp"

namespace eigengrad {
namespace {

using autograd::apply;
using autograd::apply_inplace;
using autograd::Unary;
using math::One;
using math::Unused;
using math::Value;
using math::Zero;

struct Floor : Unary<"floor"> {
  static constexpr bool on_integers = true;
  static constexpr bool no_bool = true;
  static auto value(const auto& x) { return math::floor(x); }
  static auto derivative(Unused) { return Zero{}; }
};

struct Ceil : Unary<"ceil"> {
  static constexpr bool on_integers = true;
  static constexpr bool no_bool = true;
  static auto value(const auto& x) { return math::ceil(x); }
  static auto derivative(Unused) { return Zero{}; }
};

struct Trunc : Unary<"trunc"> {
  static constexpr bool on_integers = true;
  static constexpr bool no_bool = true;
  static auto value(const auto& x) { return math::trunc(x); }
  static auto derivative(Unused) { return Zero{}; }
};

struct Round : Unary<"round"> {
  static constexpr bool on_integers = true;
  static constexpr bool no_bool = true;
  static auto value(const auto& x) { return math::rint(x); }
  static auto derivative(Unused) { return Zero{}; }
};

struct Sign : Unary<"sign"> {
  static constexpr bool on_integers = true;
  static auto value(const auto& x) { return math::sign(x); }
  static auto derivative(Unused) { return Zero{}; }
};

struct Sgn : Unary<"sgn"> {
  static constexpr bool on_integers = true;
  static auto value(const auto& x) { return math::sign(x); }
  static auto derivative(Unused) { return Zero{}; }
};

struct Frac : Unary<"frac"> {
  static auto value(const auto& x) { return x - math::trunc(x); }
  static auto derivative(Unused) { return One{}; }
};

/// To multiples of `unit`, or of 1 / unit: powers of ten are exact only as integers.
struct RoundDecimals : Unary<"round"> {
  static constexpr auto node_name = "RoundBackward1";
  double unit;
  bool inverse;
  auto value(const auto& x) const {
    const auto y = inverse ? math::rint(x * unit) / unit : math::rint(x / unit) * unit;
    // Values that are too large to have such decimals, infinities among them, stay as they are.
    return inverse ? math::where(math::abs(x * unit) < kIntegersFrom, y, x) : y;
  }
  static auto derivative(Unused) { return Zero{}; }

 private:
  static constexpr double kIntegersFrom = 0x1p52;
};

struct NanToNum : Unary<"nan_to_num"> {
  static constexpr bool gradient_is_constant = true;
  double nan;
  double high;
  double low;
  auto value(const auto& x) const {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const auto y = math::where(x == inf, high, math::where(x == -inf, low, x));
    return math::where(x == x, y, nan);
  }
  static auto derivative(const Value auto& x) {
    return math::when(math::abs(x) < std::numeric_limits<double>::infinity(), 1);
  }
};

NanToNum nan_to_num_rule(ScalarType dtype, optional<double> nan, optional<double> posinf,
                         optional<double> neginf) {
  const double most =
      dtype == kFloat32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
  return {{}, nan.value_or(0), posinf.value_or(most), neginf.value_or(-most)};
}

void need_floating_point(const char* op, const Tensor& x) {
  if (!x.defined())
    detail::fail<ValueError>(op, "argument 0 is undefined; assign a tensor to it first");
  if (!x.is_floating_point())
    detail::fail<DtypeError>(op, "needs a floating point tensor, got ", to_string(x.dtype()),
                             "; convert it with to(kFloat64)");
}

RoundDecimals round_rule(std::int64_t decimals) {
  return {{}, std::pow(10.0, std::abs(static_cast<double>(decimals))), decimals > 0};
}

template <class T>
void frexp_kernel(const void*, std::byte* const* operands, std::int64_t n) {
  T* m = reinterpret_cast<T*>(operands[0]);
  auto* e = reinterpret_cast<std::int64_t*>(operands[1]);
  const T* x = reinterpret_cast<const T*>(operands[2]);
  for (std::int64_t i = 0; i < n; ++i) {
    int exponent = 0;
    const T mantissa = std::frexp(x[i], &exponent);
    m[i] = mantissa;
    e[i] = std::isfinite(mantissa) ? exponent : 0;
  }
}

/// The mantissa is x 2^-e, where e is piecewise constant.
struct Frexp {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 2;
  /// The exponent, in memory of its own: programs may write to the result.
  static constexpr std::size_t constants = 1;
  static constexpr unsigned keeps_input = 0;
  static constexpr unsigned keeps_output = 0;
  static constexpr auto node_name = "FrexpBackward0";
  static constexpr bool lifts_to_itself = true;
  struct Outputs {
    const Tensor& mantissa;
    const Tensor& exponent;
  };

  static autograd::Computed<2, 1> forward(const Tensor& x, bool followed) {
    const Tensor m = detail::uninitialised(x.dtype(), x.sizes());
    const Tensor e = detail::uninitialised(kInt64, x.sizes());
    kernels::pointwise(x.sizes(), {m.impl(), e.impl(), x.impl()}, 2,
                       x.dtype() == kFloat32 ? frexp_kernel<float> : frexp_kernel<double>, nullptr);
    return {{m, e}, {followed ? e.clone() : Tensor()}};
  }
  static void gradients(const bool*, const Outputs& g, const Tensor&, const Outputs&,
                        const Tensor& exponent, Tensor* results) {
    if (g.mantissa.defined()) results[0] = scaled(g.mantissa, exponent);
  }
  static Tensor jvp(std::size_t, const Tensor& t, const Tensor&, const Outputs&,
                    const Tensor& exponent) {
    return scaled(t, exponent);
  }

 private:
  /// In two steps, since 2^-e alone may overflow.
  static Tensor scaled(const Tensor& v, const Tensor& exponent) {
    const Tensor e = exponent.to(v.dtype());
    const Tensor half = floor(e * -0.5);
    return v * exp2(half) * exp2(-e - half);
  }
};

}  // namespace

#define EIGENGRAD_UNARY(name, Rule)                            \
  Tensor name(const Tensor& x) { return apply(Rule{}, x); }    \
  Tensor Tensor::name() const { return apply(Rule{}, *this); } \
  Tensor& Tensor::name##_() const { return apply_inplace(Rule{}, self()); }
EIGENGRAD_UNARY(floor, Floor)
EIGENGRAD_UNARY(ceil, Ceil)
EIGENGRAD_UNARY(trunc, Trunc)
EIGENGRAD_UNARY(round, Round)
#undef EIGENGRAD_UNARY

// A truth value is its own sign.
Tensor sign(const Tensor& x) { return apply(Sign{}, x); }
Tensor Tensor::sign() const { return apply(Sign{}, *this); }
Tensor& Tensor::sign_() const { return apply_inplace(Sign{}, self()); }
Tensor sgn(const Tensor& x) { return apply(Sgn{}, x); }
Tensor Tensor::sgn() const { return apply(Sgn{}, *this); }
Tensor& Tensor::sgn_() const { return apply_inplace(Sgn{}, self()); }

Tensor frac(const Tensor& x) {
  need_floating_point("frac", x);
  return apply(Frac{}, x);
}
Tensor Tensor::frac() const { return eigengrad::frac(*this); }
Tensor& Tensor::frac_() const {
  need_floating_point("frac_", self());
  return apply_inplace(Frac{}, self());
}

Tensor round(const Tensor& x, std::int64_t decimals) {
  if (decimals == 0) return round(x);
  need_floating_point("round", x);
  return apply(round_rule(decimals), x);
}
Tensor Tensor::round(std::int64_t decimals) const { return eigengrad::round(*this, decimals); }
Tensor& Tensor::round_(std::int64_t decimals) const {
  if (decimals == 0) return round_();
  need_floating_point("round_", self());
  return apply_inplace(round_rule(decimals), self());
}

Tensor nan_to_num(const Tensor& x, optional<double> nan, optional<double> posinf,
                  optional<double> neginf) {
  if (x.defined() && !x.is_floating_point()) return x.clone();
  return apply(nan_to_num_rule(x.defined() ? x.dtype() : kFloat64, nan, posinf, neginf), x);
}
Tensor Tensor::nan_to_num(optional<double> nan, optional<double> posinf,
                          optional<double> neginf) const {
  return eigengrad::nan_to_num(*this, nan, posinf, neginf);
}
Tensor& Tensor::nan_to_num_(optional<double> nan, optional<double> posinf,
                            optional<double> neginf) const {
  if (defined() && !is_floating_point()) return self();
  return apply_inplace(nan_to_num_rule(defined() ? dtype() : kFloat64, nan, posinf, neginf),
                       self());
}

std::tuple<Tensor, Tensor> frexp(const Tensor& x) {
  need_floating_point("frexp", x);
  const auto [mantissa, exponent] = autograd::apply_many(Frexp{}, {x});
  return {mantissa, exponent};
}
std::tuple<Tensor, Tensor> Tensor::frexp() const { return eigengrad::frexp(*this); }

}  // namespace eigengrad
