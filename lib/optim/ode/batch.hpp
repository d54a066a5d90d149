#pragma once

#include "optim/ode/replay.hpp"

namespace eigengrad::optim::ode {

/// Note [Steps in a batch]
/// Backward sweeps over one small step cost far more than its arithmetic. But the states at the starts of
/// all steps are known, so that nothing keeps the steps from being evaluated at once: as one step of
/// states with a further dimension, last or first, if `f` is made of operators that take them. One
/// sweep for each component of the state gives the Jacobians of all steps, a product with each carries
/// the cotangent from step to step, and one more sweep gives the gradients of the parameters. Whether
/// `f` is such a function is found by trying, and never taken on trust: every step must lead to the
/// state that it led to in the solve, and the cotangent that is carried over the last step must be that
/// of the step by itself. Otherwise, or where `f` throws, the steps go one by one.
class Batch {
 public:
  /// Steps from `first` up to `end` of `replay`.
  Batch(const Replay& replay, std::int64_t first, std::int64_t end);

  /// Whether it is worth trying.
  static bool pays(const Replay& replay, const Tensor& state);
  /// Steps at a time.
  static std::int64_t most(const Tensor& state);

  /// Evaluates the steps, recorded. False where `f` does not take them at once.
  bool evaluate(const variable_list& theta);
  /// Carries the cotangent over the steps: from that of the state after the last one to those at the
  /// start of each. `gradient`: of all rows.
  std::vector<std::vector<double>> carry(std::vector<double> cotangent, const Tensor& gradient);
  /// After carry(): gradients of `leaves`.
  variable_list gradients(const variable_list& leaves) const;

 private:
  bool evaluate_by(const OdeFunction& f, const variable_list& theta);
  void seed_rows(const Tensor& gradient);
  bool leads_on(const Tensor& next) const;

  const Replay& replay_;
  std::int64_t first_, count_, n_;
  Tensor start_, next_;
  /// Stages times step sizes, and their cotangents from rows within the steps.
  variable_list stages_, seeds_;
  /// Cotangents from rows: of the starts and of the ends of steps, {n, count}.
  std::vector<double> at_start_, at_end_;
  /// Of the ends, all together.
  Tensor carried_;
  bool rows_within_ = false;
};

/// The largest |a_i - b_i| over the largest of all |a_i| and |b_i|; NaN where there is one.
double relative_difference(const Tensor& a, const Tensor& b);
/// Whether two vectors are the same but for rounding in arithmetic of that dtype.
bool agree(const std::vector<double>& a, const std::vector<double>& b, ScalarType type);
std::vector<double> to_doubles(const Tensor& t);

}  // namespace eigengrad::optim::ode
