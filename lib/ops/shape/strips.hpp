#pragma once

#include <memory>
#include <vector>

#include "autograd/lifting.hpp"
#include "autograd/views.hpp"
#include "core/new_tensor.hpp"
#include "kernels/base/copy.hpp"
#include "ops/shape/picks.hpp"

/// Results whose elements are elements of the input, in strips along each dimension: rolled and padded tensors.
namespace eigengrad {

/// Consecutive positions along a dimension of the result, from `to` on, and the positions of the
/// input whose elements they get: from, from + step, ... with step 1, -1 or 0.
struct Strip {
  std::int64_t to;
  std::int64_t from;
  std::int64_t length;
  std::int64_t step;
};

/// For every dimension, the strips that the result consists of.
struct Strips {
  DimVector input_sizes;
  DimVector result_sizes;
  std::vector<std::vector<Strip>> by_dim;

  /// The same strips behind a leading dimension that is kept.
  Strips under(std::int64_t lead) const {
    Strips all{autograd::with_lead(lead, input_sizes), autograd::with_lead(lead, result_sizes),
               by_dim};
    all.by_dim.insert(all.by_dim.begin(), {{0, 0, lead, 1}});
    return all;
  }
  /// Calls f(strips, one for each dimension) for every block of the result.
  template <class F>
  void for_blocks(F&& f) const {
    std::vector<const Strip*> block(by_dim.size());
    walk(f, block, 0);
  }

 private:
  template <class F>
  void walk(F& f, std::vector<const Strip*>& block, std::size_t d) const {
    if (d == by_dim.size()) {
      f(block);
      return;
    }
    for (const Strip& s : by_dim[d]) {
      block[d] = &s;
      if (s.length > 0) walk(f, block, d + 1);
    }
  }
};
using SharedStrips = std::shared_ptr<const Strips>;
using StripBlock = std::vector<const Strip*>;

/// The geometry of a block in the result.
inline Geometry target_of(const StripBlock& block, IntArrayRef strides) {
  Geometry g{{}, DimVector(strides), 0};
  for (std::size_t d = 0; d < block.size(); ++d) {
    g.sizes.push_back(block[d]->length);
    g.offset += block[d]->to * strides[d];
  }
  return g;
}
/// That of its elements in the input.
inline Geometry source_of(const StripBlock& block, IntArrayRef strides) {
  Geometry g;
  for (std::size_t d = 0; d < block.size(); ++d) {
    g.sizes.push_back(block[d]->length);
    g.strides.push_back(block[d]->step * strides[d]);
    g.offset += block[d]->from * strides[d];
  }
  return g;
}
inline Tensor part_of(const Tensor& x, const Geometry& g) {
  return autograd::raw_view(x, g.sizes, g.strides, g.offset);
}

/// The result that the strips of `layout` take from x.
inline Tensor fill_strips(const Strips& layout, const Tensor& x) {
  Tensor y = detail::uninitialised(x.dtype(), layout.result_sizes);
  layout.for_blocks([&](const StripBlock& block) {
    kernels::copy(part_of(y, target_of(block, y.strides())),
                  part_of(x, source_of(block, x.strides())));
  });
  return y;
}

}  // namespace eigengrad
