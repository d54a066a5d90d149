#include "eigengrad/ops/shape/parts.hpp"

#include <algorithm>

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/views.hpp"
#include "core/checked.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "ops/shape/dims.hpp"
#include "ops/shape/picks.hpp"

namespace eigengrad {
namespace {

using autograd::apply_linear;
using detail::wrap_dim;
using detail::wrap_index;

// ---- Several views at once.

/// The least memory that a view takes.
constexpr std::int64_t kViewBytes = sizeof(detail::TensorImpl);

/// The quotient rounded up, of a dividend of 0 or more and a divisor of 1 or more.
std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

struct Unbind {
  static constexpr auto node_name = "UnbindBackward0";
  DimVector input_sizes;
  std::size_t d;
  void lift(std::int64_t lead) {
    input_sizes.insert(0, lead);
    ++d;
  }
  Select part(std::size_t i) const { return {{input_sizes}, d, static_cast<std::int64_t>(i)}; }
  std::vector<Tensor> forward(const Tensor& x) const {
    detail::check_memory("unbind", input_sizes[d], kViewBytes);
    std::vector<Tensor> parts;
    for (std::int64_t i = 0; i < input_sizes[d]; ++i)
      parts.push_back(part(static_cast<std::size_t>(i)).view_of(x, detail::ViewKind::MultiOutput));
    return parts;
  }
};

struct Split {
  const char* node_name;
  detail::ViewKind kind;
  DimVector input_sizes;
  std::size_t d;
  /// Where the pieces begin, and the end of the last one.
  std::vector<std::int64_t> bounds;
  void lift(std::int64_t lead) {
    input_sizes.insert(0, lead);
    ++d;
  }
  SliceOf part(std::size_t i) const {
    return {{input_sizes}, d, bounds[i], bounds[i + 1] - bounds[i], 1};
  }
  std::vector<Tensor> forward(const Tensor& x) const {
    std::vector<Tensor> parts;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) parts.push_back(part(i).view_of(x, kind));
    return parts;
  }
};

// ---- A part replaced.

/// A copy of the input with the part set to zero.
template <class Pick>
struct WithoutPart {
  const char* node_name;
  Pick pick;
  Tensor forward(const Tensor& x) const {
    const detail::Unrecorded unrecorded;
    Tensor y = autograd::copy_row_major(x);
    kernels::fill(pick.part_of(y), 0);
    return y;
  }
  Tensor transpose(const Tensor& g) const { return apply_linear(*this, g); }
  void lift(std::int64_t lead) { pick.lift(lead); }
};

/// A copy of input 0 in which input 1 replaces the part.
template <class Pick>
struct ReplacePart {
  const char* node_name;
  Pick pick;
  Tensor forward(TensorList xs) const {
    const detail::Unrecorded unrecorded;
    Tensor y = autograd::copy_row_major(xs[0]);
    kernels::copy(pick.part_of(y), xs[1]);
    return y;
  }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    if (i == 0) return apply_linear(WithoutPart<Pick>{node_name, pick}, g);
    return apply_linear(pick, g);
  }
  void lift(std::int64_t lead) { pick.lift(lead); }
};

void check_part(std::string_view op, const Tensor& src, IntArrayRef wanted) {
  if (!(src.sizes() == wanted))
    detail::fail<ShapeError>(op, "src of shape ", src.sizes(), " must have the shape ", wanted,
                             " of the part that it replaces");
}

template <class Pick>
Tensor replace(std::string_view op, const char* node_name, const Pick& pick, const Tensor& x,
               const Tensor& src) {
  check_part(op, src, pick.geometry(x.sizes(), x.strides()).sizes);
  return autograd::apply_linear_list(ReplacePart<Pick>{node_name, pick},
                                     {x, autograd::cast(src, x.dtype())});
}

// ---- Arguments.

void require_dims(std::string_view op, const Tensor& x) {
  if (x.dim() == 0)
    detail::fail<IndexError>(op,
                             "a tensor without dimensions has no elements to pick; index is out "
                             "of range");
}

