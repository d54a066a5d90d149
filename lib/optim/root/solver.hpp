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

/// Each element the larger of the two in absolute value; `largest` may be empty.
Vector larger_of(const Vector& largest, const Vector& x);

/// The largest |v_k| / sizes_k; 0 / 0 is 0.
double largest_part(const Vector& v, const Vector& sizes);

/// Whether the search goes towards 0 without a root: the Newton step from here would still change an
/// unknown, and the norm of the residuals is about to underflow, or `ends` where it has fallen far below
/// that of the start.
bool is_vanishing(double norm, double start_norm, double newton_step, bool ends);
Verdict vanishing(double norm, double newton_step);

/// What Newton steps tell of a root: at a multiple one each is a part of the one before that stays the same.
class NewtonRate {
 public:
  void add(double before, double now) {
    if (now < 0.95 * before) linear_ = now > 0.2 * before ? linear_ + 1 : 0;
  }
  bool is_linear() const noexcept { return linear_ >= 6; }

 private:
  /// Steps since one that shortened the next one by more than a constant factor.
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

  /// Of the last point.
  const Vector& x() const noexcept { return p_.x; }
  Vector residuals() const { return p_.r.cwiseQuotient(rows_); }
  Matrix jacobian() const { return rows_.cwiseInverse().asDiagonal() * p_.j; }
  double norm() const { return residuals().stableNorm(); }
  bool is_singular() const;
  std::int64_t iterations() const noexcept { return iterations_; }

 private:
  void begin();
  bool ask() const;
  /// Whether the Newton step is that part of the largest that the unknowns were, or less, and the
  /// residuals have all but gone: what there is of convergence at multiple roots and at roots at 0.
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
  /// Whether the residuals are what roundings of x make of them.
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
  /// Of each unknown on the path.
  Vector largest_;
  Vector rows_;
  fit::FitPoint p_;
  Vector start_;
  Eigen::Index rank_ = 0;
  double residual_ = 0;
  double newton_step_ = 0;
  /// The same over the largest that the unknowns were.
  double reach_ = 0;
  double start_norm_ = 0;
  /// The same without scales.
  double start_residuals_ = 0;
  double best_norm_ = 0;
  int stalled_ = 0;
  int creeping_ = 0;
  /// Tests at which the steps were far below what the unknowns were: a simple root next to 0 is found by
  /// one step more or two, at a multiple one they go on for ever.
  int arrived_ = 0;
  NewtonRate rate_;
  double radius_ = 0;
  double damping_ = 0;
  double length_ = 1;
  std::int64_t iterations_ = 0;
};

/// RootMethod::NewtonKrylov.
RootResult newton_krylov(std::string_view op, const std::function<Tensor(const Tensor&)>& f,
                         const Tensor& x0, const RootOptions& options);

}  // namespace root_finding
}  // namespace eigengrad::optim
