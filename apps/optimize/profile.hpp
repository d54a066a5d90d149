#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "eigengrad/optim/minimize.hpp"
#include "optimize/functions.hpp"

namespace apps::optimize {

/// One method on one function.
struct ProfileRun {
  std::string function;
  std::string method;
  std::int64_t n = 0;
  eigengrad::optim::Status status = eigengrad::optim::Status::MaxIterations;
  double start_value = 0;
  /// NaN when the method threw.
  double value = 0;
  /// Values, gradients and Hessian-vector products; a dense Hessian counts as n of them.
  double evaluations = 0;
  double seconds = 0;
  /// Whether the value is within 10^-6 of what the best method gained: value - best <= 10^-6 (start - best).
  bool solved = false;
  /// Evaluations over the fewest that a method solved the function with; infinite when it did not.
  double ratio = 0;
};

/// How methods compare over many functions: for every factor, the share of the functions that a method
/// solves with at most that factor times the evaluations of the best one.
/// Source: Dolan and More, Benchmarking optimization software with performance profiles (2002); More and
/// Wild (2009) for when a function is solved.
class PerformanceProfile {
 public:
  using Methods = std::map<std::string, eigengrad::optim::Method>;
  /// Runs every method on every function at its usual size and start. `progress` is called before each
  /// run with the share of the work that is done; `false` ends it there.
  PerformanceProfile(const Methods& methods, std::int64_t max_iter,
                     const std::function<bool(double, const ProfileRun&)>& progress);

  const std::vector<ProfileRun>& runs() const noexcept { return runs_; }
  const std::vector<std::string>& methods() const noexcept { return methods_; }
  double share(const std::string& method, double factor) const;

  void write_text(std::ostream& out) const;
  void write_json(std::ostream& out) const;
  void write_csv(std::ostream& out) const;
  void plot(const std::string& file) const;

 private:
  void rate();

  std::vector<std::string> methods_;
  std::size_t functions_ = 0;
  std::vector<ProfileRun> runs_;
};

}  // namespace apps::optimize
