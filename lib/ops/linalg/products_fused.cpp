#include <array>

#include "autograd/forward_mode.hpp"
#include "autograd/inplace.hpp"
#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "ops/pointwise/write_back.hpp"

namespace eigengrad {
namespace {

// ---- Products in which gradients of several operators are written.

struct MatrixMatrix {
  static constexpr auto node_name = "AddmmBackward0";
  static constexpr auto op_name = "addmm";
  static constexpr std::int64_t a_dims = 2;
  static constexpr std::int64_t b_dims = 2;
  static Tensor product(const Tensor& a, const Tensor& b) { return mm(a, b); }
  static Tensor grad_a(const Tensor& g, const Tensor& b) { return matmul(g, b.t()); }
  static Tensor grad_b(const Tensor& g, const Tensor& a) { return matmul(a.t(), g); }
};

struct MatrixVector {
  static constexpr auto node_name = "AddmvBackward0";
  static constexpr auto op_name = "addmv";
  static constexpr std::int64_t a_dims = 2;
  static constexpr std::int64_t b_dims = 1;
  static Tensor product(const Tensor& a, const Tensor& b) { return mv(a, b); }
  static Tensor grad_a(const Tensor& g, const Tensor& b) { return g.unsqueeze(-1) * b; }
  static Tensor grad_b(const Tensor& g, const Tensor& a) { return matmul(g, a); }
};

struct VectorVector {
  static constexpr auto node_name = "AddrBackward0";
  static constexpr auto op_name = "addr";
  static constexpr std::int64_t a_dims = 1;
  static constexpr std::int64_t b_dims = 1;
  static Tensor product(const Tensor& a, const Tensor& b) { return outer(a, b); }
  static Tensor grad_a(const Tensor& g, const Tensor& b) { return matmul(g, b); }
  static Tensor grad_b(const Tensor& g, const Tensor& a) { return matmul(g.mT(), a); }
};

struct Batches {
  static constexpr auto node_name = "BaddbmmBackward0";
  static constexpr auto op_name = "baddbmm";
  static constexpr std::int64_t a_dims = 3;
  static constexpr std::int64_t b_dims = 3;
  static Tensor product(const Tensor& a, const Tensor& b) { return bmm(a, b); }
  static Tensor grad_a(const Tensor& g, const Tensor& b) { return matmul(g, b.mT()); }
  static Tensor grad_b(const Tensor& g, const Tensor& a) { return matmul(a.mT(), g); }
};

/// The sum over a batch of products, as one product of the matrices laid side by side.
struct SumOfBatches {
  static constexpr auto node_name = "AddbmmBackward0";
  static constexpr auto op_name = "addbmm";
  static constexpr std::int64_t a_dims = 3;
  static constexpr std::int64_t b_dims = 3;
  static Tensor product(const Tensor& a, const Tensor& b) {
    const std::int64_t inner = b.size(0) * b.size(1);
    return mm(a.transpose(0, 1).reshape({a.size(1), inner}), b.reshape({inner, b.size(2)}));
  }
  static Tensor grad_a(const Tensor& g, const Tensor& b) { return matmul(g.unsqueeze(-3), b.mT()); }
  static Tensor grad_b(const Tensor& g, const Tensor& a) { return matmul(a.mT(), g.unsqueeze(-3)); }
};

// ---- beta self + alpha product(a, b).

Tensor scaled(const Tensor& x, const Scalar& factor) {
  return factor.toDouble() == 1 ? x : x * factor;
}

/// `Keeps` has the bits of a (2) and b (4) that a gradient needs.
template <class Form, unsigned Keeps>
struct AddProduct {
  static constexpr std::size_t inputs = 3;
  static constexpr std::size_t outputs = 1;
  static constexpr unsigned keeps_input = Keeps;
  static constexpr unsigned keeps_output = 0;
  static constexpr unsigned uses_cotangents_only = 1;
  static constexpr auto node_name = Form::node_name;
  Scalar beta;
  Scalar alpha;
  DimVector self_sizes;
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  struct Inputs {
    const Tensor& self;
    const Tensor& a;
    const Tensor& b;
  };

