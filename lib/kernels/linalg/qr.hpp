#pragma once

#include <cstdint>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

/// a = q r with as many columns of q (rows of r) as the tensors have, both column-major; q may be undefined.
void qr(const Tensor& a, const Tensor& q, const Tensor& r);

/// a = q r with q as reflectors 1 - tau_i v_i v_i^T, whose v_i (1 at index i, 0 before) stand below the
/// diagonal of `packed`, column-major, and r on and above it.
void reflectors(const Tensor& a, const Tensor& packed, const Tensor& tau);

/// The first columns of the product of reflectors, as reflectors() stores them in v; q column-major, v
/// row-major.
void product_of_reflectors(const Tensor& v, const Tensor& tau, const Tensor& q);

/// The x of least norm among those that make a x - b smallest, for a batch of b as long as that of a;
/// a and b row-major, x column-major. `pivoted`: by a complete orthogonal decomposition, pivots up to rcond
/// times the largest counting as 0, and `rank` (int64) says how many did not; otherwise by QR, for full
/// rank. NaN for a matrix that is not finite. Returns the index of the first matrix with a zero pivot, or -1.
std::int64_t least_squares(const Tensor& a, const Tensor& b, const Tensor& x, bool pivoted,
                           double rcond, const Tensor& rank);

}  // namespace eigengrad::kernels
