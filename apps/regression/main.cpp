#include <iostream>

#include "common/program.hpp"
#include "common/progress.hpp"
#include "regression/report.hpp"

namespace {

using namespace apps;
using namespace apps::regression;

struct Arguments {
  Selection selection;
  FitOptions fit;
  std::string model = "linear";
  std::string method = "newton";
  std::string format = "text";
  bool no_intercept = false;
};

void declare(CLI::App& app, Arguments& a) {
  app.add_option("--data", a.selection.file,
                 "CSV file with a header line, or - for stdin (default: the Longley data of 1967, "
                 "16 rows, figures from NIST StRD)");
  app.add_option("--target", a.selection.target, "Column to explain (default: the last one)");
  app.add_option("--features", a.selection.features,
                 "Columns to explain it by, separated by commas (default: all others)");
  app.add_option("--model", a.model, "linear, or logistic for a target of 0 and 1")
      ->check(CLI::IsMember({"linear", "logistic"}))
      ->capture_default_str();
  app.add_option("--method", a.method, "newton, or gd for gradient descent")
      ->check(CLI::IsMember({"newton", "gd"}))
      ->capture_default_str();
  app.add_flag("--no-intercept", a.no_intercept, "Leave out the constant term");
  app.add_option("--tol", a.fit.tolerance, "Bound on |gradient| in standardised coordinates")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--max-iter", a.fit.max_iter, "Most iterations (default: 10000, with gd 100000)")
      ->check(CLI::NonNegativeNumber);
  add_format_option(app, a.format);
  app.add_option(
         "--seed", a.fit.seed,
         "Start the iteration from normal random numbers with this seed (default: from zero)")
      ->check(CLI::NonNegativeNumber);
  app.footer(
      "Columns are standardised internally (centred, divided by their standard deviation, made\n"
      "orthogonal by a QR factorisation); results are in the units of the data.\n"
      "Exit code: 0 converged, 1 not converged, 2 usage or bad input.");
}

int fit_and_report(const CLI::App& app, Arguments& a) {
  a.fit.model = a.model == "linear" ? Model::Linear : Model::Logistic;
  a.fit.intercept = a.selection.intercept = !a.no_intercept;
  a.selection.binary_target = a.fit.model == Model::Logistic;
  if (a.method == "gd") a.fit.method = eigengrad::optim::Method::GradientDescent;
  const Data data = load(a.selection, app.get_name());
  Progress progress(app.get_name());
  double first_gradient_norm = 0;
  a.fit.callback = [&](const eigengrad::optim::Iteration& now) {
    if (now.iter == 0) first_gradient_norm = now.gradient_norm;
    show_iteration(progress, now, first_gradient_norm, a.fit.tolerance);
    return true;
  };
  const Fit result = fit(data, a.fit);
  progress.finish(result.message);

  const Context context{data, a.fit, a.model, a.method};
  if (a.format == "json")
    write_json(std::cout, result, context);
  else if (a.format == "csv")
    write_csv(std::cout, result);
  else
    write_text(std::cout, result, context);
  if (result.converged) return kConverged;
  if (!progress.shown()) complain(app, result.message);
  return kNotConverged;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Linear and logistic regression with gradients and Hessians from eigengrad",
               "eg-regression");
  Arguments arguments;
  declare(app, arguments);
  return run(app, argc, argv, [&] { return fit_and_report(app, arguments); });
}
