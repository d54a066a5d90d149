#include "eigengrad/ops/linalg/products.hpp"

#include <algorithm>
#include <vector>

#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "autograd/views.hpp"
#include "core/dispatch.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/linalg/gemm.hpp"

namespace eigengrad {
namespace {

using autograd::apply_bilinear;

Tensor new_result(const Tensor& like, IntArrayRef sizes) {
  return detail::uninitialised(like.dtype(), sizes);
}

bool is_column_major(const Tensor& a) {
  return !a.is_contiguous() && a.strides()[0] == 1 && a.strides()[1] == a.sizes()[0];
}

Tensor multiply(const Tensor& a, const Tensor& b, bool column_major = false);

/// Leading dimensions merged into the rows of one matrix, or of one vector.
Tensor rows_of(const Tensor& a) {
  if (a.dim() == 2) return a;
  // Not -1, which is ambiguous where rows have no elements.
  const std::int64_t rows = detail::numel_of({a.sizes().data(), a.sizes().size() - 1});
  return a.reshape({rows, a.size(-1)});
}

/// For each row of g, a contiguous matrix, the position of its only element that is not 0, which is 1. Empty if there is
/// another row.
std::vector<std::int64_t> positions_of_units(const Tensor& g) {
  const std::int64_t rows = g.size(0), columns = g.size(1);
  std::vector<std::int64_t> positions;
  detail::dispatch_floating("matmul", g.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* row = g.impl()->data<T>();
    for (std::int64_t i = 0; i < rows; ++i, row += columns) {
      const T* const one = std::find_if(row, row + columns, [](T v) { return v != 0; });
      if (one == row + columns || *one != 1 ||
          std::any_of(one + 1, row + columns, [](T v) { return v != 0; }))
        return;
      positions.push_back(one - row);
    }
  });
  return std::ssize(positions) == rows ? positions : std::vector<std::int64_t>();
}

/// g b for a batch of cotangents g, one in each row. Unit vectors, by which a sweep computes the rows of a Jacobian, pick
/// rows of b.
Tensor cotangents_times(const Tensor& g, const Tensor& b) {
  if (detail::recording() || detail::thread_state.dual_level || !g.is_contiguous())
    return multiply(g, b);
  const std::vector<std::int64_t> positions = positions_of_units(g);
  if (positions.empty()) return multiply(g, b);
  const Tensor y = new_result(g, {g.size(0), b.size(1)});
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    kernels::copy(
        autograd::raw_view(y, {b.size(1)}, {1}, row * b.size(1)),
        autograd::raw_view(b, {b.size(1)}, {b.strides()[1]}, positions[i] * b.strides()[0]));
  }
  return y;
}

/// g b for a matrix b, as one product of matrices whatever dimensions g has in front.
Tensor times_matrix(const Tensor& g, const Tensor& b) {
  DimVector sizes(g.sizes());
  sizes.back() = b.size(1);
  return cotangents_times(rows_of(g), b).reshape(sizes);
}
/// a^T g for a matrix a and each matrix of g, whose first dimension counts them. Where these are narrow they are laid side
/// by side.
Tensor transposed_times(const Tensor& a, const Tensor& g) {
  constexpr std::int64_t kNarrow = 16;
  const std::int64_t k = g.size(0), n = g.size(1), p = g.size(2);
  if (p >= kNarrow) return matmul(a.t(), g);
  if (p == 1) return cotangents_times(g.reshape({k, n}), a).reshape({k, a.size(1), 1});
  const Tensor side_by_side = g.permute({1, 0, 2}).reshape({n, k * p});
  return multiply(a.t(), side_by_side).reshape({a.size(1), k, p}).permute({1, 0, 2});
}

/// c = a b for matrices: grad a = g b^T, grad b = a^T g. A gradient has the layout of its matrix, so that a
/// column-major leaf can take it without a copy.
struct Mm {
  static constexpr auto node_name = "MmBackward0";
  bool column_major;
  bool a_is_column_major;
  bool b_is_column_major;
  Tensor forward(const Tensor& a, const Tensor& b) const {
    Tensor c = new_result(a, {a.sizes()[0], b.sizes()[1]});
    if (column_major) c.impl()->set_geometry(c.sizes(), {1, c.sizes()[0]}, c.impl()->bytes());
    kernels::multiply(c, a, b);
    return c;
  }
  static constexpr bool lifts_to_itself = true;
  Tensor grad_a(const Tensor& g, const Tensor& b) const {
    return g.dim() == 2 ? multiply(g, b.t(), a_is_column_major) : times_matrix(g, b.t());
  }
  Tensor grad_b(const Tensor& g, const Tensor& a) const {
    return g.dim() == 2 ? multiply(a.t(), g, b_is_column_major) : transposed_times(a, g);
  }
};

