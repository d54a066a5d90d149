#pragma once

#include "ops/indexing/indexed.hpp"

/// Elements chosen along one dimension by their values.
namespace eigengrad {

/// The rule of the values, linear in x once the indices are known. `dropped` says that the result has lost the
/// dimension.
struct GatherAlong {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 1;
  static constexpr unsigned keeps_input = 0;
  static constexpr unsigned keeps_output = 0;
  const char* node_name;
  ByPosition at;
  bool dropped = false;
  Tensor vjp(std::size_t, const Tensor& g, const Tensor&, const Tensor&) const {
    return scatter_at(at, dropped ? g.unsqueeze(dim()) : g);
  }
  Tensor jvp(std::size_t, const Tensor& t, const Tensor&, const Tensor&) const {
    const Tensor y = gather_at(at, t);
    return dropped ? y.squeeze(dim()) : y;
  }
  void lift(std::int64_t lead) { at.lift(lead); }

 private:
  std::int64_t dim() const { return static_cast<std::int64_t>(at.leads.size() + at.d); }
};

/// Values and indices of chosen elements.
using ChosenValues = autograd::ComputedRule<GatherAlong, 2>;

/// The elements of x at `index` along dimension `d`; the indices are contiguous and not negative.
inline ByPosition along(const Tensor& x, std::size_t d, const Tensor& index) {
  return {DimVector(x.sizes()), d, KeptIndices(index)};
}

/// A new result without its dimension `d`, which has extent 1. Only for unrecorded results.
inline Tensor without_dim(const Tensor& y, std::size_t d) {
  DimVector sizes(y.sizes());
  sizes.erase(d);
  y.impl()->set_geometry(sizes, detail::row_major_strides(sizes), y.impl()->bytes());
  return y;
}

}  // namespace eigengrad
