#pragma once

#include <cstdint>

namespace eigengrad {

// Losses of a prediction x against a target. `reduction` gives all of them (None), their mean (Mean) or
// their sum (Sum). Every tensor that is not of integers has derivatives, weights and targets too, but
// for those that name a class.
// Throws: ValueError for another reduction; ShapeError for shapes that do not fit; DtypeError for
// integers in place of a floating point tensor.

/// How the losses of single elements are reduced: not at all, to their mean or to their sum.
namespace Reduction {
enum Reduction { None, Mean, Sum, END };
}  // namespace Reduction

}  // namespace eigengrad
