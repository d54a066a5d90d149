#include "eigengrad/ops/shape/assembly.hpp"

#include <algorithm>
#include <cmath>

#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "autograd/views.hpp"
#include "core/checked.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/shape/copies.hpp"
#include "eigengrad/ops/shape/views.hpp"

namespace eigengrad {
namespace {

using autograd::apply_linear;
using autograd::apply_linear_list;
using autograd::raw_view;
using detail::wrap_dim;

// ---- Assembly.

struct Cat {
  static constexpr auto node_name = "CatBackward0";
  std::size_t d;
  DimVector result;
  std::vector<std::int64_t> starts;
  std::vector<DimVector> sizes;
  std::size_t leads = 0;
  /// A list without elements counts as no tensor, whatever the others are.
  bool skipped(std::size_t i) const { return sizes[i].size() == leads + 1 && sizes[i][leads] == 0; }
  Tensor forward(TensorList xs) const {
    Tensor y = detail::uninitialised(xs[0].dtype(), result);
    for (std::size_t i = 0; i < xs.size(); ++i)
      if (!skipped(i)) kernels::copy(piece(y, i), xs[i]);
    return y;
  }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    if (skipped(i)) return g.new_zeros(sizes[i]);
    return g.narrow(static_cast<std::int64_t>(d), starts[i], sizes[i][d]);
  }
  void lift(std::int64_t lead) {
    for (DimVector& of_one : sizes) of_one.insert(0, lead);
    result.insert(0, lead);
    ++d;
    ++leads;
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
    Tensor y = detail::uninitialised(xs[0].dtype(), result);
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
  void lift(std::int64_t) { ++d; }
};

/// The matrix with the given ones along its diagonal.
struct BlockDiag {
  static constexpr auto node_name = "BlockDiagBackward0";
  static constexpr bool lifts_to_itself = true;
  struct Block {
    DimVector sizes;
    std::int64_t row;
    std::int64_t column;
  };
  std::vector<Block> blocks;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  Tensor forward(TensorList xs) const {
    Tensor y = detail::uninitialised(xs[0].dtype(), {rows, columns});
    kernels::fill(y, 0);
    for (std::size_t i = 0; i < xs.size(); ++i)
      kernels::copy(raw_view(y, blocks[i].sizes, y.strides(),
                             blocks[i].row * y.strides()[0] + blocks[i].column),
                    xs[i]);
    return y;
  }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    const Block& b = blocks[i];
    return g.narrow(-2, b.row, b.sizes[0]).narrow(-1, b.column, b.sizes[1]);
  }
};

// ---- Repetition.

/// Every dimension becomes a pair, one that keeps the extent and one that repeats.
struct Repeat {
  static constexpr auto node_name = "RepeatBackward0";
  DimVector input_sizes;
  /// How often each dimension of the result is repeated.
  DimVector repeats;
  /// Whether each element is repeated in a row (repeat_interleave) rather than the whole (repeat).
  bool each = false;

