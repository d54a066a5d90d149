#include "eigengrad/ops/reduction/norms.hpp"

#include <cmath>

#include "autograd/forward_mode.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "kernels/reduction/norms.hpp"
#include "kernels/reduction/reduce.hpp"
#include "ops/pointwise/rule_math.hpp"
#include "ops/reduction/reduced_dims.hpp"

namespace eigengrad {
namespace {

using autograd::apply_general;

/// d|x|/dx_i = sign(x_i) (|x_i| / |x|)^(p-1), a power of a quotient that overflows for no scale of x.
struct Norm {
  static constexpr auto node_name = "NormBackward0";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = true;
  ReducedDims dims;
  double p;
  Tensor forward(const Tensor& x) const {
    const auto kernel = [this](const Tensor& y, const Tensor& of) { kernels::norm(y, of, p); };
    return dims.values(kernel, x);
  }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor& y) const {
    return dims.spread(g) * derivative(x, dims.with_ones(y));
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor& y) const {
    return dims.gathered(t * derivative(x, dims.with_ones(y)));
  }
  void lift(std::int64_t lead) { dims.lift(lead); }

 private:
  Tensor derivative(const Tensor& x, const Tensor& y) const {
    if (p == 0) return zeros_like(x.detach());
    if (p == 1) return math::sign(x);
    if (std::isinf(p)) return share(x, y);
    const Tensor zero = y.eq(0);
    const Tensor u = x / where(zero, 1, y);
    // Where the norm is 0, u is 0 but its derivatives are not, so a recorded u is replaced by 0.
    if (p == 2) return may_be_differentiated() ? where(zero, 0, u) : u;
    const Tensor none = u.eq(0) | zero;
    return where(none, 0, math::sign(u) * where(none, 1, u).abs().pow(p - 1));
  }
  /// The sign over the number of ties where |x| is the norm.
  Tensor share(const Tensor& x, const Tensor& y) const {
    const detail::Unrecorded unrecorded;
    const Tensor mask = x.abs().eq(y);
    const Tensor count = dims.values_with_ones(kernels::count_nonzero, mask, kInt64);
    return where(mask, math::sign(x) / count.to(x.dtype()), 0);
  }
};
struct NormDim : Norm {
  static constexpr auto node_name = "NormBackward1";
};
struct NormAs : Norm {
  static constexpr auto node_name = "NormBackward2";
};
struct NormDimAs : Norm {
  static constexpr auto node_name = "NormBackward3";
};
struct VectorNorm : Norm {
  static constexpr auto node_name = "LinalgVectorNormBackward0";
};

void require_floating(std::string_view op, ScalarType dtype) {
  if (!is_floating_point(dtype))
    detail::fail<DtypeError>(op, "needs a floating point dtype, got ", to_string(dtype),
                             "; convert the tensor with to(), or name another dtype");
}

template <class Rule>
Tensor norm_as(std::string_view op, const Tensor& x, double p, OptionalIntArrayRef dim,
               bool keepdim, ScalarType dtype) {
  require_floating(op, dtype);
  const Tensor y = x.to(dtype);
  return apply_general(Rule{{{op, y, dim, keepdim}, p}}, y);
}

double order_of(const optional<Scalar>& p) { return p ? p->toDouble() : 2.0; }

/// The factors by which renorm() multiplies the slices along `dim`, so that no norm of a slice is above
/// maxnorm.
Tensor factors(const Tensor& x, const Scalar& p, std::int64_t dim, const Scalar& maxnorm) {
  if (x.dim() < 2)
    detail::fail<ShapeError>("renorm", "needs at least two dimensions, got shape ", x.sizes(),
                             "; unsqueeze() adds one");
  if (!(p.toDouble() > 0))
    detail::fail<ValueError>("renorm", "the order of the norm must be positive: ", p.toDouble());
  if (!(maxnorm.toDouble() >= 0))
    detail::fail<ValueError>("renorm", "maxnorm must not be negative: ", maxnorm.toDouble());
  const std::size_t d = detail::wrap_dim("renorm", dim, x.sizes().size());
  DimVector others;
  for (std::size_t k = 0; k < x.sizes().size(); ++k)
    if (k != d) others.push_back(static_cast<std::int64_t>(k));
  const Tensor n =
      norm_as<NormDim>("renorm", x, p.toDouble(), IntArrayRef(others), true, x.dtype());
  return where(n.gt(maxnorm), maxnorm.toDouble() / (n + 1e-7), 1);
}

}  // namespace

