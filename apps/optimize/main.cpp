#include <iostream>
#include <map>

#include "common/bad_input.hpp"
#include "common/gnuplot.hpp"
#include "common/interrupt.hpp"
#include "common/numbers.hpp"
#include "common/program.hpp"
#include "common/progress.hpp"
#include "eigengrad/core/factories.hpp"
#include "optimize/plot.hpp"
#include "optimize/report.hpp"

namespace {

using namespace apps;
using namespace apps::optimize;
namespace optim = eigengrad::optim;

struct Arguments {
  std::string function = "rosenbrock";
  std::int64_t n = 0;
  std::string method = "newton";
  std::string start;
  double tolerance = 1e-10;
  eigengrad::optional<std::int64_t> max_iter;
  double lr = 0.01;
  std::string format = "text";
  std::string plot;
};

const std::map<std::string, optim::Method>& methods() {
  static const std::map<std::string, optim::Method> all = {
      {"auto", optim::Method::Auto},
      {"gd", optim::Method::GradientDescent},
      {"cg", optim::Method::NonlinearCG},
      {"bfgs", optim::Method::BFGS},
      {"lbfgs", optim::Method::LBFGS},
      {"newton", optim::Method::Newton},
      {"newton-cg", optim::Method::NewtonCG},
      {"trust-region-cg", optim::Method::TrustRegionCG},
      {"nelder-mead", optim::Method::NelderMead},
      {"adam", optim::Method::Adam}};
  return all;
}

void declare(CLI::App& app, Arguments& a) {
  std::vector<std::string> names;
  std::string footer = "Functions:\n";
  for (const Function& f : functions()) {
    names.push_back(f.name);
    footer += "  " + f.name + ": " + f.description + '\n';
  }
  std::vector<std::string> method_names;
  for (const auto& [name, method] : methods()) method_names.push_back(name);

  app.add_option("--function", a.function, "What to minimise, see below")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  app.add_option("--n", a.n, "Number of variables (default: 2, or the smallest usual one)")
      ->check(CLI::PositiveNumber);
  app.add_option(
         "--method", a.method,
         "auto, gd, cg, bfgs, lbfgs, newton, newton-cg, trust-region-cg, nelder-mead or adam")
      ->check(CLI::IsMember(method_names))
      ->capture_default_str();
  app.add_option(
      "--start", a.start,
      "n numbers, separated by commas, or fewer that are repeated (default: the usual start)");
  app.add_option("--tol", a.tolerance, "Bound on the Euclidean norm of the gradient")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--max-iter", a.max_iter,
                 "Most iterations (default: 10000, with gd and adam 100000)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--lr", a.lr, "Step length of adam")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_format_option(app, a.format);
  app.add_option("--plot", a.plot,
                 "For n = 2: draw contours and the path to this SVG or PNG file, through gnuplot");
  app.footer(footer + "Exit code: 0 converged, 1 not converged, 2 usage or bad input.");
}

std::int64_t dimension(const Function& f, std::int64_t asked) {
  if (asked == 0) return f.default_n;
  if (f.step_n == 0 ? asked == f.min_n : asked >= f.min_n && (asked - f.min_n) % f.step_n == 0)
    return asked;
  std::string rule = f.step_n == 0   ? "takes n = " + std::to_string(f.min_n)
                     : f.step_n == 1 ? "takes n >= " + std::to_string(f.min_n)
                                     : "takes multiples of " + std::to_string(f.step_n);
  throw BadInput("--n: " + f.name + ' ' + rule + ", not " + std::to_string(asked));
}

std::vector<double> parse_start(const std::string& text, std::int64_t n) {
  std::vector<double> start = parse_numbers(text, "--start");
  const auto given = static_cast<std::int64_t>(start.size());
  if (given > n || n % given != 0)
    throw BadInput("--start: " + std::to_string(given) + " numbers for " + std::to_string(n) +
                   " variables");
  for (std::size_t i = 0; start.size() < static_cast<std::size_t>(n); ++i)
    start.push_back(start[i]);
  return start;
}

std::vector<double> values_of(const eigengrad::Tensor& x) {
  const double* data = x.data_ptr<double>();
  return {data, data + x.numel()};
}

int minimize_and_report(const CLI::App& app, const Arguments& a) {
  const Function& function = *find_function(a.function);
  const std::int64_t n = dimension(function, a.n);
  const std::vector<double> start = a.start.empty() ? function.start(n) : parse_start(a.start, n);
  if (!a.plot.empty()) {
    if (n != 2) throw BadInput("--plot: needs n = 2, not " + std::to_string(n));
    check_plot(a.plot);
  }

  Progress progress(app.get_name());
  std::vector<std::vector<double>> path;
  double first_gradient_norm = 0;
  const auto f = function.make(n);
  optim::MinimizeResult result;
  try {
    result = optim::minimize(f, eigengrad::tensor(start),
                             {.method = methods().at(a.method),
                              .tolerance_grad = 0,
                              .tolerance_f = 0,
                              .tolerance_x = 0,
                              .max_iter = a.max_iter,
                              .lr = a.lr,
                              .callback =
                                  [&](const optim::Iteration& now, const eigengrad::Tensor& x) {
                                    if (now.iter == 0) first_gradient_norm = now.gradient_norm;
                                    if (n <= kMostPathColumns) path.push_back(values_of(x));
                                    show_iteration(progress, now, first_gradient_norm, a.tolerance);
                                    return !interrupted();
                                  },
                              .tolerance_grad_abs = a.tolerance});
  } catch (const eigengrad::NumericError& e) {
    throw BadInput("--start: " + std::string(e.what()));
  }
  progress.finish(result.message);

  const Report report{function, a.method, a.tolerance, result, start, values_of(result.x), path};
  if (a.format == "json")
    write_json(std::cout, report);
  else if (a.format == "csv")
    write_csv(std::cout, report);
  else
    write_text(std::cout, report);

  if (!a.plot.empty()) {
    std::vector<PlanePoint> points;
    for (const std::vector<double>& p : path) points.push_back({p[0], p[1]});
    plot(a.plot, a.function + ", " + a.method, f, points);
  }
  if (result.converged()) return kConverged;
  if (!progress.shown()) complain(app, result.message);
  return kNotConverged;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Minimises standard test functions with derivatives from eigengrad", "eg-optimize");
  Arguments arguments;
  declare(app, arguments);
  return run(app, argc, argv, [&] { return minimize_and_report(app, arguments); });
}
