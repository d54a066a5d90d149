#pragma once

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "autograd/forward_mode.hpp"
#include "autograd/inplace.hpp"
#include "autograd/kinds.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"
#include "core/fixed_string.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "kernels/indexing/index.hpp"

/// What operators share that read or write elements picked by indices. A pattern says which elements;
/// reading them is linear, and its transpose adds values to zeros at the same elements. So one pattern
/// serves an operator, its gradient and its tangent at every order, each in time proportional to the
/// number of elements picked (and to the number of all elements where the result has them).
namespace eigengrad {

[[noreturn]] void fail_changed(const Tensor& index, std::int64_t version);
/// Throws: GraphError when `index` was written to since it had `version`.
inline void check_version(const Tensor& index, std::int64_t version) {
  if (EIGENGRAD_UNLIKELY(index.impl()->storage().version() != version))
    fail_changed(index, version);
}

/// An index or a mask that a node keeps. It is the caller's own tensor, so that nothing is copied; a
/// later change to it is noticed.
class KeptIndices {
 public:
  explicit KeptIndices(const Tensor& t) : tensor_(t), version_(t.impl()->storage().version()) {}
  const Tensor& get() const {
    check_version(tensor_, version_);
    return tensor_;
  }

 private:
  Tensor tensor_;
  std::int64_t version_;
};

// ---- Patterns.

/// The extents `leads`, then `sizes`.
inline DimVector behind(const DimVector& leads, IntArrayRef sizes) {
  DimVector all(leads);
  for (const std::int64_t n : sizes) all.push_back(n);
  return all;
}

/// Calls f(slice of x, slice of y) for each index of their first `leads` dimensions, so that what a pattern picks of one
/// tensor it picks of each. An undefined y is handed on.
template <class F>
void for_each_slice(std::size_t leads, const Tensor& x, const Tensor& y, const F& f) {
  if (leads == 0) return f(x, y);
  const auto slice = [](const Tensor& t, std::int64_t i) {
    const auto rest = [](IntArrayRef all) { return IntArrayRef(all.data() + 1, all.size() - 1); };
    return t.defined()
               ? autograd::raw_view(t, rest(t.sizes()), rest(t.strides()), i * t.strides()[0])
               : t;
  };
  for (std::int64_t i = 0; i < x.sizes()[0]; ++i)
    for_each_slice(leads - 1, slice(x, i), slice(y, i), f);
}

/// The pattern of lists of indices for some dimensions. The extents that `plan` indexes need not be `sizes`,
/// those of the tensor: then its elements are taken in row-major order.
struct ByLists {
  std::shared_ptr<const kernels::IndexPlan> plan;
  DimVector sizes;
  /// Versions of the plan's index tensors, which may be the caller's own.
  DimVector versions;
  /// The extents in front of those of the plan, in what is picked from and in what is picked.
  DimVector leads = {};

  ByLists(std::shared_ptr<const kernels::IndexPlan> p, IntArrayRef s)
      : plan(std::move(p)), sizes(s) {
    for (const Tensor& index : plan->indices) versions.push_back(index.impl()->storage().version());
  }

  void lift(std::int64_t lead) {
    sizes.insert(0, lead);
    leads.insert(0, lead);
  }
  DimVector picked() const { return behind(leads, plan->result_sizes); }
  void read(const Tensor& y, const Tensor& x) const {
    for_each_slice(leads.size(), y, x, [this](const Tensor& to, const Tensor& from) {
      kernels::gather(*plan, to, seen(from));
    });
  }
  /// `x` must be contiguous if its extents are not the plan's.
  void put(const Tensor& x, const Tensor& values, kernels::Combine combine) const {
    for_each_slice(leads.size(), x, values, [&](const Tensor& to, const Tensor& from) {
      kernels::put(*plan, seen(to), from, combine);
    });
  }
  void fill(const Tensor& x, const Scalar& value) const {
    for_each_slice(leads.size(), x, {}, [&](const Tensor& to, const Tensor&) {
      kernels::fill_picked(*plan, seen(to), value);
    });
  }

