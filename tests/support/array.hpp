#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "eigengrad/core/factories.hpp"
#include "eigengrad/core/tensor.hpp"

/// Arrays of the tests' own, so that an expected value owes nothing to the library: plain loops over
/// vectors of double, which hold the values of every dtype exactly as far as the tests go.
namespace support {

namespace eg = eigengrad;

using Sizes = std::vector<std::int64_t>;

inline std::int64_t count(const Sizes& sizes) {
  std::int64_t n = 1;
  for (const std::int64_t s : sizes) n *= s;
  return n;
}

/// Strides of consecutive elements; the last dimension varies fastest.
inline Sizes row_major(const Sizes& sizes) {
  Sizes strides(sizes.size(), 1);
  for (std::size_t d = sizes.size(); d-- > 1;)
    strides[d - 1] = strides[d] * std::max<std::int64_t>(1, sizes[d]);
  return strides;
}

/// Elements in row-major order.
struct Array {
  Sizes sizes;
  std::vector<double> values;
  eg::ScalarType dtype = eg::kFloat64;

  Array() = default;
  Array(Sizes s, std::vector<double> v, eg::ScalarType t = eg::kFloat64)
      : sizes(std::move(s)), values(std::move(v)), dtype(t) {}
  explicit Array(Sizes s, double value = 0)
      : sizes(std::move(s)), values(static_cast<std::size_t>(count(sizes)), value) {}

  std::size_t dim() const { return sizes.size(); }
  double& at(const Sizes& index) { return values[place(index)]; }
  double at(const Sizes& index) const { return values[place(index)]; }

