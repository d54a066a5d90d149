#include "eigengrad/ops/reduction/sorting.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "autograd/forward_mode.hpp"
#include "autograd/shapes.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/core/factories.hpp"
#include "kernels/reduction/order.hpp"
#include "ops/reduction/along.hpp"
#include "ops/reduction/ties.hpp"

namespace eigengrad {
namespace {

using autograd::apply_general;
using Pair = std::tuple<Tensor, Tensor>;

/// The `count` elements of each slice along `d` that kernel(indices, x) chooses, and their indices.
template <class Kernel>
struct Choose {
  static constexpr std::size_t inputs = 1;
  const char* node_name;
  Kernel kernel;
  std::size_t d;
  std::int64_t count;
  bool drop;

  ChosenValues forward(const Tensor& x) const {
    DimVector sizes(x.sizes());
    if (!sizes.empty()) sizes[d] = count;
    const Tensor indices = detail::uninitialised(kInt64, sizes);
    kernel(indices, x);
    const bool dropped = drop && !sizes.empty();
    const GatherAlong rule{node_name, along(x, d, indices), dropped};
    Tensor values = detail::uninitialised(x.dtype(), sizes);
    rule.at.read(values, x);
    if (dropped) values = without_dim(values, d);
    return {rule, {values, dropped ? without_dim(indices.detach(), d) : indices.detach()}};
  }
};

template <class Kernel>
Pair chosen(const char* node_name, Kernel kernel, const Tensor& x, std::size_t d,
            std::int64_t count, bool drop) {
  const auto [values, indices] =
      autograd::apply_many(Choose<Kernel>{node_name, kernel, d, count, drop}, {x});
  return {values, indices};
}

Pair sorted_along(const char* node_name, const Tensor& x, std::int64_t dim, bool descending) {
  const std::size_t d = detail::wrap_dim("sort", dim, x.sizes().size());
  const auto kernel = [d, descending](const Tensor& i, const Tensor& of) {
    kernels::sort(i, of, d, descending);
  };
  return chosen(node_name, kernel, x, d, x.dim() == 0 ? 1 : x.sizes()[d], false);
}

/// The number of elements along `d`. Throws: IndexError unless there are `k` of them.
std::int64_t require_enough(std::string_view op, const Tensor& x, std::size_t d, std::int64_t k) {
  const std::int64_t n = x.dim() == 0 ? 1 : x.sizes()[d];
  if (k < 0 || k > n)
    detail::fail<IndexError>(op, "k = ", k, " is out of range for dimension ", d, " of extent ", n,
                             "; give 0 or more, and at most the extent");
  return n;
}

Pair median_along(std::string_view op, const char* node_name, const Tensor& x, std::int64_t dim,
                  bool keepdim, bool ignore_nan) {
  const std::size_t d = detail::wrap_dim(op, dim, x.sizes().size());
  require_elements(op, x, dim);
  const auto kernel = [d, ignore_nan](const Tensor& i, const Tensor& of) {
    kernels::median(i, of, d, ignore_nan);
  };
  return chosen(node_name, kernel, x, d, 1, !keepdim);
}

/// The median of all elements.
struct Median : TieSharingDerivative {
  static constexpr auto node_name = "MedianBackward0";
  bool ignore_nan = false;
  Tensor forward(const Tensor& x) const {
    const Tensor y = detail::uninitialised(x.dtype(), {});
    if (x.numel() == 0) {
      if (x.is_floating_point())
        kernels::fill(y, std::numeric_limits<double>::quiet_NaN());
      else
        kernels::fill(y, std::numeric_limits<std::int64_t>::min());
      return y;
    }
    const detail::Unrecorded unrecorded;
    const Tensor flat = x.reshape(-1);
    const Tensor index = detail::uninitialised(kInt64, {1});
    kernels::median(index, flat, 0, ignore_nan);
    along(flat, 0, index).read(y.reshape(1), flat);
    return y;
  }
};
struct NanMedian : Median {
  static constexpr auto node_name = "NanmedianBackward0";
};

TieSharingDerivative over_all(const Tensor& x) { return {{"median", x, nullopt, false}}; }

// ---- Quantiles.

enum class Between : std::uint8_t { Linear, Lower, Higher, Midpoint, Nearest };

Between parse_interpolation(std::string_view op, std::string_view name) {
  if (name == "linear") return Between::Linear;
  if (name == "lower") return Between::Lower;
  if (name == "higher") return Between::Higher;
  if (name == "midpoint") return Between::Midpoint;
  if (name != "nearest")
    detail::fail<ValueError>(op,
                             "interpolation must be one of linear, lower, higher, midpoint or "
                             "nearest, got \"",
                             name, '"');
  return Between::Nearest;
}

void check_quantile(std::string_view op, const Tensor& x, const Tensor& q) {
  if (!x.is_floating_point())
    detail::fail<DtypeError>(op, "needs a floating point tensor, got ", to_string(x.dtype()),
                             "; convert it with to()");
  if (q.dtype() != x.dtype())
    detail::fail<DtypeError>(op, "q must be of the dtype of the tensor, ", to_string(x.dtype()),
                             ", got ", to_string(q.dtype()), "; convert it with to()");
  if (q.dim() > 1)
    detail::fail<ShapeError>(op, "q must have at most one dimension, got shape ", q.sizes());
  if (x.numel() == 0)
    detail::fail<ShapeError>(op, "the tensor of shape ", x.sizes(), " must have elements");
  const NoGradGuard off;
  if (!(q.detach().ge(0) & q.detach().le(1)).all().item<bool>())
    detail::fail<ValueError>(op, "q must be in the range [0, 1]");
}

/// The ranks that the fractions q have in each row (last dimension) of x.
Tensor ranks_of(const Tensor& x, const Tensor& q, bool ignore_nan) {
  if (!ignore_nan) return q * static_cast<double>(x.size(-1) - 1);
  const Tensor without_nan = x.detach().isnan().logical_not().sum(-1, true).clamp_min(1);
  return q * (without_nan - 1).to(x.dtype());
}

/// The ranks rounded to integers: down, up, or to the nearest.
Tensor whole_ranks(const Tensor& ranks, Between which) {
  const Tensor from = autograd::cast(ranks, kFloat64).contiguous();
  const Tensor to = detail::uninitialised(kInt64, ranks.sizes());
  const double* r = from.impl()->data<double>();
  std::transform(r, r + from.numel(), to.impl()->data<std::int64_t>(), [which](double rank) {
    return static_cast<std::int64_t>(which == Between::Lower    ? std::floor(rank)
                                     : which == Between::Higher ? std::ceil(rank)
                                                                : std::nearbyint(rank));
  });
  return to;
}

/// The elements that stand at `ranks` (int64, from 0) when each row of x is sorted. NaN sorts last; a row that has
/// NaN gives NaN at every rank unless `ignore_nan`.
Tensor elements_at(const Tensor& x, const Tensor& ranks, bool ignore_nan) {
  const std::size_t last = x.sizes().size() - 1;
  DimVector sizes(x.sizes());
  sizes[last] = ranks.size(-1);
  const Tensor indices = detail::uninitialised(kInt64, sizes);
  {
    const detail::Unrecorded unrecorded;
    const Tensor wanted =
        ignore_nan ? ranks : where(x.isnan().any(-1, true), x.size(-1) - 1, ranks);
    kernels::at_ranks(indices, wanted.expand(sizes).contiguous(), x, last);
  }
  return gather_at(along(x, last, indices), x);
}

/// Quantiles along the last dimension.
Tensor quantile_of_rows(const Tensor& x, const Tensor& q, Between between, bool ignore_nan) {
  const Tensor rank = ranks_of(x, q, ignore_nan);
  const Tensor plain = rank.detach();
  if (between != Between::Linear && between != Between::Midpoint)
    return elements_at(x, whole_ranks(plain, between), ignore_nan);
  const Tensor below = whole_ranks(plain, Between::Lower);
  const Tensor above = whole_ranks(plain, Between::Higher);
  const Tensor low = elements_at(x, below, ignore_nan);
  const Tensor high = elements_at(x, above, ignore_nan);
  const Tensor weight = between == Between::Linear ? rank - below : full_like(plain, 0.5);
  // Interpolates from the nearer end, so that both ends are exact; no step where the rank is an integer.
  const Tensor step = where(below.eq(above), 0, high - low);
  if (step.detach().isfinite().all().item<bool>())
    return where(weight.lt(0.5), low + weight * step, high - (1 - weight) * step);
  // Starts from the finite end; no step between equal infinities.
  const Tensor level = where(low.isinf().logical_and(low.eq(high)), 0, step);
  const Tensor from_low =
      low.isinf().logical_not().logical_and(weight.lt(0.5).logical_or(high.isinf()));
  return where(from_low, low, high) + where(from_low, weight, weight - 1) * level;
}

Tensor quantile_along(std::string_view op, const Tensor& x, const Tensor& q,
                      optional<std::int64_t> dim, bool keepdim, std::string_view interpolation,
                      bool ignore_nan) {
  check_quantile(op, x, q);
  const Between between = parse_interpolation(op, interpolation);
  const std::size_t d = dim ? detail::wrap_dim(op, *dim, x.sizes().size()) : 0;
  const bool flat = !dim || x.dim() == 0;
  const Tensor rows = flat ? x.reshape(-1) : x.transpose(static_cast<std::int64_t>(d), -1);
  const Tensor y = quantile_of_rows(rows, q.reshape(-1), between, ignore_nan);
  DimVector sizes;
  if (q.dim() == 1) sizes.push_back(q.size(0));
  if (flat) {
    if (keepdim)
      for (std::size_t k = 0; k < x.sizes().size(); ++k) sizes.push_back(1);
    return y.reshape(sizes);
  }
  for (std::size_t k = 0; k < x.sizes().size(); ++k)
    if (k != d || keepdim) sizes.push_back(k == d ? 1 : x.sizes()[k]);
  // The fractions come first.
  DimVector order{-1};
  for (std::size_t k = 0; k + 1 < x.sizes().size(); ++k)
    order.push_back(static_cast<std::int64_t>(k));
  const Tensor first = y.permute(order);
  // The former last dimension stands where `d` was.
  if (d + 1 == x.sizes().size()) return first.reshape(sizes);
  DimVector back{0};
  for (std::size_t k = 0; k < x.sizes().size(); ++k)
    if (k != d)
      back.push_back(static_cast<std::int64_t>(k + 1 == x.sizes().size() ? d + 1 : k + 1));
  return first.permute(back).reshape(sizes);
}

// ---- Search.

bool is_right(std::string_view op, bool right, optional<std::string_view> side) {
  if (!side) return right;
  if (*side != "left" && *side != "right")
    detail::fail<ValueError>(op, "side can only be left or right, got \"", *side, '"');
  if (right && *side == "left")
    detail::fail<ValueError>(
        op, "side and right can't be set to opposites: left and true; give either alone");
  return *side == "right";
}

Tensor in_order(std::string_view op, const Tensor& sequence, const Tensor& sorter) {
  if (sorter.dtype() != kInt64)
    detail::fail<DtypeError>(op, "the sorter must be int64, got ", to_string(sorter.dtype()),
                             "; convert it with to()");
  if (!(sorter.sizes() == sequence.sizes()))
    detail::fail<ShapeError>(op, "boundary and sorter must have the same size, got ",
                             sequence.sizes(), " and ", sorter.sizes());
  const std::int64_t n = sequence.sizes().back();
  if (!(sorter.ge(0) & sorter.lt(n)).all().item<bool>())
    detail::fail<IndexError>(op, "the sorter has indices out of range for ", n,
                             " elements; give what argsort() returned");
  const std::size_t last = sequence.sizes().size() - 1;
  return gather_at(along(sequence, last, sorter.contiguous()), sequence);
}

Tensor insertion_points(std::string_view op, const Tensor& sequence, const Tensor& values,
                        bool out_int32, bool right) {
  if (out_int32)
    detail::fail<DtypeError>(op, "there is no int32; leave out_int32 false for int64 indices");
  const std::int64_t dims = values.dim();
  bool fits = sequence.dim() == 1 || sequence.dim() == dims;
  for (std::size_t k = 0; fits && k + 1 < sequence.sizes().size(); ++k)
    fits = sequence.sizes()[k] == values.sizes()[k];
  if (sequence.dim() == 0 || !fits)
    detail::fail<ShapeError>(op, "boundaries of shape ", sequence.sizes(),
                             " do not fit values of shape ", values.sizes(),
                             "; give one dimension, or those of the values except the last");
  const detail::Unrecorded unrecorded;
  const Tensor* const both[] = {&sequence, &values};
  const ScalarType dtype = autograd::result_type(both, 2);
  Tensor y = detail::uninitialised(kInt64, values.sizes());
  kernels::search(y, autograd::cast(sequence, dtype).contiguous(),
                  autograd::cast(values, dtype).contiguous(), right);
  return y;
}

}  // namespace

Pair sort(const Tensor& x, std::int64_t dim, bool descending) {
  return sorted_along("SortBackward0", x, dim, descending);
}
Pair sort(const Tensor& x, optional<bool>, std::int64_t dim, bool descending) {
  return sorted_along("SortBackward1", x, dim, descending);
}
Tensor msort(const Tensor& x) { return std::get<0>(sort(x, 0)); }
Tensor argsort(const Tensor& x, std::int64_t dim, bool descending) {
  return std::get<1>(sort(x, dim, descending));
}

Pair topk(const Tensor& x, std::int64_t k, std::int64_t dim, bool largest, bool) {
  const std::size_t d = detail::wrap_dim("topk", dim, x.sizes().size());
  require_enough("topk", x, d, k);
  const auto kernel = [d, largest](const Tensor& i, const Tensor& of) {
    kernels::top(i, of, d, largest);
  };
  return chosen("TopkBackward0", kernel, x, d, k, false);
}

Pair kthvalue(const Tensor& x, std::int64_t k, std::int64_t dim, bool keepdim) {
  const std::size_t d = detail::wrap_dim("kthvalue", dim, x.sizes().size());
  require_elements("kthvalue", x, dim);
  require_enough("kthvalue", x, d, k == 0 ? -1 : k);
  const auto kernel = [d, k](const Tensor& i, const Tensor& of) { kernels::kth(i, of, d, k - 1); };
  return chosen("KthvalueBackward0", kernel, x, d, 1, !keepdim);
}

Tensor median(const Tensor& x) { return apply_general(Median{over_all(x), false}, x); }
Pair median(const Tensor& x, std::int64_t dim, bool keepdim) {
  return median_along("median", "MedianBackward1", x, dim, keepdim, false);
}
Tensor nanmedian(const Tensor& x) { return apply_general(NanMedian{{over_all(x), true}}, x); }
Pair nanmedian(const Tensor& x, std::int64_t dim, bool keepdim) {
  return median_along("nanmedian", "NanmedianBackward1", x, dim, keepdim, true);
}

Pair mode(const Tensor& x, std::int64_t dim, bool keepdim) {
  const std::size_t d = detail::wrap_dim("mode", dim, x.sizes().size());
  require_elements("mode", x, dim);
  const auto kernel = [d](const Tensor& i, const Tensor& of) { kernels::mode(i, of, d); };
  return chosen("ModeBackward0", kernel, x, d, 1, !keepdim);
}

Tensor quantile(const Tensor& x, const Tensor& q, optional<std::int64_t> dim, bool keepdim,
                std::string_view interpolation) {
  return quantile_along("quantile", x, q, dim, keepdim, interpolation, false);
}
Tensor quantile(const Tensor& x, double q, optional<std::int64_t> dim, bool keepdim,
                std::string_view interpolation) {
  return quantile(x, full({}, q, x.options()), dim, keepdim, interpolation);
}
Tensor nanquantile(const Tensor& x, const Tensor& q, optional<std::int64_t> dim, bool keepdim,
                   std::string_view interpolation) {
  return quantile_along("nanquantile", x, q, dim, keepdim, interpolation, true);
}
Tensor nanquantile(const Tensor& x, double q, optional<std::int64_t> dim, bool keepdim,
                   std::string_view interpolation) {
  return nanquantile(x, full({}, q, x.options()), dim, keepdim, interpolation);
}

Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& values, bool out_int32, bool right,
                    optional<std::string_view> side, const OptionalTensor& sorter) {
  const bool from_right = is_right("searchsorted", right, side);
  const NoGradGuard off;
  const Tensor sequence = sorter && sorter->defined() && sorted_sequence.dim() > 0
                              ? in_order("searchsorted", sorted_sequence.detach(), *sorter)
                              : sorted_sequence;
  return insertion_points("searchsorted", sequence, values, out_int32, from_right);
}
Tensor searchsorted(const Tensor& sorted_sequence, const Scalar& value, bool out_int32, bool right,
                    optional<std::string_view> side, const OptionalTensor& sorter) {
  return searchsorted(sorted_sequence, autograd::wrapped_scalar(value, sorted_sequence), out_int32,
                      right, side, sorter);
}
Tensor bucketize(const Tensor& values, const Tensor& boundaries, bool out_int32, bool right) {
  if (boundaries.dim() != 1)
    detail::fail<ShapeError>("bucketize", "boundaries must have one dimension, got shape ",
                             boundaries.sizes());
  return insertion_points("bucketize", boundaries, values, out_int32, right);
}
Tensor bucketize(const Scalar& value, const Tensor& boundaries, bool out_int32, bool right) {
  return bucketize(autograd::wrapped_scalar(value, boundaries), boundaries, out_int32, right);
}

