#include <limits>

#include "autograd/forward_mode.hpp"
#include "autograd/inplace.hpp"
#include "autograd/shapes.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/indexing/scatter.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "ops/indexing/indexed.hpp"
#include "ops/pointwise/rule_math.hpp"
#include "ops/pointwise/write_back.hpp"

namespace eigengrad {
namespace {

using kernels::Combine;

enum class Reduce : std::uint8_t { Sum, Prod, Mean, Max, Min };

/// The identity of the reduction: combining with it changes nothing.
Scalar identity(Reduce reduce, ScalarType dtype) {
  if (reduce == Reduce::Prod) return 1;
  if (reduce == Reduce::Sum || reduce == Reduce::Mean) return 0;
  const bool largest = reduce == Reduce::Max;
  if (dtype == kBool) return !largest;
  if (dtype == kInt64)
    return largest ? std::numeric_limits<std::int64_t>::min()
                   : std::numeric_limits<std::int64_t>::max();
  const double infinity = std::numeric_limits<double>::infinity();
  return largest ? -infinity : infinity;
}

Combine combine_of(Reduce reduce) {
  switch (reduce) {
    case Reduce::Prod:
      return Combine::Mul;
    case Reduce::Max:
      return Combine::Max;
    case Reduce::Min:
      return Combine::Min;
    default:
      return Combine::Add;
  }
}

/// x, or the identity where src is put and x does not count, combined with src: plain values.
template <class At>
Tensor combined(const At& at, Reduce reduce, bool include_self, const Tensor& x,
                const Tensor& src) {
  const Tensor y = plain_copy(x);
  if (!include_self) at.fill(y, identity(reduce, y.dtype()));
  const detail::Unrecorded unrecorded;
  at.put(y, src.contiguous(), combine_of(reduce));
  return y;
}

/// How many values are combined at each element.
template <class At>
Tensor counts(const At& at, ScalarType dtype) {
  const detail::Unrecorded unrecorded;
  return scatter_at(at, ones(at.picked(), dtype));
}

// ---- Sum and mean: linear. The weight is 1 / (number of summands).

template <class At, FixedString name>
struct SumAt {
  static constexpr const char* node_name = name.text;
  At at;
  bool include_self;
  /// For a mean, the number of summands of each element.
  Tensor divisor = {};
  void lift(std::int64_t lead) { at.lift(lead); }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    const Tensor share = divisor.defined() ? g / divisor : g;
    if (i == 1) return gather_at(at, share);
    return include_self ? share : clear_at(at, share);
  }
  Tensor tangent(const Tensor& self, const Tensor& values) const {
    Tensor t;
    if (self.defined()) t = include_self ? self : clear_at(at, self);
    if (values.defined()) autograd::accumulate_gradient(t, scatter_at(at, values));
    return divisor.defined() ? t / divisor : t;
  }
};

// ---- Extrema: linear with constant weights, the shares of those that are equal to the result.

template <class At, FixedString name>
struct ExtremumAt {
  static constexpr const char* node_name = name.text;
  At at;
  Tensor self_share;
  Tensor src_share;
  void lift(std::int64_t lead) { at.lift(lead); }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    return i == 0 ? g * self_share : gather_at(at, g) * src_share;
  }
  Tensor tangent(const Tensor& self, const Tensor& values) const {
    Tensor t;
    if (self.defined()) t = self * self_share;
    if (values.defined()) autograd::accumulate_gradient(t, scatter_at(at, values * src_share));
    return t;
  }
};

Tensor is_result(const Tensor& x, const Tensor& y) { return x.eq(y) | (x.isnan() & y.isnan()); }

