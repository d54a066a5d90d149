#include "eigengrad/ops/reduction/sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/reduction/norms.hpp"
#include "kernels/reduction/reduce.hpp"
#include "ops/pointwise/rule_math.hpp"
#include "ops/reduction/reduced_dims.hpp"
#include "ops/shape/arguments.hpp"
#include "ops/shape/picks.hpp"

namespace eigengrad {
namespace {

using autograd::apply_general;
using autograd::apply_linear;

struct Sum {
  static constexpr auto node_name = "SumBackward0";
  ReducedDims dims;
  Tensor forward(const Tensor& x) const { return dims.values(kernels::sum, x); }
  Tensor transpose(const Tensor& g) const { return dims.spread(g); }
  void lift(std::int64_t lead) { dims.lift(lead); }
};
struct SumDim : Sum {
  static constexpr auto node_name = "SumBackward1";
};

struct MeanOf {
  ReducedDims dims;
  double count;
  Tensor forward(const Tensor& x) const {
    const auto kernel = [this](const Tensor& y, const Tensor& of) { kernels::mean(y, of, count); };
    return dims.values(kernel, x);
  }
  Tensor transpose(const Tensor& g) const { return dims.spread(g / count); }
  void lift(std::int64_t lead) { dims.lift(lead); }
};
struct Mean : MeanOf {
  static constexpr auto node_name = "MeanBackward0";
};
struct MeanDim : MeanOf {
  static constexpr auto node_name = "MeanBackward1";
};

/// Product along a dimension. Its gradient is the product of the other elements, exact also where
/// elements are 0, at every order.
struct Prod {
  static constexpr auto node_name = "ProdBackward1";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = true;
  static constexpr bool lifts_to_itself = true;
  /// The dimension, counted from the end.
  std::int64_t d = -1;
  bool keepdim = false;
  Tensor forward(const Tensor& x) const {
    return ReducedDims("prod", x, d, keepdim).values(kernels::prod, x);
  }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor& y) const {
    return widen(g) * others(x, y);
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor& y) const {
    return (t * others(x, y)).sum(d, keepdim);
  }

 private:
  Tensor widen(const Tensor& y) const { return keepdim ? y : y.unsqueeze(d); }
  /// For each element the product of all others.
  Tensor others(const Tensor& x, const Tensor& y) const {
    if (!may_be_differentiated()) return computed_others(x.transpose(d, -1)).transpose(d, -1);
    if (is_normal(y)) return widen(y) / x;
    return recorded_others(x.transpose(d, -1)).transpose(d, -1);
  }
  static Tensor computed_others(const Tensor& rows) {
    const Tensor x = rows.contiguous();
    const Tensor result = empty_like(x);
    kernels::products_of_others(result, x);
    return result;
  }
  /// Neighbours are multiplied in pairs; the others of an element are the others of its pair, times
  /// its neighbour: 3 n multiplications in all, smooth ones at every order.
  static Tensor recorded_others(const Tensor& rows) {
    const std::int64_t n = rows.size(-1);
    if (n <= 1) return autograd::constant_in(ones_like(rows.detach()), {rows});
    const std::int64_t pairs = n / 2;
    const Tensor even = rows.slice(-1, 0, 2 * pairs, 2);
    const Tensor odd = rows.slice(-1, 1, 2 * pairs, 2);
    Tensor products = even * odd;
    if (n % 2 == 1) products = cat({products, rows.slice(-1, n - 1)}, -1);
    const Tensor others = recorded_others(products);
    const Tensor of_pairs = others.slice(-1, 0, pairs);
    const Tensor result = stack({of_pairs * odd, of_pairs * even}, -1).flatten(-2);
    return n % 2 == 1 ? cat({result, others.slice(-1, pairs)}, -1) : result;
  }
  /// Whether the products are neither zero nor so large or small that a quotient would not be exact
  /// to rounding.
  static bool is_normal(const Tensor& y) {
    const NoGradGuard off;
    const double smallest = y.dtype() == kFloat32 ? double(std::numeric_limits<float>::min())
                                                  : std::numeric_limits<double>::min();
    const Tensor size = y.detach().abs();
    return (size.ge(smallest) & size.isfinite()).all().item<bool>();
  }
};
struct ProdAll : Prod {
  static constexpr auto node_name = "ProdBackward0";
};

/// log of the sum of exp: the gradient is softmax.
struct LogSumExp {
  static constexpr auto node_name = "LogsumexpBackward0";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = true;
  ReducedDims dims;
  Tensor forward(const Tensor& x) const { return dims.values(kernels::log_sum_exp, x); }
  /// exp(x - y): 0 where every x is -inf; where some are +inf, equal shares for these.
  Tensor softmax(const Tensor& x, const Tensor& y) const {
    const double inf = std::numeric_limits<double>::infinity();
    if (are_finite(y)) return dims.softmax(x);
    const Tensor top = dims.spread_value(y.detach());
    const Tensor of_infinite = where(x.detach().eq(inf), 0.0, full_like(x.detach(), -inf));
    const Tensor finite = where(top.eq(-inf), zeros_like(x), where(top.eq(inf), of_infinite, x));
    return where(top.eq(-inf), 0.0, dims.softmax(finite));
  }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor& y) const {
    return dims.spread(g) * softmax(x, y);
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor& y) const {
    return dims.gathered(t * softmax(x, y));
  }
  void lift(std::int64_t lead) { dims.lift(lead); }
  static bool are_finite(const Tensor& y) {
    const Tensor plain = row_major(y);
    return detail::dispatch_floating("logsumexp", y.dtype(), [&]<class T>(std::type_identity<T>) {
      const T* const p = plain.impl()->data<T>();
      return std::all_of(p, p + plain.numel(), [](T v) { return std::isfinite(v); });
    });
  }
};