 private:
  std::size_t place(const Sizes& index) const {
    const Sizes strides = row_major(sizes);
    std::int64_t offset = 0;
    for (std::size_t d = 0; d < sizes.size(); ++d) offset += index[d] * strides[d];
    return static_cast<std::size_t>(offset);
  }
};

/// Calls f(index) for every index in row-major order.
template <class F>
void for_each_index(const Sizes& sizes, F&& f) {
  Sizes index(sizes.size(), 0);
  for (std::int64_t n = count(sizes); n > 0; --n) {
    f(static_cast<const Sizes&>(index));
    for (std::size_t d = sizes.size(); d-- > 0;) {
      if (++index[d] < sizes[d]) break;
      index[d] = 0;
    }
  }
}

/// An array with f(index) at every index.
template <class F>
Array generate(const Sizes& sizes, F&& f) {
  Array y(sizes);
  std::size_t i = 0;
  for_each_index(sizes, [&](const Sizes& index) { y.values[i++] = f(index); });
  return y;
}

inline Sizes broadcast(const Sizes& a, const Sizes& b) {
  Sizes sizes(std::max(a.size(), b.size()));
  for (std::size_t i = 1; i <= sizes.size(); ++i) {
    const std::int64_t x = i <= a.size() ? a[a.size() - i] : 1;
    const std::int64_t y = i <= b.size() ? b[b.size() - i] : 1;
    sizes[sizes.size() - i] = x == 1 ? y : x;
  }
  return sizes;
}

/// The element of `a` that broadcasting puts at `index` of a larger array.
inline double at_broadcast(const Array& a, const Sizes& index) {
  Sizes own(a.dim());
  for (std::size_t i = 1; i <= own.size(); ++i)
    own[own.size() - i] = a.sizes[a.dim() - i] == 1 ? 0 : index[index.size() - i];
  return a.at(own);
}

/// What storing `v` as `dtype` keeps of it.
inline double stored(double v, eg::ScalarType dtype) {
  switch (dtype) {
    case eg::kBool:
      return v != 0 ? 1 : 0;
    case eg::kInt64:
      return std::trunc(v);
    case eg::kFloat32:
      return static_cast<double>(static_cast<float>(v));
    default:
      return v;
  }
}

/// `a` with its values converted. Real numbers become integers three times as large and bools that
/// say whether they exceed 0.4, so that there is something to see.
inline Array as(const Array& a, eg::ScalarType dtype) {
  Array y = a;
  y.dtype = dtype;
  for (double& v : y.values) {
    if (a.dtype == eg::kFloat64 && dtype == eg::kInt64) v = std::round(3 * v);
    if (a.dtype == eg::kFloat64 && dtype == eg::kBool) v = v > 0.4 ? 1 : 0;
    v = stored(v, dtype);
  }
  return y;
}

// ---- To and from tensors, by pointers and strides only.

inline void write(const eg::Tensor& t, std::int64_t offset, double v) {
  switch (t.dtype()) {
    case eg::kBool:
      t.data_ptr<bool>()[offset] = v != 0;
      break;
    case eg::kInt64:
      t.data_ptr<std::int64_t>()[offset] = static_cast<std::int64_t>(v);
      break;
    case eg::kFloat32:
      t.data_ptr<float>()[offset] = static_cast<float>(v);
      break;
    default:
      t.data_ptr<double>()[offset] = v;
  }
}

inline double read(const eg::Tensor& t, std::int64_t offset) {
  switch (t.dtype()) {
    case eg::kBool:
      return t.data_ptr<bool>()[offset] ? 1 : 0;
    case eg::kInt64:
      return static_cast<double>(t.data_ptr<std::int64_t>()[offset]);
    case eg::kFloat32:
      return static_cast<double>(t.data_ptr<float>()[offset]);
    default:
      return t.data_ptr<double>()[offset];
  }
}

inline Array to_array(const eg::Tensor& t) {
  Array a(t.sizes().vec());
  a.dtype = t.dtype();
  const Sizes strides = t.strides().vec();
  std::size_t i = 0;
  for_each_index(a.sizes, [&](const Sizes& index) {
    std::int64_t offset = 0;
    for (std::size_t d = 0; d < index.size(); ++d) offset += index[d] * strides[d];
    a.values[i++] = read(t, offset);
  });
  return a;
}

enum class Layout { RowMajor, ColumnMajor, Transposed, Sliced, Expanded };
inline constexpr Layout kStridedLayouts[] = {Layout::ColumnMajor, Layout::Transposed,
                                             Layout::Sliced};

inline const char* name_of(Layout layout) {
  constexpr const char* names[] = {"row-major", "column-major", "transposed", "sliced", "expanded"};
  return names[static_cast<int>(layout)];
}

/// Strides and number of elements of the memory for an array in a layout.
struct Plan {
  Sizes strides;
  std::int64_t offset = 0;
  std::int64_t memory = 1;
};

inline Plan plan(const Sizes& sizes, Layout layout) {
  const std::size_t n = sizes.size();
  Sizes in_memory = sizes;  // extents of the memory, and which dimension of it each one is
  std::vector<std::size_t> order(n);
  for (std::size_t d = 0; d < n; ++d) order[d] = d;
  Plan p;
  switch (layout) {
    case Layout::ColumnMajor:
      std::reverse(in_memory.begin(), in_memory.end());
      std::reverse(order.begin(), order.end());
      break;
    case Layout::Transposed:
      if (n >= 2) {
        std::swap(in_memory[n - 1], in_memory[n - 2]);
        std::swap(order[n - 1], order[n - 2]);
      }
      break;
    case Layout::Sliced:  // every second element along every dimension, from the second on
      for (std::int64_t& s : in_memory) s = 2 * s + 1;
      break;
    case Layout::Expanded:
      if (n > 0) in_memory[0] = std::min<std::int64_t>(in_memory[0], 1);
      break;
    case Layout::RowMajor:
      break;
  }
  const Sizes whole = row_major(in_memory);
  p.strides.resize(n);
  for (std::size_t d = 0; d < n; ++d) p.strides[order[d]] = whole[d];
  p.memory = count(in_memory);
  if (layout == Layout::Sliced)
    for (std::size_t d = 0; d < n; ++d) {
      p.offset += p.strides[d];
      p.strides[d] *= 2;
    }
  if (layout == Layout::Expanded && n > 0) p.strides[0] = 0;
  return p;
}

/// A value that spoils every result it is used in: NaN, -987654321 or true.
inline double poison(eg::ScalarType dtype) {
  if (eg::is_floating_point(dtype)) return std::numeric_limits<double>::quiet_NaN();
  return dtype == eg::kBool ? 1 : -987654321;
}

/// A leaf with the values of `a`, laid out as asked. What lies between the elements is poison. An
/// Expanded one repeats the first row of `a`.
inline eg::Tensor to_tensor(const Array& a, Layout layout = Layout::RowMajor) {
  const Plan p = plan(a.sizes, layout);
  const eg::Tensor memory =
      eg::empty(layout == Layout::RowMajor ? a.sizes : Sizes{p.memory}, a.dtype);
  if (layout == Layout::Sliced)
    for (std::int64_t i = 0; i < p.memory; ++i) write(memory, i, poison(a.dtype));
  // Backwards, so that the first row is what remains in an expanded one.
  std::vector<std::int64_t> offsets;
  for_each_index(a.sizes, [&](const Sizes& index) {
    std::int64_t offset = p.offset;
    for (std::size_t d = 0; d < index.size(); ++d) offset += index[d] * p.strides[d];
    offsets.push_back(offset);
  });
  for (std::size_t i = offsets.size(); i-- > 0;) write(memory, offsets[i], a.values[i]);
  if (layout == Layout::RowMajor) return memory;
  std::byte* first =
      static_cast<std::byte*>(memory.data_ptr()) + p.offset * eg::element_size(a.dtype);
  return eg::from_blob(
      first, a.sizes, p.strides, [memory](void*) {}, a.dtype);
}

/// `a` with its first row repeated, which is what an Expanded tensor holds.
inline Array first_row_repeated(const Array& a) {
  Array y = generate(a.sizes, [&](Sizes index) {
    if (!index.empty()) index[0] = 0;
    return a.at(index);
  });
  y.dtype = a.dtype;
  return y;
}

// ---- Samples.

/// Numbers that look random and are the same on every machine.
/// Source: SplitMix64; Steele, Lea and Flood, Fast splittable pseudorandom number generators (2014).
class Uniform {
 public:
  explicit Uniform(std::uint64_t seed) : state_(seed * 0xD1342543DE82EF95u) {}
  double operator()(double low, double high) {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return low + (high - low) * static_cast<double>(z >> 11) * 0x1p-53;
  }

 private:
  std::uint64_t state_;
};

inline Array uniform(const Sizes& sizes, double low, double high, std::uint64_t seed) {
  Uniform next(seed + 1000 * static_cast<std::uint64_t>(sizes.size()) +
               static_cast<std::uint64_t>(count(sizes)));
  return generate(sizes, [&](const Sizes&) { return next(low, high); });
}

}  // namespace support
