#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

namespace apps::regression {

/// A target and the columns that explain it.
struct Data {
  /// Of the file, for messages and headings.
  std::string source;
  std::string target;
  std::vector<std::string> features;
  /// Their places in the file, from 1.
  std::vector<std::size_t> feature_columns;
  Eigen::VectorXd y;
  /// One column per feature.
  Eigen::MatrixXd x;
};

struct Selection {
  /// A CSV file, "-" for stdin; empty for the Longley data that the program carries.
  std::string file;
  /// Empty: the last column.
  std::string target;
  /// Names separated by commas, in double quotes where they have to be. Empty: all columns but the
  /// target.
  std::string features;
  bool intercept = true;
  /// Whether the target must be 0 or 1.
  bool binary_target = false;
};

/// Throws: BadInput for everything that cannot be used, a constant column and too few rows
/// included.
Data load(const Selection& selection, const std::string& program);

}  // namespace apps::regression
