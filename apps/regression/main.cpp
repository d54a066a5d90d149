#include <cctype>
#include <iostream>
#include <map>

#include "common/bad_input.hpp"
#include "common/gnuplot.hpp"
#include "common/input.hpp"
#include "common/interrupt.hpp"
#include "common/numbers.hpp"
#include "common/options.hpp"
#include "common/progress.hpp"
#include "common/table.hpp"
#include "regression/penalised.hpp"
#include "regression/report.hpp"
#include "regression/units.hpp"

namespace {

using namespace apps;
using namespace apps::regression;

struct Arguments {
  Selection selection;
  FitOptions fit;
  std::string model = "linear";
  std::string link;
  std::string method = "newton";
  std::string format = "text";
  std::string delimiter;
  std::string decimal;
  std::string robust;
  std::string covariance;
  std::string fitted;
  std::string residuals;
  std::string predict;
  std::string plot;
  bool no_intercept = false;
  bool anova = false;
  bool exponentials = false;
  Penalty penalty;
  std::string lambdas;
  bool ridge = false;
  bool lasso = false;
  /// Whether --alpha was given.
  eigengrad::optional<double> alpha;

  bool is_penalised() const { return ridge || lasso || alpha; }
};

const std::map<std::string, Model> kModels = {
    {"linear", Model::Linear},     {"logistic", Model::Binomial},
    {"binomial", Model::Binomial}, {"multinomial", Model::Multinomial},
    {"poisson", Model::Poisson},   {"negbinomial", Model::NegativeBinomial},
    {"gamma", Model::Gamma}};
const std::map<std::string, Method> kMethods = {
    {"newton", Method::Newton}, {"gd", Method::GradientDescent}, {"qr", Method::Qr}};
constexpr const char* kFooter =
    "Examples:\n"
    "  eg-regression\n"
    "  eg-regression --data cars.csv --target mpg --features wt,hp,wt:hp --anova\n"
    "  eg-regression --data cars.csv --target mpg --factor cyl --reference cyl=6 --robust HC3\n"
    "  eg-regression --data curve.csv --target y --features x --degree 3 --method qr --plot "
    "fit.svg\n"
    "  eg-regression --data visits.csv --target visits --model poisson --offset log_days --exp\n"
    "  eg-regression --data old.csv --predict new.csv --format csv\n"
    "  eg-regression --data wide.csv --target y --lasso --cv 10\n"
    "Columns are standardised internally (centred, divided by their standard deviation, made\n"
    "orthogonal by a QR factorisation); results are in the units of the data.\n"
    "Exit code: 0 converged, 1 not converged, 2 usage or bad input, 130 stopped by Ctrl-C.";

void declare_data(Options& options, Arguments& a) {
  Selection& s = a.selection;
  options.input("--data", s.file,
                "CSV file with a header line (.gz is decompressed), or - for stdin (default: the "
                "Longley data of 1967, 16 rows, figures from NIST StRD)");
  options.text("--target", s.target, "Column to explain (default: the last one)");
  options.text("--features", s.features,
               "What to explain it by, separated by commas: columns, powers x^2, interactions a:b, "
               "a*b for a,b,a:b; "
               "1 for the intercept alone (default: all other columns)");
  options.whole("--degree", s.degree, 1, 64, "Powers of each numeric column, up to this one");
  options.text("--factor", s.factors, "Numeric columns to use as text, separated by commas");
  options.texts("--reference", s.references,
                "column=level: the level that others are compared to (default: the first)");
  options.text("--weights", s.weights,
               "Column of weights; of the numbers of trials where the target is a share");
  options.text("--offset", s.offset, "Column that is added to the linear predictor");
  options.missing(s.missing);
  options.text("--delimiter", a.delimiter, "Between fields: , ; or tab (default: found out)");
  options.text("--decimal", a.decimal,
               "Decimal mark: . or , (default: . unless fields are separated by ; or tabs and have "
               "numbers such as 1,5)");
  options.flag("--no-intercept", a.no_intercept, "Leave out the constant term");
  options.flag("--strict", a.fit.strict,
               "Refuse columns that are constant or depend on others, instead of leaving them out");
}

void declare_model(Options& options, Arguments& a) {
  options.choice("--model", a.model, kModels,
                 "linear, logistic or binomial (target 0 and 1, two texts, or a share), "
                 "multinomial, poisson, negbinomial or gamma");
  options.text("--link", a.link,
               "linear: identity, log, inverse; binomial: logit, probit, cloglog; poisson, "
               "negbinomial: log, identity, sqrt; gamma: inverse, log, identity (default: the "
               "first)");
  options.choice("--method", a.method, kMethods,
                 "newton; gd for gradient descent; qr for least squares in 32 digits");
  options.text("--robust", a.robust,
               "HC0, HC1, HC2 or HC3: standard errors that hold for unequal variances");
  options.positive("--tol", a.fit.tolerance, "Bound on |gradient| in standardised coordinates");
  options.whole("--max-iter", a.fit.max_iter, 0, 1'000'000'000,
                "Most iterations (default: 10000, with gd 100000)");
  options.whole(
      "--seed", a.fit.seed, 0, kMostSeed,
      "Start the iteration from normal random numbers with this seed (default: from zero)");
}

void declare_penalty(Options& options, Arguments& a) {
  options.flag("--ridge", a.ridge, "Ridge regression: --alpha 0");
  options.flag("--lasso", a.lasso, "The lasso: --alpha 1");
  options.number("--alpha", a.alpha,
                 "Elastic net: the penalty is lambda ((1-alpha)/2 |b|^2 + alpha sum |b|)");
  options.text("--lambda", a.lambdas,
               "Of the penalty: numbers separated by commas, as glmnet has them");
  options.whole("--cv", a.penalty.folds, 2, 1'000'000'000,
                "Choose lambda by cross-validation with so many folds: row i is in fold i modulo "
                "this, with --seed in a random one (10 without --lambda)");
  options.exclude("--ridge", "--lasso");
  options.exclude("--ridge", "--alpha");
  options.exclude("--lasso", "--alpha");
  options.exclude("--lambda", "--cv");
}

void declare_output(Options& options, Arguments& a) {
  options.share("--level", a.fit.level, "Of the confidence intervals");
  options.flag("--exp", a.exponentials, "Show exp(estimate) too: odds ratios, ratios of means");
  options.flag("--anova", a.anova, "Analysis of variance or deviance, term by term");
  options.input("--predict", a.predict, "CSV file for whose rows the target is predicted");
  options.output("--covariance", a.covariance, "CSV file to write the coefficients' covariance to");
  options.output("--fitted", a.fitted, "CSV file to write fitted values to");
  options.output("--residuals", a.residuals,
                 "CSV file to write residuals, leverages and Cook's distances to");
  options.output("--plot", a.plot, "Draw diagnostics to this SVG or PNG file, through gnuplot");
  options.format(a.format);
}

void check_penalty(Arguments& a) {
  Penalty& penalty = a.penalty;
  if (!a.is_penalised()) {
    if (!a.lambdas.empty() || penalty.folds > 0)
      throw BadInput(
          "--lambda and --cv: are for --ridge, --lasso or --alpha; name one of these too");
    return;
  }
  penalty.alpha = a.alpha ? *a.alpha : a.lasso ? 1 : 0;
  penalty.seed = a.fit.seed;
  if (penalty.alpha < 0 || penalty.alpha > 1)
    throw BadInput("--alpha: " + number(penalty.alpha, 6) + " is not from 0 to 1");
  if (!a.lambdas.empty()) penalty.lambdas = parse_numbers(a.lambdas, "--lambda");
  for (const double lambda : penalty.lambdas)
    if (lambda < 0)
      throw BadInput("--lambda: " + number(lambda, 6) + " is negative; give 0 or more");
  if (penalty.lambdas.empty() && penalty.folds == 0) penalty.folds = 10;
  const Model model = a.fit.model;
  if ((model != Model::Linear && model != Model::Binomial && model != Model::Poisson) ||
      a.fit.link != links_of(model).front())
    throw BadInput(
        "--model: --ridge, --lasso and --alpha are for linear, binomial and poisson models with "
        "their default links");
  for (const auto& [option, given] : {std::pair("--method", a.method != "newton"),
                                      {"--robust", !a.robust.empty()},
                                      {"--anova", a.anova},
                                      {"--covariance", !a.covariance.empty()},
                                      {"--fitted", !a.fitted.empty()},
                                      {"--residuals", !a.residuals.empty()},
                                      {"--plot", !a.plot.empty()},
                                      {"--exp", a.exponentials},
                                      {"--strict", a.fit.strict}})
    if (given)
      throw BadInput(std::string(option) +
                     ": is not there with --ridge, --lasso and --alpha; leave it out");
}

/// Takes over what the options say, and refuses what does not fit together.
void check(Arguments& a) {
  FitOptions& fit = a.fit;
  Selection& s = a.selection;
  fit.model = kModels.at(a.model);
  fit.method = kMethods.at(a.method);
  fit.link = links_of(fit.model).front();
  fit.robust = parse_robust(a.robust);
  if (!a.link.empty()) {
    std::string names;
    bool found = false;
    for (const Link link : links_of(fit.model)) {
      names += (names.empty() ? "" : ", ") + name_of(link);
      if (name_of(link) != a.link) continue;
      fit.link = link;
      found = true;
    }
    if (!found)
      throw BadInput("--link: " + in_quotes(a.link) + ": the model " + a.model + " has " + names);
  }
  if (fit.method == Method::Qr && !fit.is_least_squares())
    throw BadInput("--method: qr is for linear models with the identity link");
  const bool multinomial = fit.model == Model::Multinomial;
  for (const auto& [option, given] : {std::pair("--robust", !a.robust.empty()),
                                      {"--anova", a.anova},
                                      {"--residuals", !a.residuals.empty()},
                                      {"--plot", !a.plot.empty()},
                                      {"--offset", !s.offset.empty()}})
    if (multinomial && given)
      throw BadInput(std::string(option) + ": is not there for a multinomial model; leave it out");
  if (a.delimiter == "tab" || a.delimiter == "\\t") a.delimiter = "\t";
  if (a.delimiter.size() > 1 ||
      (!a.delimiter.empty() && (std::isalnum(a.delimiter[0]) != 0 || a.delimiter[0] == '"')))
    throw BadInput("--delimiter: " + in_quotes(a.delimiter) + " is not one mark such as ; or tab");
  if (!a.delimiter.empty()) s.format.delimiter = a.delimiter[0];
  if (!a.decimal.empty() && a.decimal != "." && a.decimal != ",")
    throw BadInput("--decimal: " + in_quotes(a.decimal) + " is neither . nor ,; give one of these");
  if (!a.decimal.empty()) s.format.decimal = a.decimal[0];
  if (s.format.decimal == ',' && s.format.delimiter == ',')
    throw BadInput(
        "--decimal: fields and decimals cannot both be marked by a comma; give another "
        "--delimiter");
  s.intercept = !a.no_intercept;
  check_penalty(a);
  if (!a.plot.empty()) check_plot(a.plot);
}

template <class Write>
void write_file(const std::string& file, const char* option, const Write& write) {
  if (file.empty()) return;
  std::ofstream out = open_output(file, option);
  write(out);
}

/// Files first: one that cannot be written is told before there is anything on stdout.
void report(const Arguments& a, const Fit& result, const Context& context) {
  write_file(a.covariance, "--covariance", [&](auto& out) { write_covariance(out, result); });
  write_file(a.fitted, "--fitted", [&](auto& out) { write_fitted(out, result, context.data); });
  write_file(a.residuals, "--residuals",
             [&](auto& out) { write_residuals(out, result, *context.diagnostics); });
  if (!a.plot.empty()) plot(a.plot, result, context);
  if (a.format == "json")
    write_json(std::cout, result, context);
  else if (a.format == "csv")
    write_csv(std::cout, result, context);
  else
    write_text(std::cout, result, context);
}

int penalised_fit_and_report(const Options& options, Arguments& a) {
  const Data data = load(a.selection, a.fit.model, false, options.program());
  if (a.penalty.folds > data.y.size())
    throw BadInput("--cv: " + std::to_string(a.penalty.folds) + " folds of " +
                   std::to_string(data.y.size()) + " rows; give 2 to the number of rows");
  Progress progress(options.program());
  a.penalty.callback = [&](double done) {
    progress.update(done, "cross-validation");
    return !interrupted();
  };
  const Penalised result = fit_penalised(data, a.fit.model, a.penalty);
  std::optional<Eigen::VectorXd> predictions;
  if (!a.predict.empty())
    predictions =
        predict(result, a.fit.model, load_more(a.predict, data, a.selection, options.program()));
  progress.finish(result.message);
  if (a.format == "json")
    write_json(std::cout, result, data, a.penalty, a.model, predictions);
  else if (a.format == "csv")
    write_csv(std::cout, result, predictions);
  else
    write_text(std::cout, result, data, a.penalty, predictions);
  return exit_code(options, progress, result.converged, result.message);
}

int fit_and_report(const Options& options, Arguments& a) {
  check(a);
  if (a.is_penalised()) return penalised_fit_and_report(options, a);
  const Data data = load(a.selection, a.fit.model, true, options.program());
  Progress progress(options.program());
  double first_gradient_norm = 0;
  a.fit.callback = [&](const eigengrad::optim::Iteration& now) {
    if (now.iter == 0) first_gradient_norm = now.gradient_norm;
    show_iteration(progress, now, first_gradient_norm, a.fit.tolerance);
    return !interrupted();
  };
  Fit result = fit(data, a.fit);
  if (interrupted() && !result.converged)
    result.message = "not converged: stopped by Ctrl-C after " +
                     std::to_string(result.history.back().iter) + " iterations";
  Context context{data, a.fit, a.model, a.method, a.exponentials, {}, {}, {}};
  if (a.anova) context.anova = anova(result, data, a.fit);
  if (!a.predict.empty())
    context.predictions =
        predict(result, load_more(a.predict, data, a.selection, options.program()), a.fit);
  if (!a.residuals.empty() || !a.plot.empty()) context.diagnostics = diagnose(result);
  to_units_of_data(result, context.anova, context.predictions, context.diagnostics);
  progress.finish(result.message);
  report(a, result, context);
  return exit_code(options, progress, result.converged, result.message);
}

}  // namespace

int main(int argc, char** argv) {
  Options options(
      "eg-regression",
      "Linear and generalised linear regression with gradients and Hessians from eigengrad");
  Arguments arguments;
  declare_data(options, arguments);
  declare_model(options, arguments);
  declare_penalty(options, arguments);
  declare_output(options, arguments);
  options.footer(kFooter);
  return options.run(argc, argv, [&] { return fit_and_report(options, arguments); });
}