  /// The list of values, one for each kept and each repeating dimension, in the order of the dimensions.
  template <class Kept, class Repeated>
  DimVector pairs(Kept kept, Repeated repeated) const {
    DimVector list;
    const std::size_t missing = repeats.size() - input_sizes.size();
    for (std::size_t d = 0; d < repeats.size(); ++d) {
      const std::int64_t of_input = d < missing ? 1 : kept(d - missing);
      list.push_back(each ? of_input : repeated(d));
      list.push_back(each ? repeated(d) : of_input);
    }
    return list;
  }
  DimVector pairs_of_sizes(bool repeated) const {
    return pairs([&](std::size_t d) { return input_sizes[d]; },
                 [&](std::size_t d) { return repeated ? repeats[d] : 1; });
  }
  Tensor forward(const Tensor& x) const {
    const DimVector wide = pairs_of_sizes(true);
    DimVector sizes;
    for (std::size_t d = 0; d < repeats.size(); ++d) sizes.push_back(wide[2 * d] * wide[2 * d + 1]);
    Tensor y = detail::uninitialised(x.dtype(), sizes);
    const DimVector strides = pairs([&](std::size_t d) { return x.strides()[d]; },
                                    [](std::size_t) { return std::int64_t{0}; });
    kernels::copy(raw_view(y, wide, detail::row_major_strides(wide), 0),
                  raw_view(x, wide, strides, 0));
    return y;
  }
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  Tensor transpose(const Tensor& g) const {
    const auto under_lead = [this](const DimVector& sizes) {
      return lead < 0 ? sizes : autograd::with_lead(lead, sizes);
    };
    const Tensor all = g.reshape(under_lead(pairs_of_sizes(true)));
    return autograd::sum_to(all, under_lead(pairs_of_sizes(false)))
        .reshape(under_lead(input_sizes));
  }
};
struct RepeatInterleave : Repeat {
  static constexpr auto node_name = "RepeatInterleaveBackward0";
};

/// The number of combinations of r out of n; in floating point, so that it cannot overflow.
double count_of_choices(std::int64_t n, std::int64_t r, bool with_replacement) {
  const auto k = static_cast<double>(r);
  const double m = with_replacement ? static_cast<double>(n) + k - 1 : static_cast<double>(n);
  if (k > m || n == 0) return 0;
  return std::exp(std::lgamma(m + 1) - std::lgamma(k + 1) - std::lgamma(m - k + 1));
}

/// All combinations of r indices below n, in lexicographic order.
std::vector<std::int64_t> choices(std::int64_t n, std::int64_t r, bool with_replacement) {
  const double lists = count_of_choices(n, r, with_replacement);
  if (lists == 0) return {};
  constexpr double kMany = 0x1p62;
  detail::check_memory("combinations", static_cast<std::int64_t>(std::min(lists, kMany)),
                       detail::checked_mul("combinations", r, sizeof(std::int64_t)));
  const std::int64_t gap = with_replacement ? 0 : 1;
  std::vector<std::int64_t> all;
  std::vector<std::int64_t> choice;
  for (std::int64_t k = 0; k < r; ++k) choice.push_back(gap * k);
  // The largest index at position k that leaves room for the positions behind it.
  const auto last = [&](std::size_t k) {
    return n - 1 - gap * (r - 1 - static_cast<std::int64_t>(k));
  };
  const std::size_t end = choice.size() - 1;
  while (choice[0] <= last(0)) {
    // All combinations that differ in their last index only.
    const auto count = static_cast<std::size_t>(n - choice[end]);
    const std::size_t before = all.size();
    all.resize(before + count * choice.size());
    for (std::int64_t* to = all.data() + before; choice[end] < n; ++choice[end])
      to = std::copy(choice.begin(), choice.end(), to);
    std::size_t k = end;
    while (k > 0 && choice[k] > last(k)) ++choice[--k];
    for (++k; k <= end; ++k) choice[k] = choice[k - 1] + gap;
  }
  return all;
}

std::vector<Tensor> of_one_dtype(std::string_view op, TensorList xs) {
  if (xs.empty()) detail::fail<ShapeError>(op, "expected a non-empty list of tensors");
  std::vector<const Tensor*> list;
  for (const Tensor& x : xs) {
    if (!x.defined())
      detail::fail<ValueError>(op, "tensor ", list.size(), " is undefined; assign to it first");
    list.push_back(&x);
  }
  const ScalarType dtype = autograd::result_type(list.data(), list.size());
  std::vector<Tensor> converted;
  converted.reserve(xs.size());
  for (const Tensor& x : xs) converted.push_back(autograd::cast(x, dtype));
  return converted;
}

}  // namespace

