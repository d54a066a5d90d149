#include <cmath>
#include <iostream>

#include "common/bad_input.hpp"
#include "common/gnuplot.hpp"
#include "common/interrupt.hpp"
#include "common/numbers.hpp"
#include "common/options.hpp"
#include "common/progress.hpp"
#include "common/table.hpp"
#include "common/text.hpp"
#include "eigengrad/core/factories.hpp"
#include "optimize/profile.hpp"
#include "optimize/report.hpp"

namespace {

using namespace apps;
using namespace apps::optimize;
namespace optim = eigengrad::optim;

struct Arguments {
  Description problem;
  std::string method;
  std::optional<double> tolerance;
  eigengrad::optional<std::int64_t> max_iter;
  double lr = 0.01;
  bool profile = false;
  std::string format = "text";
  std::string plot;
};

const PerformanceProfile::Methods& methods() {
  static const PerformanceProfile::Methods all = {{"auto", optim::Method::Auto},
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

std::string footer() {
  std::string text =
      "Examples:\n"
      "  eg-optimize --function wood --method lbfgs\n"
      "  eg-optimize --expression '(1-x1)^2+100*(x2-x1^2)^2' --start 0,0 --subject-to 'x1+x2<=1'\n"
      "  eg-optimize --expression 'a^2+exp(b-a)' --start a=1,b=1 --lower b=0 --plot path.svg\n"
      "  eg-optimize --profile --plot profile.svg\n"
      "Functions:\n";
  for (const Function& f : functions()) text += "  " + f.name + ": " + f.description + '\n';
  return text +
         "Exit code: 0 converged, 1 not converged, 2 usage or bad input, 130 stopped by Ctrl-C.";
}

void declare_problem(Options& options, Description& d) {
  std::vector<std::string> names;
  for (const Function& f : functions()) names.push_back(f.name);
  options.choice("--function", d.function, names, "What to minimise, see below");
  options.text("--expression", d.expression,
               "What to minimise instead: a formula of x1, x2, ... or other names");
  options.exclude("--expression", "--function");
  options.whole("--n", d.n, 1, kMostUnknowns,
                "Number of variables (default: 2, or the smallest usual one)");
  options.text("--start", d.start,
               "n numbers, separated by commas, or fewer that are repeated, or a=1,b=2 (default: "
               "the usual start)");
  options.text("--lower", d.lower, "Bounds: numbers as for --start, or x2=0");
  options.text("--upper", d.upper, "Bounds");
  options.texts("--subject-to", d.constraints,
                "A constraint, 'x1+x2<=1' or 'x1*x2=4'; may be repeated");
}

void declare(Options& options, Arguments& a) {
  declare_problem(options, a.problem);
  options.choice("--method", a.method, methods(),
                 "auto, gd, cg, bfgs, lbfgs, newton, newton-cg, trust-region-cg, nelder-mead or "
                 "adam (default: "
                 "newton up to n = 300, auto beyond)");
  options.positive(
      "--tol", a.tolerance,
      "Bound on the Euclidean norm of the gradient (default: 1e-10 for functions with a known "
      "minimum, otherwise tolerances without units)");
  options.whole("--max-iter", a.max_iter, 0, 1'000'000'000,
                "Most iterations (default: 10000, with gd and adam 100000)");
  options.positive("--lr", a.lr, "Step length of adam");
  options.flag("--profile", a.profile,
               "Run all methods (gd, adam and auto only when --method names one) over all "
               "functions, and compare");
  options.format(a.format);
  options.output("--plot", a.plot,
                 "Draw convergence, and for n = 2 contours and path, to this SVG or PNG file, "
                 "through gnuplot");
  options.footer(footer());
}

/// Dense methods hold n^2 numbers.
void check_memory(const std::string& method, std::int64_t n) {
  constexpr std::int64_t kMostDense = 20'000;
  if (n > kMostDense && (method == "newton" || method == "bfgs"))
    throw BadInput("--method: " + method + " holds n^2 numbers, too many for n = " +
                   std::to_string(n) + "; use lbfgs, newton-cg, trust-region-cg or auto");
}

std::string method_for(const Arguments& a, const Problem& p) {
  constexpr std::int64_t kMostForNewton = 300;
  if (a.method.empty()) return p.is_constrained() || p.n() > kMostForNewton ? "auto" : "newton";
  check_memory(a.method, p.n());
  return a.method;
}

/// Functions whose minimum is known stop at a gradient, so that methods can be compared; what a user types
/// has units of its own.
std::optional<double> tolerance_for(const Arguments& a, const Problem& p) {
  constexpr double kUsual = 1e-10;
  if (a.tolerance || std::isnan(p.minimum)) return a.tolerance;
  return kUsual;
}

optim::MinimizeOptions options_of(const Arguments& a, const Problem& p, const Report& report) {
  optim::MinimizeOptions o;
  o.method = methods().at(report.method);
  o.max_iter = a.max_iter;
  o.lr = a.lr;
  if (report.tolerance) {
    o.tolerance_grad = o.tolerance_f = o.tolerance_x = 0;
    o.tolerance_grad_abs = *report.tolerance;
  }
  if (!p.lower.empty()) o.lower = eigengrad::tensor(p.lower);
  if (!p.upper.empty()) o.upper = eigengrad::tensor(p.upper);
  o.constraints = p.constraints;
  return o;
}

/// With the names of the unknowns and the texts of the constraints.
std::string in_user_words(const std::string& message, const Problem& p) {
  const std::string named = in_words(message, "x[", "]", [&](std::size_t k) {
    return k < p.variables.size() ? p.variables[k] : 'x' + std::to_string(k + 1);
  });
  return in_words(named, "constraint ", "", [&](std::size_t k) {
    return k < p.constraint_texts.size() ? "constraint " + in_quotes(p.constraint_texts[k])
                                         : std::string();
  });
}

optim::MinimizeResult minimised(const Problem& p, const optim::MinimizeOptions& options) {
  try {
    return optim::minimize(p.f, eigengrad::tensor(p.start), options);
  } catch (const eigengrad::NumericError& e) {
    throw BadInput("--start: " + in_user_words(e.what(), p));
  } catch (const eigengrad::Error& e) {
    throw BadInput(in_user_words(e.what(), p));
  }
}

int minimize_and_report(const Options& options, const Arguments& a) {
  if (a.method != "adam") options.refuse({"--lr"}, "without --method adam");
  if (!a.plot.empty()) check_plot(a.plot);
  const Problem problem = load(a.problem);
  optim::MinimizeResult result;
  Report report{problem, method_for(a, problem), tolerance_for(a, problem), result, {}, {}};

  Progress progress(options.program());
  double first_gradient_norm = 0;
  optim::MinimizeOptions settings = options_of(a, problem, report);
  settings.callback = [&](const optim::Iteration& now, const eigengrad::Tensor& x) {
    if (now.iter == 0) first_gradient_norm = now.gradient_norm;
    if (problem.n() <= kMostPathColumns) report.path.push_back(values_of(x));
    show_iteration(progress, now, first_gradient_norm, report.tolerance.value_or(0));
    return !interrupted();
  };
  result = minimised(problem, settings);
  result.message = in_user_words(result.message, problem);
  report.x = values_of(result.x);
  progress.finish(result.message);

  if (!a.plot.empty()) plot(a.plot, report);
  write_as(a.format, std::cout, report);
  return exit_code(options, progress, result.converged(), result.message);
}

int compare_methods(const Options& options, const Arguments& a) {
  options.refuse({"--function", "--expression", "--n", "--start", "--lower", "--upper",
                  "--subject-to", "--tol", "--lr"},
                 "with --profile, which runs over all functions");
  if (!a.plot.empty()) check_plot(a.plot);
  PerformanceProfile::Methods chosen = methods();
  for (const char* slow : {"adam", "auto", "gd"}) chosen.erase(slow);
  if (!a.method.empty()) chosen.insert({a.method, methods().at(a.method)});
  Progress progress(options.program());
  constexpr std::int64_t kMostIterations = 2000;
  const PerformanceProfile profile(chosen, a.max_iter.value_or(kMostIterations),
                                   [&](double done, const ProfileRun& next) {
                                     progress.update(done, next.function + " by " + next.method);
                                     return !interrupted();
                                   });
  progress.finish("done");
  if (!a.plot.empty()) profile.plot(a.plot);
  if (a.format == "json")
    profile.write_json(std::cout);
  else if (a.format == "csv")
    profile.write_csv(std::cout);
  else
    profile.write_text(std::cout);
  return kConverged;
}

}  // namespace

int main(int argc, char** argv) {
  Options options("eg-optimize",
                  "Minimises test functions, or what you type, with derivatives from eigengrad");
  Arguments arguments;
  declare(options, arguments);
  return options.run(argc, argv, [&] {
    return arguments.profile ? compare_methods(options, arguments)
                             : minimize_and_report(options, arguments);
  });
}
