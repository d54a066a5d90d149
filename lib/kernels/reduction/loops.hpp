#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "core/geometry.hpp"
#include "eigengrad/core/tensor.hpp"
#include "kernels/base/copy.hpp"
#include "kernels/base/loops.hpp"
#include "kernels/base/math.hpp"
#include "kernels/base/parallel.hpp"

/// Note [Reductions]
/// A reduction is a struct with
///   template <class T> static T identity();          the identity: combining with it changes nothing
///   Pack<T> map(Pack<T> x, Pack<T> at) const;        what an element contributes; `at` is a number of
///                                                    each result, where the caller gives one
///   static auto combine(a, b);                       over Pack and over T
///   static Pack<T> combine_finite(a, b);             optional: a cheaper one for finite numbers
/// and reduce() runs it over any layout. Blocks of kReduceBlock elements go through SIMD lanes,
/// their results are combined in pairs; neither depends on the number of threads.
namespace eigengrad::kernels {

/// Sixteen packs for each of the eight accumulators: the rounding error of a sum does not depend on the
/// width of the registers.
template <class T>
constexpr std::int64_t kReduceBlock = std::int64_t{16} * 8 * Pack<T>::size;
/// Columns, and rows of them, that are reduced at a time when neighbours in memory belong to different
/// results.
constexpr std::int64_t kColumns = 512;
constexpr std::int64_t kRows = 16;

/// The loop over a source, split into dimensions that are kept and dimensions that are reduced (at
/// least one, of extent 1 if need be).
struct Split {
  int kept = 0;
  int reduced = 0;
  std::int64_t kept_sizes[detail::kMaxDim];
  std::int64_t kept_strides[detail::kMaxDim];
  std::int64_t out_strides[detail::kMaxDim];
  std::int64_t reduced_sizes[detail::kMaxDim];
  std::int64_t reduced_strides[detail::kMaxDim];
  std::int64_t outputs = 1;
  std::int64_t count = 1;
};

Split split(const Tensor& dst, const Tensor& src);

/// Calls f(source offset, output offset) for the kept positions [begin, end).
template <class F>
void for_kept(const Split& s, int dims, std::int64_t begin, std::int64_t end, F f) {
  std::int64_t at[detail::kMaxDim];
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::int64_t rest = begin;
  for (int d = dims - 1; d >= 0; --d) {
    at[d] = rest != 0 ? rest % s.kept_sizes[d] : 0;
    rest = rest != 0 ? rest / s.kept_sizes[d] : 0;
    from += at[d] * s.kept_strides[d];
    to += at[d] * s.out_strides[d];
  }
  for (std::int64_t i = begin; i < end; ++i) {
    f(from, to);
    for (int d = dims - 1; d >= 0; --d) {
      from += s.kept_strides[d];
      to += s.out_strides[d];
      if (++at[d] < s.kept_sizes[d] || d == 0) break;
      from -= at[d] * s.kept_strides[d];
      to -= at[d] * s.out_strides[d];
      at[d] = 0;
    }
  }
}

/// Runs f(begin, end) over `units` units of `weight` elements each, on several threads when there are
/// enough elements. Every unit is run once.
template <class F>
void parallel_units(std::int64_t units, std::int64_t weight, F f) {
  if (units * weight <= kGrain) {
    f(std::int64_t{0}, units);
    return;
  }
  parallel_blocks(units * weight, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first = (begin + weight - 1) / weight;
    const std::int64_t last = (end + weight - 1) / weight;
    if (first < last) f(first, last);
  });
}

template <class Op, class T>
concept CombinesFinite = std::floating_point<T> && requires(Pack<T> v) {
  Op::combine_finite(v, v);
};

namespace reduce_detail {

/// The lanes of `v`, moved down by `By` around the end.
template <int By, class T>
Pack<T> rotated(Pack<T> v) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return Pack<T>(__builtin_shufflevector(v.v, v.v, static_cast<int>((I + By) % sizeof...(I))...));
  }
  (std::make_index_sequence<static_cast<std::size_t>(Pack<T>::size)>());
}