Tensor multiply(const Tensor& a, const Tensor& b, bool column_major) {
  return apply_bilinear(Mm{column_major, is_column_major(a), is_column_major(b)}, a, b);
}

/// y = a x: grad a = g x^T, grad x = a^T g. Leading dimensions of a count as rows.
struct Mv {
  static constexpr auto node_name = "MvBackward0";
  bool a_is_column_major;
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  Tensor forward(const Tensor& a, const Tensor& x) const {
    DimVector sizes(a.sizes());
    sizes.pop_back();
    Tensor y = new_result(a, sizes);
    if (a.dim() == 2) {
      kernels::multiply(y, a, x);
    } else {
      sizes.push_back(1);
      DimVector strides(y.strides());
      strides.push_back(1);
      kernels::multiply_batches(autograd::raw_view(y, sizes, strides, 0), a,
                                autograd::raw_view(x, {x.sizes()[0], 1}, {x.strides()[0], 1}, 0));
    }
    return y;
  }
  Tensor grad_a(const Tensor& g, const Tensor& x) const {
    if (lead < 0 && g.dim() == 1)
      return multiply(g.unsqueeze(1), x.unsqueeze(0), a_is_column_major);
    return g.unsqueeze(-1) * x;
  }
  Tensor grad_b(const Tensor& g, const Tensor& a) const {
    const Tensor rows = rows_of(a);
    if (lead >= 0) return cotangents_times(g.reshape({lead, rows.size(0)}), rows);
    return mv(rows.t(), g.dim() == 1 ? g : g.reshape({-1}));
  }
};

struct Dot {
  static constexpr auto node_name = "DotBackward0";
  Tensor forward(const Tensor& a, const Tensor& b) const {
    Tensor y = new_result(a, {});
    kernels::multiply(y, a, b);
    return y;
  }
  static constexpr bool lifts_to_itself = true;
  Tensor grad_a(const Tensor& g, const Tensor& b) const {
    return g.dim() == 0 ? g * b : g.unsqueeze(-1) * b;
  }
  Tensor grad_b(const Tensor& g, const Tensor& a) const { return grad_a(g, a); }
};

struct Vdot : Dot {
  static constexpr auto node_name = "VdotBackward0";
};

/// Products of the last two dimensions; the leading ones broadcast.
struct Bmm {
  static constexpr auto node_name = "BmmBackward0";
  DimVector a_sizes;
  DimVector b_sizes;
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  Tensor forward(const Tensor& a, const Tensor& b) const;
  Tensor grad_a(const Tensor& g, const Tensor& b) const {
    if (lead >= 0 && b.dim() == 2) return times_matrix(g, b.t());
    return autograd::sum_to(matmul(g, b.mT()), a_sizes, lead);
  }
  /// One product over all batches when b is broadcast.
  Tensor grad_b(const Tensor& g, const Tensor& a) const {
    if (b_sizes.size() != 2) return autograd::sum_to(matmul(a.mT(), g), b_sizes, lead);
    const Tensor rows = rows_of(a);
    if (lead < 0) return multiply(rows.t(), rows_of(g));
    return transposed_times(rows, g.reshape({lead, rows.size(0), g.size(-1)}));
  }
};

IntArrayRef leading(IntArrayRef sizes) { return {sizes.data(), sizes.size() - 2}; }

Tensor Bmm::forward(const Tensor& a, const Tensor& b) const {
  DimVector sizes = autograd::broadcast_shapes("matmul", leading(a.sizes()), leading(b.sizes()));
  sizes.push_back(a.size(-2));
  sizes.push_back(b.size(-1));
  Tensor c = new_result(a, sizes);
  kernels::multiply_batches(c, a, b);
  return c;
}

