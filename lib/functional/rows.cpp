#include "functional/rows.hpp"

#include <algorithm>

#include "autograd/lifting.hpp"
#include "core/dispatch.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/shape/views.hpp"

namespace eigengrad::detail {

Tensor units(const Tensor& like, std::int64_t first, std::int64_t count) {
  Tensor t = zeros(autograd::with_lead(count, like.sizes()), like.dtype());
  dispatch(t.dtype(), [&]<class T>(std::type_identity<T>) {
    T* const p = t.impl()->data<T>();
    for (std::int64_t i = 0; i < count; ++i) p[i * like.numel() + first + i] = T(1);
  });
  return t;
}

std::int64_t rows_at_once(std::int64_t of, std::int64_t by, std::size_t graph_bytes) noexcept {
  constexpr std::int64_t kElements = 1 << 15;
  constexpr std::size_t kBytes = std::size_t{1} << 28;
  constexpr std::int64_t kFewest = 8;
  const std::int64_t in_cache = std::max(kFewest, kElements / std::max<std::int64_t>({1, of, by}));
  const std::size_t in_memory = kBytes / std::max<std::size_t>(1, graph_bytes);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(in_memory), 1, in_cache);
}

Tensor derivative_matrix(const Tensor& of, const Tensor& var, std::size_t graph_bytes) {
  if (!of.requires_grad()) return {};
  const std::int64_t n = of.numel();
  const std::int64_t at_once = rows_at_once(n, var.numel(), graph_bytes);
  Tensor matrix;
  for (std::int64_t i = 0; i < n; i += at_once) {
    const std::int64_t count = std::min(at_once, n - i);
    const Tensor rows = autograd::grad({of}, {var},
                                       {.grad_outputs = {units(of, i, count)},
                                        .retain_graph = true,
                                        .allow_unused = true,
                                        .is_grads_batched = true})[0];
    if (!rows.defined()) continue;
    const NoGradGuard copy_only;
    if (!matrix.defined()) matrix = zeros({n, var.numel()}, var.dtype());
    matrix.narrow(0, i, count).copy_(rows.reshape({count, var.numel()}));
  }
  return matrix;
}

}  // namespace eigengrad::detail
