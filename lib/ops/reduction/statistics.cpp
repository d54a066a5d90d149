#include "eigengrad/ops/reduction/statistics.hpp"

#include <algorithm>
#include <cmath>

#include "autograd/forward_mode.hpp"
#include "core/checked.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/reduction/extrema.hpp"
#include "eigengrad/ops/reduction/norms.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/reduction/norms.hpp"
#include "kernels/reduction/order.hpp"
#include "kernels/reduction/reduce.hpp"
#include "ops/reduction/along.hpp"
#include "ops/reduction/reduced_dims.hpp"

namespace eigengrad {
namespace {

using autograd::apply_general;
using Pair = std::tuple<Tensor, Tensor>;

/// Sums over dimensions of deviations from the mean.
struct Deviations {
  ReducedDims dims;
  double count;
  double divisor;

  void lift(std::int64_t lead) { dims.lift(lead); }
  Tensor mean(const Tensor& x) const {
    const auto kernel = [this](const Tensor& y, const Tensor& of) { kernels::mean(y, of, count); };
    return dims.values_with_ones(kernel, x, x.dtype());
  }
  Tensor centred(const Tensor& x) const { return x - dims.gathered_with_ones(x) / count; }
  Tensor squares(const Tensor& x, const Tensor& at, double over = 1) const {
    const auto kernel = [&at, over](const Tensor& y, const Tensor& of) {
      kernels::squared_deviations(y, of, at, over);
    };
    return dims.values(kernel, x);
  }
};

struct Var : Deviations {
  static constexpr auto node_name = "VarBackward0";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = false;
  Tensor forward(const Tensor& x) const { return forward(x, mean(x)); }
  Tensor forward(const Tensor& x, const Tensor& at) const { return squares(x, at, divisor); }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor&) const {
    return dims.spread(g * (2 / divisor)) * centred(x);
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor&) const {
    return dims.gathered(t * centred(x)) * (2 / divisor);
  }
};

struct Std : Deviations {
  static constexpr auto node_name = "StdBackward0";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = true;
  Tensor forward(const Tensor& x) const { return forward(x, mean(x)); }
  Tensor forward(const Tensor& x, const Tensor& at) const {
    const detail::Unrecorded unrecorded;
    Tensor y = squares(x, at);
    if (kernels::squares_are_exact(y)) return y.sqrt_().div_(std::sqrt(divisor));
    const auto norm = [](const Tensor& n, const Tensor& of) { kernels::norm(n, of, 2); };
    y = dims.values(norm, x.detach() - at);
    return y.div_(std::sqrt(divisor));
  }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor& y) const {
    return dims.spread(g) * derivative(x, y);
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor& y) const {
    return dims.gathered(t * derivative(x, y));
  }

 private:
  /// (x_i - mean) / (std divisor), and 0 at every order where the deviation is 0.
  Tensor derivative(const Tensor& x, const Tensor& y) const {
    const Tensor deviation = dims.with_ones(y);
    const Tensor zero = deviation.eq(0);
    const Tensor u = centred(x) / (where(zero, 1, deviation) * divisor);
    return where(zero, 0, u);
  }
};

/// A variance or standard deviation, together with the mean.
template <class Spread>
struct WithMean {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 2;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = Spread::uses_output ? 1 : 0;
  Spread of;
  void lift(std::int64_t lead) { of.lift(lead); }
  struct Outputs {
    const Tensor& spread;
    const Tensor& mean;
  };

  std::array<Tensor, 2> forward(const Tensor& x) const {
    const Tensor at = of.mean(x);
    const Tensor y = of.forward(x, at);
    of.dims.drop_ones(at);
    return {y, at};
  }
  Tensor vjp(std::size_t, const Outputs& g, const Tensor& x, const Outputs& y) const {
    if (!g.mean.defined()) return of.vjp(g.spread, x, y.spread);
    const Tensor of_mean = of.dims.spread(g.mean / of.count);
    return g.spread.defined() ? of.vjp(g.spread, x, y.spread) + of_mean : of_mean;
  }
  Tensor jvp(std::size_t k, const Tensor& t, const Tensor& x, const Outputs& y) const {
    if (k == 0) return of.jvp(t, x, y.spread);
    return of.dims.gathered(t) / of.count;
  }
};
struct VarMean : WithMean<Var> {
  static constexpr auto node_name = "VarMeanBackward0";
};
struct StdMean : WithMean<Std> {
  static constexpr auto node_name = "StdMeanBackward0";
};

