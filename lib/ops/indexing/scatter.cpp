#include "eigengrad/ops/indexing/scatter.hpp"

#include <algorithm>

#include "autograd/inplace.hpp"
#include "autograd/shapes.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "ops/indexing/indexed.hpp"

namespace eigengrad {
namespace {

/// A scalar as a tensor like `self`, expanded to what is picked.
Tensor constant(const Scalar& value, const Tensor& self, IntArrayRef shape) {
  return autograd::expand_to(autograd::wrapped_scalar(value, self).to(self.dtype()), shape);
}

/// `values` written or added to a copy of `x`.
template <class Op>
Tensor write_to_copy(const Op& op, const Tensor& x, const Tensor& values) {
  const Tensor y = plain_copy(x);
  op.store(y, values);
  return record_written(op, x, values, y);
}
/// A copy of x with the scalar `value` written or added, as `op` states; a scalar is no input of the node.
template <class Op>
Tensor fill_copy(const Op& op, const Tensor& x, const Scalar& value) {
  const Tensor y = plain_copy(x);
  op.store(y, constant(value, x, op.at.picked()));
  return record_written(op, x, {}, y);
}

template <class Op>
Tensor& write_to(std::string_view name, const Op& op, Tensor& self, const Tensor& values) {
  return write_inplace(name, op, self, values, [&] { op.store(self, values); });
}
template <class Op>
Tensor& fill_in(std::string_view name, const Op& op, Tensor& self, const Scalar& value) {
  return write_inplace(name, op, self, {},
                       [&] { op.store(self, constant(value, self, op.at.picked())); });
}

// ---- Along a dimension, element by element.

template <FixedString name>
using Scatter = WriteAt<ByPosition, name>;

template <FixedString name>
Tensor scattered(std::string_view op, const Tensor& x, std::int64_t dim, const Tensor& index,
                 const Tensor& src, bool accumulate) {
  const Scatter<name> rule{by_position(op, x, dim, index), accumulate};
  return write_to_copy(rule, x, source_part(op, x, rule.at, src));
}
template <FixedString name>
Tensor& scatter_into(std::string_view op, Tensor& self, std::int64_t dim, const Tensor& index,
                     const Tensor& src, bool accumulate) {
  const Scatter<name> rule{by_position(op, self, dim, in_own_memory(index, self)), accumulate};
  return write_to(op, rule, self, source_part(op, self, rule.at, src));
}

/// Whether the old argument `reduction` of scatter() asks for a sum.
bool adds(std::string_view op, std::string_view reduce) {
  if (reduce != "add" && reduce != "multiply")
    detail::fail<ValueError>(op, "reduce argument must be either add or multiply, got \"", reduce,
                             '"');
  return reduce == "add";
}

}  // namespace

Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src) {
  return scattered<"ScatterBackward0">("scatter", x, dim, index, src, false);
}
Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Scalar& value) {
  const Scatter<"ScatterBackward1"> op{by_position("scatter", x, dim, index)};
  return fill_copy(op, x, value);
}
Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src,
               std::string_view reduce) {
  return adds("scatter", reduce) ? scatter_add(x, dim, index, src)
                                 : scatter_reduce(x, dim, index, src, "prod");
}
Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Scalar& value,
               std::string_view reduce) {
  check_index_dtype("scatter", index);
  return scatter(x, dim, index, constant(value, x, index.sizes()), reduce);
}
Tensor Tensor::scatter(std::int64_t dim, const Tensor& index, const Tensor& src) const {
  return eigengrad::scatter(*this, dim, index, src);
}
Tensor Tensor::scatter(std::int64_t dim, const Tensor& index, const Scalar& value) const {
  return eigengrad::scatter(*this, dim, index, value);
}
Tensor Tensor::scatter(std::int64_t dim, const Tensor& index, const Tensor& src,
                       std::string_view reduce) const {
  return eigengrad::scatter(*this, dim, index, src, reduce);
}
Tensor Tensor::scatter(std::int64_t dim, const Tensor& index, const Scalar& value,
                       std::string_view reduce) const {
  return eigengrad::scatter(*this, dim, index, value, reduce);
}
Tensor& Tensor::scatter_(std::int64_t dim, const Tensor& index, const Tensor& src) const {
  return scatter_into<"ScatterBackward0">("scatter_", self(), dim, index, src, false);
}
Tensor& Tensor::scatter_(std::int64_t dim, const Tensor& index, const Scalar& value) const {
  const Scatter<"ScatterBackward1"> op{
      by_position("scatter_", self(), dim, in_own_memory(index, self()))};
  return fill_in("scatter_", op, self(), value);
}
Tensor& Tensor::scatter_(std::int64_t dim, const Tensor& index, const Tensor& src,
                         std::string_view reduce) const {
  return adds("scatter_", reduce) ? scatter_add_(dim, index, src)
                                  : scatter_reduce_(dim, index, src, "prod");
}
Tensor& Tensor::scatter_(std::int64_t dim, const Tensor& index, const Scalar& value,
                         std::string_view reduce) const {
  check_index_dtype("scatter_", index);
  return scatter_(dim, index, constant(value, self(), index.sizes()), reduce);
}

Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src) {
  return scattered<"ScatterAddBackward0">("scatter_add", x, dim, index, src, true);
}
Tensor Tensor::scatter_add(std::int64_t dim, const Tensor& index, const Tensor& src) const {
  return eigengrad::scatter_add(*this, dim, index, src);
}
Tensor& Tensor::scatter_add_(std::int64_t dim, const Tensor& index, const Tensor& src) const {
  return scatter_into<"ScatterAddBackward0">("scatter_add_", self(), dim, index, src, true);
}