 private:
  Tensor seen(const Tensor& x) const {
    for (std::size_t k = 0; k < versions.size(); ++k) check_version(plan->indices[k], versions[k]);
    if (x.sizes() == IntArrayRef(plan->input_sizes)) return x;
    const Tensor flat = x.is_contiguous() ? x : autograd::copy_row_major(x);
    return autograd::raw_view(flat, plan->input_sizes, detail::row_major_strides(plan->input_sizes),
                              0);
  }
};

/// The pattern of one index tensor along a dimension.
struct ByPosition {
  DimVector own_sizes;
  /// Counted among `own_sizes`.
  std::size_t d;
  KeptIndices index;
  /// As in ByLists; `sizes` are these and `own_sizes` behind them.
  DimVector leads = {};
  DimVector sizes = own_sizes;

  void lift(std::int64_t lead) {
    leads.insert(0, lead);
    sizes.insert(0, lead);
  }
  DimVector picked() const { return behind(leads, index.get().sizes()); }
  void read(const Tensor& y, const Tensor& x) const {
    const kernels::AlongPlan at = plan();
    for_each_slice(leads.size(), y, x,
                   [&](const Tensor& to, const Tensor& from) { kernels::gather(at, to, from); });
  }
  void put(const Tensor& x, const Tensor& values, kernels::Combine combine) const {
    const kernels::AlongPlan at = plan();
    for_each_slice(leads.size(), x, values, [&](const Tensor& to, const Tensor& from) {
      kernels::put(at, to, from, combine);
    });
  }
  void fill(const Tensor& x, const Scalar& value) const {
    const kernels::AlongPlan at = plan();
    for_each_slice(leads.size(), x, {},
                   [&](const Tensor& to, const Tensor&) { kernels::fill_picked(at, to, value); });
  }

