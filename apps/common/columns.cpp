#include "common/columns.hpp"

#include <algorithm>

#include "common/bad_input.hpp"
#include "eigengrad/core/factories.hpp"

namespace apps {

Columns::Columns(CsvReader& reader, const std::vector<std::string>& names) : names_(names) {
  std::vector<std::size_t> places;
  for (const std::string& name : names)
    places.push_back(static_cast<std::size_t>(reader.find(name)));
  std::vector<std::vector<double>> values(names.size());
  while (reader.next()) {
    ++rows_;
    for (std::size_t i = 0; i < places.size(); ++i) values[i].push_back(reader.number(places[i]));
  }
  if (rows_ == 0) throw BadInput(reader.name() + ": line 1: there are no rows below the header");
  for (const std::vector<double>& v : values) tensors_.push_back(eigengrad::tensor(v));
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

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

bool contains(const std::vector<std::string>& all, const std::string& name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace apps
