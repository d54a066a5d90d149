#include "eigengrad/ops/shape.hpp"

#include <algorithm>

#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "ops/picks.hpp"

namespace eigengrad {
namespace {

using autograd::apply_linear;
using autograd::apply_linear_list;
using autograd::raw_view;
using detail::wrap_dim;
using detail::wrap_index;

// ---- Views that keep every element.

struct Permute {
  static constexpr auto node_name = "PermuteBackward0";
  DimVector dims;
  Tensor forward(const Tensor& x) const {
    DimVector sizes;
    DimVector strides;
    for (const std::int64_t d : dims) {
      sizes.push_back(x.sizes()[static_cast<std::size_t>(d)]);
      strides.push_back(x.strides()[static_cast<std::size_t>(d)]);
    }
    return new_view(x, sizes, strides, 0);
  }
  Tensor transpose(const Tensor& g) const {
    DimVector inverse(dims.size());
    for (std::size_t i = 0; i < dims.size(); ++i)
      inverse[static_cast<std::size_t>(dims[i])] = static_cast<std::int64_t>(i);
    return g.permute(inverse);
  }
};
struct Transpose : Permute {
  static constexpr auto node_name = "TransposeBackward0";
};
struct MatrixT : Permute {
  static constexpr auto node_name = "TBackward0";
};

/// Strides of a view of x with extents `sizes`, when there is one. Runs of dimensions of x that lie in
/// one piece may be cut anew; others must be kept.
optional<DimVector> view_strides(const Tensor& x, IntArrayRef sizes) {
  if (x.numel() == 0 || x.is_contiguous()) return detail::row_major_strides(sizes);
  DimVector strides(sizes.size());
  std::size_t to = sizes.size();
  std::size_t from = x.sizes().size();
  while (from > 0) {
    // One run of x, from its innermost dimension outwards.
    const std::int64_t base = x.strides()[from - 1];
    std::int64_t run = x.sizes()[from - 1];
    --from;
    while (from > 0 &&
           (x.sizes()[from - 1] == 1 || run == 1 || x.strides()[from - 1] == run * base)) {
      if (run == 1 && x.sizes()[from - 1] != 1) break;
      run *= x.sizes()[from - 1];
      --from;
    }
    std::int64_t taken = 1;
    while (to > 0 && (taken < run || sizes[to - 1] == 1)) {
      strides[to - 1] = taken * base;
      taken *= sizes[to - 1];
      --to;
    }
    if (taken != run) return nullopt;
  }
  while (to > 0) {
    if (sizes[to - 1] != 1) return nullopt;
    strides[--to] = 1;
  }
  return strides;
}

struct Reshaped {
  static constexpr auto node_name = "ViewBackward0";
  DimVector from;
  DimVector from_strides;
  DimVector sizes;
  DimVector strides;
  Tensor forward(const Tensor& x) const {
    if (x.strides().equals(from_strides)) return new_view(x, sizes, strides, 0);
    // A tangent may lie in memory in another way than the tensor that it belongs to.
    if (const optional<DimVector> other = view_strides(x, sizes))
      return new_view(x, sizes, *other, 0);
    const Tensor copy = Tensor::adopt(detail::TensorImpl::create(x.dtype(), from));
    kernels::copy(copy, x);
    return raw_view(copy, sizes, detail::row_major_strides(sizes), 0);
  }
  Tensor transpose(const Tensor& g) const { return g.reshape(from); }
};
struct Squeezed : Reshaped {
  static constexpr auto node_name = "SqueezeBackward0";
};
struct SqueezedDim : Reshaped {
  static constexpr auto node_name = "SqueezeBackward1";
};
struct Unsqueezed : Reshaped {
  static constexpr auto node_name = "UnsqueezeBackward0";
};

/// Extents with -1 replaced by what is left.
DimVector infer_size(std::string_view op, IntArrayRef sizes, std::int64_t numel) {
  DimVector result(sizes);
  std::int64_t known = 1;
  optional<std::size_t> unknown;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] >= 0) {
      known *= sizes[d];
    } else if (sizes[d] != -1 || unknown) {
      detail::fail<ShapeError>(op, "shape ", sizes, " is invalid for input of size ", numel,
                               ": only one extent may be -1, others must not be negative");
    } else {
      unknown = d;
    }
  }
  if (unknown ? (known == 0 || numel % known != 0) : known != numel)
    detail::fail<ShapeError>(op, "shape ", sizes, " is invalid for input of size ", numel);
  if (unknown) result[*unknown] = numel / known;
  return result;
}

