#include "common/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "common/table.hpp"

namespace apps {

Progress::Progress(std::string program)
    : program_(std::move(program)), shown_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (has_line_) std::fputs("\r\033[K", stderr);
}

void Progress::write(const std::string& text) {
  std::fprintf(stderr, "\r\033[K%s: %s", program_.c_str(), text.c_str());
  std::fflush(stderr);
  has_line_ = true;
}

void Progress::update(double done, const std::string& text) {
  if (!shown_) return;
  const Clock::time_point now = Clock::now();
  if (has_line_ && now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  std::string line = text + ", " + number(elapsed, 2) + " s";
  if (done > 0) line += ", about " + number(elapsed * (1 - done) / done, 2) + " s left";
  write(line);
}

void Progress::finish(const std::string& text) {
  if (!shown_) return;
  write(text + "\n");
  has_line_ = false;
}

int exit_code(const Options& options, const Progress& progress, bool converged,
              const std::string& message) {
  if (converged) return kConverged;
  if (!progress.shown()) options.complain(message);
  return kNotConverged;
}

void show_iteration(Progress& progress, const eigengrad::optim::Iteration& now,
                    double first_gradient_norm, double tolerance) {
  if (!progress.shown()) return;
  const double done =
      std::log(first_gradient_norm / now.gradient_norm) / std::log(first_gradient_norm / tolerance);
  progress.update(std::isfinite(done) ? std::min(done, 1.0) : -1,
                  "iteration " + std::to_string(now.iter) + ", cost " + number(now.value, 6) +
                      ", |gradient| " + number(now.gradient_norm, 3));
}

void show_iteration(Progress& progress, const eigengrad::optim::LeastSquaresIteration& now) {
  progress.update(-1, "iteration " + std::to_string(now.iter) + ", cost " + number(now.cost, 6));
}

}  // namespace apps
