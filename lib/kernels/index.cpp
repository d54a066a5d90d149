#include "kernels/index.hpp"

#include <algorithm>

#include "core/dispatch.hpp"

namespace eigengrad::kernels {
namespace {

/// Dimensions that an index list leaves alone, neighbours merged where they lie in one piece.
struct Kept {
  Kept(const std::vector<std::size_t>& dims, IntArrayRef input_sizes, IntArrayRef input_strides) {
    for (const std::size_t d : dims) {
      if (input_sizes[d] == 1) continue;
      if (!sizes.empty() && strides.back() == input_sizes[d] * input_strides[d]) {
        sizes.back() *= input_sizes[d];
        strides.back() = input_strides[d];
      } else {
        sizes.push_back(input_sizes[d]);
        strides.push_back(input_strides[d]);
      }
    }
  }

  /// Calls f(offset) for every position, row-major, from dimension `d` on.
  template <class F>
  void walk(F&& f, std::int64_t offset = 0, std::size_t d = 0) const {
    if (d == sizes.size()) {
      f(offset);
      return;
    }
    for (std::int64_t i = 0; i < sizes[d]; ++i) walk(f, offset + i * strides[d], d + 1);
  }

  DimVector sizes;
  DimVector strides;
};

/// Picks whose offsets are computed at a time.
constexpr std::int64_t kPicks = 256;

/// Offsets, in elements, of `n` picks from number `first` on.
void pick_offsets(const IndexPlan& plan, IntArrayRef strides, std::int64_t first, std::int64_t n,
                  std::int64_t* offsets) {
  std::fill_n(offsets, n, std::int64_t{0});
  for (std::size_t k = 0; k < plan.dims.size(); ++k) {
    const std::int64_t* index = plan.indices[k].impl()->data<std::int64_t>() + first;
    const std::int64_t stride = strides[plan.dims[k]];
    for (std::int64_t i = 0; i < n; ++i) offsets[i] += index[i] * stride;
  }
}

/// Calls f(picked element, element of the result) in the order of the result. `indexed` has the given
/// strides, `result` is contiguous.
template <class T, class F>
void for_picked(const IndexPlan& plan, T* indexed, IntArrayRef strides, T* result, F f) {
  if (std::count(plan.result_sizes.begin(), plan.result_sizes.end(), 0) > 0) return;
  const Kept before(plan.before, plan.input_sizes, strides);
  Kept after(plan.after, plan.input_sizes, strides);
  const bool runs = !after.sizes.empty();
  const std::int64_t length = runs ? after.sizes.back() : 1;
  const std::int64_t step = runs ? after.strides.back() : 1;
  if (runs) {
    after.sizes.pop_back();
    after.strides.pop_back();
  }
  const auto run = [&](T* at) {
    if (step == 1)
      for (std::int64_t i = 0; i < length; ++i) f(at[i], result[i]);
    else
      for (std::int64_t i = 0; i < length; ++i) f(at[i * step], result[i]);
    result += length;
  };
  const std::int64_t picks = plan.indices[0].numel();
  before.walk([&](std::int64_t start) {
    std::int64_t offsets[kPicks];
    for (std::int64_t first = 0; first < picks; first += kPicks) {
      const std::int64_t n = std::min(kPicks, picks - first);
      pick_offsets(plan, strides, first, n, offsets);
      T* const from = indexed + start;
      if (!runs) {
        for (std::int64_t p = 0; p < n; ++p) f(from[offsets[p]], result[p]);
        result += n;
      } else {
        for (std::int64_t p = 0; p < n; ++p)
          after.walk([&](std::int64_t offset) { run(from + offsets[p] + offset); });
      }
    }
  });
}

template <class F>
void for_picked(const IndexPlan& plan, const Tensor& indexed, const Tensor& result, F f) {
  detail::dispatch(indexed.dtype(), [&]<class T>(std::type_identity<T>) {
    for_picked(plan, indexed.impl()->data<T>(), indexed.strides(), result.impl()->data<T>(), f);
  });
}

}  // namespace

std::int64_t wrap_indices(const Tensor& indices, std::int64_t extent) {
  std::int64_t* at = indices.impl()->data<std::int64_t>();
  const std::int64_t n = indices.numel();
  const auto is_outside = [extent](std::int64_t i) { return i < -extent || i >= extent; };
  bool outside = false;
  for (std::int64_t i = 0; i < n; ++i) outside |= is_outside(at[i]);
  if (outside) return *std::find_if(at, at + n, is_outside);
  for (std::int64_t i = 0; i < n; ++i) at[i] += at[i] < 0 ? extent : 0;
  return 0;
}

std::vector<Tensor> true_positions(const Tensor& mask) {
  const IntArrayRef sizes = mask.sizes();
  const Tensor flat = mask.contiguous();
  const bool* p = flat.impl()->data<bool>();
  const std::int64_t count = std::count(p, p + flat.numel(), true);
  std::vector<Tensor> positions;
  std::vector<std::int64_t*> to;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    positions.push_back(Tensor::adopt(detail::TensorImpl::create(kInt64, {count})));
    to.push_back(positions.back().impl()->data<std::int64_t>());
  }
  if (count == 0) return positions;
  const std::size_t last = sizes.size() - 1;
  DimVector at(sizes.size());
  for (const bool* const end = p + flat.numel(); p != end;) {
    for (std::int64_t i = 0; i < sizes[last]; i += kPicks) {
      // Without a branch on the element, which would be mispredicted half of the time.
      std::int64_t found[kPicks];
      std::int64_t n = 0;
      for (std::int64_t k = i; k < std::min(i + kPicks, sizes[last]); ++k) {
        found[n] = k;
        n += *p++ ? 1 : 0;
      }
      for (std::size_t d = 0; d < last; ++d) to[d] = std::fill_n(to[d], n, at[d]);
      to[last] = std::copy_n(found, n, to[last]);
    }
    for (std::size_t d = last; d-- > 0;) {
      if (++at[d] < sizes[d]) break;
      at[d] = 0;
    }
  }
  return positions;
}

void index_gather(const IndexPlan& plan, const Tensor& dst, const Tensor& src) {
  for_picked(plan, src, dst, [](const auto& picked, auto& y) { y = picked; });
}

void index_write(const IndexPlan& plan, const Tensor& dst, const Tensor& src) {
  for_picked(plan, dst, src, [](auto& picked, const auto& value) { picked = value; });
}

void index_add(const IndexPlan& plan, const Tensor& dst, const Tensor& src) {
  for_picked(plan, dst, src,
             []<class T>(T& picked, const T& value) { picked = static_cast<T>(picked + value); });
}

}  // namespace eigengrad::kernels
