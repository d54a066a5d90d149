#include "eigengrad/ops/indexing/index.hpp"

#include <algorithm>
#include <string_view>

#include "autograd/shapes.hpp"
#include "autograd/views.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "ops/indexing/indexed.hpp"

namespace eigengrad {
namespace {

using indexing::TensorIndex;
using kernels::IndexPlan;

/// A list of indices as a view, by the integers, slices and new axes, and the tensors that then
/// index dimensions of the view.
struct Parsed {
  Tensor view;
  std::vector<Tensor> by_dim;
  /// The dimension of the original tensor that each index tensor indexes; for messages.
  std::vector<std::size_t> origin;

  bool is_basic() const {
    return std::none_of(by_dim.begin(), by_dim.end(), [](const Tensor& t) { return t.defined(); });
  }
  void index_dim(std::size_t d, std::size_t whole_dim, Tensor indices) {
    by_dim.resize(d + 1);
    origin.resize(d + 1);
    by_dim[d] = std::move(indices);
    origin[d] = whole_dim;
  }
  void select(std::string_view op, std::size_t d, std::size_t whole_dim, std::int64_t i) {
    detail::wrap_index(op, i, whole_dim, view.sizes()[d]);
    view = view.select(static_cast<std::int64_t>(d), i);
  }
};

/// How many dimensions of the indexed tensor an entry indexes.
std::size_t consumed(const TensorIndex& i) {
  switch (i.kind()) {
    case TensorIndex::Kind::Integer:
    case TensorIndex::Kind::Range:
      return 1;
    case TensorIndex::Kind::Indices:
      return i.tensor().dtype() == kBool ? static_cast<std::size_t>(i.tensor().dim()) : 1;
    default:
      return 0;
  }
}

/// A bool picks all or nothing along a new axis.
void index_by_bool(Parsed& p, std::size_t d, bool value) {
  p.view = p.view.unsqueeze(static_cast<std::int64_t>(d));
  p.index_dim(d, d, zeros({value ? 1 : 0}, kInt64));
}

/// Returns the next dimension.
std::size_t index_by_tensor(std::string_view op, Parsed& p, std::size_t d, std::size_t whole_dim,
                            const Tensor& t) {
  if (t.dtype() != kBool && t.dtype() != kInt64)
    detail::fail<IndexError>(op, "tensors used as indices must be int64 or bool, got ",
                             to_string(t.dtype()), "; convert them with to()");
  if (t.dtype() == kInt64) {
    if (t.dim() == 0) {
      p.select(op, d, whole_dim, t.item<std::int64_t>());
      return d;
    }
    p.index_dim(d, whole_dim, t.detach());
    return d + 1;
  }
  if (t.dim() == 0) {
    index_by_bool(p, d, t.item<bool>());
    return d + 1;
  }
  for (std::size_t k = 0; k < t.sizes().size(); ++k)
    if (t.sizes()[k] != p.view.sizes()[d + k])
      detail::fail<IndexError>(op, "the shape of the mask ", t.sizes(), " at index ", k,
                               " does not match the shape of the indexed tensor ", p.view.sizes(),
                               " at index ", d + k,
                               "; give a mask of the dimensions that it stands for");
  for (Tensor& positions : kernels::true_positions(t))
    p.index_dim(d++, whole_dim++, std::move(positions));
  return d;
}

/// How many dimensions of x the indices take.
std::size_t dims_taken(std::string_view op, const Tensor& x, ArrayRef<TensorIndex> indices) {
  if (indices.empty())
    detail::fail<IndexError>(op,
                             "Passing an empty index list is not valid syntax; give Ellipsis for "
                             "the whole tensor");
  std::size_t used = 0;
  int dots = 0;
  for (const TensorIndex& i : indices) {
    used += consumed(i);
    dots += i.kind() == TensorIndex::Kind::Dots ? 1 : 0;
  }
  if (used > x.sizes().size())
    detail::fail<IndexError>(op, "too many indices for tensor of dimension ", x.dim(), ": ", used,
                             "; give at most one for each dimension");
  if (dots > 1) detail::fail<IndexError>(op, "an index can only have a single ellipsis ('...')");
  return used;
}

Parsed parse(std::string_view op, const Tensor& x, ArrayRef<TensorIndex> indices) {
  const std::size_t used = dims_taken(op, x, indices);
  Parsed p{x, {}, {}};
  std::size_t d = 0;
  std::size_t whole_dim = 0;
  for (const TensorIndex& i : indices) {
    const auto at = static_cast<std::int64_t>(d);
    switch (i.kind()) {
      case TensorIndex::Kind::Integer:
        p.select(op, d, whole_dim, i.integer());
        break;
      case TensorIndex::Kind::Range:
        p.view = p.view.slice(at, i.slice().start, i.slice().stop, i.slice().step);
        ++d;
        break;
      case TensorIndex::Kind::NewAxis:
        p.view = p.view.unsqueeze(at);
        ++d;
        break;
      case TensorIndex::Kind::Dots:
        d += x.sizes().size() - used;
        whole_dim += x.sizes().size() - used;
        break;
      case TensorIndex::Kind::Boolean:
        index_by_bool(p, d, i.integer() != 0);
        ++d;
        break;
      case TensorIndex::Kind::Indices:
        d = index_by_tensor(op, p, d, whole_dim, i.tensor());
        break;
    }
    whole_dim += consumed(i);
  }
  return p;
}

DimVector common_shape(std::string_view op, const std::vector<Tensor>& by_dim) {
  DimVector shape;
  for (const Tensor& t : by_dim) {
    if (!t.defined()) continue;
    try {
      shape = autograd::broadcast_shapes(op, shape, t.sizes());
    } catch (const ShapeError&) {
      detail::fail<IndexError>(
          op,
          "shape mismatch: indexing tensors could not be broadcast together: ", IntArrayRef(shape),
          " and ", t.sizes(), "; give indices of one shape, or with extents of 1");
    }
  }
  return shape;
}

ByLists plan_of(std::string_view op, const Parsed& p) {
  auto plan = std::make_shared<IndexPlan>();
  const IntArrayRef sizes = p.view.sizes();
  plan->input_sizes = DimVector(sizes);
  plan->picked = common_shape(op, p.by_dim);
  for (std::size_t d = 0; d < p.by_dim.size(); ++d) {
    if (!p.by_dim[d].defined()) continue;
    plan->dims.push_back(static_cast<std::int64_t>(d));
    Tensor indices = in_own_memory(p.by_dim[d], p.view);
    if (!(indices.sizes() == IntArrayRef(plan->picked)))
      indices = autograd::copy_row_major(autograd::expand_to(indices, plan->picked));
    optional<std::int64_t> outside;
    indices = wrapped_indices(indices, sizes[d], &outside);
    if (outside) detail::wrap_index(op, *outside, p.origin[d], sizes[d]);
    plan->indices.push_back(std::move(indices));
  }
  const std::int64_t first = plan->dims[0];
  const bool neighbours = plan->dims.back() - first + 1 == std::ssize(plan->dims);
  const auto size_of = [&](std::int64_t d) { return sizes[static_cast<std::size_t>(d)]; };
  for (std::int64_t d = 0; d < std::ssize(sizes); ++d) {
    if (std::find(plan->dims.begin(), plan->dims.end(), d) != plan->dims.end()) continue;
    (neighbours && d < first ? plan->before : plan->after).push_back(d);
  }
  for (const std::int64_t d : plan->before) plan->result_sizes.push_back(size_of(d));
  for (const std::int64_t n : plan->picked) plan->result_sizes.push_back(n);
  for (const std::int64_t d : plan->after) plan->result_sizes.push_back(size_of(d));
  return {std::move(plan), sizes};
}

/// `values` converted to the dtype, and expanded to the shape, that index_put_ writes.
Tensor cast_and_expand(std::string_view op, const Tensor& values, ScalarType dtype,
                       IntArrayRef shape) {
  if (values.dtype() != dtype && values.dim() != 0)
    detail::fail<DtypeError>(op, "source and destination dtypes must match, got ",
                             to_string(values.dtype()), " for a tensor of ", to_string(dtype),
                             "; convert the values with to()");
  bool fits = values.sizes().size() <= shape.size();
  for (std::size_t k = 1; fits && k <= values.sizes().size(); ++k) {
    const std::int64_t have = values.sizes()[values.sizes().size() - k];
    fits = have == 1 || have == shape[shape.size() - k];
  }
  if (!fits)
    detail::fail<ShapeError>(op, "shape mismatch: value tensor of shape ", values.sizes(),
                             " cannot be broadcast to indexing result of shape ", shape,
                             "; reshape the values");
  const Tensor v = autograd::cast(values, dtype);
  return v.sizes() == shape ? v : autograd::expand_to(v, shape);
}

/// `values` without leading dimensions of extent 1, as far as it has more than `dims` dimensions.
Tensor without_leading_ones(Tensor values, std::size_t dims) {
  while (values.sizes().size() > dims && values.sizes()[0] == 1) values = values.squeeze(0);
  return values;
}

using IndexPut = WriteAt<ByLists, "IndexPutBackward0">;

}  // namespace

Tensor index(const Tensor& x, ArrayRef<TensorIndex> indices) {
  const Parsed p = parse("index", x, indices);
  if (p.is_basic()) return p.view.is_same(x) ? autograd::alias(x) : p.view;
  return gather_at<"IndexBackward0">(plan_of("index", p), p.view);
}

Tensor Tensor::index(ArrayRef<TensorIndex> indices) const {
  return eigengrad::index(*this, indices);
}

Tensor Tensor::index(std::initializer_list<TensorIndex> indices) const {
  return index(ArrayRef<TensorIndex>(indices));
}

Tensor Tensor::operator[](const Tensor& i) const { return index({TensorIndex(i)}); }

Tensor index_put(const Tensor& x, ArrayRef<TensorIndex> indices, const Tensor& values,
                 bool accumulate) {
  Parsed p = parse("index_put", x, indices);
  if (p.is_basic() || !p.view.is_same(x)) {
    Tensor y = x.clone();
    return y.index_put_(indices, values, accumulate);
  }
  const IndexPut op{plan_of("index_put", p), accumulate};
  const Tensor source = cast_and_expand(
      "index_put", without_leading_ones(values, op.at.picked().size()), x.dtype(), op.at.picked());
  const Tensor y = plain_copy(x);
  op.store(y, source);
  return record_written(op, x, source, y);
}
Tensor Tensor::index_put(ArrayRef<TensorIndex> indices, const Tensor& values,
                         bool accumulate) const {
  return eigengrad::index_put(*this, indices, values, accumulate);
}

Tensor& Tensor::index_put_(ArrayRef<TensorIndex> indices, const Tensor& values,
                           bool accumulate) const {
  Parsed p = parse("index_put_", self(), indices);
  if (!p.is_basic()) {
    const IndexPut op{plan_of("index_put_", p), accumulate};
    const Tensor source =
        cast_and_expand("index_put_", without_leading_ones(values, op.at.picked().size()),
                        p.view.dtype(), op.at.picked());
    write_inplace("index_put_", op, p.view, source, [&] { op.store(p.view, source); });
    return self();
  }
  const Tensor fitting = without_leading_ones(values, p.view.sizes().size());
  if (accumulate)
    p.view.add_(fitting);
  else
    p.view.copy_(fitting);
  return self();
}

Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, const Tensor& values,
                           bool accumulate) const {
  return index_put_(ArrayRef<TensorIndex>(indices), values, accumulate);
}
Tensor& Tensor::index_put_(ArrayRef<TensorIndex> indices, const Scalar& value,
                           bool accumulate) const {
  return index_put_(indices, autograd::wrapped_scalar(value, self()), accumulate);
}
Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, const Scalar& value,
                           bool accumulate) const {
  return index_put_(ArrayRef<TensorIndex>(indices), value, accumulate);
}

namespace indexing {

TensorIndex::TensorIndex(const char* dots) : kind_(Kind::Dots) {
  const std::string_view text = dots != nullptr ? dots : "";
  if (text != "...")
    detail::fail<IndexError>("index", "a string index can only be \"...\", got \"", text, '"');
}

}  // namespace indexing
}  // namespace eigengrad