/// All lanes of `v` combined, by halves. (Not Eigen's predux, which for AVX-512 g++ 12 warns about as an
/// uninitialised read.)
template <class T, class Combine, int Half = Pack<T>::size / 2>
T reduce_lanes(Pack<T> v, Combine combine) {
  if constexpr (Half == 0)
    return v.first();
  else
    return reduce_lanes<T, Combine, Half / 2>(combine(v, rotated<Half>(v)), combine);
}
template <class Op, class T>
T reduce_lanes(Pack<T> v) {
  return reduce_lanes(v, [](Pack<T> a, Pack<T> b) { return Pack<T>(Op::combine(a, b)); });
}

/// The last `n % width` of `n` elements, mapped, with the identity in the lanes before them.
template <class Op, class T>
Pack<T> tail(const Op& op, const T* x, std::int64_t n, Pack<T> at, Pack<T> identity) {
  using P = Pack<T>;
  constexpr int width = P::size;
  const int rest = static_cast<int>(n % width);
  static constexpr auto steps = [] {
    std::array<T, 2 * static_cast<std::size_t>(width)> s{};
    for (std::size_t i = static_cast<std::size_t>(width); i < s.size(); ++i) s[i] = T(1);
    return s;
  }();
  const auto last = P(0) < P::load(steps.data() + rest);
  if (n >= width) return kernels::select(last, op.map(P::load(x + n - width), at), identity);
  T lanes[static_cast<std::size_t>(width)];
  for (int i = 0; i < width; ++i) lanes[i] = i < width - rest ? x[0] : x[i - width + rest];
  return kernels::select(last, op.map(P::load(lanes), at), identity);
}

/// Combines what n elements contribute, lane by lane. `combine` gets the index of one of four accumulators, so
/// that it may keep one of its own for each.
template <class Op, class T, class Combine>
[[gnu::always_inline]] inline Pack<T> accumulate(const Op& op, const T* x, std::int64_t n,
                                                 Pack<T> at, Pack<T> identity, Combine combine) {
  using P = Pack<T>;
  constexpr int width = P::size;
  P s(Op::template identity<T>());
  std::int64_t i = 0;
  // Integers need one accumulator only, and g++ 12.2 vectorises two of them wrongly (GCC bug 107212).
  if constexpr (std::floating_point<T>) {
    constexpr int many = CombinesFinite<Op, T> ? 4 : 8;
    if (n >= many * width) {
      P a[many];
      for (P& each : a) each = s;
      for (; i + many * width <= n; i += many * width) {
#pragma GCC unroll 8
        for (int k = 0; k < many; ++k)
          a[k] = combine(k & 3, a[k], op.map(P::load(x + i + k * width), at));
      }
      for (int half = many / 2; half > 0; half /= 2)
        for (int k = 0; k < half; ++k) a[k] = combine(k, a[k], a[k + half]);
      s = a[0];
    }
  }
  for (; i + width <= n; i += width) s = combine(0, s, op.map(P::load(x + i), at));
  if constexpr (std::floating_point<T>)
    if (i < n) s = combine(1, s, tail(op, x, n, at, identity));
  return s;
}

/// Sums of 0 times the elements that were combined: 0 as long as all of them were finite, NaN otherwise.
template <class T>
struct FiniteCheck {
  Pack<T> zero[4] = {Pack<T>(0), Pack<T>(0), Pack<T>(0), Pack<T>(0)};
  void add(int k, Pack<T> v) { zero[k] = Eigen::internal::pmadd(v.v, Pack<T>(0).v, zero[k].v); }
  bool passed() const {
    const Pack<T> total = (zero[0] + zero[1]) + (zero[2] + zero[3]);
    return all(total == Pack<T>(0));
  }
};

/// Reduces consecutive elements, lane by lane; the result is right if the check passes.
template <class Op, class T>
Pack<T> finite_block(const Op& op, const T* x, std::int64_t n, T at, FiniteCheck<T>& check) {
  using P = Pack<T>;
  return accumulate(op, x, n, P(at), op.map(P(x[0]), P(at)), [&check](int k, P a, P v) {
    check.add(k, v);
    return P(Op::combine_finite(a, v));
  });
}

/// Reduces consecutive elements, lane by lane.
template <class Op, class T>
Pack<T> block(const Op& op, const T* x, std::int64_t n, T at) {
  using P = Pack<T>;
  if constexpr (CombinesFinite<Op, T>) {
    FiniteCheck<T> check;
    const P s = finite_block(op, x, n, at, check);
    if (check.passed()) return s;
  }
  return accumulate(op, x, n, P(at), P(Op::template identity<T>()),
                    [](int, P a, P v) { return Op::combine(a, v); });
}

