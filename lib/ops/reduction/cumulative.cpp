#include "eigengrad/ops/reduction/cumulative.hpp"

#include <algorithm>
#include <limits>

#include "autograd/kinds.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/shape/copies.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/reduction/cumulative.hpp"
#include "ops/pointwise/write_back.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad {
namespace {

using autograd::apply_linear;
using autograd::apply_many;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Dimension `d`, counted from the end, as the kernels count it.
std::size_t from_front(const Tensor& x, std::int64_t d) {
  return x.dim() == 0 ? 0 : static_cast<std::size_t>(x.dim() + d);
}

/// `dim` counted from the end.
std::int64_t from_end(std::string_view op, const Tensor& x, std::int64_t dim) {
  if (x.dim() == 0) return detail::wrap_dim(op, dim, 0), -1;
  return static_cast<std::int64_t>(detail::wrap_dim(op, dim, x.sizes().size())) - x.dim();
}

template <class Kernel, class... Args>
Tensor computed(Kernel kernel, const Tensor& x, std::int64_t d, Args... args) {
  Tensor y = detail::uninitialised(x.dtype(), x.sizes());
  kernel(y, row_major(x), from_front(x, d), args...);
  return y;
}

/// For each element the one before it along `d`, `first` for the first one; and the one behind it, 0 for the
/// last.
Tensor before(const Tensor& x, std::int64_t d, double first) {
  if (x.dim() == 0) return full_like(x, first);
  const std::int64_t n = x.size(d);
  if (n == 0) return x;
  return cat({full_like(x.narrow(d, 0, 1), first), x.narrow(d, 0, n - 1)}, d);
}
Tensor behind(const Tensor& x, std::int64_t d) {
  if (x.dim() == 0) return zeros_like(x);
  const std::int64_t n = x.size(d);
  if (n == 0) return x;
  return cat({x.narrow(d, 1, n - 1), zeros_like(x.narrow(d, 0, 1))}, d);
}

/// The rules of these operators count the dimension from the end; a tensor without dimensions has none under a lead.
struct AlongFromEnd {
  static constexpr bool lifts_to_itself = true;
  std::int64_t d;
  std::int64_t rank_needed() const { return -d; }
};

struct CumSum : AlongFromEnd {
  static constexpr auto node_name = "CumsumBackward0";
  bool reverse;
  Tensor forward(const Tensor& x) const { return computed(kernels::cumsum, x, d, reverse); }
  Tensor transpose(const Tensor& g) const { return apply_linear(CumSum{{d}, !reverse}, g); }
};

Tensor scan(const Tensor& link, const Tensor& u, std::int64_t d, bool reverse = false);

/// kernels::linear_scan as an operator of links (input 0) and terms (input 1). With v the scan of the
/// cotangent in the other direction, v is the gradient of the terms, and v_k s_{k-1} that of link k
/// (in reverse v_{k-1} s_k).
///
/// Note [Running results as linear recurrences]
/// The running values of these operators follow s_k = u_k + a_k s_{k-1}. The
/// derivatives of such a scan are scans again, so those of cumprod, logcumsumexp and cummax take O(n)
/// at every order, and nothing is divided by an element that may be 0.
struct LinearScan : AlongFromEnd {
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 1;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = 1;
  static constexpr auto node_name = "LinearScanBackward0";
  bool reverse;
  struct Inputs {
    const Tensor& link;
    const Tensor& term;
  };

  Tensor forward(const Tensor& link, const Tensor& u) const {
    Tensor s = detail::uninitialised(u.dtype(), u.sizes());
    kernels::linear_scan(s, row_major(link), row_major(u), from_front(u, d), reverse);
    return s;
  }
  Tensor vjp(std::size_t i, const Tensor& g, const Inputs& x, const Tensor& s) const {
    const Tensor v = scan(x.link, g, d, !reverse);
    if (i == 1) return v;
    return reverse ? before(v, d, 0) * s : v * before(s, d, 0);
  }
  Tensor jvp(std::size_t, const Inputs& t, const Inputs& x, const Tensor& s) const {
    Tensor u = t.term;
    if (t.link.defined())
      autograd::accumulate_gradient(u, reverse ? behind(t.link * s, d) : t.link * before(s, d, 0));
    return apply_many(*this, {x.link, u});
  }
};

/// The links broadcast to the terms.
Tensor scan(const Tensor& link, const Tensor& u, std::int64_t d, bool reverse) {
  const bool alike = link.sizes() == u.sizes();
  return apply_many(LinearScan{{d}, reverse},
                    {alike ? link : autograd::expand_to(link, u.sizes()), u});
}

/// y_k = x_k y_{k-1}. Element k has the gradient y_{k-1} (g_k + x_{k+1} (g_{k+1} + ...)).
struct CumProd : AlongFromEnd {
  static constexpr auto node_name = "CumprodBackward0";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = true;
  Tensor forward(const Tensor& x) const { return computed(kernels::cumprod, x, d); }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor& y) const {
    return before(y, d, 1) * scan(x, g, d, true);
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor& y) const {
    return scan(x, t * before(y, d, 1), d);
  }
};

