#include <algorithm>
#include <filesystem>
#include <iostream>

#include "common/bad_input.hpp"
#include "common/gnuplot.hpp"
#include "common/input.hpp"
#include "common/interrupt.hpp"
#include "common/numbers.hpp"
#include "common/options.hpp"
#include "common/progress.hpp"
#include "common/table.hpp"
#include "eigengrad/eigengrad.hpp"
#include "mlp/report.hpp"

namespace {

using namespace apps;
using namespace apps::mlp;
namespace eg = eigengrad;

struct Arguments {
  std::string data;
  std::string target;
  std::string images;
  std::string labels;
  std::string fashion_mnist;
  TrainOptions train;
  std::string hidden;
  std::optional<std::int64_t> epochs;
  std::optional<std::int64_t> batch;
  std::optional<double> lr;
  double validation = 0.2;
  std::string load;
  std::string save;
  std::string predict;
  std::string predictions;
  std::string format = "text";
  std::string plot;
};

constexpr const char* kDefaultFolder = "/usr/share/datasets/fashion-mnist";
constexpr const char* kFooter =
    "Examples:\n"
    "  eg-mlp --plot learning.svg\n"
    "  eg-mlp --data my.csv --target kind --hidden 64,64 --save model.egmlp\n"
    "  eg-mlp --load model.egmlp --predict new.csv --predictions out.csv\n"
    "  eg-mlp --fashion-mnist    (Debian's package dataset-fashion-mnist)\n"
    "Exit code: 0 all epochs run, 1 the loss is not finite, 2 usage or bad input, 130 stopped by "
    "Ctrl-C.";

void declare(Options& options, Arguments& a) {
  options.input("--data", a.data,
                "CSV file with a header line, - for stdin (default: Fisher's irises)");
  options.text("--target", a.target, "Column of the classes (default: the last one)");
  options.input("--images", a.images, "IDX file of images instead, .gz too");
  options.input("--labels", a.labels, "IDX file of their labels");
  options.optional_text(
      "--fashion-mnist", a.fashion_mnist,
      "Fashion-MNIST in this folder, its test set as validation (default: where Debian's "
      "package dataset-fashion-mnist puts it)");
  options.text("--hidden", a.hidden,
               "Sizes of the hidden layers: 64,64 (default: 32; 256 for images)");
  options.choice("--activation", a.train.activation, {"relu", "tanh"}, "relu or tanh");
  options.whole("--epochs", a.epochs, 1, 1'000'000,
                "Passes over the training rows (default: 100; 20 for images)");
  options.whole("--batch", a.batch, 1, 1'000'000'000,
                "Rows per step (default: 32; 128 for images)");
  options.positive("--lr", a.lr, "Step length of Adam (default: 0.01; 0.001 for images)");
  options.number("--weight-decay", a.train.weight_decay, "Of Adam");
  options.number("--validation", a.validation, "Share of the rows that are kept aside");
  options.whole("--seed", a.train.seed, 0, kMostSeed, "Of weights, order and split");
  options.output("--save", a.save, "File to write the network to");
  options.input("--load", a.load,
                "Network to use instead of training one, on --data, images or --predict");
  options.input("--predict", a.predict, "CSV file for whose rows classes are predicted");
  options.output(
      "--predictions", a.predictions,
      "CSV file to write them to (default: stdout, instead of a report, as CSV, or as JSON with "
      "--format json)");
  options.format(a.format);
  options.output("--plot", a.plot,
                 "Draw the learning curve to this SVG or PNG file, through gnuplot");
  options.footer(kFooter);
}

/// Options without effect on what the others ask for.
void check(const Options& options, const Arguments& a) {
  if (a.train.weight_decay < 0) throw BadInput("--weight-decay: is below 0; give 0 or more");
  if (a.images.empty() != a.labels.empty())
    throw BadInput("--images: needs --labels, and the other way round");
  if (a.predict.empty()) options.refuse({"--predictions"}, "without --predict");
  if (options.is_given("--fashion-mnist"))
    options.refuse({"--data", "--images", "--target", "--validation"}, "with --fashion-mnist");
  if (!a.images.empty()) options.refuse({"--data", "--target"}, "with --images");
  if (a.load.empty()) return;
  options.refuse({"--hidden", "--activation", "--epochs", "--batch", "--lr", "--weight-decay",
                  "--validation", "--seed", "--save", "--plot"},
                 "with --load, which trains nothing");
  if (a.data.empty()) options.refuse({"--target"}, "with --load and without --data");
}

/// What is trained on and what is kept aside.
struct Split {
  Dataset training;
  Dataset validation;
};

Split split(const Dataset& all, double share, std::uint64_t seed) {
  const auto rows = static_cast<double>(all.rows());
  const auto aside = static_cast<std::int64_t>(share * rows + 0.5);
  if (!(share > 0 && share < 1) || aside < 1 || aside >= all.rows())
    throw BadInput("--validation: " + number(share, 6) + " of " + std::to_string(all.rows()) +
                   " rows leaves none to train on, or none to validate with; give a share that "
                   "leaves some to both");
  eg::manual_seed(seed);
  const eg::Tensor order = eg::randperm(all.rows());
  return {rows_of(all, order.slice(0, aside)), rows_of(all, order.slice(0, 0, aside))};
}

Split load_fashion_mnist(const std::string& folder) {
  if (!std::filesystem::exists(folder))
    throw BadInput("--fashion-mnist: " + in_quotes(folder) +
                   " is not there; install Debian's package dataset-fashion-mnist, or say where "
                   "the files are");
  const std::vector<std::string> classes = {"T-shirt/top", "trouser",   "pullover", "dress",
                                            "coat",        "sandal",    "shirt",    "sneaker",
                                            "bag",         "ankle boot"};
  const auto part = [&](const std::string& which) {
    const auto file = [&](const std::string& kind) {
      const std::string plain = folder + '/' + which + '-' + kind + "-ubyte";
      return std::filesystem::exists(plain) ? plain : plain + ".gz";
    };
    return load_idx(file("images-idx3"), file("labels-idx1"), classes);
  };
  return {part("train"), part("t10k")};
}

Split load_data(const Options& options, const Arguments& a) {
  if (options.is_given("--fashion-mnist"))
    return load_fashion_mnist(a.fashion_mnist.empty() ? kDefaultFolder : a.fashion_mnist);
  if (!a.images.empty()) return split(load_idx(a.images, a.labels, {}), a.validation, a.train.seed);
  return split(load_csv(a.data, a.target), a.validation, a.train.seed);
}

TrainOptions options_for(const Arguments& a, bool is_image) {
  TrainOptions o = a.train;
  o.epochs = a.epochs.value_or(is_image ? 20 : 100);
  o.batch = a.batch.value_or(is_image ? 128 : 32);
  o.lr = a.lr.value_or(is_image ? 1e-3 : 1e-2);
  o.hidden = {is_image ? 256 : 32};
  if (a.hidden.empty()) return o;
  o.hidden.clear();
  for (const double size : parse_numbers(a.hidden, "--hidden")) {
    if (!(size >= 1 && size <= 65536) ||
        size != static_cast<double>(static_cast<std::int64_t>(size)))
      throw BadInput("--hidden: " + number(size, 6) + " is not a whole number from 1 to 65536");
    o.hidden.push_back(static_cast<std::int64_t>(size));
  }
  return o;
}

/// Predictions for --predict; false when they went to stdout, where a report has no place then.
bool write_predictions_to_file(const Arguments& a, const Network& network) {
  if (a.predict.empty()) return true;
  const eg::Tensor x = load_csv_for(network, a.predict, "", "--predict").x;
  if (a.predictions.empty()) {
    if (a.format == "json")
      write_json_predictions(std::cout, network, x);
    else
      write_predictions(std::cout, network, x);
    return false;
  }
  std::ofstream out = open_output(a.predictions, "--predictions");
  write_predictions(out, network, x);
  return true;
}

/// Images have numbers for names, and say nothing of what they show.
void check_fit(const Network& network, const Dataset& data) {
  const auto summary = [](const auto& names) {
    return std::to_string(names.size()) + " (" + names.front() + " to " + names.back() + ')';
  };
  if (data.features == network.features && data.classes.size() <= network.classes.size() &&
      std::equal(data.classes.begin(), data.classes.end(), network.classes.begin()))
    return;
  throw BadInput("--load: the network has inputs " + summary(network.features) + " and classes " +
                 summary(network.classes) + ", " + data.source + " has " + summary(data.features) +
                 " and " + summary(data.classes) + "; give data with the same columns and classes");
}

int use_loaded(const Options& options, const Arguments& a) {
  const Network network = load(a.load);
  if (!write_predictions_to_file(a, network)) return kConverged;
  const bool has_images = options.is_given("--fashion-mnist") || !a.images.empty();
  if (a.data.empty() && !has_images) {
    if (a.predict.empty())
      throw BadInput("--load: --data, --images or --predict says what to use the network on");
    return kConverged;
  }
  const Dataset data =
      !a.data.empty()
          ? load_csv_for(network, a.data, a.target.empty() ? "class" : a.target, "--data")
      : !a.images.empty() ? load_idx(a.images, a.labels, {})
                          : load_data(options, a).validation;
  check_fit(network, data);
  if (!data.labels.defined())
    throw BadInput("--target: " + data.source +
                   " has no such column; it says which class each row has");
  write_as(a.format, std::cout,
           Report{network, {}, 0, data, score(network, data), confusion(network, data)});
  return kConverged;
}

int train_and_report(const Options& options, const Arguments& a) {
  check(options, a);
  if (!a.plot.empty()) check_plot(a.plot);
  if (!a.load.empty()) return use_loaded(options, a);
  const Split data = load_data(options, a);
  const TrainOptions chosen = options_for(a, data.training.has_one_unit);
  Progress progress(options.program());
  const Training t =
      train(data.training, data.validation, chosen, [&](double done, const Epoch& last) {
        progress.update(done, "epoch " + std::to_string(last.epoch) + ", validation accuracy " +
                                  number(100 * last.validation.accuracy, 4) + " %");
        return !interrupted();
      });
  progress.finish(t.is_complete ? "done" : "stopped");
  if (t.history.empty()) {
    options.complain("stopped before the first epoch was through");
    return kNotConverged;
  }
  if (!a.save.empty()) save(t.network, a.save);
  const Report report{t.network,
                      t.history,
                      data.training.rows(),
                      data.validation,
                      score(t.network, data.validation),
                      confusion(t.network, data.validation)};
  if (!a.plot.empty()) plot(a.plot, report);
  if (write_predictions_to_file(a, t.network)) write_as(a.format, std::cout, report);
  if (t.is_complete) return kConverged;
  options.complain("not converged: the training ended after " + std::to_string(t.history.size()) +
                   " epochs");
  return kNotConverged;
}

}  // namespace

int main(int argc, char** argv) {
  Options options(
      "eg-mlp",
      "Trains a multilayer perceptron that tells classes apart, with derivatives from eigengrad");
  Arguments arguments;
  declare(options, arguments);
  return options.run(argc, argv, [&] { return train_and_report(options, arguments); });
}