template <class Op, class T>
Pack<T> run(const Op& op, const T* x, std::int64_t n, std::int64_t stride, T at) {
  // A reduction with a cheaper combine for finite numbers rounds nothing, so its blocks may be of any length.
  if (CombinesFinite<Op, T> && stride == 1 && n <= 4 * kReduceBlock<T>) return block(op, x, n, at);
  if (n <= kReduceBlock<T>) {
    if (stride == 1) return block(op, x, n, at);
    T gathered[kReduceBlock<T>];
    for (std::int64_t i = 0; i < n; ++i) gathered[i] = x[i * stride];
    return block(op, gathered, n, at);
  }
  const std::int64_t half = (n / 2 + kReduceBlock<T> - 1) / kReduceBlock<T> * kReduceBlock<T>;
  return Op::combine(run(op, x, half, stride, at),
                     run(op, x + half * stride, n - half, stride, at));
}

/// Reduces a few rows of adjacent columns, one pack of columns after the other, with `combine`.
template <class Op, class T, class Combine>
void reduce_few_rows(const Op& op, const T* x, std::int64_t rows, std::int64_t row_stride,
                     std::int64_t count, const T* at, T* out, Combine combine) {
  using P = Pack<T>;
  constexpr int width = P::size;
  const auto column = [&](std::int64_t c, auto load) {
    const P a = at != nullptr ? load(at + c) : P(0);
    P s(Op::template identity<T>());
    for (std::int64_t r = 0; r < rows; ++r)
      s = combine(static_cast<int>(r % 2), s, op.map(load(x + r * row_stride + c), a));
    return s;
  };
  const auto full = [](const T* p) { return P::load(p); };
  std::int64_t c = 0;
  // Sums of several packs of columns do not wait for each other.
  for (; c + 4 * width <= count; c += 4 * width) {
    P s[4] = {P(Op::template identity<T>()), P(Op::template identity<T>()),
              P(Op::template identity<T>()), P(Op::template identity<T>())};
    for (std::int64_t r = 0; r < rows; ++r)
      for (int k = 0; k < 4; ++k)
        s[k] = combine(k, s[k],
                       op.map(P::load(x + r * row_stride + c + k * width),
                              at != nullptr ? P::load(at + c + k * width) : P(0)));
    for (int k = 0; k < 4; ++k) s[k].store(out + c + k * width);
  }
  for (; c + width <= count; c += width) column(c, full).store(out + c);
  if (c == count) return;
  // The last columns, in one pack with columns that are done already, if there are enough of those.
  if (count >= width) {
    column(count - width, full).store(out + count - width);
    return;
  }
  const int rest = static_cast<int>(count);
  column(0, [rest](const T* p) { return P::load_partial(p, rest); }).store_partial(out, rest);
}

/// Combines `other` into `out`, column by column.
template <class Op, class T>
void combine_columns(T* out, const T* other, std::int64_t count) {
  using P = Pack<T>;
  constexpr int width = P::size;
  std::int64_t c = 0;
  for (; c + width <= count; c += width)
    P(Op::combine(P::load(out + c), P::load(other + c))).store(out + c);
  for (; c < count; ++c) out[c] = Op::combine(out[c], other[c]);
}

/// `count` adjacent columns over `rows` rows into `out`.
template <class Op, class T>
void columns(const Op& op, const T* x, std::int64_t rows, std::int64_t row_stride,
             std::int64_t count, const T* at, T* out) {
  using P = Pack<T>;
  if (rows <= kRows) {
    if constexpr (CombinesFinite<Op, T>) {
      FiniteCheck<T> check;
      reduce_few_rows(op, x, rows, row_stride, count, at, out, [&check](int k, P a, P v) {
        check.add(k, v);
        return Op::combine_finite(a, v);
      });
      if (check.passed()) return;
    }
    reduce_few_rows(op, x, rows, row_stride, count, at, out,
                    [](int, P a, P v) { return Op::combine(a, v); });
    return;
  }
  T other[kColumns];
  const std::int64_t half = (rows / 2 + kRows - 1) / kRows * kRows;
  columns(op, x, half, row_stride, count, at, out);
  columns(op, x + half * row_stride, rows - half, row_stride, count, at, other);
  combine_columns<Op>(out, other, count);
}

