#pragma once

#include <string>
#include <vector>

#include "optim/least_squares/newton_model.hpp"
#include "optim/least_squares/point.hpp"

namespace eigengrad::optim::fit {

/// A step in scaled unknowns.
struct Step {
  Vector p;
  /// Half of what the model says |r|^2 decreases by.
  double predicted = 0;
};

/// The iterations, from the start to the point at which one of the tests is met.
class Solver {
 public:
  Solver(Residuals& residuals, const Weighting& weighting, const Box& box, Vector scale,
         const LeastSquaresOptions& options);

  Status run();

  const FitPoint& point() const noexcept { return p_; }
  const std::vector<LeastSquaresIteration>& history() const noexcept { return history_; }
  /// Which test the status rests on.
  const std::string& reason() const noexcept { return reason_; }

 private:
  enum class Move : std::uint8_t { Accepted, Refused, RoundingLevel };

  void begin();
  bool note_and_ask();
  bool test(Status& status);
  Move move();
  /// Whether differences of the cost between points so close are rounding.
  bool is_below_cost(double actual) const;
  Move try_trial(const Step& step, FitPoint& trial);
  /// The norm of the part of the residuals at `trial` that a step could remove, by the model here.
  double remaining(const FitPoint& trial) const;
  void adapt_radius(double ratio, double step_norm);
  void accept(FitPoint& trial, double step_norm);
  Status explain_refusal();

  bool is_inside(const Vector& p) const;
  Step next_step();
  /// Computes the Newton model of the point, where that is possible and bounds do not matter.
  void add_newton_model();
  /// Whether Gauss-Newton steps converge too slowly; asked once per iteration.
  void watch_contraction(const FitPoint& next);
  Vector levenberg_marquardt_step();
  Vector dogleg_step();
  /// Adds to the trial at the step p what the curvature of the residuals along p asks for, where
  /// that lowers the cost.
  void accelerate(const Vector& p, FitPoint& trial);
  void bounds_of_step(Vector& low, Vector& high) const;
  Vector moved(const Vector& p) const;

  Residuals& residuals_;
  const Weighting& weighting_;
  const Box& box_;
  const LeastSquaresOptions& options_;
  bool running_scale_;
  PointAnalysis analysis_;
  FitPoint p_;
  /// Set where the next step is to use second derivatives.
  std::optional<NewtonModel> newton_;
  bool wants_newton_ = false;
  int slow_ = 0;
  int returns_ = 0;
  double radius_ = 0;
  double damping_ = 0;
  double step_norm_ = 0;
  double change_ = 0;
  double best_offset_ = 1;
  int stalled_ = 0;
  std::vector<LeastSquaresIteration> history_;
  std::string reason_;
  double started_ = 0;
};

}  // namespace eigengrad::optim::fit
