#include <numbers>

#include "eigengrad/eigengrad.hpp"
#include "random/draft.hpp"

/// Functions of one tensor, element by element.
namespace random_programs {
namespace {

using eg::Tensor;
using Member = Tensor (Tensor::*)() const;
using InPlaceMember = Tensor& (Tensor::*)() const;
using Function = Number (*)(const Number&);

Value map(const Value& x, eg::ScalarType dtype, const std::function<Number(const Number&)>& f) {
  return generate(x.sizes, dtype, [&](const Sizes& i) { return f(x.at(i)); });
}

/// Integers become float64 under functions of real numbers, and stay what they are under others.
enum class Whole : std::uint8_t { Converted, Kept, Refused };

Row unary(const char* name, const char* text, Member member, InPlaceMember in_place, Function f,
          Whole whole = Whole::Refused) {
  Row r{
      .name = name,
      .text = text,
      .draw = [=](Draft& d,
                  Statement& s) { s.operands = {whole == Whole::Refused ? d.real() : d.number()}; },
      .call = [=](const Call& c) { return variable_list{(c.x[0].*member)()}; },
      .reference =
          [=](const Reference& c) {
            const Value& x = c.x[0];
            const bool converted = whole == Whole::Converted && !x.real();
            return Values{map(x, converted ? eg::kFloat64 : x.dtype, f)};
          },
      .in_place = [=](const Call& c) { (c.x[0].*in_place)(); },
      .weight = 0.5};
  return r;
}

/// With one number: the function gets it too.
Row with_number(const char* name, const char* text, std::initializer_list<double> numbers,
                Tensor (*call)(const Tensor&, double), void (*in_place)(const Tensor&, double),
                Number (*f)(const Number&, double), const char* python = nullptr) {
  Row r{.name = name,
        .text = text,
        .draw =
            [list = std::vector<double>(numbers)](Draft& d, Statement& s) {
              s.operands = {d.real()};
              s.numbers = {
                  list[static_cast<std::size_t>(d.below(static_cast<std::int64_t>(list.size())))]};
            },
        .call = [=](const Call& c) { return variable_list{call(c.x[0], c.number(0))}; },
        .reference =
            [=](const Reference& c) {
              return Values{
                  map(c.x[0], c.x[0].dtype, [&](const Number& x) { return f(x, c.number(0)); })};
            },
        .python = python};
  if (in_place != nullptr) r.in_place = [=](const Call& c) { in_place(c.x[0], c.number(0)); };
  return r;
}

/// A function that is no member.
Row function(const char* name, const char* text, const char* python, Tensor (*call)(const Tensor&),
             Function f) {
  return {.name = name,
          .text = text,
          .draw = [](Draft& d, Statement& s) { s.operands = {d.real()}; },
          .call = [=](const Call& c) { return variable_list{call(c.x[0])}; },
          .reference = [=](const Reference& c) { return Values{map(c.x[0], c.x[0].dtype, f)}; },
          .python = python,
          .weight = 0.5};
}

Number sigmoid(const Number& x) { return Number(1) / (Number(1) + exp(-x)); }
Number softplus(const Number& x) { return log1p(exp(x)); }
Number softplus_below_20(const Number& x) {
  decide(value(x) - 20);
  return value(x) > 20 ? x : softplus(x);
}
Number clamp(const Number& x, double low, double high) { return min(max(x, low), high); }
/// Choices between constants and lines.
Number choose(const Number& x, const Number& below, const Number& above) {
  decide(value(x));
  return value(x) > 0 ? above : below;
}

}  // namespace

Rows elementwise_rows() {
#define UNARY(name, ...) \
  unary(#name, "%0." #name "()", &Tensor::name, &Tensor::name##_, __VA_ARGS__)
  using N = Number;
  return {
      UNARY(
          neg, [](const N& x) { return -x; }, Whole::Kept),
      UNARY(abs, absolute, Whole::Kept),
      UNARY(
          square, [](const N& x) { return x * x; }, Whole::Kept),
      UNARY(
          exp, [](const N& x) { return exp(x); }, Whole::Converted),
      UNARY(expm1, [](const N& x) { return expm1(x); }),
      UNARY(log, [](const N& x) { return log(x); }),
      UNARY(log1p, [](const N& x) { return log1p(x); }),
      UNARY(sqrt, root),
      UNARY(rsqrt, [](const N& x) { return N(1) / sqrt(x); }),
      UNARY(reciprocal, [](const N& x) { return N(1) / x; }),
      UNARY(
          sin, [](const N& x) { return sin(x); }, Whole::Converted),
      UNARY(
          cos, [](const N& x) { return cos(x); }, Whole::Converted),
      UNARY(tan, [](const N& x) { return sin(x) / cos(x); }),
      UNARY(asin, [](const N& x) { return asin(x); }),
      UNARY(acos, [](const N& x) { return acos(x); }),
      UNARY(atan, [](const N& x) { return atan(x); }),
      UNARY(sinh, [](const N& x) { return sinh(x); }),
      UNARY(cosh, [](const N& x) { return cosh(x); }),
      UNARY(
          tanh, [](const N& x) { return tanh(x); }, Whole::Converted),
      UNARY(asinh, [](const N& x) { return log(x + sqrt(x * x + N(1))); }),
      UNARY(acosh, [](const N& x) { return log(x + sqrt(x * x - N(1))); }),
      UNARY(atanh, [](const N& x) { return N(0.5) * log((N(1) + x) / (N(1) - x)); }),
      UNARY(exp2,
            [](const N& x) {  // exact for integers
              const double whole = std::round(value(x));
              return N(std::exp2(whole)) * exp(N(std::numbers::ln2) * (x - N(whole)));
            }),
      UNARY(log2, [](const N& x) { return N(1 / std::numbers::ln2) * log(x); }),
      UNARY(log10, [](const N& x) { return N(1 / std::numbers::ln10) * log(x); }),
      UNARY(erf, [](const N& x) { return erf(x); }),
      UNARY(erfc, erfc),
      UNARY(sigmoid, sigmoid, Whole::Converted),
      UNARY(relu, [](const N& x) { return choose(x, std::isnan(value(x)) ? x : 0.0, x); }),
      UNARY(floor, [](const N& x) { return step(std::floor(value(x)), value(x)); }),
      UNARY(ceil, [](const N& x) { return step(std::ceil(value(x)), value(x)); }),
      UNARY(trunc, [](const N& x) { return step(std::trunc(value(x)), value(x)); }),
      UNARY(frac, [](const N& x) { return x - step(std::trunc(value(x)), value(x)); }),
      UNARY(sign, [](const N& x) { return choose(x, value(x) < 0 ? -1.0 : 0.0, 1.0); }),
      unary("round", "%0.round()", &Tensor::round, &Tensor::round_,
            [](const N& x) { return step(std::nearbyint(value(x)), value(x), 0.5); }),
      function(
          "silu", "eg::silu(%0)", "torch.nn.functional.silu(%0)",
          [](const Tensor& x) { return eg::silu(x); }, [](const N& x) { return x * sigmoid(x); }),
      function(
          "softplus", "eg::softplus(%0)", "torch.nn.functional.softplus(%0)",
          [](const Tensor& x) { return eg::softplus(x); }, softplus_below_20),
      function(
          "log_sigmoid", "eg::log_sigmoid(%0)", "torch.nn.functional.logsigmoid(%0)",
          [](const Tensor& x) { return eg::log_sigmoid(x); },
          [](const N& x) { return -softplus(-x); }),
      function(
          "gelu", "eg::gelu(%0)", "torch.nn.functional.gelu(%0)",
          [](const Tensor& x) { return eg::gelu(x); },
          [](const N& x) { return N(0.5) * x * (N(1) + erf(N(1 / std::numbers::sqrt2) * x)); }),
      function(
          "mish", "eg::mish(%0)", "torch.nn.functional.mish(%0)",
          [](const Tensor& x) { return eg::mish(x); },
          [](const N& x) { return x * tanh(softplus(x)); }),
      function(
          "softsign", "eg::softsign(%0)", "torch.nn.functional.softsign(%0)",
          [](const Tensor& x) { return eg::softsign(x); },
          [](const N& x) { return x / (N(1) + absolute(x)); }),
      function(
          "elu", "eg::elu(%0)", "torch.nn.functional.elu(%0)",
          [](const Tensor& x) { return eg::elu(x); },
          [](const N& x) { return choose(x, expm1(x), x); }),
      function(
          "hardtanh", "eg::hardtanh(%0)", "torch.nn.functional.hardtanh(%0)",
          [](const Tensor& x) { return eg::hardtanh(x); },
          [](const N& x) { return clamp(x, -1, 1); }),
      function(
          "leaky_relu", "eg::leaky_relu(%0, 0.25)", "torch.nn.functional.leaky_relu(%0, 0.25)",
          [](const Tensor& x) { return eg::leaky_relu(x, 0.25); },
          [](const N& x) { return choose(x, N(0.25) * x, x); }),
      with_number(
          "clamp_min", "%0.clamp_min($0)", {-0.5, 0, 0.5},
          [](const Tensor& x, double a) { return x.clamp_min(a); },
          [](const Tensor& x, double a) { x.clamp_min_(a); },
          [](const N& x, double a) { return max(x, a); }),
      with_number(
          "clamp", "%0.clamp(-0.75, $0)", {0.25, 1},
          [](const Tensor& x, double a) { return x.clamp(-0.75, a); },
          [](const Tensor& x, double a) { x.clamp_(-0.75, a); },
          [](const N& x, double a) { return clamp(x, -0.75, a); }),
      with_number(
          "pow_scalar", "%0.pow($0)", {0, 1, 2, 3, 0.5, -1, 1.5},
          [](const Tensor& x, double a) { return x.pow(a); },
          [](const Tensor& x, double a) { x.pow_(a); },
          [](const N& x, double a) { return pow(x, a); }),
      with_number(
          "add_scalar", "%0.add($0)", {-1, 0.5, 2},
          [](const Tensor& x, double a) { return x.add(a); },
          [](const Tensor& x, double a) { x.add_(a); },
          [](const N& x, double a) { return x + N(a); }),
      with_number(
          "mul_scalar", "%0.mul($0)", {-1, 0, 0.5, 2},
          [](const Tensor& x, double a) { return x.mul(a); },
          [](const Tensor& x, double a) { x.mul_(a); },
          [](const N& x, double a) { return x * N(a); }),
      with_number(
          "div_scalar", "%0.div($0)", {-2, 0.5, 4},
          [](const Tensor& x, double a) { return x.div(a); },
          [](const Tensor& x, double a) { x.div_(a); },
          [](const N& x, double a) { return x / N(a); }),
      with_number(
          "rsub", "$0 - %0", {-1, 0.5, 2}, [](const Tensor& x, double a) { return a - x; }, nullptr,
          [](const N& x, double a) { return N(a) - x; }),
      with_number(
          "rdiv", "$0 / %0", {-1, 0.5, 2}, [](const Tensor& x, double a) { return a / x; }, nullptr,
          [](const N& x, double a) { return N(a) / x; },
          "torch.full([], $0, dtype=%0.dtype).div(%0)"),
      with_number(
          "power_of", "eg::pow($0, %0)", {0.5, 2},
          [](const Tensor& x, double a) { return eg::pow(a, x); }, nullptr,
          [](const N& x, double a) { return exp(N(std::log(a)) * x); }),
  };
#undef UNARY
}

}  // namespace random_programs
