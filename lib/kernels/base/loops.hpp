#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "core/geometry.hpp"
#include "eigengrad/core/array_ref.hpp"
#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

/// Elements handed to a kernel at a time when an operand does not lie in one piece.
inline constexpr std::int64_t kBlock = 1024;
inline constexpr int kMaxOperands = 6;

/// Memory of one operand of a loop, with a stride in elements for each dimension of the loop.
struct Operand {
  std::byte* data;
  std::int64_t element_size;
  const std::int64_t* strides;
};

/// Works on `n` consecutive elements of every operand: outputs first, then inputs.
using BlockKernel = void (*)(const void* context, std::byte* const* operands, std::int64_t n);

/// Runs `kernel` over all elements of `sizes`. The first `num_outputs` operands are written, the rest
/// read; strides of 0 broadcast an input.
///
/// Note [Loop driver]
/// Dimensions are ordered by the first operand's strides and merged where every operand allows. If
/// every operand then lies in one piece the kernel gets the whole; otherwise it gets blocks of kBlock
/// elements, and operands that do not lie in one piece pass through a buffer that stays in the
/// first-level cache. So there is one kernel per operator and dtype, not one per layout. Where
/// operands lie across one another, blocks are pieces of a few rows, so that what is read or written
/// along the columns is whole cache lines.
/// Independent blocks are shared among threads when there are enough of them; which elements form a
/// block does not depend on the number of threads.
void run_elementwise(IntArrayRef sizes, const Operand* operands, int num_operands, int num_outputs,
                     BlockKernel kernel, const void* context);

/// run_elementwise() over the elements of `count` tensors, the outputs first, broadcast to `sizes`.
void pointwise(IntArrayRef sizes, const detail::TensorImpl* const* tensors, int count,
               int num_outputs, BlockKernel kernel, const void* context);
inline void pointwise(IntArrayRef sizes, std::initializer_list<const detail::TensorImpl*> tensors,
                      int num_outputs, BlockKernel kernel, const void* context) {
  pointwise(sizes, tensors.begin(), static_cast<int>(tensors.size()), num_outputs, kernel, context);
}

/// Strides over `out_sizes` of a tensor that broadcasts to them; 0 where it is expanded.
void broadcast_strides(IntArrayRef sizes, IntArrayRef strides, IntArrayRef out_sizes,
                       std::int64_t* result) noexcept;

/// Dimensions of extent 1 dropped, others ordered so that the strides of operand `lead` shrink
/// inwards, neighbours merged where every operand allows it.
struct CollapsedLoop {
  int ndim = 0;
  std::int64_t sizes[detail::kMaxDim];
  std::int64_t strides[kMaxOperands][detail::kMaxDim];
};
void collapse(IntArrayRef sizes, const Operand* operands, int num_operands, CollapsedLoop& loop,
              int lead = 0);

}  // namespace eigengrad::kernels
