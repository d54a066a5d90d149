#pragma once

#include <algorithm>

#include "ops/table.hpp"

/// What the tables of reductions share.
namespace table {

using eg::Tensor;
using Elements = std::vector<double>;

/// `f` of the elements along `dims` (all when there are none), in the order in which they lie.
template <class F>
Array reduce(const Array& x, const std::vector<std::int64_t>& dims, bool keepdim, F f) {
  const std::size_t n = x.dim();
  std::vector<bool> reduced(n, dims.empty());
  for (const std::int64_t d : dims)
    if (n > 0) reduced[wrap(d, n)] = true;
  Sizes kept_one = x.sizes, inner = x.sizes, result;
  for (std::size_t d = 0; d < n; ++d) {
    (reduced[d] ? kept_one : inner)[d] = 1;
    if (!reduced[d] || keepdim) result.push_back(reduced[d] ? 1 : x.sizes[d]);
  }
  Array y = support::generate(kept_one, [&](const Sizes& outer) {
    Elements e;
    support::for_each_index(inner, [&](const Sizes& i) {
      Sizes index = outer;
      for (std::size_t d = 0; d < n; ++d) index[d] += i[d];
      e.push_back(x.at(index));
    });
    return static_cast<double>(f(e));
  });
  y.sizes = result;
  return y;
}

template <class F>
Naive reducing(std::vector<std::int64_t> dims, bool keepdim, F f) {
  return [=](const Inputs& x) { return Outputs{reduce(x[0], dims, keepdim, f)}; };
}

inline double sum_of(const Elements& e) {
  long double sum = 0;
  for (const double v : e) sum += static_cast<long double>(v);
  return static_cast<double>(sum);
}
inline double mean_of(const Elements& e) { return sum_of(e) / static_cast<double>(e.size()); }
/// Values along a dimension and their indices.
template <class F, class G>
Naive with_places(std::int64_t dim, bool keepdim, F value, G place) {
  return [=](const Inputs& x) {
    return Outputs{reduce(x[0], {dim}, keepdim, value), reduce(x[0], {dim}, keepdim, place)};
  };
}

/// `count` numbers for each line along `dim`, for each of several outputs: f(line) gives a list for each
/// output. The dimension is dropped if `count` is 0, and then one number is expected.
template <class F>
Naive by_line(std::int64_t dim, std::size_t outputs, std::int64_t count, F f) {
  return [=](const Inputs& in) {
    const Array& x = in[0];
    const bool flat = x.dim() == 0;
    const std::size_t d = flat ? 0 : wrap(dim, x.dim());
    const std::int64_t n = flat ? 1 : x.sizes[d];
    Sizes sizes = x.sizes, outer = x.sizes;
    if (!flat) {
      sizes[d] = count < 0 ? n : std::max<std::int64_t>(count, 1);
      outer[d] = 1;
    }
    Outputs y(outputs, Array(sizes));
    support::for_each_index(outer, [&](const Sizes& at) {
      Sizes i = at;
      Elements line;
      for (std::int64_t k = 0; k < n; ++k) {
        if (!flat) i[d] = k;
        line.push_back(x.at(i));
      }
      const std::vector<Elements> found = f(line);
      for (std::size_t o = 0; o < outputs; ++o)
        for (std::size_t k = 0; k < found[o].size(); ++k) {
          if (!flat) i[d] = static_cast<std::int64_t>(k);
          y[o].at(i) = found[o][k];
        }
    });
    if (count == 0 && !flat)
      for (Array& a : y) a.sizes.erase(a.sizes.begin() + static_cast<std::ptrdiff_t>(d));
    return y;
  };
}

using Shapes = std::vector<std::vector<Sizes>>;

inline Shapes any_shapes() {
  return {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{1, 1}}, {{}}, {{0}}, {{2, 0, 3}}, {{3, 0}}};
}
inline Shapes not_empty() { return {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{1, 1}}, {{}}}; }
/// Whose last dimension has elements, and whose first one has.
inline Shapes last_not_empty() { return {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{0, 2}}, {{}}}; }
inline Shapes first_not_empty() {
  return {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{2, 0}}, {{}}, {{3, 1, 2}}};
}
inline Shapes three_dims() { return {{{2, 3, 4}}, {{3, 1, 2}}, {{2, 0, 3}}, {{0, 2, 2}}}; }
inline Shapes three_dims_with_elements() { return {{{2, 3, 4}}, {{3, 1, 2}}, {{2, 0, 3}}}; }
/// A variance needs two elements to have a derivative.
inline Shapes spread_out() { return {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{2, 2}}}; }

/// Several blocks and threads; positive, so that sums do not cancel.
inline std::vector<Inputs> large_samples(const Shapes& like) {
  const Range r{0.5, 1.5};
  std::vector<Inputs> samples = samples_of({{{3, 130, 101}}}, r);
  if (like[0][0].size() == 3) return samples;
  for (Inputs& sample : samples_of({{{211, 197}}, {{40009}}}, r)) samples.push_back(sample);
  return samples;
}

struct Options {
  bool integers = true;
  bool differentiable = true;
};

using Spellings = std::vector<Spelling>;

/// `member` is the same call written with a member, if there is one.
inline Row row(std::string name, const std::string& function, Call call, Naive naive,
               const Shapes& shapes, Call member = {}, Options o = {}) {
  return {.name = std::move(name),
          .function = function,
          .call = std::move(call),
          .naive = std::move(naive),
          .samples = samples_of(shapes),
          .values_only = large_samples(shapes),
          .spellings = member ? Spellings{{"Tensor::" + function, std::move(member)}} : Spellings{},
          .differentiable = o.differentiable,
          .integers = o.integers,
          .bools = o.integers};
}

/// The mean of no elements is NaN, without a derivative.
inline Row with_empty_for_values(Row r) {
  const auto has_elements = [](const Inputs& x) { return support::count(x[0].sizes) > 0; };
  const auto empty = std::partition(r.samples.begin(), r.samples.end(), has_elements);
  r.values_only.insert(r.values_only.end(), empty, r.samples.end());
  r.samples.erase(empty, r.samples.end());
  return r;
}

}  // namespace table