/// exp(a - b) where a <= b: 1 between equal infinities, 0 where both are minus infinity.
Tensor ratio(const Tensor& a, const Tensor& b) {
  const Tensor both = (a == b) & (b == kInfinity);
  return exp(where(both, 0, a) - where(both | (b == -kInfinity), 0, b));
}

/// dy_k = exp(y_{k-1} - y_k) dy_{k-1} + exp(x_k - y_k) dx_k, factors of at most 1.
struct LogCumSumExp : AlongFromEnd {
  static constexpr auto node_name = "LogcumsumexpBackward0";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = true;
  Tensor forward(const Tensor& x) const { return computed(kernels::logcumsumexp, x, d); }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor& y) const {
    return ratio(x, y) * scan(link(y), g, d, true);
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor& y) const {
    return scan(link(y), ratio(x, y) * t, d);
  }

 private:
  Tensor link(const Tensor& y) const { return ratio(before(y, d, -kInfinity), y); }
};

/// The rule of a running extremum. The cotangent of an output goes to the last input, up to that position, that is the
/// extremum.
struct CumulativeExtremumRule : AlongFromEnd {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 2;
  static constexpr unsigned keeps_input = 0;
  static constexpr unsigned keeps_output = 0;
  const char* node_name;
  Tensor indices;
  struct Outputs {
    const Tensor& values;
    const Tensor& indices;
  };

  Tensor vjp(std::size_t, const Outputs& g, const Tensor&, const Outputs&) const {
    const Tensor chosen = fresh();
    return where(chosen, scan((!chosen).to(g.values.dtype()), g.values, d, true), 0);
  }
  Tensor jvp(std::size_t, const Tensor& t, const Tensor&, const Outputs&) const {
    const Tensor chosen = fresh();
    return scan((!chosen).to(t.dtype()), where(chosen, t, 0), d);
  }

 private:
  Tensor fresh() const {
    if (indices.dim() == 0) return indices == 0;
    DimVector sizes(indices.sizes().size(), 1);
    const std::size_t at = from_front(indices, d);
    sizes[at] = indices.sizes()[at];
    return indices == arange(sizes[at], kInt64).reshape(sizes);
  }
};
/// The operators cummax and cummin: values and indices.
struct CumulativeExtremum {
  static constexpr std::size_t inputs = 1;
  const char* node_name;
  std::int64_t d;
  bool largest;
  autograd::ComputedRule<CumulativeExtremumRule, 2> forward(const Tensor& x) const {
    const Tensor values = detail::uninitialised(x.dtype(), x.sizes());
    const Tensor indices = detail::uninitialised(kInt64, x.sizes());
    kernels::cumulative_extremum(values, indices, row_major(x), from_front(x, d), largest);
    return {{{d}, node_name, indices}, {values, indices}};
  }
};

std::tuple<Tensor, Tensor> cumulative_extremum(std::string_view op, const char* node_name,
                                               const Tensor& x, std::int64_t dim, bool largest) {
  const auto [values, indices] =
      apply_many(CumulativeExtremum{node_name, from_end(op, x, dim), largest}, {x});
  return {values, indices};
}

/// bool and integers accumulate in int64, or in the dtype asked for.
Tensor as_term(const Tensor& x, optional<ScalarType> dtype) {
  const Tensor y = dtype ? x.to(*dtype) : x;
  return y.dtype() == kBool ? y.to(kInt64) : y;
}

/// Neighbours along `d`: all elements but the first, and all but the last.
Tensor right(const Tensor& x, std::int64_t d) { return x.slice(d, 1); }
Tensor left(const Tensor& x, std::int64_t d) { return x.slice(d, 0, -1); }
Tensor steps(const Tensor& x, std::int64_t d) { return right(x, d) - left(x, d); }
Tensor pairs(const Tensor& x, std::int64_t d) { return right(x, d) + left(x, d); }