/// `self_takes_part`: whether an element of x that is the result shares in it.
template <FixedString name, class At>
ExtremumAt<At, name> extremum_rule(const At& at, bool include_self, bool self_takes_part,
                                   const Tensor& x, const Tensor& src, const Tensor& y) {
  const detail::Unrecorded unrecorded;
  const ScalarType dtype = x.dtype();
  Tensor self_wins = is_result(x, y).to(dtype);
  if (!include_self || !self_takes_part) at.fill(self_wins, 0);
  const Tensor src_wins = is_result(src, gather_at(at, y)).to(dtype);
  Tensor winners = self_wins + scatter_at(at, src_wins);
  winners.masked_fill_(winners.eq(0), 1);
  return {at, self_wins / winners, src_wins / gather_at(at, winners)};
}

// ---- Product.

template <class At, FixedString name>
struct ProdAt {
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 1;
  static constexpr unsigned keeps_input = 3;
  static constexpr unsigned keeps_output = 1;
  static constexpr const char* node_name = name.text;
  At at;
  bool include_self;
  std::int64_t lead = -1;

  struct Inputs {
    const Tensor& self;
    const Tensor& src;
  };

  static Tensor apply(const At& at, bool include_self, const Tensor& x, const Tensor& src) {
    return autograd::apply_many(ProdAt{at, include_self, -1}, {x, src});
  }
  Tensor forward(const Tensor& x, const Tensor& src) const {
    return combined(at, Reduce::Prod, include_self, x, src);
  }
  Tensor vjp(std::size_t i, const Tensor& g, const Inputs& x, const Tensor& y) const {
    At of_cotangents = at;
    if (lead >= 0) of_cotangents.lift(lead);
    if (i == 1) return gather_at(of_cotangents, g) * others(x.self, x.src, y);
    return include_self ? times_values(g, x.src) : clear_at(of_cotangents, g);
  }
  void lift(std::int64_t to) { lead = to; }
  Tensor jvp(std::size_t, const Inputs& t, const Inputs& x, const Tensor& y) const {
    Tensor sum;
    if (t.self.defined()) sum = times_values(t.self, x.src);
    if (t.src.defined())
      autograd::accumulate_gradient(sum, scatter_at(at, t.src * others(x.self, x.src, y)));
    return sum;
  }

 private:
  /// g times the product of the values at each element.
  Tensor times_values(const Tensor& g, const Tensor& src) const {
    if (!include_self) return clear_at(at, g);
    return g * apply(at, true, ones(at.sizes, src.options()), src);
  }

  /// For each value the product of the others at its element. That is result / value unless the value is 0;
  /// then it is the product with that value replaced by 1. Each round replaces one 0 of each element; with a
  /// second 0 the product is 0, but its derivatives are not.
  Tensor others(const Tensor& x, const Tensor& src, const Tensor& y) const {
    const bool record = detail::recording() || detail::thread_state.dual_level;
    Tensor left = src.eq(0);
    Tensor result = gather_at(at, y) / where(left, 1, src);
    while (left.any().template item<bool>()) {
      const Tensor chosen = one_of_each(left);
      const Tensor product = apply(at, include_self, x, where(chosen, 1, src));
      result = where(chosen, gather_at(at, product), result);
      if (!record) break;
      left = left & !chosen;
    }
    return result;
  }

  /// `among` with only the last of the true values at each element of the result left true.
  Tensor one_of_each(const Tensor& among) const {
    const detail::Unrecorded unrecorded;
    const Tensor index = arange(among.numel(), kInt64).reshape(among.sizes());
    const Tensor last = full(at.sizes, -1, kInt64);
    at.put(last, where(among, index, -1), Combine::Max);
    return gather_at(at, last).eq(index) & among;
  }
};

// ---- Any of them.

/// Means of integers round down.
Tensor mean_of(const Tensor& sum, const Tensor& divisor) {
  const detail::Unrecorded unrecorded;
  if (sum.is_floating_point()) return sum / divisor;
  const Tensor y = empty_like(sum);
  const std::int64_t* s = sum.impl()->data<std::int64_t>();
  const Tensor n = divisor.contiguous();
  const std::int64_t* d = n.impl()->data<std::int64_t>();
  std::int64_t* to = y.impl()->data<std::int64_t>();
  for (std::int64_t i = 0; i < y.numel(); ++i) to[i] = s[i] / d[i] - (s[i] % d[i] < 0 ? 1 : 0);
  return y;
}

