#pragma once

#include "eigengrad/core/tensor.hpp"

/// Running results along dimension `d`. All tensors are row-major and have the same extents.
namespace eigengrad::kernels {

/// dst_k = the sum of src up to k, or from k on in reverse. Same dtype, not bool.
///
/// Note [Running sums]
/// The error of a running sum cannot be kept down by adding in pairs without giving up that element k
/// depends on the elements before it only. Sums of doubles carry the rounding error of each addition
/// along (Ogita, Rump and Oishi, SIAM J. Sci. Comput. 26, 2005: sum2), which lies off the critical
/// path of additions; sums of floats are kept in double.
void cumsum(const Tensor& dst, const Tensor& src, std::size_t d, bool reverse);

/// dst_k = the product of src up to k. Same dtype, not bool.
void cumprod(const Tensor& dst, const Tensor& src, std::size_t d);

/// dst_k = log of the sum of exp(src) up to k.
void logcumsumexp(const Tensor& dst, const Tensor& src, std::size_t d);

/// The largest (smallest) element up to k, and the last index where it stands; from a NaN on, NaN.
void cumulative_extremum(const Tensor& values, const Tensor& indices, const Tensor& src,
                         std::size_t d, bool largest);

/// s_k = u_k + link_k s_{k-1}, or in reverse s_k = u_k + link_{k+1} s_{k+1}; where a link is 0 nothing
/// gets through, not even an infinity. The two directions are each other's transposes.
void linear_scan(const Tensor& s, const Tensor& link, const Tensor& u, std::size_t d, bool reverse);

}  // namespace eigengrad::kernels