struct Trace {
  static constexpr auto node_name = "TraceBackward0";
  Diagonal diagonal;
  Tensor forward(const Tensor& x) const {
    const Tensor elements = diagonal.part_of(x);
    return ReducedDims("trace", elements, nullopt, false).values(kernels::sum, elements);
  }
  Tensor transpose(const Tensor& g) const {
    const IntArrayRef sizes = diagonal.input_sizes;
    DimVector extents(g.sizes());
    extents.push_back(std::min(sizes[diagonal.row], sizes[diagonal.column]));
    return diagonal.transpose(g.unsqueeze(-1).expand(extents));
  }
  void lift(std::int64_t lead) { diagonal.lift(lead); }
};

/// bool and integers add up in int64, or in the dtype asked for.
Tensor as_summand(const Tensor& x, optional<ScalarType> dtype) {
  if (dtype) return x.to(*dtype);
  return x.is_floating_point() ? x : x.to(kInt64);
}

Tensor as_mean_input(const Tensor& x, optional<ScalarType> dtype) {
  const Tensor y = dtype ? x.to(*dtype) : x;
  if (!y.is_floating_point())
    detail::fail<DtypeError>("mean", "needs a floating point tensor, got ", to_string(y.dtype()),
                             "; convert it with to(kFloat64) or give a dtype");
  return y;
}

template <class Rule>
Tensor mean_of(const Tensor& x, OptionalIntArrayRef dim, bool keepdim) {
  const ReducedDims dims("mean", x, dim, keepdim);
  return apply_linear(Rule{{dims, static_cast<double>(dims.count())}}, x);
}

template <class Kernel>
Tensor truth(std::string_view op, Kernel kernel, const Tensor& x, OptionalIntArrayRef dim,
             bool keepdim) {
  return ReducedDims(op, x, dim, keepdim).values(kernel, x, kBool);
}

Tensor count(const Tensor& x, OptionalIntArrayRef dim) {
  const ReducedDims dims("count_nonzero", x, dim, false);
  return dims.values(kernels::count_nonzero, x, kInt64);
}

}  // namespace

Tensor sum(const Tensor& x, optional<ScalarType> dtype) {
  const Tensor y = as_summand(x, dtype);
  return apply_linear(Sum{{"sum", y, nullopt, false}}, y);
}
Tensor sum(const Tensor& x, OptionalIntArrayRef dim, bool keepdim, optional<ScalarType> dtype) {
  const Tensor y = as_summand(x, dtype);
  return apply_linear(SumDim{{{"sum", y, dim, keepdim}}}, y);
}

Tensor mean(const Tensor& x, optional<ScalarType> dtype) {
  return mean_of<Mean>(as_mean_input(x, dtype), nullopt, false);
}
Tensor mean(const Tensor& x, OptionalIntArrayRef dim, bool keepdim, optional<ScalarType> dtype) {
  return mean_of<MeanDim>(as_mean_input(x, dtype), dim, keepdim);
}

