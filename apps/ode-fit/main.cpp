#include <iostream>

#include "common/bad_input.hpp"
#include "common/gnuplot.hpp"
#include "common/input.hpp"
#include "common/interrupt.hpp"
#include "common/options.hpp"
#include "common/progress.hpp"
#include "common/table.hpp"
#include "ode-fit/problem.hpp"
#include "ode-fit/report.hpp"

namespace {

using namespace apps;
using namespace apps::ode_fit;

struct Arguments {
  Description problem;
  double level = 0.95;
  std::int64_t max_iter = 1000;
  std::string format = "text";
  std::string solution;
  std::string plot;
};

std::string footer() {
  std::string text =
      "Examples:\n"
      "  eg-ode-fit\n"
      "  eg-ode-fit --model sir --plot sir.svg\n"
      "  eg-ode-fit --rhs 'x: -k*x' --data decay.csv --start k=1 --free x\n"
      "Models:\n";
  for (const KnownSystem& s : known_systems())
    text += "  " + std::string(s.name) + ": " + s.description + "\n    " + s.equations + '\n';
  return text +
         "A parameter that ends at a bound has no standard error; those of the others, and the "
         "degrees "
         "of\nfreedom, are for it fixed there.\n"
         "Exit code: 0 converged, 1 not converged, 2 usage or bad input, 130 stopped by Ctrl-C.";
}

void declare(Options& options, Arguments& a) {
  Description& d = a.problem;
  std::vector<std::string> models;
  for (const KnownSystem& s : known_systems()) models.emplace_back(s.name);
  options.choice("--model", d.model, models, "Known equations, see below");
  options.text(
      "--rhs", d.rhs,
      "Equations, 'x: a*x-b*x*y; y: c*x*y-d*y': the derivative of each state by t; other names are "
      "parameters");
  options.exclude("--rhs", "--model");
  options.input("--data", d.data,
                "CSV file with a column of times and columns named as states; - for stdin");
  options.missing(d.missing);
  options.text("--time", d.time, "Column of the times");
  options.text("--start", d.start, "Where each parameter starts: a=1,b=0.1");
  options.text("--initial", d.initial,
               "Values of the states at t0: x=1,y=0 (default: the first row)");
  options.text("--free", d.free, "States whose values at t0 are fitted, too: x,y");
  options.number("--t0", d.t0, "Where the integration starts (default: the first time)");
  options.text("--lower", d.lower, "Bounds on parameters: a=0");
  options.text("--upper", d.upper, "Bounds on parameters");
  options.flag("--log", d.is_logarithmic, "Compare logarithms: relative errors");
  options.text("--scale", d.scale, "Sizes of errors that matter alike: x=1,y=0.1");
  options.choice("--solver", d.solver, {"dopri5", "rodas5p"},
                 "dopri5, or rodas5p for stiff equations (default: as the model wants)");
  options.positive("--rtol", d.rtol, "Relative error of each step");
  options.positive("--atol", d.atol, "Absolute error of each step");
  options.share("--level", a.level, "Of the intervals");
  options.whole("--max-iter", a.max_iter, 0, 1'000'000'000, "Most iterations");
  options.format(a.format);
  options.output("--solution", a.solution, "CSV file to write the fitted solution to");
  options.output("--plot", a.plot,
                 "Draw data and solution to this SVG or PNG file, through gnuplot");
  options.footer(footer());
}

int fit_and_report(const Options& options, const Arguments& a) {
  if (!a.plot.empty()) check_plot(a.plot);
  const Problem problem = load(a.problem);
  Progress progress(options.program());
  const FitSummary result =
      fit(problem, a.level, a.max_iter, [&](const eigengrad::optim::LeastSquaresIteration& now) {
        show_iteration(progress, now);
        return !interrupted();
      });
  progress.finish(result.message);

  const Report report{problem, result, a.level};
  // Files first: one that cannot be written is told before there is anything on stdout.
  if (!a.solution.empty()) {
    std::ofstream out = open_output(a.solution, "--solution");
    write_solution(out, report);
  }
  if (!a.plot.empty()) plot(a.plot, report);
  write_as(a.format, std::cout, report);
  return exit_code(options, progress, result.converged(), result.message);
}

}  // namespace

int main(int argc, char** argv) {
  Options options(
      "eg-ode-fit",
      "Fits the parameters of differential equations to data, with derivatives from eigengrad");
  Arguments arguments;
  declare(options, arguments);
  return options.run(argc, argv, [&] { return fit_and_report(options, arguments); });
}
