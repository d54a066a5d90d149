#pragma once

#include <cstring>
#include <memory>

#include "autograd/elementwise/info.hpp"
#include "eigengrad/autograd/node.hpp"

namespace eigengrad::autograd {

/// The parameters of an operator, copied byte by byte into its node.
struct OpBytes {
  OpBytes(const void* op, std::size_t size) noexcept { std::memcpy(bytes, op, size); }
  alignas(8) std::byte bytes[kOpBytes];
};

/// The node of a call on `inputs`, which broadcast to `sizes`. `written` says that the result `y` is there, false
/// that it is about to be written in place.
std::shared_ptr<Node> make_elementwise_node(const ElementwiseInfo& info, const OpBytes& op,
                                            const Tensor* const* inputs, const Tensor& y,
                                            IntArrayRef sizes, bool written = true);

}  // namespace eigengrad::autograd
