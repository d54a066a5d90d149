#include "eigengrad/ops/reductions.hpp"

#include <algorithm>
#include <limits>

#include "autograd/kinds.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/shape.hpp"
#include "kernels/reduce.hpp"
#include "ops/rule_math.hpp"

namespace eigengrad {
namespace {

using autograd::apply_general;
using autograd::apply_linear;

/// Which dimensions a reduction runs over.
struct Dims {
  Dims(std::string_view op, const Tensor& x, OptionalIntArrayRef dim) : kept_one(x.sizes()) {
    const std::size_t n = x.sizes().size();
    const bool all = !dim.has_value() || dim.value().empty();
    DimVector reduce(n, all ? 1 : 0);
    if (!all)
      for (const std::int64_t d : dim.value()) {
        const std::size_t w = detail::wrap_dim(op, d, n);
        if (n == 0) continue;
        if (reduce[w] != 0)
          detail::fail<ValueError>(op, "dimension ", d, " appears twice in the list of dimensions");
        reduce[w] = 1;
      }
    for (std::size_t d = 0; d < n; ++d) {
      if (reduce[d] != 0) {
        count *= x.sizes()[d];
        kept_one[d] = 1;
      } else {
        dropped.push_back(x.sizes()[d]);
      }
    }
  }

  /// Extents of the result with extent 1 where it was reduced, and without.
  DimVector kept_one;
  DimVector dropped;
  /// Elements that go into one.
  std::int64_t count = 1;

  const DimVector& result(bool keepdim) const { return keepdim ? kept_one : dropped; }
};

/// The values of a reduction over dimensions, with the extents asked for.
template <class Kernel>
Tensor reduced(Kernel kernel, const Tensor& x, ScalarType dtype, const DimVector& kept_one,
               const DimVector& sizes) {
  Tensor y = Tensor::adopt(detail::TensorImpl::create(dtype, kept_one));
  kernel(y, x);
  if (kept_one.size() != sizes.size())
    y.impl()->set_geometry(sizes, detail::row_major_strides(sizes), y.impl()->bytes());
  return y;
}

/// `g` of a result without the reduced dimensions, as large as the input.
Tensor spread(const Tensor& g, const DimVector& kept_one, const DimVector& input) {
  const Tensor with_ones = g.sizes() == IntArrayRef(kept_one) ? g : g.reshape(kept_one);
  return autograd::expand_to(with_ones, input);
}

struct Sum {
  static constexpr auto node_name = "SumBackward0";
  DimVector input;
  DimVector kept_one;
  DimVector result;
  Tensor forward(const Tensor& x) const {
    return reduced(kernels::sum, x, x.dtype(), kept_one, result);
  }
  Tensor transpose(const Tensor& g) const { return spread(g, kept_one, input); }
};
struct SumDim : Sum {
  static constexpr auto node_name = "SumBackward1";
};

struct Mean {
  static constexpr auto node_name = "MeanBackward0";
  Sum sum;
  double count;
  Tensor forward(const Tensor& x) const {
    Tensor y = sum.forward(x);
    const NoGradGuard off;
    return y.div_(count);
  }
  Tensor transpose(const Tensor& g) const { return sum.transpose(g / count); }
};
struct MeanDim : Mean {
  static constexpr auto node_name = "MeanBackward1";
};

/// Product along a dimension. Its gradient is the product of the other elements, exact also where
/// elements are 0, at every order.
struct Prod {
  static constexpr auto node_name = "ProdBackward1";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = true;
  std::int64_t d = -1;
  bool keepdim = false;
  Tensor forward(const Tensor& x) const {
    const Dims dims("prod", x, d);
    return reduced(kernels::prod, x, x.dtype(), dims.kept_one, dims.result(keepdim));
  }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor& y) const {
    return widen(g) * others(x, y);
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor& y) const {
    return (t * others(x, y)).sum(d, keepdim);
  }

