#pragma once

#include <vector>

#include "eigengrad/core/tensor.hpp"

/// Tensors put together from others, or from repetitions of one.
namespace eigengrad {

// Tensors of several dtypes are converted to the one that promotion gives.
// Throws: ShapeError for an empty list or extents that do not fit.

/// The tensors joined along an existing dimension. Tensors of shape (0) are skipped.
EIGENGRAD_API Tensor cat(TensorList xs, std::int64_t d = 0);
/// cat() by another name.
EIGENGRAD_API Tensor concat(TensorList xs, std::int64_t d = 0);
/// cat() by its name in NumPy.
EIGENGRAD_API Tensor concatenate(TensorList xs, std::int64_t d = 0);
/// The tensors joined along a new dimension.
EIGENGRAD_API Tensor stack(TensorList xs, std::int64_t d = 0);
/// The tensors joined along dimension 1; vectors along their only one.
EIGENGRAD_API Tensor hstack(TensorList xs);
/// The tensors joined along dimension 0, vectors as rows.
EIGENGRAD_API Tensor vstack(TensorList xs);
/// vstack() by another name.
EIGENGRAD_API Tensor row_stack(TensorList xs);
/// The tensors joined along dimension 2 after atleast_3d.
EIGENGRAD_API Tensor dstack(TensorList xs);
/// The tensors joined along dimension 1, vectors as columns.
EIGENGRAD_API Tensor column_stack(TensorList xs);
/// The matrices along the diagonal of one that is 0 elsewhere; vectors count as rows.
EIGENGRAD_API Tensor block_diag(TensorList xs);
/// All tuples with one element from each vector, as rows. Shapes: n_1, ..., n_k -> (n_1 ... n_k, k);
/// of one vector the vector itself.
EIGENGRAD_API Tensor cartesian_prod(TensorList xs);
/// All choices of r elements of a vector in their order, as rows; with replacement an element may be
/// chosen again. Shapes: n -> (n over r, r), or (n + r - 1 over r, r).
/// Throws: ShapeError, ValueError for a negative r.
EIGENGRAD_API Tensor combinations(const Tensor& x, std::int64_t r = 2,
                                  bool with_replacement = false);

/// x written repeats[d] times in a row along every dimension d; leading dimensions may be new.
/// Throws: ShapeError for fewer repeats than dimensions; ValueError for negative ones.
EIGENGRAD_API Tensor tile(const Tensor& x, IntArrayRef dims);
/// Every element (or slice along `dim`) repeated on the spot; without `dim` x is flattened first.
/// `repeats` is one number for all, or an int64 vector with one for each.
/// Throws: ShapeError when their number or `output_size` does not fit; ValueError for negative ones;
/// DtypeError.
EIGENGRAD_API Tensor repeat_interleave(const Tensor& x, const Tensor& repeats,
                                       optional<std::int64_t> dim = nullopt,
                                       optional<std::int64_t> output_size = nullopt);
EIGENGRAD_API Tensor repeat_interleave(const Tensor& x, std::int64_t repeats,
                                       optional<std::int64_t> dim = nullopt,
                                       optional<std::int64_t> output_size = nullopt);
/// The index i repeated repeats[i] times.
EIGENGRAD_API Tensor repeat_interleave(const Tensor& repeats,
                                       optional<std::int64_t> output_size = nullopt);

}  // namespace eigengrad
