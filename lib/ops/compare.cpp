#include "eigengrad/ops/compare.hpp"

#include <cmath>

#include "autograd/shapes.hpp"
#include "autograd/structural.hpp"
#include "core/dispatch.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/ops/arithmetic.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/parallel.hpp"

namespace eigengrad {
namespace {

using autograd::wrap_number;

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

template <class Op>
constexpr kernels::BlockKernel kernel_for(ScalarType dtype, auto arity) {
  return detail::dispatch(dtype, [&]<class T>(std::type_identity<T>) -> kernels::BlockKernel {
    return kernels::compare_kernel<Op, T, decltype(arity)::value>;
  });
}

template <class Op>
Tensor compare(std::string_view name, const Tensor& a, const Tensor& b) {
  const DimVector sizes = autograd::broadcast_shapes(name, a.sizes(), b.sizes());
  const Tensor* inputs[] = {&a, &b};
  const ScalarType dtype = autograd::result_type(inputs, 2);
  const NoGradGuard off;
  const Tensor x = autograd::cast(a, dtype);
  const Tensor y = autograd::cast(b, dtype);
  Tensor out = Tensor::adopt(detail::TensorImpl::create(kBool, sizes));
  std::int64_t x_strides[detail::kMaxDim];
  std::int64_t y_strides[detail::kMaxDim];
  kernels::broadcast_strides(x.sizes(), x.strides(), sizes, x_strides);
  kernels::broadcast_strides(y.sizes(), y.strides(), sizes, y_strides);
  const kernels::Operand operands[] = {{out.impl()->bytes(), 1, out.strides().data()},
                                       {x.impl()->bytes(), x.element_size(), x_strides},
                                       {y.impl()->bytes(), y.element_size(), y_strides}};
  const Op op{};
  kernels::run_elementwise(sizes, operands, 3, 1,
                           kernel_for<Op>(dtype, std::integral_constant<std::size_t, 2>{}), &op);
  return out;
}

template <class Op>
Tensor test(const Tensor& x) {
  Tensor out = Tensor::adopt(detail::TensorImpl::create(kBool, x.sizes()));
  const kernels::Operand operands[] = {{out.impl()->bytes(), 1, out.strides().data()},
                                       {x.impl()->bytes(), x.element_size(), x.strides().data()}};
  const Op op{};
  kernels::run_elementwise(x.sizes(), operands, 2, 1,
                           kernel_for<Op>(x.dtype(), std::integral_constant<std::size_t, 1>{}),
                           &op);
  return out;
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

Tensor operator&(const Tensor& a, const Tensor& b) { return logical_and(a, b); }
Tensor operator|(const Tensor& a, const Tensor& b) { return logical_or(a, b); }
Tensor operator!(const Tensor& x) { return logical_not(x); }

bool equal(const Tensor& a, const Tensor& b) {
  return a.sizes() == b.sizes() && eq(a, b).all().item<bool>();
}

bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  const NoGradGuard off;
  Tensor close =
      logical_or(eq(a, b), logical_and(le((a - b).abs(), b.abs() * rtol + atol), isfinite(b)));
  if (equal_nan) close = logical_or(close, logical_and(isnan(a), isnan(b)));
  return close.all().item<bool>();
}

#define EIGENGRAD_COMPARISON(name)                                                     \
  Tensor name(const Tensor& a, const Scalar& b) { return name(a, wrap_number(b, a)); } \
  Tensor Tensor::name(const Tensor& o) const { return eigengrad::name(*this, o); }     \
  Tensor Tensor::name(const Scalar& o) const { return eigengrad::name(*this, o); }
EIGENGRAD_COMPARISON(eq)
EIGENGRAD_COMPARISON(ne)
EIGENGRAD_COMPARISON(lt)
EIGENGRAD_COMPARISON(le)
EIGENGRAD_COMPARISON(gt)
EIGENGRAD_COMPARISON(ge)
#undef EIGENGRAD_COMPARISON
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