// ---- Assembly.

struct Cat {
  static constexpr auto node_name = "CatBackward0";
  std::size_t d;
  DimVector result;
  std::vector<std::int64_t> starts;
  std::vector<DimVector> sizes;
  bool skipped(std::size_t i) const { return sizes[i].size() == 1 && sizes[i][0] == 0; }
  Tensor forward(TensorList xs) const {
    Tensor y = Tensor::adopt(detail::TensorImpl::create(xs[0].dtype(), result));
    for (std::size_t i = 0; i < xs.size(); ++i)
      if (!skipped(i)) kernels::copy(piece(y, i), xs[i]);
    return y;
  }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    if (skipped(i)) return g.new_zeros(sizes[i]);
    return g.narrow(static_cast<std::int64_t>(d), starts[i], sizes[i][d]);
  }

 private:
  Tensor piece(const Tensor& y, std::size_t i) const {
    return raw_view(y, sizes[i], y.strides(), starts[i] * y.strides()[d]);
  }
};

struct Stack {
  static constexpr auto node_name = "StackBackward0";
  std::size_t d;
  DimVector result;
  Tensor forward(TensorList xs) const {
    Tensor y = Tensor::adopt(detail::TensorImpl::create(xs[0].dtype(), result));
    DimVector strides(y.strides());
    strides.erase(d);
    for (std::size_t i = 0; i < xs.size(); ++i)
      kernels::copy(
          raw_view(y, xs[i].sizes(), strides, static_cast<std::int64_t>(i) * y.strides()[d]),
          xs[i]);
    return y;
  }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    return g.select(static_cast<std::int64_t>(d), static_cast<std::int64_t>(i));
  }
};

std::vector<Tensor> of_one_dtype(std::string_view op, TensorList xs) {
  if (xs.empty()) detail::fail<ShapeError>(op, "expected a non-empty list of tensors");
  std::vector<const Tensor*> list;
  for (const Tensor& x : xs) {
    if (!x.defined()) detail::fail<ValueError>(op, "tensor ", list.size(), " is undefined");
    list.push_back(&x);
  }
  const ScalarType dtype = autograd::result_type(list.data(), list.size());
  std::vector<Tensor> converted;
  converted.reserve(xs.size());
  for (const Tensor& x : xs) converted.push_back(autograd::cast(x, dtype));
  return converted;
}

// ---- Several views at once.

struct Unbind {
  static constexpr auto node_name = "UnbindBackward0";
  DimVector input_sizes;
  std::size_t d;
  Select part(std::size_t i) const { return {{input_sizes}, d, static_cast<std::int64_t>(i)}; }
  std::vector<Tensor> forward(const Tensor& x) const {
    std::vector<Tensor> parts;
    for (std::int64_t i = 0; i < input_sizes[d]; ++i)
      parts.push_back(part(static_cast<std::size_t>(i)).view_of(x, detail::ViewKind::MultiOutput));
    return parts;
  }
};

struct Split {
  static constexpr auto node_name = "SplitBackward0";
  DimVector input_sizes;
  std::size_t d;
  std::vector<std::int64_t> lengths;
  SliceOf part(std::size_t i) const {
    std::int64_t start = 0;
    for (std::size_t k = 0; k < i; ++k) start += lengths[k];
    return {{input_sizes}, d, start, lengths[i], 1};
  }
  std::vector<Tensor> forward(const Tensor& x) const {
    std::vector<Tensor> parts;
    for (std::size_t i = 0; i < lengths.size(); ++i)
      parts.push_back(part(i).view_of(x, detail::ViewKind::MultiOutput));
    return parts;
  }
};
struct SplitWithSizes : Split {
  static constexpr auto node_name = "SplitWithSizesBackward0";
};