Select pick_select(std::string_view op, const Tensor& x, std::int64_t dim, std::int64_t index) {
  require_dims(op, x);
  const std::size_t d = wrap_dim(op, dim, x.sizes().size());
  return {{DimVector(x.sizes())}, d, wrap_index(op, index, d, x.sizes()[d])};
}

SliceOf pick_slice(std::string_view op, const Tensor& x, std::int64_t dim,
                   optional<std::int64_t> start, optional<std::int64_t> end, std::int64_t step) {
  require_dims(op, x);
  const std::size_t d = wrap_dim(op, dim, x.sizes().size());
  if (step <= 0) detail::fail<ValueError>(op, "the step must be positive: ", step);
  const std::int64_t n = x.sizes()[d];
  const auto clip = [n](std::int64_t i) {
    return std::clamp<std::int64_t>(i < 0 ? i + n : i, 0, n);
  };
  const std::int64_t first = clip(start.value_or(0));
  const std::int64_t last = std::max(first, clip(end.value_or(n)));
  return {{DimVector(x.sizes())}, d, first, ceil_div(last - first, step), step};
}

Diagonal pick_diagonal(std::string_view op, const Tensor& x, std::int64_t offset, std::int64_t dim1,
                       std::int64_t dim2) {
  const std::size_t n = x.sizes().size();
  const std::size_t a = wrap_dim(op, dim1, n);
  const std::size_t b = wrap_dim(op, dim2, n);
  if (a == b || n < 2)
    detail::fail<ValueError>(op, "the two dimensions must differ: ", dim1, " and ", dim2,
                             " of a tensor of shape ", x.sizes());
  return {{DimVector(x.sizes())}, offset, a, b};
}

/// The offset of a geometry from the first element of x, after checks.
std::int64_t relative_offset(std::string_view op, const Tensor& x, IntArrayRef sizes,
                             IntArrayRef strides, optional<std::int64_t> storage_offset) {
  if (sizes.size() != strides.size())
    detail::fail<ShapeError>(op, "sizes ", sizes, " and strides ", strides,
                             " must have the same length");
  const std::int64_t offset = storage_offset.value_or(x.storage_offset());
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] < 0 || strides[d] < 0)
      detail::fail<ShapeError>(op, "sizes ", sizes, " and strides ", strides,
                               " must not be negative");
    // Also of dimensions with one element or none, since loops compute with it.
    static_cast<void>(detail::checked_mul(op, strides[d], x.element_size()));
  }
  const std::int64_t span = detail::checked_span(op, x.dtype(), sizes, strides);
  const auto bytes = static_cast<std::int64_t>(x.impl()->storage().bytes());
  if (offset < 0 || offset > bytes / x.element_size() || span > bytes - offset * x.element_size())
    detail::fail<IndexError>(op, "sizes ", sizes, ", strides ", strides, " and offset ", offset,
                             " are out of range of a storage of ", bytes / x.element_size(),
                             " elements; give those of elements within the storage");
  return offset - x.storage_offset();
}

std::vector<Tensor> pieces(std::string_view op, const char* node_name, detail::ViewKind kind,
                           const Tensor& x, std::int64_t split_size, std::int64_t dim) {
  require_dims(op, x);
  const std::size_t d = wrap_dim(op, dim, x.sizes().size());
  const std::int64_t n = x.sizes()[d];
  if (split_size < 0 || (split_size == 0 && n != 0))
    detail::fail<ValueError>(op, "the size of a piece must be positive: ", split_size);
  if (split_size > 0) detail::check_memory(op, n / split_size, kViewBytes);
  Split split{node_name, kind, DimVector(x.sizes()), d, {0}};
  do split.bounds.push_back(split.bounds.back() + std::min(split_size, n - split.bounds.back()));
  while (split.bounds.back() < n);
  return autograd::apply_multi_view(split, x);
}