/// Reduces over the reduced dimensions from `d` inwards, lane by lane.
template <class Op, class T>
Pack<T> nested(const Op& op, const Split& s, int d, const T* x, T at) {
  const std::int64_t n = s.reduced_sizes[d];
  const std::int64_t stride = s.reduced_strides[d];
  if (d == s.reduced - 1) return run(op, x, n, stride, at);
  const auto range = [&](const auto& self, std::int64_t begin, std::int64_t end) -> Pack<T> {
    if (end - begin == 1) return nested(op, s, d + 1, x + begin * stride, at);
    const std::int64_t mid = begin + (end - begin) / 2;
    return Op::combine(self(self, begin, mid), self(self, mid, end));
  };
  return range(range, 0, n);
}

/// Reduces adjacent columns over all reduced dimensions; indices of all but the innermost are gone through
/// one by one.
template <class Op, class T>
void nested_columns(const Op& op, const Split& s, int d, const T* x, std::int64_t count,
                    const T* at, T* out) {
  const std::int64_t n = s.reduced_sizes[d];
  const std::int64_t stride = s.reduced_strides[d];
  if (d == s.reduced - 1) {
    columns(op, x, n, stride, count, at, out);
    return;
  }
  const auto range = [&](const auto& self, std::int64_t begin, std::int64_t end, T* into) -> void {
    if (end - begin == 1) {
      nested_columns(op, s, d + 1, x + begin * stride, count, at, into);
      return;
    }
    T other[kColumns];
    const std::int64_t mid = begin + (end - begin) / 2;
    self(self, begin, mid, into);
    self(self, mid, end, other);
    combine_columns<Op>(into, other, count);
  };
  range(range, 0, n, out);
}

/// All elements of one piece of memory.
template <class Op, class T>
T whole(const Op& op, const T* x, std::int64_t n, T at) {
  if (n <= kGrain) return reduce_lanes<Op>(run(op, x, n, 1, at));
  const std::int64_t blocks = (n + kGrain - 1) / kGrain;
  std::vector<T> partial(static_cast<std::size_t>(blocks));
  parallel_blocks(n, [&](std::int64_t begin, std::int64_t end) {
    partial[static_cast<std::size_t>(begin / kGrain)] =
        reduce_lanes<Op>(run(op, x + begin, end - begin, 1, at));
  });
  const auto range = [&](const auto& self, const T* p, std::int64_t count) -> T {
    if (count == 1) return *p;
    return Op::combine(self(self, p, count / 2), self(self, p + count / 2, count - count / 2));
  };
  return range(range, partial.data(), blocks);
}

/// What is subtracted from the elements of one output: 0 where there is nothing to subtract.
template <class T>
T at_of(const T* at, std::int64_t to) {
  return at != nullptr ? at[to] : T(0);
}

/// Outputs whose elements are one block of neighbours each.
template <class Op, class T>
void blocks(const Op& op, const Split& s, const T* x, const T* at, T* out) {
  parallel_units(s.outputs, s.count, [&](std::int64_t begin, std::int64_t end) {
    if constexpr (CombinesFinite<Op, T>) {
      FiniteCheck<T> check;
      for_kept(s, s.kept, begin, end, [&](std::int64_t from, std::int64_t to) {
        const Pack<T> lanes = finite_block(op, x + from, s.count, at_of(at, to), check);
        out[to] = reduce_lanes(
            lanes, [](Pack<T> a, Pack<T> b) { return Pack<T>(Op::combine_finite(a, b)); });
      });
      if (check.passed()) return;
    }
    for_kept(s, s.kept, begin, end, [&](std::int64_t from, std::int64_t to) {
      out[to] = reduce_lanes<Op>(block(op, x + from, s.count, at_of(at, to)));
    });
  });
}

