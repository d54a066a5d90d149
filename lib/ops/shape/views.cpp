#include "eigengrad/ops/shape/views.hpp"

#include <algorithm>
#include <utility>

#include "autograd/inplace.hpp"
#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "autograd/views.hpp"
#include "core/checked.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"
#include "ops/shape/dims.hpp"
#include "ops/shape/picks.hpp"

namespace eigengrad {
namespace {

using autograd::apply_linear;
using autograd::raw_view;
using detail::wrap_dim;

// ---- Views that keep every element.

/// The in-place forms of these operators have other node names, so the name is a parameter.
struct Permute {
  const char* node_name;
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
  void lift(std::int64_t) {
    for (std::int64_t& d : dims) ++d;
    dims.insert(0, 0);
  }
};

/// Strides of a view of x with extents `sizes`, when there is one. Contiguous runs of dimensions of x may be
/// divided in another way; other dimensions must be kept.
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
  const char* node_name;
  DimVector from;
  DimVector from_strides;
  DimVector sizes;
  DimVector strides;
  Tensor forward(const Tensor& x) const {
    if (x.strides().equals(from_strides)) return new_view(x, sizes, strides, 0);
    // A tangent may have another layout than the tensor that it belongs to.
    if (const optional<DimVector> other = view_strides(x, sizes))
      return new_view(x, sizes, *other, 0);
    const Tensor copy = detail::uninitialised(x.dtype(), from);
    kernels::copy(copy, x);
    return raw_view(copy, sizes, detail::row_major_strides(sizes), 0);
  }
  Tensor transpose(const Tensor& g) const { return g.reshape(from); }
  void lift(std::int64_t lead) { from.insert(0, lead); }
};

/// Extents with -1 replaced by the extent that `numel` leaves for it.
DimVector infer_size(std::string_view op, IntArrayRef sizes, std::int64_t numel) {
  DimVector result(sizes);
  optional<std::size_t> unknown;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] >= 0) {
      continue;
    } else if (sizes[d] != -1 || unknown) {
      detail::fail<ShapeError>(op, "shape ", sizes, " is invalid for input of size ", numel,
                               ": only one extent may be -1, others must not be negative");
    } else {
      unknown = d;
    }
  }
  if (unknown) result[*unknown] = 1;
  const std::int64_t known = detail::checked_numel(op, result);
  if (unknown ? (known == 0 || numel % known != 0) : known != numel)
    detail::fail<ShapeError>(op, "shape ", sizes, " is invalid for input of size ", numel,
                             "; give extents whose product is that number");
  if (unknown) result[*unknown] = numel / known;
  return result;
}

/// A node in the history of a tensor whose geometry was changed unrecorded: it throws, since a gradient of
/// the new shape is not one of the old.
struct Unrecorded {
  static constexpr auto node_name = "Identity";
  DimVector sizes;
  void lift(std::int64_t lead) { sizes.insert(0, lead); }
  Tensor transpose(const Tensor& g) const {
    if (!(g.sizes() == IntArrayRef(sizes)))
      detail::fail<GraphError>("backward", "an invalid gradient of shape ", g.sizes(),
                               " where one of shape ", IntArrayRef(sizes),
                               " is expected: the tensor's geometry was changed in place under "
                               "NoGradGuard; change it in the mode you compute in");
    return g;
  }
};

/// `view(self)` in place of the tensor itself, for the in-place forms of shape operators.
template <class View>
Tensor& become(std::string_view op, Tensor& self, View view) {
  autograd::check_new_geometry(op, self);
  const Tensor v = view(std::as_const(self));
  detail::TensorImpl& impl = *self.impl();
  autograd::NextHistory history;
  if (impl.view_base() != nullptr)
    history = autograd::NextHistory::of_view(self, v);
  else if (detail::recording() && v.impl()->node() != nullptr)
    history = {self, v.impl()->node()};
  else if (impl.node() != nullptr)
    history = {self, autograd::make_node<autograd::LinearNode<Unrecorded>>(
                         Unrecorded{DimVector(self.sizes())}, autograd::gradient_edge(self))};
  Tensor tangent;
  if (detail::carries_tangent(self)) tangent = detail::tangent_of(v);
  impl.set_geometry(v.sizes(), v.strides(), v.impl()->bytes());
  impl.storage().bump_version();
  if (tangent.defined()) detail::attach_tangent(impl, tangent);
  history.commit(self);
  return self;
}

template <class F>
std::vector<Tensor> each(TensorList xs, F f) {
  std::vector<Tensor> ys;
  ys.reserve(xs.size());
  for (const Tensor& x : xs) ys.push_back(f(x));
  return ys;
}

}  // namespace

