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

  void gradients(const bool* wanted, const Tensor* g, const Tensor* x, const Tensor*,
                 const Tensor* c, Tensor* results) const {
    if (wanted[0]) refuse_factors("linalg_ldl_solve");
    if (wanted[1]) results[1] = autograd::sum_to(linalg_ldl_solve(x[0], c[0], g[0]), b_sizes);
  }
  Tensor jvp(std::size_t, const Tensor* t, const Tensor* x, const Tensor* y,
             const Tensor* c) const {
    if (t[0].defined()) refuse_factors("linalg_ldl_solve");
    return autograd::expand_to(linalg_ldl_solve(x[0], c[0], t[1]), y[0].sizes());
  }
};

struct Factored {
  Tensor ld;
  Tensor pivots;
  matrices::Infos info;
};

Factored factor(std::string_view op, const Tensor& a, bool check) {
  matrices::require_square(op, a);
  Factored f{matrices::uninitialised(a.dtype(), a.sizes(), true),
             matrices::uninitialised(kInt64, {a.sizes().data(), a.sizes().size() - 1}),
             {}};
  f.info.assign(static_cast<std::size_t>(matrices::count_of(a)), 0);
  if (a.numel() > 0) {
    kernels::copy_triangle(f.ld, a, {.lower = true, .diagonal = 0});
    kernels::ldl_factor(f.ld, f.pivots, f.info.data());
  }
  if (const std::size_t i = matrices::first_failure(f.info); check && i < f.info.size())
    detail::fail<NumericError>(op, matrices::element_name(i, matrices::batch_of(a)),
                               "the matrix is singular: element ", f.info[i],
                               " on the diagonal of D is zero; linalg_ldl_factor_ex() gives the "
                               "factors nevertheless");
  autograd::record_many(LdlFactor(), {a}, {f.ld});
  return f;
}

/// The pivots in row-major order. Throws: ShapeError, DtypeError or ValueError unless they can be pivots of
/// that matrix.
Tensor checked_pivots(std::string_view op, const Tensor& ld, const Tensor& pivots) {
  const std::int64_t n = ld.size(-1);
  const IntArrayRef sizes{ld.sizes().data(), ld.sizes().size() - 1};
  if (!pivots.sizes().equals(sizes))
    detail::fail<ShapeError>(
        op, "pivots of shape ", pivots.sizes(), " do not belong to factors of shape ", ld.sizes(),
        ", which have those of shape ", sizes, "; give both as linalg_ldl_factor() returned them");
  if (pivots.dtype() != kInt64)
    detail::fail<DtypeError>(op, "pivots must be int64, as linalg_ldl_factor() gives them, got ",
                             to_string(pivots.dtype()));
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
  const Factored f = factor("linalg_ldl_factor", self, true);
  return {f.ld, f.pivots};
}
std::tuple<Tensor, Tensor, Tensor> linalg_ldl_factor_ex(const Tensor& self, bool,
                                                        bool check_errors) {
  const Factored f = factor("linalg_ldl_factor_ex", self, check_errors);
  return {f.ld, f.pivots, matrices::info_of(f.info, matrices::batch_of(self))};
}

Tensor linalg_ldl_solve(const Tensor& LD, const Tensor& pivots, const Tensor& B, bool) {
  constexpr std::string_view op = "linalg_ldl_solve";
  matrices::require_square(op, LD);
  matrices::require(op, B);
  matrices::require_same_dtype(op, LD, B);
  const Tensor exchanges = checked_pivots(op, LD, pivots);
  matrices::require_fit(op, LD, B);
  const DimVector batch =
      autograd::broadcast_shapes(op, matrices::batch_of(LD), matrices::batch_of(B));
  const Tensor y = matrices::copy(B, batch, matrices::by_columns(B));
  kernels::ldl_solve(matrices::in_order(LD), exchanges, y);
  autograd::record_many(LdlSolve{DimVector(B.sizes())}, {LD, B}, {y}, {exchanges});
  return y;
}

}  // namespace eigengrad
