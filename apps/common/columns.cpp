#include "common/columns.hpp"

#include <algorithm>

#include "common/bad_input.hpp"
#include "eigengrad/core/factories.hpp"

namespace apps {

Columns::Columns(CsvReader& reader, const std::vector<std::string>& names, Missing missing)
    : names_(names), source_(reader.name()) {
  for (const std::string& name : names)
    places_.push_back(static_cast<std::size_t>(reader.find(name)));
  std::vector<std::vector<double>> values(names.size());
  std::vector<double> row(names.size());
  while (reader.next()) {
    bool is_complete = true;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const CellKind kind = reader.read(places_[i], row[i]);
      if (kind == CellKind::Missing && missing == Missing::Drop)
        is_complete = false;
      else if (kind != CellKind::Number)
        reader.refuse(places_[i], kind, kind == CellKind::Missing ? kMissingHint : "");
    }
    if (!is_complete) {
      ++rows_dropped_;
      continue;
    }
    ++rows_;
    lines_.push_back(reader.line());
    for (std::size_t i = 0; i < row.size(); ++i) values[i].push_back(row[i]);
  }
  if (rows_ == 0)
    throw BadInput(reader.name() + ": line 1: there are no rows " +
                   (rows_dropped_ > 0 ? "without missing values " : "") + "below the header");
  for (const std::vector<double>& v : values) tensors_.push_back(eigengrad::tensor(v));
}

std::string Columns::place(std::int64_t row, const std::string& name) const {
  std::string text = source_ + ": line " + std::to_string(lines_[static_cast<std::size_t>(row)]);
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found != names_.end())
    text +=
        ", column " + std::to_string(places_[static_cast<std::size_t>(found - names_.begin())] + 1);
  return text;
}

const eigengrad::Tensor& Columns::operator[](const std::string& name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  return tensors_[static_cast<std::size_t>(found - names_.begin())];
}

void need_column(const CsvReader& reader, const std::string& option, const std::string& name) {
  if (reader.find(name) < 0)
    throw BadInput(option + ": " + reader.name() + " has no column " + in_quotes(name) +
                   "; it has " + listed(reader.header()));
}

std::string dropped_text(std::int64_t rows) {
  return rows == 0 ? "" : " (" + std::to_string(rows) + " dropped because of missing values)";
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

bool contains(const std::vector<std::string>& all, const std::string& name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace apps
