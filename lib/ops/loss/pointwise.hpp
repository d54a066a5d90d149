#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "autograd/elementwise.hpp"
#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/ops/loss/reduction.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "kernels/base/rows.hpp"

/// Losses that are elementwise operators (Note [Elementwise rules]), whose results may be added up.
namespace eigengrad::losses {

void check_reduction(std::string_view op, std::int64_t reduction);

/// The sum or mean of the elements, or the elements.
Tensor reduce(const Tensor& x, std::int64_t reduction);

/// The sum of what `value` gives for `n` elements of contiguous operands, block by block, so that the
/// elements are never stored.
template <class T>
T sum_of_values(kernels::BlockKernel value, const void* rule, const Tensor* inputs,
                std::size_t count, std::int64_t n) {
  const auto block_sum = [&](std::int64_t i) {
    alignas(64) T buffer[static_cast<std::size_t>(kernels::kBlock)];
    std::byte* operands[kernels::kMaxOperands] = {reinterpret_cast<std::byte*>(buffer)};
    for (std::size_t k = 0; k < count; ++k)
      operands[k + 1] = reinterpret_cast<std::byte*>(inputs[k].impl()->data<T>() + i);
    const std::int64_t length = std::min(kernels::kBlock, n - i);
    value(rule, operands, length);
    const auto at = [&](std::int64_t k, int lanes) {
      return kernels::load_lanes(buffer + k, lanes);
    };
    return kernels::row_sum<T>(0, length, at);
  };
  if (n <= kernels::kBlock) return n == 0 ? T(0) : block_sum(0);
  std::vector<T> partial(static_cast<std::size_t>((n + kernels::kBlock - 1) / kernels::kBlock));
  kernels::parallel_blocks(n, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; i += kernels::kBlock)
      partial[static_cast<std::size_t>(i / kernels::kBlock)] = block_sum(i);
  });
  const auto at = [&](std::int64_t k, int lanes) {
    return kernels::load_lanes(partial.data() + k, lanes);
  };
  return kernels::row_sum<T>(0, static_cast<std::int64_t>(partial.size()), at);
}

/// Sum of an elementwise rule's values over `divisor`, recorded as one node.
template <class Rule>
struct Reduced {
  static constexpr auto inputs = static_cast<std::size_t>(Rule::arity);
  static constexpr std::size_t outputs = 1;
  static constexpr unsigned keeps_input = (1u << inputs) - 1;
  static constexpr unsigned keeps_output = 0;
  static constexpr auto node_name = Rule::node_name;
  static constexpr const autograd::ElementwiseInfo& info =
      autograd::elementwise_detail::info_of<Rule>;
  Rule rule;
  DimVector sizes;
  double divisor;
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }

  template <class... X>
  requires(sizeof...(X) == inputs) Tensor forward(const X&... each)
  const {
    const detail::Unrecorded unrecorded;
    const std::array<const Tensor*, inputs> x{&each...};
    std::array<Tensor, inputs> dense;
    for (std::size_t i = 0; i < inputs; ++i)
      dense[i] = autograd::expand_to(*x[i], sizes).contiguous();
    const ScalarType dtype = x[0]->dtype();
    const Tensor y = detail::uninitialised(dtype, {});
    const auto sum = [&]<class T>(std::type_identity<T>) {
      *y.impl()->data<T>() = sum_of_values<T>(info.value[static_cast<int>(dtype)], &rule,
                                              dense.data(), inputs, detail::numel_of(sizes)) /
                             static_cast<T>(divisor);
    };
    if (dtype == kFloat32)
      sum(std::type_identity<float>());
    else
      sum(std::type_identity<double>());
    return y;
  }
  Tensor vjp(std::size_t i, const Tensor* g, const Tensor* x, const Tensor*) const {
    const Tensor each = autograd::expand_to(divisor == 1 ? g[0] : g[0] / divisor, sizes, lead);
    const bool record = detail::recording() || detail::thread_state.dual_level;
    return autograd::sum_to(
        record || info.passes_on[i] ? recorded(i, each, x) : computed(i, each, x), x[i].sizes(),
        lead);
  }
  Tensor jvp(std::size_t, const Tensor* t, const Tensor* x, const Tensor*) const {
    Tensor total;
    for (std::size_t i = 0; i < inputs; ++i) {
      if (!t[i].defined()) continue;
      const Tensor each = recorded(i, autograd::expand_to(t[i], sizes), x);
      autograd::accumulate_gradient(total, each.sum());
    }
    return divisor == 1 ? total : total / divisor;
  }

 private:
  Tensor recorded(std::size_t i, const Tensor& g, const Tensor* x) const {
    return info.rule(&rule, static_cast<int>(i), g, x, {});
  }
  /// Derivative times cotangent in one pass.
  Tensor computed(std::size_t i, const Tensor& g, const Tensor* x) const {
    const Tensor r = detail::uninitialised(g.dtype(), g.sizes());
    const detail::TensorImpl* operands[kernels::kMaxOperands] = {r.impl(), g.impl()};
    int n = 2;
    for (std::size_t k = 0; k < inputs; ++k)
      if ((info.used[i] & (1u << k)) != 0) operands[n++] = x[k].impl();
    kernels::pointwise(g.sizes(), operands, n, 1, info.pullback[i][g.dtype() == kFloat64], &rule);
    return r;
  }
};

/// Inputs in one floating point dtype.
template <class Rule, std::size_t N>
std::array<Tensor, N> promoted(const std::array<Tensor, N>& x) {
  const Tensor* all[N];
  for (std::size_t i = 0; i < N; ++i) {
    if (x[i].dtype() == kBool && requires { Rule::no_bool; })
      detail::fail<DtypeError>(Rule::op_name,
                               "is not defined for bool tensors; convert them with to(kInt64) "
                               "first");
    all[i] = &x[i];
  }
  ScalarType dtype = autograd::result_type(all, N);
  if (!is_floating_point(dtype)) dtype = kDefaultDtype;
  std::array<Tensor, N> y;
  for (std::size_t i = 0; i < N; ++i) y[i] = x[i].to(dtype);
  return y;
}

/// The loss of the elementwise `rule`, reduced to its sum or mean if `reduction` says so.
template <class Rule, class... X>
Tensor loss(const Rule& rule, std::int64_t reduction, const X&... inputs) {
  check_reduction(Rule::op_name, reduction);
  constexpr std::size_t n = sizeof...(X);
  if (reduction == Reduction::None) return autograd::apply(rule, inputs...);
  const std::array<Tensor, n> x = promoted<Rule, n>({inputs...});
  DimVector sizes(x[0].sizes());
  for (std::size_t i = 1; i < n; ++i)
    sizes = autograd::broadcast_shapes(Rule::op_name, sizes, x[i].sizes());
  const auto count = static_cast<double>(detail::numel_of(sizes));
  return autograd::apply_many(Reduced<Rule>{rule, sizes, reduction == Reduction::Mean ? count : 1},
                              x);
}

}  // namespace eigengrad::losses
