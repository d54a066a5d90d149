#include "functional/batch.hpp"

#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "functional/variables.hpp"

namespace eigengrad::detail {

void check_chunk_size(std::string_view op, const optional<std::int64_t>& chunk_size) {
  if (chunk_size && *chunk_size <= 0)
    fail<ValueError>(op, "chunk_size is ", *chunk_size,
                     "; give a positive one, or leave it out for as many at once as pay");
}

LeadingSlices::LeadingSlices(std::int64_t count, const Tensor& like, bool keep)
    : dtype_(like.dtype()) {
  sizes_.push_back(count);
  for (const std::int64_t n : like.sizes()) sizes_.push_back(n);
  if (!keep) result_ = empty(sizes_, dtype_);
}

void LeadingSlices::add(std::int64_t i, const Tensor& slice) {
  if (!result_.defined()) {
    slices_.push_back(slice.defined() ? slice.to(dtype_)
                                      : zeros({sizes_.data() + 1, sizes_.size() - 1}, dtype_));
    return;
  }
  const NoGradGuard copy_only;
  Tensor part = result_.select(0, i);
  if (slice.defined())
    part.copy_(slice);
  else
    part.zero_();
}

void LeadingSlices::add(std::int64_t i, std::int64_t count, const Tensor& slices) {
  if (result_.defined() && slices.defined()) {
    const NoGradGuard copy_only;
    result_.narrow(0, i, count).copy_(slices);
    return;
  }
  for (std::int64_t k = 0; k < count; ++k)
    add(i + k, slices.defined() ? slices.select(0, k) : Tensor());
}

void LeadingSlices::keep_from(std::int64_t done) {
  if (!result_.defined()) return;
  for (std::int64_t i = 0; i < done; ++i) slices_.push_back(result_.select(0, i));
  result_ = Tensor();
}

Tensor LeadingSlices::finish() {
  if (result_.defined()) return result_;
  const AutoGradMode recording(true);
  return slices_.empty() ? zeros(sizes_, dtype_) : stack(slices_, 0);
}

std::vector<LeadingSlices> slices_like(std::int64_t count, const variable_list& like, bool keep) {
  std::vector<LeadingSlices> slices;
  slices.reserve(like.size());
  for (const Tensor& t : like) slices.emplace_back(count, t, keep);
  return slices;
}

variable_list finish(std::vector<LeadingSlices>& slices) {
  variable_list results;
  results.reserve(slices.size());
  for (LeadingSlices& s : slices) results.push_back(s.finish());
  return results;
}

variable_list Directions::at(std::int64_t i) const {
  variable_list one;
  one.reserve(v.size());
  for (const Tensor& t : v) one.push_back(t.select(0, i));
  return one;
}

variable_list Directions::from(std::int64_t i, std::int64_t n) const {
  variable_list some;
  some.reserve(v.size());
  for (const Tensor& t : v) some.push_back(t.narrow(0, i, n));
  return some;
}

Directions check_directions(std::string_view op, const variable_list& v, const variable_list& like,
                            std::string_view like_what) {
  if (v.size() != like.size())
    fail<ShapeError>(op, "v has ", v.size(), " tensor(s) and the ", like_what, " has ", like.size(),
                     "; give one for each, with the directions in its leading dimension");
  Directions directions;
  for (std::size_t i = 0; i < v.size(); ++i) {
    DimVector wanted{v[i].defined() && v[i].dim() > 0 ? v[i].size(0) : 0};
    for (const std::int64_t n : like[i].sizes()) wanted.push_back(n);
    if (!v[i].defined())
      fail<ShapeError>(op, "tensor ", i, " of v is undefined; give it a leading dimension, then ",
                       like[i].sizes());
    if (!(v[i].sizes() == IntArrayRef(wanted)))
      fail<ShapeError>(op, "v has invalid sizes: tensor ", i, " has ", v[i].sizes(), " and the ",
                       like_what, " ", like[i].sizes(),
                       "; with is_v_batched, give it one more dimension in front of these");
    if (i > 0 && v[i].size(0) != directions.count)
      fail<ShapeError>(op, "v has ", directions.count, " directions in tensor 0 and ", v[i].size(0),
                       " in tensor ", i, "; give as many in each");
    directions.count = v[i].size(0);
    directions.v.push_back(v[i].to(like[i].dtype()));
  }
  return directions;
}

variable_list sweep_again(const variable_list& outputs, const variable_list& vars,
                          const variable_list& cotangents, bool create_graph, bool batched) {
  return sweep(outputs, vars, cotangents, create_graph, /*keep_graph=*/true, batched);
}

}  // namespace eigengrad::detail