// ---- Along a dimension, slice by slice.

namespace {

template <FixedString name>
using WriteSlices = WriteAt<ByLists, name>;

template <FixedString name>
Tensor with_slices_written(std::string_view op, const Tensor& x, std::int64_t dim,
                           const Tensor& index, const Tensor& source, bool accumulate) {
  const WriteSlices<name> rule{slices_at(op, x, dim, index), accumulate};
  return write_to_copy(rule, x, source_slices(op, x, rule.at, source));
}
template <FixedString name>
Tensor& write_slices_inplace(std::string_view op, Tensor& self, std::int64_t dim,
                             const Tensor& index, const Tensor& source, bool accumulate) {
  const WriteSlices<name> rule{slices_at(op, self, dim, in_own_memory(index, self)), accumulate};
  return write_to(op, rule, self, source_slices(op, self, rule.at, source));
}

/// `source` times `alpha`, which is converted to its dtype.
Tensor scaled(const Tensor& source, const Scalar& alpha) {
  if (source.is_floating_point())
    return alpha.toDouble() == 1 ? source : mul(source, alpha.toDouble());
  return alpha.toLong() == 1 ? source : mul(source, alpha.toLong()).to(source.dtype());
}

/// The slices of x along `dim` at `index`, duplicates removed: the gradient of the value that fills them sums
/// over each slice once.
ByLists filled_slices(std::string_view op, const Tensor& x, std::int64_t dim, const Tensor& index) {
  ByLists at = slices_at(op, x, dim, in_own_memory(index, x), true);
  const Tensor& list = at.plan->indices[0];
  const std::int64_t* p = list.impl()->data<std::int64_t>();
  std::vector<std::int64_t> rows(p, p + list.numel());
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  if (std::ssize(rows) == list.numel()) return at;
  return slices_at(op, x, dim, tensor(rows, kInt64));
}

}  // namespace

Tensor index_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                 const Scalar& alpha) {
  check_same_dtype("index_add", x, source);
  return with_slices_written<"IndexAddBackward0">("index_add", x, dim, index, scaled(source, alpha),
                                                  true);
}
Tensor Tensor::index_add(std::int64_t dim, const Tensor& index, const Tensor& source,
                         const Scalar& alpha) const {
  return eigengrad::index_add(*this, dim, index, source, alpha);
}
Tensor& Tensor::index_add_(std::int64_t dim, const Tensor& index, const Tensor& source,
                           const Scalar& alpha) const {
  check_same_dtype("index_add_", self(), source);
  return write_slices_inplace<"IndexAddBackward0">("index_add_", self(), dim, index,
                                                   scaled(source, alpha), true);
}