Tensor cat(TensorList xs, std::int64_t dim) {
  const std::vector<Tensor> list = of_one_dtype("cat", xs);
  const auto skipped = [](const Tensor& x) { return x.dim() == 1 && x.numel() == 0; };
  auto model = std::find_if_not(list.begin(), list.end(), skipped);
  if (model == list.end()) model = list.begin();
  if (model->dim() == 0)
    detail::fail<ShapeError>("cat", "tensors without dimensions cannot be joined; use stack()");
  Cat op{wrap_dim("cat", dim, model->sizes().size()), DimVector(model->sizes()), {}, {}, 0};
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
    total = detail::checked_add("cat", total, x.sizes()[op.d]);
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

Tensor concat(TensorList xs, std::int64_t dim) { return cat(xs, dim); }
Tensor concatenate(TensorList xs, std::int64_t dim) { return cat(xs, dim); }

Tensor hstack(TensorList xs) {
  const std::vector<Tensor> list = atleast_1d(xs);
  return cat(list, !list.empty() && list[0].dim() > 1 ? 1 : 0);
}
Tensor vstack(TensorList xs) { return cat(atleast_2d(xs), 0); }
Tensor row_stack(TensorList xs) { return vstack(xs); }
Tensor dstack(TensorList xs) { return cat(atleast_3d(xs), 2); }
Tensor column_stack(TensorList xs) {
  std::vector<Tensor> list;
  for (const Tensor& x : xs) list.push_back(x.dim() > 1 ? x : x.reshape({x.numel(), 1}));
  return cat(list, 1);
}

Tensor block_diag(TensorList xs) {
  std::vector<Tensor> list;
  BlockDiag op;
  for (const Tensor& x : of_one_dtype("block_diag", xs)) {
    if (x.dim() > 2)
      detail::fail<ShapeError>(
          "block_diag", "tensor ", list.size(), " of shape ", x.sizes(),
          " has more than 2 dimensions; give matrices, vectors or single elements");
    list.push_back(atleast_2d(x));
    op.columns = detail::checked_add("block_diag", op.columns, list.back().size(1));
  }
  std::int64_t column = 0;
  for (const Tensor& x : list) {
    op.blocks.push_back({DimVector(x.sizes()), op.rows, column});
    op.rows = detail::checked_add("block_diag", op.rows, x.size(0));
    column += x.size(1);
  }
  return apply_linear_list(op, list);
}

Tensor cartesian_prod(TensorList xs) {
  for (const Tensor& x : xs)
    if (x.dim() != 1)
      detail::fail<ShapeError>("cartesian_prod", "expects vectors, got shape ", x.sizes());
  if (xs.size() == 1) return xs[0];
  std::vector<Tensor> columns;
  for (const Tensor& grid : meshgrid(of_one_dtype("cartesian_prod", xs)))
    columns.push_back(grid.reshape({-1}));
  return stack(columns, 1);
}

Tensor combinations(const Tensor& x, std::int64_t r, bool with_replacement) {
  if (x.dim() != 1)
    detail::fail<ShapeError>("combinations", "expects a vector, got shape ", x.sizes());
  if (r < 0) detail::fail<ValueError>("combinations", "r must not be negative: ", r);
  if (r == 0) return x.new_empty({0});
  const std::vector<std::int64_t> list = choices(x.numel(), r, with_replacement);
  return x.index({tensor(list).view({-1, r})});
}

Tensor Tensor::repeat(IntArrayRef repeats) const {
  if (repeats.size() < sizes().size())
    detail::fail<ShapeError>("repeat", "repeats ", repeats, " must be at least as many as the ",
                             dim(), " dimensions; use tile()");
  for (const std::int64_t n : repeats)
    if (n < 0) detail::fail<ValueError>("repeat", "repeats must not be negative: ", repeats);
  DimVector result(repeats);
  const std::size_t lead = repeats.size() - sizes().size();
  for (std::size_t d = 0; d < sizes().size(); ++d)
    result[lead + d] = detail::checked_mul("repeat", repeats[lead + d], sizes()[d]);
  static_cast<void>(detail::checked_bytes("repeat", dtype(), result));
  return apply_linear(Repeat{DimVector(sizes()), DimVector(repeats)}, *this);
}

Tensor tile(const Tensor& x, IntArrayRef dims) {
  DimVector repeats(dims);
  while (repeats.size() < x.sizes().size()) repeats.insert(0, 1);
  return x.repeat(repeats);
}

Tensor repeat_interleave(const Tensor& repeats, optional<std::int64_t> output_size) {
  if (repeats.dim() != 1)
    detail::fail<ShapeError>("repeat_interleave", "repeats must be a vector, got shape ",
                             repeats.sizes());
  if (repeats.dtype() != kInt64)
    detail::fail<DtypeError>("repeat_interleave", "repeats must be of int64, got ", repeats.dtype(),
                             "; convert them with to()");
  const Tensor dense = repeats.contiguous();
  const std::int64_t* counts = dense.impl()->data<std::int64_t>();
  std::int64_t total = 0;
  for (std::int64_t i = 0; i < dense.numel(); ++i) {
    if (counts[i] < 0)
      detail::fail<ValueError>("repeat_interleave", "repeats must not be negative: ", counts[i]);
    total = detail::checked_add("repeat_interleave", total, counts[i]);
  }
  if (output_size.value_or(total) != total)
    detail::fail<ShapeError>("repeat_interleave", "output_size ", *output_size,
                             " must be the sum of the repeats, ", total);
  Tensor indices = detail::uninitialised(kInt64, {total});
  std::int64_t* to = indices.impl()->data<std::int64_t>();
  for (std::int64_t i = 0; i < dense.numel(); ++i) to = std::fill_n(to, counts[i], i);
  return indices;
}

Tensor repeat_interleave(const Tensor& x, std::int64_t repeats, optional<std::int64_t> dim,
                         optional<std::int64_t> output_size) {
  const Tensor source = !dim ? x.flatten() : x.dim() == 0 ? x.reshape({1}) : x;
  const std::size_t d = wrap_dim("repeat_interleave", dim.value_or(0), source.sizes().size());
  if (repeats < 0)
    detail::fail<ValueError>("repeat_interleave", "repeats must not be negative: ", repeats);
  const std::int64_t total = detail::checked_mul("repeat_interleave", source.sizes()[d], repeats);
  if (output_size.value_or(total) != total)
    detail::fail<ShapeError>("repeat_interleave", "output_size ", *output_size,
                             " must be the sum of the repeats, ", total);
  RepeatInterleave op{{DimVector(source.sizes()), DimVector(source.sizes().size(), 1), true}};
  op.repeats[d] = repeats;
  return apply_linear(op, source);
}

Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, optional<std::int64_t> dim,
                         optional<std::int64_t> output_size) {
  const Tensor source = !dim ? x.flatten() : x.dim() == 0 ? x.reshape({1}) : x;
  const std::size_t d = wrap_dim("repeat_interleave", dim.value_or(0), source.sizes().size());
  const std::int64_t n = source.sizes()[d];
  if (repeats.dim() > 1 || (repeats.numel() != n && repeats.numel() != 1))
    detail::fail<ShapeError>("repeat_interleave", "repeats of shape ", repeats.sizes(),
                             " must be one number or ", n, ", one for each place along dimension ",
                             d);
  const Tensor counts = repeats.numel() == n ? repeats.reshape({n}) : repeats.expand({n});
  return source.index_select(static_cast<std::int64_t>(d), repeat_interleave(counts, output_size));
}

Tensor Tensor::tile(IntArrayRef dims) const { return eigengrad::tile(*this, dims); }
Tensor Tensor::repeat_interleave(std::int64_t repeats, optional<std::int64_t> dim,
                                 optional<std::int64_t> output_size) const {
  return eigengrad::repeat_interleave(*this, repeats, dim, output_size);
}
Tensor Tensor::repeat_interleave(const Tensor& repeats, optional<std::int64_t> dim,
                                 optional<std::int64_t> output_size) const {
  return eigengrad::repeat_interleave(*this, repeats, dim, output_size);
}

}  // namespace eigengrad