void require_dims(std::string_view op, const Tensor& x) {
  if (x.dim() == 0)
    detail::fail<IndexError>(op,
                             "a tensor without dimensions has no elements to pick; index is out "
                             "of range");
}

/// The view in place of the tensor itself, for the in-place forms of shape operators.
Tensor& become(std::string_view op, Tensor& self,
               Tensor (*view)(const Tensor&, std::int64_t, std::int64_t), std::int64_t a,
               std::int64_t b) {
  autograd::check_inplace(op, self, false);
  const Tensor v = view(self, a, b);
  detail::TensorImpl& impl = *self.impl();
  impl.set_geometry(v.sizes(), v.strides(), v.impl()->bytes());
  impl.storage().bump_version();
  if (detail::carries_tangent(self)) detail::set_tangent(self, detail::tangent_of(v));
  if (impl.view_base() != nullptr)
    autograd::refresh_view_history(self);
  else if (detail::recording() && v.impl()->node() != nullptr)
    autograd::rebase_history(self, v.impl()->node());
  return self;
}

}  // namespace

Tensor reshape(const Tensor& x, IntArrayRef sizes) {
  const DimVector wanted = infer_size("reshape", sizes, x.numel());
  if (const optional<DimVector> strides = view_strides(x, wanted))
    return apply_linear(Reshaped{DimVector(x.sizes()), DimVector(x.strides()), wanted, *strides},
                        x);
  return reshape(autograd::copy_row_major(x), wanted);
}

Tensor Tensor::view(IntArrayRef new_sizes) const {
  const DimVector wanted = infer_size("view", new_sizes, numel());
  const optional<DimVector> view = view_strides(*this, wanted);
  if (!view)
    detail::fail<ShapeError>("view", "no view of shape ", IntArrayRef(wanted),
                             " exists: the tensor of shape ", sizes(), " has strides ", strides(),
                             "; use reshape()");
  return apply_linear(Reshaped{DimVector(sizes()), DimVector(this->strides()), wanted, *view},
                      *this);
}

Tensor flatten(const Tensor& x, std::int64_t start_dim, std::int64_t end_dim) {
  const std::size_t first = wrap_dim("flatten", start_dim, x.sizes().size());
  const std::size_t last = wrap_dim("flatten", end_dim, x.sizes().size());
  if (first > last)
    detail::fail<IndexError>("flatten", "start_dim ", start_dim, " comes after end_dim ", end_dim);
  if (x.dim() == 0) return x.reshape({1});
  if (first == last) return x;
  DimVector sizes;
  std::int64_t merged = 1;
  for (std::size_t d = 0; d < x.sizes().size(); ++d) {
    if (d < first || d > last) sizes.push_back(x.sizes()[d]);
    if (d >= first && d <= last) merged *= x.sizes()[d];
    if (d == last) sizes.push_back(merged);
  }
  return x.reshape(sizes);
}

Tensor permute(const Tensor& x, IntArrayRef dims) {
  const std::size_t n = x.sizes().size();
  if (dims.size() != n)
    detail::fail<ShapeError>("permute", "dims ", dims, " do not name the ", n,
                             " dimensions of the tensor");
  DimVector order;
  DimVector seen(n);
  for (const std::int64_t d : dims) {
    const std::size_t w = wrap_dim("permute", d, n);
    if (seen[w]++ != 0)
      detail::fail<ValueError>("permute", "dimension ", d, " is repeated in ", dims);
    order.push_back(static_cast<std::int64_t>(w));
  }
  return apply_linear(Permute{order}, x);
}

Tensor transpose(const Tensor& x, std::int64_t d0, std::int64_t d1) {
  const std::size_t n = x.sizes().size();
  const std::size_t a = wrap_dim("transpose", d0, n);
  const std::size_t b = wrap_dim("transpose", d1, n);
  DimVector order;
  for (std::size_t d = 0; d < n; ++d) order.push_back(static_cast<std::int64_t>(d));
  if (n > 0) std::swap(order[a], order[b]);
  return apply_linear(Transpose{{order}}, x);
}

Tensor t(const Tensor& x) {
  if (x.dim() > 2)
    detail::fail<ShapeError>("t", "expects a tensor of at most 2 dimensions, got shape ", x.sizes(),
                             "; use transpose() or mT()");
  if (x.dim() < 2) return autograd::alias(x);
  return apply_linear(MatrixT{{{1, 0}}}, x);
}