[[noreturn]] void refuse(std::string_view op, const Tensor& a, const Tensor& b,
                         std::string_view why) {
  detail::fail<ShapeError>(op, "shapes ", a.sizes(), " and ", b.sizes(),
                           " cannot be multiplied: ", why);
}

void check_dtypes(std::string_view op, const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype())
    detail::fail<DtypeError>(op, "expected both tensors to have the same dtype, got ",
                             to_string(a.dtype()), " and ", to_string(b.dtype()),
                             "; convert one with to()");
  if (a.dtype() == kBool)
    detail::fail<DtypeError>(op, "is not defined for bool tensors; convert them with to(kInt64)");
}

/// `a_dims` and `b_dims`: how many dimensions the operator asks of a and b.
void check(std::string_view op, const Tensor& a, const Tensor& b, std::int64_t a_dims,
           std::int64_t b_dims) {
  if (a.dim() != a_dims || b.dim() != b_dims) {
    std::ostringstream why;
    why << "it takes a tensor of " << a_dims << " and one of " << b_dims
        << " dimensions; matmul() takes others";
    refuse(op, a, b, why.str());
  }
  if (a.size(-1) != b.size(b_dims == 1 ? 0 : -2))
    refuse(op, a, b, "the inner extents must be equal; transpose one or check their order");
  check_dtypes(op, a, b);
}

}  // namespace

Tensor mm(const Tensor& a, const Tensor& b) {
  check("mm", a, b, 2, 2);
  return multiply(a, b);
}

Tensor mv(const Tensor& a, const Tensor& x) {
  check("mv", a, x, 2, 1);
  return apply_bilinear(Mv{is_column_major(a), -1}, a, x);
}

Tensor dot(const Tensor& a, const Tensor& b) {
  check("dot", a, b, 1, 1);
  return apply_bilinear(Dot{}, a, b);
}

Tensor vdot(const Tensor& a, const Tensor& b) {
  check("vdot", a, b, 1, 1);
  return apply_bilinear(Vdot{}, a, b);
}

Tensor outer(const Tensor& a, const Tensor& b) {
  if (a.dim() != 1 || b.dim() != 1) refuse("outer", a, b, "it takes two vectors");
  return a.unsqueeze(1) * b;
}

Tensor bmm(const Tensor& a, const Tensor& b) {
  check("bmm", a, b, 3, 3);
  if (a.size(0) != b.size(0))
    refuse("bmm", a, b, "they must have equally many matrices; matmul() broadcasts");
  return apply_bilinear(Bmm{DimVector(a.sizes()), DimVector(b.sizes()), -1}, a, b);
}

Tensor matmul(const Tensor& a, const Tensor& b) {
  const std::int64_t a_dims = a.dim();
  const std::int64_t b_dims = b.dim();
  if (a_dims == 0 || b_dims == 0)
    refuse("matmul", a, b, "both need at least one dimension; use mul()");
  check("matmul", a, b, a_dims, b_dims);
  if (b_dims == 1)
    return a_dims == 1 ? apply_bilinear(Dot{}, a, b)
                       : apply_bilinear(Mv{a_dims == 2 && is_column_major(a), -1}, a, b);
  if (a_dims == 1) {
    const Tensor bt = b.mT();
    return apply_bilinear(Mv{b_dims == 2 && is_column_major(bt), -1}, bt, a);
  }
  if (a_dims == 2 && b_dims == 2) return multiply(a, b);
  return apply_bilinear(Bmm{DimVector(a.sizes()), DimVector(b.sizes()), -1}, a, b);
}

Tensor Tensor::matmul(const Tensor& o) const { return eigengrad::matmul(*this, o); }
Tensor Tensor::mm(const Tensor& o) const { return eigengrad::mm(*this, o); }
Tensor Tensor::mv(const Tensor& o) const { return eigengrad::mv(*this, o); }
Tensor Tensor::dot(const Tensor& o) const { return eigengrad::dot(*this, o); }
Tensor Tensor::vdot(const Tensor& o) const { return eigengrad::vdot(*this, o); }
Tensor Tensor::bmm(const Tensor& o) const { return eigengrad::bmm(*this, o); }
Tensor Tensor::outer(const Tensor& o) const { return eigengrad::outer(*this, o); }

}  // namespace eigengrad