Tensor reshape(const Tensor& x, IntArrayRef sizes) {
  const DimVector wanted = infer_size("reshape", sizes, x.numel());
  if (const optional<DimVector> strides = view_strides(x, wanted))
    return apply_linear(
        Reshaped{"ViewBackward0", DimVector(x.sizes()), DimVector(x.strides()), wanted, *strides},
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
  return apply_linear(
      Reshaped{"ViewBackward0", DimVector(sizes()), DimVector(this->strides()), wanted, *view},
      *this);
}

Tensor flatten(const Tensor& x, std::int64_t start_dim, std::int64_t end_dim) {
  const std::size_t first = wrap_dim("flatten", start_dim, x.sizes().size());
  const std::size_t last = wrap_dim("flatten", end_dim, x.sizes().size());
  if (first > last)
    detail::fail<IndexError>("flatten", "start_dim ", start_dim, " comes after end_dim ", end_dim,
                             "; give the first dimension first");
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

Tensor unflatten(const Tensor& x, std::int64_t dim, IntArrayRef sizes) {
  const std::size_t d = wrap_dim("unflatten", dim, x.sizes().size());
  if (sizes.empty() || x.dim() == 0)
    detail::fail<ShapeError>("unflatten", "sizes ", sizes, " cannot replace dimension ", dim,
                             " of a tensor of shape ", x.sizes(),
                             "; their product must be the extent");
  DimVector result;
  for (std::size_t k = 0; k < x.sizes().size(); ++k) {
    if (k != d) result.push_back(x.sizes()[k]);
    if (k == d)
      for (const std::int64_t n : infer_size("unflatten", sizes, x.sizes()[d])) result.push_back(n);
  }
  return x.view(result);
}

Tensor ravel(const Tensor& x) { return reshape(x, {-1}); }

Tensor permute(const Tensor& x, IntArrayRef dims) {
  const std::size_t n = x.sizes().size();
  if (dims.size() != n)
    detail::fail<ShapeError>("permute", "dims ", dims, " do not name the ", n,
                             " dimensions of the tensor; name each once");
  return apply_linear(Permute{"PermuteBackward0", distinct_dims("permute", dims, n)}, x);
}

namespace {
Tensor transposed(const Tensor& x, std::int64_t d0, std::int64_t d1, const char* name) {
  const std::size_t n = x.sizes().size();
  const std::size_t a = wrap_dim("transpose", d0, n);
  const std::size_t b = wrap_dim("transpose", d1, n);
  DimVector order;
  for (std::size_t d = 0; d < n; ++d) order.push_back(static_cast<std::int64_t>(d));
  if (n > 0) std::swap(order[a], order[b]);
  return apply_linear(Permute{name, order}, x);
}
}  // namespace

Tensor transpose(const Tensor& x, std::int64_t d0, std::int64_t d1) {
  return transposed(x, d0, d1, "TransposeBackward0");
}

Tensor swapaxes(const Tensor& x, std::int64_t a, std::int64_t b) { return transpose(x, a, b); }
Tensor swapdims(const Tensor& x, std::int64_t a, std::int64_t b) { return transpose(x, a, b); }

Tensor movedim(const Tensor& x, IntArrayRef source, IntArrayRef destination) {
  const std::size_t n = x.sizes().size();
  if (source.size() != destination.size())
    detail::fail<ShapeError>("movedim", "source ", source, " and destination ", destination,
                             " must have the same length");
  const DimVector from = distinct_dims("movedim", source, n);
  const DimVector to = distinct_dims("movedim", destination, n);
  if (n == 0) return autograd::alias(x);
  DimVector order(n, -1);
  for (std::size_t k = 0; k < to.size(); ++k) order[static_cast<std::size_t>(to[k])] = from[k];
  std::int64_t* next = order.begin();
  for (std::int64_t d = 0; d < x.dim(); ++d) {
    if (std::find(from.begin(), from.end(), d) != from.end()) continue;
    next = std::find(next, order.end(), -1);
    *next = d;
  }
  return apply_linear(Permute{"PermuteBackward0", order}, x);
}
Tensor movedim(const Tensor& x, std::int64_t source, std::int64_t destination) {
  return movedim(x, IntArrayRef(source), IntArrayRef(destination));
}
Tensor moveaxis(const Tensor& x, IntArrayRef source, IntArrayRef destination) {
  return movedim(x, source, destination);
}
Tensor moveaxis(const Tensor& x, std::int64_t source, std::int64_t destination) {
  return movedim(x, source, destination);
}

Tensor adjoint(const Tensor& x) {
  require_rank("adjoint", x, 2);
  return transpose(x, -2, -1);
}

namespace {
Tensor matrix_transposed(const Tensor& x, const char* name) {
  if (x.dim() > 2)
    detail::fail<ShapeError>("t", "expects a tensor of at most 2 dimensions, got shape ", x.sizes(),
                             "; use transpose() or mT()");
  if (x.dim() < 2) return autograd::alias(x);
  return apply_linear(Permute{name, {1, 0}}, x);
}
}  // namespace

Tensor t(const Tensor& x) { return matrix_transposed(x, "TBackward0"); }

namespace {
Tensor squeezed(const Tensor& x, const char* name) {
  DimVector sizes;
  DimVector strides;
  for (std::size_t d = 0; d < x.sizes().size(); ++d) {
    if (x.sizes()[d] == 1) continue;
    sizes.push_back(x.sizes()[d]);
    strides.push_back(x.strides()[d]);
  }
  return apply_linear(Reshaped{name, DimVector(x.sizes()), DimVector(x.strides()), sizes, strides},
                      x);
}
}  // namespace

Tensor squeeze(const Tensor& x) { return squeezed(x, "SqueezeBackward0"); }

namespace {
Tensor squeezed(const Tensor& x, std::int64_t dim, const char* name) {
  const std::size_t d = wrap_dim("squeeze", dim, x.sizes().size());
  DimVector sizes(x.sizes());
  DimVector strides(x.strides());
  if (!sizes.empty() && sizes[d] == 1) {
    sizes.erase(d);
    strides.erase(d);
  }
  return apply_linear(Reshaped{name, DimVector(x.sizes()), DimVector(x.strides()), sizes, strides},
                      x);
}
}  // namespace

Tensor squeeze(const Tensor& x, std::int64_t dim) { return squeezed(x, dim, "SqueezeBackward1"); }

namespace {
Tensor unsqueezed(const Tensor& x, std::int64_t dim, const char* name) {
  const std::size_t n = x.sizes().size();
  const std::size_t d = wrap_dim("unsqueeze", dim, n + 1);
  DimVector sizes(x.sizes());
  DimVector strides(x.strides());
  sizes.insert(d, 1);
  strides.insert(d, d < n ? x.sizes()[d] * x.strides()[d] : 1);
  return apply_linear(Reshaped{name, DimVector(x.sizes()), DimVector(x.strides()), sizes, strides},
                      x);
}
}  // namespace

Tensor unsqueeze(const Tensor& x, std::int64_t dim) {
  return unsqueezed(x, dim, "UnsqueezeBackward0");
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
  static_cast<void>(detail::checked_numel("expand", wanted));
  return autograd::expand_to(x, wanted);
}

Tensor broadcast_to(const Tensor& x, IntArrayRef sizes) { return expand(x, sizes); }

std::vector<Tensor> broadcast_tensors(TensorList xs) {
  DimVector shape;
  for (const Tensor& x : xs)
    shape = autograd::broadcast_shapes("broadcast_tensors", shape, x.sizes());
  return each(xs, [&](const Tensor& x) { return x.sizes() == shape ? x : x.expand(shape); });
}

std::vector<Tensor> meshgrid(TensorList xs) { return meshgrid(xs, "ij"); }

std::vector<Tensor> meshgrid(TensorList xs, std::string_view indexing) {
  if (indexing != "ij" && indexing != "xy")
    detail::fail<ValueError>("meshgrid", "indexing must be \"ij\" or \"xy\", got \"", indexing,
                             '"');
  if (xs.empty()) detail::fail<ShapeError>("meshgrid", "expected a non-empty list of tensors");
  const std::size_t n = xs.size();
  const auto dim_of = [&](std::size_t k) { return indexing == "xy" && k < 2 && n > 1 ? 1 - k : k; };
  DimVector shape(n);
  for (std::size_t k = 0; k < n; ++k) {
    if (xs[k].dim() > 1)
      detail::fail<ShapeError>("meshgrid", "tensor ", k, " has shape ", xs[k].sizes(),
                               " and more than one dimension; flatten() it");
    if (xs[k].dtype() != xs[0].dtype())
      detail::fail<DtypeError>("meshgrid", "tensors must have one dtype, got ", xs[0].dtype(),
                               " and ", xs[k].dtype(), "; convert one with to()");
    shape[dim_of(k)] = xs[k].numel();
  }
  std::vector<Tensor> grids;
  for (std::size_t k = 0; k < n; ++k) {
    DimVector own(n, 1);
    own[dim_of(k)] = xs[k].numel();
    grids.push_back(xs[k].reshape(own).expand(shape));
  }
  return grids;
}

Tensor atleast_1d(const Tensor& x) { return x.dim() == 0 ? x.reshape({1}) : x; }
std::vector<Tensor> atleast_1d(TensorList xs) {
  return each(xs, [](const Tensor& x) { return atleast_1d(x); });
}
Tensor atleast_2d(const Tensor& x) {
  if (x.dim() == 0) return x.reshape({1, 1});
  return x.dim() == 1 ? x.unsqueeze(0) : x;
}
std::vector<Tensor> atleast_2d(TensorList xs) {
  return each(xs, [](const Tensor& x) { return atleast_2d(x); });
}
Tensor atleast_3d(const Tensor& x) {
  if (x.dim() == 0) return x.reshape({1, 1, 1});
  if (x.dim() == 1) return x.unsqueeze(0).unsqueeze(-1);
  return x.dim() == 2 ? x.unsqueeze(-1) : x;
}
std::vector<Tensor> atleast_3d(TensorList xs) {
  return each(xs, [](const Tensor& x) { return atleast_3d(x); });
}

Tensor Tensor::reshape(IntArrayRef s) const { return eigengrad::reshape(*this, s); }
Tensor Tensor::flatten(std::int64_t a, std::int64_t b) const {
  return eigengrad::flatten(*this, a, b);
}
Tensor Tensor::unflatten(std::int64_t d, IntArrayRef s) const {
  return eigengrad::unflatten(*this, d, s);
}
Tensor Tensor::ravel() const { return eigengrad::ravel(*this); }
Tensor Tensor::transpose(std::int64_t a, std::int64_t b) const {
  return eigengrad::transpose(*this, a, b);
}
Tensor Tensor::permute(IntArrayRef dims) const { return eigengrad::permute(*this, dims); }
Tensor Tensor::swapaxes(std::int64_t a, std::int64_t b) const { return transpose(a, b); }
Tensor Tensor::swapdims(std::int64_t a, std::int64_t b) const { return transpose(a, b); }
Tensor Tensor::movedim(IntArrayRef from, IntArrayRef to) const {
  return eigengrad::movedim(*this, from, to);
}
Tensor Tensor::movedim(std::int64_t from, std::int64_t to) const {
  return eigengrad::movedim(*this, from, to);
}
Tensor Tensor::moveaxis(IntArrayRef from, IntArrayRef to) const { return movedim(from, to); }
Tensor Tensor::moveaxis(std::int64_t from, std::int64_t to) const { return movedim(from, to); }
Tensor Tensor::t() const { return eigengrad::t(*this); }
Tensor Tensor::mT() const {
  require_rank("mT", *this, 2);
  return transpose(-2, -1);
}
Tensor Tensor::mH() const {
  require_rank("mH", *this, 2);
  return transpose(-2, -1);
}
Tensor Tensor::adjoint() const { return eigengrad::adjoint(*this); }
Tensor Tensor::matrix_H() const {
  if (dim() != 2)
    detail::fail<ShapeError>("matrix_H", "expects a matrix, got shape ", sizes(),
                             "; use mH() for batches");
  return transpose(0, 1);
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
Tensor Tensor::broadcast_to(IntArrayRef s) const { return expand(s); }
Tensor& Tensor::t_() const {
  if (dim() > 2)
    detail::fail<ShapeError>("t_", "expects a tensor of at most 2 dimensions, got shape ", sizes());
  if (dim() < 2) return self();
  return become("t_", self(), [](const Tensor& x) { return matrix_transposed(x, "TBackward1"); });
}
Tensor& Tensor::transpose_(std::int64_t a, std::int64_t b) const {
  return become("transpose_", self(),
                [=](const Tensor& x) { return transposed(x, a, b, "TransposeBackward1"); });
}
Tensor& Tensor::swapaxes_(std::int64_t a, std::int64_t b) const { return transpose_(a, b); }
Tensor& Tensor::swapdims_(std::int64_t a, std::int64_t b) const { return transpose_(a, b); }
Tensor& Tensor::squeeze_() const {
  return become("squeeze_", self(),
                [](const Tensor& x) { return squeezed(x, "SqueezeBackward2"); });
}
Tensor& Tensor::squeeze_(std::int64_t d) const {
  return become("squeeze_", self(),
                [=](const Tensor& x) { return squeezed(x, d, "SqueezeBackward3"); });
}
Tensor& Tensor::unsqueeze_(std::int64_t d) const {
  return become("unsqueeze_", self(),
                [=](const Tensor& x) { return unsqueezed(x, d, "UnsqueezeBackward1"); });
}
Tensor& Tensor::as_strided_(IntArrayRef s, IntArrayRef strides,
                            optional<std::int64_t> offset) const {
  return become("as_strided_", self(),
                [=](const Tensor& x) { return x.as_strided(s, strides, offset); });
}

}  // namespace eigengrad
