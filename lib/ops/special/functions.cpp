#include "eigengrad/ops/special/functions.hpp"

#include <limits>
#include <numbers>

#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "kernels/special/error.hpp"
#include "kernels/special/error_functions.hpp"
#include "kernels/special/gamma.hpp"
#include "ops/special/rules.hpp"

namespace eigengrad {
namespace {

using autograd::apply;
using autograd::apply_inplace;
using autograd::Binary;
using autograd::Unary;
using autograd::wrapped_scalar;
using kernels::Pack;
using math::evaluate;
using math::Unused;
using math::Value;
using special_rules::in_double;

constexpr double kSqrtPi = 1 / std::numbers::inv_sqrtpi;

// ---- Error functions. DLMF 7.2.1, 7.2.2 and, for the inverses, 7.17.1.

struct Erf : Unary<"erf"> {
  static auto value(const auto& x) { return math::erf(x); }
  static auto derivative(const Value auto& x) { return math::exp(-(x * x)) * (2 / kSqrtPi); }
};

struct Erfc : Unary<"erfc"> {
  static auto value(const auto& x) { return math::erfc(x); }
  static auto derivative(const Value auto& x) { return math::exp(-(x * x)) * (-2 / kSqrtPi); }
};

/// exp(y^2) for y = erfinv(x), or erfcinv(x) if `complementary`. Far out, where exp would magnify the
/// rounding of y, it is erfcx(|y|) / erfc(|y|), and x gives the divisor. It is differentiated as a function
/// of y alone.
struct ExpOfSquare : Binary<"exp"> {
  static constexpr auto node_name = "ExpOfSquareBackward";
  bool complementary;
  template <std::floating_point T>
  Pack<T> value(Pack<T> y, Pack<T> x) const {
    const Pack<T> zero(0), one(1), two(2), inf(std::numeric_limits<T>::infinity());
    const Pack<T> near = math::exp(y * y);
    const kernels::Mask<T> far = two < math::abs(y);
    if (!kernels::any(far)) return near;
    const Pack<T> tail = complementary ? math::minimum(x, two - x) : one - math::abs(x);
    const Pack<T> quotient = kernels::erfcx(math::abs(y)) / tail;
    return kernels::select(far, kernels::select(tail == zero, inf, quotient), near);
  }
  static auto derivative_a(const Value auto& y, Unused, const Value auto& e) { return y * e * 2; }
  static auto derivative_b(Unused, Unused, Unused) { return math::Zero{}; }
};

struct Erfinv : Unary<"erfinv"> {
  static auto value(const auto& x) { return in_double(kernels::erfinv, x); }
  static auto derivative_a(const Value auto& x, const Value auto& y) {
    return evaluate(ExpOfSquare{{}, false}, y, x) * (kSqrtPi / 2);
  }
};

struct Erfcinv : Unary<"erfcinv"> {
  static auto value(const auto& x) { return in_double(kernels::erfcinv, x); }
  static auto derivative_a(const Value auto& x, const Value auto& y) {
    return evaluate(ExpOfSquare{{}, true}, y, x) * (-kSqrtPi / 2);
  }
};

/// Derivative `order` of exp(x^2) erfc(x).
struct Erfcx : Unary<"special_erfcx"> {
  int order;
  auto value(const auto& x) const {
    if (order == 0) return kernels::erfcx(x);
    return in_double([this](double e) { return kernels::erfcx(order, e); }, x);
  }
  auto derivative(const Value auto& x) const { return evaluate(Erfcx{{}, order + 1}, x); }
};

struct Ndtr : Unary<"special_ndtr"> {
  static auto value(const auto& x) { return math::normal_cdf(x); }
  static auto derivative(const Value auto& x) { return math::normal_pdf(x); }
};

struct Ndtri : Unary<"special_ndtri"> {
  static auto value(const auto& x) { return in_double(kernels::ndtri, x); }
  // From the result, since PyTorch lets programs write into x.
  static auto derivative_at_output(const Value auto& y) {
    return math::exp(y * y * 0.5) * (std::numbers::sqrt2 * kSqrtPi);
  }
};

/// Derivative `order` of log Phi(x), where Phi is the normal cdf.
struct LogNdtr : Unary<"special_log_ndtr"> {
  int order;
  auto value(const auto& x) const {
    if (order == 0) return kernels::log_ndtr(x);
    if (order == 1) return kernels::log_ndtr_derivative(x);
    return in_double([this](double e) { return kernels::log_ndtr(order, e); }, x);
  }
  auto derivative(const Value auto& x) const { return evaluate(LogNdtr{{}, order + 1}, x); }
};

// ---- Gamma functions. DLMF 5.2.2 and 5.15.

struct Polygamma : Unary<"polygamma"> {
  std::int64_t n;
  auto value(const auto& x) const {
    return in_double([this](double e) { return kernels::polygamma(n, e); }, x);
  }
  auto derivative(const Value auto& x) const { return evaluate(Polygamma{{}, n + 1}, x); }
};

struct Digamma : Unary<"digamma"> {
  static auto value(const auto& x) { return in_double(kernels::digamma, x); }
  static auto derivative(const Value auto& x) { return evaluate(Polygamma{{}, 1}, x); }
};

struct Lgamma : Unary<"lgamma"> {
  static auto value(const auto& x) { return math::lgamma(x); }
  static auto derivative(const Value auto& x) { return evaluate(Digamma{}, x); }
};

/// Derivative `order` of the logarithm of the multivariate gamma function.
struct Mvlgamma : Unary<"mvlgamma"> {
  int p;
  int order;
  auto value(const auto& x) const {
    return in_double([this](double e) { return kernels::multigammaln(order, p, e); }, x);
  }
  auto derivative(const Value auto& x) const { return evaluate(Mvlgamma{{}, p, order + 1}, x); }
};

// ---- Logarithms.

struct Entr : Unary<"special_entr"> {
  static auto value(const auto& x) { return kernels::entr(x); }
  static auto derivative(const Value auto& x) { return -math::log(x) - 1; }
};

struct Logit : Unary<"logit"> {
  static auto value(const auto& x) { return kernels::logit(x); }
  /// 1 / (x (1 - x)), as a sum whose derivatives are infinite at 0 and 1 and not infinity minus infinity;
  /// NaN outside [0, 1].
  static auto derivative(const Value auto& x) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    return math::where((x < 0) | (x > 1), nan, 1 / x + 1 / (1 - x));
  }
};

struct LogitClamped : Unary<"logit"> {
  double low;
  double high;
  auto value(const auto& x) const {
    return kernels::logit(math::minimum(math::maximum(x, low), high));
  }
  auto derivative(const Value auto& x) const {
    return math::when((x >= low) & (x <= high), 1 / x + 1 / (1 - x));
  }
};

/// a log b; 0 for a = 0, unless b is NaN.
struct Xlogy : Binary<"xlogy"> {
  static auto value(const auto& a, const auto& b) {
    return math::where((a == 0) & (b == b), 0, a * math::log(b));
  }
  static auto derivative_a(const Value auto& a, const Value auto& b, Unused) {
    return math::when(!((a == 0) & (b <= 0)), math::log(b));
  }
  static auto derivative_b(const Value auto& a, const Value auto& b, Unused) { return a / b; }
};

/// a log(1 + b); 0 for a = 0, unless b is NaN.
struct Xlog1py : Binary<"special_xlog1py"> {
  static auto value(const auto& a, const auto& b) {
    return math::where((a == 0) & (b == b), 0, a * math::log1p(b));
  }
  static auto derivative_a(const Value auto& a, const Value auto& b, Unused) {
    return math::when(!((a == 0) & (b <= -1)), math::log1p(b));
  }
  static auto derivative_b(const Value auto& a, const Value auto& b, Unused) { return a / (b + 1); }
};

/// The time that mvlgamma takes grows with its dimension, that of polygamma does not with its order.
constexpr std::int64_t kLargestDimension = std::int64_t{1} << 20;
constexpr std::int64_t kLargestOrder = std::int64_t{1} << 53;

int checked_dimension(std::string_view op, std::int64_t p) {
  if (p < 1)
    detail::fail<ValueError>(op, "p has to be greater than or equal to 1: p = ", p,
                             "; it is the dimension of the matrices");
  if (p > kLargestDimension)
    detail::fail<ValueError>(op, "p is too large: p = ", p, "; give at most ", kLargestDimension);
  return static_cast<int>(p);
}

std::int64_t checked_order(std::string_view op, std::int64_t n) {
  if (n < 0)
    detail::fail<ValueError>(op, "does not support negative n: n = ", n,
                             "; n counts the derivatives of digamma");
  if (n > kLargestOrder)
    detail::fail<ValueError>(op, "n is too large: n = ", n, "; give at most ", kLargestOrder);
  return n;
}

}  // namespace

