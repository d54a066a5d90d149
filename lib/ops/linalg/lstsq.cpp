#include "eigengrad/ops/linalg/lstsq.hpp"

#include <algorithm>

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "core/epsilon.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/pseudoinverse.hpp"
#include "eigengrad/ops/linalg/qr.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/linalg/svd.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/linalg/qr.hpp"
#include "ops/linalg/decompositions.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad {
namespace {

using matrices::Rank;

/// p = a^+ as an operator: by QR where the rank is full, of a without its scale.
class Pseudoinverse {
 public:
  Pseudoinverse(const Tensor& a, Rank rank, double rcond)
      : rank_(rank), scale_(a), a_(scale_.off(a)) {
    if (rank == Rank::Less)
      p_ = linalg_pinv(a_, rcond);
    else
      std::tie(q_, r_) = linalg_qr(rank == Rank::Columns ? a_ : a_.mT());
  }
  /// The product p b.
  Tensor of(const Tensor& b) const { return scale_.off(of_scaled(b)); }
  /// The product p^T b.
  Tensor transposed_of(const Tensor& b) const { return scale_.off(transposed_of_scaled(b)); }
  /// The product (1 - p a) b.
  Tensor rest_of(const Tensor& b) const { return b - of_scaled(matmul(a_, b)); }

  // The residual of x, with b divided by the scale of a.
  Tensor residual_scaled(const Tensor& b, const Tensor& x) const {
    return scale_.off(b) - matmul(a_, x);
  }
  Tensor of_scaled(const Tensor& b) const {
    if (rank_ == Rank::Less) return matmul(p_, b);
    if (rank_ == Rank::Columns) return linalg_solve_triangular(r_, matmul(q_.mT(), b), true);
    return matmul(q_, linalg_solve_triangular(r_.mT(), b, false));
  }
  Tensor transposed_of_scaled(const Tensor& b) const {
    if (rank_ == Rank::Less) return matmul(p_.mT(), b);
    if (rank_ == Rank::Columns) return matmul(q_, linalg_solve_triangular(r_.mT(), b, false));
    return linalg_solve_triangular(r_, matmul(q_.mT(), b), true);
  }
  // For a lower rank: what the difference between a and a p a contributes, where gb = p^T g.
  Tensor dropped_vjp(const Tensor& g, const Tensor& gb, const Tensor& b, const Tensor& x) const {
    const Tensor left = matmul(a_.mT(), residual_scaled(b, x));
    const Tensor right = of_scaled(transposed_of(x));
    return matmul(transposed_of_scaled(of_scaled(gb)), left.mT()) +
           matmul(matmul(a_, rest_of(g)), right.mT());
  }
  Tensor dropped_jvp(const Tensor& t, const Tensor& b, const Tensor& x) const {
    const Tensor left = matmul(a_.mT(), residual_scaled(b, x));
    const Tensor right = of_scaled(transposed_of(x));
    return of_scaled(transposed_of_scaled(of(matmul(t, left)))) +
           rest_of(matmul(a_.mT(), matmul(t, right)));
  }

 private:
  Rank rank_;
  matrices::Scale scale_;
  Tensor a_, q_, r_, p_;
};

/// x = p b. With the residual r = b - a x, at constant rank
///   dx = p (tb - t x) + p p^T t^T r + (1 - p a) t^T p^T x,
/// and of lower rank, as of the pseudoinverse,
///   dx = ... + p p^T p t a^T r + (1 - p a) a^T t p p^T x.
/// Source: Golub and Pereyra, SIAM J. Numer. Anal. 10 (1973), section 4.
struct LstsqRule {
  static constexpr auto node_name = "LinalgLstsqBackward0";
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 1;
  static constexpr unsigned keeps_input = 0b11;
  static constexpr unsigned keeps_output = 1;
  Rank rank;
  double rcond;
  /// Whether b and x are vectors.
  bool vectors;
  struct Inputs {
    const Tensor& a;
    const Tensor& b;
  };

  Tensor vjp(std::size_t i, const Tensor& gradient, const Inputs& in, const Tensor& y) const {
    const Tensor& a = in.a;
    const Tensor x = columns(y), g = columns(gradient);
    const Pseudoinverse p(a, rank, rcond);
    const Tensor gb = p.transposed_of(g);
    if (i == 1) return vectors ? gb.squeeze(-1) : gb;
    Tensor ga = -matmul(gb, x.mT());
    if (matrices::has_residual(a, rank))
      ga = ga + matmul(p.residual_scaled(columns(in.b), x), p.of_scaled(gb).mT());
    if (matrices::has_kernel(a, rank)) ga = ga + matmul(p.transposed_of(x), p.rest_of(g).mT());
    return rank == Rank::Less ? ga + p.dropped_vjp(g, gb, columns(in.b), x) : ga;
  }
  Tensor jvp(std::size_t, const Inputs& t, const Inputs& in, const Tensor& y) const {
    const Tensor& a = in.a;
    const Tensor x = columns(y);
    const Pseudoinverse p(a, rank, rcond);
    Tensor right, rest;
    if (t.b.defined()) right = columns(t.b);
    if (t.a.defined()) {
      const Tensor moved = -matmul(t.a, x);
      right = right.defined() ? right + moved : moved;
      if (matrices::has_residual(a, rank)) {
        const Tensor residual = p.residual_scaled(columns(in.b), x);
        right = right + p.transposed_of_scaled(matmul(t.a.mT(), residual));
      }
      if (matrices::has_kernel(a, rank)) rest = p.rest_of(matmul(t.a.mT(), p.transposed_of(x)));
      if (rank == Rank::Less) rest = rest + p.dropped_jvp(t.a, columns(in.b), x);
    }
    const Tensor dx = rest.defined() ? p.of(right) + rest : p.of(right);
    return vectors ? dx.squeeze(-1) : dx;
  }

