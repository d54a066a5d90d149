#pragma once

#include <string>

#include "regression/data.hpp"

namespace apps::regression {

/// What `selection` asks for, or all columns but those with another part to play.
/// Throws: BadInput for names that are no columns, and for the target.
Formula formula_of(const Source& source, const Selection& selection, const std::string& target);

/// Replaces numeric columns by their powers up to `degree`.
void add_powers(Formula& formula, const Table& table, int degree);

}  // namespace apps::regression
