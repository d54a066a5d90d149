#include "random/reference.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace random_programs {

std::size_t Value::place(const Sizes& index) const {
  std::int64_t p = offset;
  for (std::size_t d = 0; d < sizes.size(); ++d) p += index[d] * strides[d];
  return static_cast<std::size_t>(p);
}

bool Value::row_major() const {
  const Sizes wanted = support::row_major(sizes);
  for (std::size_t d = 0; d < sizes.size(); ++d)
    if (sizes[d] != 1 && strides[d] != wanted[d]) return numel() == 0;
  return true;
}

Number Value::get(std::size_t place) const {
  Number x = (*derivatives)[place];
  set_value(x, (*memory)[place]);
  return x;
}

Number Value::broadcast_at(const Sizes& index) const {
  std::int64_t p = offset;
  const std::size_t ahead = index.size() - sizes.size();
  for (std::size_t d = 0; d < sizes.size(); ++d)
    if (sizes[d] != 1) p += index[ahead + d] * strides[d];
  return get(static_cast<std::size_t>(p));
}

std::vector<std::size_t> Value::places() const {
  std::vector<std::size_t> list;
  list.reserve(static_cast<std::size_t>(numel()));
  support::for_each_index(sizes, [&](const Sizes& index) { list.push_back(place(index)); });
  return list;
}

std::vector<Number> Value::elements() const {
  std::vector<Number> list;
  list.reserve(static_cast<std::size_t>(numel()));
  support::for_each_index(sizes, [&](const Sizes& index) { list.push_back(at(index)); });
  return list;
}

Value make(Sizes sizes, std::vector<Number> elements, eg::ScalarType dtype) {
  Value y;
  y.strides = support::row_major(sizes);
  y.sizes = std::move(sizes);
  y.dtype = dtype;
  y.memory = std::make_shared<std::vector<double>>();
  for (Number& x : elements) {
    y.memory->push_back(support::stored(value(x), dtype));
    if (!y.real()) x = 0.0;
  }
  y.derivatives = std::make_shared<std::vector<Number>>(std::move(elements));
  return y;
}

Value view(const Value& x, Sizes sizes, Sizes strides, std::int64_t offset) {
  Value y = x;
  y.sizes = std::move(sizes);
  y.strides = std::move(strides);
  y.offset = offset;
  y.leaf = false;
  y.identity = 0;
  return y;
}

void write(const Value& to, const Value& from, bool recorded) {
  require(to.sizes == from.sizes, "shape of what is written");
  require(eg::can_cast(from.dtype, to.dtype), "dtype of what is written");
  const std::vector<Number> elements = from.elements();
  const std::vector<std::size_t> places = to.places();
  for (std::size_t i = 0; i < places.size(); ++i) {
    (*to.memory)[places[i]] = support::stored(value(elements[i]), to.dtype);
    if (recorded) (*to.derivatives)[places[i]] = to.real() ? elements[i] : Number();
  }
}

Sizes broadcast(const Sizes& a, const Sizes& b) {
  const std::size_t n = std::min(a.size(), b.size());
  for (std::size_t i = 1; i <= n; ++i) {
    const std::int64_t x = a[a.size() - i], y = b[b.size() - i];
    require(x == y || x == 1 || y == 1, "shapes do not broadcast");
  }
  return support::broadcast(a, b);
}

eg::ScalarType promote(const Value& a, const Value& b) {
  const auto category = [](eg::ScalarType t) {
    return t == eg::kBool ? 0 : t == eg::kInt64 ? 1 : 2;
  };
  if (a.sizes.empty() != b.sizes.empty()) {
    const Value& array = a.sizes.empty() ? b : a;
    const Value& single = a.sizes.empty() ? a : b;
    if (category(single.dtype) <= category(array.dtype)) return array.dtype;
    return single.dtype;
  }
  return eg::promote_types(a.dtype, b.dtype);
}

bool overlaps_itself(const Value& x) {
  const std::vector<std::size_t> p = x.places();
  return std::set<std::size_t>(p.begin(), p.end()).size() != p.size();
}

bool overlap(const Value& a, const Value& b) {
  if (a.memory != b.memory) return false;
  const std::vector<std::size_t> p = a.places(), q = b.places();
  const std::set<std::size_t> set(p.begin(), p.end());
  return std::any_of(q.begin(), q.end(), [&](std::size_t i) { return set.contains(i); });
}

bool same_window(const Value& a, const Value& b) {
  return a.memory == b.memory && a.offset == b.offset && a.sizes == b.sizes &&
         a.strides == b.strides;
}

bool tame(const Value& y) {
  if (y.numel() > 48 || y.dim() > 5) return false;
  for (Number x : y.elements()) {
    if (!(std::abs(value(x)) <= 1e3)) return false;
    for (unsigned bits = 1; bits < 1U << kDirections; ++bits)
      if (!(std::abs(coefficient(x, bits)) <= 1e5)) return false;
  }
  return true;
}

}  // namespace random_programs
