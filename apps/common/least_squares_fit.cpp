#include "common/least_squares_fit.hpp"

#include <cmath>
#include <limits>

#include "common/bad_input.hpp"
#include "common/numbers.hpp"
#include "common/text.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps {
namespace {

namespace eg = eigengrad;
namespace optim = eigengrad::optim;
using eg::Tensor;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<Bound> bounds_reached(const LeastSquaresProblem& p, const std::vector<double>& x) {
  std::vector<Bound> all;
  for (std::size_t i = 0; i < x.size(); ++i)
    all.push_back(p.lower[i] == p.upper[i] ? Bound::Both
                  : x[i] <= p.lower[i]     ? Bound::Lower
                  : x[i] >= p.upper[i]     ? Bound::Upper
                                           : Bound::None);
  return all;
}

std::vector<double> chosen(const std::vector<double>& all, const std::vector<std::size_t>& places) {
  std::vector<double> some;
  for (const std::size_t i : places) some.push_back(all[i]);
  return some;
}

/// What the fit says of the parameters at `free` when the others are constants where it ended.
optim::LeastSquaresResult with_constants(const LeastSquaresProblem& p,
                                         optim::LeastSquaresOptions options,
                                         const std::vector<double>& x,
                                         const std::vector<std::size_t>& free) {
  const auto residuals = [&](const Tensor& some) {
    std::vector<Tensor> all;
    for (const double value : x) all.push_back(eg::tensor(value));
    for (std::size_t i = 0; i < free.size(); ++i) all[free[i]] = some[static_cast<std::int64_t>(i)];
    return p.residuals(eg::stack(all));
  };
  options.lower = eg::tensor(chosen(p.lower, free));
  options.upper = eg::tensor(chosen(p.upper, free));
  options.max_iter = 0;
  options.callback = nullptr;
  return optim::least_squares(residuals, eg::tensor(chosen(x, free)), options);
}

/// The sandwich of White (1980): what the residuals say of the covariance, whatever their variances are.
void set_robust(const LeastSquaresProblem& p, Robust robust, optim::LeastSquaresResult& r) {
  const auto n = static_cast<std::int64_t>(r.x.numel());
  if (r.rank < n || r.df <= 0) return;
  VectorXd weights = VectorXd::Ones(r.residuals.numel());
  if (p.weights.defined()) weights = eg::to_vector(p.weights);
  const MatrixXd j = eg::to_matrix(r.jacobian);
  const auto [q, triangle] =
      eg::linalg_qr(eg::from_eigen(MatrixXd(weights.cwiseSqrt().asDiagonal() * j)));
  // Rows of Q are those of J over the triangle, times the roots of the weights.
  const Eigen::ArrayXd scores =
      weights.cwiseSqrt().cwiseProduct(eg::to_vector(r.residuals)).array();
  const MatrixXd rows = eg::to_matrix(q);
  const Eigen::ArrayXd root_scores =
      corrected(scores, rows.rowwise().squaredNorm().array(), r.df, n, robust);
  const MatrixXd half = eg::to_matrix(triangle).triangularView<Eigen::Upper>().solve(
      MatrixXd(rows.transpose() * root_scores.matrix().asDiagonal()));
  const VectorXd errors = half.rowwise().stableNorm();
  const MatrixXd unit = errors.cwiseInverse().asDiagonal() * half;
  r.std_errors = eg::from_eigen(errors);
  r.covariance = eg::from_eigen(MatrixXd(half * half.transpose()));
  r.correlation = eg::from_eigen(MatrixXd(unit * unit.transpose()));
}

/// The rows and columns of `free` in a matrix of NaN.
MatrixXd spread_out(const Tensor& some, const std::vector<std::size_t>& free, std::size_t size) {
  const MatrixXd values = eg::to_matrix(some);
  MatrixXd all =
      MatrixXd::Constant(static_cast<Eigen::Index>(size), static_cast<Eigen::Index>(size), kNaN);
  for (std::size_t i = 0; i < free.size(); ++i)
    for (std::size_t k = 0; k < free.size(); ++k)
      all(static_cast<Eigen::Index>(free[i]), static_cast<Eigen::Index>(free[k])) =
          values(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k));
  return all;
}

/// "; the derivative by a is zero in every row", or nothing.
std::string flat_text(const Tensor& jacobian, const std::vector<std::string>& names) {
  std::string flat;
  const std::vector<double> largest = values_of(jacobian.abs().amax(0));
  for (std::size_t i = 0; i < names.size(); ++i)
    if (largest[i] == 0) flat += (flat.empty() ? "" : " and by ") + names[i];
  return flat.empty() ? "" : "; the derivative by " + flat + " is zero in every row";
}

double sum_of_squares(const LeastSquaresProblem& p, const Tensor& residuals) {
  const Tensor squares = eg::square(residuals);
  return (p.weights.defined() ? p.weights * squares : squares).sum().item<double>();
}

}  // namespace

LeastSquaresFit fit_least_squares(const LeastSquaresProblem& p, optim::LeastSquaresOptions options,
                                  double level, Robust robust) {
  options.lower = eg::tensor(p.lower);
  options.upper = eg::tensor(p.upper);
  options.weights = p.weights;
  optim::LeastSquaresResult r;
  try {
    r = optim::least_squares(p.residuals, eg::tensor(p.start), options);
  } catch (const eg::NumericError& e) {
    throw BadInput("--start: " + with_names(e.what(), p.names));
  } catch (const eg::Error& e) {
    throw BadInput(p.option + ": " + with_names(e.what(), p.names));
  }
  const std::vector<double> x = values_of(r.x);
  const std::vector<Bound> bounds = bounds_reached(p, x);
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (bounds[i] == Bound::None) free.push_back(i);

  LeastSquaresFit fit{{}, r.residuals};
  FitSummary& s = fit.summary;
  s.status = r.status;
  s.message = with_names(r.message, p.names);
  s.rss = sum_of_squares(p, r.residuals);
  s.likelihood = {s.rss, static_cast<double>(r.residuals.numel()), 0, x.size()};
  s.achieved_convergence = r.history.back().offset;
  s.iterations = r.history.back().iter;
  s.counts = r.counts;
  s.seconds = r.seconds;
  s.robust = robust;
  s.df = r.df + r.rank;
  std::vector<double> errors(x.size(), kNaN);
  if (!free.empty()) {
    if (free.size() < x.size()) r = with_constants(p, options, x, free);
    if (robust != Robust::No) set_robust(p, robust, r);
    s.df = r.df;
    const std::vector<double> of_free = values_of(r.std_errors);
    for (std::size_t i = 0; i < free.size(); ++i) errors[free[i]] = of_free[i];
    s.covariance = spread_out(r.covariance, free, x.size());
    s.correlation = spread_out(r.correlation, free, x.size());
    std::vector<std::string> names;
    for (const std::size_t i : free) names.push_back(p.names[i]);
    s.unidentified = undetermined_directions(r.jacobian, r.rank, names);
    s.message += flat_text(r.jacobian, names);
  } else {
    const auto size = static_cast<Eigen::Index>(x.size());
    s.covariance = s.correlation = MatrixXd::Constant(size, size, kNaN);
  }
  s.residual_sd = s.df > 0 ? std::sqrt(s.rss / static_cast<double>(s.df)) : kNaN;
  for (std::size_t i = 0; i < x.size(); ++i)
    s.parameters.push_back(estimate_of(p.names[i], x[i], errors[i], bounds[i], s.df, level));
  return fit;
}

}  // namespace apps
