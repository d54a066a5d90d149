#pragma once

#include <chrono>
#include <string>

#include "common/options.hpp"
#include "eigengrad/optim/least_squares.hpp"
#include "eigengrad/optim/minimize.hpp"

namespace apps {

/// One line on stderr that is rewritten as the work goes on, when stderr is a terminal; nothing at
/// all otherwise. The line is gone when the object is, unless finish() was called.
class Progress {
 public:
  explicit Progress(std::string program);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` is the share of the work, from 0 to 1, for an estimate of the time left; negative when
  /// the length of the work is not known. Shown at most ten times a second.
  void update(double done, const std::string& text);
  /// Leaves `text` standing.
  void finish(const std::string& text);
  bool shown() const noexcept { return shown_; }

 private:
  using Clock = std::chrono::steady_clock;
  void write(const std::string& text);

  std::string program_;
  bool shown_;
  bool has_line_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_;
};

/// The exit code of a fit. What did not converge is told on stderr, unless the progress has shown it there.
int exit_code(const Options& options, const Progress& progress, bool converged,
              const std::string& message);

/// Shows where minimize() is. The time left is told from how far |gradient| has come on its way to
/// the tolerance, on a logarithmic scale.
void show_iteration(Progress& progress, const eigengrad::optim::Iteration& now,
                    double first_gradient_norm, double tolerance);

/// Where least_squares() is.
void show_iteration(Progress& progress, const eigengrad::optim::LeastSquaresIteration& now);

}  // namespace apps
