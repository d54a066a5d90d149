#pragma once

#include <string>
#include <vector>

#include "eigengrad/core/tensor.hpp"
#include "mlp/network.hpp"

namespace apps::mlp {

/// Rows with the class of each.
struct Dataset {
  std::string source;
  std::vector<std::string> features;
  std::vector<std::string> classes;
  /// n by features, float32, in the units of the file.
  eigengrad::Tensor x;
  /// n places among the classes, int64; undefined where the file does not tell.
  eigengrad::Tensor labels;

  /// As pixels have: then one centre and one scale serve all.
  bool has_one_unit = false;

  std::int64_t rows() const { return x.size(0); }
};

/// A CSV file (the bundled iris when `file` is empty): numbers, and the classes in the column `target` (the
/// last one when it is empty), as text or whatever. Throws: BadInput.
Dataset load_csv(const std::string& file, const std::string& target);
/// The inputs of `network` from the CSV file of `option`; labels where it has the column `target`. Throws: BadInput, also for
/// classes that the network does not know.
Dataset load_csv_for(const Network& network, const std::string& file, const std::string& target,
                     const std::string& option);
/// Images and labels in IDX files, the names of the classes in their order (0, 1, ... when empty).
Dataset load_idx(const std::string& images, const std::string& labels,
                 std::vector<std::string> classes);

/// The rows of a data set.
Dataset rows_of(const Dataset& data, const eigengrad::Tensor& rows);

}  // namespace apps::mlp
