#pragma once

#include <string_view>

#include "eigengrad/functional/products.hpp"

/// Products with many vectors, which `v` holds in a leading dimension.

namespace eigengrad::detail {

/// One evaluation of f, and a sweep per direction through its graph.
Product vjp_of_batch(ErasedFunction f, const variable_list& x, const variable_list& v,
                     const FunctionalOptions& options);
/// An evaluation with tangents per direction, or one and sweeps where tangents are not to be had.
Product jvp_of_batch(ErasedFunction f, const variable_list& x, const variable_list& v,
                     const FunctionalOptions& options);
/// One recorded gradient and a sweep per direction through it; for hvp() in forward mode, forward over reverse for
/// each. `op` is hvp or vhp.
Product hvp_of_batch(std::string_view op, ErasedFunction f, const variable_list& x,
                     const variable_list& v, const FunctionalOptions& options);

}  // namespace eigengrad::detail