/// Outputs that are neighbours, of which neighbours in memory are the elements, kColumns at a time.
template <class Op, class T>
void adjacent_outputs(const Op& op, const Split& s, const T* x, const T* at, T* out) {
  const int last = s.kept - 1;
  const std::int64_t width = s.kept_sizes[last];
  if (last == 0 && width <= kColumns) {
    nested_columns(op, s, 0, x, width, at, out);
    return;
  }
  const std::int64_t tiles = (width + kColumns - 1) / kColumns;
  parallel_units(s.outputs / width * tiles, s.count * std::min(width, kColumns),
                 [&](std::int64_t begin, std::int64_t end) {
                   std::int64_t unit = begin;
                   for_kept(s, last, begin / tiles, (end + tiles - 1) / tiles,
                            [&](std::int64_t from, std::int64_t to) {
                              for (std::int64_t tile = unit % tiles; tile < tiles && unit < end;
                                   ++tile, ++unit) {
                                const std::int64_t c = tile * kColumns;
                                nested_columns(op, s, 0, x + from + c,
                                               std::min(kColumns, width - c),
                                               at != nullptr ? at + to + c : nullptr, out + to + c);
                              }
                            });
                 });
}

}  // namespace reduce_detail

/// dst = the reduction of src over the dimensions where dst has extent 1 and src has not. Same number
/// of dimensions and dtype; dst is contiguous, as is `at`, which has its shape if it is defined.
template <class T, class Op>
void reduce(const Op& op, const Tensor& dst, const Tensor& src, const Tensor& at = {}) {
  if (src.numel() == 0) {
    std::fill_n(dst.impl()->data<T>(), dst.numel(), Op::template identity<T>());
    return;
  }
  T* out = dst.impl()->data<T>();
  const T* x = src.impl()->data<T>();
  const T* shift = at.defined() ? at.impl()->data<T>() : nullptr;
  if (src.is_contiguous() && dst.numel() == 1) {
    *out = reduce_detail::whole(op, x, src.numel(), reduce_detail::at_of(shift, 0));
    return;
  }
  const Split s = split(dst, src);
  if (s.reduced == 1 && s.reduced_strides[0] == 1 && s.count <= kReduceBlock<T>) {
    reduce_detail::blocks(op, s, x, shift, out);
    return;
  }
  const int last = s.kept - 1;
  if (last >= 0 && s.kept_strides[last] == 1 && s.out_strides[last] == 1 &&
      s.reduced_strides[s.reduced - 1] != 1) {
    reduce_detail::adjacent_outputs(op, s, x, shift, out);
    return;
  }
  parallel_units(s.outputs, s.count, [&](std::int64_t begin, std::int64_t end) {
    for_kept(s, s.kept, begin, end, [&](std::int64_t from, std::int64_t to) {
      out[to] = reduce_detail::reduce_lanes<Op>(
          reduce_detail::nested(op, s, 0, x + from, reduce_detail::at_of(shift, to)));
    });
  });
}

// ---- What reductions share.

struct Summing {
  template <class T>
  static T identity() {
    return T(0);
  }
  static auto combine(const auto& a, const auto& b) { return a + b; }
  static std::int64_t combine(std::int64_t a, std::int64_t b) {
    return (Pack<std::int64_t>(a) + Pack<std::int64_t>(b)).v;
  }
};

/// Reduction to the largest element, or NaN when there is one.
struct Maximising {
  template <class T>
  static T identity() {
    if constexpr (std::floating_point<T>) return -std::numeric_limits<T>::infinity();
    return std::numeric_limits<T>::min();
  }
  template <class T>
  static Pack<T> combine(Pack<T> a, Pack<T> b) {
    return math::maximum(a, b);
  }
  template <class T>
  static Pack<T> combine_finite(Pack<T> a, Pack<T> b) {
    return Eigen::internal::pmax(a.v, b.v);
  }
  template <class T>
  static T combine(T a, T b) {
    return a < b || b != b ? b : a;
  }
};

/// Reduction to the smallest element, or NaN when there is one.
struct Minimising {
  template <class T>
  static T identity() {
    if constexpr (std::floating_point<T>) return std::numeric_limits<T>::infinity();
    return std::numeric_limits<T>::max();
  }
  template <class T>
  static Pack<T> combine(Pack<T> a, Pack<T> b) {
    return math::minimum(a, b);
  }
  template <class T>
  static Pack<T> combine_finite(Pack<T> a, Pack<T> b) {
    return Eigen::internal::pmin(a.v, b.v);
  }
  template <class T>
  static T combine(T a, T b) {
    return b < a || b != b ? b : a;
  }
};

}  // namespace eigengrad::kernels
