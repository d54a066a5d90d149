#include "eigengrad/ops/special/bessel.hpp"

#include "kernels/special/bessel.hpp"
#include "ops/special/rules.hpp"

namespace eigengrad {
namespace {

using autograd::apply;
using autograd::apply_inplace;
using autograd::Unary;
using detail::FixedString;
using math::evaluate;
using math::Value;
using special_rules::in_double;

/// Derivative `k` of the function of order `n` that `F` computes: kernels/special/bessel.cpp has the formulas.
template <FixedString name, double (*F)(int, int, double)>
struct Bessel : Unary<name> {
  int n;
  int k;
  auto value(const auto& x) const {
    return in_double([this](double e) { return F(n, k, e); }, x);
  }
  auto derivative(const Value auto& x) const { return evaluate(Bessel{{}, n, k + 1}, x); }
};
/// Derivative `k` of the function that `F` computes.
template <FixedString name, double (*F)(int, double)>
struct Function : Unary<name> {
  int k;
  auto value(const auto& x) const {
    return in_double([this](double e) { return F(k, e); }, x);
  }
  auto derivative(const Value auto& x) const { return evaluate(Function{{}, k + 1}, x); }
};

using J0 = Bessel<"special_bessel_j0", kernels::bessel_j>;
using J1 = Bessel<"special_bessel_j1", kernels::bessel_j>;
using Y0 = Bessel<"special_bessel_y0", kernels::bessel_y>;
using Y1 = Bessel<"special_bessel_y1", kernels::bessel_y>;
using I0 = Bessel<"i0", kernels::bessel_i>;
using I1 = Bessel<"special_i1", kernels::bessel_i>;
using I0e = Bessel<"special_i0e", kernels::scaled_bessel_i>;
using I1e = Bessel<"special_i1e", kernels::scaled_bessel_i>;
using K0 = Bessel<"special_modified_bessel_k0", kernels::bessel_k>;
using K1 = Bessel<"special_modified_bessel_k1", kernels::bessel_k>;
using K0e = Bessel<"special_scaled_modified_bessel_k0", kernels::scaled_bessel_k>;
using K1e = Bessel<"special_scaled_modified_bessel_k1", kernels::scaled_bessel_k>;
using SphericalJ0 = Function<"special_spherical_bessel_j0", kernels::spherical_bessel_j0>;
using AiryAi = Function<"special_airy_ai", kernels::airy_ai>;

}  // namespace

Tensor special_bessel_j0(const Tensor& x) { return apply(J0{{}, 0, 0}, x); }
Tensor special_bessel_j1(const Tensor& x) { return apply(J1{{}, 1, 0}, x); }
Tensor special_bessel_y0(const Tensor& x) { return apply(Y0{{}, 0, 0}, x); }
Tensor special_bessel_y1(const Tensor& x) { return apply(Y1{{}, 1, 0}, x); }
Tensor i0(const Tensor& x) { return apply(I0{{}, 0, 0}, x); }
Tensor special_i1(const Tensor& x) { return apply(I1{{}, 1, 0}, x); }
Tensor special_i0e(const Tensor& x) { return apply(I0e{{}, 0, 0}, x); }
Tensor special_i1e(const Tensor& x) { return apply(I1e{{}, 1, 0}, x); }
Tensor special_modified_bessel_k0(const Tensor& x) { return apply(K0{{}, 0, 0}, x); }
Tensor special_modified_bessel_k1(const Tensor& x) { return apply(K1{{}, 1, 0}, x); }
Tensor special_scaled_modified_bessel_k0(const Tensor& x) { return apply(K0e{{}, 0, 0}, x); }
Tensor special_scaled_modified_bessel_k1(const Tensor& x) { return apply(K1e{{}, 1, 0}, x); }
Tensor special_spherical_bessel_j0(const Tensor& x) { return apply(SphericalJ0{{}, 0}, x); }
Tensor special_airy_ai(const Tensor& x) { return apply(AiryAi{{}, 0}, x); }

Tensor Tensor::i0() const { return eigengrad::i0(*this); }
Tensor& Tensor::i0_() const { return apply_inplace(I0{{}, 0, 0}, self()); }

}  // namespace eigengrad
