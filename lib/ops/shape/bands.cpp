#include "eigengrad/ops/shape/bands.hpp"

#include <algorithm>

#include "autograd/inplace.hpp"
#include "autograd/kinds.hpp"
#include "core/checked.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/shape/triangle.hpp"
#include "ops/shape/dims.hpp"
#include "ops/shape/picks.hpp"

namespace eigengrad {
namespace {

using autograd::apply_linear;
using detail::wrap_dim;

// ---- Triangles.

template <class Op>
struct TriangleOf {
  static constexpr bool lifts_to_itself = true;
  std::int64_t diagonal;
  kernels::Triangle part() const { return {Op::lower, diagonal}; }
  Tensor forward(const Tensor& x) const {
    Tensor y = detail::uninitialised(x.dtype(), x.sizes());
    kernels::copy_triangle(y, x, part());
    return y;
  }
  Tensor transpose(const Tensor& g) const { return apply_linear(Op{{diagonal}}, g); }
};
struct Tril : TriangleOf<Tril> {
  static constexpr auto node_name = "TrilBackward0";
  static constexpr bool lower = true;
};
struct Triu : TriangleOf<Triu> {
  static constexpr auto node_name = "TriuBackward0";
  static constexpr bool lower = false;
};

template <class Op>
Tensor& apply_triangle(std::string_view op_name, const Op& op, Tensor& self) {
  require_rank(op_name, self, 2);
  const bool record = autograd::records(self);
  autograd::check_inplace(op_name, self, record);
  autograd::NextHistory history;
  if (record)
    history = {self,
               autograd::make_node<autograd::LinearNode<Op>>(op, autograd::gradient_edge(self))};
  if (detail::carries_tangent(self)) {
    const detail::NoTangents plain;
    autograd::write_tangent(self, apply_linear(op, detail::tangent_of(self)));
  }
  kernels::copy_triangle(self, self, op.part());
  self.impl()->storage().bump_version();
  history.commit(self);
  return self;
}

/// Calls f(row, first kept column, end) for the rows of a triangle that keep any.
template <class F>
void for_rows(std::string_view op, std::int64_t rows, std::int64_t columns, kernels::Triangle part,
              F f) {
  if (columns == 0) return;
  static_cast<void>(detail::checked_add(op, rows, columns));
  const std::int64_t diagonal = std::clamp(part.diagonal, -rows, columns);
  const std::int64_t from = part.lower ? std::max<std::int64_t>(0, -diagonal) : 0;
  const std::int64_t to = part.lower || rows + diagonal <= columns ? rows : columns - diagonal;
  detail::check_memory(op, to - from, 2 * sizeof(std::int64_t));
  for (std::int64_t i = from; i < to; ++i) {
    const std::int64_t edge = i + diagonal;
    if (part.lower)
      f(i, std::int64_t{0}, std::clamp<std::int64_t>(edge + 1, 0, columns));
    else
      f(i, std::clamp<std::int64_t>(edge, 0, columns), columns);
  }
}

Tensor indices_of(std::string_view op, std::int64_t rows, std::int64_t columns,
                  kernels::Triangle part, TensorOptions o) {
  if (rows < 0 || columns < 0)
    detail::fail<ShapeError>(op, "extents must not be negative: ", rows, " and ", columns);
  std::int64_t n = 0;
  for_rows(op, rows, columns, part, [&](std::int64_t, std::int64_t first, std::int64_t end) {
    n = detail::checked_add(op, n, end - first);
  });
  const Tensor y = empty({2, n}, kInt64);
  std::int64_t* row = y.impl()->data<std::int64_t>();
  std::int64_t* column = row + n;
  for_rows(op, rows, columns, part, [&](std::int64_t i, std::int64_t first, std::int64_t end) {
    for (std::int64_t j = first; j < end; ++j) {
      *row++ = i;
      *column++ = j;
    }
  });
  return o.has_dtype() ? y.to(o.dtype()) : y;
}

// ---- Diagonals.

struct DiagOfMatrix : Diagonal {
  static constexpr auto node_name = "DiagBackward0";
  Tensor forward(const Tensor& x) const { return autograd::copy_row_major(part_of(x)); }
};
struct DiagOfVector : ScatterPart<Diagonal> {
  static constexpr auto node_name = "DiagBackward0";
};
struct DiagEmbed : ScatterPart<Diagonal> {
  static constexpr auto node_name = "DiagEmbedBackward0";
};

/// The diagonal on which a dimension of extent n lies, in a result with the other extents `sizes`.
Diagonal diagonal_for(DimVector sizes, std::int64_t n, std::int64_t offset, std::size_t dim1,
                      std::size_t dim2) {
  const std::int64_t away = offset < 0 ? detail::checked_sub("diag_embed", 0, offset) : offset;
  const std::int64_t extent = detail::checked_add("diag_embed", n, away);
  sizes.insert(std::min(dim1, dim2), extent);
  sizes.insert(std::max(dim1, dim2), extent);
  return {{sizes}, offset, dim1, dim2};
}

}  // namespace

Tensor tril(const Tensor& x, std::int64_t diagonal) {
  require_rank("tril", x, 2);
  return apply_linear(Tril{{diagonal}}, x);
}
Tensor triu(const Tensor& x, std::int64_t diagonal) {
  require_rank("triu", x, 2);
  return apply_linear(Triu{{diagonal}}, x);
}
Tensor tril_indices(std::int64_t row, std::int64_t col, std::int64_t offset, TensorOptions o) {
  return indices_of("tril_indices", row, col, {true, offset}, o);
}
Tensor triu_indices(std::int64_t row, std::int64_t col, std::int64_t offset, TensorOptions o) {
  return indices_of("triu_indices", row, col, {false, offset}, o);
}

Tensor diag(const Tensor& x, std::int64_t diagonal) {
  if (x.dim() == 1)
    return apply_linear(DiagOfVector{{diagonal_for({}, x.numel(), diagonal, 0, 1)}}, x);
  if (x.dim() != 2)
    detail::fail<ShapeError>("diag", "expects a vector or a matrix, got shape ", x.sizes(),
                             "; use diagonal() or diag_embed()");
  return apply_linear(DiagOfMatrix{{{DimVector(x.sizes())}, diagonal, 0, 1}}, x);
}

Tensor diag_embed(const Tensor& x, std::int64_t offset, std::int64_t dim1, std::int64_t dim2) {
  require_rank("diag_embed", x, 1);
  const std::size_t n = x.sizes().size() + 1;
  const std::size_t a = wrap_dim("diag_embed", dim1, n);
  const std::size_t b = wrap_dim("diag_embed", dim2, n);
  if (a == b)
    detail::fail<ValueError>("diag_embed", "the two dimensions must differ: ", dim1, " and ", dim2);
  DimVector others(x.sizes());
  others.pop_back();
  return apply_linear(DiagEmbed{{diagonal_for(others, x.size(-1), offset, a, b)}}, x);
}

Tensor diagflat(const Tensor& x, std::int64_t offset) { return diag(x.reshape({-1}), offset); }

Tensor Tensor::tril(std::int64_t d) const { return eigengrad::tril(*this, d); }
Tensor Tensor::triu(std::int64_t d) const { return eigengrad::triu(*this, d); }
Tensor& Tensor::tril_(std::int64_t d) const { return apply_triangle("tril_", Tril{{d}}, self()); }
Tensor& Tensor::triu_(std::int64_t d) const { return apply_triangle("triu_", Triu{{d}}, self()); }
Tensor Tensor::diag(std::int64_t d) const { return eigengrad::diag(*this, d); }
Tensor Tensor::diag_embed(std::int64_t offset, std::int64_t a, std::int64_t b) const {
  return eigengrad::diag_embed(*this, offset, a, b);
}
Tensor Tensor::diagflat(std::int64_t offset) const { return eigengrad::diagflat(*this, offset); }

}  // namespace eigengrad