std::vector<Tensor> sized_pieces(std::string_view op, const char* node_name, detail::ViewKind kind,
                                 const Tensor& x, IntArrayRef split_sizes, std::int64_t dim) {
  require_dims(op, x);
  const std::size_t d = wrap_dim(op, dim, x.sizes().size());
  Split split{node_name, kind, DimVector(x.sizes()), d, {0}};
  for (const std::int64_t s : split_sizes) {
    if (s < 0) detail::fail<ValueError>(op, "sizes must not be negative: ", split_sizes);
    split.bounds.push_back(detail::checked_add(op, split.bounds.back(), s));
  }
  if (split.bounds.back() != x.sizes()[d])
    detail::fail<ShapeError>(op, "sizes ", split_sizes, " must sum to the extent ", x.sizes()[d],
                             " of dimension ", dim);
  return autograd::apply_multi_view(split, x);
}

/// Pieces of one size, at most `chunks` of them; exactly `chunks` empty ones when the dimension is empty.
std::vector<Tensor> chunks_of(std::string_view op, const char* node_name, detail::ViewKind kind,
                              const Tensor& x, std::int64_t chunks, std::int64_t dim) {
  require_dims(op, x);
  if (chunks <= 0) detail::fail<ValueError>(op, "the number of chunks must be positive: ", chunks);
  const std::int64_t n = x.size(dim);
  if (n > 0) return pieces(op, node_name, kind, x, ceil_div(n, chunks), dim);
  detail::check_memory(op, chunks, kViewBytes);
  const std::vector<std::int64_t> none(static_cast<std::size_t>(chunks), 0);
  return sized_pieces(op, node_name, kind, x, none, dim);
}

/// The elements of an int64 tensor of at most one dimension.
std::vector<std::int64_t> int64_values(std::string_view op, const Tensor& x) {
  if (x.dtype() != kInt64)
    detail::fail<DtypeError>(op, "positions must be a tensor of int64, got ", x.dtype(),
                             "; convert it with to()");
  if (x.dim() > 1)
    detail::fail<ShapeError>(op, "positions must have at most one dimension, got shape ",
                             x.sizes());
  const Tensor dense = x.detach().contiguous();
  const std::int64_t* p = dense.impl()->data<std::int64_t>();
  return std::vector<std::int64_t>(p, p + dense.numel());
}

std::vector<Tensor> even_split(std::string_view op, const Tensor& x, std::int64_t sections,
                               std::int64_t dim) {
  const std::int64_t n = x.size(dim);
  if (sections <= 0 || n % sections != 0)
    detail::fail<ShapeError>(op, "the extent ", n, " of dimension ", dim, " cannot be cut into ",
                             sections, " equal sections; use tensor_split()");
  return tensor_split(x, sections, dim);
}

std::int64_t dim_of_hsplit(const Tensor& x) {
  require_rank("hsplit", x, 1);
  return x.dim() == 1 ? 0 : 1;
}

}  // namespace

Tensor select(const Tensor& x, std::int64_t dim, std::int64_t index) {
  return apply_linear(pick_select("select", x, dim, index), x);
}

Tensor slice(const Tensor& x, std::int64_t dim, optional<std::int64_t> start,
             optional<std::int64_t> end, std::int64_t step) {
  return apply_linear(pick_slice("slice", x, dim, start, end, step), x);
}

Tensor narrow(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t length) {
  require_dims("narrow", x);
  const std::size_t d = wrap_dim("narrow", dim, x.sizes().size());
  const std::int64_t n = x.sizes()[d];
  const std::int64_t first = start < 0 ? start + n : start;
  if (length < 0 || first < 0 || first > n || length > n - first)
    detail::fail<IndexError>("narrow", "start ", start, " and length ", length,
                             " are out of range for dimension ", dim, " of extent ", n,
                             "; start + length must be at most the extent");
  return apply_linear(SliceOf{{DimVector(x.sizes())}, d, first, length, 1}, x);
}
Tensor narrow(const Tensor& x, std::int64_t dim, const Tensor& start, std::int64_t length) {
  const std::vector<std::int64_t> first = int64_values("narrow", start);
  if (start.dim() != 0)
    detail::fail<ShapeError>("narrow", "start must be a tensor without dimensions, got shape ",
                             start.sizes());
  return narrow(x, dim, first[0], length);
}