Pair Tensor::sort(std::int64_t dim, bool descending) const {
  return eigengrad::sort(*this, dim, descending);
}
Pair Tensor::sort(optional<bool> stable, std::int64_t dim, bool descending) const {
  return eigengrad::sort(*this, stable, dim, descending);
}
Tensor Tensor::msort() const { return eigengrad::msort(*this); }
Tensor Tensor::argsort(std::int64_t dim, bool descending) const {
  return eigengrad::argsort(*this, dim, descending);
}
Pair Tensor::topk(std::int64_t k, std::int64_t dim, bool largest, bool sorted) const {
  return eigengrad::topk(*this, k, dim, largest, sorted);
}
Pair Tensor::kthvalue(std::int64_t k, std::int64_t dim, bool keepdim) const {
  return eigengrad::kthvalue(*this, k, dim, keepdim);
}
Tensor Tensor::median() const { return eigengrad::median(*this); }
Pair Tensor::median(std::int64_t dim, bool keepdim) const {
  return eigengrad::median(*this, dim, keepdim);
}
Tensor Tensor::nanmedian() const { return eigengrad::nanmedian(*this); }
Pair Tensor::nanmedian(std::int64_t dim, bool keepdim) const {
  return eigengrad::nanmedian(*this, dim, keepdim);
}
Pair Tensor::mode(std::int64_t dim, bool keepdim) const {
  return eigengrad::mode(*this, dim, keepdim);
}
Tensor Tensor::quantile(const Tensor& q, optional<std::int64_t> dim, bool keepdim,
                        std::string_view interpolation) const {
  return eigengrad::quantile(*this, q, dim, keepdim, interpolation);
}
Tensor Tensor::quantile(double q, optional<std::int64_t> dim, bool keepdim,
                        std::string_view interpolation) const {
  return eigengrad::quantile(*this, q, dim, keepdim, interpolation);
}
Tensor Tensor::nanquantile(const Tensor& q, optional<std::int64_t> dim, bool keepdim,
                           std::string_view interpolation) const {
  return eigengrad::nanquantile(*this, q, dim, keepdim, interpolation);
}
Tensor Tensor::nanquantile(double q, optional<std::int64_t> dim, bool keepdim,
                           std::string_view interpolation) const {
  return eigengrad::nanquantile(*this, q, dim, keepdim, interpolation);
}

}  // namespace eigengrad
