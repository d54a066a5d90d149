#include <algorithm>
#include <iostream>
#include <map>

#include "common/bad_input.hpp"
#include "common/gnuplot.hpp"
#include "common/input.hpp"
#include "common/interrupt.hpp"
#include "common/options.hpp"
#include "common/progress.hpp"
#include "common/table.hpp"
#include "nlfit/report.hpp"

namespace {

using namespace apps;
using namespace apps::nlfit;
namespace optim = eigengrad::optim;

struct Arguments {
  Description problem;
  FitOptions fit;
  std::string loss = "linear";
  std::string method = "auto";
  std::string robust;
  std::string nist;
  std::string predict;
  std::string residuals;
  std::string format = "text";
  std::string plot;
};

const std::map<std::string, optim::Loss> kLosses = {{"linear", optim::Loss::Linear},
                                                    {"huber", optim::Loss::Huber},
                                                    {"soft-l1", optim::Loss::SoftL1},
                                                    {"cauchy", optim::Loss::Cauchy},
                                                    {"tukey", optim::Loss::Tukey}};
const std::map<std::string, optim::LeastSquaresMethod> kMethods = {
    {"auto", optim::LeastSquaresMethod::Auto},
    {"lm", optim::LeastSquaresMethod::LevenbergMarquardt},
    {"dogleg", optim::LeastSquaresMethod::Dogleg},
    {"trf", optim::LeastSquaresMethod::TrustRegionReflective}};

constexpr const char* kFooter =
    "Examples:\n"
    "  eg-nlfit\n"
    "  eg-nlfit --model 'b1*(1-exp(-b2*x))' --data my.csv --response y --start b1=500,b2=1e-4\n"
    "  eg-nlfit --model 'log(y) ~ a - b*x1*exp(-c*x2)' --data my.csv --start a=2,b=1e-4,c=-0.01\n"
    "  eg-nlfit --model 'a*exp(-k*t)' --data my.csv --start a=1,k=1 --robust HC3 --missing drop\n"
    "  eg-nlfit --nist Misra1a.dat --format json\n"
    "A parameter that ends at a bound has no standard error; those of the others, and the degrees "
    "of\n"
    "freedom, are for it fixed there.\n"
    "Exit code: 0 converged, 1 not converged, 2 usage or bad input, 130 stopped by Ctrl-C.";

void declare_problem(Options& options, Arguments& a) {
  Description& d = a.problem;
  options.text("--model", d.model,
               "A formula, 'b1*(1-exp(-b2*x))' or 'y ~ b1*(1-exp(-b2*x))': names that are columns "
               "are data, the "
               "others parameters; functions: " +
                   Expression::functions());
  options.input("--data", d.data,
                "CSV file with a header line, - for stdin (default: NIST's Misra1a)");
  options.text("--response", d.response,
               "Column, or formula of columns, that is fitted (default: y)");
  options.text("--start", d.start, "Where each parameter starts: b1=500,b2=1e-4");
  options.text("--lower", d.lower, "Bounds on parameters: b1=0");
  options.text("--upper", d.upper, "Bounds on parameters");
  options.text("--weights", d.weights,
               "Column, or formula of columns, that multiplies squared residuals: 1 / variance");
  options.missing(d.missing);
}

void declare(Options& options, Arguments& a) {
  declare_problem(options, a);
  options.choice("--loss", a.loss, kLosses, "linear, huber, soft-l1, cauchy or tukey");
  options.positive("--f-scale", a.fit.f_scale, "Residual from which on a loss sees an outlier");
  options.choice("--method", a.method, kMethods, "auto, lm, dogleg or trf");
  options.whole("--max-iter", a.fit.max_iter, 0, 1'000'000'000, "Most iterations");
  options.share("--level", a.fit.level, "Of the intervals");
  options.flag("--profile", a.fit.profile, "Intervals by the profile of the likelihood, too");
  options.text("--robust", a.robust,
               "HC0, HC1, HC2 or HC3: standard errors that hold for unequal variances");
  options.input("--predict", a.predict, "CSV file for whose rows the model is predicted");
  options.output("--residuals", a.residuals, "CSV file to write fitted values and residuals to");
  options.input("--nist", a.nist,
                "File of NIST's nonlinear sets: fits from both starts, digits told");
  options.format(a.format);
  options.output("--plot", a.plot,
                 "Draw fit and residuals to this SVG or PNG file, through gnuplot");
  options.footer(kFooter);
}

void check(const Options& options, Arguments& a) {
  a.fit.loss = kLosses.at(a.loss);
  a.fit.method = kMethods.at(a.method);
  a.fit.robust = parse_robust(a.robust);
  if (a.fit.loss == optim::Loss::Linear)
    options.refuse({"--f-scale"}, "with --loss linear");
  else if (a.fit.robust != Robust::No)
    throw BadInput("--robust: the residuals are those of --loss linear; leave either out");
  if (a.fit.profile && a.fit.loss != optim::Loss::Linear)
    throw BadInput("--profile: the likelihood is that of --loss linear; leave either out");
  const Description& d = a.problem;
  if (!a.nist.empty()) options.refuse({"--missing"}, "with --nist");
  if (!a.nist.empty() &&
      !(d.model + d.data + d.response + d.start + d.lower + d.upper + d.weights).empty())
    throw BadInput(
        "--nist: the file has model, data and starts; leave out --model, --data, --response, "
        "--start, --lower, --upper and --weights");
  if (d.model.empty() && !(d.data + d.start).empty())
    throw BadInput("--model: is missing; it says what is fitted to the data");
  if (!a.plot.empty()) check_plot(a.plot);
}

Report fitted(const Arguments& a, const Problem& problem, const NistSet* nist, Fit& first) {
  std::vector<Fit> nist_fits;
  if (nist == nullptr) {
    first = fit(problem, a.fit);
  } else {
    for (const std::vector<double>& start : nist->starts) {
      Problem p = problem;
      p.start = start;
      nist_fits.push_back(fit(p, a.fit));
    }
    first = nist_fits.front();
  }
  Report report{problem, a.fit, first, std::nullopt, nist, std::move(nist_fits)};
  if (!a.predict.empty())
    report.prediction = predict(
        problem, first, load_variables(problem.model, a.predict, "--predict", a.problem.missing),
        a.fit.level);
  return report;
}

int fit_and_report(const Options& options, Arguments& a) {
  check(options, a);
  if (a.problem.model.empty() && a.nist.empty()) {
    a.problem.model = "b1*(1-exp(-b2*x))";
    a.problem.start = "b1=500,b2=0.0001";
  }
  std::optional<NistSet> nist;
  if (!a.nist.empty()) nist = load_nist(a.nist);
  const Problem problem = nist ? nist->problem : load(a.problem);

  Progress progress(options.program());
  a.fit.callback = [&](const optim::LeastSquaresIteration& now) {
    show_iteration(progress, now);
    return !interrupted();
  };
  Fit first;
  const Report report = fitted(a, problem, nist ? &*nist : nullptr, first);
  progress.finish(first.message);

  // Files first: one that cannot be written is told before there is anything on stdout.
  if (!a.residuals.empty()) {
    std::ofstream out = open_output(a.residuals, "--residuals");
    write_residuals(out, first);
  }
  if (!a.plot.empty()) plot(a.plot, report);
  write_as(a.format, std::cout, report);

  const auto failed = std::find_if(report.nist_fits.begin(), report.nist_fits.end(),
                                   [](const Fit& f) { return !f.converged(); });
  const Fit& worst = failed == report.nist_fits.end() ? first : *failed;
  return exit_code(options, progress, worst.converged(), worst.message);
}

}  // namespace

int main(int argc, char** argv) {
  Options options(
      "eg-nlfit",
      "Fits a formula to data by nonlinear least squares, with derivatives from eigengrad");
  Arguments arguments;
  declare(options, arguments);
  return options.run(argc, argv, [&] { return fit_and_report(options, arguments); });
}