/// Computes the reduction y, any but Prod, and returns f(rule, y), where `rule` records y as a linear function of x and
/// src.
template <FixedString name, class At, class F>
auto reduce_then(std::string_view op, const At& at, Reduce reduce, bool include_self,
                 const Tensor& x, const Tensor& src, F&& f) {
  Tensor y = combined(at, reduce, include_self, x, src);
  if (reduce == Reduce::Sum) return f(SumAt<At, name>{at, include_self}, y);
  if (reduce == Reduce::Mean) {
    if (x.dtype() == kBool)
      detail::fail<DtypeError>(op, "a mean of bool tensors is not defined; convert them with to()");
    Tensor divisor = counts(at, x.dtype());
    if (include_self)
      divisor.add_(1);
    else
      divisor.masked_fill_(divisor.eq(0), 1);
    return f(SumAt<At, name>{at, include_self, divisor}, mean_of(y.contiguous(), divisor));
  }
  const auto tracked = [](const Tensor& t) {
    return autograd::records(t) || detail::carries_tangent(t);
  };
  // Shares are only computed where they are used.
  if (!tracked(x) && !tracked(src)) return f(ExtremumAt<At, name>{at, {}, {}}, y);
  return f(extremum_rule<name>(at, include_self, true, x, src, y), y);
}

template <FixedString name, class At>
Tensor reduced(std::string_view op, const At& at, Reduce reduce, bool include_self, const Tensor& x,
               const Tensor& src) {
  if (reduce == Reduce::Prod) return ProdAt<At, name>::apply(at, include_self, x, src);
  return reduce_then<name>(
      op, at, reduce, include_self, x, src,
      [&](const auto& rule, const Tensor& y) { return record_written(rule, x, src, y); });
}

template <FixedString name, class At>
Tensor& reduce_into(std::string_view op, const At& at, Reduce reduce, bool include_self,
                    Tensor& self, const Tensor& src) {
  if (reduce == Reduce::Prod) {
    autograd::check_inplace(op, self, detail::recording() && detail::is_tracked(src));
    // The rule needs the elements as they were before the write.
    const Tensor before = autograd::copy_row_major(self);
    return self.copy_(ProdAt<At, name>::apply(at, include_self, before, kept_apart(src, self)));
  }
  reduce_then<name>(op, at, reduce, include_self, self, src,
                    [&](const auto& rule, const Tensor& y) {
                      write_inplace(op, rule, self, src, [&] { kernels::copy(self, y); });
                      return 0;
                    });
  return self;
}

Reduce scatter_reduction(std::string_view op, std::string_view reduce) {
  if (reduce == "sum") return Reduce::Sum;
  if (reduce == "prod") return Reduce::Prod;
  if (reduce == "mean") return Reduce::Mean;
  if (reduce == "amax") return Reduce::Max;
  if (reduce == "amin") return Reduce::Min;
  detail::fail<ValueError>(
      op, "reduce argument must be either sum, prod, mean, amax or amin, got \"", reduce, '"');
}

Reduce index_reduction(std::string_view op, std::string_view reduce) {
  if (reduce == "sum" ||
      (reduce != "prod" && reduce != "mean" && reduce != "amax" && reduce != "amin"))
    detail::fail<ValueError>(op, "Expected reduce to be one of prod, mean, amax or amin but got \"",
                             reduce, '"');
  return scatter_reduction(op, reduce);
}

}  // namespace