Tensor squeeze(const Tensor& x) {
  DimVector sizes;
  DimVector strides;
  for (std::size_t d = 0; d < x.sizes().size(); ++d) {
    if (x.sizes()[d] == 1) continue;
    sizes.push_back(x.sizes()[d]);
    strides.push_back(x.strides()[d]);
  }
  return apply_linear(Squeezed{{DimVector(x.sizes()), DimVector(x.strides()), sizes, strides}}, x);
}

Tensor squeeze(const Tensor& x, std::int64_t dim) {
  const std::size_t d = wrap_dim("squeeze", dim, x.sizes().size());
  DimVector sizes(x.sizes());
  DimVector strides(x.strides());
  if (!sizes.empty() && sizes[d] == 1) {
    sizes.erase(d);
    strides.erase(d);
  }
  return apply_linear(SqueezedDim{{DimVector(x.sizes()), DimVector(x.strides()), sizes, strides}},
                      x);
}

Tensor unsqueeze(const Tensor& x, std::int64_t dim) {
  const std::size_t n = x.sizes().size();
  const std::size_t d = wrap_dim("unsqueeze", dim, n + 1);
  DimVector sizes(x.sizes());
  DimVector strides(x.strides());
  sizes.insert(d, 1);
  strides.insert(d, d < n ? x.sizes()[d] * x.strides()[d] : 1);
  return apply_linear(Unsqueezed{{DimVector(x.sizes()), DimVector(x.strides()), sizes, strides}},
                      x);
}

Tensor expand(const Tensor& x, IntArrayRef sizes) {
  const std::size_t n = x.sizes().size();
  DimVector wanted(sizes);
  const auto refuse = [&] {
    detail::fail<ShapeError>("expand", "the expanded size ", sizes,
                             " must match the existing sizes ", x.sizes(),
                             " where those are not 1");
  };
  if (sizes.size() < n) refuse();
  const std::size_t lead = sizes.size() - n;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (d < lead ? wanted[d] < 0 : wanted[d] < -1) refuse();
    if (d < lead) continue;
    const std::int64_t have = x.sizes()[d - lead];
    if (wanted[d] == -1) wanted[d] = have;
    if (wanted[d] != have && have != 1) refuse();
  }
  return autograd::expand_to(x, wanted);
}

Tensor broadcast_to(const Tensor& x, IntArrayRef sizes) { return expand(x, sizes); }

Tensor select(const Tensor& x, std::int64_t dim, std::int64_t index) {
  require_dims("select", x);
  const std::size_t d = wrap_dim("select", dim, x.sizes().size());
  return apply_linear(
      Select{{DimVector(x.sizes())}, d, wrap_index("select", index, d, x.sizes()[d])}, x);
}

Tensor slice(const Tensor& x, std::int64_t dim, optional<std::int64_t> start,
             optional<std::int64_t> end, std::int64_t step) {
  require_dims("slice", x);
  const std::size_t d = wrap_dim("slice", dim, x.sizes().size());
  if (step <= 0) detail::fail<ValueError>("slice", "the step must be positive: ", step);
  const std::int64_t n = x.sizes()[d];
  const auto clip = [n](std::int64_t i) {
    return std::clamp<std::int64_t>(i < 0 ? i + n : i, 0, n);
  };
  const std::int64_t first = clip(start.value_or(0));
  const std::int64_t last = std::max(first, clip(end.value_or(n)));
  return apply_linear(
      SliceOf{{DimVector(x.sizes())}, d, first, (last - first + step - 1) / step, step}, x);
}

Tensor narrow(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t length) {
  require_dims("narrow", x);
  const std::size_t d = wrap_dim("narrow", dim, x.sizes().size());
  const std::int64_t n = x.sizes()[d];
  const std::int64_t first = start < 0 ? start + n : start;
  if (length < 0 || first < 0 || first + length > n)
    detail::fail<IndexError>("narrow", "start ", start, " and length ", length,
                             " are out of range for dimension ", dim, " of extent ", n);
  return apply_linear(SliceOf{{DimVector(x.sizes())}, d, first, length, 1}, x);
}