Deviations deviations(std::string_view op, const Tensor& x, OptionalIntArrayRef dim,
                      std::int64_t correction, bool keepdim) {
  if (!x.is_floating_point())
    detail::fail<DtypeError>(op, "needs a floating point tensor, got ", to_string(x.dtype()),
                             "; convert it with to()");
  const ReducedDims dims(op, x, dim, keepdim);
  const auto n = static_cast<double>(dims.count());
  return {dims, n, std::max(n - static_cast<double>(correction), 0.0)};
}

template <class Both>
Pair with_mean(std::string_view op, const Tensor& x, OptionalIntArrayRef dim,
               std::int64_t correction, bool keepdim) {
  const auto [spread, mean] =
      autograd::apply_many(Both{{{deviations(op, x, dim, correction, keepdim)}}}, {x});
  return {spread, mean};
}

Tensor var_of(const Tensor& x, OptionalIntArrayRef dim, std::int64_t correction, bool keepdim) {
  return apply_general(Var{deviations("var", x, dim, correction, keepdim)}, x);
}
Tensor std_of(const Tensor& x, OptionalIntArrayRef dim, std::int64_t correction, bool keepdim) {
  return apply_general(Std{deviations("std", x, dim, correction, keepdim)}, x);
}

struct NanSum {
  static constexpr auto node_name = "NansumBackward0";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = false;
  ReducedDims dims;
  void lift(std::int64_t lead) { dims.lift(lead); }
  Tensor forward(const Tensor& x) const { return dims.values(kernels::nan_sum, x); }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor&) const {
    return where(x.isnan(), 0, dims.spread(g));
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor&) const {
    return dims.gathered(where(x.isnan(), 0, t));
  }
};

/// The largest and smallest element, for a histogram without bounds.
std::pair<double, double> range_of(const Tensor& x) {
  if (x.numel() == 0) return {0, 0};
  const auto [low, high] = aminmax(x.detach());
  return {low.item<double>(), high.item<double>()};
}

}  // namespace

Tensor var(const Tensor& x) { return var_of(x, nullopt, 1, false); }
Tensor var(const Tensor& x, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return var_of(x, dim, unbiased ? 1 : 0, keepdim);
}
Tensor var(const Tensor& x, OptionalIntArrayRef dim, optional<std::int64_t> correction,
           bool keepdim) {
  return var_of(x, dim, correction.value_or(1), keepdim);
}
Tensor std(const Tensor& x) { return std_of(x, nullopt, 1, false); }
Tensor std(const Tensor& x, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return std_of(x, dim, unbiased ? 1 : 0, keepdim);
}
Tensor std(const Tensor& x, OptionalIntArrayRef dim, optional<std::int64_t> correction,
           bool keepdim) {
  return std_of(x, dim, correction.value_or(1), keepdim);
}
Pair var_mean(const Tensor& x) { return with_mean<VarMean>("var_mean", x, nullopt, 1, false); }
Pair var_mean(const Tensor& x, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return with_mean<VarMean>("var_mean", x, dim, unbiased ? 1 : 0, keepdim);
}
Pair var_mean(const Tensor& x, OptionalIntArrayRef dim, optional<std::int64_t> correction,
              bool keepdim) {
  return with_mean<VarMean>("var_mean", x, dim, correction.value_or(1), keepdim);
}
Pair std_mean(const Tensor& x) { return with_mean<StdMean>("std_mean", x, nullopt, 1, false); }
Pair std_mean(const Tensor& x, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return with_mean<StdMean>("std_mean", x, dim, unbiased ? 1 : 0, keepdim);
}
Pair std_mean(const Tensor& x, OptionalIntArrayRef dim, optional<std::int64_t> correction,
              bool keepdim) {
  return with_mean<StdMean>("std_mean", x, dim, correction.value_or(1), keepdim);
}

Tensor nansum(const Tensor& x, OptionalIntArrayRef dim, bool keepdim, optional<ScalarType> dtype) {
  if (!x.is_floating_point()) return sum(x, dim, keepdim, dtype);
  if (dtype && !is_floating_point(*dtype))
    detail::fail<DtypeError>("nansum", "the sum of floating point numbers is one, asked for ",
                             to_string(*dtype),
                             "; leave the dtype out, or give a floating point one");
  const Tensor y = dtype ? x.to(*dtype) : x;
  return apply_general(NanSum{{"nansum", y, dim, keepdim}}, y);
}

