#include "eigengrad/ops/pointwise/compare.hpp"

#include <cmath>
#include <limits>

#include "autograd/elementwise.hpp"
#include "autograd/shapes.hpp"
#include "autograd/structural.hpp"
#include "core/dispatch.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "kernels/base/elementwise.hpp"
#include "ops/pointwise/rule_math.hpp"
#include "ops/pointwise/write_back.hpp"

namespace eigengrad {
using autograd::Binary;
namespace {

using autograd::wrapped_scalar;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool is_true(auto a) { return a != decltype(a)(0); }

struct Eq {
  static bool test(auto a, auto b) { return a == b; }
};
struct Ne {
  static bool test(auto a, auto b) { return a != b; }
};
struct Lt {
  static bool test(auto a, auto b) { return a < b; }
};
struct Le {
  static bool test(auto a, auto b) { return a <= b; }
};
struct And {
  static bool test(auto a, auto b) { return is_true(a) && is_true(b); }
};
struct Or {
  static bool test(auto a, auto b) { return is_true(a) || is_true(b); }
};
struct Xor {
  static bool test(auto a, auto b) { return is_true(a) != is_true(b); }
};
struct Not {
  static bool test(auto a) { return !is_true(a); }
};
struct IsNan {
  static bool test(auto a) { return std::isnan(static_cast<double>(a)); }
};
struct IsInf {
  static bool test(auto a) { return std::isinf(static_cast<double>(a)); }
};
struct IsFinite {
  static bool test(auto a) { return std::isfinite(static_cast<double>(a)); }
};

struct IsPosInf {
  static bool test(auto a) { return static_cast<double>(a) == kInfinity; }
};
struct IsNegInf {
  static bool test(auto a) { return static_cast<double>(a) == -kInfinity; }
};
struct SignBit {
  static bool test(std::floating_point auto a) { return std::signbit(a); }
  static bool test(std::int64_t a) { return a < 0; }
  static bool test(bool) { return false; }
};

/// |a - b| <= atol + rtol |b|.
struct IsClose {
  double rtol;
  double atol;
  bool equal_nan;
  bool test(auto a, auto b) const {
    if (a == b) return true;
    const auto x = static_cast<double>(a);
    const auto y = static_cast<double>(b);
    if (std::isnan(x) && std::isnan(y)) return equal_nan;
    return std::isfinite(x) && std::isfinite(y) && std::abs(x - y) <= atol + rtol * std::abs(y);
  }
};

struct BitAnd {
  static bool of(bool a, bool b) { return a && b; }
  static std::int64_t of(std::int64_t a, std::int64_t b) { return a & b; }
};
struct BitOr {
  static bool of(bool a, bool b) { return a || b; }
  static std::int64_t of(std::int64_t a, std::int64_t b) { return a | b; }
};
struct BitXor {
  static bool of(bool a, bool b) { return a != b; }
  static std::int64_t of(std::int64_t a, std::int64_t b) { return a ^ b; }
};

/// 0 below, 1 above, b at 0.
struct Heaviside : Binary<"heaviside"> {
  static constexpr bool on_integers = true;
  static auto value(const auto& a, const auto& b) {
    return math::where(a == 0, b, math::where(0 < a, 1, 0));
  }
  static auto derivative_a(math::Unused, math::Unused, math::Unused) { return math::Zero{}; }
  static auto derivative_b(const math::Value auto& a, math::Unused, math::Unused) {
    return math::when(a == 0, 1);
  }
};

template <class Op>
constexpr kernels::BlockKernel kernel_for(ScalarType dtype, auto arity) {
  return detail::dispatch(dtype, [&]<class T>(std::type_identity<T>) -> kernels::BlockKernel {
    return kernels::compare_kernel<Op, T, decltype(arity)::value>;
  });
}

/// Runs kernel_of(dtype) over a and b, brought to one dtype. The result is bool, or of that dtype.
template <class KernelOf>
Tensor run_pair(std::string_view name, const Tensor& a, const Tensor& b, bool keeps_dtype,
                const void* op, KernelOf kernel_of) {
  const DimVector sizes = autograd::broadcast_shapes(name, a.sizes(), b.sizes());
  const Tensor* inputs[] = {&a, &b};
  const ScalarType dtype = autograd::result_type(inputs, 2);
  const NoGradGuard off;
  const Tensor x = autograd::cast(a, dtype);
  const Tensor y = autograd::cast(b, dtype);
  const kernels::BlockKernel kernel = kernel_of(dtype);
  Tensor out = detail::uninitialised(keeps_dtype ? dtype : kBool, sizes);
  kernels::pointwise(sizes, {out.impl(), x.impl(), y.impl()}, 1, kernel, op);
  return out;
}

template <class Op>
Tensor compare(std::string_view name, const Tensor& a, const Tensor& b, const Op& op = {}) {
  return run_pair(name, a, b, false, &op, [](ScalarType dtype) {
    return kernel_for<Op>(dtype, std::integral_constant<std::size_t, 2>{});
  });
}

void check_bits(std::string_view name, ScalarType dtype) {
  if (is_floating_point(dtype))
    detail::fail<DtypeError>(name, "needs bool or int64 tensors, got ", to_string(dtype),
                             "; logical_and and its kin take all dtypes");
}

/// Operands: output, inputs.
template <class Op, class T>
void bit_kernel(const void*, std::byte* const* operands, std::int64_t n) {
  T* y = reinterpret_cast<T*>(operands[0]);
  const T* a = reinterpret_cast<const T*>(operands[1]);
  const T* b = reinterpret_cast<const T*>(operands[2]);
  for (std::int64_t i = 0; i < n; ++i) y[i] = Op::of(a[i], b[i]);
}

template <class Op>
Tensor bitwise(std::string_view name, const Tensor& a, const Tensor& b) {
  return run_pair(name, a, b, true, nullptr, [name](ScalarType dtype) -> kernels::BlockKernel {
    check_bits(name, dtype);
    if (dtype == kBool) return bit_kernel<Op, bool>;
    return bit_kernel<Op, std::int64_t>;
  });
}

template <class Op>
Tensor test(const Tensor& x) {
  Tensor out = detail::uninitialised(kBool, x.sizes());
  const Op op{};
  kernels::pointwise(x.sizes(), {out.impl(), x.impl()}, 1,
                     kernel_for<Op>(x.dtype(), std::integral_constant<std::size_t, 1>{}), &op);
  return out;
}

IsClose closeness(std::string_view op, double rtol, double atol, bool equal_nan) {
  if (!(rtol >= 0 && atol >= 0))
    detail::fail<ValueError>(op, "rtol and atol must not be negative, got ", rtol, " and ", atol);
  return {rtol, atol, equal_nan};
}

}  // namespace

Tensor eq(const Tensor& a, const Tensor& b) { return compare<Eq>("eq", a, b); }
Tensor ne(const Tensor& a, const Tensor& b) { return compare<Ne>("ne", a, b); }
Tensor lt(const Tensor& a, const Tensor& b) { return compare<Lt>("lt", a, b); }
Tensor le(const Tensor& a, const Tensor& b) { return compare<Le>("le", a, b); }
Tensor gt(const Tensor& a, const Tensor& b) { return compare<Lt>("gt", b, a); }
Tensor ge(const Tensor& a, const Tensor& b) { return compare<Le>("ge", b, a); }
Tensor logical_and(const Tensor& a, const Tensor& b) { return compare<And>("logical_and", a, b); }
Tensor logical_or(const Tensor& a, const Tensor& b) { return compare<Or>("logical_or", a, b); }
Tensor logical_xor(const Tensor& a, const Tensor& b) { return compare<Xor>("logical_xor", a, b); }
Tensor logical_not(const Tensor& x) { return test<Not>(x); }
Tensor isnan(const Tensor& x) { return test<IsNan>(x); }
Tensor isinf(const Tensor& x) { return test<IsInf>(x); }
Tensor isfinite(const Tensor& x) { return test<IsFinite>(x); }

Tensor isposinf(const Tensor& x) { return test<IsPosInf>(x); }
Tensor isneginf(const Tensor& x) { return test<IsNegInf>(x); }
Tensor signbit(const Tensor& x) { return test<SignBit>(x); }
Tensor heaviside(const Tensor& x, const Tensor& values) {
  return autograd::apply(Heaviside{}, x, values);
}
Tensor bitwise_not(const Tensor& x) {
  check_bits("bitwise_not", x.dtype());
  return x.dtype() == kBool ? logical_not(x) : bitwise<BitXor>("bitwise_not", x, full_like(x, -1));
}
Tensor operator!(const Tensor& x) { return logical_not(x); }

bool equal(const Tensor& a, const Tensor& b) {
  return a.sizes() == b.sizes() && eq(a, b).all().item<bool>();
}

Tensor isclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  return compare("isclose", a, b, closeness("isclose", rtol, atol, equal_nan));
}
bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  return compare("allclose", a, b, closeness("allclose", rtol, atol, equal_nan)).all().item<bool>();
}