Tensor diagonal(const Tensor& x, std::int64_t offset, std::int64_t dim1, std::int64_t dim2) {
  const std::size_t n = x.sizes().size();
  const std::size_t a = wrap_dim("diagonal", dim1, n);
  const std::size_t b = wrap_dim("diagonal", dim2, n);
  if (a == b || n < 2)
    detail::fail<ValueError>("diagonal", "the two dimensions must differ: ", dim1, " and ", dim2,
                             " of a tensor of shape ", x.sizes());
  return apply_linear(Diagonal{{DimVector(x.sizes())}, offset, a, b}, x);
}

Tensor as_strided(const Tensor& x, IntArrayRef sizes, IntArrayRef strides,
                  optional<std::int64_t> storage_offset) {
  if (sizes.size() != strides.size())
    detail::fail<ShapeError>("as_strided", "sizes ", sizes, " and strides ", strides,
                             " must have the same length");
  const std::int64_t offset = storage_offset.value_or(x.storage_offset());
  std::int64_t last = offset;
  bool empty = false;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] < 0 || strides[d] < 0)
      detail::fail<ShapeError>("as_strided", "sizes ", sizes, " and strides ", strides,
                               " must not be negative");
    empty = empty || sizes[d] == 0;
    last += (sizes[d] - 1) * strides[d];
  }
  const auto bytes = static_cast<std::int64_t>(x.impl()->storage().bytes());
  if (offset < 0 || (!empty && (last + 1) * x.element_size() > bytes))
    detail::fail<IndexError>("as_strided", "sizes ", sizes, ", strides ", strides, " and offset ",
                             offset, " are out of range of a storage of ", bytes / x.element_size(),
                             " elements");
  return autograd::strided_view(x, sizes, strides, offset - x.storage_offset());
}

std::vector<Tensor> unbind(const Tensor& x, std::int64_t dim) {
  require_dims("unbind", x);
  return autograd::apply_multi_view(
      Unbind{DimVector(x.sizes()), wrap_dim("unbind", dim, x.sizes().size())}, x);
}

std::vector<Tensor> split(const Tensor& x, std::int64_t split_size, std::int64_t dim) {
  require_dims("split", x);
  const std::size_t d = wrap_dim("split", dim, x.sizes().size());
  const std::int64_t n = x.sizes()[d];
  if (split_size < 0 || (split_size == 0 && n != 0))
    detail::fail<ValueError>("split", "the size of a piece must be positive: ", split_size);
  Split op{DimVector(x.sizes()), d, {}};
  for (std::int64_t at = 0; at < n; at += split_size)
    op.lengths.push_back(std::min(split_size, n - at));
  if (op.lengths.empty()) op.lengths.push_back(0);
  return autograd::apply_multi_view(op, x);
}

std::vector<Tensor> split_with_sizes(const Tensor& x, IntArrayRef split_sizes, std::int64_t dim) {
  require_dims("split_with_sizes", x);
  const std::size_t d = wrap_dim("split_with_sizes", dim, x.sizes().size());
  std::int64_t total = 0;
  for (const std::int64_t s : split_sizes) {
    if (s < 0)
      detail::fail<ValueError>("split_with_sizes", "sizes must not be negative: ", split_sizes);
    total += s;
  }
  if (total != x.sizes()[d])
    detail::fail<ShapeError>("split_with_sizes", "sizes ", split_sizes, " must sum to the extent ",
                             x.sizes()[d], " of dimension ", dim);
  return autograd::apply_multi_view(SplitWithSizes{{DimVector(x.sizes()), d, split_sizes.vec()}},
                                    x);
}

std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t dim) {
  require_dims("chunk", x);
  if (chunks <= 0)
    detail::fail<ValueError>("chunk", "the number of chunks must be positive: ", chunks);
  const std::int64_t n = x.size(dim);
  return split(x, std::max<std::int64_t>(1, (n + chunks - 1) / chunks), dim);
}

