#include "kernels/indexing/index.hpp"

#include <algorithm>
#include <cstring>

#include "core/dispatch.hpp"
#include "core/new_tensor.hpp"
#include "kernels/base/loops.hpp"

namespace eigengrad::kernels {
namespace {

/// The dimensions that are not indexed; neighbours are merged where their memory is contiguous.
struct UnindexedDims {
  UnindexedDims(IntArrayRef dims, IntArrayRef input_sizes, IntArrayRef input_strides) {
    for (const std::int64_t dim : dims) {
      const auto d = static_cast<std::size_t>(dim);
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

/// How many picked elements have their offsets computed at a time.
constexpr std::int64_t kPicks = 256;

/// Offsets, in elements, of the picked elements first to first + n - 1.
void pick_offsets(const IndexPlan& plan, IntArrayRef strides, std::int64_t first, std::int64_t n,
                  std::int64_t* offsets) {
  std::fill_n(offsets, n, std::int64_t{0});
  for (std::size_t k = 0; k < plan.dims.size(); ++k) {
    const std::int64_t* index = plan.indices[k].impl()->data<std::int64_t>() + first;
    const std::int64_t stride = strides[static_cast<std::size_t>(plan.dims[k])];
    for (std::int64_t i = 0; i < n; ++i) offsets[i] += index[i] * stride;
  }
}

// ---- What is done with a picked element and its index in the contiguous result. A visitor states
// one(element, index), and run(elements, n, index) for neighbours.

template <class T>
struct Read {
  T* result;
  void one(const T& e, std::int64_t result_index) const { result[result_index] = e; }
  void run(const T* e, std::int64_t n, std::int64_t result_index) const {
    T* y = result + result_index;
    // Short runs are copied by a plain loop: a call of memcpy, or the setup of a vectorised loop, would cost
    // more.
    if (n > 64) {
      std::memcpy(y, e, static_cast<std::size_t>(n) * sizeof(T));
    } else if (n >= 4) {
      for (std::int64_t i = 0; i + 4 < n; i += 4) std::memcpy(y + i, e + i, 4 * sizeof(T));
      std::memcpy(y + n - 4, e + n - 4, 4 * sizeof(T));
    } else {
      y[0] = e[0];
      if (n > 1) y[1] = e[1];
      if (n > 2) y[2] = e[2];
    }
  }
};

/// Rows of a few elements: a loop whose length is known at compile time costs half as much.
template <std::int64_t n, class T>
void read_rows(T* y, const T* from, const std::int64_t* index, std::int64_t stride,
               std::int64_t rows) {
  for (std::int64_t p = 0; p < rows; ++p)
    std::memcpy(y + p * n, from + index[p] * stride, sizeof(T) * static_cast<std::size_t>(n));
}

template <Combine kind, class T>
void combine_into(T& e, const T& v) {
  if constexpr (kind == Combine::Write)
    e = v;
  else if constexpr (kind == Combine::Add)
    e = static_cast<T>(e + v);
  else if constexpr (kind == Combine::Mul)
    e = static_cast<T>(e * v);
  else if constexpr (kind == Combine::Max)
    e = v > e || v != v ? v : e;
  else
    e = v < e || v != v ? v : e;
}

template <class T, Combine kind>
struct Put {
  const T* values;
  void one(T& e, std::int64_t result_index) const { combine_into<kind>(e, values[result_index]); }
  void run(T* __restrict e, std::int64_t n, std::int64_t result_index) const {
    const T* __restrict v = values + result_index;
    for (std::int64_t i = 0; i < n; ++i) combine_into<kind>(e[i], v[i]);
  }
};

template <class T>
struct Fill {
  T value;
  void one(T& e, std::int64_t) const { e = value; }
  void run(T* e, std::int64_t n, std::int64_t) const { std::fill_n(e, n, value); }
};

/// Visits rows of `length` neighbours, one for each index.
template <class T, class Visitor>
void visit_rows(const Visitor& visit, T* from, const std::int64_t* index, std::int64_t stride,
                std::int64_t rows, std::int64_t length, std::int64_t result_index) {
  if constexpr (std::is_same_v<Visitor, Read<T>>) {
    T* const y = visit.result + result_index;
    if (length == 2) return read_rows<2>(y, from, index, stride, rows);
    if (length == 3) return read_rows<3>(y, from, index, stride, rows);
    if (length == 4) return read_rows<4>(y, from, index, stride, rows);
    if (length == 8) return read_rows<8>(y, from, index, stride, rows);
  }
  for (std::int64_t p = 0; p < rows; ++p)
    visit.run(from + index[p] * stride, length, result_index + p * length);
}

/// Visits the picked elements of `indexed`, which has the given strides, in the order of the result.
template <class T, class Visitor>
void for_picked(const IndexPlan& plan, T* indexed, IntArrayRef strides, const Visitor& visit) {
  if (std::count(plan.result_sizes.begin(), plan.result_sizes.end(), 0) > 0) return;
  const UnindexedDims before(plan.before, plan.input_sizes, strides);
  UnindexedDims after(plan.after, plan.input_sizes, strides);
  const bool runs = !after.sizes.empty();
  const std::int64_t length = runs ? after.sizes.back() : 1;
  const std::int64_t step = runs ? after.strides.back() : 1;
  if (runs) {
    after.sizes.pop_back();
    after.strides.pop_back();
  }
  std::int64_t result_index = 0;
  const auto run = [&](T* at) {
    if (step == 1)
      visit.run(at, length, result_index);
    else
      for (std::int64_t i = 0; i < length; ++i) visit.one(at[i * step], result_index + i);
    result_index += length;
  };
  const std::int64_t picks = plan.indices[0].numel();
  if (plan.dims.size() == 1) {
    const std::int64_t* index = plan.indices[0].impl()->data<std::int64_t>();
    const std::int64_t stride = strides[static_cast<std::size_t>(plan.dims[0])];
    before.walk([&](std::int64_t start) {
      T* const from = indexed + start;
      if (!runs) {
        for (std::int64_t p = 0; p < picks; ++p)
          visit.one(from[index[p] * stride], result_index + p);
        result_index += picks;
      } else if (after.sizes.empty() && step == 1) {
        visit_rows(visit, from, index, stride, picks, length, result_index);
        result_index += picks * length;
      } else {
        for (std::int64_t p = 0; p < picks; ++p)
          after.walk([&](std::int64_t offset) { run(from + index[p] * stride + offset); });
      }
    });
    return;
  }
  before.walk([&](std::int64_t start) {
    std::int64_t offsets[kPicks];
    for (std::int64_t first = 0; first < picks; first += kPicks) {
      const std::int64_t n = std::min(kPicks, picks - first);
      pick_offsets(plan, strides, first, n, offsets);
      T* const from = indexed + start;
      if (!runs) {
        for (std::int64_t p = 0; p < n; ++p) visit.one(from[offsets[p]], result_index + p);
        result_index += n;
      } else {
        for (std::int64_t p = 0; p < n; ++p)
          after.walk([&](std::int64_t offset) { run(from + offsets[p] + offset); });
      }
    }
  });
}

template <class T, class Visitor>
void for_picked(const AlongPlan& plan, T* indexed, IntArrayRef strides, const Visitor& visit) {
  const Tensor& index = plan.index;
  if (index.numel() == 0) return;
  const std::int64_t stride = strides.empty() ? 0 : strides[plan.d];
  // The loop runs over all dimensions but the indexed one.
  DimVector fixed(index.sizes().size());
  for (std::size_t d = 0; d < fixed.size(); ++d)
    fixed[d] = d == plan.d || strides.empty() ? 0 : strides[d];
  const Operand operands[] = {{nullptr, 0, index.strides().data()}, {nullptr, 0, fixed.data()}};
  CollapsedLoop loop;
  collapse(index.sizes(), operands, 2, loop);
  const int inner = loop.ndim - 1;
  const std::int64_t n = loop.sizes[inner];
  const std::int64_t step = n > 1 ? loop.strides[1][inner] : 0;
  const std::int64_t* at = index.impl()->data<std::int64_t>();
  std::int64_t result_index = 0;
  const auto row = [&](T* from) {
    if (step == 0 && stride == 1)
      for (std::int64_t i = 0; i < n; ++i) visit.one(from[at[i]], result_index + i);
    else if (step == 1)
      for (std::int64_t i = 0; i < n; ++i) visit.one(from[at[i] * stride + i], result_index + i);
    else
      for (std::int64_t i = 0; i < n; ++i)
        visit.one(from[at[i] * stride + i * step], result_index + i);
    at += n;
    result_index += n;
  };
  const std::int64_t rows = inner > 0 ? loop.sizes[inner - 1] : 1;
  const std::int64_t row_step = inner > 0 ? loop.strides[1][inner - 1] : 0;
  DimVector position(static_cast<std::size_t>(loop.ndim));
  for (;;) {
    for (std::int64_t r = 0; r < rows; ++r) row(indexed + r * row_step);
    int d = inner - 2;
    for (; d >= 0; --d) {
      std::int64_t& p = position[static_cast<std::size_t>(d)];
      indexed += loop.strides[1][d];
      if (++p < loop.sizes[d]) break;
      indexed -= p * loop.strides[1][d];
      p = 0;
    }
    if (d < 0) return;
  }
}

template <class Plan>
void gather_by(const Plan& plan, const Tensor& dst, const Tensor& src) {
  detail::dispatch(src.dtype(), [&]<class T>(std::type_identity<T>) {
    for_picked(plan, src.impl()->data<T>(), src.strides(), Read<T>{dst.impl()->data<T>()});
  });
}

template <class Plan>
void put_by(const Plan& plan, const Tensor& dst, const Tensor& src, Combine combine) {
  detail::dispatch(dst.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto run = [&]<Combine kind>(std::integral_constant<Combine, kind>) {
      for_picked(plan, dst.impl()->data<T>(), dst.strides(), Put<T, kind>{src.impl()->data<T>()});
    };
    switch (combine) {
      case Combine::Write:
        return run(std::integral_constant<Combine, Combine::Write>());
      case Combine::Add:
        return run(std::integral_constant<Combine, Combine::Add>());
      case Combine::Mul:
        return run(std::integral_constant<Combine, Combine::Mul>());
      case Combine::Max:
        return run(std::integral_constant<Combine, Combine::Max>());
      case Combine::Min:
        return run(std::integral_constant<Combine, Combine::Min>());
    }
  });
}

template <class Plan>
void fill_by(const Plan& plan, const Tensor& dst, const Scalar& value) {
  detail::dispatch(dst.dtype(), [&]<class T>(std::type_identity<T>) {
    for_picked(plan, dst.impl()->data<T>(), dst.strides(), Fill<T>{value.to<T>()});
  });
}

/// Operands: result, source, mask.
template <class T>
void masked_fill_kernel(const void* value, std::byte* const* operands, std::int64_t n) {
  const T v = *static_cast<const T*>(value);
  T* to = reinterpret_cast<T*>(operands[0]);
  const T* from = reinterpret_cast<const T*>(operands[1]);
  const bool* mask = reinterpret_cast<const bool*>(operands[2]);
  for (std::int64_t i = 0; i < n; ++i) to[i] = mask[i] ? v : from[i];
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

const std::int64_t* find_outside(const Tensor& indices, std::int64_t extent) {
  const std::int64_t* at = indices.impl()->data<std::int64_t>();
  const std::int64_t n = indices.numel();
  // The highest bit of i, or of extent - 1 - i, is set for an index outside: no comparison, which
  // few instruction sets have for 64 bits.
  const auto last = static_cast<std::uint64_t>(extent - 1);
  std::uint64_t outside = 0;
  for (std::int64_t k = 0; k < n; ++k) {
    const auto i = static_cast<std::uint64_t>(at[k]);
    outside |= i | (last - i);
  }
  if (outside >> 63 == 0) return nullptr;
  const auto* found =
      std::find_if(at, at + n, [&](std::int64_t i) { return i < 0 || i >= extent; });
  return found == at + n ? nullptr : found;
}

std::vector<Tensor> true_positions(const Tensor& mask) {
  const IntArrayRef sizes = mask.sizes();
  const Tensor flat = mask.contiguous();
  const bool* p = flat.impl()->data<bool>();
  const std::int64_t count = std::count(p, p + flat.numel(), true);
  std::vector<Tensor> positions;
  std::vector<std::int64_t*> to;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    positions.push_back(detail::uninitialised(kInt64, {count}));
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

Tensor compress(const Tensor& x, const Tensor& mask) {
  const bool* p = mask.impl()->data<bool>();
  const Tensor y = detail::uninitialised(x.dtype(), {std::count(p, p + x.numel(), true)});
  detail::dispatch(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* from = x.impl()->data<T>();
    T* to = y.impl()->data<T>();
    for (std::int64_t i = 0; i < x.numel(); i += kPicks) {
      // No branch on the mask: every element is written, and is overwritten by the next one unless its mask
      // is true.
      T found[kPicks];
      std::int64_t n = 0;
      for (std::int64_t k = i; k < std::min(i + kPicks, x.numel()); ++k) {
        found[n] = from[k];
        n += p[k] ? 1 : 0;
      }
      to = std::copy_n(found, n, to);
    }
  });
  return y;
}

std::vector<Tensor> unravel(const Tensor& positions, IntArrayRef sizes) {
  const std::int64_t n = positions.numel();
  const std::int64_t* p = positions.impl()->data<std::int64_t>();
  std::vector<Tensor> coordinates;
  std::vector<std::int64_t*> to;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    coordinates.push_back(detail::uninitialised(kInt64, positions.sizes()));
    to.push_back(coordinates.back().impl()->data<std::int64_t>());
  }
  for (std::int64_t i = 0; i < n; ++i) {
    std::int64_t rest = p[i];
    for (std::size_t d = sizes.size(); d-- > 0; rest /= sizes[d]) to[d][i] = rest % sizes[d];
  }
  return coordinates;
}

void gather(const IndexPlan& plan, const Tensor& dst, const Tensor& src) {
  gather_by(plan, dst, src);
}
void gather(const AlongPlan& plan, const Tensor& dst, const Tensor& src) {
  gather_by(plan, dst, src);
}

void put(const IndexPlan& plan, const Tensor& dst, const Tensor& src, Combine combine) {
  put_by(plan, dst, src, combine);
}
void put(const AlongPlan& plan, const Tensor& dst, const Tensor& src, Combine combine) {
  put_by(plan, dst, src, combine);
}

void fill_picked(const IndexPlan& plan, const Tensor& dst, const Scalar& value) {
  fill_by(plan, dst, value);
}
void fill_picked(const AlongPlan& plan, const Tensor& dst, const Scalar& value) {
  fill_by(plan, dst, value);
}

void masked_fill(const Tensor& dst, const Tensor& src, const Tensor& mask, const Scalar& value) {
  detail::dispatch(dst.dtype(), [&]<class T>(std::type_identity<T>) {
    const T v = value.to<T>();
    pointwise(dst.sizes(), {dst.impl(), src.impl(), mask.impl()}, 1, masked_fill_kernel<T>, &v);
  });
}

}  // namespace eigengrad::kernels