/// Checks the arguments of an integral; returns `dim` counted from the end of y.
std::int64_t integral_dim(std::string_view op, const Tensor& y, std::int64_t dim) {
  if (y.dim() == 0)
    detail::fail<IndexError>(op, "Dimension out of range: ", dim,
                             " for a tensor of 0 dimensions; give points along a dimension");
  if (y.dtype() == kBool)
    detail::fail<DtypeError>(op, "is not defined for bool tensors; convert them with to(kInt64)");
  return from_end(op, y, dim);
}

/// Distances of the points x of the values y, with as many dimensions as broadcasting needs.
Tensor distances(std::string_view op, const Tensor& y, const Tensor& x, std::int64_t d) {
  if (x.dim() == 0 || (x.dim() > 1 && x.dim() < -d) || x.size(x.dim() == 1 ? 0 : d) != y.size(d))
    detail::fail<ShapeError>(op, "There must be one x for each y along the dimension: shapes ",
                             x.sizes(), " and ", y.sizes(), ", dimension ", d);
  if (x.dim() > 1) return steps(x, d);
  DimVector sizes(static_cast<std::size_t>(-d), 1);
  sizes[0] = x.size(0) - (x.size(0) > 0 ? 1 : 0);
  return steps(x, 0).reshape(sizes);
}

// ---- gradient.

/// The coordinates of the samples along one dimension, or their common distance.
struct Spacing {
  double step = 1;
  Tensor coordinates;
};

/// The derivative of samples along `d`, from differences of neighbours: at inner elements and at both ends.
class SampledDerivative {
 public:
  SampledDerivative(const Tensor& x, std::int64_t d, const Spacing& spacing)
      : x_(x), d_(d), n_(x.size(d)), step_(spacing.step) {
    if (!spacing.coordinates.defined()) return;
    DimVector sizes(static_cast<std::size_t>(-d), 1);
    sizes[0] = n_ - 1;
    steps_ = steps(spacing.coordinates, 0).reshape(sizes);
  }
  Tensor whole(std::int64_t edge_order) const {
    const bool straight = edge_order == 1;
    const Tensor first = straight ? line(0) : parabola(0, 1, 2);
    const Tensor last = straight ? line(n_ - 2) : parabola(n_ - 1, n_ - 2, n_ - 3);
    return cat({first, inner(), last}, d_);
  }

 private:
  Tensor at(std::int64_t k, std::int64_t length = 1) const { return x_.narrow(d_, k, length); }
  Tensor step(std::int64_t k, std::int64_t length = 1) const {
    return steps_.narrow(steps_.dim() == -d_ ? 0 : d_, k, length);
  }
  bool even() const { return !steps_.defined(); }

  Tensor line(std::int64_t k) const {
    const Tensor rise = at(k + 1) - at(k);
    return even() ? rise / step_ : rise / step(k);
  }
  /// The derivative at element a of the parabola through a, b and c, which follow each other up or down.
  Tensor parabola(std::int64_t a, std::int64_t b, std::int64_t c) const {
    const double sign = a < b ? 1 : -1;
    if (even()) return (at(b) * 4 - at(a) * 3 - at(c)) / (2 * sign * step_);
    const Tensor p = step(std::min(a, b));
    const Tensor q = step(std::min(b, c));
    const Tensor near = (at(b) - at(a)) / p;
    const Tensor far = (at(c) - at(b)) / q;
    return (near + (near - far) * (p / (p + q))) * sign;
  }
  /// With derivatives s, t over the steps p, q on both sides: (q s + p t) / (p + q).
  Tensor inner() const {
    const std::int64_t m = n_ - 2;
    if (even()) return (at(2, m) - at(0, m)) / (2 * step_);
    const Tensor p = step(0, m);
    const Tensor q = step(1, m);
    const Tensor s = (at(1, m) - at(0, m)) / p;
    const Tensor t = (at(2, m) - at(1, m)) / q;
    return (s * q + t * p) / (p + q);
  }

  Tensor x_;
  Tensor steps_;
  std::int64_t d_;
  std::int64_t n_;
  double step_;
};

void check_spacings(std::size_t given, std::size_t dims) {
  if (given != dims)
    detail::fail<ShapeError>("gradient", "expected one spacing for each of ", dims,
                             " dimensions, got ", given);
}

/// The dimensions to differentiate along: the given one, or all.
DimVector dims_of(const Tensor& x, optional<std::int64_t> dim) {
  if (dim) return DimVector(1, *dim);
  DimVector all(x.sizes().size());
  for (std::size_t d = 0; d < all.size(); ++d) all[d] = static_cast<std::int64_t>(d);
  return all;
}

