#pragma once

#include <string>
#include <vector>

#include "common/csv.hpp"
#include "eigengrad/core/tensor.hpp"

namespace apps {

/// What becomes of rows with a missing value: they are refused, or left out.
enum class Missing : std::uint8_t { Fail, Drop };
inline constexpr const char* kMissingHint = "; --missing drop leaves out rows with missing values";

/// Columns of numbers, as tensors of one dimension.
class Columns {
 public:
  /// Reads all rows of a file. `names` are columns that it has.
  /// Throws: BadInput, also for a file without rows.
  Columns(CsvReader& reader, const std::vector<std::string>& names,
          Missing missing = Missing::Fail);

  std::int64_t rows() const noexcept { return rows_; }
  std::int64_t rows_dropped() const noexcept { return rows_dropped_; }
  const eigengrad::Tensor& operator[](const std::string& name) const;
  /// "data.csv: line 3" for row 1, say; with the column's number when `name` is one.
  std::string place(std::int64_t row, const std::string& name = "") const;

 private:
  std::vector<std::string> names_;
  std::vector<eigengrad::Tensor> tensors_;
  std::int64_t rows_ = 0;
  std::int64_t rows_dropped_ = 0;
  std::string source_;
  std::vector<std::size_t> places_;
  std::vector<std::size_t> lines_;
};

/// Throws: BadInput of `option` when the file has no such column.
void need_column(const CsvReader& reader, const std::string& option, const std::string& name);

/// " (3 dropped because of missing values)", or nothing.
std::string dropped_text(std::int64_t rows);

/// "a, b, c".
std::string listed(const std::vector<std::string>& names);

bool contains(const std::vector<std::string>& all, const std::string& name);

}  // namespace apps