 private:
  Tensor widen(const Tensor& y) const { return keepdim ? y : y.unsqueeze(d); }
  /// At each element the product of the others.
  Tensor others(const Tensor& x, const Tensor& y) const {
    const bool record = detail::recording() || detail::thread_state.dual_level;
    if (record && (y.ne(0) & y.isfinite()).all().item<bool>()) return widen(y) / x;
    const Tensor rows = x.transpose(d, -1);
    return (record ? recorded_others(rows) : computed_others(rows)).transpose(d, -1);
  }
  static Tensor computed_others(const Tensor& rows) {
    const Tensor x = rows.contiguous();
    const Tensor result = empty_like(x);
    kernels::products_of_others(result, x);
    return result;
  }
  /// Row i of a matrix of copies of x with a diagonal of ones has the product of all but i; a
  /// composition of smooth operators, at the price of n^2 elements.
  static Tensor recorded_others(const Tensor& rows) {
    const Tensor diagonal = eye(rows.size(-1), rows.options()).eq(1);
    return apply_general(Prod{}, where(diagonal, 1, rows.unsqueeze(-2)));
  }
};
struct ProdAll : Prod {
  static constexpr auto node_name = "ProdBackward0";
};

/// Largest or smallest of all elements. Ties share.
struct Extremum {
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = true;
  bool largest;
  Tensor forward(const Tensor& x) const {
    Tensor y = Tensor::adopt(detail::TensorImpl::create(x.dtype(), {}));
    const Tensor index = Tensor::adopt(detail::TensorImpl::create(kInt64, {}));
    const NoGradGuard off;
    kernels::extremum(y, index, x.reshape(-1), 0, largest);
    return y;
  }
  /// 1 / (number of ties) at each, or at each NaN when the result is one.
  static Tensor share(const Tensor& x, const Tensor& y) {
    const NoGradGuard off;
    Tensor mask = y.isnan().item<bool>() ? x.isnan() : x.eq(y);
    mask = mask.to(x.dtype());
    return mask / mask.sum();
  }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor& y) const { return g * share(x, y); }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor& y) const {
    return (t * share(x, y)).sum();
  }
};
struct MaxAll : Extremum {
  static constexpr auto node_name = "MaxBackward1";
};
struct MinAll : Extremum {
  static constexpr auto node_name = "MinBackward1";
};

/// The elements at `index` along dimension `d`, where index has extent 1.
struct PickAlong {
  Tensor index;
  DimVector input;
  std::size_t d = 0;
  Tensor mask() const {
    const Tensor places = arange(input.empty() ? 1 : input[d], kInt64);
    DimVector sizes(input.size(), 1);
    if (!input.empty()) sizes[d] = input[d];
    return places.reshape(sizes).eq(index);
  }
  Tensor transpose(const Tensor& g) const { return where(mask(), g, 0); }
};

/// Extremum along a dimension: linear in x once the indices are known.
struct ExtremumAlong {
  static constexpr bool uses_input = false;
  static constexpr bool uses_output = false;
  PickAlong pick;
  bool keepdim = false;
  Tensor widen(const Tensor& g) const {
    return keepdim || pick.input.empty() ? g : g.unsqueeze(static_cast<std::int64_t>(pick.d));
  }
  Tensor vjp(const Tensor& g, const Tensor&, const Tensor&) const {
    return pick.transpose(widen(g));
  }
  Tensor jvp(const Tensor& t, const Tensor&, const Tensor&) const {
    return where(pick.mask(), t, 0).sum(static_cast<std::int64_t>(pick.d), keepdim);
  }
};
struct MaxDim : ExtremumAlong {
  static constexpr auto node_name = "MaxBackward0";
};
struct MinDim : ExtremumAlong {
  static constexpr auto node_name = "MinBackward0";
};

struct Var {
  static constexpr auto node_name = "VarBackward0";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = false;
  Dims dims;
  DimVector input;
  double divisor;
  bool keepdim;
  Tensor centred(const Tensor& x) const { return x - x.mean(IntArrayRef(all_reduced()), true); }
  DimVector all_reduced() const {
    DimVector list;
    for (std::size_t d = 0; d < input.size(); ++d)
      if (dims.kept_one[d] != input[d] || input[d] == 1)
        list.push_back(static_cast<std::int64_t>(d));
    return list;
  }
  Tensor forward(const Tensor& x) const {
    const NoGradGuard off;
    const Tensor squares = centred(x).square_();
    return reduced(kernels::sum, squares, x.dtype(), dims.kept_one, dims.result(keepdim))
        .div_(divisor);
  }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor&) const {
    return spread(g, dims.kept_one, input) * centred(x) * (2 / divisor);
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor&) const {
    const Tensor y = autograd::sum_to(t * centred(x), dims.kept_one) * (2 / divisor);
    return y.reshape(dims.result(keepdim));
  }
};