#define EIGENGRAD_COMPARISON(name)                                                        \
  Tensor name(const Tensor& a, const Scalar& b) { return name(a, wrapped_scalar(b, a)); } \
  Tensor Tensor::name(const Tensor& o) const { return eigengrad::name(*this, o); }        \
  Tensor Tensor::name(const Scalar& o) const { return eigengrad::name(*this, o); }
EIGENGRAD_COMPARISON(eq)
EIGENGRAD_COMPARISON(ne)
EIGENGRAD_COMPARISON(lt)
EIGENGRAD_COMPARISON(le)
EIGENGRAD_COMPARISON(gt)
EIGENGRAD_COMPARISON(ge)
#undef EIGENGRAD_COMPARISON
#define EIGENGRAD_BITWISE(name, Rule, op)                                                 \
  Tensor name(const Tensor& a, const Tensor& b) { return bitwise<Rule>(#name, a, b); }    \
  Tensor name(const Tensor& a, const Scalar& b) { return name(a, wrapped_scalar(b, a)); } \
  Tensor name(const Scalar& a, const Tensor& b) { return name(wrapped_scalar(a, b), b); } \
  Tensor operator op(const Tensor& a, const Tensor& b) { return name(a, b); }             \
  Tensor operator op(const Tensor& a, const Scalar& b) { return name(a, b); }             \
  Tensor operator op(const Scalar& a, const Tensor& b) { return name(a, b); }             \
  Tensor Tensor::name(const Tensor& o) const { return eigengrad::name(*this, o); }        \
  Tensor Tensor::name(const Scalar& o) const { return eigengrad::name(*this, o); }        \
  Tensor& Tensor::name##_(const Tensor& o) const {                                        \
    return write_back(#name "_", self(), name(o));                                        \
  }                                                                                       \
  Tensor& Tensor::name##_(const Scalar& o) const { return write_back(#name "_", self(), name(o)); }
EIGENGRAD_BITWISE(bitwise_and, BitAnd, &)
EIGENGRAD_BITWISE(bitwise_or, BitOr, |)
EIGENGRAD_BITWISE(bitwise_xor, BitXor, ^)
#undef EIGENGRAD_BITWISE
Tensor Tensor::bitwise_not() const { return eigengrad::bitwise_not(*this); }
Tensor& Tensor::bitwise_not_() const { return copy_(bitwise_not()); }
Tensor Tensor::operator~() const { return bitwise_not(); }
Tensor& Tensor::logical_and_(const Tensor& o) const { return copy_(logical_and(o)); }
Tensor& Tensor::logical_or_(const Tensor& o) const { return copy_(logical_or(o)); }
Tensor& Tensor::logical_xor_(const Tensor& o) const { return copy_(logical_xor(o)); }
Tensor& Tensor::logical_not_() const { return copy_(logical_not()); }
Tensor Tensor::isposinf() const { return eigengrad::isposinf(*this); }
Tensor Tensor::isneginf() const { return eigengrad::isneginf(*this); }
Tensor Tensor::signbit() const { return eigengrad::signbit(*this); }
Tensor Tensor::heaviside(const Tensor& values) const { return eigengrad::heaviside(*this, values); }
Tensor Tensor::isclose(const Tensor& o, double rtol, double atol, bool equal_nan) const {
  return eigengrad::isclose(*this, o, rtol, atol, equal_nan);
}
Tensor Tensor::logical_and(const Tensor& o) const { return eigengrad::logical_and(*this, o); }
Tensor Tensor::logical_or(const Tensor& o) const { return eigengrad::logical_or(*this, o); }
Tensor Tensor::logical_xor(const Tensor& o) const { return eigengrad::logical_xor(*this, o); }
Tensor Tensor::logical_not() const { return eigengrad::logical_not(*this); }
Tensor Tensor::isnan() const { return eigengrad::isnan(*this); }
Tensor Tensor::isinf() const { return eigengrad::isinf(*this); }
Tensor Tensor::isfinite() const { return eigengrad::isfinite(*this); }
bool Tensor::equal(const Tensor& o) const { return eigengrad::equal(*this, o); }
bool Tensor::allclose(const Tensor& o, double rtol, double atol, bool equal_nan) const {
  return eigengrad::allclose(*this, o, rtol, atol, equal_nan);
}

}  // namespace eigengrad