template <class SpacingOf>
std::vector<Tensor> gradient_along(const Tensor& x, IntArrayRef dims, std::int64_t edge_order,
                                   SpacingOf spacing_of) {
  if (edge_order != 1 && edge_order != 2)
    detail::fail<ValueError>("gradient", "edge_order must be 1 or 2, got ", edge_order);
  if (x.dtype() == kBool)
    detail::fail<DtypeError>("gradient",
                             "is not defined for bool tensors; convert them with to(kInt64)");
  const Tensor y = x.is_floating_point() ? x : x.to(kDefaultDtype);
  DimVector seen(y.sizes().size(), 0);
  DimVector from_behind;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const std::int64_t d = from_end("gradient", y, dims[i]);
    if (y.dim() == 0)
      detail::fail<IndexError>("gradient", "Dimension out of range: ", dims[i],
                               " for a tensor of 0 dimensions; give one with a dimension");
    if (std::exchange(seen[from_front(y, d)], 1) != 0)
      detail::fail<ValueError>("gradient", "dimension ", dims[i],
                               " appears twice in the list of dimensions; name each once");
    if (y.size(d) < edge_order + 1)
      detail::fail<ShapeError>("gradient",
                               "each dimension needs at least edge_order + 1 = ", edge_order + 1,
                               " elements, dimension ", dims[i], " of shape ", y.sizes(), " has ",
                               y.size(d), "; leave it out of dim");
    const Tensor& coordinates = spacing_of(i).coordinates;
    if (coordinates.defined() && (coordinates.dim() != 1 || coordinates.size(0) != y.size(d)))
      detail::fail<ShapeError>("gradient", "coordinates must be one for each element: got shape ",
                               coordinates.sizes(), " for extent ", y.size(d));
    from_behind.push_back(d);
  }
  std::vector<Tensor> result;
  result.reserve(dims.size());
  for (std::size_t i = 0; i < dims.size(); ++i)
    result.push_back(SampledDerivative(y, from_behind[i], spacing_of(i)).whole(edge_order));
  return result;
}

}  // namespace

Tensor cumsum(const Tensor& x, std::int64_t dim, optional<ScalarType> dtype) {
  return apply_linear(CumSum{{from_end("cumsum", x, dim)}, false}, as_term(x, dtype));
}
Tensor cumprod(const Tensor& x, std::int64_t dim, optional<ScalarType> dtype) {
  return autograd::apply_general(CumProd{{from_end("cumprod", x, dim)}}, as_term(x, dtype));
}
Tensor logcumsumexp(const Tensor& x, std::int64_t dim) {
  return autograd::apply_general(LogCumSumExp{{from_end("logcumsumexp", x, dim)}},
                                 x.is_floating_point() ? x : x.to(kDefaultDtype));
}
std::tuple<Tensor, Tensor> cummax(const Tensor& x, std::int64_t dim) {
  return cumulative_extremum("cummax", "CummaxBackward0", x, dim, true);
}
std::tuple<Tensor, Tensor> cummin(const Tensor& x, std::int64_t dim) {
  return cumulative_extremum("cummin", "CumminBackward0", x, dim, false);
}

Tensor diff(const Tensor& x, std::int64_t n, std::int64_t dim, const OptionalTensor& prepend,
            const OptionalTensor& append) {
  if (x.dim() == 0)
    detail::fail<ShapeError>(
        "diff", "a tensor without dimensions has no neighbours; give one with a dimension");
  if (n < 0) detail::fail<ValueError>("diff", "the order must not be negative, got ", n);
  const std::int64_t d = from_end("diff", x, dim);
  std::vector<Tensor> parts;
  if (prepend) parts.push_back(*prepend);
  parts.push_back(x);
  if (append) parts.push_back(*append);
  Tensor y = parts.size() == 1 ? x : cat(parts, d);
  if (n == 0) return y.clone();
  for (std::int64_t i = std::min(n, std::max<std::int64_t>(1, y.size(d))); i > 0; --i)
    y = y.dtype() == kBool ? ne(right(y, d), left(y, d)) : steps(y, d);
  return y;
}

