#include <algorithm>

#include "core/dispatch.hpp"
#include "kernels/factor.hpp"

namespace eigengrad::kernels {
namespace {

/// The same for one block, its inverse applied from both sides:
/// g := sym(l^-T phi(l^T g) l^-1), as the gradient by the elements of the lower triangle.
/// phi takes the lower triangle and halves the diagonal.
/// Source: Murray 2016, Differentiation of the Cholesky decomposition, equation 9.
template <class T>
void block_gradient(const Panel<const T>& l, const Panel<T>& g, T* work) {
  const std::int64_t n = l.rows;
  const Panel<T> m{work, n, n, n, 1};
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j <= i; ++j) m(i, j) = T(0);
  for (std::int64_t k = 0; k < n; ++k)
    for (std::int64_t i = 0; i <= k; ++i) {
      const T factor = l(k, i);
      for (std::int64_t j = 0; j <= i; ++j) m(i, j) += factor * g(k, j);
    }
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < i; ++j) m(j, i) = m(i, j);
  solve_triangle(l.transposed(), {.upper = true}, m);
  solve_triangle(l.transposed(), {.upper = true}, m.transposed());
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < i; ++j) g(i, j) = m(i, j);
    g(i, i) = m(i, i) / T(2);
  }
}

/// Backwards through the left-looking blocked algorithm, whose step for the columns [k, end) is
///   d -= r r^T,  c -= b r^T,  d = cholesky(d),  c = c d^-T
/// with r, b the rows of d and below to the left.
/// Source: Murray 2016, section 3.3.
template <class T>
void gradient_one(const Panel<const T>& l, const Panel<T>& g, T* work) {
  constexpr std::int64_t kBlock = 48;
  const std::int64_t n = l.rows;
  const std::int64_t blocks = (n + kBlock - 1) / kBlock;
  for (std::int64_t block = blocks; block-- > 0;) {
    const std::int64_t k = block * kBlock;
    const std::int64_t width = std::min(kBlock, n - k);
    const std::int64_t end = k + width;
    const std::int64_t below = n - end;
    const Panel<const T> d = l.part(k, k, width, width);
    const Panel<const T> r = l.part(k, 0, width, k);
    const Panel<const T> b = l.part(end, 0, below, k);
    const Panel<const T> c = l.part(end, k, below, width);
    const Panel<T> gd = g.part(k, k, width, width);
    const Panel<T> gr = g.part(k, 0, width, k);
    const Panel<T> gb = g.part(end, 0, below, k);
    const Panel<T> gc = g.part(end, k, below, width);
    solve_triangle(d.transposed(), {.upper = true}, gc.transposed());
    subtract_product(gb, readable(gc), r);
    // Of gd - gc^T c only the lower triangle counts, and above it lies what is not ours.
    const Panel<T> product{work, width, width, width, 1};
    for (std::int64_t i = 0; i < width; ++i)
      for (std::int64_t j = 0; j < width; ++j) product(i, j) = j <= i ? gd(i, j) : T(0);
    subtract_product(product, readable(gc.transposed()), c);
    block_gradient(d, product, work + width * width);
    for (std::int64_t i = 0; i < width; ++i)
      for (std::int64_t j = 0; j <= i; ++j) gd(i, j) = product(i, j);
    for (std::int64_t i = 0; i < width; ++i) {
      for (std::int64_t j = 0; j < i; ++j) product(j, i) = product(i, j);
      product(i, i) *= T(2);
    }
    subtract_product(gr, readable(gc.transposed()), b);
    subtract_product(gr, readable(product), r);
  }
}

}  // namespace

void cholesky_gradient(const Tensor& l, const Tensor& g) {
  const IntArrayRef batch{l.sizes().data(), l.sizes().size() - 2};
  const auto n = static_cast<double>(l.sizes().back());
  detail::dispatch_floating("cholesky", l.dtype(), [&]<class T>(std::type_identity<T>) {
    const Panels<T> factors(l, batch);
    const Panels<T> gradients(g, batch);
    for_matrices(factors.count(), n * n * n, [&](std::int64_t begin, std::int64_t end) {
      T work[2 * 48 * 48];
      for (std::int64_t i = begin; i < end; ++i) {
        const Panel<T> to = gradients[i];
        gradient_one(readable(factors[i]), to, work);
        for (std::int64_t r = 0; r < to.rows; ++r)
          for (std::int64_t c = 0; c < r; ++c) to(c, r) = to(r, c) /= T(2);
      }
    });
  });
}

}  // namespace eigengrad::kernels
