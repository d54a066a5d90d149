#pragma once

#include <string>
#include <string_view>

#include "eigengrad/optim/root.hpp"
#include "optim/least_squares/steps.hpp"
#include "optim/report.hpp"

namespace eigengrad::optim {

/// root(), whose errors are those of `op`.
RootResult find_root(std::string_view op, const std::function<Tensor(const Tensor&)>& f,
                     const Tensor& x0, const RootOptions& options);
void check(std::string_view op, const RootOptions& options);

namespace root_finding {

using fit::Matrix;
using fit::Vector;

/// The largest |v_k| / sizes_k; 0 / 0 is 0.
double largest_part(const Vector& v, const Vector& sizes);

/// Whether the residuals fall towards 0 without a root: Newton steps still change the unknowns, and the norm
/// of the residuals is about to underflow or, where the search `ends`, far below that of the start.
bool is_vanishing(double norm, double start_norm, double newton_step, bool ends);
Verdict vanishing(double norm, double newton_step);

/// Whether Newton steps converge linearly, as they do at a multiple root.
class NewtonRate {
 public:
  void add(double before, double now) {
    if (now < 0.95 * before) linear_ = now > 0.2 * before ? linear_ + 1 : 0;
  }
  bool is_linear() const noexcept { return linear_ >= 6; }

 private:
  /// Steps in a row that made the next one shorter, but by a factor of less than 5.
  int linear_ = 0;
};

/// "[1, 2, 3]", the first elements of a point.
std::string shown(const Vector& x);

/// The iterations of a method that forms the Jacobian. Steps are those of least_squares() for residuals
/// scaled by row: each by a power of 2, to 1 at the start.
class Solver {
 public:
  /// `method` is Newton, Hybrid or LevenbergMarquardt. With `full_steps` every Newton step is taken that
  /// leads to a finite point, up or down: a last resort, which no local minimum of the norm holds.
  Solver(std::string_view op, fit::Residuals& f, RootMethod method, const RootOptions& options,
         bool full_steps = false);

  Verdict run();

  /// The last point, with unscaled residuals and Jacobian.
  const Vector& x() const noexcept { return p_.x; }
  Vector residuals() const { return p_.r.cwiseQuotient(rows_); }
  Matrix jacobian() const { return rows_.cwiseInverse().asDiagonal() * p_.j; }
  double norm() const { return residuals().stableNorm(); }
  bool is_singular() const;
  std::int64_t iterations() const noexcept { return iterations_; }

 private:
  void begin();
  bool ask() const;
  /// Whether the Newton step is at most `part` of the largest values of the unknowns on the path, and the
  /// residuals are far below those of the start: convergence to a multiple root, or to a root at 0.
  bool has_arrived(double part) const;
  bool test(Verdict& verdict);
  void complete(fit::FitPoint& p);
  void improve_newton_step(fit::FitPoint& p);
  bool helps(double ratio) const;
  bool move();
  fit::Step next_step();
  void adapt(double ratio, const fit::Step& step);
  void accept(fit::FitPoint& trial, bool is_full);
  void rescale(fit::FitPoint& trial);
  /// Whether rounding errors of x change the residuals by as much as they are.
  bool is_rounding();
  Verdict explain();

  std::string_view op_;
  fit::Residuals& f_;
  RootMethod method_;
  const RootOptions& options_;
  bool full_steps_;
  Box box_;
  fit::Weighting weighting_;
  fit::PointAnalysis analysis_;
  /// The largest absolute value of each unknown on the path.
  Vector largest_;
  Vector rows_;
  fit::FitPoint p_;
  Vector start_;
  Eigen::Index rank_ = 0;
  double residual_ = 0;
  double newton_step_ = 0;
  /// The largest change of an unknown by the Newton step over its largest_.
  double reach_ = 0;
  double start_norm_ = 0;
  /// The norm of the unscaled residuals at the start.
  double start_residuals_ = 0;
  double best_norm_ = 0;
  int stalled_ = 0;
  int creeping_ = 0;
  /// Tests at which has_arrived(): at a simple root near 0 a step or two more give full relative accuracy, at
  /// a multiple one no number of steps does.
  int arrived_ = 0;
  NewtonRate rate_;
  double radius_ = 0;
  double damping_ = 0;
  double length_ = 1;
  std::int64_t iterations_ = 0;
};

/// root() by RootMethod::NewtonKrylov.
RootResult newton_krylov(std::string_view op, const std::function<Tensor(const Tensor&)>& f,
                         const Tensor& x0, const RootOptions& options);

}  // namespace root_finding
}  // namespace eigengrad::optim