Tensor nanmean(const Tensor& x, OptionalIntArrayRef dim, bool keepdim, optional<ScalarType> dtype) {
  if (!x.is_floating_point())
    detail::fail<DtypeError>("nanmean", "needs a floating point tensor, got ", to_string(x.dtype()),
                             "; convert it with to()");
  const Tensor total = nansum(x, dim, keepdim, dtype);
  return total / x.detach().isnan().logical_not().sum(dim, keepdim);
}

Tensor histc(const Tensor& x, std::int64_t bins, const Scalar& min, const Scalar& max) {
  if (!x.is_floating_point())
    detail::fail<DtypeError>("histc", "needs a floating point tensor, got ", to_string(x.dtype()),
                             "; convert it with to()");
  if (bins <= 0) detail::fail<ValueError>("histc", "bins must be > 0, got ", bins);
  double low = min.toDouble();
  double high = max.toDouble();
  if (low == high) std::tie(low, high) = range_of(x);
  if (!std::isfinite(low) || !std::isfinite(high))
    detail::fail<ValueError>(
        "histc", "range of [", low, ", ", high,
        "] is not finite; give finite min and max, or remove what is not finite");
  if (low > high)
    detail::fail<ValueError>("histc", "max must be larger than min, got ", low, " and ", high);
  if (low == high) {
    low -= 1;
    high += 1;
  }
  Tensor counts = detail::uninitialised(x.dtype(), {bins});
  const NoGradGuard off;
  kernels::count_in_bins(counts, x.detach().contiguous(), low, high);
  return counts;
}

Tensor bincount(const Tensor& x, const OptionalTensor& weights, std::int64_t minlength) {
  if (x.dtype() != kInt64)
    detail::fail<DtypeError>("bincount", "needs a tensor of int64, got ", to_string(x.dtype()),
                             "; convert it with to()");
  if (x.dim() != 1)
    detail::fail<ShapeError>("bincount", "needs one dimension, got shape ", x.sizes(),
                             "; flatten() it");
  if (minlength < 0)
    detail::fail<ValueError>("bincount", "minlength should be >= 0, got ", minlength);
  const bool weighted = weights && weights->defined();
  if (weighted && !(weights->sizes() == x.sizes()))
    detail::fail<ShapeError>("bincount", "weights should have the shape of the numbers, ",
                             x.sizes(), ", got ", weights->sizes());
  std::int64_t n = 0;
  if (x.numel() > 0) {
    const auto [low, high] = aminmax(x.detach());
    if (low.item<std::int64_t>() < 0)
      detail::fail<ValueError>("bincount", "the numbers must not be negative, got ", low.item());
    n = detail::checked_add("bincount", high.item<std::int64_t>(), 1);
  }
  const Tensor ones_or_weights =
      !weighted ? ones(x.sizes(), kInt64)
                : (weights->is_floating_point() ? *weights : weights->to(kDefaultDtype));
  const ByPosition bins{DimVector{std::max(n, minlength)}, 0, KeptIndices(x.contiguous())};
  return scatter_at(bins, ones_or_weights);
}

Tensor Tensor::var() const { return eigengrad::var(*this); }
Tensor Tensor::var(OptionalIntArrayRef dim, bool unbiased, bool keepdim) const {
  return eigengrad::var(*this, dim, unbiased, keepdim);
}
Tensor Tensor::var(OptionalIntArrayRef dim, optional<std::int64_t> correction, bool keepdim) const {
  return eigengrad::var(*this, dim, correction, keepdim);
}
Tensor Tensor::std() const { return eigengrad::std(*this); }
Tensor Tensor::std(OptionalIntArrayRef dim, bool unbiased, bool keepdim) const {
  return eigengrad::std(*this, dim, unbiased, keepdim);
}
Tensor Tensor::std(OptionalIntArrayRef dim, optional<std::int64_t> correction, bool keepdim) const {
  return eigengrad::std(*this, dim, correction, keepdim);
}
Tensor Tensor::nansum(OptionalIntArrayRef dim, bool keepdim, optional<ScalarType> dtype) const {
  return eigengrad::nansum(*this, dim, keepdim, dtype);
}
Tensor Tensor::nanmean(OptionalIntArrayRef dim, bool keepdim, optional<ScalarType> dtype) const {
  return eigengrad::nanmean(*this, dim, keepdim, dtype);
}
Tensor Tensor::histc(std::int64_t bins, const Scalar& min, const Scalar& max) const {
  return eigengrad::histc(*this, bins, min, max);
}
Tensor Tensor::bincount(const OptionalTensor& weights, std::int64_t minlength) const {
  return eigengrad::bincount(*this, weights, minlength);
}

}  // namespace eigengrad