struct Std {
  static constexpr auto node_name = "StdBackward0";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = true;
  Var var;
  Tensor forward(const Tensor& x) const {
    const NoGradGuard off;
    return var.forward(x).sqrt_();
  }
  /// The variance's gradient over twice the deviation; 0 where that is 0.
  static Tensor half_reciprocal(const Tensor& y) { return where(y.eq(0), 0, 0.5 / y); }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor& y) const {
    return var.vjp(g * half_reciprocal(y), x, {});
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor& y) const {
    return var.jvp(t, x, {}) * half_reciprocal(y);
  }
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

Sum sum_rule(const Tensor& x, const Dims& dims, bool keepdim) {
  return {DimVector(x.sizes()), dims.kept_one, dims.result(keepdim)};
}

Var var_rule(std::string_view op, const Tensor& x, OptionalIntArrayRef dim, bool unbiased,
             bool keepdim) {
  if (!x.is_floating_point())
    detail::fail<DtypeError>(op, "needs a floating point tensor, got ", to_string(x.dtype()));
  const Dims dims(op, x, dim);
  const double n = static_cast<double>(dims.count) - (unbiased ? 1 : 0);
  return {dims, DimVector(x.sizes()), std::max(n, 0.0), keepdim};
}

Tensor extremum_all(std::string_view op, const Tensor& x, bool largest) {
  if (x.numel() == 0)
    detail::fail<ShapeError>(op, "the tensor of shape ", x.sizes(),
                             " has no elements. Specify the reduction dim");
  if (largest) return apply_general(MaxAll{{true}}, x);
  return apply_general(MinAll{{false}}, x);
}

std::tuple<Tensor, Tensor> extremum_along(std::string_view op, const Tensor& x, std::int64_t dim,
                                          bool keepdim, bool largest) {
  const std::size_t d = detail::wrap_dim(op, dim, x.sizes().size());
  DimVector sizes(x.sizes());
  if (!sizes.empty()) {
    if (sizes[d] == 0)
      detail::fail<IndexError>(op, "dimension ", dim, " of shape ", x.sizes(),
                               " has no elements; the reduction dim must have some");
    sizes[d] = 1;
  }
  Tensor values = Tensor::adopt(detail::TensorImpl::create(x.dtype(), sizes));
  Tensor indices = Tensor::adopt(detail::TensorImpl::create(kInt64, sizes));
  kernels::extremum(values, indices, x, d, largest);
  const ExtremumAlong rule{{indices, DimVector(x.sizes()), d}, keepdim};
  if (!keepdim && !sizes.empty()) {
    const NoGradGuard off;
    values = values.squeeze(static_cast<std::int64_t>(d)).detach();
    indices = indices.squeeze(static_cast<std::int64_t>(d)).detach();
  }
  if (largest)
    autograd::record_general(MaxDim{rule}, x, values);
  else
    autograd::record_general(MinDim{rule}, x, values);
  return {values, indices};
}

Tensor arg_extremum(std::string_view op, const Tensor& x, optional<std::int64_t> dim, bool keepdim,
                    bool largest) {
  const NoGradGuard off;
  const Tensor plain = x.detach();
  if (dim) return std::get<1>(extremum_along(op, plain, *dim, keepdim, largest));
  if (x.numel() == 0)
    detail::fail<ShapeError>(op, "the tensor of shape ", x.sizes(),
                             " has no elements. Specify the reduction dim");
  const Tensor index = std::get<1>(extremum_along(op, plain.reshape(-1), 0, false, largest));
  return keepdim ? index.reshape(DimVector(x.sizes().size(), 1)) : index;
}

template <class Kernel>
Tensor truth(std::string_view op, Kernel kernel, const Tensor& x, OptionalIntArrayRef dim,
             bool keepdim) {
  const Dims dims(op, x, dim);
  return reduced(kernel, x, kBool, dims.kept_one, dims.result(keepdim));
}

}  // namespace

Tensor sum(const Tensor& x, optional<ScalarType> dtype) {
  const Tensor y = as_summand(x, dtype);
  return apply_linear(sum_rule(y, Dims("sum", y, nullopt), false), y);
}
Tensor sum(const Tensor& x, OptionalIntArrayRef dim, bool keepdim, optional<ScalarType> dtype) {
  const Tensor y = as_summand(x, dtype);
  return apply_linear(SumDim{sum_rule(y, Dims("sum", y, dim), keepdim)}, y);
}

Tensor mean(const Tensor& x, optional<ScalarType> dtype) {
  const Tensor y = as_mean_input(x, dtype);
  const Dims dims("mean", y, nullopt);
  return apply_linear(Mean{sum_rule(y, dims, false), static_cast<double>(dims.count)}, y);
}
Tensor mean(const Tensor& x, OptionalIntArrayRef dim, bool keepdim, optional<ScalarType> dtype) {
  const Tensor y = as_mean_input(x, dtype);
  const Dims dims("mean", y, dim);
  return apply_linear(MeanDim{{sum_rule(y, dims, keepdim), static_cast<double>(dims.count)}}, y);
}