Tensor prod(const Tensor& x, optional<ScalarType> dtype) {
  return apply_general(ProdAll{}, as_summand(x, dtype).reshape(-1));
}
Tensor prod(const Tensor& x, std::int64_t dim, bool keepdim, optional<ScalarType> dtype) {
  const Tensor y = as_summand(x, dtype);
  const auto d = static_cast<std::int64_t>(detail::wrap_dim("prod", dim, y.sizes().size()));
  if (y.dim() == 0) return prod(y);
  return apply_general(Prod{d - y.dim(), keepdim}, y);
}

Tensor all(const Tensor& x) { return truth("all", kernels::all_nonzero, x, nullopt, false); }
Tensor all(const Tensor& x, std::int64_t dim, bool keepdim) {
  return truth("all", kernels::all_nonzero, x, dim, keepdim);
}
Tensor any(const Tensor& x) { return truth("any", kernels::any_nonzero, x, nullopt, false); }
Tensor any(const Tensor& x, std::int64_t dim, bool keepdim) {
  return truth("any", kernels::any_nonzero, x, dim, keepdim);
}

Tensor sum_to_size(const Tensor& x, IntArrayRef size) {
  const std::size_t n = x.sizes().size();
  bool fits = size.size() <= n;
  for (std::size_t i = 1; fits && i <= size.size(); ++i)
    fits = size[size.size() - i] == x.sizes()[n - i] || size[size.size() - i] == 1;
  if (!fits)
    detail::fail<ShapeError>(
        "sum_to_size", "size ", size, " is not expandable to size ", x.sizes(),
        "; give the size of the tensor, with extents of 1 or left out where it sums");
  return autograd::sum_to(x.dtype() == kBool && !(x.sizes() == size) ? x.to(kInt64) : x, size);
}

Tensor count_nonzero(const Tensor& x, IntArrayRef dim) { return count(x, dim); }
Tensor count_nonzero(const Tensor& x, optional<std::int64_t> dim) {
  return dim ? count(x, *dim) : count(x, nullopt);
}

Tensor logsumexp(const Tensor& x, IntArrayRef dim, bool keepdim) {
  const Tensor y = x.is_floating_point() ? x : x.to(kDefaultDtype);
  return apply_general(LogSumExp{{"logsumexp", y, dim, keepdim}}, y);
}

Tensor trace(const Tensor& x) {
  if (x.dim() != 2)
    detail::fail<ShapeError>("trace", "expected a matrix, got a tensor of shape ", x.sizes());
  const Tensor y = as_summand(x, nullopt);
  return apply_linear(Trace{{{DimVector(y.sizes())}, 0, 0, 1}}, y);
}

Tensor Tensor::sum(optional<ScalarType> dtype) const { return eigengrad::sum(*this, dtype); }
Tensor Tensor::sum(OptionalIntArrayRef dim, bool keepdim, optional<ScalarType> dtype) const {
  return eigengrad::sum(*this, dim, keepdim, dtype);
}
Tensor Tensor::mean(optional<ScalarType> dtype) const { return eigengrad::mean(*this, dtype); }
Tensor Tensor::mean(OptionalIntArrayRef dim, bool keepdim, optional<ScalarType> dtype) const {
  return eigengrad::mean(*this, dim, keepdim, dtype);
}
Tensor Tensor::prod(optional<ScalarType> dtype) const { return eigengrad::prod(*this, dtype); }
Tensor Tensor::prod(std::int64_t dim, bool keepdim, optional<ScalarType> dtype) const {
  return eigengrad::prod(*this, dim, keepdim, dtype);
}
Tensor Tensor::all() const { return eigengrad::all(*this); }
Tensor Tensor::all(std::int64_t dim, bool keepdim) const {
  return eigengrad::all(*this, dim, keepdim);
}
Tensor Tensor::any() const { return eigengrad::any(*this); }
Tensor Tensor::any(std::int64_t dim, bool keepdim) const {
  return eigengrad::any(*this, dim, keepdim);
}
Tensor Tensor::count_nonzero(IntArrayRef dim) const { return eigengrad::count_nonzero(*this, dim); }
Tensor Tensor::count_nonzero(optional<std::int64_t> dim) const {
  return eigengrad::count_nonzero(*this, dim);
}
Tensor Tensor::logsumexp(IntArrayRef dim, bool keepdim) const {
  return eigengrad::logsumexp(*this, dim, keepdim);
}
Tensor Tensor::trace() const { return eigengrad::trace(*this); }
Tensor Tensor::sum_to_size(IntArrayRef size) const { return eigengrad::sum_to_size(*this, size); }

}  // namespace eigengrad
