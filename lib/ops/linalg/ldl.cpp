#include "eigengrad/ops/linalg/ldl.hpp"

#include <cstdlib>

#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "kernels/linalg/ldl.hpp"
#include "kernels/shape/triangle.hpp"
#include "ops/linalg/matrices.hpp"

namespace eigengrad {
namespace {

[[noreturn]] void refuse_factors(std::string_view op) {
  detail::fail<NotImplementedError>(
      op,
      "the derivative for the factors of 'linalg_ldl_factor' is not implemented; use ldlt() or "
      "linalg_solve(), or detach them");
}

/// The rule of the factors: they have no derivative, and asking for one throws.
struct LdlFactor {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 1;
  static constexpr unsigned keeps_input = 0;
  static constexpr unsigned keeps_output = 0;
  static constexpr auto node_name = "LinalgLdlFactorExBackward0";
  matrices::OnFailure failure;

  /// Both factors in one matrix, the pivots, and the first zero on the diagonal of each D.
  std::array<Tensor, 3> forward(const Tensor& a) const {
    const Tensor ld = matrices::uninitialised(a.dtype(), a.sizes(), true);
    const Tensor pivots = matrices::uninitialised(kInt64, {a.sizes().data(), a.sizes().size() - 1});
    matrices::Infos info;
    info.assign(static_cast<std::size_t>(matrices::count_of(a)), 0);
    if (a.numel() > 0) {
      kernels::copy_triangle(ld, a, {.lower = true, .diagonal = 0});
      kernels::ldl_factor(ld, pivots, info.data());
    }
    if (const std::size_t i = matrices::first_failure(info); failure.throws && i < info.size())
      detail::fail<NumericError>(failure.op, matrices::element_name(i, matrices::batch_of(a)),
                                 "the matrix is singular: element ", info[i],
                                 " on the diagonal of D is zero; linalg_ldl_factor_ex() gives the "
                                 "factors nevertheless");
    return {ld, pivots, failure.info_result(info, matrices::batch_of(a))};
  }
  Tensor vjp(std::size_t, const Tensor*, const Tensor*, const Tensor*) const {
    refuse_factors("linalg_ldl_factor");
  }
  Tensor jvp(std::size_t, const Tensor*, const Tensor*, const Tensor*) const {
    refuse_factors("linalg_ldl_factor");
  }
};

/// X = A^-1 B with a symmetric A that is constant: gB = A^-1 g, dX = A^-1 dB.
struct LdlSolve {
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 1;
  static constexpr std::size_t constants = 1;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = 0;
  static constexpr auto node_name = "LinalgLdlSolveBackward0";
  DimVector b_sizes;
  struct Inputs {
    const Tensor& ld;
    const Tensor& b;
  };

  autograd::Computed<1, 1> forward(const Tensor& ld, const Tensor& b, const Tensor& pivots) const {
    const DimVector batch = autograd::broadcast_shapes("linalg_ldl_solve", matrices::batch_of(ld),
                                                       matrices::batch_of(b));
    const Tensor y = matrices::copy(b, batch, matrices::is_column_major(b));
    kernels::ldl_solve(matrices::in_order(ld), pivots, y);
    return {{y}, {pivots}};
  }
  void gradients(const bool* wanted, const Tensor& g, const Inputs& x, const Tensor&,
                 const Tensor& pivots, Tensor* results) const {
    if (wanted[0]) refuse_factors("linalg_ldl_solve");
    if (wanted[1]) results[1] = autograd::sum_to(linalg_ldl_solve(x.ld, pivots, g), b_sizes);
  }
  Tensor jvp(std::size_t, const Inputs& t, const Inputs& x, const Tensor& y,
             const Tensor& pivots) const {
    if (t.ld.defined()) refuse_factors("linalg_ldl_solve");
    return autograd::expand_to(linalg_ldl_solve(x.ld, pivots, t.b), y.sizes());
  }
};

std::array<Tensor, 3> factor(const matrices::OnFailure& failure, const Tensor& a) {
  matrices::require_square(failure.op, a);
  return autograd::apply_many(LdlFactor{failure}, {a});
}

/// The pivots in row-major order. Throws: ShapeError, DtypeError or ValueError unless they can be pivots of
/// that matrix.
Tensor checked_ldl_pivots(std::string_view op, const Tensor& ld, const Tensor& pivots) {
  const std::int64_t n = ld.size(-1);
  const IntArrayRef sizes{ld.sizes().data(), ld.sizes().size() - 1};
  if (!pivots.sizes().equals(sizes))
    detail::fail<ShapeError>(
        op, "pivots of shape ", pivots.sizes(), " do not belong to factors of shape ", ld.sizes(),
        ", which have those of shape ", sizes, "; give both as linalg_ldl_factor() returned them");
  if (pivots.dtype() != kInt64)
    detail::fail<DtypeError>(op, "pivots must be int64, got ", to_string(pivots.dtype()),
                             "; give those of linalg_ldl_factor()");
  const Tensor dense = pivots.is_contiguous() ? pivots : autograd::copy_row_major(pivots);
  const std::int64_t* p = dense.impl()->data<std::int64_t>();
  for (std::int64_t done = 0; done < dense.numel(); done += n, p += n)
    for (std::int64_t k = 0; k < n; ++k) {
      if (p[k] == 0 || std::abs(p[k]) > n)
        detail::fail<ValueError>(
            op, "pivot ", p[k], " is not a row of 1 to ", n,
            ", or the negative of one; give pivots as linalg_ldl_factor() returned them");
      if (p[k] > 0) continue;
      if (k + 1 == n || p[k + 1] != p[k])
        detail::fail<ValueError>(op, "the negative pivot ", p[k], " in row ", k + 1,
                                 " has no equal one in the next: they come in pairs; give pivots "
                                 "as linalg_ldl_factor() returned them");
      ++k;
    }
  return dense;
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_ldl_factor(const Tensor& self, bool) {
  const auto [ld, pivots, info] = factor({"linalg_ldl_factor"}, self);
  return {ld, pivots};
}
std::tuple<Tensor, Tensor, Tensor> linalg_ldl_factor_ex(const Tensor& self, bool,
                                                        bool check_errors) {
  const auto [ld, pivots, info] = factor({"linalg_ldl_factor_ex", check_errors, true}, self);
  return {ld, pivots, info};
}

Tensor linalg_ldl_solve(const Tensor& LD, const Tensor& pivots, const Tensor& B, bool) {
  constexpr std::string_view op = "linalg_ldl_solve";
  matrices::require_square(op, LD);
  matrices::require(op, B);
  matrices::require_same_dtype(op, LD, B);
  const Tensor interchanges = checked_ldl_pivots(op, LD, pivots);
  matrices::require_fit(op, LD, B);
  return autograd::apply_many(LdlSolve{DimVector(B.sizes())}, {LD, B}, interchanges);
}

}  // namespace eigengrad
