#pragma once

#include <string>
#include <vector>

#include "common/csv.hpp"
#include "eigengrad/core/tensor.hpp"

namespace apps {

/// Columns of numbers, as tensors of one dimension.
class Columns {
 public:
  /// Reads all rows of a file. `names` are columns that it has.
  /// Throws: BadInput, also for a file without rows.
  Columns(CsvReader& reader, const std::vector<std::string>& names);

  std::int64_t rows() const noexcept { return rows_; }
  const eigengrad::Tensor& operator[](const std::string& name) const;

 private:
  std::vector<std::string> names_;
  std::vector<eigengrad::Tensor> tensors_;
  std::int64_t rows_ = 0;
};

/// Throws: BadInput of `option` when the file has no such column.
void need_column(const CsvReader& reader, const std::string& option, const std::string& name);

/// "a, b, c".
std::string listed(const std::vector<std::string>& names);

bool contains(const std::vector<std::string>& all, const std::string& name);

}  // namespace apps
