#include "ops/linalg/repeated.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/forward_mode.hpp"
#include "autograd/tracking.hpp"
#include "core/dispatch.hpp"
#include "core/epsilon.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/eigh.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/reduction/extrema.hpp"
#include "eigengrad/ops/reduction/norms.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "ops/linalg/decompositions.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad::matrices {
namespace {

/// A bound on the rounding errors of n computed values, relative to the largest.
double rounding_of(const Tensor& values) {
  const double epsilon = detail::epsilon_of(values.dtype());
  return 4 * static_cast<double>(values.size(-1)) * epsilon;
}

/// Calls f(matrix, begin, end) for every cluster of ordered values, the values [begin, end) of that matrix.
template <class T, class F>
void for_clusters(const Tensor& values, F f) {
  const std::int64_t n = values.sizes().back();
  if (n < 2) return;
  const Tensor plain = row_major(values);
  const T* l = plain.impl()->data<T>();
  for (std::int64_t b = 0; b < plain.numel() / n; ++b, l += n) {
    const T largest = std::max(std::abs(l[0]), std::abs(l[n - 1]));
    const T rounding = static_cast<T>(rounding_of(values)) * largest;
    for (std::int64_t begin = 0, end = 1; begin < n; begin = end++) {
      while (end < n && std::abs(l[end] - l[end - 1]) <= rounding) ++end;
      if (end - begin > 1) f(b, begin, end);
    }
  }
}
template <class F>
void for_clusters(const Tensor& values, F f) {
  detail::dispatch_floating("linalg", values.dtype(),
                            [&]<class T>(std::type_identity<T>) { for_clusters<T>(values, f); });
}

Tensor zero_pairs(const Tensor& values) {
  const std::int64_t n = values.size(-1);
  return zeros(with_matrix({values.sizes().data(), values.sizes().size() - 1}, n, n),
               TensorOptions(values.dtype()));
}

}  // namespace

bool has_clusters(const Tensor& values) {
  bool any = false;
  for_clusters(values, [&](std::int64_t, std::int64_t, std::int64_t) { any = true; });
  return any;
}

Tensor pairs_of_clusters(const Tensor& values) {
  const detail::Unrecorded unrecorded;
  const Tensor pairs = zero_pairs(values);
  const std::int64_t n = values.size(-1);
  const Tensor each = pairs.view({-1, n, n});
  for_clusters(values, [&](std::int64_t b, std::int64_t begin, std::int64_t end) {
    const std::int64_t k = end - begin;
    const Tensor block = each.select(0, b).narrow(0, begin, k).narrow(1, begin, k);
    block.copy_(1 - eye(k, TensorOptions(values.dtype())));
  });
  return pairs;
}

Tensor gaps_between_clusters(const Tensor& values) {
  const Tensor pairs = pairs_of_clusters(values);
  return gaps(values) * (1 - pairs) +
         where(pairs.ne(0), std::numeric_limits<double>::infinity(), pairs);
}

void rotate_towards(const Tensor& values, const Tensor& p, const Tensor& v, const Tensor& w) {
  const detail::Unrecorded unrecorded;
  const auto matrix = [](const Tensor& t, std::int64_t b) {
    return t.dim() == 2 ? t : t.flatten(0, -3).select(0, b);
  };
  for_clusters(values, [&](std::int64_t b, std::int64_t begin, std::int64_t end) {
    const std::int64_t k = end - begin;
    const Tensor block = matrix(p, b).narrow(0, begin, k).narrow(1, begin, k);
    const Tensor turn = std::get<1>(linalg_eigh((block + block.mT()) * 0.5));
    for (const Tensor& vectors : {v, w}) {
      if (!vectors.defined()) continue;
      const Tensor columns = matrix(vectors, b).narrow(-1, begin, k);
      columns.copy_(matmul(columns, turn));
    }
  });
}

Tensor rotations_within_clusters(const Tensor& values, const Tensor& p, const Tensor& q) {
  const detail::Unrecorded unrecorded;
  const Tensor d = p.diagonal(0, -2, -1), steps = d.unsqueeze(-2) - d.unsqueeze(-1);
  const Tensor noise = rounding_of(values) * 8 * p.abs().amax({-2, -1}, true);
  const Tensor separated = pairs_of_clusters(values) * steps.abs().gt(noise).to(values.dtype());
  return where(separated.ne(0), q.detach() / steps, 0);
}

RepeatedPairs::RepeatedPairs(Rule rule) : rule_(std::move(rule)) {
  const bool recorded = detail::recording();
  const Tensor norms = sizes_of_cotangents(false);
  Tensor used = sizes_of_cotangents(true);
  if (recorded && zeros_can_change(used)) used = ones_like(used);
  for (Tensor* const t : {&special_, &untouched_, &limits_, &fill_}) *t = zero_pairs(rule_.values);
  direction_ = zeros_like(used);
  detail::dispatch_floating("linalg", used.dtype(), [&]<class T>(std::type_identity<T>) {
    classify<T>(norms, used, recorded);
  });
}

