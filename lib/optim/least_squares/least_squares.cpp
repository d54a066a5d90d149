#include "eigengrad/optim/least_squares.hpp"

#include <chrono>
#include <cmath>
#include <ostream>

#include "core/fail.hpp"
#include "core/text.hpp"
#include "optim/least_squares/solver.hpp"
#include "optim/least_squares/statistics.hpp"
#include "optim/report.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

namespace {

constexpr std::string_view kOp = "least_squares";

void check(const LeastSquaresOptions& o, const Tensor& x0) {
  check_enumerator(kOp, "method", o.method, LeastSquaresMethod::TrustRegionReflective,
                   "LeastSquaresMethod");
  check_enumerator(kOp, "loss", o.loss, Loss::Tukey, "Loss");
  check_start(kOp, x0);
  if (!(o.f_scale > 0) || std::isinf(o.f_scale))
    fail<ValueError>(kOp, "f_scale is ", o.f_scale, "; it must be above 0 and finite");
  if (o.weights.is_scalar()) fit::weights_of(kOp, o.weights, 1);
  check_not_negative(kOp, "tolerance_f", o.tolerance_f);
  check_not_negative(kOp, "tolerance_x", o.tolerance_x);
  check_not_negative(kOp, "tolerance_grad", o.tolerance_grad);
  check_at_least(kOp, "max_iter", o.max_iter, 0);
}

fit::Vector as_vector(const std::vector<double>& v) {
  return Eigen::Map<const fit::Vector>(v.data(), static_cast<Eigen::Index>(v.size()));
}

/// Scales of the unknowns, one over x_scale; empty when they are to follow the Jacobian.
fit::Vector fixed_scale(const LeastSquaresOptions& o, std::int64_t n) {
  if (!o.x_scale.is_set()) return {};
  const fit::Vector sizes = as_vector(values_of(kOp, "x_scale", o.x_scale, n, "unknowns", 1));
  for (Eigen::Index i = 0; i < n; ++i)
    if (!(sizes[i] > 0) || std::isinf(sizes[i]))
      fail<ValueError>(kOp, "x_scale[", i, "] is ", sizes[i], "; it must be above 0 and finite");
  return sizes.cwiseInverse();
}

}  // namespace

LeastSquaresResult least_squares(const std::function<Tensor(const Tensor&)>& r, const Tensor& x0,
                                 const LeastSquaresOptions& options) {
  eigengrad::detail::require_callable("least_squares", r);
  check(options, x0);
  const auto start = std::chrono::steady_clock::now();
  const std::int64_t n = x0.numel();
  const Box box = Box::of(kOp, options.lower, options.upper, x0);
  box.check_start(kOp, x0);
  fit::Vector scale = fixed_scale(options, n);

  fit::Residuals residuals(kOp, r, x0);
  const fit::Weighting weighting(options.loss, options.f_scale,
                                 fit::weights_of(kOp, options.weights, residuals.size()));
  fit::Solver solver(residuals, weighting, box, std::move(scale), options);
  LeastSquaresResult result;
  result.status = solver.run();

  const fit::FitPoint& p = solver.point();
  fit::Matrix j = p.j;
  fit::Vector weighted = p.r;
  weighting.scale_for_statistics(weighted, j);
  const fit::Statistics s = fit::statistics_of(j, weighted, weighting.counted(residuals.size()));
  const ScalarType type = x0.dtype();
  result.x = residuals.shaped(p.x);
  result.cost = p.cost;
  result.residuals = residuals.shaped_residuals(p.r);
  result.jacobian = tensor_of(p.j, type);
  result.rank = s.rank;
  result.covariance = tensor_of(s.covariance, type);
  result.correlation = tensor_of(s.correlation, type);
  result.std_errors = tensor_of(s.std_errors, type).reshape({-1});
  result.df = s.df;
  result.history = solver.history();
  result.message = message_of({result.status, solver.reason()}, result.history.back().iter) +
                   rank_note(s.rank, n, s.undetermined);
  result.counts = residuals.counts();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

void detail::print(std::ostream& os, const LeastSquaresSummary& s) {
  eigengrad::detail::Text text;
  text << "least squares: " << s.message << '\n';
  for (std::int64_t i = 0; i < s.n; ++i)
    text << "  x[" << i << "] = " << s.x[i] << " +- " << s.std_errors[i] << '\n';
  text << "  cost " << s.cost << ", rank " << s.rank << " of " << s.n << ", df " << s.df << "; "
       << s.counts.residuals << " residuals, " << s.counts.jacobians << " Jacobians, " << s.seconds
       << " s\n";
  os << text.str();
}

}  // namespace eigengrad::optim