Tensor trapezoid(const Tensor& y, const Tensor& x, std::int64_t dim) {
  const std::int64_t d = integral_dim("trapezoid", y, dim);
  return (distances("trapezoid", y, x, d) * pairs(y, d)).sum(d) / 2;
}
Tensor trapezoid(const Tensor& y, const Scalar& dx, std::int64_t dim) {
  const std::int64_t d = integral_dim("trapezoid", y, dim);
  return pairs(y, d).sum(d) * (dx.toDouble() / 2);
}
Tensor trapz(const Tensor& y, const Tensor& x, std::int64_t dim) { return trapezoid(y, x, dim); }
Tensor trapz(const Tensor& y, double dx, std::int64_t dim) { return trapezoid(y, dx, dim); }
Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, std::int64_t dim) {
  const std::int64_t d = integral_dim("cumulative_trapezoid", y, dim);
  return cumsum(distances("cumulative_trapezoid", y, x, d) * pairs(y, d), d) / 2;
}
Tensor cumulative_trapezoid(const Tensor& y, const Scalar& dx, std::int64_t dim) {
  const std::int64_t d = integral_dim("cumulative_trapezoid", y, dim);
  return cumsum(pairs(y, d) * (dx.toDouble() / 2), d);
}

std::vector<Tensor> gradient(const Tensor& x, const optional<Scalar>& spacing,
                             optional<std::int64_t> dim, std::int64_t edge_order) {
  return gradient(x, spacing ? *spacing : Scalar(1), IntArrayRef(dims_of(x, dim)), edge_order);
}
std::vector<Tensor> gradient(const Tensor& x, const Scalar& spacing, IntArrayRef dim,
                             std::int64_t edge_order) {
  const double step = spacing.toDouble();
  return gradient_along(x, dim, edge_order, [&](std::size_t) { return Spacing{step, {}}; });
}
std::vector<Tensor> gradient(const Tensor& x, IntArrayRef dim, std::int64_t edge_order) {
  return gradient(x, Scalar(1), dim, edge_order);
}
std::vector<Tensor> gradient(const Tensor& x, ArrayRef<Scalar> spacing, optional<std::int64_t> dim,
                             std::int64_t edge_order) {
  return gradient(x, spacing, IntArrayRef(dims_of(x, dim)), edge_order);
}
std::vector<Tensor> gradient(const Tensor& x, ArrayRef<Scalar> spacing, IntArrayRef dim,
                             std::int64_t edge_order) {
  check_spacings(spacing.size(), dim.size());
  return gradient_along(x, dim, edge_order, [&](std::size_t i) {
    return Spacing{spacing[i].toDouble(), {}};
  });
}
std::vector<Tensor> gradient(const Tensor& x, TensorList spacing, optional<std::int64_t> dim,
                             std::int64_t edge_order) {
  return gradient(x, spacing, IntArrayRef(dims_of(x, dim)), edge_order);
}
std::vector<Tensor> gradient(const Tensor& x, TensorList spacing, IntArrayRef dim,
                             std::int64_t edge_order) {
  check_spacings(spacing.size(), dim.size());
  for (const Tensor& coordinates : spacing)
    if (!coordinates.defined())
      detail::fail<ValueError>("gradient",
                               "coordinates are undefined; assign a tensor to them first");
  return gradient_along(x, dim, edge_order, [&](std::size_t i) { return Spacing{1, spacing[i]}; });
}

Tensor Tensor::cumsum(std::int64_t dim, optional<ScalarType> dtype) const {
  return eigengrad::cumsum(*this, dim, dtype);
}
Tensor Tensor::cumprod(std::int64_t dim, optional<ScalarType> dtype) const {
  return eigengrad::cumprod(*this, dim, dtype);
}
Tensor Tensor::logcumsumexp(std::int64_t dim) const { return eigengrad::logcumsumexp(*this, dim); }
std::tuple<Tensor, Tensor> Tensor::cummax(std::int64_t dim) const {
  return eigengrad::cummax(*this, dim);
}
std::tuple<Tensor, Tensor> Tensor::cummin(std::int64_t dim) const {
  return eigengrad::cummin(*this, dim);
}
Tensor Tensor::diff(std::int64_t n, std::int64_t dim, const OptionalTensor& prepend,
                    const OptionalTensor& append) const {
  return eigengrad::diff(*this, n, dim, prepend, append);
}
Tensor& Tensor::cumsum_(std::int64_t dim, optional<ScalarType> dtype) const {
  return write_back("cumsum_", self(), eigengrad::cumsum(self(), dim, dtype));
}
Tensor& Tensor::cumprod_(std::int64_t dim, optional<ScalarType> dtype) const {
  // The derivative needs the elements that are about to be overwritten.
  const Tensor x = autograd::records(self()) ? clone() : self();
  return write_back("cumprod_", self(), eigengrad::cumprod(x, dim, dtype));
}

}  // namespace eigengrad
