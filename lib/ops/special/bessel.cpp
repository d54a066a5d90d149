#include "eigengrad/ops/special/bessel.hpp"

#include "kernels/special/bessel.hpp"
#include "ops/special/rules.hpp"

namespace eigengrad {
namespace {

using autograd::apply;
using autograd::apply_inplace;
using math::evaluate;
using math::Value;
using special_rules::in_double;

/// Derivative `k` of the function of order `n` that `F` computes.
template <double (*F)(int, int, double)>
struct Bessel {
  int n;
  int k;
  auto value(const auto& x) const {
    return in_double([this](double e) { return F(n, k, e); }, x);
  }
};
/// Derivative `k` of the function that `F` computes.
template <double (*F)(int, double)>
struct Function {
  int k;
  auto value(const auto& x) const {
    return in_double([this](double e) { return F(k, e); }, x);
  }
};

// The slope of a member of a family is its next member; kernels/special/bessel.cpp has the formulas.
#define EIGENGRAD_BESSEL(Name, name, node, F)                                       \
  struct Name : Bessel<kernels::F> {                                                \
    static constexpr int arity = 1;                                                 \
    static constexpr auto node_name = node;                                         \
    static constexpr auto op_name = #name;                                          \
    auto slope(const Value auto& x) const { return evaluate(Name{{n, k + 1}}, x); } \
  };
EIGENGRAD_BESSEL(J0, special_bessel_j0, "SpecialBesselJ0Backward0", bessel_j)
EIGENGRAD_BESSEL(J1, special_bessel_j1, "SpecialBesselJ1Backward0", bessel_j)
EIGENGRAD_BESSEL(Y0, special_bessel_y0, "SpecialBesselY0Backward0", bessel_y)
EIGENGRAD_BESSEL(Y1, special_bessel_y1, "SpecialBesselY1Backward0", bessel_y)
EIGENGRAD_BESSEL(I0, i0, "I0Backward0", bessel_i)
EIGENGRAD_BESSEL(I1, special_i1, "SpecialI1Backward0", bessel_i)
EIGENGRAD_BESSEL(I0e, special_i0e, "SpecialI0EBackward0", scaled_bessel_i)
EIGENGRAD_BESSEL(I1e, special_i1e, "SpecialI1EBackward0", scaled_bessel_i)
EIGENGRAD_BESSEL(K0, special_modified_bessel_k0, "SpecialModifiedBesselK0Backward0", bessel_k)
EIGENGRAD_BESSEL(K1, special_modified_bessel_k1, "SpecialModifiedBesselK1Backward0", bessel_k)
EIGENGRAD_BESSEL(K0e, special_scaled_modified_bessel_k0, "SpecialScaledModifiedBesselK0Backward0",
                 scaled_bessel_k)
EIGENGRAD_BESSEL(K1e, special_scaled_modified_bessel_k1, "SpecialScaledModifiedBesselK1Backward0",
                 scaled_bessel_k)
#undef EIGENGRAD_BESSEL

struct SphericalJ0 : Function<kernels::spherical_bessel_j0> {
  static constexpr int arity = 1;
  static constexpr auto node_name = "SpecialSphericalBesselJ0Backward0";
  static constexpr auto op_name = "special_spherical_bessel_j0";
  auto slope(const Value auto& x) const { return evaluate(SphericalJ0{{k + 1}}, x); }
};

struct AiryAi : Function<kernels::airy_ai> {
  static constexpr int arity = 1;
  static constexpr auto node_name = "SpecialAiryAiBackward0";
  static constexpr auto op_name = "special_airy_ai";
  auto slope(const Value auto& x) const { return evaluate(AiryAi{{k + 1}}, x); }
};

}  // namespace

Tensor special_bessel_j0(const Tensor& x) { return apply(J0{{0, 0}}, x); }
Tensor special_bessel_j1(const Tensor& x) { return apply(J1{{1, 0}}, x); }
Tensor special_bessel_y0(const Tensor& x) { return apply(Y0{{0, 0}}, x); }
Tensor special_bessel_y1(const Tensor& x) { return apply(Y1{{1, 0}}, x); }
Tensor i0(const Tensor& x) { return apply(I0{{0, 0}}, x); }
Tensor special_i1(const Tensor& x) { return apply(I1{{1, 0}}, x); }
Tensor special_i0e(const Tensor& x) { return apply(I0e{{0, 0}}, x); }
Tensor special_i1e(const Tensor& x) { return apply(I1e{{1, 0}}, x); }
Tensor special_modified_bessel_k0(const Tensor& x) { return apply(K0{{0, 0}}, x); }
Tensor special_modified_bessel_k1(const Tensor& x) { return apply(K1{{1, 0}}, x); }
Tensor special_scaled_modified_bessel_k0(const Tensor& x) { return apply(K0e{{0, 0}}, x); }
Tensor special_scaled_modified_bessel_k1(const Tensor& x) { return apply(K1e{{1, 0}}, x); }
Tensor special_spherical_bessel_j0(const Tensor& x) { return apply(SphericalJ0{{0}}, x); }
Tensor special_airy_ai(const Tensor& x) { return apply(AiryAi{{0}}, x); }

Tensor Tensor::i0() const { return eigengrad::i0(*this); }
Tensor& Tensor::i0_() const { return apply_inplace(I0{{0, 0}}, self()); }

}  // namespace eigengrad
