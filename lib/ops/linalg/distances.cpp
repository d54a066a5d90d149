#include "eigengrad/ops/linalg/distances.hpp"

#include <algorithm>
#include <cmath>

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/dispatch.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/reduction/norms.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/linalg/distances.hpp"
#include "ops/pointwise/rule_math.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad {
namespace {

/// Leading dimensions as one, for the kernels.
Tensor batches(const Tensor& x) {
  const NoGradGuard off;
  std::int64_t count = 1;
  for (std::int64_t d = 0; d + 2 < x.dim(); ++d) count *= x.size(d);
  return plain_row_major(x).reshape({count, x.size(-2), x.size(-1)});
}
Tensor transposed(const Tensor& x) {
  const detail::Unrecorded unrecorded;
  return batches(x.mT());
}

/// Distances of (... n d) and (... m d). The gradient of |d|_p is sign(d) (|d| / |d|_p)^(p - 1), component
/// by component, and odd in d, so that the second input's is the first's of the transposed problem.
struct Cdist {
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 1;
  static constexpr unsigned keeps_input = 3;
  static constexpr unsigned keeps_output = 1;
  static constexpr auto node_name = "CdistBackward0";
  double p;

  Tensor forward(const Tensor& a, const Tensor& b) const {
    DimVector sizes(a.sizes());
    sizes.back() = b.size(-2);
    const Tensor y = empty(sizes, a.dtype());
    kernels::pair_distances(batches(y), batches(a), transposed(b), p);
    return y;
  }
  Tensor vjp(std::size_t i, const Tensor* g, const Tensor* x, const Tensor* y) const {
    if (detail::recording() || detail::thread_state.dual_level) {
      const Tensor all = g[0].unsqueeze(-1) * derivatives(x, y[0]);
      return i == 0 ? all.sum(-2) : -all.sum(-3);
    }
    const Tensor r = empty(x[i].sizes(), x[i].dtype());
    if (i == 0)
      kernels::pair_distances_pullback(batches(r), batches(g[0]), batches(y[0]), batches(x[0]),
                                       transposed(x[1]), p);
    else
      kernels::pair_distances_pullback(batches(r), transposed(g[0]), transposed(y[0]),
                                       batches(x[1]), transposed(x[0]), p);
    return r;
  }
  Tensor jvp(std::size_t, const Tensor* t, const Tensor* x, const Tensor* y) const {
    const Tensor all = derivatives(x, y[0]);
    Tensor sum;
    if (t[0].defined()) sum = (all * t[0].unsqueeze(-2)).sum(-1);
    if (t[1].defined()) autograd::accumulate_gradient(sum, -(all * t[1].unsqueeze(-3)).sum(-1));
    return sum;
  }

 private:
  /// The gradient in a_i of every distance, in recorded operators. Divisors that are 0 are replaced before
  /// the division.
  Tensor derivatives(const Tensor* x, const Tensor& y) const {
    const Tensor d = x[0].unsqueeze(-2) - x[1].unsqueeze(-3);
    const Tensor distance = y.unsqueeze(-1);
    if (p == 0) return zeros_like(d);
    if (p == 1) return math::sign(d);
    if (std::isinf(p)) return where(d.abs().eq(distance), math::sign(d), 0);
    if (p == 2) {
      const Tensor none = distance.eq(0);
      return where(none, 0, d / where(none, 1, distance));
    }
    const Tensor size = d.abs();
    const Tensor none = size.eq(0);
    const Tensor u = size / where(distance.eq(0), 1, distance);
    return where(none, 0, math::sign(d) * where(none, 1, u).pow(p - 1));
  }
};

bool any_infinite(const Tensor& y) {
  return detail::dispatch_floating("norm", y.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* const p = y.impl()->data<T>();
    return std::any_of(p, p + y.numel(), [](T v) { return std::isinf(v); });
  });
}

void check_order(std::string_view op, double p) {
  if (!(p >= 0)) detail::fail<ValueError>(op, "p must not be negative, got ", p);
}

