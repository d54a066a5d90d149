#pragma once

#include <cstdint>
#include <string_view>

#include "eigengrad/functional/callable.hpp"

/// What transforms share that compute many slices of one result: directions, samples, diagonal elements.

namespace eigengrad::detail {

/// Throws: ValueError for a chunk size that is not positive.
void check_chunk_size(std::string_view op, const optional<std::int64_t>& chunk_size);

/// A tensor that is computed slice by slice along its leading dimension.
class LeadingSlices {
 public:
  /// `count` slices shaped as `like`. With `keep` they are put together with their graphs and tangents; else they are
  /// copied, each into its part of the result.
  LeadingSlices(std::int64_t count, const Tensor& like, bool keep);
  /// Slice `i`, which has to be the next one; undefined for zeros.
  void add(std::int64_t i, const Tensor& slice);
  /// `count` slices from slice `i` on in a leading dimension; likewise.
  void add(std::int64_t i, std::int64_t count, const Tensor& slices);
  /// From the next slice on with graphs and tangents; `done` have been added.
  void keep_from(std::int64_t done);
  Tensor finish();

 private:
  DimVector sizes_;
  ScalarType dtype_;
  Tensor result_;
  variable_list slices_;
};

std::vector<LeadingSlices> slices_like(std::int64_t count, const variable_list& like, bool keep);
variable_list finish(std::vector<LeadingSlices>& slices);

/// Vectors of a product with many of them.
struct Directions {
  std::int64_t count = 0;
  /// One per tensor of the argument or value, in its dtype and with a leading dimension of `count`.
  variable_list v;

  variable_list at(std::int64_t i) const;
  /// The `count` directions from `i` on.
  variable_list from(std::int64_t i, std::int64_t count) const;
};
/// Throws: ShapeError when `v` is left out, does not fit `like`, or differs in how many there are. `like_what` names `like`
/// in messages.
Directions check_directions(std::string_view op, const variable_list& v, const variable_list& like,
                            std::string_view like_what);

/// Gradients of the tracked ones of `outputs`, as sweep() gives them, whose graph is kept for further sweeps. If `batched`,
/// the cotangents and the gradients have a leading dimension.
variable_list sweep_again(const variable_list& outputs, const variable_list& vars,
                          const variable_list& cotangents, bool create_graph, bool batched = false);

}  // namespace eigengrad::detail