/// For every vector the norm of its cotangent; or the sum of the norms of the cotangents of vector and value,
/// and of their tangents.
Tensor RepeatedPairs::sizes_of_cotangents(bool with_values_and_tangents) const {
  autograd::variable_list known = rule_.vectors_grads;
  if (with_values_and_tangents) {
    known.push_back(rule_.values_grad);
    for (std::size_t i = 0, n = known.size(); i < n; ++i)
      if (known[i].defined() && detail::carries_tangent(known[i]))
        known.push_back(detail::tangent_of(known[i]));
  }
  const detail::Unrecorded unrecorded;
  Tensor sum = zeros(rule_.values.sizes(), TensorOptions(rule_.values.dtype()));
  for (const Tensor& g : known)
    if (g.defined())
      sum = sum + (g.dim() == sum.dim() ? g.abs() : linalg_vector_norm(g, 2, IntArrayRef{-2}));
  return sum;
}

/// Whether cotangents that are 0 are recorded as functions of something, so that they may change.
bool RepeatedPairs::zeros_can_change(const Tensor& sizes) const {
  const Tensor unused = sizes.eq(0).to(sizes.dtype());
  autograd::variable_list cotangents = rule_.vectors_grads;
  if (rule_.values_grad.defined()) cotangents.push_back(rule_.values_grad.unsqueeze(-2));
  Tensor probe;
  for (const Tensor& g : cotangents) {
    if (!g.defined() || !g.requires_grad()) continue;
    const Tensor weights = sin(arange(1, g.numel() + 1, TensorOptions(g.dtype()))).view(g.sizes());
    const Tensor term = (g * weights * unused.unsqueeze(-2)).sum();
    probe = probe.defined() ? probe + term : term;
  }
  if (!probe.defined()) return false;
  autograd::variable_list inputs = rule_.vectors;
  inputs.push_back(rule_.values);
  for (const Tensor& g :
       autograd::grad({probe}, inputs, {.retain_graph = true, .allow_unused = true}))
    if (g.defined() && g.ne(0).any().item<bool>()) return true;
  return false;
}

template <class T>
void RepeatedPairs::classify(const Tensor& norms, const Tensor& used, bool recorded) {
  const std::int64_t n = used.size(-1);
  const Tensor numerator = row_major(rule_.numerator);
  const T noise = static_cast<T>(8 * rounding_of(used));
  const auto data = [](const Tensor& t) { return t.impl()->data<T>(); };
  for_clusters<T>(rule_.values, [&](std::int64_t b, std::int64_t begin, std::int64_t end) {
    const T* const norm = data(norms) + b * n;
    const T* const is_used = data(used) + b * n;
    for (std::int64_t i = begin; i < end; ++i) {
      data(direction_)[b * n + i] = static_cast<T>(i - begin);
      for (std::int64_t j = begin; j < end; ++j) {
        const std::int64_t at = (b * n + i) * n + j;
        if (i == j || std::abs(data(numerator)[at]) > noise * (norm[i] + norm[j])) continue;
        const bool untouched = is_used[i] == 0 && is_used[j] == 0;
        const bool limit = !untouched && (recorded || !rule_.values_grad.defined());
        data(special_)[at] = 1;
        data(untouched_)[at] = untouched ? 1 : 0;
        data(limits_)[at] = limit ? 1 : 0;
        data(fill_)[at] = untouched || limit ? std::numeric_limits<T>::infinity()
                                             : std::numeric_limits<T>::quiet_NaN();
        has_limits_ |= limit;
      }
    }
  });
}

Tensor RepeatedPairs::divisor() const { return gaps(rule_.values) * (1 - special_) + fill_; }

autograd::variable_list RepeatedPairs::growth_of_cotangents() const {
  const Tensor& g = rule_.values_grad;
  if (!detail::recording() || !g.defined() || !g.requires_grad())
    return autograd::variable_list(rule_.vectors.size());
  return autograd::grad({(g * direction_).sum()}, rule_.vectors,
                        {.retain_graph = true, .allow_unused = true});
}

Tensor RepeatedPairs::limits(const Tensor& growth) const {
  const Tensor others = 1 - limits_;
  // 0, with the derivative of a square root at 0, infinity: differentiated further, it gives NaN.
  const Tensor poison = sqrt(rule_.numerator * 0 + others) - others;
  if (!growth.defined()) return poison;
  const Tensor steps = direction_.unsqueeze(-2) - direction_.unsqueeze(-1);
  return where(limits_.ne(0), growth.detach() / steps, 0) + poison;
}

}  // namespace eigengrad::matrices
