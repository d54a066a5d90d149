#include <iostream>
#include <sstream>

#include "common/bad_input.hpp"
#include "common/columns.hpp"
#include "common/gnuplot.hpp"
#include "common/input.hpp"
#include "common/interrupt.hpp"
#include "common/numbers.hpp"
#include "common/options.hpp"
#include "common/progress.hpp"
#include "common/table.hpp"
#include "data/mauna_loa.hpp"
#include "eigengrad/eigengrad.hpp"
#include "gp/report.hpp"

namespace {

using namespace apps;
using namespace apps::gp;

struct Arguments {
  std::string data;
  std::string target;
  std::string features;
  std::string kernel;
  std::string fix;
  bool zero_mean = false;
  FitOptions fit;
  double level = 0.95;
  Missing missing = Missing::Fail;
  std::string predict;
  std::string format = "text";
  std::string plot;
};

constexpr const char* kFooter =
    "Kernels: rbf, matern12, matern32, matern52, periodic, rq (rational quadratic), with + * and "
    "parentheses\n"
    "Examples:\n"
    "  eg-gp --plot co2.svg\n"
    "  eg-gp --data my.csv --target y --kernel 'rbf+periodic*matern32' --fix periodic.period=12\n"
    "  eg-gp --data my.csv --predict new.csv --format csv\n"
    "Exit code: 0 converged, 1 not converged, 2 usage or bad input, 130 stopped by Ctrl-C.";

void declare(Options& options, Arguments& a) {
  options.input(
      "--data", a.data,
      "CSV file with a header line, - for stdin (default: carbon dioxide over Mauna Loa)");
  options.text("--target", a.target, "Column that is predicted (default: the last one)");
  options.text("--features", a.features, "Columns that predict it: a,b (default: all others)");
  options.text("--kernel", a.kernel,
               "Covariance function (default: rbf; rbf+periodic*rbf for the bundled data)");
  options.text("--fix", a.fix, "Hyper-parameters that are held: noise=0.01,rbf.length=2");
  options.flag("--zero-mean", a.zero_mean, "The prior mean is 0, not that of the target");
  options.whole("--restarts", a.fit.restarts, 0, 10'000, "Further random starts");
  options.whole("--seed", a.fit.seed, 0, kMostSeed, "Of the random starts");
  options.whole("--max-iter", a.fit.max_iter, 0, 1'000'000'000, "Most iterations per start");
  options.share("--level", a.level, "Of intervals and bands");
  options.missing(a.missing);
  options.input("--predict", a.predict,
                "CSV file for whose rows the target is predicted: mean, standard deviation and "
                "interval of the function, and of a further observation");
  options.format(a.format);
  options.output("--plot", a.plot,
                 "Draw data, mean and band to this SVG or PNG file, through gnuplot");
  options.footer(kFooter);
}

eigengrad::Tensor matrix_of(const Columns& columns, const std::vector<std::string>& names) {
  std::vector<eigengrad::Tensor> all;
  for (const std::string& name : names) all.push_back(columns[name]);
  return eigengrad::stack(all, 1);
}

Data read(std::istream& in, const std::string& name, const Arguments& a) {
  CsvReader reader(in, name);
  Data d;
  d.source = name;
  d.target = a.target.empty() ? reader.header().back() : a.target;
  need_column(reader, "--target", d.target);
  if (!a.features.empty()) {
    std::istringstream list(a.features);
    d.features = CsvReader(list, "--features").header();
    for (const std::string& feature : d.features) {
      need_column(reader, "--features", feature);
      if (feature == d.target)
        throw BadInput("--features: " + in_quotes(feature) + " is the target; leave it out");
    }
  } else {
    for (const std::string& column : reader.header())
      if (column != d.target) d.features.push_back(column);
  }
  if (d.features.empty())
    throw BadInput(name + ": line 1: there is no column beside the target; add one to fit it with");
  std::vector<std::string> wanted = d.features;
  wanted.push_back(d.target);
  const Columns columns(reader, wanted, a.missing);
  d.rows_dropped = columns.rows_dropped();
  constexpr std::int64_t kMostRows = 10'000;
  if (columns.rows() > kMostRows)
    throw BadInput(name + ": " + std::to_string(columns.rows()) +
                   " rows; a covariance matrix of more than " + std::to_string(kMostRows) +
                   " is too large");
  d.x = matrix_of(columns, d.features);
  d.y = columns[d.target];
  return d;
}

int fit_and_report(const Options& options, Arguments& a) {
  if (!a.plot.empty()) check_plot(a.plot);
  if (!a.fix.empty())
    for (const auto& [name, value] : parse_named_numbers(a.fix, "--fix")) a.fit.fixed[name] = value;
  a.fit.center = !a.zero_mean;
  const Kernel kernel(!a.kernel.empty() ? a.kernel : a.data.empty() ? "rbf+periodic*rbf" : "rbf");
  Data data;
  if (a.data.empty()) {
    std::istringstream in{std::string(kMaunaLoaCsv)};
    data = read(in, "the bundled carbon dioxide over Mauna Loa", a);
  } else {
    Input input(a.data, "--data");
    data = read(input.stream(), input.name(), a);
  }

  Progress progress(options.program());
  a.fit.callback = [&](const eigengrad::optim::Iteration& now) {
    progress.update(
        -1, "iteration " + std::to_string(now.iter) + ", log-likelihood " + number(-now.value, 6));
    return !interrupted();
  };
  const Process process(std::move(data), kernel, a.fit);
  progress.finish(process.message());
  Report report{process, a.level};
  if (!a.predict.empty()) {
    Input input(a.predict, "--predict");
    CsvReader reader(input.stream(), input.name());
    for (const std::string& feature : process.data().features)
      need_column(reader, "--predict", feature);
    report.x =
        matrix_of(Columns(reader, process.data().features, a.missing), process.data().features);
    report.prediction = process.predict(*report.x);
  }

  if (!a.plot.empty()) plot(a.plot, report);
  write_as(a.format, std::cout, report);
  return exit_code(options, progress, process.converged(), process.message());
}

}  // namespace

int main(int argc, char** argv) {
  Options options(
      "eg-gp",
      "Gaussian-process regression with hyper-parameters by exact gradients from eigengrad");
  Arguments arguments;
  declare(options, arguments);
  return options.run(argc, argv, [&] { return fit_and_report(options, arguments); });
}
