#include "eigengrad/ops/indexing.hpp"

#include <algorithm>
#include <string_view>

#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/arithmetic.hpp"
#include "eigengrad/ops/shape.hpp"
#include "kernels/index.hpp"

namespace eigengrad {
namespace {

using autograd::apply_linear;
using indexing::TensorIndex;
using kernels::IndexPlan;

using Plan = std::shared_ptr<const IndexPlan>;

struct IndexScatter;

/// Reads the picked elements.
struct IndexGather {
  static constexpr auto node_name = "IndexBackward0";
  Plan plan;
  IntArrayRef input_sizes;
  Tensor forward(const Tensor& x) const {
    Tensor y = Tensor::adopt(detail::TensorImpl::create(x.dtype(), plan->result_sizes));
    kernels::index_gather(*plan, y, x);
    return y;
  }
  Tensor transpose(const Tensor& g) const;
  void add_into(const Tensor& whole, const Tensor& g) const {
    kernels::index_add(*plan, whole, g.contiguous());
  }
};

/// Zeros with the picked elements added in place.
struct IndexScatter {
  static constexpr auto node_name = "IndexPutBackward0";
  IndexGather gather;
  Tensor forward(const Tensor& g) const {
    Tensor whole = Tensor::adopt(detail::TensorImpl::create(g.dtype(), gather.input_sizes));
    kernels::fill(whole, 0);
    const NoGradGuard off;
    gather.add_into(whole, g);
    return whole;
  }
  Tensor transpose(const Tensor& gg) const { return apply_linear(gather, gg); }
};

Tensor IndexGather::transpose(const Tensor& g) const {
  return apply_linear(IndexScatter{*this}, g);
}

/// A copy with zeros at the picked elements.
struct ZeroPicked {
  static constexpr auto node_name = "IndexPutBackward0";
  IndexGather gather;
  Tensor forward(const Tensor& x) const {
    const NoGradGuard off;
    Tensor y = autograd::copy_row_major(x);
    kernels::index_write(*gather.plan, y, zeros(gather.plan->result_sizes, x.dtype()));
    return y;
  }
  Tensor transpose(const Tensor& g) const { return apply_linear(*this, g); }
};

/// What index_put_ makes of the tensor (input 0) and the values (input 1).
struct IndexPut {
  static constexpr auto node_name = "IndexPutBackward0";
  IndexGather gather;
  bool accumulate;
  DimVector values_sizes;
  ScalarType values_dtype;
  Tensor transpose(const Tensor& g, std::size_t i) const {
    if (i == 0) return accumulate ? g : apply_linear(ZeroPicked{gather}, g);
    return autograd::cast(autograd::sum_to(apply_linear(gather, g), values_sizes), values_dtype);
  }
};

/// A list of indices as a view, by the integers, slices and new axes, and the tensors that then
/// index dimensions of the view.
struct Parsed {
  Tensor view;
  std::vector<Tensor> by_dim;
  /// The dimensions of the whole tensor that they index, for messages.
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

/// Dimensions of the indexed tensor that an entry uses up.
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
                             to_string(t.dtype()));
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
                               " at index ", d + k);
  for (Tensor& positions : kernels::true_positions(t))
    p.index_dim(d++, whole_dim++, std::move(positions));
  return d;
}

Parsed parse(std::string_view op, const Tensor& x, ArrayRef<TensorIndex> indices) {
  std::size_t used = 0;
  int dots = 0;
  for (const TensorIndex& i : indices) {
    used += consumed(i);
    dots += i.kind() == TensorIndex::Kind::Dots ? 1 : 0;
  }
  if (used > x.sizes().size())
    detail::fail<IndexError>(op, "too many indices for tensor of dimension ", x.dim(), ": ", used);
  if (dots > 1) detail::fail<IndexError>(op, "an index can only have a single ellipsis ('...')");

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

/// Indices from 0, row-major in the common shape.
Tensor positions(std::string_view op, const Tensor& indices, IntArrayRef shape, std::size_t d,
                 std::int64_t extent) {
  Tensor all = autograd::copy_row_major(autograd::expand_to(indices, shape));
  const std::int64_t outside = kernels::wrap_indices(all, extent);
  if (outside != 0 || (extent == 0 && all.numel() > 0)) detail::wrap_index(op, outside, d, extent);
  return all;
}

DimVector common_shape(std::string_view op, const std::vector<Tensor>& by_dim) {
  DimVector shape;
  for (const Tensor& t : by_dim) {
    if (!t.defined()) continue;
    try {
      shape = autograd::broadcast_shapes(op, shape, t.sizes());
    } catch (const ShapeError&) {
      detail::fail<IndexError>(op,
                               "shape mismatch: indexing tensors could not be broadcast together: ",
                               IntArrayRef(shape), " and ", t.sizes());
    }
  }
  return shape;
}

IndexGather plan_of(std::string_view op, const Parsed& p) {
  auto plan = std::make_shared<IndexPlan>();
  const IntArrayRef sizes = p.view.sizes();
  plan->input_sizes = DimVector(sizes);
  plan->picked = common_shape(op, p.by_dim);
  for (std::size_t d = 0; d < p.by_dim.size(); ++d) {
    if (!p.by_dim[d].defined()) continue;
    plan->dims.push_back(d);
    plan->indices.push_back(positions(op, p.by_dim[d], plan->picked, p.origin[d], sizes[d]));
  }
  const std::size_t first = plan->dims.front();
  const bool neighbours = plan->dims.back() - first + 1 == plan->dims.size();
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (std::find(plan->dims.begin(), plan->dims.end(), d) != plan->dims.end()) continue;
    (neighbours && d < first ? plan->before : plan->after).push_back(d);
  }
  for (const std::size_t d : plan->before) plan->result_sizes.push_back(sizes[d]);
  for (const std::int64_t n : plan->picked) plan->result_sizes.push_back(n);
  for (const std::size_t d : plan->after) plan->result_sizes.push_back(sizes[d]);
  const IntArrayRef input_sizes = plan->input_sizes;
  return {std::move(plan), input_sizes};
}