Tensor diagonal(const Tensor& x, std::int64_t offset, std::int64_t dim1, std::int64_t dim2) {
  return apply_linear(pick_diagonal("diagonal", x, offset, dim1, dim2), x);
}

Tensor as_strided(const Tensor& x, IntArrayRef sizes, IntArrayRef strides,
                  optional<std::int64_t> storage_offset) {
  const std::int64_t offset = relative_offset("as_strided", x, sizes, strides, storage_offset);
  return autograd::strided_view(x, sizes, strides, offset);
}

Tensor Tensor::unfold(std::int64_t dim, std::int64_t size, std::int64_t step) const {
  const std::size_t d = wrap_dim("unfold", dim, sizes().size());
  const std::int64_t n = sizes().empty() ? 1 : sizes()[d];
  if (size < 0 || size > n)
    detail::fail<ValueError>("unfold", "windows of ", size, " elements do not fit in dimension ",
                             dim, " of extent ", n, "; give at most the extent");
  if (step <= 0) detail::fail<ValueError>("unfold", "the step must be positive: ", step);
  return apply_linear(Windows{{DimVector(sizes())}, d, size, step}, *this);
}

std::vector<Tensor> unbind(const Tensor& x, std::int64_t dim) {
  require_dims("unbind", x);
  return autograd::apply_multi_view(
      Unbind{DimVector(x.sizes()), wrap_dim("unbind", dim, x.sizes().size())}, x);
}

std::vector<Tensor> split(const Tensor& x, std::int64_t split_size, std::int64_t dim) {
  return pieces("split", "SplitBackward0", detail::ViewKind::MultiOutput, x, split_size, dim);
}
std::vector<Tensor> split(const Tensor& x, IntArrayRef split_sizes, std::int64_t dim) {
  return split_with_sizes(x, split_sizes, dim);
}
std::vector<Tensor> split_with_sizes(const Tensor& x, IntArrayRef split_sizes, std::int64_t dim) {
  return sized_pieces("split_with_sizes", "SplitWithSizesBackward0", detail::ViewKind::MultiOutput,
                      x, split_sizes, dim);
}
std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t dim) {
  return chunks_of("chunk", "SplitBackward0", detail::ViewKind::MultiOutput, x, chunks, dim);
}

std::vector<Tensor> unsafe_split(const Tensor& x, std::int64_t split_size, std::int64_t dim) {
  return pieces("unsafe_split", "UnsafeSplitBackward0", detail::ViewKind::Plain, x, split_size,
                dim);
}
std::vector<Tensor> unsafe_split_with_sizes(const Tensor& x, IntArrayRef split_sizes,
                                            std::int64_t dim) {
  return sized_pieces("unsafe_split_with_sizes", "UnsafeSplitWithSizesBackward0",
                      detail::ViewKind::Plain, x, split_sizes, dim);
}
std::vector<Tensor> unsafe_chunk(const Tensor& x, std::int64_t chunks, std::int64_t dim) {
  return chunks_of("unsafe_chunk", "UnsafeSplitBackward0", detail::ViewKind::Plain, x, chunks, dim);
}

