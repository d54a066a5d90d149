#include <boost/test/unit_test.hpp>

#include "accuracy/accuracy.hpp"
#include "eigengrad/ops/pointwise/activations.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/division.hpp"
#include "eigengrad/ops/shape/assembly.hpp"

/// As elementwise.cpp, for functions of two numbers.
namespace accuracy {
namespace {

using eg::Tensor;

struct Binary {
  std::string name;
  Tensor (*f)(const Tensor&, const Tensor&);
  Real (*exact)(const Real&, const Real&);
  Domain first = {};
  Domain second = {};
  std::string contract = {};
  /// The unit of an error is that of this, where terms cancel.
  Real (*scale)(const Real&, const Real&) = nullptr;
};

constexpr double kMost = std::numeric_limits<double>::max();

Real larger(const Real& a, const Real& b) { return a > b ? a : b; }
Real smaller(const Real& a, const Real& b) { return a > b ? b : a; }
Real quotient(const Real& a, const Real& b) { return a / b; }
Real power(const Real& a, const Real& b) { return pow(a, b); }
Real remainder_of(const Real& a, const Real& b) {
  const double y = static_cast<double>(b), r = std::fmod(static_cast<double>(a), y);
  return r != 0 && (r < 0) != (y < 0) ? Real(Real(r) + y) : Real(r);
}
Real of_terms(const Real& a, const Real& b) { return abs(a) + abs(b); }
constexpr Domain kBase{0, kMost, 0, 4};
constexpr Domain kExponent{-50, 50, -50, 50};

const std::vector<Binary>& functions() {
  static const std::vector<Binary> list{
      {"add", [](const Tensor& a, const Tensor& b) { return a + b; },
       [](const Real& a, const Real& b) { return Real(a + b); }},
      {"sub", [](const Tensor& a, const Tensor& b) { return a - b; },
       [](const Real& a, const Real& b) { return Real(a - b); }},
      {"rsub", [](const Tensor& a, const Tensor& b) { return eg::rsub(a, b); },
       [](const Real& a, const Real& b) { return Real(b - a); }},
      {"mul", [](const Tensor& a, const Tensor& b) { return a * b; },
       [](const Real& a, const Real& b) { return Real(a * b); }},
      {"div", [](const Tensor& a, const Tensor& b) { return a / b; }, quotient},
      {"true_divide", [](const Tensor& a, const Tensor& b) { return eg::true_divide(a, b); },
       quotient},
      {"div, floor",
       [](const Tensor& a, const Tensor& b) { return eg::div(a, b, "floor"); },
       [](const Real& a, const Real& b) { return Real(floor(a / b)); },
       {},
       {},
       "div (floor)"},
      {"floor_divide", [](const Tensor& a, const Tensor& b) { return eg::floor_divide(a, b); },
       [](const Real& a, const Real& b) { return Real(floor(a / b)); }},
      {"fmod", [](const Tensor& a, const Tensor& b) { return eg::fmod(a, b); },
       [](const Real& a, const Real& b) {
         return Real(std::fmod(static_cast<double>(a), static_cast<double>(b)));
       }},
      {"remainder", [](const Tensor& a, const Tensor& b) { return eg::remainder(a, b); },
       remainder_of},
      {"pow", [](const Tensor& a, const Tensor& b) { return eg::pow(a, b); }, power, kBase,
       kExponent},
      {"float_power",
       [](const Tensor& a, const Tensor& b) { return eg::float_power(a, b).to(a.dtype()); }, power,
       kBase, kExponent},
      {"maximum", eg::maximum, larger},
      {"minimum", eg::minimum, smaller},
      {"fmax", eg::fmax, larger},
      {"fmin", eg::fmin, smaller},
      {"where", [](const Tensor& a, const Tensor& b) { return eg::where(a > b, a, b); }, larger},
      {"clamp",
       [](const Tensor& a, const Tensor& b) { return eg::clamp(a, b); },
       larger,
       {},
       {},
       "clamp (tensor bounds)"},
      {"clamp_min",
       [](const Tensor& a, const Tensor& b) { return eg::clamp_min(a, b); },
       larger,
       {},
       {},
       "clamp_min (tensor bounds)"},
      {"clamp_max",
       [](const Tensor& a, const Tensor& b) { return eg::clamp_max(a, b); },
       smaller,
       {},
       {},
       "clamp_max (tensor bounds)"},
      {"copysign", [](const Tensor& a, const Tensor& b) { return eg::copysign(a, b); },
       [](const Real& a, const Real& b) { return Real((a < 0) == (b < 0) ? a : -a); }},
      {"ldexp",
       [](const Tensor& a, const Tensor& b) { return eg::ldexp(a, b.round()); },
       [](const Real& a, const Real& b) {
         return Real(ldexp(a, static_cast<int>(std::lrint(static_cast<double>(b)))));
       },
       {},
       {-900, 900, -30, 30}},
      {"glu",
       [](const Tensor& a, const Tensor& b) {
         return eg::glu(eg::cat({a, b}), 0);
       },
       [](const Real& a, const Real& b) { return Real(a / (1 + exp(-b))); },
       {-1e30, 1e30, -4, 4},
       {-80, kMost, -20, 20}},
      {"lerp",
       [](const Tensor& a, const Tensor& b) { return eg::lerp(a, b, 0.375); },
       [](const Real& a, const Real& b) { return Real(a * 0.625 + b * 0.375); },
       {-1e38, 1e38, -4, 4},
       {-1e38, 1e38, -4, 4},
       {},
       of_terms},
      {"addcmul",
       [](const Tensor& a, const Tensor& b) { return eg::addcmul(a, b, b, 0.375); },
       [](const Real& a, const Real& b) { return Real(a + b * b * 0.375); },
       {},
       {-1e18, 1e18, -4, 4},
       {},
       [](const Real& a, const Real& b) { return Real(abs(a) + b * b * 0.375); }},
      {"addcdiv",
       [](const Tensor& a, const Tensor& b) { return eg::addcdiv(a, eg::ones_like(b), b, 0.375); },
       [](const Real& a, const Real& b) { return Real(a + Real(0.375) / b); },
       {},
       {1e-30, kMost, 0, 4},
       {},
       [](const Real& a, const Real& b) { return Real(abs(a) + Real(0.375) / b); }}};
  return list;
}

/// Each argument beside others in turn, and beside one of its own size.
template <class T>
void pair_up(const Binary& f, std::size_t n, Numbers& a, Numbers& b) {
  const Numbers x = arguments<T>(f.first, n, 21);
  const Numbers y = arguments<T>(f.second, n, 22);
  for (std::size_t i = 0; i < x.size(); ++i)
    for (const std::size_t step : {7u, 31u}) {
      a.push_back(x[i]);
      b.push_back(y[(i * step + 3) % y.size()]);
    }
}

template <class T>
void check(const Binary& f, std::size_t n) {
  Numbers a, b;
  pair_up<T>(f, n, a, b);
  const Numbers y = values_of(f.f(tensor_of<T>(a), tensor_of<T>(b)));
  const Bound& bound = bound_of(key_of(f), 0);
  BOOST_TEST(bound.scale.empty() == (f.scale == nullptr));
  Worst worst;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Real u = a[i], v = b[i], want = f.exact(u, v);
    worst.add(ulps_between<T>(y[i], want, f.scale == nullptr ? want : f.scale(u, v)), {a[i], b[i]});
  }
  worst.check<T>(f.name, key_of(f), 0);
}

void check_both(const Binary& f) {
  check<double>(f, 80);
  check<float>(f, 60);
}
const bool registered = add_suite("accuracy_of_two", functions(), check_both, __FILE__, {0});

}  // namespace
}  // namespace accuracy
