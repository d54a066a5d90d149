#include <cctype>
#include <iostream>
#include <limits>
#include <map>

#include "common/bad_input.hpp"
#include "common/gnuplot.hpp"
#include "common/input.hpp"
#include "common/interrupt.hpp"
#include "common/numbers.hpp"
#include "common/program.hpp"
#include "common/progress.hpp"
#include "common/table.hpp"
#include "regression/penalised.hpp"
#include "regression/report.hpp"

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
  std::string missing = "fail";
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
const std::map<std::string, Robust> kRobust = {
    {"HC0", Robust::HC0}, {"HC1", Robust::HC1}, {"HC2", Robust::HC2}, {"HC3", Robust::HC3}};

template <class Value>
CLI::IsMember one_of(const std::map<std::string, Value>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) names.push_back(name);
  return CLI::IsMember(names);
}

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

void declare_data(CLI::App& app, Arguments& a) {
  Selection& s = a.selection;
  app.add_option("--data", s.file,
                 "CSV file with a header line (.gz is decompressed), or - for stdin (default: the "
                 "Longley data of 1967, 16 rows, figures from NIST StRD)");
  app.add_option("--target", s.target, "Column to explain (default: the last one)");
  app.add_option("--features", s.features,
                 "What to explain it by, separated by commas: columns, powers x^2, interactions "
                 "a:b; 1 for the intercept alone (default: all other columns)");
  app.add_option("--degree", s.degree, "Powers of each numeric column, up to this one")
      ->check(whole_number(1, 64))
      ->capture_default_str();
  app.add_option("--factor", s.factors, "Numeric columns to use as text, separated by commas");
  app.add_option("--reference", s.references,
                 "column=level: the level that others are compared to (default: the first)");
  app.add_option("--weights", s.weights,
                 "Column of weights; of the numbers of trials where the target is a share");
  app.add_option("--offset", s.offset, "Column that is added to the linear predictor");
  app.add_option("--missing", a.missing,
                 "fail or drop: what to do with rows that have an empty field or NA")
      ->check(CLI::IsMember({"fail", "drop"}))
      ->capture_default_str();
  app.add_option("--delimiter", a.delimiter, "Between fields: , ; or tab (default: found out)");
  app.add_option("--decimal", a.decimal,
                 "Decimal mark: . or , (default: . unless fields are separated by ; or tabs and "
                 "have numbers such as 1,5)")
      ->check(CLI::IsMember({".", ","}));
  app.add_flag("--no-intercept", a.no_intercept, "Leave out the constant term");
  app.add_flag("--strict", a.fit.strict,
               "Refuse columns that are constant or depend on others, instead of leaving them out");
}