Tensor prod(const Tensor& x, optional<ScalarType> dtype) {
  return apply_general(ProdAll{}, as_summand(x, dtype).reshape(-1));
}
Tensor prod(const Tensor& x, std::int64_t dim, bool keepdim, optional<ScalarType> dtype) {
  const Tensor y = as_summand(x, dtype);
  const auto d = static_cast<std::int64_t>(detail::wrap_dim("prod", dim, y.sizes().size()));
  if (y.dim() == 0) return prod(y);
  return apply_general(Prod{d, keepdim}, y);
}

Tensor max(const Tensor& x) { return extremum_all("max", x, true); }
Tensor min(const Tensor& x) { return extremum_all("min", x, false); }
std::tuple<Tensor, Tensor> max(const Tensor& x, std::int64_t dim, bool keepdim) {
  return extremum_along("max", x, dim, keepdim, true);
}
std::tuple<Tensor, Tensor> min(const Tensor& x, std::int64_t dim, bool keepdim) {
  return extremum_along("min", x, dim, keepdim, false);
}
Tensor argmax(const Tensor& x, optional<std::int64_t> dim, bool keepdim) {
  return arg_extremum("argmax", x, dim, keepdim, true);
}
Tensor argmin(const Tensor& x, optional<std::int64_t> dim, bool keepdim) {
  return arg_extremum("argmin", x, dim, keepdim, false);
}

Tensor var(const Tensor& x, bool unbiased) { return var(x, nullopt, unbiased); }
Tensor var(const Tensor& x, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return apply_general(var_rule("var", x, dim, unbiased, keepdim), x);
}
Tensor std(const Tensor& x, bool unbiased) { return eigengrad::std(x, nullopt, unbiased); }
Tensor std(const Tensor& x, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return apply_general(Std{var_rule("std", x, dim, unbiased, keepdim)}, x);
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
    detail::fail<ShapeError>("sum_to_size", "size ", size, " is not expandable to size ",
                             x.sizes());
  return autograd::sum_to(x.dtype() == kBool && !(x.sizes() == size) ? x.to(kInt64) : x, size);
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
Tensor Tensor::max() const { return eigengrad::max(*this); }
Tensor Tensor::max(const Tensor& o) const { return eigengrad::maximum(*this, o); }
std::tuple<Tensor, Tensor> Tensor::max(std::int64_t dim, bool keepdim) const {
  return eigengrad::max(*this, dim, keepdim);
}
Tensor Tensor::min() const { return eigengrad::min(*this); }
Tensor Tensor::min(const Tensor& o) const { return eigengrad::minimum(*this, o); }
std::tuple<Tensor, Tensor> Tensor::min(std::int64_t dim, bool keepdim) const {
  return eigengrad::min(*this, dim, keepdim);
}
Tensor Tensor::argmax(optional<std::int64_t> dim, bool keepdim) const {
  return eigengrad::argmax(*this, dim, keepdim);
}
Tensor Tensor::argmin(optional<std::int64_t> dim, bool keepdim) const {
  return eigengrad::argmin(*this, dim, keepdim);
}
Tensor Tensor::var(bool unbiased) const { return eigengrad::var(*this, unbiased); }
Tensor Tensor::var(OptionalIntArrayRef dim, bool unbiased, bool keepdim) const {
  return eigengrad::var(*this, dim, unbiased, keepdim);
}
Tensor Tensor::std(bool unbiased) const { return eigengrad::std(*this, unbiased); }
Tensor Tensor::std(OptionalIntArrayRef dim, bool unbiased, bool keepdim) const {
  return eigengrad::std(*this, dim, unbiased, keepdim);
}
Tensor Tensor::all() const { return eigengrad::all(*this); }
Tensor Tensor::all(std::int64_t dim, bool keepdim) const {
  return eigengrad::all(*this, dim, keepdim);
}
Tensor Tensor::any() const { return eigengrad::any(*this); }
Tensor Tensor::any(std::int64_t dim, bool keepdim) const {
  return eigengrad::any(*this, dim, keepdim);
}
Tensor Tensor::sum_to_size(IntArrayRef size) const { return eigengrad::sum_to_size(*this, size); }

}  // namespace eigengrad
