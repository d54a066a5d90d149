#include "kernels/reduction/reduce.hpp"

#include <algorithm>
#include <cmath>

#include "core/dispatch.hpp"
#include "kernels/reduction/loops.hpp"

namespace eigengrad::kernels {

namespace {

/// The split of a source whose dimensions lie in memory in their order.
Split split_in_order(const Tensor& dst, const Tensor& src) {
  Split s;
  const std::size_t lead = src.sizes().size() - dst.sizes().size();
  // From the outermost dimension inwards; neighbours that are both kept, or both reduced, are merged into
  // one.
  enum { None, Kept, Reduced } last = None;
  for (std::size_t d = 0; d < src.sizes().size(); ++d) {
    const std::int64_t n = src.sizes()[d];
    if (n == 1) continue;
    const bool kept = d >= lead && dst.sizes()[d - lead] != 1;
    if (kept) {
      if (last == Kept)
        s.kept_sizes[s.kept - 1] *= n;
      else
        s.kept_sizes[s.kept++] = n;
      s.kept_strides[s.kept - 1] = src.strides()[d];
      s.out_strides[s.kept - 1] = dst.strides()[d - lead];
      s.outputs *= n;
    } else {
      if (last == Reduced)
        s.reduced_sizes[s.reduced - 1] *= n;
      else
        s.reduced_sizes[s.reduced++] = n;
      s.reduced_strides[s.reduced - 1] = src.strides()[d];
      s.count *= n;
    }
    last = kept ? Kept : Reduced;
  }
  return s;
}

/// The split of a source with any strides.
Split split_by_strides(const Tensor& dst, const Tensor& src) {
  std::int64_t out_strides[detail::kMaxDim];
  broadcast_strides(dst.sizes(), dst.strides(), src.sizes(), out_strides);
  const Operand operands[] = {{src.impl()->bytes(), src.element_size(), src.strides().data()},
                              {dst.impl()->bytes(), dst.element_size(), out_strides}};
  CollapsedLoop loop;
  collapse(src.sizes(), operands, 2, loop);
  Split s;
  for (int d = 0; d < loop.ndim; ++d) {
    if (loop.strides[1][d] == 0 && loop.sizes[d] != 1) {
      s.reduced_sizes[s.reduced] = loop.sizes[d];
      s.reduced_strides[s.reduced++] = loop.strides[0][d];
      s.count *= loop.sizes[d];
    } else {
      s.kept_sizes[s.kept] = loop.sizes[d];
      s.kept_strides[s.kept] = loop.strides[0][d];
      s.out_strides[s.kept++] = loop.strides[1][d];
      s.outputs *= loop.sizes[d];
    }
  }
  return s;
}

}  // namespace

Split split(const Tensor& dst, const Tensor& src) {
  Split s = src.is_contiguous() ? split_in_order(dst, src) : split_by_strides(dst, src);
  if (s.reduced == 0) {
    s.reduced_sizes[0] = 1;
    s.reduced_strides[0] = 0;
    s.reduced = 1;
  }
  return s;
}

namespace {

struct Sum : Summing {
  static auto map(const auto& x, const auto&) { return x; }
};

/// A sum in which NaN counts as 0.
struct NanSum : Summing {
  static auto map(const auto& x, const auto&) { return math::where(x == x, x, decltype(x + x)(0)); }
};

struct Product {
  template <class T>
  static T identity() {
    return T(1);
  }
  static auto map(const auto& x, const auto&) { return x; }
  static auto combine(const auto& a, const auto& b) { return a * b; }
  static std::int64_t combine(std::int64_t a, std::int64_t b) {
    return (Pack<std::int64_t>(a) * Pack<std::int64_t>(b)).v;
  }
};

struct Largest : Maximising {
  static auto map(const auto& x, const auto&) { return x; }
};
struct Smallest : Minimising {
  static auto map(const auto& x, const auto&) { return x; }
};

template <class Op>
void reduce_extreme(const Op& op, const Tensor& dst, const Tensor& src) {
  if (src.dtype() == kInt64)
    reduce<std::int64_t>(op, dst, src);
  else
    detail::dispatch_floating("max", src.dtype(),
                              [&]<class T>(std::type_identity<T>) { reduce<T>(op, dst, src); });
}

/// Folds the reduced elements of every output from left to right.
template <class T, class R, class F>
void fold(const Tensor& dst, const Tensor& src, R start, F f) {
  R* out = dst.impl()->data<R>();
  if (src.numel() == 0) {
    fill(dst, start);
    return;
  }
  const T* x = src.impl()->data<T>();
  const Split s = split(dst, src);
  const auto over = [&](const auto& self, const T* p, int d, R value) -> R {
    const std::int64_t n = s.reduced_sizes[d];
    const std::int64_t stride = s.reduced_strides[d];
    if (d + 1 < s.reduced) {
      for (std::int64_t i = 0; i < n; ++i) value = self(self, p + i * stride, d + 1, value);
    } else if (stride == 1) {
      for (std::int64_t i = 0; i < n; ++i) value = f(value, p[i]);
    } else {
      for (std::int64_t i = 0; i < n; ++i) value = f(value, p[i * stride]);
    }
    return value;
  };
  parallel_units(s.outputs, s.count, [&](std::int64_t begin, std::int64_t end) {
    for_kept(s, s.kept, begin, end,
             [&](std::int64_t from, std::int64_t to) { out[to] = over(over, x + from, 0, start); });
  });
}

}  // namespace

void sum(const Tensor& dst, const Tensor& src) {
  if (dst.dtype() == kInt64)
    reduce<std::int64_t>(Sum{}, dst, src);
  else
    detail::dispatch_floating("sum", dst.dtype(),
                              [&]<class T>(std::type_identity<T>) { reduce<T>(Sum{}, dst, src); });
}

void mean(const Tensor& dst, const Tensor& src, double count) {
  detail::dispatch_floating("mean", dst.dtype(), [&]<class T>(std::type_identity<T>) {
    reduce<T>(Sum{}, dst, src);
    T* y = dst.impl()->data<T>();
    for (std::int64_t i = 0; i < dst.numel(); ++i) y[i] /= static_cast<T>(count);
  });
}

void nan_sum(const Tensor& dst, const Tensor& src) {
  detail::dispatch_floating("nansum", dst.dtype(),
                            [&]<class T>(std::type_identity<T>) { reduce<T>(NanSum{}, dst, src); });
}

void prod(const Tensor& dst, const Tensor& src) {
  if (src.dtype() == kBool)
    all_nonzero(dst, src);
  else if (src.dtype() == kInt64)
    reduce<std::int64_t>(Product{}, dst, src);
  else
    detail::dispatch_floating("prod", src.dtype(), [&]<class T>(std::type_identity<T>) {
      reduce<T>(Product{}, dst, src);
    });
}

void products_of_others(const Tensor& dst, const Tensor& src) {
  if (src.numel() == 0) return;
  const std::int64_t n = src.dim() == 0 ? 1 : src.sizes().back();
  detail::dispatch_floating("prod", src.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* x = src.impl()->data<T>();
    T* y = dst.impl()->data<T>();
    for (std::int64_t row = 0; row < src.numel(); row += n) {
      T before(1);
      for (std::int64_t i = row; i < row + n; ++i) {
        y[i] = before;
        before *= x[i];
      }
      T after(1);
      for (std::int64_t i = row + n; i-- > row;) {
        y[i] *= after;
        after *= x[i];
      }
    }
  });
}

void any_nonzero(const Tensor& dst, const Tensor& src) {
  detail::dispatch(src.dtype(), [&]<class T>(std::type_identity<T>) {
    fold<T, bool>(dst, src, false, [](bool a, T b) { return a | (b != T(0)); });
  });
}

void all_nonzero(const Tensor& dst, const Tensor& src) {
  detail::dispatch(src.dtype(), [&]<class T>(std::type_identity<T>) {
    fold<T, bool>(dst, src, true, [](bool a, T b) { return a & (b != T(0)); });
  });
}

void count_nonzero(const Tensor& dst, const Tensor& src) {
  detail::dispatch(src.dtype(), [&]<class T>(std::type_identity<T>) {
    fold<T, std::int64_t>(dst, src, 0, [](std::int64_t n, T x) { return n + (x != T(0) ? 1 : 0); });
  });
}

void extreme(const Tensor& dst, const Tensor& src, bool largest) {
  if (src.dtype() == kBool) {
    if (largest)
      any_nonzero(dst, src);
    else
      all_nonzero(dst, src);
    return;
  }
  if (largest)
    reduce_extreme(Largest{}, dst, src);
  else
    reduce_extreme(Smallest{}, dst, src);
}

}  // namespace eigengrad::kernels