Tensor scatter_reduce(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src,
                      std::string_view reduce, bool include_self) {
  const Reduce kind = scatter_reduction("scatter_reduce", reduce);
  const ByPosition at = by_position("scatter_reduce", x, dim, index);
  return reduced<"ScatterReduceBackward0">("scatter_reduce", at, kind, include_self, x,
                                           source_part("scatter_reduce", x, at, src));
}
Tensor Tensor::scatter_reduce(std::int64_t dim, const Tensor& index, const Tensor& src,
                              std::string_view reduce, bool include_self) const {
  return eigengrad::scatter_reduce(*this, dim, index, src, reduce, include_self);
}
Tensor& Tensor::scatter_reduce_(std::int64_t dim, const Tensor& index, const Tensor& src,
                                std::string_view reduce, bool include_self) const {
  const Reduce kind = scatter_reduction("scatter_reduce_", reduce);
  const ByPosition at = by_position("scatter_reduce_", self(), dim, in_own_memory(index, self()));
  return reduce_into<"ScatterReduceBackward0">("scatter_reduce_", at, kind, include_self, self(),
                                               source_part("scatter_reduce_", self(), at, src));
}

Tensor index_reduce(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                    std::string_view reduce, bool include_self) {
  const Reduce kind = index_reduction("index_reduce", reduce);
  const ByLists at = slices_at("index_reduce", x, dim, index);
  return reduced<"IndexReduceBackward0">("index_reduce", at, kind, include_self, x,
                                         source_slices("index_reduce", x, at, source));
}
Tensor Tensor::index_reduce(std::int64_t dim, const Tensor& index, const Tensor& source,
                            std::string_view reduce, bool include_self) const {
  return eigengrad::index_reduce(*this, dim, index, source, reduce, include_self);
}
Tensor& Tensor::index_reduce_(std::int64_t dim, const Tensor& index, const Tensor& source,
                              std::string_view reduce, bool include_self) const {
  const Reduce kind = index_reduction("index_reduce_", reduce);
  const ByLists at = slices_at("index_reduce_", self(), dim, in_own_memory(index, self()));
  return reduce_into<"IndexReduceBackward0">("index_reduce_", at, kind, include_self, self(),
                                             source_slices("index_reduce_", self(), at, source));
}

// ---- Segments.

