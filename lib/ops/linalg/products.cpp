#include "eigengrad/ops/linalg/products.hpp"

#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "autograd/views.hpp"
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
  Tensor grad_a(const Tensor& g, const Tensor& b) const {
    return multiply(g, b.t(), a_is_column_major);
  }
  Tensor grad_b(const Tensor& g, const Tensor& a) const {
    return multiply(a.t(), g, b_is_column_major);
  }
};

Tensor multiply(const Tensor& a, const Tensor& b, bool column_major) {
  return apply_bilinear(Mm{column_major, is_column_major(a), is_column_major(b)}, a, b);
}

/// Leading dimensions merged into the rows of one matrix, or of one vector.
Tensor rows_of(const Tensor& a) {
  if (a.dim() == 2) return a;
  // Not -1, which is ambiguous where rows have no elements.
  const std::int64_t rows = detail::numel_of({a.sizes().data(), a.sizes().size() - 1});
  return a.reshape({rows, a.size(-1)});
}

/// y = a x: grad a = g x^T, grad x = a^T g. Leading dimensions of a count as rows.
struct Mv {
  static constexpr auto node_name = "MvBackward0";
  bool a_is_column_major;
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
    if (g.dim() == 1) return multiply(g.unsqueeze(1), x.unsqueeze(0), a_is_column_major);
    return g.unsqueeze(-1) * x;
  }
  Tensor grad_b(const Tensor& g, const Tensor& a) const {
    return mv(rows_of(a).t(), g.dim() == 1 ? g : g.reshape({-1}));
  }
};

struct Dot {
  static constexpr auto node_name = "DotBackward0";
  Tensor forward(const Tensor& a, const Tensor& b) const {
    Tensor y = new_result(a, {});
    kernels::multiply(y, a, b);
    return y;
  }
  Tensor grad_a(const Tensor& g, const Tensor& b) const { return g * b; }
  Tensor grad_b(const Tensor& g, const Tensor& a) const { return g * a; }
};

struct Vdot : Dot {
  static constexpr auto node_name = "VdotBackward0";
};

/// Products of the last two dimensions; the leading ones broadcast.
struct Bmm {
  static constexpr auto node_name = "BmmBackward0";
  DimVector a_sizes;
  DimVector b_sizes;
  Tensor forward(const Tensor& a, const Tensor& b) const;
  Tensor grad_a(const Tensor& g, const Tensor& b) const {
    return autograd::sum_to(matmul(g, b.mT()), a_sizes);
  }
  /// One product over all batches when b is broadcast.
  Tensor grad_b(const Tensor& g, const Tensor& a) const {
    if (b_sizes.size() == 2) return multiply(rows_of(a).t(), rows_of(g));
    return autograd::sum_to(matmul(a.mT(), g), b_sizes);
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
  return apply_bilinear(Mv{is_column_major(a)}, a, x);
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
  return apply_bilinear(Bmm{DimVector(a.sizes()), DimVector(b.sizes())}, a, b);
}

Tensor matmul(const Tensor& a, const Tensor& b) {
  const std::int64_t a_dims = a.dim();
  const std::int64_t b_dims = b.dim();
  if (a_dims == 0 || b_dims == 0)
    refuse("matmul", a, b, "both need at least one dimension; use mul()");
  check("matmul", a, b, a_dims, b_dims);
  if (b_dims == 1)
    return a_dims == 1 ? apply_bilinear(Dot{}, a, b)
                       : apply_bilinear(Mv{a_dims == 2 && is_column_major(a)}, a, b);
  if (a_dims == 1) {
    const Tensor bt = b.mT();
    return apply_bilinear(Mv{b_dims == 2 && is_column_major(bt)}, bt, a);
  }
  if (a_dims == 2 && b_dims == 2) return multiply(a, b);
  return apply_bilinear(Bmm{DimVector(a.sizes()), DimVector(b.sizes())}, a, b);
}

Tensor Tensor::matmul(const Tensor& o) const { return eigengrad::matmul(*this, o); }
Tensor Tensor::mm(const Tensor& o) const { return eigengrad::mm(*this, o); }
Tensor Tensor::mv(const Tensor& o) const { return eigengrad::mv(*this, o); }
Tensor Tensor::dot(const Tensor& o) const { return eigengrad::dot(*this, o); }
Tensor Tensor::vdot(const Tensor& o) const { return eigengrad::vdot(*this, o); }
Tensor Tensor::bmm(const Tensor& o) const { return eigengrad::bmm(*this, o); }
Tensor Tensor::outer(const Tensor& o) const { return eigengrad::outer(*this, o); }

}  // namespace eigengrad
