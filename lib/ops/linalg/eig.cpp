#include "eigengrad/ops/linalg/eig.hpp"

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "core/epsilon.hpp"
#include "core/fail.hpp"
#include "eigengrad/ops/linalg/norms.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/reduction/extrema.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/bands.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/linalg/general_eigen.hpp"
#include "ops/linalg/decompositions.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad {
namespace {

/// a = v diag(l) v^-1, columns of v of length 1. With p = v^-1 t v: dl = diag(p), and with
/// w = v (p / gap), gap_ij = l_j - l_i and infinite on the diagonal, dv = w - v diag(v^T w), so that the lengths
/// stay.
/// Source: Giles (2008), section 3.1; Boeddeker et al., On the computation of complex-valued gradients
/// with application to statistically optimum beamforming (2017), for the lengths.
struct Eig {
  static constexpr auto node_name = "LinalgEigBackward0";
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 2;
  static constexpr unsigned keeps_input = 0;
  static constexpr unsigned keeps_output = 0b11;
  std::string_view op;
  bool vectors;

  /// Vectors are computed, though nobody asked for them, where a derivative may need them.
  std::array<Tensor, 2> forward(const Tensor& a, bool followed) const {
    std::array<Tensor, 2> y = memory_for_pairs(a, vectors || followed);
    require_success(op, kernels::general_eigen(row_major(a), y[0], y[1]));
    return y;
  }
  Tensor vjp(std::size_t, const EigenPairs& g, const Tensor&, const EigenPairs& y) const {
    const Tensor& v = y.v;
    require_independent(v);
    if (!g.v.defined()) return linalg_solve(v.mT(), g.l.unsqueeze(-1) * v.mT());
    const Tensor lengths = (v * g.v).sum(-2, true);
    Tensor inner = matmul(v.mT(), g.v - v * lengths) / gaps(y.l);
    if (g.l.defined()) inner = inner + diag_embed(g.l);
    return linalg_solve(v.mT(), matmul(inner, v.mT()));
  }
  Tensor jvp(std::size_t k, const Tensor& t, const Tensor&, const EigenPairs& y) const {
    const Tensor& v = y.v;
    require_independent(v);
    const Tensor p = linalg_solve(v, matmul(t, v));
    if (k == 0) return p.diagonal(0, -2, -1);
    const Tensor w = matmul(v, p / gaps(y.l));
    return w - v * (v * w).sum(-2, true);
  }

 private:
  /// A matrix without n eigenvectors has no derivative, and rounding would decide what a solution by them is.
  static void require_independent(const Tensor& v) {
    if (v.numel() == 0) return;
    const detail::Unrecorded unrecorded;
    const double epsilon = detail::epsilon_of(v.dtype());
    const double condition = linalg_cond(v, 1).max().item<double>();
    if (!(condition * epsilon < 0.25))
      detail::fail<NumericError>(
          "linalg_eig", "the eigenvectors are linearly dependent to rounding (condition ",
          condition, "): there is no derivative; for a symmetric matrix use linalg_eigh");
  }
};

std::tuple<Tensor, Tensor> eigen(std::string_view op, const Tensor& a, bool vectors) {
  matrices::require_square(op, a);
  const auto [l, v] = autograd::apply_many(Eig{op, vectors}, {a});
  return {l, v};
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_eig(const Tensor& A) { return eigen("linalg_eig", A, true); }

Tensor linalg_eigvals(const Tensor& A) { return std::get<0>(eigen("linalg_eigvals", A, false)); }

}  // namespace eigengrad
