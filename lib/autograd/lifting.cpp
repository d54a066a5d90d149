#include "autograd/lifting.hpp"

#include <algorithm>

#include "autograd/kinds.hpp"
#include "autograd/views.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/core/factories.hpp"

namespace eigengrad::autograd {
namespace {

/// Copies one direction; the transpose puts it among zeros.
struct Direction {
  static constexpr auto node_name = "SelectBackward0";
  DimVector sizes;
  std::int64_t index;
  std::int64_t leads = 1;

  /// The elements of the direction in a tensor of extents `sizes`, which may have leads of its own in front.
  Tensor part_of(const Tensor& x) const {
    DimVector part_sizes(x.sizes());
    DimVector strides(x.strides());
    const auto d = static_cast<std::size_t>(leads - 1);
    const std::int64_t offset = index * strides[d];
    part_sizes.erase(d);
    strides.erase(d);
    return raw_view(x, part_sizes, strides, offset);
  }
  Tensor forward(const Tensor& x) const {
    const Tensor part = part_of(x);
    Tensor y = detail::uninitialised(x.dtype(), part.sizes());
    kernels::copy(y, part);
    return y;
  }
  Tensor transpose(const Tensor& g) const;
  void lift(std::int64_t lead) {
    sizes.insert(0, lead);
    ++leads;
  }
};
struct AmongZeros {
  static constexpr auto node_name = "SelectBackwardBackward0";
  Direction direction;
  Tensor forward(const Tensor& g) const {
    Tensor y = detail::uninitialised(g.dtype(), direction.sizes);
    kernels::fill(y, 0);
    kernels::copy(direction.part_of(y), g);
    return y;
  }
  Tensor transpose(const Tensor& gg) const { return apply_linear(direction, gg); }
  void lift(std::int64_t lead) { direction.lift(lead); }
};
Tensor Direction::transpose(const Tensor& g) const { return apply_linear(AmongZeros{*this}, g); }

struct StackedDirections {
  static constexpr auto node_name = "StackBackward0";
  DimVector sizes;
  std::int64_t leads = 1;
  Tensor forward(TensorList xs) const {
    Tensor y = detail::uninitialised(xs[0].dtype(), sizes);
    for (std::size_t i = 0; i < xs.size(); ++i)
      kernels::copy(Direction{sizes, static_cast<std::int64_t>(i), leads}.part_of(y), xs[i]);
    return y;
  }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    return apply_linear(Direction{sizes, static_cast<std::int64_t>(i), leads}, g);
  }
  void lift(std::int64_t lead) {
    sizes.insert(0, lead);
    ++leads;
  }
};

}  // namespace

Tensor direction(const Tensor& t, std::int64_t i) {
  return t.defined() ? apply_linear(Direction{DimVector(t.sizes()), i}, t) : Tensor();
}

Tensor stacked_directions(TensorList directions) {
  const auto model = std::find_if(directions.begin(), directions.end(),
                                  [](const Tensor& t) { return t.defined(); });
  if (model == directions.end()) return {};
  std::vector<Tensor> all(directions.begin(), directions.end());
  for (Tensor& t : all)
    if (!t.defined()) t = zeros(model->sizes(), model->dtype());
  return apply_linear_list(
      StackedDirections{with_lead(static_cast<std::int64_t>(all.size()), model->sizes())}, all);
}

void for_each_direction(const Node& node, BackwardCall& call,
                        const std::function<void(BackwardCall&)>& evaluate_one) {
  std::vector<variable_list> results(node.num_outputs());
  for (std::int64_t i = 0; i < call.lead; ++i) {
    variable_list grads(node.num_inputs());
    for (std::size_t k = 0; k < grads.size(); ++k) grads[k] = direction(call.grads[k], i);
    variable_list parts(results.size());
    BackwardCall one{grads.data(), parts.data(), call.wanted};
    evaluate_one(one);
    for (std::size_t j = 0; j < parts.size(); ++j) results[j].push_back(std::move(parts[j]));
  }
  for (std::size_t j = 0; j < results.size(); ++j) call.results[j] = stacked_directions(results[j]);
}

void run_hooks_lifted(Tensor* grads, std::size_t n, std::int64_t lead,
                      const std::function<void(Tensor*)>& hooks) {
  if (lead < 0) return hooks(grads);
  std::vector<variable_list> after(n);
  for (std::int64_t i = 0; i < lead; ++i) {
    variable_list parts(n);
    for (std::size_t k = 0; k < n; ++k) parts[k] = direction(grads[k], i);
    hooks(parts.data());
    for (std::size_t k = 0; k < n; ++k) after[k].push_back(std::move(parts[k]));
  }
  for (std::size_t k = 0; k < n; ++k) grads[k] = stacked_directions(after[k]);
}

}  // namespace eigengrad::autograd
