#include "mlp/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "common/bad_input.hpp"
#include "common/columns.hpp"
#include "common/csv.hpp"
#include "common/input.hpp"
#include "data/iris.hpp"
#include "eigengrad/eigengrad.hpp"
#include "mlp/idx.hpp"

namespace apps::mlp {
namespace {

namespace eg = eigengrad;

/// Reads the features and, where there is a target, the class of each row.
Dataset read(CsvReader& reader, std::vector<std::string> features, std::ptrdiff_t target,
             std::vector<std::string> classes, bool takes_new_classes) {
  Dataset d;
  d.source = reader.name();
  std::vector<std::size_t> places;
  for (const std::string& name : features)
    places.push_back(static_cast<std::size_t>(reader.find(name)));
  std::vector<float> values;
  std::vector<std::int64_t> labels;
  while (reader.next()) {
    for (const std::size_t place : places) {
      const double value = reader.number(place);
      if (std::abs(value) > std::numeric_limits<float>::max())
        reader.fail(reader.line(place), place + 1,
                    in_quotes(reader.field(place)) +
                        " is too large for float32; measure the column in another unit");
      values.push_back(static_cast<float>(value));
    }
    if (target < 0) continue;
    const std::string text = reader.text(static_cast<std::size_t>(target));
    auto found = std::find(classes.begin(), classes.end(), text);
    if (found == classes.end()) {
      if (!takes_new_classes || text.empty())
        throw BadInput(reader.name() + ": line " + std::to_string(reader.line()) + ", column " +
                       std::to_string(target + 1) + ": " + in_quotes(text) +
                       " is no class; there are " + listed(classes));
      found = classes.insert(classes.end(), text);
    }
    labels.push_back(found - classes.begin());
  }
  if (values.empty())
    throw BadInput(reader.name() + ": line 1: there are no rows below the header; add some");
  const auto columns = static_cast<std::int64_t>(features.size());
  d.x = eg::empty({static_cast<std::int64_t>(values.size()) / columns, columns}, eg::kFloat32);
  std::copy(values.begin(), values.end(), d.x.data_ptr<float>());
  if (target >= 0) d.labels = eg::tensor(labels);
  d.features = std::move(features);
  d.classes = std::move(classes);
  return d;
}

Dataset read_new(std::istream& in, const std::string& name, const std::string& target) {
  CsvReader reader(in, name);
  const std::string wanted = target.empty() ? reader.header().back() : target;
  need_column(reader, "--target", wanted);
  std::vector<std::string> features;
  for (const std::string& column : reader.header())
    if (column != wanted) features.push_back(column);
  if (features.empty())
    throw BadInput(name +
                   ": line 1: there is no column beside the target; add one to predict it from");
  Dataset d = read(reader, std::move(features), reader.find(wanted), {}, true);
  constexpr std::size_t kMostClasses = 1000;
  if (d.classes.size() < 2 || d.classes.size() > kMostClasses)
    throw BadInput("--target: " + in_quotes(wanted) + " has " + std::to_string(d.classes.size()) +
                   " values, and a class is one of 2 to " + std::to_string(kMostClasses));
  return d;
}

}  // namespace

Dataset load_csv(const std::string& file, const std::string& target) {
  if (file.empty()) {
    std::istringstream in{std::string(kIrisCsv)};
    return read_new(in, "the bundled measures of irises (Fisher 1936)", target);
  }
  Input input(file, "--data");
  return read_new(input.stream(), input.name(), target);
}

Dataset load_csv_for(const Network& network, const std::string& file, const std::string& target,
                     const std::string& option) {
  Input input(file, option);
  CsvReader reader(input.stream(), input.name());
  for (const std::string& name : network.features) need_column(reader, option, name);
  return read(reader, network.features, target.empty() ? -1 : reader.find(target), network.classes,
              false);
}

Dataset load_idx(const std::string& images, const std::string& labels,
                 std::vector<std::string> classes) {
  Input image_input(images, "--images");
  Input label_input(labels, "--labels");
  const IdxArray pixels = read_idx(image_input);
  const IdxArray marks = read_idx(label_input);
  if (marks.sizes.size() != 1 || marks.sizes[0] != pixels.sizes[0])
    throw BadInput(labels + ": " + std::to_string(marks.elements.size()) + " labels for " +
                   std::to_string(pixels.sizes[0]) + " images; give the two files of one set");
  Dataset d;
  d.source = images;
  d.has_one_unit = true;
  const std::int64_t rows = pixels.sizes[0];
  d.x = eg::empty({rows, static_cast<std::int64_t>(pixels.elements.size()) / rows}, eg::kFloat32);
  std::copy(pixels.elements.begin(), pixels.elements.end(), d.x.data_ptr<float>());
  for (std::int64_t k = 1; k <= d.x.size(1); ++k) d.features.push_back("pixel" + std::to_string(k));
  const std::uint8_t highest = *std::max_element(marks.elements.begin(), marks.elements.end());
  if (!classes.empty() && highest >= classes.size())
    throw BadInput(labels + ": a label is " + std::to_string(highest) + ", and there are " +
                   std::to_string(classes.size()) + " classes; give the two files of one set");
  for (std::size_t k = classes.size(); k <= highest; ++k) classes.push_back(std::to_string(k));
  d.classes = std::move(classes);
  d.labels = eg::tensor(std::vector<std::int64_t>(marks.elements.begin(), marks.elements.end()));
  return d;
}

Dataset rows_of(const Dataset& data, const eg::Tensor& rows) {
  Dataset part = data;
  part.x = data.x.index_select(0, rows);
  part.labels = data.labels.index_select(0, rows);
  return part;
}

}  // namespace apps::mlp
