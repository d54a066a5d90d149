#include "eigengrad/ops/linalg/eigh.hpp"

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/bands.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/linalg/symmetric_eigen.hpp"
#include "ops/linalg/decompositions.hpp"
#include "ops/linalg/repeated.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad {
namespace {

/// a = v diag(l) v^T. With p = v^T t v of a symmetric t: dl = diag(p), dv = v (p / gap),
/// where gap_ij = l_j - l_i and infinite on the diagonal. p is symmetric and gap is not, so of v^T gv in the transpose
/// only the skew part counts. Values that repeat: Note [Repeated values].
/// Source: Giles, Collected matrix derivative results for forward and reverse mode (2008), section 3.1.
struct Eigh {
  static constexpr auto node_name = "LinalgEighBackward0";
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 2;
  static constexpr unsigned keeps_input = 0;
  static constexpr unsigned keeps_output = 0b11;
  std::string_view op;
  bool upper;
  bool vectors;

  /// Vectors are computed, though nobody asked for them, where a derivative may need them.
  std::array<Tensor, 2> forward(const Tensor& a, bool followed) const {
    std::array<Tensor, 2> y = memory_for_pairs(a, vectors || followed);
    const auto& [l, v] = y;
    require_success(op, kernels::symmetric_eigen(row_major(a), upper, l, v));
    if (detail::carries_tangent(a) && matrices::has_clusters(l)) {
      const detail::Unrecorded unrecorded;
      matrices::rotate_towards(l, matmul(v.mT(), matmul(detail::tangent_of(a), v)), v, {});
    }
    return y;
  }
  Tensor vjp(std::size_t, const EigenPairs& g, const Tensor&, const EigenPairs& y) const {
    const Tensor& v = y.v;
    if (!g.v.defined()) return matmul(v * g.l.unsqueeze(-2), v.mT());
    Tensor inner = rotation_part(g, y.l, v);
    if (g.l.defined()) inner = inner + diag_embed(g.l);
    return matmul(matmul(v, inner), v.mT());
  }
  Tensor jvp(std::size_t k, const Tensor& t, const Tensor&, const EigenPairs& y) const {
    const Tensor& v = y.v;
    const Tensor q = matmul(v.mT(), matmul(t, v));
    const Tensor p = (q + q.mT()) * 0.5;
    if (k == 0) return p.diagonal(0, -2, -1);
    const Tensor& l = y.l;
    if (!matrices::has_clusters(l)) return matmul(v, p / gaps(l));
    const Tensor turn = p / matrices::gaps_between_clusters(l);
    return matmul(v, turn + matrices::rotations_within_clusters(l, p, matmul(p, turn)));
  }

 private:
  /// The part of the gradient that comes from rotations of the vectors.
  static Tensor rotation_part(const EigenPairs& g, const Tensor& l, const Tensor& v) {
    const auto skew = [&](const Tensor& gradient) {
      const Tensor m = matmul(v.mT(), gradient);
      return (m - m.mT()) * 0.5;
    };
    const Tensor numerator = skew(g.v);
    if (!matrices::has_clusters(l)) return numerator / gaps(l);
    const matrices::RepeatedPairs pairs({numerator, l, g.l, {v}, {g.v}});
    const Tensor inner = numerator / pairs.divisor();
    if (!pairs.has_limits()) return inner;
    const Tensor growth = pairs.growth_of_cotangents()[0];
    return inner + pairs.limits(growth.defined() ? skew(growth) : growth);
  }
};
struct Symeig : Eigh {
  static constexpr auto node_name = "SymeigBackward0";
};

template <class Rule>
std::tuple<Tensor, Tensor> eigen(std::string_view op, const Tensor& a, bool upper, bool vectors) {
  matrices::require_square(op, a);
  const auto [l, v] = autograd::apply_many(Rule{op, upper, vectors}, {a});
  return {l, v};
}

bool is_upper(std::string_view op, std::string_view uplo) {
  if (uplo == "U" || uplo == "u") return true;
  if (uplo == "L" || uplo == "l") return false;
  detail::fail<ValueError>(op, "UPLO must be \"L\" or \"U\", got \"", uplo, "\"");
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_eigh(const Tensor& A, std::string_view UPLO) {
  constexpr const char* op = "linalg_eigh";
  return eigen<Eigh>(op, A, is_upper(op, UPLO), true);
}

Tensor linalg_eigvalsh(const Tensor& A, std::string_view UPLO) {
  constexpr const char* op = "linalg_eigvalsh";
  return std::get<0>(eigen<Eigh>(op, A, is_upper(op, UPLO), false));
}

std::tuple<Tensor, Tensor> symeig(const Tensor& A, bool eigenvectors, bool upper) {
  std::tuple<Tensor, Tensor> y = eigen<Symeig>("symeig", A, upper, eigenvectors);
  if (!eigenvectors) std::get<1>(y) = empty({0}, A.options());
  return y;
}

std::tuple<Tensor, Tensor> Tensor::symeig(bool eigenvectors, bool upper) const {
  return eigengrad::symeig(*this, eigenvectors, upper);
}

}  // namespace eigengrad