  Tensor forward(const Tensor& self, const Tensor& a, const Tensor& b) const {
    const detail::Unrecorded unrecorded;
    const Tensor y = Form::product(a, b);
    if (alpha.toDouble() != 1) y.mul_(alpha);
    if (beta.toDouble() != 0) y.add_(self, beta);
    return y;
  }
  Tensor vjp(std::size_t i, const Tensor& g, const Inputs& x, const Tensor&) const {
    if (i == 1) return Form::grad_a(scaled(g, alpha), x.b);
    if (i == 2) return Form::grad_b(scaled(g, alpha), x.a);
    const Tensor own = autograd::sum_to(scaled(g, beta), self_sizes, lead);
    return beta.toDouble() == 0 ? zeros(own.sizes(), g.dtype()) : own;
  }
  Tensor jvp(std::size_t, const Inputs& t, const Inputs& x, const Tensor& y) const {
    Tensor sum;
    if (t.a.defined()) sum = scaled(Form::product(t.a, x.b), alpha);
    if (t.b.defined()) autograd::accumulate_gradient(sum, scaled(Form::product(x.a, t.b), alpha));
    if (t.self.defined() && beta.toDouble() != 0) {
      const Tensor own = autograd::expand_to(scaled(t.self, beta), y.sizes());
      autograd::accumulate_gradient(sum, autograd::copy_row_major(own));
    }
    return sum.defined() ? sum : zeros_like(y);
  }
};

template <class Form>
void check_product(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& beta,
                   const Scalar& alpha) {
  constexpr auto op = Form::op_name;
  if (a.dim() != Form::a_dims || b.dim() != Form::b_dims)
    detail::fail<ShapeError>(op, "shapes ", a.sizes(), " and ", b.sizes(),
                             " cannot be multiplied: it takes a tensor of ", Form::a_dims,
                             " and one of ", Form::b_dims, " dimensions");
  const bool inner_differ =
      Form::a_dims > 1 && a.size(-1) != b.size(Form::b_dims == 1 ? 0 : Form::b_dims - 2);
  if (inner_differ || (Form::a_dims == 3 && a.size(0) != b.size(0)))
    detail::fail<ShapeError>(op, "shapes ", a.sizes(), " and ", b.sizes(),
                             " cannot be multiplied: the inner extents must be equal, and so must "
                             "the numbers of matrices");
  if (self.dtype() != a.dtype() || a.dtype() != b.dtype())
    detail::fail<DtypeError>(op, "expected all tensors to have the same dtype, got ",
                             to_string(self.dtype()), ", ", to_string(a.dtype()), " and ",
                             to_string(b.dtype()), "; convert them with to()");
  if (a.dtype() == kBool)
    detail::fail<DtypeError>(op, "is not defined for bool tensors; convert them with to(kInt64)");
  if (!a.is_floating_point() && (beta.isFloatingPoint() || alpha.isFloatingPoint()))
    detail::fail<DtypeError>(op, "beta and alpha must be integers next to integer tensors, got ",
                             beta, " and ", alpha);
}

template <class Form>
DimVector result_sizes(const Tensor& a, const Tensor& b) {
  if constexpr (Form::a_dims == 1) return {a.size(0), b.size(0)};
  if constexpr (Form::b_dims == 1) return {a.size(0)};
  if constexpr (std::same_as<Form, Batches>) return {a.size(0), a.size(1), b.size(2)};
  return {a.size(-2), b.size(-1)};
}

template <class Form>
Tensor add_product(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& beta,
                   const Scalar& alpha) {
  check_product<Form>(self, a, b, beta, alpha);
  const DimVector sizes = result_sizes<Form>(a, b);
  if (!(autograd::broadcast_shapes(Form::op_name, self.sizes(), sizes) == sizes))
    detail::fail<ShapeError>(Form::op_name, "self of shape ", self.sizes(),
                             " does not broadcast to the product of shape ", IntArrayRef(sizes),
                             "; give it that shape, or extents of 1");
  const auto applied = [&]<unsigned Keeps>(std::integral_constant<unsigned, Keeps>) {
    return autograd::apply_many(AddProduct<Form, Keeps>{beta, alpha, DimVector(self.sizes()), -1},
                                {self, a, b});
  };
  const bool keep_a = autograd::records(b);
  const bool keep_b = autograd::records(a);
  if (keep_a && keep_b) return applied(std::integral_constant<unsigned, 6>());
  if (keep_a) return applied(std::integral_constant<unsigned, 2>());
  if (keep_b) return applied(std::integral_constant<unsigned, 4>());
  return applied(std::integral_constant<unsigned, 0>());
}

/// Writes the result of the plain operator into `self`.
Tensor& write(std::string_view op, Tensor& self, const Tensor& y) {
  if (!(y.sizes() == self.sizes()))
    detail::fail<ShapeError>(op, "output with shape ", self.sizes(),
                             " doesn't match the broadcast shape ", y.sizes(),
                             "; an in-place result cannot grow");
  autograd::check_result_fits(op, y.dtype(), self.dtype());
  autograd::check_inplace(op, self, y.requires_grad());
  return self.copy_(y);
}

}  // namespace

Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
             const Scalar& alpha) {
  return add_product<MatrixMatrix>(self, mat1, mat2, beta, alpha);
}
Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec, const Scalar& beta,
             const Scalar& alpha) {
  return add_product<MatrixVector>(self, mat, vec, beta, alpha);
}
Tensor addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2, const Scalar& beta,
            const Scalar& alpha) {
  const Tensor* const all[] = {&self, &vec1, &vec2};
  for (const Tensor* x : all) x->dim();  // refuses undefined tensors
  const ScalarType dtype = autograd::result_type(all, 3);
  if (dtype != kBool)
    return add_product<VectorVector>(self.to(dtype), vec1.to(dtype), vec2.to(dtype), beta, alpha);
  const Tensor product = outer(vec1, vec2) & full({}, alpha.toBool(), kBool);
  return beta.toBool() ? product | self : product;
}
Tensor addbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
              const Scalar& alpha) {
  return add_product<SumOfBatches>(self, batch1, batch2, beta, alpha);
}
Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
               const Scalar& alpha) {
  return add_product<Batches>(self, batch1, batch2, beta, alpha);
}