Tensor index_copy(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source) {
  return with_slices_written<"IndexCopyBackward0">("index_copy", x, dim, index, source, false);
}
Tensor Tensor::index_copy(std::int64_t dim, const Tensor& index, const Tensor& source) const {
  return eigengrad::index_copy(*this, dim, index, source);
}
Tensor& Tensor::index_copy_(std::int64_t dim, const Tensor& index, const Tensor& source) const {
  return write_slices_inplace<"IndexCopyBackward0">("index_copy_", self(), dim, index, source,
                                                    false);
}

Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index, const Scalar& value) {
  const WriteSlices<"IndexFillBackward0"> op{filled_slices("index_fill", x, dim, index)};
  return fill_copy(op, x, value);
}
Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& value) {
  const WriteSlices<"IndexFillBackward1"> op{filled_slices("index_fill", x, dim, index)};
  const Tensor v = checked_scalar("index_fill", value, x.dtype());
  return write_to_copy(op, x, autograd::expand_to(v, op.at.picked()));
}
Tensor Tensor::index_fill(std::int64_t dim, const Tensor& index, const Scalar& value) const {
  return eigengrad::index_fill(*this, dim, index, value);
}
Tensor Tensor::index_fill(std::int64_t dim, const Tensor& index, const Tensor& value) const {
  return eigengrad::index_fill(*this, dim, index, value);
}
Tensor& Tensor::index_fill_(std::int64_t dim, const Tensor& index, const Scalar& value) const {
  const WriteSlices<"IndexFillBackward0"> op{filled_slices("index_fill_", self(), dim, index)};
  return fill_in("index_fill_", op, self(), value);
}
Tensor& Tensor::index_fill_(std::int64_t dim, const Tensor& index, const Tensor& value) const {
  const WriteSlices<"IndexFillBackward1"> op{filled_slices("index_fill_", self(), dim, index)};
  const Tensor v = checked_scalar("index_fill_", value, dtype());
  return write_to("index_fill_", op, self(), autograd::expand_to(v, op.at.picked()));
}

// ---- By row-major position.

namespace {

using Put = WriteAt<ByLists, "PutBackward0">;

Tensor put_source(std::string_view op, const Tensor& self, const ByLists& at,
                  const Tensor& source) {
  check_same_dtype(op, self, source);
  if (source.numel() != detail::numel_of(at.picked()))
    detail::fail<ShapeError>(op,
                             "Expected source and index to have the same number of elements, got "
                             "shapes ",
                             source.sizes(), " and ", at.picked());
  return source.sizes() == at.picked() ? source : source.reshape(at.picked());
}

}  // namespace

Tensor put(const Tensor& x, const Tensor& index, const Tensor& source, bool accumulate) {
  const Tensor y = plain_copy(x);
  const Put op{by_wrapped_positions("put", y, index), accumulate};
  const Tensor values = put_source("put", x, op.at, source);
  op.store(y, values);
  return record_written(op, x, values, y);
}
Tensor Tensor::put(const Tensor& index, const Tensor& source, bool accumulate) const {
  return eigengrad::put(*this, index, source, accumulate);
}
Tensor& Tensor::put_(const Tensor& index, const Tensor& source, bool accumulate) const {
  const Put op{by_wrapped_positions("put_", self(), in_own_memory(index, self())), accumulate};
  return write_to("put_", op, self(), put_source("put_", self(), op.at, source));
}

Tensor& Tensor::fill_diagonal_(const Scalar& value, bool wrap) const {
  const DimVector extents(sizes());
  if (extents.size() < 2)
    detail::fail<ShapeError>("fill_diagonal_", "dimensions must larger than 1, got shape ",
                             sizes());
  autograd::check_inplace("fill_diagonal_", self(),
                          detail::recording() && detail::is_tracked(self()));
  if (extents.size() == 2) {
    // With `wrap` the diagonal of a tall matrix starts again after every columns + 1 rows.
    const std::int64_t rows = extents[0];
    const std::int64_t columns = extents[1];
    const std::int64_t last = wrap ? rows : std::min<std::int64_t>(rows, 1);
    for (std::int64_t first = 0; first < last; first += columns + 1)
      slice(0, first, first + columns).diagonal().fill_(value);
    return self();
  }
  if (std::any_of(extents.begin(), extents.end(), [&](std::int64_t n) { return n != extents[0]; }))
    detail::fail<ShapeError>(
        "fill_diagonal_", "all dimensions of input must be of equal length, got shape ", sizes());
  std::int64_t stride = 0;
  for (const std::int64_t s : strides()) stride += s;
  as_strided({extents[0]}, {stride}, storage_offset()).fill_(value);
  return self();
}

}  // namespace eigengrad