Tensor math::normal_cdf(const Tensor& x) { return special_ndtr(x); }

Tensor erf(const Tensor& x) { return apply(Erf{}, x); }
Tensor erfc(const Tensor& x) { return apply(Erfc{}, x); }
Tensor erfinv(const Tensor& x) { return apply(Erfinv{}, x); }
Tensor erfcinv(const Tensor& x) { return apply(Erfcinv{}, x); }
Tensor special_erfcx(const Tensor& x) { return apply(Erfcx{{}, 0}, x); }
Tensor special_ndtr(const Tensor& x) { return apply(Ndtr{}, x); }
Tensor special_ndtri(const Tensor& x) { return apply(Ndtri{}, x); }
Tensor special_log_ndtr(const Tensor& x) { return apply(LogNdtr{{}, 0}, x); }
Tensor special_entr(const Tensor& x) { return apply(Entr{}, x); }
Tensor lgamma(const Tensor& x) { return apply(Lgamma{}, x); }
Tensor digamma(const Tensor& x) { return apply(Digamma{}, x); }
Tensor polygamma(std::int64_t n, const Tensor& x) {
  return apply(Polygamma{{}, checked_order("polygamma", n)}, x);
}
Tensor mvlgamma(const Tensor& x, std::int64_t p) {
  return apply(Mvlgamma{{}, checked_dimension("mvlgamma", p), 0}, x);
}
Tensor logit(const Tensor& x, optional<double> eps) {
  if (!eps || *eps < 0) return apply(Logit{}, x);
  return apply(LogitClamped{{}, *eps, 1 - *eps}, x);
}
Tensor xlogy(const Tensor& a, const Tensor& b) { return apply(Xlogy{}, a, b); }
Tensor xlogy(const Tensor& a, const Scalar& b) { return xlogy(a, wrapped_scalar(b, a)); }
Tensor xlogy(const Scalar& a, const Tensor& b) { return xlogy(wrapped_scalar(a, b), b); }
Tensor special_xlog1py(const Tensor& a, const Tensor& b) { return apply(Xlog1py{}, a, b); }
Tensor special_xlog1py(const Tensor& a, const Scalar& b) {
  return special_xlog1py(a, wrapped_scalar(b, a));
}
Tensor special_xlog1py(const Scalar& a, const Tensor& b) {
  return special_xlog1py(wrapped_scalar(a, b), b);
}