Tensor linear(const Tensor& x, const Tensor& weight, const OptionalTensor& bias) {
  if (x.dim() == 0 || weight.dim() < 1 || weight.dim() > 2 || x.size(-1) != weight.size(-1))
    detail::fail<ShapeError>(
        "linear", "shapes ", x.sizes(), " and ", weight.sizes(),
        " cannot be multiplied: the weight must be a matrix (or a vector) with "
        "the last extent of the input as its last one");
  if (weight.dim() == 1) {
    const Tensor y = matmul(x, weight);
    return bias ? y + *bias : y;
  }
  if (!bias) return matmul(x, weight.t());
  if (x.dim() == 1) return addmv(*bias, weight, x);
  if (x.dim() == 2) return addmm(*bias, x, weight.t());
  DimVector sizes(x.sizes());
  sizes.back() = weight.size(0);
  std::int64_t rows = 1;
  for (std::size_t d = 0; d + 1 < sizes.size(); ++d) rows *= sizes[d];
  return addmm(*bias, x.reshape({rows, x.size(-1)}), weight.t()).reshape(sizes);
}

Tensor bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight,
                const OptionalTensor& bias) {
  bool fits = x1.dim() > 0 && x1.dim() == x2.dim() && weight.dim() == 3 &&
              x1.size(-1) == weight.size(1) && x2.size(-1) == weight.size(2);
  for (std::int64_t d = 0; fits && d + 1 < x1.dim(); ++d) fits = x1.size(d) == x2.size(d);
  if (!fits)
    detail::fail<ShapeError>(
        "bilinear", "shapes ", x1.sizes(), ", ", x2.sizes(), " and ", weight.sizes(),
        " cannot be multiplied: it takes (... i), (... j) and (m i j); give shapes of these forms");
  const std::int64_t n = weight.size(1);
  const std::int64_t m = weight.size(0);
  const std::int64_t k = weight.size(2);
  DimVector sizes(x1.sizes());
  sizes.back() = m;
  std::int64_t rows = 1;
  for (std::size_t d = 0; d + 1 < sizes.size(); ++d) rows *= sizes[d];
  // (rows i) (i, m j) -> (rows m j); times (rows j) -> (rows m).
  const Tensor left = mm(x1.reshape({rows, n}), weight.transpose(0, 1).reshape({n, m * k}));
  const Tensor y = bmm(left.reshape({rows, m, k}), x2.reshape({rows, k, 1})).reshape(sizes);
  return bias ? y + *bias : y;
}

#define EIGENGRAD_ADD_PRODUCT(name)                                                              \
  Tensor Tensor::name(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) \
      const {                                                                                    \
    return eigengrad::name(*this, a, b, beta, alpha);                                            \
  }                                                                                              \
  Tensor& Tensor::name##_(const Tensor& a, const Tensor& b, const Scalar& beta,                  \
                          const Scalar& alpha) const {                                           \
    return write(                                                                                \
        #name "_", self(),                                                                       \
        eigengrad::name(self(), kept_apart(a, self()), kept_apart(b, self()), beta, alpha));     \
  }
EIGENGRAD_ADD_PRODUCT(addmm)
EIGENGRAD_ADD_PRODUCT(addmv)
EIGENGRAD_ADD_PRODUCT(addr)
EIGENGRAD_ADD_PRODUCT(addbmm)
EIGENGRAD_ADD_PRODUCT(baddbmm)
#undef EIGENGRAD_ADD_PRODUCT

}  // namespace eigengrad