namespace {

constexpr std::string_view kSegments = "segment_reduce";

Reduce segment_reduction(std::string_view reduce) {
  if (reduce == "sum") return Reduce::Sum;
  if (reduce == "prod") return Reduce::Prod;
  if (reduce == "mean") return Reduce::Mean;
  if (reduce == "max") return Reduce::Max;
  if (reduce == "min") return Reduce::Min;
  detail::fail<ValueError>(kSegments, "unsupported reduction given: \"", reduce,
                           "\"; give sum, mean, max, min or prod");
}

/// Segment lengths, int64 and contiguous, from the lengths or offsets that the caller gave.
Tensor segment_lengths(const OptionalTensor& lengths, const OptionalTensor& offsets) {
  const bool by_length = lengths && lengths->defined();
  if (!by_length && !(offsets && offsets->defined()))
    detail::fail<ValueError>(kSegments, "lengths and offsets are undefined; give either");
  const Tensor& given = by_length ? *lengths : *offsets;
  check_index_dtype(kSegments, given);
  if (given.dim() == 0)
    detail::fail<ShapeError>(kSegments, "lengths must have at least one dimension");
  if (by_length) return given.contiguous();
  const std::int64_t n = given.size(-1);
  if (n == 0) detail::fail<ShapeError>(kSegments, "offsets must begin with 0, they are empty");
  return given.narrow(-1, 1, n - 1) - given.narrow(-1, 0, n - 1);
}

void check_lengths(const Tensor& data, const Tensor& lengths, std::int64_t axis) {
  if (!data.is_floating_point())
    detail::fail<DtypeError>(kSegments, "needs a floating point tensor, got ",
                             to_string(data.dtype()), "; convert it with to()");
  const std::size_t dims = lengths.sizes().size();
  if (data.sizes().size() < dims)
    detail::fail<ShapeError>(kSegments, "lengths of shape ", lengths.sizes(),
                             " have more dimensions than the data, ", data.sizes(),
                             "; give one list of lengths for each leading index of the data");
  if (detail::wrap_dim(kSegments, axis, data.sizes().size()) != dims - 1)
    detail::fail<ShapeError>(kSegments,
                             "Expected axis to be the last dimension of lengths but got ", axis);
  for (std::size_t d = 0; d + 1 < dims; ++d)
    if (data.sizes()[d] != lengths.sizes()[d])
      detail::fail<ShapeError>(kSegments, "lengths of shape ", lengths.sizes(),
                               " do not fit data of shape ", data.sizes(),
                               "; their leading extents must be equal");
  const std::int64_t* n = lengths.impl()->data<std::int64_t>();
  const std::int64_t row = lengths.size(-1);
  const std::int64_t extent = data.sizes()[dims - 1];
  const std::int64_t rows = detail::numel_of(IntArrayRef(lengths.sizes().data(), dims - 1));
  for (std::int64_t i = 0; i < rows; ++i) {
    std::int64_t sum = 0;
    for (std::int64_t k = 0; k < row; ++k, ++n) {
      if (*n < 0)
        detail::fail<ValueError>(kSegments, "lengths contains negative value ", *n,
                                 "; give 0 or more elements to each segment");
      sum += *n;
    }
    if (sum != extent)
      detail::fail<ShapeError>(kSegments, "Expected all rows of lengths along axis to sum to ",
                               extent, ", the extent of the data, got ", sum);
  }
}

/// For each slice of the data the index of its segment.
Tensor segment_indices(const Tensor& lengths, std::int64_t slices) {
  Tensor indices = detail::uninitialised(kInt64, {slices});
  std::int64_t* to = indices.impl()->data<std::int64_t>();
  const std::int64_t* n = lengths.impl()->data<std::int64_t>();
  for (std::int64_t k = 0; k < lengths.numel(); ++k) to = std::fill_n(to, n[k], k);
  return indices;
}

constexpr FixedString<23> kSegmentNode = "SegmentReduceBackward0";

/// Reduces consecutive segments of rows; `lengths` has the number of rows of each.
Tensor reduce_rows(const Tensor& rows, Reduce reduce, const Tensor& lengths,
                   const optional<Scalar>& initial) {
  DimVector sizes(rows.sizes());
  sizes[0] = lengths.numel();
  const Tensor start =
      full(sizes, initial ? *initial : identity(reduce, rows.dtype()), rows.dtype());
  const ByLists at = slices_at(kSegments, start, 0, segment_indices(lengths, rows.sizes()[0]));
  if (reduce == Reduce::Sum || reduce == Reduce::Prod)
    return reduced<kSegmentNode>(kSegments, at, reduce, true, start, rows);
  Tensor y = combined(at, reduce, true, start, rows);
  if (reduce != Reduce::Mean)
    return record_written(extremum_rule<kSegmentNode>(at, true, false, start, rows, y), start, rows,
                          y);
  DimVector column(sizes.size(), 1);
  column[0] = sizes[0];
  Tensor divisor = lengths.reshape(column).to(rows.dtype());
  if (initial) divisor.masked_fill_(divisor.eq(0), 1);
  return record_written(SumAt<ByLists, kSegmentNode>{at, true, divisor}, start, rows,
                        mean_of(y, divisor));
}

}  // namespace

Tensor segment_reduce(const Tensor& data, std::string_view reduce, const OptionalTensor& lengths,
                      const OptionalTensor& indices, const OptionalTensor& offsets,
                      std::int64_t axis, bool, const optional<Scalar>& initial) {
  const Reduce kind = segment_reduction(reduce);
  if (indices && indices->defined())
    detail::fail<ValueError>(kSegments, "indices based reduction is not supported; give lengths");
  const Tensor n = segment_lengths(lengths, offsets);
  check_lengths(data, n, axis);
  if (n.dim() == 1) return reduce_rows(data, kind, n, initial);
  DimVector rows(data.sizes());
  DimVector result(data.sizes());
  for (std::int64_t d = 1; d < n.dim(); ++d) {
    rows[1] *= rows[0];
    rows.erase(0);
  }
  result[static_cast<std::size_t>(n.dim()) - 1] = n.size(-1);
  return reduce_rows(data.reshape(rows), kind, n, initial).reshape(result);
}

}  // namespace eigengrad