 private:
  Tensor columns(const Tensor& b) const { return vectors ? b.unsqueeze(-1) : b; }
};

enum class Driver { Plain, Pivots, SingularValues };

Driver driver_of(const optional<std::string_view>& name) {
  if (!name || *name == "gelsy") return Driver::Pivots;
  if (*name == "gels") return Driver::Plain;
  if (*name == "gelsd" || *name == "gelss") return Driver::SingularValues;
  detail::fail<ValueError>("linalg_lstsq",
                           "the driver must be \"gels\", \"gelsy\", \"gelsd\" or \"gelss\", got \"",
                           *name, "\"");
}

struct Solution {
  Tensor x, rank, singular_values;
};

Solution by_singular_values(const Tensor& a, const Tensor& b, double rcond) {
  const detail::Unrecorded unrecorded;
  const auto [u, s, vh] = linalg_svd(a, false);
  if (s.size(-1) == 0)
    return {zeros(batch_and(a, {a.size(-1), b.size(-1)}), a.options()),
            zeros(batch_and(a, {}), kInt64), s};
  const Tensor counts = s.gt(s.amax(-1, true) * rcond);
  const Tensor inverse = where(counts, s.reciprocal(), 0).unsqueeze(-1);
  return {matmul(vh.mT(), inverse * matmul(u.mT(), b)), counts.sum(-1), s};
}

Solution by_elimination(const Tensor& a, const Tensor& b, bool pivoted, double rcond) {
  const Tensor none = matrices::uninitialised(a.dtype(), {0});
  const DimVector x_sizes = batch_and(a, {a.size(-1), b.size(-1)});
  if (a.numel() == 0 || b.numel() == 0)
    return {zeros(x_sizes, a.options()), zeros(batch_and(a, {}), kInt64), none};
  const Tensor x = matrices::uninitialised(a.dtype(), x_sizes, true);
  const Tensor rank = matrices::uninitialised(kInt64, batch_and(a, {}));
  const std::int64_t failed =
      kernels::least_squares(row_major(a), row_major(b), x, pivoted, rcond, rank);
  if (failed >= 0)
    detail::fail<NumericError>("linalg_lstsq", "matrix ", failed,
                               " of the batch does not have full rank, which the driver \"gels\" "
                               "asks for; use \"gelsy\"");
  return {x, rank, none};
}

/// The solution; residuals, ranks and singular values have no derivative.
struct Lstsq {
  static constexpr auto node_name = LstsqRule::node_name;
  static constexpr std::size_t inputs = 2;
  Driver driver;
  double rcond;
  bool vectors;

  autograd::ComputedRule<LstsqRule, 4> forward(const Tensor& a, const Tensor& given_b) const {
    const detail::Unrecorded unrecorded;
    const std::int64_t m = a.size(-2), n = a.size(-1);
    const Tensor b = vectors ? given_b.detach().unsqueeze(-1) : given_b;
    Solution s = driver == Driver::SingularValues
                     ? by_singular_values(a, b, rcond)
                     : by_elimination(a, b, driver == Driver::Pivots, rcond);
    const std::int64_t* const ranks = s.rank.data_ptr<std::int64_t>();
    const bool full = std::all_of(ranks, ranks + s.rank.numel(),
                                  [&](std::int64_t r) { return r == std::min(m, n); });
    const Tensor residuals = driver != Driver::Pivots && m > n && full
                                 ? (b - matmul(a, s.x)).square().sum(-2)
                                 : matrices::uninitialised(a.dtype(), {0});
    if (vectors) s.x = s.x.squeeze(-1);
    if (driver == Driver::Plain) s.rank = empty({0}, kInt64);
    const Rank rank = !full ? Rank::Less : m >= n ? Rank::Columns : Rank::Rows;
    return {{rank, rcond, vectors}, {s.x, residuals, s.rank, s.singular_values}};
  }
};

void require_fit(const Tensor& a, const Tensor& b) {
  constexpr const char* op = "linalg_lstsq";
  matrices::require(op, a);
  matrices::require_same_dtype(op, a, b);
  if (b.dim() < 1 || b.dim() > a.dim() || b.dim() < a.dim() - 1)
    detail::fail<ShapeError>(op, "B of shape ", b.sizes(), " does not fit A of shape ", a.sizes(),
                             "; it needs as many dimensions, or one less for vectors");
}

/// Whether b holds a vector for each matrix, by PyTorch's rule.
bool holds_vectors(const Tensor& a, const Tensor& b) {
  constexpr const char* op = "linalg_lstsq";
  const bool vectors = b.dim() == a.dim() - 1;
  const IntArrayRef rows(a.sizes().data(), a.sizes().size() - 1);
  const IntArrayRef given(b.sizes().data(), b.sizes().size() - (vectors ? 0 : 1));
  if (!(rows == given))
    detail::fail<ShapeError>(op, "B of shape ", b.sizes(), " does not fit A of shape ", a.sizes(),
                             "; it needs the same batch and number of rows");
  return vectors;
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor, Tensor> linalg_lstsq(const Tensor& A, const Tensor& B,
                                                        optional<double> rcond,
                                                        optional<std::string_view> driver) {
  const Driver way = driver_of(driver);
  require_fit(A, B);
  const bool vectors = holds_vectors(A, B);
  const double epsilon = detail::epsilon_of(A.dtype());
  const double cutoff =
      rcond.value_or(epsilon * static_cast<double>(std::max(A.size(-2), A.size(-1))));
  const auto [x, residuals, rank, singular_values] =
      autograd::apply_many(Lstsq{way, cutoff, vectors}, {A, B});
  return {x, residuals, rank, singular_values};
}

}  // namespace eigengrad