 private:
  kernels::AlongPlan plan() const { return {own_sizes, d, index.get()}; }
};

// ---- Linear operators with a pattern.

using detail::FixedString;

template <class At>
struct ScatterAt;

/// Reads the picked elements: y = x[at].
template <class At, FixedString name>
struct GatherAt {
  static constexpr const char* node_name = name.text;
  At at;
  DimVector input_sizes = at.sizes;
  Tensor forward(const Tensor& x) const {
    Tensor y = detail::uninitialised(x.dtype(), at.picked());
    at.read(y, x);
    return y;
  }
  Tensor transpose(const Tensor& g) const { return autograd::apply_linear(ScatterAt<At>{at}, g); }
  void add_into(const Tensor& whole, const Tensor& g) const {
    at.put(whole, g.contiguous(), kernels::Combine::Add);
  }
  void lift(std::int64_t lead) {
    at.lift(lead);
    input_sizes = at.sizes;
  }
};

/// The transpose of that: adds values into zeros at the picked elements.
template <class At>
struct ScatterAt {
  static constexpr auto node_name = "ScatterAddBackward0";
  At at;
  Tensor forward(const Tensor& g) const {
    Tensor whole = detail::uninitialised(g.dtype(), at.sizes);
    kernels::fill(whole, 0);
    const NoGradGuard off;
    at.put(whole, g.contiguous(), kernels::Combine::Add);
    return whole;
  }
  Tensor transpose(const Tensor& gg) const {
    return autograd::apply_linear(GatherAt<At, "GatherBackward0">{at}, gg);
  }
  void lift(std::int64_t lead) { at.lift(lead); }
};

/// A copy of the input with zeros at the picked elements.
template <class At>
struct ZeroAt {
  static constexpr auto node_name = "IndexFillBackward0";
  At at;
  Tensor forward(const Tensor& x) const {
    const NoGradGuard off;
    Tensor y = autograd::copy_row_major(x);
    if (y.is_same(x)) y = x.clone();
    at.fill(y, 0);
    return y;
  }
  Tensor transpose(const Tensor& g) const { return autograd::apply_linear(*this, g); }
  void lift(std::int64_t lead) { at.lift(lead); }
};

template <FixedString name = "GatherBackward0", class At>
Tensor gather_at(At at, const Tensor& x) {
  return autograd::apply_linear(GatherAt<At, name>{std::move(at)}, x);
}
template <class At>
Tensor scatter_at(const At& at, const Tensor& values) {
  return autograd::apply_linear(ScatterAt<At>{at}, values);
}
template <class At>
Tensor clear_at(const At& at, const Tensor& x) {
  return autograd::apply_linear(ZeroAt<At>{at}, x);
}

// ---- Writing. An operator that is linear in the tensor written to (input 0) and the values (input
// 1, or undefined for a scalar) states
//   transpose(g, i), and tangent(of the tensor, of the values), either of which may be undefined.

/// Whether one element stands for all, as in a scalar that was expanded.
inline bool is_constant(const Tensor& t) {
  for (std::size_t d = 0; d < t.sizes().size(); ++d)
    if (t.sizes()[d] != 1 && t.strides()[d] != 0) return false;
  return t.numel() > 0;
}

/// Values of the picked shape written or added at the picked elements. Where a Write meets an element
/// twice, the last value stays but each gets the gradient of the element, as in PyTorch.
template <class At, FixedString name>
struct WriteAt {
  static constexpr const char* node_name = name.text;
  At at;
  bool accumulate = false;
  void lift(std::int64_t lead) { at.lift(lead); }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    if (i == 0) return accumulate ? g : clear_at(at, g);
    return gather_at(at, g);
  }
  Tensor tangent(const Tensor& self, const Tensor& values) const {
    Tensor t;
    if (self.defined()) t = accumulate ? self : clear_at(at, self);
    if (!values.defined()) return t;
    const Tensor put = scatter_at(at, values);
    return t.defined() ? t + put : put;
  }
  void store(const Tensor& x, const Tensor& values) const {
    if (!accumulate && is_constant(values)) {
      const Tensor one = autograd::raw_view(values, {}, {}, 0);
      at.fill(x, one.item());
      return;
    }
    const bool shares = &values.impl()->storage() == &x.impl()->storage();
    const bool copies = shares || !values.is_contiguous();
    at.put(x, copies ? autograd::copy_row_major(values) : values,
           accumulate ? kernels::Combine::Add : kernels::Combine::Write);
  }
};

namespace indexed_detail {

inline Tensor tangent_or_none(const Tensor& t) {
  return t.defined() && t.impl()->has_tangent() ? detail::tangent_of(t) : Tensor();
}

inline bool has_dual(const Tensor& self, const Tensor& values) {
  // Both calls are made, whatever the first returns, since each brings the tangent of a view up to date.
  const bool dual = detail::carries_tangent(self);
  return (values.defined() && detail::carries_tangent(values)) || dual;
}

inline std::vector<autograd::Edge> edges_of(const Tensor& self, const Tensor& values) {
  std::vector<autograd::Edge> edges{autograd::gradient_edge(self)};
  if (values.defined())
    edges.push_back(values.is_floating_point() ? autograd::gradient_edge(values)
                                               : autograd::Edge());
  return edges;
}

}  // namespace indexed_detail

/// Records `y`, which a linear write computed from `self` and `values`.
template <class Op>
Tensor record_written(const Op& op, const Tensor& self, const Tensor& values, Tensor y) {
  const bool tracked = autograd::records(self) || (values.defined() && autograd::records(values));
  if (tracked && y.is_floating_point())
    autograd::set_history(y, autograd::make_node<autograd::ListLinearNode<Op>>(
                                 op, indexed_detail::edges_of(self, values)));
  if (indexed_detail::has_dual(self, values) && y.is_floating_point()) {
    const detail::NoTangents plain;
    detail::set_tangent(y, op.tangent(indexed_detail::tangent_or_none(self),
                                      indexed_detail::tangent_or_none(values)));
  }
  return y;
}

