#include <cmath>
#include <numbers>
#include <utility>

#include "eigengrad/eigengrad.hpp"
#include "random/draft.hpp"

/// Elementwise functions of several tensors, which broadcast.
namespace random_programs {
namespace {

using eg::Tensor;
using Function = Number (*)(const Number&, const Number&);
using N = Number;

enum class Kind : std::uint8_t { Real, Any, Comparison };

Row binary(const char* name, const char* text, Tensor (*call)(const Tensor&, const Tensor&),
           void (*in_place)(const Tensor&, const Tensor&), Function f, Kind kind = Kind::Real,
           double weight = 1) {
  Row r{
      .name = name,
      .text = text,
      .draw =
          [=](Draft& d, Statement& s) {
            const int a = kind == Kind::Real ? d.real() : d.number();
            s.operands = {a, d.broadcastable(d[a].sizes, d.chance(0.5))};
            if (kind == Kind::Real && d.chance(0.3)) std::swap(s.operands[0], s.operands[1]);
          },
      .call = [=](const Call& c) { return variable_list{call(c.x[0], c.x[1])}; },
      .reference =
          [=](const Reference& c) {
            const Value &a = c.x[0], &b = c.x[1];
            const eg::ScalarType dtype = promote(a, b);
            require(kind == Kind::Comparison || eg::is_floating_point(dtype) || kind == Kind::Any);
            return Values{
                generate(broadcast(a.sizes, b.sizes), kind == Kind::Comparison ? eg::kBool : dtype,
                         [&](const Sizes& i) { return f(a.broadcast_at(i), b.broadcast_at(i)); })};
          },
      .weight = weight};
  if (in_place != nullptr) r.in_place = [=](const Call& c) { in_place(c.x[0], c.x[1]); };
  return r;
}

/// a - q b with the whole number q that leaves less than b, of b's sign if `floored`, else of a's. The
/// value is exact, which one that is computed from a / b is not.
N remainder(const N& a, const N& b, bool floored) {
  const double x = value(a), y = value(b);
  double r = std::fmod(x, y);
  if (floored && r != 0 && (r < 0) != (y < 0)) r += y;
  const double q = std::nearbyint((x - r) / y);
  // How far a and b are from where q changes.
  decide(std::min(std::abs(r), std::abs(y) - std::abs(r)) / (1 + std::abs(q)));
  N result = a - N(q) * b;
  set_value(result, r);
  return result;
}

Row comparison(const char* name, const char* text, Tensor (*call)(const Tensor&, const Tensor&),
               bool (*f)(double, double)) {
  Row r = binary(name, text, call, nullptr, nullptr, Kind::Comparison, 0.3);
  r.reference = [=](const Reference& c) {
    const Value &a = c.x[0], &b = c.x[1];
    return Values{generate(broadcast(a.sizes, b.sizes), eg::kBool, [&](const Sizes& i) {
      const double x = value(a.broadcast_at(i)), y = value(b.broadcast_at(i));
      if (a.real() || b.real()) decide(x - y);
      return N(f(x, y) ? 1 : 0);
    })};
  };
  return r;
}

Row ternary(const char* name, const char* text,
            Tensor (*call)(const Tensor&, const Tensor&, const Tensor&),
            void (*in_place)(const Tensor&, const Tensor&, const Tensor&),
            Number (*f)(const Number&, const Number&, const Number&)) {
  return {
      .name = name,
      .text = text,
      .draw =
          [](Draft& d, Statement& s) {
            const int a = d.real();
            s.operands = {a, d.broadcastable(d[a].sizes, true), d.broadcastable(d[a].sizes, true)};
          },
      .call = [=](const Call& c) { return variable_list{call(c.x[0], c.x[1], c.x[2])}; },
      .reference =
          [=](const Reference& c) {
            const Value &x = c.x[0], &y = c.x[1], &z = c.x[2];
            require(x.dtype == y.dtype && x.dtype == z.dtype);
            return Values{generate(
                broadcast(broadcast(x.sizes, y.sizes), z.sizes), x.dtype, [&](const Sizes& i) {
                  return f(x.broadcast_at(i), y.broadcast_at(i), z.broadcast_at(i));
                })};
          },
      .in_place = [=](const Call& c) { in_place(c.x[0], c.x[1], c.x[2]); }};
}

N power(const N& a, const N& b) {
  if (value(a) != 0) decide(value(a));  // beyond it there is none
  return exp(b * log(a));
}
N angle(const N& a, const N& b) {  // atan2 by its own derivative, wherever it is smooth
  const double y = value(a), x = value(b);
  decide(std::hypot(x, y));
  if (std::abs(x) > std::abs(y)) {
    const double turn = x > 0 ? 0 : std::copysign(std::numbers::pi, y);
    if (x < 0) decide(y);
    return atan(a / b) + N(turn);
  }
  return N(std::copysign(std::numbers::pi / 2, y)) - atan(b / a);
}

}  // namespace

Rows binary_rows() {
#define BINARY(name, ...)                                                                    \
  binary(                                                                                    \
      #name, "%0." #name "(%1)", [](const Tensor& a, const Tensor& b) { return a.name(b); }, \
      [](const Tensor& a, const Tensor& b) { a.name##_(b); }, __VA_ARGS__)
#define BINARY_ONLY(name, ...)                                                               \
  binary(                                                                                    \
      #name, "%0." #name "(%1)", [](const Tensor& a, const Tensor& b) { return a.name(b); }, \
      nullptr, __VA_ARGS__)
#define COMPARISON(name, op)                                                                 \
  comparison(                                                                                \
      #name, "%0." #name "(%1)", [](const Tensor& a, const Tensor& b) { return a.name(b); }, \
      [](double a, double b) { return a op b; })
  return {
      BINARY(
          add, [](const N& a, const N& b) { return a + b; }, Kind::Any, 3),
      BINARY(
          sub, [](const N& a, const N& b) { return a - b; }, Kind::Any, 2),
      BINARY(
          mul, [](const N& a, const N& b) { return a * b; }, Kind::Any, 4),
      BINARY(
          div, [](const N& a, const N& b) { return a / b; }, Kind::Real, 2),
      BINARY(pow, power),
      BINARY(atan2, angle, Kind::Real, 0.5),
      BINARY(
          hypot, [](const N& a, const N& b) { return root(a * a + b * b); }, Kind::Real, 0.5),
      BINARY(
          copysign,
          [](const N& a, const N& b) {
            decide(value(a));
            decide(value(b));
            return std::signbit(value(a)) == std::signbit(value(b)) ? a : -a;
          },
          Kind::Real, 0.5),
      BINARY(
          xlogy, [](const N& a, const N& b) { return a * log(b); }, Kind::Real, 0.5),
      BINARY(
          remainder, [](const N& a, const N& b) { return remainder(a, b, true); }, Kind::Real, 0.4),
      BINARY(
          fmod, [](const N& a, const N& b) { return remainder(a, b, false); }, Kind::Real, 0.4),
      BINARY_ONLY(maximum, max),
      BINARY_ONLY(minimum, min),
      BINARY_ONLY(fmax, max, Kind::Real, 0.5),
      BINARY_ONLY(fmin, min, Kind::Real, 0.5),
      BINARY_ONLY(
          logaddexp, [](const N& a, const N& b) { return log(exp(a) + exp(b)); }, Kind::Real, 0.5),
      COMPARISON(lt, <),
      COMPARISON(le, <=),
      COMPARISON(gt, >),
      COMPARISON(ge, >=),
      COMPARISON(eq, ==),
      COMPARISON(ne, !=),
      ternary(
          "addcmul", "%0.addcmul(%1, %2)",
          [](const Tensor& x, const Tensor& y, const Tensor& z) { return x.addcmul(y, z); },
          [](const Tensor& x, const Tensor& y, const Tensor& z) { x.addcmul_(y, z); },
          [](const N& x, const N& y, const N& z) { return x + y * z; }),
      ternary(
          "addcdiv", "%0.addcdiv(%1, %2)",
          [](const Tensor& x, const Tensor& y, const Tensor& z) { return x.addcdiv(y, z); },
          [](const Tensor& x, const Tensor& y, const Tensor& z) { x.addcdiv_(y, z); },
          [](const N& x, const N& y, const N& z) { return x + y / z; }),
      ternary(
          "lerp", "%0.lerp(%1, %2)",
          [](const Tensor& x, const Tensor& y, const Tensor& z) { return x.lerp(y, z); },
          [](const Tensor& x, const Tensor& y, const Tensor& z) { x.lerp_(y, z); },
          [](const N& x, const N& y, const N& z) { return x + z * (y - x); }),
      {.name = "where",
       .text = "eg::where(%2, %0, %1)",
       .draw =
           [](Draft& d, Statement& s) {
             const int a = d.real();
             const int b = d.broadcastable(d[a].sizes);
             s.operands = {a, b, d.mask(broadcast(d[a].sizes, d[b].sizes))};
           },
       .call = [](const Call& c) { return variable_list{eg::where(c.x[2], c.x[0], c.x[1])}; },
       .reference =
           [](const Reference& c) {
             const Value &a = c.x[0], &b = c.x[1], &m = c.x[2];
             require(m.dtype == eg::kBool);
             return Values{generate(broadcast(broadcast(a.sizes, b.sizes), m.sizes), promote(a, b),
                                    [&](const Sizes& i) {
                                      return value(m.broadcast_at(i)) != 0 ? a.broadcast_at(i)
                                                                           : b.broadcast_at(i);
                                    })};
           }},
      {.name = "add_alpha",
       .text = "%0.add(%1, $0)",
       .draw =
           [](Draft& d, Statement& s) {
             const int a = d.real();
             s.operands = {a, d.broadcastable(d[a].sizes, d.chance(0.5))};
             s.numbers = {d.scalar()};
           },
       .call = [](const Call& c) { return variable_list{c.x[0].add(c.x[1], c.number(0))}; },
       .reference =
           [](const Reference& c) {
             const Value &a = c.x[0], &b = c.x[1];
             return Values{
                 generate(broadcast(a.sizes, b.sizes), promote(a, b), [&](const Sizes& i) {
                   return a.broadcast_at(i) + N(c.number(0)) * b.broadcast_at(i);
                 })};
           },
       .in_place = [](const Call& c) { c.x[0].add_(c.x[1], c.number(0)); },
       .python = "%0.add(%1, alpha=$0)"},
  };
#undef BINARY
#undef BINARY_ONLY
#undef COMPARISON
}

}  // namespace random_programs