Tensor norm(const Tensor& x, const optional<Scalar>& p, ScalarType dtype) {
  return norm_as<NormAs>("norm", x, order_of(p), nullopt, false, dtype);
}
Tensor norm(const Tensor& x, const Scalar& p) {
  require_floating("norm", x.dtype());
  return apply_general(Norm{{"norm", x, nullopt, false}, p.toDouble()}, x);
}
Tensor norm(const Tensor& x, const optional<Scalar>& p, IntArrayRef dim, bool keepdim,
            ScalarType dtype) {
  return norm_as<NormDimAs>("norm", x, order_of(p), dim, keepdim, dtype);
}
Tensor norm(const Tensor& x, const optional<Scalar>& p, IntArrayRef dim, bool keepdim) {
  return norm_as<NormDim>("norm", x, order_of(p), dim, keepdim, x.dtype());
}

Tensor linalg_vector_norm(const Tensor& x, const Scalar& ord, OptionalIntArrayRef dim, bool keepdim,
                          optional<ScalarType> dtype) {
  const double p = ord.toDouble();
  require_floating("linalg_vector_norm", x.dtype());
  if (dtype && *dtype < x.dtype())
    detail::fail<DtypeError>("linalg_vector_norm", "the dtype ", to_string(*dtype),
                             " is narrower than that of the tensor, ", to_string(x.dtype()),
                             "; give the tensor's or a wider one");
  if (p < 0 || std::isinf(p)) require_elements("linalg_vector_norm", x, dim);
  return norm_as<VectorNorm>("linalg_vector_norm", x, p, dim, keepdim, dtype.value_or(x.dtype()));
}

Tensor dist(const Tensor& a, const Tensor& b, const Scalar& p) { return norm(a - b, p); }

Tensor renorm(const Tensor& x, const Scalar& p, std::int64_t dim, const Scalar& maxnorm) {
  return x * factors(x, p, dim, maxnorm);
}

Tensor Tensor::norm(const optional<Scalar>& p, ScalarType dtype) const {
  return eigengrad::norm(*this, p, dtype);
}
Tensor Tensor::norm(const Scalar& p) const { return eigengrad::norm(*this, p); }
Tensor Tensor::norm(const optional<Scalar>& p, IntArrayRef dim, bool keepdim,
                    ScalarType dtype) const {
  return eigengrad::norm(*this, p, dim, keepdim, dtype);
}
Tensor Tensor::norm(const optional<Scalar>& p, IntArrayRef dim, bool keepdim) const {
  return eigengrad::norm(*this, p, dim, keepdim);
}
Tensor Tensor::dist(const Tensor& o, const Scalar& p) const { return eigengrad::dist(*this, o, p); }
Tensor Tensor::renorm(const Scalar& p, std::int64_t dim, const Scalar& maxnorm) const {
  return eigengrad::renorm(*this, p, dim, maxnorm);
}
Tensor& Tensor::renorm_(const Scalar& p, std::int64_t dim, const Scalar& maxnorm) const {
  // The rule keeps the values that this overwrites.
  if (may_be_differentiated()) return copy_(eigengrad::renorm(clone(), p, dim, maxnorm));
  return copy_(eigengrad::renorm(self(), p, dim, maxnorm));
}

}  // namespace eigengrad
