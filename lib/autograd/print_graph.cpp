#include "core/print_graph.hpp"
#include "autograd/forward_mode.hpp"

#include "autograd/views.hpp"

namespace eigengrad::detail {

std::string printed_grad_fn(const Tensor& t) {
  if (autograd::is_history_lost(t)) return "Invalid";
  const std::shared_ptr<autograd::Node> node = t.grad_fn();
  return node != nullptr ? node->name() : std::string();
}

Tensor printed_tangent(const Tensor& t) { return carries_tangent(t) ? tangent_of(t) : Tensor(); }

}  // namespace eigengrad::detail