Tensor cat(TensorList xs, std::int64_t dim) {
  const std::vector<Tensor> list = of_one_dtype("cat", xs);
  const auto skipped = [](const Tensor& x) { return x.dim() == 1 && x.numel() == 0; };
  auto model = std::find_if_not(list.begin(), list.end(), skipped);
  if (model == list.end()) model = list.begin();
  if (model->dim() == 0)
    detail::fail<ShapeError>("cat", "tensors without dimensions cannot be joined; use stack()");
  Cat op{wrap_dim("cat", dim, model->sizes().size()), DimVector(model->sizes()), {}, {}};
  std::int64_t total = 0;
  for (const Tensor& x : list) {
    op.starts.push_back(total);
    op.sizes.emplace_back(x.sizes());
    if (skipped(x)) continue;
    bool fits = x.dim() == model->dim();
    for (std::size_t d = 0; fits && d < x.sizes().size(); ++d)
      fits = d == op.d || x.sizes()[d] == model->sizes()[d];
    if (!fits)
      detail::fail<ShapeError>("cat", "Sizes of tensors must match except in dimension ", op.d,
                               ": got ", model->sizes(), " and ", x.sizes());
    total += x.sizes()[op.d];
  }
  op.result[op.d] = total;
  return apply_linear_list(op, list);
}

Tensor stack(TensorList xs, std::int64_t dim) {
  const std::vector<Tensor> list = of_one_dtype("stack", xs);
  for (const Tensor& x : list)
    if (!(x.sizes() == list[0].sizes()))
      detail::fail<ShapeError>("stack", "Sizes of tensors must match: got ", list[0].sizes(),
                               " and ", x.sizes());
  Stack op{wrap_dim("stack", dim, list[0].sizes().size() + 1), DimVector(list[0].sizes())};
  op.result.insert(op.d, static_cast<std::int64_t>(list.size()));
  return apply_linear_list(op, list);
}

Tensor Tensor::reshape(IntArrayRef s) const { return eigengrad::reshape(*this, s); }
Tensor Tensor::flatten(std::int64_t a, std::int64_t b) const {
  return eigengrad::flatten(*this, a, b);
}
Tensor Tensor::transpose(std::int64_t a, std::int64_t b) const {
  return eigengrad::transpose(*this, a, b);
}
Tensor Tensor::permute(IntArrayRef dims) const { return eigengrad::permute(*this, dims); }
Tensor Tensor::t() const { return eigengrad::t(*this); }
Tensor Tensor::mT() const {
  if (dim() < 2) detail::fail<ShapeError>("mT", "needs at least 2 dimensions, got shape ", sizes());
  return transpose(-2, -1);
}
Tensor Tensor::numpy_T() const {
  DimVector order;
  for (std::int64_t d = dim(); d-- > 0;) order.push_back(d);
  return permute(order);
}
Tensor Tensor::squeeze() const { return eigengrad::squeeze(*this); }
Tensor Tensor::squeeze(std::int64_t d) const { return eigengrad::squeeze(*this, d); }
Tensor Tensor::unsqueeze(std::int64_t d) const { return eigengrad::unsqueeze(*this, d); }
Tensor Tensor::expand(IntArrayRef s, bool) const { return eigengrad::expand(*this, s); }
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

Tensor& Tensor::t_() {
  if (dim() > 2)
    detail::fail<ShapeError>("t_", "expects a tensor of at most 2 dimensions, got shape ", sizes());
  return dim() < 2 ? *this : transpose_(0, 1);
}
Tensor& Tensor::transpose_(std::int64_t a, std::int64_t b) {
  return become("transpose_", *this, eigengrad::transpose, a, b);
}
Tensor& Tensor::squeeze_() {
  return become(
      "squeeze_", *this,
      [](const Tensor& x, std::int64_t, std::int64_t) { return eigengrad::squeeze(x); }, 0, 0);
}
Tensor& Tensor::squeeze_(std::int64_t d) {
  return become(
      "squeeze_", *this,
      [](const Tensor& x, std::int64_t at, std::int64_t) { return eigengrad::squeeze(x, at); }, d,
      0);
}
Tensor& Tensor::unsqueeze_(std::int64_t d) {
  return become(
      "unsqueeze_", *this,
      [](const Tensor& x, std::int64_t at, std::int64_t) { return eigengrad::unsqueeze(x, at); }, d,
      0);
}

}  // namespace eigengrad
