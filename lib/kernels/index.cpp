#include "kernels/index.hpp"

#include "core/dispatch.hpp"

namespace eigengrad::kernels {
namespace {

/// Offsets of all positions along `dims`, row-major, in elements.
std::vector<std::int64_t> offsets_along(const std::vector<std::size_t>& dims, IntArrayRef sizes,
                                        IntArrayRef strides) {
  std::vector<std::int64_t> offsets{0};
  for (const std::size_t d : dims) {
    std::vector<std::int64_t> longer;
    longer.reserve(offsets.size() * static_cast<std::size_t>(sizes[d]));
    for (const std::int64_t o : offsets)
      for (std::int64_t i = 0; i < sizes[d]; ++i) longer.push_back(o + i * strides[d]);
    offsets = std::move(longer);
  }
  return offsets;
}

/// Calls f(offset into the indexed tensor, place in the result) for every picked element, in the
/// order of the result.
template <class F>
void for_picked(const IndexPlan& plan, IntArrayRef strides, F f) {
  const std::vector<std::int64_t> before = offsets_along(plan.before, plan.input_sizes, strides);
  const std::vector<std::int64_t> after = offsets_along(plan.after, plan.input_sizes, strides);
  std::vector<std::int64_t> picked;
  if (!plan.indices.empty()) picked.resize(plan.indices[0].size());
  for (std::size_t k = 0; k < plan.dims.size(); ++k)
    for (std::size_t i = 0; i < picked.size(); ++i)
      picked[i] += plan.indices[k][i] * strides[plan.dims[k]];
  std::int64_t place = 0;
  for (const std::int64_t b : before)
    for (const std::int64_t p : picked)
      for (const std::int64_t a : after) f(b + p + a, place++);
}

}  // namespace

void index_gather(const IndexPlan& plan, const Tensor& dst, const Tensor& src) {
  detail::dispatch(src.dtype(), [&]<class T>(std::type_identity<T>) {
    T* to = dst.impl()->data<T>();
    const T* from = src.impl()->data<T>();
    for_picked(plan, src.strides(),
               [&](std::int64_t offset, std::int64_t place) { to[place] = from[offset]; });
  });
}

void index_write(const IndexPlan& plan, const Tensor& dst, const Tensor& src) {
  detail::dispatch(dst.dtype(), [&]<class T>(std::type_identity<T>) {
    T* to = dst.impl()->data<T>();
    const T* from = src.impl()->data<T>();
    for_picked(plan, dst.strides(),
               [&](std::int64_t offset, std::int64_t place) { to[offset] = from[place]; });
  });
}

void index_add(const IndexPlan& plan, const Tensor& dst, const Tensor& src) {
  detail::dispatch(dst.dtype(), [&]<class T>(std::type_identity<T>) {
    T* to = dst.impl()->data<T>();
    const T* from = src.impl()->data<T>();
    for_picked(plan, dst.strides(), [&](std::int64_t offset, std::int64_t place) {
      to[offset] = static_cast<T>(to[offset] + from[place]);
    });
  });
}

}  // namespace eigengrad::kernels