void declare_model(CLI::App& app, Arguments& a) {
  app.add_option("--model", a.model,
                 "linear, logistic or binomial (target 0 and 1, two texts, or a share), "
                 "multinomial, poisson, negbinomial or gamma")
      ->check(one_of(kModels))
      ->capture_default_str();
  app.add_option("--link", a.link,
                 "linear: identity, log, inverse; binomial: logit, probit, cloglog; poisson, "
                 "negbinomial: log, identity, sqrt; gamma: inverse, log, identity (default: the "
                 "first)");
  app.add_option("--method", a.method,
                 "newton; gd for gradient descent; qr for least squares in 32 digits")
      ->check(one_of(kMethods))
      ->capture_default_str();
  app.add_option("--robust", a.robust,
                 "HC0, HC1, HC2 or HC3: standard errors that hold for unequal variances")
      ->check(one_of(kRobust));
  app.add_option("--tol", a.fit.tolerance, "Bound on |gradient| in standardised coordinates")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--max-iter", a.fit.max_iter, "Most iterations (default: 10000, with gd 100000)")
      ->check(whole_number(0, 1'000'000'000));
  app.add_option(
         "--seed", a.fit.seed,
         "Start the iteration from normal random numbers with this seed (default: from zero)")
      ->check(whole_number(0, std::numeric_limits<std::int64_t>::max()));
}

void declare_penalty(CLI::App& app, Arguments& a) {
  CLI::Option* ridge = app.add_flag("--ridge", a.ridge, "Ridge regression: --alpha 0");
  CLI::Option* lasso = app.add_flag("--lasso", a.lasso, "The lasso: --alpha 1");
  app.add_option("--alpha", a.alpha,
                 "Elastic net: the penalty is lambda ((1-alpha)/2 |b|^2 + alpha sum |b|)")
      ->check(CLI::Range(0.0, 1.0))
      ->excludes(ridge, lasso);
  ridge->excludes(lasso);
  CLI::Option* lambda = app.add_option(
      "--lambda", a.lambdas, "Of the penalty: numbers separated by commas, as glmnet has them");
  app.add_option("--cv", a.penalty.folds,
                 "Choose lambda by cross-validation with so many folds: row i is in fold i modulo "
                 "this, with --seed in a random one (default without --lambda: 10)")
      ->check(whole_number(2, 1'000'000'000))
      ->excludes(lambda);
}

void declare_output(CLI::App& app, Arguments& a) {
  app.add_option("--level", a.fit.level, "Of the confidence intervals")->capture_default_str();
  app.add_flag("--exp", a.exponentials, "Show exp(estimate) too: odds ratios, ratios of means");
  app.add_flag("--anova", a.anova, "Analysis of variance or deviance, term by term");
  app.add_option("--predict", a.predict, "CSV file for whose rows the target is predicted");
  app.add_option("--covariance", a.covariance, "CSV file to write the coefficients' covariance to");
  app.add_option("--fitted", a.fitted, "CSV file to write fitted values to");
  app.add_option("--residuals", a.residuals,
                 "CSV file to write residuals, leverages and Cook's distances to");
  app.add_option("--plot", a.plot, "Draw diagnostics to this SVG or PNG file, through gnuplot");
  add_format_option(app, a.format);
}

void check_penalty(Arguments& a) {
  Penalty& penalty = a.penalty;
  if (!a.is_penalised()) {
    if (!a.lambdas.empty() || penalty.folds > 0)
      throw BadInput("--lambda and --cv: are for --ridge, --lasso or --alpha");
    return;
  }
  penalty.alpha = a.alpha ? *a.alpha : a.lasso ? 1 : 0;
  penalty.seed = a.fit.seed;
  if (!a.lambdas.empty()) penalty.lambdas = parse_numbers(a.lambdas, "--lambda");
  for (const double lambda : penalty.lambdas)
    if (lambda < 0) throw BadInput("--lambda: " + number(lambda, 6) + " is negative");
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
      throw BadInput(std::string(option) + ": is not there with --ridge, --lasso and --alpha");
}

/// Takes over what the options say, and refuses what does not fit together.
void check(Arguments& a) {
  FitOptions& fit = a.fit;
  Selection& s = a.selection;
  fit.model = kModels.at(a.model);
  fit.method = kMethods.at(a.method);
  fit.link = links_of(fit.model).front();
  if (!a.robust.empty()) fit.robust = kRobust.at(a.robust);
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
  if (!(fit.level > 0 && fit.level < 1))
    throw BadInput("--level: " + number(fit.level, 6) + " is not between 0 and 1");
  if (fit.method == Method::Qr && !fit.is_least_squares())
    throw BadInput("--method: qr is for linear models with the identity link");
  const bool multinomial = fit.model == Model::Multinomial;
  for (const auto& [option, given] : {std::pair("--robust", !a.robust.empty()),
                                      {"--anova", a.anova},
                                      {"--residuals", !a.residuals.empty()},
                                      {"--plot", !a.plot.empty()},
                                      {"--offset", !s.offset.empty()}})
    if (multinomial && given)
      throw BadInput(std::string(option) + ": is not there for a multinomial model");
  if (a.delimiter == "tab" || a.delimiter == "\\t") a.delimiter = "\t";
  if (a.delimiter.size() > 1 ||
      (!a.delimiter.empty() && (std::isalnum(a.delimiter[0]) != 0 || a.delimiter[0] == '"')))
    throw BadInput("--delimiter: " + in_quotes(a.delimiter) + " is not one mark such as ; or tab");
  if (!a.delimiter.empty()) s.format.delimiter = a.delimiter[0];
  if (!a.decimal.empty()) s.format.decimal = a.decimal[0];
  if (s.format.decimal == ',' && s.format.delimiter == ',')
    throw BadInput("--decimal: fields and decimals cannot both be marked by a comma");
  s.drop_missing = a.missing == "drop";
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
  write_file(a.residuals, "--residuals", [&](auto& out) { write_residuals(out, result); });
  if (!a.plot.empty()) plot(a.plot, result, context);
  if (a.format == "json")
    write_json(std::cout, result, context);
  else if (a.format == "csv")
    write_csv(std::cout, result, context);
  else
    write_text(std::cout, result, context);
}

int penalised_fit_and_report(const CLI::App& app, Arguments& a) {
  const Data data = load(a.selection, a.fit.model, false, app.get_name());
  if (a.penalty.folds > data.y.size())
    throw BadInput("--cv: " + std::to_string(a.penalty.folds) + " folds of " +
                   std::to_string(data.y.size()) + " rows");
  Progress progress(app.get_name());
  a.penalty.callback = [&](double done) {
    progress.update(done, "cross-validation");
    return !interrupted();
  };
  const Penalised result = fit_penalised(data, a.fit.model, a.penalty);
  std::optional<Eigen::VectorXd> predictions;
  if (!a.predict.empty())
    predictions =
        predict(result, a.fit.model, load_more(a.predict, data, a.selection, app.get_name()));
  progress.finish(result.message);
  if (a.format == "json")
    write_json(std::cout, result, data, a.penalty, a.model, predictions);
  else if (a.format == "csv")
    write_csv(std::cout, result, predictions);
  else
    write_text(std::cout, result, data, a.penalty, predictions);
  if (result.converged) return kConverged;
  if (!progress.shown()) complain(app, result.message);
  return kNotConverged;
}

int fit_and_report(const CLI::App& app, Arguments& a) {
  check(a);
  if (a.is_penalised()) return penalised_fit_and_report(app, a);
  const Data data = load(a.selection, a.fit.model, true, app.get_name());
  Progress progress(app.get_name());
  double first_gradient_norm = 0;
  a.fit.callback = [&](const eigengrad::optim::Iteration& now) {
    if (now.iter == 0) first_gradient_norm = now.gradient_norm;
    show_iteration(progress, now, first_gradient_norm, a.fit.tolerance);
    return !interrupted();
  };
  const Fit result = fit(data, a.fit);
  Context context{data, a.fit, a.model, a.method, a.exponentials, {}, {}};
  if (a.anova) context.anova = anova(result, data, a.fit);
  if (!a.predict.empty())
    context.predictions =
        predict(result, load_more(a.predict, data, a.selection, app.get_name()), a.fit);
  progress.finish(result.message);
  report(a, result, context);
  if (result.converged) return kConverged;
  if (!progress.shown()) complain(app, result.message);
  return kNotConverged;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Linear and generalised linear regression with gradients and Hessians from eigengrad",
      "eg-regression");
  Arguments arguments;
  declare_data(app, arguments);
  declare_model(app, arguments);
  declare_penalty(app, arguments);
  declare_output(app, arguments);
  app.footer(kFooter);
  return run(app, argc, argv, [&] { return fit_and_report(app, arguments); });
}
