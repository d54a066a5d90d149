#include "eigengrad/optim/variable_projection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/epsilon.hpp"
#include "core/fail.hpp"
#include "eigengrad/core/dtype.hpp"
#include "eigengrad/core/eigen.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/qr.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "optim/least_squares/loss.hpp"
#include "optim/report.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

namespace {

constexpr std::string_view kOp = "variable_projection";

/// The problem Phi(x) c = y, each row times the root of its weight.
class Separable {
 public:
  Separable(const std::function<Tensor(const Tensor&)>& basis, const Tensor& y,
            const ScalarOrTensor& weights)
      : basis_(basis), y_(y.detach().reshape({-1})) {
    if (!weights.is_set()) return;
    const fit::Vector w = fit::weights_of(kOp, weights, y_.numel());
    roots_ = from_eigen(fit::Vector(w.cwiseSqrt())).to(y_.dtype());
  }

  Tensor phi(const Tensor& x) const {
    Tensor phi = basis_(x);
    if (!phi.defined() || phi.dim() != 2 || phi.size(0) != y_.numel() ||
        phi.size(1) > phi.size(0) || phi.size(1) == 0)
      fail<ShapeError>(kOp, "the basis gave ", phi.defined() ? phi.sizes() : IntArrayRef(), " for ",
                       y_.numel(),
                       " elements of y; it must be a matrix with so many rows and at most as many "
                       "columns");
    if (phi.dtype() != y_.dtype())
      fail<DtypeError>(kOp, "the basis has dtype ", eigengrad::to_string(phi.dtype()), " and y ",
                       eigengrad::to_string(y_.dtype()), "; they must have one");
    return phi;
  }

  /// What is left of y, weighted, by the best coefficients.
  Tensor residuals(const Tensor& x) const {
    const Tensor q = std::get<0>(factors(x));
    const Tensor y = weighted(y_);
    return q.mv(q.t().mv(y)) - y;
  }

  Tensor coefficients(const Tensor& x) const {
    const auto [q, r] = factors(x);
    const Tensor right = q.t().mv(weighted(y_)).unsqueeze(1);
    return linalg_solve_triangular(r, right, true).squeeze(1);
  }

  const Tensor& y() const noexcept { return y_; }

 private:
  Tensor weighted(const Tensor& t) const {
    if (!roots_.defined()) return t;
    return t.dim() == 2 ? t * roots_.unsqueeze(1) : t * roots_;
  }

  std::tuple<Tensor, Tensor> factors(const Tensor& x) const {
    std::tuple<Tensor, Tensor> qr = linalg_qr(weighted(phi(x)));
    const Eigen::VectorXd d = to_vector(std::get<1>(qr).detach().diagonal().to(kFloat64));
    const double precision = eigengrad::detail::epsilon_of(y_.dtype());
    for (Eigen::Index j = 0; j < d.size(); ++j)
      if (!(std::abs(d[j]) > precision * d.cwiseAbs().maxCoeff()))
        fail<NumericError>(kOp, "column ", j,
                           " of the basis depends on those before it; leave it out, or start "
                           "elsewhere");
    return qr;
  }

  const std::function<Tensor(const Tensor&)>& basis_;
  Tensor y_;
  Tensor roots_;
};

void check(const Tensor& y, const Tensor& x0, const LeastSquaresOptions& options) {
  check_start(kOp, x0);
  if (!y.defined() || y.numel() == 0)
    fail<ShapeError>(kOp, "y is undefined or empty; give the data that the model is to meet");
  if (y.dtype() != x0.dtype())
    fail<DtypeError>(kOp, "y has dtype ", eigengrad::to_string(y.dtype()), " and the start ",
                     eigengrad::to_string(x0.dtype()), "; they must have one");
  if (options.loss != Loss::Linear)
    fail<ValueError>(kOp,
                     "the coefficients are those of ordinary least squares, but the loss is "
                     "robust; use least_squares() with all unknowns");
}

/// The option for unknowns and coefficients: `none` for each coefficient.
ScalarOrTensor extended(std::string_view name, const ScalarOrTensor& bound, std::int64_t n,
                        std::int64_t k, double none) {
  if (!bound.is_set()) return {};
  std::vector<double> values = detail::values_of(kOp, name, bound, n, "unknowns", none);
  values.resize(static_cast<std::size_t>(n + k), none);
  return tensor(values);
}

}  // namespace

LeastSquaresResult variable_projection(const std::function<Tensor(const Tensor&)>& basis,
                                       const Tensor& y, const Tensor& x0,
                                       const LeastSquaresOptions& options) {
  eigengrad::detail::require_callable("variable_projection", basis);
  check(y, x0, options);
  const Separable problem(basis, y, options.weights);
  LeastSquaresOptions search = options;
  search.weights = {};
  LeastSquaresResult found =
      least_squares([&](const Tensor& x) { return problem.residuals(x); }, x0, search);

  // A fit of unknowns and coefficients together, from there, gives the statistics.
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::int64_t n = x0.numel();
  const Tensor c = problem.coefficients(found.x);
  LeastSquaresOptions joint = options;
  joint.lower = extended("lower", options.lower, n, c.numel(), -infinity);
  joint.upper = extended("upper", options.upper, n, c.numel(), infinity);
  joint.x_scale = {};
  joint.callback = nullptr;
  if (!found.converged()) joint.max_iter = 0;
  const auto residuals = [&](const Tensor& all) {
    const Tensor x = all.narrow(0, 0, n).reshape(x0.sizes());
    return problem.phi(x).mv(all.narrow(0, n, c.numel())) - problem.y();
  };
  LeastSquaresResult result = least_squares(residuals, cat({found.x.reshape({-1}), c}), joint);
  if (!found.converged()) result.status = found.status;
  if (!found.converged() || result.converged()) result.message = std::move(found.message);
  result.history = std::move(found.history);
  result.counts = found.counts;
  result.seconds += found.seconds;
  return result;
}

}  // namespace eigengrad::optim
