#include "mlp/report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "common/gnuplot.hpp"
#include "common/numbers.hpp"
#include "common/table.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::mlp {
namespace {

using nlohmann::ordered_json;

std::string layers_of(const Network& n) {
  std::string text;
  for (const std::int64_t size : n.layers) text += (text.empty() ? "" : "-") + std::to_string(size);
  return text;
}

std::string percent(double share) { return number(100 * share, 4); }

void write_curve(std::ostream& out, const Report& r) {
  TextTable table({"epoch", "training loss", "accuracy", "validation loss", "accuracy", "seconds"});
  for (const std::size_t i : shown_rows(r.history.size())) {
    const Epoch& e = r.history[i];
    table.add({std::to_string(e.epoch), number(e.training.loss, 4),
               percent(e.training.accuracy) + " %", number(e.validation.loss, 4),
               percent(e.validation.accuracy) + " %", number(e.seconds, 3)});
  }
  table.write(out);
}

void write_confusion(std::ostream& out, const Report& r) {
  constexpr std::size_t kMostShown = 20;
  if (r.network.classes.size() > kMostShown) return;
  std::vector<std::string> headings = {"class \\ taken for"};
  headings.insert(headings.end(), r.network.classes.begin(), r.network.classes.end());
  headings.emplace_back("right");
  TextTable table(headings);
  for (std::size_t i = 0; i < r.network.classes.size(); ++i) {
    std::vector<std::string> row = {r.network.classes[i]};
    std::int64_t total = 0;
    for (const std::int64_t count : r.confusion[i]) {
      row.push_back(std::to_string(count));
      total += count;
    }
    row.push_back(
        total == 0
            ? "-"
            : percent(static_cast<double>(r.confusion[i][i]) / static_cast<double>(total)) + " %");
    table.add(std::move(row));
  }
  out << '\n';
  table.write(out);
}

ordered_json json_score(const Score& s) {
  return {{"loss", json_number(s.loss)}, {"accuracy", json_number(s.accuracy)}};
}

}  // namespace

void write_text(std::ostream& out, const Report& r) {
  out << "Perceptron " << layers_of(r.network) << ", " << r.network.activation << ", "
      << r.network.size() << " weights\n";
  if (!r.history.empty()) {
    out << "Training on " << r.training_rows << " rows, validation on " << r.validation.rows()
        << ": " << r.validation.source << "\n\n";
    write_curve(out, r);
  } else {
    out << "Validation on " << r.validation.rows() << " rows of " << r.validation.source << '\n';
  }
  write_confusion(out, r);
  out << "\nValidation: accuracy " << percent(r.score.accuracy) << " %, cross entropy "
      << number(r.score.loss, 5) << '\n';
}

void write_json(std::ostream& out, const Report& r) {
  ordered_json j;
  j["layers"] = r.network.layers;
  j["activation"] = r.network.activation;
  j["weights"] = r.network.size();
  j["classes"] = r.network.classes;
  j["training_rows"] = r.training_rows;
  j["validation_rows"] = r.validation.rows();
  j["validation"] = json_score(r.score);
  j["confusion"] = r.confusion;
  j["history"] = ordered_json::array();
  for (const Epoch& e : r.history)
    j["history"].push_back({{"epoch", e.epoch},
                            {"training", json_score(e.training)},
                            {"validation", json_score(e.validation)},
                            {"seconds", e.seconds}});
  out << j.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

void write_csv(std::ostream& out, const Report& r) {
  write_csv_row(out, {"epoch", "training_loss", "training_accuracy", "validation_loss",
                      "validation_accuracy", "seconds"});
  for (const Epoch& e : r.history)
    write_csv_row(out, {std::to_string(e.epoch), exact(e.training.loss), exact(e.training.accuracy),
                        exact(e.validation.loss), exact(e.validation.accuracy), exact(e.seconds)});
}

namespace {

/// The class of each row, and the probabilities of all.
struct Predicted {
  std::string name;
  std::vector<double> probabilities;
};

std::vector<Predicted> predicted(const Network& n, const eigengrad::Tensor& x) {
  const std::vector<double> all = values_of(probabilities(n, x).to(eigengrad::kFloat64));
  const auto width = static_cast<std::ptrdiff_t>(n.classes.size());
  std::vector<Predicted> rows;
  for (auto at = all.begin(); at != all.end(); at += width)
    rows.push_back({n.classes[static_cast<std::size_t>(std::max_element(at, at + width) - at)],
                    {at, at + width}});
  return rows;
}

}  // namespace

void write_predictions(std::ostream& out, const Network& n, const eigengrad::Tensor& x) {
  std::vector<std::string> row = {"class"};
  for (const std::string& name : n.classes) row.push_back("p(" + name + ')');
  write_csv_row(out, row);
  for (const Predicted& p : predicted(n, x)) {
    row = {p.name};
    for (const double v : p.probabilities) row.push_back(exact(v));
    write_csv_row(out, row);
  }
}

void write_json_predictions(std::ostream& out, const Network& n, const eigengrad::Tensor& x) {
  ordered_json j;
  j["classes"] = n.classes;
  j["predictions"] = ordered_json::array();
  for (const Predicted& p : predicted(n, x)) {
    ordered_json probabilities = ordered_json::object();
    for (std::size_t k = 0; k < n.classes.size(); ++k)
      probabilities[n.classes[k]] = json_number(p.probabilities[k]);
    j["predictions"].push_back({{"class", p.name}, {"probabilities", std::move(probabilities)}});
  }
  out << j.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

void plot(const std::string& file, const Report& r) {
  std::ostringstream s;
  s << "$curve << END\n";
  for (const Epoch& e : r.history)
    s << e.epoch << ' ' << e.training.loss << ' ' << e.validation.loss << ' '
      << 100 * e.training.accuracy << ' ' << 100 * e.validation.accuracy << '\n';
  s << "END\nset multiplot layout 1,2\nset grid linecolor rgb '#dddddd'\nset xlabel 'epoch'\n"
    << "set title 'Cross entropy'\nset key top right\n"
    << "plot $curve using 1:2 with lines linewidth 2 linecolor rgb '#2166ac' title 'training', "
    << "$curve using 1:3 with lines linewidth 2 linecolor rgb '#b2182b' title 'validation'\n"
    << "set title 'Accuracy, %'\nset key bottom right\n"
    << "plot $curve using 1:4 with lines linewidth 2 linecolor rgb '#2166ac' title 'training', "
    << "$curve using 1:5 with lines linewidth 2 linecolor rgb '#b2182b' title 'validation'\nunset "
       "multiplot\n";
  draw(file, s.str(), 1000, 420);
}

}  // namespace apps::mlp