std::vector<Tensor> tensor_split(const Tensor& x, std::int64_t sections, std::int64_t dim) {
  require_dims("tensor_split", x);
  if (sections <= 0)
    detail::fail<ValueError>("tensor_split", "the number of sections must be positive: ", sections);
  const std::int64_t n = x.size(dim);
  detail::check_memory("tensor_split", sections, kViewBytes);
  std::vector<Tensor> parts;
  for (std::int64_t i = 0, start = 0; i < sections; ++i) {
    const std::int64_t length = n / sections + (i < n % sections ? 1 : 0);
    parts.push_back(slice(x, dim, start, start + length));
    start += length;
  }
  return parts;
}
std::vector<Tensor> tensor_split(const Tensor& x, IntArrayRef indices, std::int64_t dim) {
  require_dims("tensor_split", x);
  std::vector<Tensor> parts;
  std::int64_t start = 0;
  for (const std::int64_t end : indices) {
    parts.push_back(slice(x, dim, start, end));
    start = end;
  }
  parts.push_back(slice(x, dim, start));
  return parts;
}
std::vector<Tensor> tensor_split(const Tensor& x, const Tensor& indices_or_sections,
                                 std::int64_t dim) {
  const std::vector<std::int64_t> values = int64_values("tensor_split", indices_or_sections);
  if (indices_or_sections.dim() == 0) return tensor_split(x, values[0], dim);
  return tensor_split(x, IntArrayRef(values), dim);
}

std::vector<Tensor> hsplit(const Tensor& x, std::int64_t sections) {
  return even_split("hsplit", x, sections, dim_of_hsplit(x));
}
std::vector<Tensor> hsplit(const Tensor& x, IntArrayRef indices) {
  return tensor_split(x, indices, dim_of_hsplit(x));
}
std::vector<Tensor> vsplit(const Tensor& x, std::int64_t sections) {
  require_rank("vsplit", x, 2);
  return even_split("vsplit", x, sections, 0);
}
std::vector<Tensor> vsplit(const Tensor& x, IntArrayRef indices) {
  require_rank("vsplit", x, 2);
  return tensor_split(x, indices, 0);
}
std::vector<Tensor> dsplit(const Tensor& x, std::int64_t sections) {
  require_rank("dsplit", x, 3);
  return even_split("dsplit", x, sections, 2);
}
std::vector<Tensor> dsplit(const Tensor& x, IntArrayRef indices) {
  require_rank("dsplit", x, 3);
  return tensor_split(x, indices, 2);
}

Tensor select_scatter(const Tensor& x, const Tensor& src, std::int64_t dim, std::int64_t index) {
  return replace("select_scatter", "SelectScatterBackward0",
                 pick_select("select_scatter", x, dim, index), x, src);
}
Tensor slice_scatter(const Tensor& x, const Tensor& src, std::int64_t dim,
                     optional<std::int64_t> start, optional<std::int64_t> end, std::int64_t step) {
  return replace("slice_scatter", "SliceScatterBackward0",
                 pick_slice("slice_scatter", x, dim, start, end, step), x, src);
}
Tensor diagonal_scatter(const Tensor& x, const Tensor& src, std::int64_t offset, std::int64_t dim1,
                        std::int64_t dim2) {
  return replace("diagonal_scatter", "DiagonalScatterBackward0",
                 pick_diagonal("diagonal_scatter", x, offset, dim1, dim2), x, src);
}
Tensor as_strided_scatter(const Tensor& x, const Tensor& src, IntArrayRef sizes,
                          IntArrayRef strides, optional<std::int64_t> storage_offset) {
  const std::int64_t offset =
      relative_offset("as_strided_scatter", x, sizes, strides, storage_offset);
  check_part("as_strided_scatter", src, sizes);
  return autograd::strided_scatter(x, autograd::cast(src, x.dtype()), sizes, strides, offset);
}

