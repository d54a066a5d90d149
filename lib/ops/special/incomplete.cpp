#include "eigengrad/ops/special/incomplete.hpp"

#include "autograd/shapes.hpp"
#include "kernels/special/gamma.hpp"
#include "kernels/special/incomplete.hpp"
#include "ops/special/rules.hpp"

// Functions of parameters that are differentiated too. Each rule is a member of a family closed under
// differentiation: (k) or (i, j) is the order of the derivative in the parameters.

namespace eigengrad {
namespace {

using autograd::apply;
using autograd::apply_inplace;
using autograd::Binary;
using autograd::Ternary;
using autograd::wrapped_scalar;
using math::evaluate;
using math::Unused;
using math::Value;
using special_rules::in_double;

/// Derivative `k` in s of zeta(s, q). DLMF 25.11.17: d/dq zeta(s, q) = -s zeta(s + 1, q), and k times
/// in s: -s zeta_k(s + 1, q) - k zeta_(k-1)(s + 1, q).
struct Zeta : Binary<"special_zeta"> {
  int k;
  auto value(const auto& s, const auto& q) const {
    return in_double([this](double u, double v) { return kernels::zeta(k, u, v); }, s, q);
  }
  auto derivative_a(const Value auto& s, const Value auto& q, Unused) const {
    return evaluate(Zeta{{}, k + 1}, s, q);
  }
  template <Value X>
  auto derivative_b(const X& s, const X& q, Unused) const {
    const X first = -(s * evaluate(Zeta{{}, k}, s + 1, q));
    return k == 0 ? first : X(first - evaluate(Zeta{{}, k - 1}, s + 1, q) * k);
  }
};

/// What a derivative of the density in x is at x = 0, and 0 elsewhere: powers of x that meet there leave one
/// term, where quotients by x would be 0 / 0.
struct GammaDensityAtZero : Binary<"igamma"> {
  static constexpr auto node_name = "IgammaAtZeroBackward0";
  int k;
  int n;
  auto value(const auto& a, const auto& x) const {
    return in_double(
        [this](double u, double v) { return kernels::gamma_density_at_zero(k, n, u, v); }, a, x);
  }
  auto derivative_a(const Value auto& a, const Value auto& x, Unused) const {
    return evaluate(GammaDensityAtZero{{}, k + 1, n}, a, x);
  }
  auto derivative_b(const Value auto& a, const Value auto& x, Unused) const {
    return evaluate(GammaDensityAtZero{{}, k, n + 1}, a, x);
  }
};

/// Derivative `k` in a of dP/dx = x^(a-1) exp(-x) / Gamma(a). Its derivative in x is that of
/// ((a-1) / x - 1) times itself, differentiated k times in a.
struct GammaDensity : Binary<"igamma"> {
  static constexpr auto node_name = "IgammaInXBackward0";
  int k;
  auto value(const auto& a, const auto& x) const {
    return in_double([this](double u, double v) { return kernels::gamma_density(k, u, v); }, a, x);
  }
  auto derivative_a(const Value auto& a, const Value auto& x, Unused) const {
    return evaluate(GammaDensity{{}, k + 1}, a, x);
  }
  template <Value X>
  auto derivative_b(const X& a, const X& x, Unused) const {
    const X z = math::where(x == 0, 1, x);
    X away = ((a - 1) / z - 1) * evaluate(GammaDensity{{}, k}, a, z);
    if (k > 0) away = away + evaluate(GammaDensity{{}, k - 1}, a, z) * k / z;
    return math::where(x == 0, evaluate(GammaDensityAtZero{{}, k, 1}, a, x), away);
  }
};

/// Derivative k >= 1 in a of P(a, x).
struct GammaInA : Binary<"igamma"> {
  static constexpr auto node_name = "IgammaInABackward0";
  int k;
  auto value(const auto& a, const auto& x) const {
    return in_double([this](double u, double v) { return kernels::gamma_p_in_a(k, u, v); }, a, x);
  }
  auto derivative_a(const Value auto& a, const Value auto& x, Unused) const {
    return evaluate(GammaInA{{}, k + 1}, a, x);
  }
  auto derivative_b(const Value auto& a, const Value auto& x, Unused) const {
    return evaluate(GammaDensity{{}, k}, a, x);
  }
};

/// P(a, x), DLMF 8.2.4.
struct Igamma : Binary<"igamma"> {
  static auto value(const auto& a, const auto& x) { return in_double(kernels::gamma_p, a, x); }
  static auto derivative_a(const Value auto& a, const Value auto& x, Unused) {
    return evaluate(GammaInA{{}, 1}, a, x);
  }
  static auto derivative_b(const Value auto& a, const Value auto& x, Unused) {
    return evaluate(GammaDensity{{}, 0}, a, x);
  }
};

/// Q(a, x) = 1 - P(a, x).
struct Igammac : Binary<"igammac"> {
  static auto value(const auto& a, const auto& x) { return in_double(kernels::gamma_q, a, x); }
  static auto derivative_a(const Value auto& a, const Value auto& x, Unused) {
    return -evaluate(GammaInA{{}, 1}, a, x);
  }
  static auto derivative_b(const Value auto& a, const Value auto& x, Unused) {
    return -evaluate(GammaDensity{{}, 0}, a, x);
  }
};

/// The density of the beta distribution at x = 0 and 1, and 0 for any other x, with derivatives.
struct BetaDensityAtEnd : Ternary<"special_betainc"> {
  static constexpr auto node_name = "SpecialBetaincAtEndBackward0";
  int i;
  int j;
  int n;
  auto value(const auto& a, const auto& b, const auto& x) const {
    return in_double([this](double u, double v,
                            double w) { return kernels::beta_density_at_end(i, j, n, u, v, w); },
                     a, b, x);
  }
  auto derivative_a(const Value auto& a, const Value auto& b, const Value auto& x, Unused) const {
    return evaluate(BetaDensityAtEnd{{}, i + 1, j, n}, a, b, x);
  }
  auto derivative_b(const Value auto& a, const Value auto& b, const Value auto& x, Unused) const {
    return evaluate(BetaDensityAtEnd{{}, i, j + 1, n}, a, b, x);
  }
  auto derivative_c(const Value auto& a, const Value auto& b, const Value auto& x, Unused) const {
    return evaluate(BetaDensityAtEnd{{}, i, j, n + 1}, a, b, x);
  }
};

/// Derivative (i, j) in a and b of dI/dx = x^(a-1) (1-x)^(b-1) / B(a, b). Its derivative in x is that of
/// ((a-1) / x - (b-1) / (1-x)) times itself, differentiated in a and b.
struct BetaDensity : Ternary<"special_betainc"> {
  static constexpr auto node_name = "SpecialBetaincInXBackward0";
  int i;
  int j;
  auto value(const auto& a, const auto& b, const auto& x) const {
    return in_double(
        [this](double u, double v, double w) { return kernels::beta_density(i, j, u, v, w); }, a, b,
        x);
  }
  auto derivative_a(const Value auto& a, const Value auto& b, const Value auto& x, Unused) const {
    return evaluate(BetaDensity{{}, i + 1, j}, a, b, x);
  }
  auto derivative_b(const Value auto& a, const Value auto& b, const Value auto& x, Unused) const {
    return evaluate(BetaDensity{{}, i, j + 1}, a, b, x);
  }
  template <Value X>
  auto derivative_c(const X& a, const X& b, const X& x, Unused) const {
    const auto is_end = (x == 0) | (x == 1);
    const X z = math::where(is_end, 0.5, x);
    X away = ((a - 1) / z - (b - 1) / (1 - z)) * evaluate(BetaDensity{{}, i, j}, a, b, z);
    if (i > 0) away = away + evaluate(BetaDensity{{}, i - 1, j}, a, b, z) * i / z;
    if (j > 0) away = away - evaluate(BetaDensity{{}, i, j - 1}, a, b, z) * j / (1 - z);
    return math::where(is_end, evaluate(BetaDensityAtEnd{{}, i, j, 1}, a, b, x), away);
  }
};

/// Derivative (i, j) in a and b of I_x(a, b), DLMF 8.17.2.
struct Betainc : Ternary<"special_betainc"> {
  int i;
  int j;
  auto value(const auto& a, const auto& b, const auto& x) const {
    return in_double(
        [this](double u, double v, double w) {
          return i + j == 0 ? kernels::beta_inc(u, v, w) : kernels::beta_inc_in_ab(i, j, u, v, w);
        },
        a, b, x);
  }
  auto derivative_a(const Value auto& a, const Value auto& b, const Value auto& x, Unused) const {
    return evaluate(Betainc{{}, i + 1, j}, a, b, x);
  }
  auto derivative_b(const Value auto& a, const Value auto& b, const Value auto& x, Unused) const {
    return evaluate(Betainc{{}, i, j + 1}, a, b, x);
  }
  auto derivative_c(const Value auto& a, const Value auto& b, const Value auto& x, Unused) const {
    return evaluate(BetaDensity{{}, i, j}, a, b, x);
  }
};

}  // namespace

Tensor special_zeta(const Tensor& s, const Tensor& q) { return apply(Zeta{{}, 0}, s, q); }
Tensor special_zeta(const Tensor& s, const Scalar& q) {
  return special_zeta(s, wrapped_scalar(q, s));
}
Tensor special_zeta(const Scalar& s, const Tensor& q) {
  return special_zeta(wrapped_scalar(s, q), q);
}
Tensor igamma(const Tensor& a, const Tensor& x) { return apply(Igamma{}, a, x); }
Tensor igammac(const Tensor& a, const Tensor& x) { return apply(Igammac{}, a, x); }
Tensor special_betainc(const Tensor& a, const Tensor& b, const Tensor& x) {
  return apply(Betainc{{}, 0, 0}, a, b, x);
}

Tensor Tensor::igamma(const Tensor& other) const { return eigengrad::igamma(*this, other); }
Tensor& Tensor::igamma_(const Tensor& other) const {
  return apply_inplace(Igamma{}, self(), other);
}
Tensor Tensor::igammac(const Tensor& other) const { return eigengrad::igammac(*this, other); }
Tensor& Tensor::igammac_(const Tensor& other) const {
  return apply_inplace(Igammac{}, self(), other);
}

}  // namespace eigengrad
