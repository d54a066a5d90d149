#include <algorithm>

#include "core/dispatch.hpp"
#include "kernels/linalg/factor.hpp"
#include "kernels/linalg/factor_lanes.hpp"
#include "kernels/linalg/tile_math.hpp"
#include "kernels/linalg/tiles.hpp"
#include "kernels/linalg/updates.hpp"

namespace eigengrad::kernels {
namespace {

/// Note [Cholesky backwards]
/// For a change of A = L L^T that counts by its symmetric part, the gradient gA is symmetric, and from the
/// gradient gL by the lower triangle of L it comes column by column, from the right. With k a block of
/// columns, what is behind it in gA known and G = gL / 2,
///   C(i, k) = G(i, k) - sum_m>k gA(i, m) L(m, k)                        for i >= k,
///   gA(i, k) = C(i, k) L(k, k)^-1                                       for i > k,
///   gA(k, k) = L(k, k)^-T sym(L(k, k)^T C(k, k)) L(k, k)^-1,
/// where sym(M) has the lower triangle of M below its diagonal and above. These are the steps of the
/// left-looking factorisation backwards (Murray 2016, Differentiation of the Cholesky decomposition,
/// section 3.3, where both triangles of gA are told apart), 2/3 n^3 flops; written with the whole of gA,
/// all updates of a column happen at once, and it is read and written once.

/// One column at a time for what fills no tile, in columns of tiles, and above kTileRows in columns of
/// blocks whose diagonal is done in tiles.
template <class T>
void gradient_one(const MatrixView<const T>& l, const MatrixView<T>& g) {
  constexpr std::int64_t kBlock = 128;
  const std::int64_t n = l.rows;
  if (n < kWidth<T>) {
    cholesky_gradient_columnwise(n, l, g);
    return;
  }
  if (n <= kTileRows) {
    cholesky_gradient_in_tiles(l, g);
    return;
  }
  for (std::int64_t k = (n - 1) / kBlock * kBlock; k >= 0; k -= kBlock) {
    const std::int64_t width = std::min(kBlock, n - k);
    const std::int64_t end = k + width;
    const std::int64_t below = n - end;
    const MatrixView<const T> diagonal = l.part(k, k, width, width);
    const MatrixView<const T> column = l.part(end, k, below, width);
    const MatrixView<T> to = g.part(end, k, below, width);
    subtract_product(to, read_only(g.part(end, end, below, below)), column);
    solve_triangle(diagonal.transposed(), {.upper = true}, to.transposed());
    copy_unless_same(read_only(to.transposed()), g.part(k, end, width, below));
    subtract_product(g.part(k, k, width, width), read_only(to.transposed()), column);
    cholesky_gradient_in_tiles(diagonal, g.part(k, k, width, width));
  }
}

}  // namespace

void cholesky_gradient(const Tensor& l, const Tensor& g) {
  const IntArrayRef batch{l.sizes().data(), l.sizes().size() - 2};
  const std::int64_t n = l.sizes().back();
  const auto flops = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
  detail::dispatch_floating("cholesky", l.dtype(), [&]<class T>(std::type_identity<T>) {
    const MatrixBatch<T> factors(l, batch);
    const MatrixBatch<T> gradients(g, batch);
    for_matrices(factors.count(), flops, [&](std::int64_t begin, std::int64_t end) {
      T* const elements = gradients[begin].data;
      for (std::int64_t e = 0; e < (end - begin) * n * n; ++e) elements[e] /= T(2);
      if (in_lanes(n, gradients.count())) {
        cholesky_gradient_in_lanes(factors, gradients, begin, end);
        return;
      }
      for (std::int64_t i = begin; i < end; ++i) gradient_one(read_only(factors[i]), gradients[i]);
    });
  });
}

}  // namespace eigengrad::kernels
