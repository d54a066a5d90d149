#pragma once

#include <cstdint>

namespace eigengrad {

// Losses of a prediction x against a target. `reduction` gives all of them (None), their mean (Mean) or
// their sum (Sum). Every tensor that is not of integers has derivatives, weights and targets too, but
// for those that name a class.
// Throws: ValueError for another reduction; ShapeError for shapes that do not fit; DtypeError for
// integers in place of a floating point tensor.

/// What becomes of the losses of single elements.
namespace Reduction {
enum Reduction { None, Mean, Sum, END };
}  // namespace Reduction

}  // namespace eigengrad
