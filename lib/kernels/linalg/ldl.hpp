#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

/// p a p^T = l d l^T for symmetric matrices whose lower triangle is read, with ones on the diagonal of
/// l, and blocks of one or two rows in d; both overwrite that triangle, as LAPACK's sytrf packs them.
/// pivots[k] = p > 0: rows and columns k and p were interchanged, counted from 1, and the block of d is one
/// element. pivots[k] = pivots[k + 1] = -p: rows and columns k + 1 and p were interchanged, and k and k + 1
/// are a block of d. info (kernels/linalg/factor.hpp): the first block of d that is zero.
void ldl_factor(const Tensor& a, const Tensor& pivots, std::int64_t* info);

/// x := a^-1 x from those; the batch dimensions of the factors broadcast to those of x.
void ldl_solve(const Tensor& ld, const Tensor& pivots, const Tensor& x);

}  // namespace eigengrad::kernels
