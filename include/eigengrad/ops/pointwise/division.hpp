#pragma once

#include <string_view>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Shapes: all operators here broadcast. Dtypes are promoted as in arithmetic.hpp.

/// a / b rounded to an integer: down with "floor", towards zero with "trunc"; nullopt does not round.
/// Integers stay integers.
/// At the edge: "floor" is right where a / b rounds to an integer that a does not reach, as Python's //;
/// gradients are 0.
/// Accuracy (floor): 1 ulp.
/// Throws: ValueError for another mode; NumericError for integers over 0; DtypeError for two bools.
EIGENGRAD_API Tensor div(const Tensor& a, const Tensor& b,
                         optional<std::string_view> rounding_mode);
EIGENGRAD_API Tensor div(const Tensor& a, const Scalar& b,
                         optional<std::string_view> rounding_mode);
/// div without rounding.
/// Accuracy: 0.5 ulp; first derivative 2, second 3.
EIGENGRAD_API Tensor true_divide(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor true_divide(const Tensor& a, const Scalar& b);
/// div rounded down.
/// Accuracy: 1 ulp.
EIGENGRAD_API Tensor floor_divide(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor floor_divide(const Tensor& a, const Scalar& b);
/// a - b times a / b rounded towards zero: what C calls fmod, with the sign of a. Exact.
/// At the edge: NaN for infinite a or b = 0; the gradient in b is what a / b was rounded to, negated.
/// Accuracy: exact.
/// Throws: NumericError for integers over 0; DtypeError for two bools.
EIGENGRAD_API Tensor fmod(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor fmod(const Tensor& a, const Scalar& b);
/// a - b times a / b rounded down: Python's %, with the sign of b. Edges and errors as fmod.
/// Accuracy: 0.5 ulp.
EIGENGRAD_API Tensor remainder(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor remainder(const Tensor& a, const Scalar& b);
EIGENGRAD_API Tensor remainder(const Scalar& a, const Tensor& b);
/// remainder() as an operator.
EIGENGRAD_API Tensor operator%(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor operator%(const Tensor& a, const Scalar& b);
EIGENGRAD_API Tensor operator%(const Scalar& a, const Tensor& b);

}  // namespace eigengrad