/// Lets `store` write into `self` and records that as `op`. `name` is that of the operator.
template <class Op, class Store>
Tensor& write_inplace(std::string_view name, const Op& op, Tensor& self, const Tensor& values,
                      Store&& store) {
  const bool tracked = detail::is_tracked(self) || (values.defined() && detail::is_tracked(values));
  const bool record = detail::recording() && self.is_floating_point() && tracked;
  autograd::check_inplace(name, self, record);
  autograd::NextHistory history;
  if (record)
    history = {self, autograd::make_node<autograd::ListLinearNode<Op>>(
                         op, indexed_detail::edges_of(self, values))};
  optional<autograd::Undo> undo;
  Tensor tangent;
  if (indexed_detail::has_dual(self, values) && self.is_floating_point()) {
    const detail::NoTangents plain;
    tangent =
        op.tangent(indexed_detail::tangent_or_none(self), indexed_detail::tangent_or_none(values));
    undo.emplace(self);
  }
  {
    const detail::Unrecorded unrecorded;
    store();
  }
  if (tangent.defined()) autograd::write_tangent(self, tangent);
  if (undo) undo->keep();
  self.impl()->storage().bump_version();
  history.commit(self);
  return self;
}

/// A copy of `x` outside the graph.
inline Tensor plain_copy(const Tensor& x) {
  const detail::Unrecorded unrecorded;
  return autograd::copy_like(x, x);
}

/// `index` in memory that a write to `self` does not change.
inline Tensor in_own_memory(const Tensor& index, const Tensor& self) {
  if (!index.defined() || !self.defined()) return index;  // refused later
  return &index.impl()->storage() == &self.impl()->storage() ? plain_copy(index) : index;
}

// ---- Checks.

/// Throws: DtypeError unless `index` is int64.
void check_index_dtype(std::string_view op, const Tensor& index);
/// Throws: DtypeError unless `mask` is bool.
void check_mask_dtype(std::string_view op, const Tensor& mask);
void check_same_dtype(std::string_view op, const Tensor& self, const Tensor& source);
/// `value`, which must have no dimensions, in the given dtype.
Tensor checked_scalar(std::string_view op, const Tensor& value, ScalarType dtype);
/// Throws: IndexError when an element of `index`, contiguous, lies outside [0, extent).
void check_inside(std::string_view op, const Tensor& index, std::size_t d, std::int64_t extent);

/// Indices from 0, row-major: `index` itself if it is that already, a copy otherwise. `*outside` gets
/// one that is out of range, if there is any.
Tensor wrapped_indices(const Tensor& index, std::int64_t extent, optional<std::int64_t>* outside);

// ---- Patterns from arguments.

/// The elements of `x` at the row-major positions `index`; negative ones count from the end.
ByLists by_wrapped_positions(std::string_view op, const Tensor& x, const Tensor& index);
/// The true elements of `mask`, of the shape of `x`.
ByLists by_mask(const Tensor& x, const Tensor& mask);
/// The slices along `dim` at the elements of `index`. Negative ones count from the end if `wraps`.
ByLists slices_at(std::string_view op, const Tensor& x, std::int64_t dim, const Tensor& index,
                  bool wraps = false);
/// `source` in the shape that `at`, from slices_at, picks of `self`.
Tensor source_slices(std::string_view op, const Tensor& self, const ByLists& at,
                     const Tensor& source);
/// The pattern of gather(): at each position of `index`, the element there with the coordinate along `dim`
/// replaced by the index.
ByPosition by_position(std::string_view op, const Tensor& x, std::int64_t dim, const Tensor& index);
/// The part of `src` that has the extents of the index.
Tensor source_part(std::string_view op, const Tensor& self, const ByPosition& at,
                   const Tensor& src);

}  // namespace eigengrad