DimVector with_last(IntArrayRef leading, std::int64_t rows, std::int64_t columns) {
  DimVector sizes(leading);
  sizes.push_back(rows);
  sizes.push_back(columns);
  return sizes;
}

}  // namespace

Tensor cdist(const Tensor& x1, const Tensor& x2, double p, optional<std::int64_t> compute_mode) {
  check_real("cdist", x1);
  check_real("cdist", x2);
  check_order("cdist", p);
  if (compute_mode && (*compute_mode < 0 || *compute_mode > 2))
    detail::fail<ValueError>("cdist", "compute_mode must be 0, 1 or 2, got ", *compute_mode);
  if (x1.dim() < 2 || x2.dim() < 2 || x1.size(-1) != x2.size(-1))
    detail::fail<ShapeError>("cdist", "shapes ", x1.sizes(), " and ", x2.sizes(),
                             " do not fit; give (... n d) and (... m d)");
  const auto leading = [](const Tensor& x) {
    return IntArrayRef(x.sizes().data(), x.sizes().size() - 2);
  };
  const Tensor* const both[] = {&x1, &x2};
  const ScalarType dtype = autograd::result_type(both, 2);
  const DimVector batch = autograd::broadcast_shapes("cdist", leading(x1), leading(x2));
  const Tensor a = autograd::expand_to(x1.to(dtype), with_last(batch, x1.size(-2), x1.size(-1)));
  const Tensor b = autograd::expand_to(x2.to(dtype), with_last(batch, x2.size(-2), x2.size(-1)));
  return autograd::apply_many(Cdist{p}, {a, b});
}

Tensor pdist(const Tensor& x, double p) {
  check_real("pdist", x);
  check_order("pdist", p);
  if (x.dim() != 2)
    detail::fail<ShapeError>("pdist", "needs a matrix of rows, got shape ", x.sizes(),
                             "; cdist() takes batches");
  const std::int64_t n = x.size(0);
  const Tensor first = empty({n * (n - 1) / 2}, kInt64);
  const Tensor second = empty_like(first);
  for (std::int64_t i = 0, at = 0; i < n; ++i)
    for (std::int64_t j = i + 1; j < n; ++j, ++at) {
      first.data_ptr<std::int64_t>()[at] = i;
      second.data_ptr<std::int64_t>()[at] = j;
    }
  return cdist(x, x, p).index({first, second});
}

Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p, double eps, bool keepdim) {
  check_order("pairwise_distance", p);
  const Tensor d = x1 - x2 + eps;
  if (d.dim() == 0)
    detail::fail<ShapeError>("pairwise_distance", "needs at least one dimension, got shapes ",
                             x1.sizes(), " and ", x2.sizes(), "; unsqueeze() adds one");
  return norm(d, p, -1, keepdim);
}

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, std::int64_t dim, double eps) {
  check_real("cosine_similarity", x1);
  check_real("cosine_similarity", x2);
  const DimVector sizes = autograd::broadcast_shapes("cosine_similarity", x1.sizes(), x2.sizes());
  const auto d =
      static_cast<std::int64_t>(detail::wrap_dim("cosine_similarity", dim, sizes.size()));
  const auto direction = [&](const Tensor& x) {
    return normalize(autograd::expand_to(x, sizes), 2, d, eps);
  };
  return (direction(x1) * direction(x2)).sum(d);
}

Tensor normalize(const Tensor& x, double p, std::int64_t dim, double eps) {
  check_real("normalize", x);
  const Tensor y = norm(x, p, dim, true);
  if (!any_infinite(y)) return x / y.clamp_min(eps);
  // A norm may overflow where the components do not. The norm of x times this power of two does not.
  const double part =
      std::ldexp(1.0, -2 * static_cast<int>(1 + std::log2(static_cast<double>(x.numel()))));
  const Tensor scale = where(y.detach().isinf(), part, 1.0).to(x.dtype());
  const Tensor z = x * scale;
  return z / maximum(norm(z, p, dim, true), scale * eps);
}

}  // namespace eigengrad
