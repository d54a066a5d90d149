#pragma once

#include "ops/table.hpp"

/// What the rows of views and of copies of elements share.
namespace table {

using eg::Tensor;

/// Where the element at an index of a view lies in its input.
using Source = std::function<Sizes(const Sizes&)>;
/// Extents of the view, and its source, for an input of extents `sizes`.
struct View {
  Sizes sizes;
  Source source;
};
using ViewOf = std::function<View(const Sizes& sizes)>;

inline Naive viewing(ViewOf view) {
  return [view](const Inputs& x) {
    const View v = view(x[0].sizes);
    return picked(x[0], v.sizes, v.source);
  };
}

/// The elements in their order, with the extents new_sizes(sizes).
template <class F>
Naive reshaped(F new_sizes) {
  return [=](const Inputs& x) { return Outputs{Array(new_sizes(x[0].sizes), x[0].values)}; };
}

/// Dimension i of the result is dimension order[i] of the input.
inline View permuted(const Sizes& sizes, const std::vector<std::size_t>& order) {
  View v;
  for (const std::size_t d : order) v.sizes.push_back(sizes[d]);
  v.source = [order](const Sizes& i) {
    Sizes index(i.size());
    for (std::size_t k = 0; k < i.size(); ++k) index[order[k]] = i[k];
    return index;
  };
  return v;
}

inline View swapped(const Sizes& sizes, std::int64_t a, std::int64_t b) {
  std::vector<std::size_t> order;
  for (std::size_t d = 0; d < sizes.size(); ++d) order.push_back(d);
  if (!order.empty()) std::swap(order[wrap(a, sizes.size())], order[wrap(b, sizes.size())]);
  return permuted(sizes, order);
}

inline View sliced(Sizes sizes, std::size_t d, std::int64_t start, std::int64_t length,
                   std::int64_t step) {
  sizes[d] = length;
  return {sizes, [=](Sizes i) {
            i[d] = start + i[d] * step;
            return i;
          }};
}

inline View selected(Sizes sizes, std::size_t d, std::int64_t at) {
  sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(d));
  return {sizes, [=](Sizes i) {
            i.insert(i.begin() + static_cast<std::ptrdiff_t>(d), at);
            return i;
          }};
}

inline View expanded(const Sizes& from, const Sizes& to) {
  return {to, [=](const Sizes& i) {
            Sizes index(from.size());
            for (std::size_t k = 1; k <= from.size(); ++k)
              index[from.size() - k] = from[from.size() - k] == 1 ? 0 : i[i.size() - k];
            return index;
          }};
}

inline View diagonal_of(const Sizes& sizes, std::int64_t offset, std::size_t row,
                        std::size_t column) {
  View v;
  for (std::size_t d = 0; d < sizes.size(); ++d)
    if (d != row && d != column) v.sizes.push_back(sizes[d]);
  const std::int64_t down = std::max<std::int64_t>(0, -offset);
  const std::int64_t right = std::max<std::int64_t>(0, offset);
  v.sizes.push_back(std::max<std::int64_t>(0, std::min(sizes[row] - down, sizes[column] - right)));
  v.source = [=](const Sizes& i) {
    Sizes index(i.size() + 1);
    for (std::size_t d = 0, k = 0; d < index.size(); ++d)
      index[d] = d == row ? i.back() + down : d == column ? i.back() + right : i[k++];
    return index;
  };
  return v;
}

/// Consecutive pieces of the given lengths along a dimension.
inline Naive pieces(std::size_t d, std::function<std::vector<std::int64_t>(std::int64_t)> lengths) {
  return [=](const Inputs& x) {
    Outputs y;
    std::int64_t start = 0;
    for (const std::int64_t n : lengths(x[0].sizes[d])) {
      const View v = sliced(x[0].sizes, d, start, n, 1);
      y.push_back(picked(x[0], v.sizes, v.source)[0]);
      start += n;
    }
    return y;
  };
}

/// n cut into pieces of `size`, the last one smaller.
inline std::vector<std::int64_t> cut(std::int64_t n, std::int64_t size) {
  std::vector<std::int64_t> lengths;
  for (std::int64_t at = 0; at < n || lengths.empty(); at += size)
    lengths.push_back(std::min(size, n - at));
  return lengths;
}

using Shapes = std::vector<std::vector<Sizes>>;

inline Row row(std::string name, std::string function, Call call, Naive naive, const Shapes& shapes,
               std::vector<Spelling> spellings = {}) {
  return {.name = std::move(name),
          .function = std::move(function),
          .call = std::move(call),
          .naive = std::move(naive),
          .samples = samples_of(shapes),
          .spellings = std::move(spellings)};
}

/// A row whose only spelling is the member of the same name.
inline Row with_member(std::string name, std::string function, Call call, Naive naive,
                       const Shapes& shapes, Call member) {
  std::string member_name = "Tensor::" + function;
  return row(std::move(name), std::move(function), std::move(call), std::move(naive), shapes,
             {{std::move(member_name), std::move(member)}});
}

inline std::int64_t all_of(const Sizes& s) { return support::count(s); }

}  // namespace table
