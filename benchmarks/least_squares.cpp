// least_squares() on the nonlinear sets of NIST, beside a Levenberg-Marquardt method as one writes it by
// hand on jacobian(). The argument names the folder of the sets; without it they are looked for beside the
// repository. Before anything is timed a table tells how many digits each of the two gets right.

#include <Eigen/QR>
#include <cstdio>
#include <filesystem>

#include "common.hpp"
#include "support/nist.hpp"

namespace {

using nist::Problem;
using nist::Set;

struct Fit {
  const Set* set;
  Problem problem;
  Eigen::VectorXd start;

  eigengrad::Tensor operator()(const eigengrad::Tensor& b) const {
    return set->residuals(b, problem.columns);
  }
};

/// Marquardt's scaling, QR of the damped Jacobian, damping by factors of ten.
Eigen::VectorXd by_hand(const Fit& f, Eigen::VectorXd x) {
  const auto residuals = [&](const Eigen::VectorXd& at) -> Eigen::VectorXd {
    const eigengrad::NoGradGuard off;
    const eigengrad::Tensor r = f(eigengrad::from_eigen(at));
    return Eigen::Map<const Eigen::VectorXd>(r.data_ptr<double>(), r.numel());
  };
  Eigen::VectorXd r = residuals(x);
  Eigen::VectorXd scale = Eigen::VectorXd::Zero(x.size());
  double cost = r.squaredNorm();
  double damping = 1e-3;
  for (int iteration = 0; iteration < 1000; ++iteration) {
    const Eigen::MatrixXd j = eigengrad::jacobian(f, x);
    scale = scale.cwiseMax(j.colwise().norm().transpose());
    for (bool is_lower = false; !is_lower;) {
      Eigen::MatrixXd a(j.rows() + x.size(), x.size());
      a << j, Eigen::MatrixXd((std::sqrt(damping) * scale).asDiagonal());
      Eigen::VectorXd b = Eigen::VectorXd::Zero(a.rows());
      b.head(r.size()) = -r;
      const Eigen::VectorXd step = a.householderQr().solve(b);
      const Eigen::VectorXd next = residuals(x + step);
      const double decrease = cost - next.squaredNorm();
      const bool is_short = step.norm() <= 1e-14 * x.norm();
      is_lower = decrease > 0;
      if (!is_lower) {
        damping *= 10;
        if (is_short || damping > 1e15) return x;
        continue;
      }
      x += step;
      r = next;
      cost -= decrease;
      damping = std::max(1e-15, damping / 10);
      if (is_short || decrease <= 1e-15 * cost) return x;
    }
  }
  return x;
}

std::vector<Fit> read_fits(const std::string& folder) {
  std::vector<Fit> fits;
  for (const Set& set : nist::kSets) {
    const Problem problem = nist::read(folder + "/" + set.name + ".dat");
    if (problem.estimates.empty()) continue;
    for (const std::vector<double>& start : problem.start)
      fits.push_back({&set, problem,
                      Eigen::Map<const Eigen::VectorXd>(start.data(),
                                                        static_cast<Eigen::Index>(start.size()))});
  }
  return fits;
}

void print_digits(const std::vector<Fit>& fits) {
  double ours = 0;
  double errors = 0;
  double hand = 0;
  int solved = 0;
  int solved_by_hand = 0;
  std::printf("%-9s %10s %10s %10s %10s\n", "set", "digits", "std error", "iterations", "by hand");
  for (const Fit& fit : fits) {
    const auto r = eigengrad::least_squares(fit, fit.start);
    const double digits = nist::fewest_digits(r.x, fit.problem.estimates);
    const double error_digits = nist::fewest_digits(r.std_errors, fit.problem.std_errors);
    const double by_hand_digits =
        nist::fewest_digits(by_hand(fit, fit.start), fit.problem.estimates);
    std::printf("%-9s %10.1f %10.1f %10zu %10.1f\n", fit.set->name, digits, error_digits,
                r.history.size() - 1, by_hand_digits);
    ours += digits;
    errors += error_digits;
    hand += by_hand_digits;
    solved += digits >= 6;
    solved_by_hand += by_hand_digits >= 6;
  }
  const auto n = static_cast<double>(fits.size());
  std::printf("mean      %10.2f %10.2f %10s %10.2f\n6 digits  %10d %32d of %zu\n", ours / n,
              errors / n, "", hand / n, solved, solved_by_hand, fits.size());
}

}  // namespace

int main(int argc, char** argv) {
  const bool named = argc > 1 && argv[1][0] != '-';
  const std::string folder =
      named ? argv[1] : EIGENGRAD_SOURCE_DIR "/../shared/data/nist_nonlinear";
  const std::vector<Fit> fits = read_fits(folder);
  if (fits.empty()) {
    std::printf("skipped: no set of NIST in %s\n", folder.c_str());
    return 0;
  }
  print_digits(fits);
  bench::add("nist_nonlinear", "eigengrad", [&](benchmark::State& state) {
    for (auto _ : state)
      for (const Fit& fit : fits)
        benchmark::DoNotOptimize(eigengrad::least_squares(fit, fit.start).cost);
  })->Unit(benchmark::kMillisecond);
  bench::add("nist_nonlinear", "hand", [&](benchmark::State& state) {
    for (auto _ : state)
      for (const Fit& fit : fits) benchmark::DoNotOptimize(by_hand(fit, fit.start).data());
  })->Unit(benchmark::kMillisecond);
  if (named) argv[1] = argv[0];
  return bench::run(named ? argc - 1 : argc, named ? argv + 1 : argv);
}
