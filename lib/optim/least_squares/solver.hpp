#pragma once

#include <string>
#include <vector>

#include "eigengrad/optim/status.hpp"
#include "optim/least_squares/steps.hpp"
#include "optim/quadratic.hpp"

namespace eigengrad::optim::fit {

/// The iterations, from the start to the point at which one of the tests is met.
class Solver {
 public:
  Solver(Residuals& residuals, const Weighting& weighting, const Box& box, Vector scale,
         const LeastSquaresOptions& options);

  Status run();

  const FitPoint& point() const noexcept { return p_; }
  const std::vector<LeastSquaresIteration>& history() const noexcept { return history_; }
  /// The test that was met, or why no step was found.
  const std::string& reason() const noexcept { return reason_; }

 private:
  enum class Move : std::uint8_t { Accepted, Refused, RoundingLevel };

  void begin();
  bool note_and_ask();
  bool test(Status& status);
  /// Counts the tests in a row at which the offset has not fallen.
  void count_stalled_offset();
  bool is_converged();
  bool is_at_rounding_level();
  /// Whether the Gauss-Newton step changes every unknown by less than that part of it.
  bool moves_less_than(double tolerance) const;
  /// Whether an unknown that had influence has lost it altogether.
  bool is_on_plateau();
  /// Whether the Hessian of the cost has negative curvature: the Jacobian alone does not tell a minimum from
  /// a saddle.
  bool is_saddle();
  /// A step along the negative curvature of the Hessian that is_saddle() found.
  bool leave_saddle();

  Move move();
  Move move_by_second_order();
  Step next_step();
  Move try_trial(const Step& step, FitPoint& trial);
  /// Adds to the trial at the step p what the curvature of the residuals along p asks for, where
  /// that lowers the cost.
  void accelerate(const Step& step, FitPoint& trial);
  /// Where no step lowers the cost, offsets below this may be rounding; larger ones have another cause.
  double tiny_offset() const;
  /// Whether the change `actual` of the cost is within its rounding error.
  bool is_below_cost(double actual) const;
  /// The norm of the part of the residuals at `trial` that a step could remove, by the model here.
  double remaining(const FitPoint& trial);
  void adapt_radius(double ratio, const Step& step);
  void accept(FitPoint& trial, const Step& step);

  /// Decides by the rate of convergence of Gauss-Newton steps whether second derivatives are to be used.
  void watch_contraction(const FitPoint& next, const Step& step);
  /// Sets newton_, the quadratic model of the cost in the unknowns that no bound holds, where second
  /// derivatives are wanted and exist.
  void add_newton_model();
  Status explain_refusal();
  /// The central difference quotient of the residuals by unknown k; false where they are not finite.
  bool difference(Eigen::Index k, double h, Vector& quotient);
  /// The first column of the Jacobian that difference quotients contradict; -1 when there is none.
  Eigen::Index wrong_column();

  Residuals& residuals_;
  const Weighting& weighting_;
  const Box& box_;
  const LeastSquaresOptions& options_;
  bool running_scale_;
  /// Whether reflective steps are taken; at the end active sets put the point onto the bounds.
  bool is_reflective_;
  PointAnalysis analysis_;
  FitPoint p_;
  std::optional<Quadratic> newton_;
  bool wants_newton_ = false;
  bool has_returned_ = false;
  int slow_ = 0;
  int saddles_ = 0;
  double radius_ = 0;
  double damping_ = 0;
  double step_norm_ = 0;
  double change_ = 0;
  double best_offset_ = 1;
  int stalled_ = 0;
  std::vector<LeastSquaresIteration> history_;
  std::string reason_;
  double started_;
};

}  // namespace eigengrad::optim::fit