#define EIGENGRAD_UNARY(name, Rule)                              \
  Tensor Tensor::name() const { return eigengrad::name(*this); } \
  Tensor& Tensor::name##_() const { return apply_inplace(Rule{}, self()); }
EIGENGRAD_UNARY(erf, Erf)
EIGENGRAD_UNARY(erfc, Erfc)
EIGENGRAD_UNARY(erfinv, Erfinv)
EIGENGRAD_UNARY(lgamma, Lgamma)
EIGENGRAD_UNARY(digamma, Digamma)
#undef EIGENGRAD_UNARY

Tensor Tensor::polygamma(std::int64_t n) const { return eigengrad::polygamma(n, *this); }
Tensor& Tensor::polygamma_(std::int64_t n) const {
  return apply_inplace(Polygamma{{}, checked_order("polygamma_", n)}, self());
}
Tensor Tensor::mvlgamma(std::int64_t p) const { return eigengrad::mvlgamma(*this, p); }
Tensor& Tensor::mvlgamma_(std::int64_t p) const {
  return apply_inplace(Mvlgamma{{}, checked_dimension("mvlgamma_", p), 0}, self());
}
Tensor Tensor::logit(optional<double> eps) const { return eigengrad::logit(*this, eps); }
Tensor& Tensor::logit_(optional<double> eps) const {
  if (!eps || *eps < 0) return apply_inplace(Logit{}, self());
  return apply_inplace(LogitClamped{{}, *eps, 1 - *eps}, self());
}
Tensor Tensor::xlogy(const Tensor& other) const { return eigengrad::xlogy(*this, other); }
Tensor Tensor::xlogy(const Scalar& other) const { return eigengrad::xlogy(*this, other); }
Tensor& Tensor::xlogy_(const Tensor& other) const { return apply_inplace(Xlogy{}, self(), other); }
Tensor& Tensor::xlogy_(const Scalar& other) const { return xlogy_(wrapped_scalar(other, self())); }

}  // namespace eigengrad
