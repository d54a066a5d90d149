#pragma once

#include "eigengrad/autograd/node.hpp"

namespace eigengrad::autograd {

/// Note [Views and in-place]
/// A view knows the tensor that owns its memory (its base, never a view itself). An in-place write to
/// a view is recorded as a CopySlices node, which becomes the history of the base; an in-place write
/// to the base replaces its history too. Each write bumps the storage's version, and each new history
/// is counted by the base; both only grow. A view whose history_version is not their sum has an
/// outdated node and gets a new one from its base's when it is next asked for (AsStridedBackward0).
/// A view made without recording has no node. It is tracked where its base is, but no gradient leads
/// from it to the base; once the memory was written to, it cannot be recorded at all. Nor can, then, one
/// of several views that one call returned, as in PyTorch.

/// An unrecorded view of `t`, for kernels.
Tensor raw_view(const Tensor& t, IntArrayRef sizes, IntArrayRef strides,
                std::int64_t offset_elements);

/// A tensor of the same memory and geometry, recorded as a view of `t`.
Tensor alias(const Tensor& t);

/// A view by explicit geometry, `offset` in elements from the first element of `t`. Its transpose adds
/// up where elements of the view share memory.
Tensor strided_view(const Tensor& t, IntArrayRef sizes, IntArrayRef strides, std::int64_t offset);

/// A copy of `t` in which `src` has replaced the elements of such a view.
/// Throws: ValueError when elements of the view share memory.
Tensor strided_scatter(const Tensor& t, const Tensor& src, IntArrayRef sizes, IntArrayRef strides,
                       std::int64_t offset);

/// The part of `whole_tangent`, the tangent of `whole`, that `view` sees; in the same memory if it can be.
Tensor part_of_tangent(const Tensor& whole, const Tensor& whole_tangent, const Tensor& view);

/// Makes `view`, fresh from raw_view, a view of `t` for in-place writes and tangents, of the given kind.
void mark_view(const Tensor& view, const Tensor& t, detail::ViewKind kind);

/// The edge of output `output_nr` of `node`. For a write to a view, whose node is inside a CopySlices and not
/// in the graph, it is that of the node that reads the view from its base.
Edge output_edge(Node& node, std::uint32_t output_nr);

/// Brings the node of a view up to date with in-place writes to its base.
/// Throws: GraphError for a view that was made without recording, with others, or by a custom Function.
void refresh_view_history(const Tensor& view);
/// Whether refresh_view_history() would refuse.
bool is_history_lost(const Tensor& view) noexcept;

}  // namespace eigengrad::autograd
