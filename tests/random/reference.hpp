#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include "eigengrad/core/dtype.hpp"
#include "random/number.hpp"
#include "support/array.hpp"

/// The reference: arrays of numbers that carry their derivatives, with explicit memory that views
/// share. Slow and obvious on purpose.
namespace random_programs {

namespace eg = eigengrad;
using support::Sizes;

/// What a reference throws for arguments that its operator does not take.
struct Invalid : std::runtime_error {
  using std::runtime_error::runtime_error;
};
inline void require(bool condition, const char* what = "") {
  if (!condition) throw Invalid(what);
}

/// A tensor: a window on memory. Values and derivatives lie apart, because detach() shares the first
/// only and a write under no_grad changes the first only.
struct Value {
  std::shared_ptr<std::vector<double>> memory;
  std::shared_ptr<std::vector<Number>> derivatives;
  Sizes sizes;
  Sizes strides;
  std::int64_t offset = 0;
  eg::ScalarType dtype = eg::kFloat64;
  /// Whether it depends on a tensor that requires grad, and whether it is such a tensor itself.
  bool tracked = false;
  bool leaf = false;
  /// Whether writing through it is refused: outputs of split and their like.
  bool read_only = false;
  /// Whether how it lies in memory is as PyTorch has it: what is computed from operands that are not
  /// row-major may lie otherwise.
  bool known_layout = true;
  /// Variables that are one and the same tensor have the same.
  int identity = 0;
  /// The block that made its memory.
  int block = 0;

  bool defined() const { return memory != nullptr; }
  bool real() const { return eg::is_floating_point(dtype); }
  std::int64_t dim() const { return static_cast<std::int64_t>(sizes.size()); }
  std::int64_t size(std::int64_t d) const { return sizes[wrap(d)]; }
  std::int64_t stride(std::int64_t d) const { return strides[wrap(d)]; }
  std::size_t wrap(std::int64_t d) const {
    const std::int64_t n = std::max<std::int64_t>(dim(), 1);
    require(-n <= d && d < n, "dimension");
    return static_cast<std::size_t>(d < 0 ? d + n : d);
  }
  bool row_major() const;
  std::int64_t numel() const { return support::count(sizes); }

  std::size_t place(const Sizes& index) const;
  Number at(const Sizes& index) const { return get(place(index)); }
  double value_at(const Sizes& index) const { return (*memory)[place(index)]; }
  Number get(std::size_t place) const;
  /// The element that broadcasting puts at `index` of a larger tensor.
  Number broadcast_at(const Sizes& index) const;
  /// All elements in row-major order.
  std::vector<Number> elements() const;
  /// Where they lie.
  std::vector<std::size_t> places() const;
};
using Values = std::vector<Value>;

/// A tensor with memory of its own; values are stored as the dtype keeps them.
Value make(Sizes sizes, std::vector<Number> elements, eg::ScalarType dtype);

/// f(index) everywhere.
template <class F>
Value generate(const Sizes& sizes, eg::ScalarType dtype, F&& f) {
  std::vector<Number> elements;
  elements.reserve(static_cast<std::size_t>(support::count(sizes)));
  support::for_each_index(sizes, [&](const Sizes& i) { elements.push_back(f(i)); });
  return make(sizes, std::move(elements), dtype);
}

/// The same memory through another window.
Value view(const Value& x, Sizes sizes, Sizes strides, std::int64_t offset);
/// Writes elements, in row-major order, where `to` lies; without derivatives unless `recorded`.
void write(const Value& to, const Value& from, bool recorded);

Sizes broadcast(const Sizes& a, const Sizes& b);
/// The dtype of a op b, by PyTorch's rules.
eg::ScalarType promote(const Value& a, const Value& b);
/// Whether two elements of x have one place, and whether a and b share some place.
bool overlaps_itself(const Value& x);
bool overlap(const Value& a, const Value& b);
bool same_window(const Value& a, const Value& b);

/// Whether a tensor is small, and its numbers such that rounding stays rounding.
bool tame(const Value& y);

/// Runs over a dimension: f(index with 0 at dim, the elements along dim).
template <class F>
void for_each_lane(const Value& x, std::int64_t d, F&& f) {
  const std::size_t dim = x.wrap(d);
  Sizes outer = x.sizes;
  if (!outer.empty()) outer[dim] = 1;
  support::for_each_index(outer, [&](const Sizes& index) {
    std::vector<Number> lane;
    Sizes i = index;
    for (std::int64_t k = 0; k < (x.dim() == 0 ? 1 : x.sizes[dim]); ++k) {
      if (!i.empty()) i[dim] = k;
      lane.push_back(x.at(i));
    }
    f(index, lane);
  });
}

}  // namespace random_programs
