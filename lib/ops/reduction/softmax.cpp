#include "eigengrad/ops/reduction/softmax.hpp"

#include "autograd/kinds.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "kernels/reduction/softmax.hpp"
#include "ops/pointwise/rule_math.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad {
namespace {

using autograd::apply_general;

/// `x` for the kernels: a tensor without dimensions gets one of extent 1.
Tensor with_dim(const Tensor& x) {
  const Tensor y = plain_row_major(x);
  return y.dim() == 0 ? y.reshape({1}) : y;
}

Tensor argmax_of(const Tensor& y, std::int64_t d) {
  const NoGradGuard off;
  return y.detach().argmax(d, true);
}
/// The element of `g` at the largest element of `y` along `d`.
Tensor gather_at_largest(const Tensor& g, const Tensor& y, std::int64_t d) {
  if (y.numel() == 0) return g.sum(d, true);
  const Tensor index = argmax_of(y, d);
  if (g.dim() == y.dim()) return g.gather(d, index);
  return g.gather(d, index.expand(autograd::with_lead(g.size(0), index.sizes())));
}

/// What the rules of softmax and log_softmax share. The Jacobian of softmax, diag(y) - y y^T, is symmetric.
template <class Form>
struct Normalise {
  static constexpr bool uses_input = false;
  static constexpr bool uses_output = true;
  static constexpr bool lifts_to_itself = true;
  /// The dimension, counted from the end.
  std::int64_t dim;
  std::int64_t rank_needed() const { return -dim; }

  Tensor forward(const Tensor& x) const {
    const Tensor y = empty(x.sizes(), x.dtype());
    Form::value(y, with_dim(x), axis(x));
    return y;
  }
  Tensor vjp(const Tensor& g, const Tensor&, const Tensor& y) const {
    if (detail::recording() || detail::thread_state.dual_level) return Form::pullback(g, y, dim);
    const Tensor r = empty(g.sizes(), y.dtype());
    const Tensor values = y.dim() == g.dim() ? y : autograd::expand_to(y, g.sizes());
    Form::pullback(r, with_dim(g), with_dim(values), axis(g));
    return r;
  }
  Tensor jvp(const Tensor& t, const Tensor&, const Tensor& y) const {
    return Form::pushforward(t, y, dim);
  }

 private:
  std::size_t axis(const Tensor& x) const {
    return detail::wrap_dim(Form::op_name, dim, x.sizes().size());
  }
};

struct Softmax : Normalise<Softmax> {
  static constexpr auto node_name = "SoftmaxBackward0";
  static constexpr auto op_name = "softmax";
  static constexpr auto value = kernels::softmax;
  static void pullback(const Tensor& r, const Tensor& g, const Tensor& y, std::size_t d) {
    kernels::softmax_pullback(r, g, y, d);
  }
  /// Note [What one element leaves to the others].
  static Tensor pullback(const Tensor& g, const Tensor& y, std::int64_t d) {
    const Tensor c = g - gather_at_largest(g, y, d);
    return y * (c - (c * y).sum(d, true));
  }
  static Tensor pushforward(const Tensor& t, const Tensor& y, std::int64_t d) {
    return pullback(t, y, d);
  }
};

struct LogSoftmax : Normalise<LogSoftmax> {
  static constexpr auto node_name = "LogSoftmaxBackward0";
  static constexpr auto op_name = "log_softmax";
  static constexpr auto value = kernels::log_softmax;
  static void pullback(const Tensor& r, const Tensor& g, const Tensor& y, std::size_t d) {
    kernels::log_softmax_pullback(r, g, y, d);
  }
  static Tensor pullback(const Tensor& g, const Tensor& y, std::int64_t d) {
    if (y.numel() == 0) return g - y;
    const Tensor is_largest = zeros_like(y, kBool).scatter(d, argmax_of(y, d), 1);
    const Tensor others = where(is_largest, 0, g).sum(d, true);
    return where(is_largest, -(y.expm1() * g + y.exp() * others), g - y.exp() * g.sum(d, true));
  }
  static Tensor pushforward(const Tensor& t, const Tensor& y, std::int64_t d) {
    const Tensor c = t - gather_at_largest(t, y, d);
    return c - (c * y.exp()).sum(d, true);
  }
};

template <class Form>
Tensor normalised(const Tensor& x, std::int64_t dim, optional<ScalarType> dtype) {
  const auto d = static_cast<std::int64_t>(detail::wrap_dim(Form::op_name, dim, x.sizes().size()));
  const Tensor y = dtype ? x.to(*dtype) : x;
  if (!y.is_floating_point())
    detail::fail<DtypeError>(Form::op_name, "needs a floating point tensor, got ",
                             to_string(y.dtype()),
                             "; convert it with to(kFloat64) or give a dtype");
  return apply_general(Form{{y.dim() == 0 ? -1 : d - y.dim()}}, y);
}

}  // namespace

Tensor math::log_softmax_pulled(const Tensor& g, const Tensor& y, std::int64_t dim) {
  return LogSoftmax::pullback(g, y, dim);
}
Tensor math::log_softmax_pushed(const Tensor& t, const Tensor& y, std::int64_t dim) {
  return LogSoftmax::pushforward(t, y, dim);
}

Tensor softmax(const Tensor& x, std::int64_t dim, optional<ScalarType> dtype) {
  return normalised<Softmax>(x, dim, dtype);
}
Tensor log_softmax(const Tensor& x, std::int64_t dim, optional<ScalarType> dtype) {
  return normalised<LogSoftmax>(x, dim, dtype);
}
Tensor softmin(const Tensor& x, std::int64_t dim, optional<ScalarType> dtype) {
  return softmax(-x, dim, dtype);
}

Tensor Tensor::softmax(std::int64_t dim, optional<ScalarType> dtype) const {
  return eigengrad::softmax(*this, dim, dtype);
}
Tensor Tensor::log_softmax(std::int64_t dim, optional<ScalarType> dtype) const {
  return eigengrad::log_softmax(*this, dim, dtype);
}

}  // namespace eigengrad