/// `values` in the dtype and, expanded, the shape that index_put_ writes.
Tensor fitted(const Tensor& values, const Tensor& self, IntArrayRef shape) {
  if (values.dtype() != self.dtype() && values.dim() != 0)
    detail::fail<DtypeError>("index_put_", "source and destination dtypes must match, got ",
                             to_string(values.dtype()), " for a tensor of ",
                             to_string(self.dtype()), "; convert the values with to()");
  bool fits = values.sizes().size() <= shape.size();
  for (std::size_t k = 1; fits && k <= values.sizes().size(); ++k) {
    const std::int64_t have = values.sizes()[values.sizes().size() - k];
    fits = have == 1 || have == shape[shape.size() - k];
  }
  if (!fits)
    detail::fail<ShapeError>("index_put_", "shape mismatch: value tensor of shape ", values.sizes(),
                             " cannot be broadcast to indexing result of shape ", shape);
  return autograd::expand_to(autograd::cast(values, self.dtype()), shape);
}

/// Values may have more dimensions than the place that they are put in, if those are of extent 1.
Tensor without_leading_ones(Tensor values, std::size_t dims) {
  while (values.sizes().size() > dims && values.sizes()[0] == 1) values = values.squeeze(0);
  return values;
}

/// The tangent of what is written to, after a write of `values`.
Tensor written_tangent(const IndexPut& op, const Tensor& self, const Tensor& values) {
  Tensor t =
      self.impl()->has_tangent() ? detail::tangent_of(self) : eigengrad::zeros_like(self.detach());
  if (!op.accumulate) t = apply_linear(ZeroPicked{op.gather}, t);
  if (!values.impl()->has_tangent()) return t;
  const Tensor put = fitted(detail::tangent_of(values), self, op.gather.plan->result_sizes);
  return t + apply_linear(IndexScatter{op.gather}, put);
}

void write_at(Tensor& self, const IndexGather& gather, const Tensor& values, bool accumulate) {
  const bool record = detail::recording() && self.is_floating_point() &&
                      (detail::is_tracked(self) || detail::is_tracked(values));
  autograd::check_inplace("index_put_", self, record);
  const IndexPut op{gather, accumulate, DimVector(values.sizes()), values.dtype()};
  Tensor tangent;
  if (detail::carries_tangent(self) || detail::carries_tangent(values)) {
    const detail::NoTangents plain;
    tangent = written_tangent(op, self, values);
  }
  std::vector<autograd::Edge> edges;
  if (record) {
    edges.push_back(autograd::gradient_edge(self));
    edges.push_back(values.is_floating_point() ? autograd::gradient_edge(values)
                                               : autograd::Edge());
  }
  {
    const NoGradGuard off;
    const detail::NoTangents plain;
    Tensor source = fitted(values, self, gather.plan->result_sizes);
    const bool shares = &source.impl()->storage() == &self.impl()->storage();
    if (shares || !source.is_contiguous()) source = autograd::copy_row_major(source);
    if (accumulate)
      kernels::index_add(*gather.plan, self, source);
    else
      kernels::index_write(*gather.plan, self, source);
  }
  self.impl()->storage().bump_version();
  if (record)
    autograd::rebase_history(
        self, autograd::make_node<autograd::ListLinearNode<IndexPut>>(op, std::move(edges)));
  if (tangent.defined()) autograd::write_tangent(self, tangent);
}

}  // namespace

Tensor index(const Tensor& x, ArrayRef<TensorIndex> indices) {
  const Parsed p = parse("index", x, indices);
  if (p.is_basic()) return p.view.is_same(x) ? autograd::alias(x) : p.view;
  return apply_linear(plan_of("index", p), p.view);
}

Tensor Tensor::index(ArrayRef<TensorIndex> indices) const {
  return eigengrad::index(*this, indices);
}

Tensor Tensor::index(std::initializer_list<TensorIndex> indices) const {
  return index(ArrayRef<TensorIndex>(indices));
}

Tensor Tensor::operator[](const Tensor& i) const { return index({TensorIndex(i)}); }

Tensor& Tensor::index_put_(ArrayRef<TensorIndex> indices, const Tensor& values, bool accumulate) {
  Parsed p = parse("index_put_", *this, indices);
  if (!p.is_basic()) {
    const IndexGather gather = plan_of("index_put_", p);
    write_at(p.view, gather, without_leading_ones(values, gather.plan->result_sizes.size()),
             accumulate);
    return *this;
  }
  const Tensor fitting = without_leading_ones(values, p.view.sizes().size());
  if (accumulate)
    p.view.add_(fitting);
  else
    p.view.copy_(fitting);
  return *this;
}

Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, const Tensor& values,
                           bool accumulate) {
  return index_put_(ArrayRef<TensorIndex>(indices), values, accumulate);
}
Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, const Scalar& value,
                           bool accumulate) {
  return index_put_(ArrayRef<TensorIndex>(indices), autograd::wrap_number(value, *this),
                    accumulate);
}

namespace indexing {

TensorIndex::TensorIndex(const char* dots) : kind_(Kind::Dots) {
  if (std::string_view(dots) != "...")
    detail::fail<IndexError>("index", "a string index can only be \"...\", got \"", dots, '"');
}

}  // namespace indexing
}  // namespace eigengrad
