#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "table.hpp"

namespace table {

const Rows& all_rows() {
  static const Rows rows = [] {
    Rows all;
    const auto append = [&](Rows family) {
      std::move(family.begin(), family.end(), std::back_inserter(all));
    };
#define EIGENGRAD_APPEND_FAMILY(name) append(name());
    EIGENGRAD_TABLE_FAMILIES(EIGENGRAD_APPEND_FAMILY)
#undef EIGENGRAD_APPEND_FAMILY
    return all;
  }();
  return rows;
}

Row& named(Rows& rows, const std::string& name) {
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.name == name; });
  if (row == rows.end()) throw std::logic_error("no row is called " + name);
  return *row;
}

}  // namespace table