Tensor Tensor::select(std::int64_t d, std::int64_t i) const {
  return eigengrad::select(*this, d, i);
}
Tensor Tensor::slice(std::int64_t d, optional<std::int64_t> start, optional<std::int64_t> end,
                     std::int64_t step) const {
  return eigengrad::slice(*this, d, start, end, step);
}
Tensor Tensor::narrow(std::int64_t d, std::int64_t start, std::int64_t length) const {
  return eigengrad::narrow(*this, d, start, length);
}
Tensor Tensor::diagonal(std::int64_t offset, std::int64_t a, std::int64_t b) const {
  return eigengrad::diagonal(*this, offset, a, b);
}
Tensor Tensor::as_strided(IntArrayRef s, IntArrayRef strides, optional<std::int64_t> offset) const {
  return eigengrad::as_strided(*this, s, strides, offset);
}
std::vector<Tensor> Tensor::unbind(std::int64_t d) const { return eigengrad::unbind(*this, d); }
std::vector<Tensor> Tensor::split(std::int64_t size, std::int64_t d) const {
  return eigengrad::split(*this, size, d);
}
std::vector<Tensor> Tensor::split_with_sizes(IntArrayRef sizes, std::int64_t d) const {
  return eigengrad::split_with_sizes(*this, sizes, d);
}
std::vector<Tensor> Tensor::chunk(std::int64_t n, std::int64_t d) const {
  return eigengrad::chunk(*this, n, d);
}
Tensor Tensor::narrow(std::int64_t d, const Tensor& start, std::int64_t length) const {
  return eigengrad::narrow(*this, d, start, length);
}
std::vector<Tensor> Tensor::split(IntArrayRef sizes, std::int64_t d) const {
  return eigengrad::split(*this, sizes, d);
}
std::vector<Tensor> Tensor::unsafe_split(std::int64_t size, std::int64_t d) const {
  return eigengrad::unsafe_split(*this, size, d);
}
std::vector<Tensor> Tensor::unsafe_split_with_sizes(IntArrayRef sizes, std::int64_t d) const {
  return eigengrad::unsafe_split_with_sizes(*this, sizes, d);
}
std::vector<Tensor> Tensor::unsafe_chunk(std::int64_t n, std::int64_t d) const {
  return eigengrad::unsafe_chunk(*this, n, d);
}
std::vector<Tensor> Tensor::tensor_split(std::int64_t sections, std::int64_t d) const {
  return eigengrad::tensor_split(*this, sections, d);
}
std::vector<Tensor> Tensor::tensor_split(IntArrayRef indices, std::int64_t d) const {
  return eigengrad::tensor_split(*this, indices, d);
}
std::vector<Tensor> Tensor::tensor_split(const Tensor& indices_or_sections, std::int64_t d) const {
  return eigengrad::tensor_split(*this, indices_or_sections, d);
}
std::vector<Tensor> Tensor::hsplit(std::int64_t n) const { return eigengrad::hsplit(*this, n); }
std::vector<Tensor> Tensor::hsplit(IntArrayRef i) const { return eigengrad::hsplit(*this, i); }
std::vector<Tensor> Tensor::vsplit(std::int64_t n) const { return eigengrad::vsplit(*this, n); }
std::vector<Tensor> Tensor::vsplit(IntArrayRef i) const { return eigengrad::vsplit(*this, i); }
std::vector<Tensor> Tensor::dsplit(std::int64_t n) const { return eigengrad::dsplit(*this, n); }
std::vector<Tensor> Tensor::dsplit(IntArrayRef i) const { return eigengrad::dsplit(*this, i); }
Tensor Tensor::select_scatter(const Tensor& src, std::int64_t d, std::int64_t i) const {
  return eigengrad::select_scatter(*this, src, d, i);
}
Tensor Tensor::slice_scatter(const Tensor& src, std::int64_t d, optional<std::int64_t> start,
                             optional<std::int64_t> end, std::int64_t step) const {
  return eigengrad::slice_scatter(*this, src, d, start, end, step);
}
Tensor Tensor::diagonal_scatter(const Tensor& src, std::int64_t offset, std::int64_t a,
                                std::int64_t b) const {
  return eigengrad::diagonal_scatter(*this, src, offset, a, b);
}
Tensor Tensor::as_strided_scatter(const Tensor& src, IntArrayRef s, IntArrayRef strides,
                                  optional<std::int64_t> offset) const {
  return eigengrad::as_strided_scatter(*this, src, s, strides, offset);
}

}  // namespace eigengrad
