#include <cmath>
#include <limits>

#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "ops/table.hpp"

namespace table {
namespace {

using eg::Tensor;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Pairs in which equal numbers, both zeros, infinities and NaN meet.
std::vector<Inputs> pairs() {
  const std::vector<double> special{-1, -0.0, 0.0, 0.5, 2, kInf, -kInf, kNan};
  const auto n = static_cast<std::int64_t>(special.size());
  std::vector<Inputs> samples = binary_samples({-2, 2}, {-2, 2});
  samples.push_back({Array({n, 1}, special), Array({n}, special)});
  return samples;
}

std::vector<Inputs> finite_pairs() {
  std::vector<Inputs> samples = binary_samples({-1, 1}, {-1, 1});
  samples.push_back({Array({4, 1}, {-1, 0, 0.5, 1}), Array({4}, {-1, 0, 0.5, 1})});
  return samples;
}

std::vector<Inputs> special_values() {
  std::vector<Inputs> samples = unary_samples({-2, 2});
  samples.push_back({Array({7}, {0, -0.0, 1, -3, kInf, -kInf, kNan})});
  return samples;
}

Row without_derivative(std::string name, std::string function, Call call, Naive naive,
                       std::vector<Inputs> samples, std::vector<Spelling> spellings = {}) {
  return {.name = std::move(name),
          .function = std::move(function),
          .call = std::move(call),
          .naive = std::move(naive),
          .samples = std::move(samples),
          .spellings = std::move(spellings),
          .differentiable = false,
          .elementwise = true};
}

using Binary = Tensor (*)(const Tensor&, const Tensor&);
using BinaryMember = Tensor (Tensor::*)(const Tensor&) const;
using WithNumber = Tensor (*)(const Tensor&, const eg::Scalar&);
using WithNumberMember = Tensor (Tensor::*)(const eg::Scalar&) const;

/// A comparison of two tensors, and of a tensor with 0.5.
struct Comparison {
  const char* name;
  Binary call;
  BinaryMember member;
  Binary symbol;
  WithNumber call_number;
  WithNumberMember member_number;
  WithNumber symbol_number;
  bool (*naive)(double, double);
  const char* symbol_name;
};

void add_comparison(Rows& rows, const Comparison& c) {
  const std::string member = std::string("Tensor::") + c.name;
  Row with_number = without_derivative(
      std::string(c.name) + "_number", c.name,
      on1([c](const Tensor& a) { return c.call_number(a, 0.5); }),
      elements([c](double a) { return c.naive(a, 0.5); }), special_values(),
      {{member, on1([c](const Tensor& a) { return (a.*c.member_number)(0.5); })},
       {c.symbol_name, on1([c](const Tensor& a) { return c.symbol_number(a, 0.5); })}});
  rows.push_back(without_derivative(
      c.name, c.name, on2(c.call), elements(c.naive), pairs(),
      {{member, on2([c](const Tensor& a, const Tensor& b) { return (a.*c.member)(b); })},
       {c.symbol_name, on2(c.symbol)}}));
  rows.push_back(with_number);
}

void add_logic(Rows& rows) {
  const auto both = [](double a, double b) { return a != 0 && b != 0; };
  const auto either = [](double a, double b) { return a != 0 || b != 0; };
  const auto one = [](double a, double b) { return (a != 0) != (b != 0); };
  rows.push_back(without_derivative(
      "logical_and", "logical_and", on2(eg::logical_and), elements(both), finite_pairs(),
      {{"Tensor::logical_and",
        on2([](const Tensor& a, const Tensor& b) { return a.logical_and(b); })}}));
  rows.push_back(without_derivative(
      "logical_or", "logical_or", on2(eg::logical_or), elements(either), finite_pairs(),
      {{"Tensor::logical_or",
        on2([](const Tensor& a, const Tensor& b) { return a.logical_or(b); })}}));
  rows.push_back(without_derivative(
      "logical_xor", "logical_xor", on2(eg::logical_xor), elements(one), finite_pairs(),
      {{"Tensor::logical_xor",
        on2([](const Tensor& a, const Tensor& b) { return a.logical_xor(b); })}}));
  rows.push_back(without_derivative(
      "logical_not", "logical_not", on1(eg::logical_not), elements([](double a) { return a == 0; }),
      special_values(),
      {{"Tensor::logical_not", on1([](const Tensor& a) { return a.logical_not(); })},
       {"operator!", on1([](const Tensor& a) { return !a; })}}));
}

Tensor whole(const Tensor& x) { return x.is_floating_point() ? x.to(eg::kInt64) : x; }
std::int64_t whole(double x) { return static_cast<std::int64_t>(x); }

/// An operator on bits, of tensors, and of a tensor and 6.
template <class F, class M, class S, class N>
void add_bits(Rows& rows, const std::string& name, F f, M member, S symbol, const char* symbol_name,
              N naive) {
  const auto of_wholes = [](auto g) {
    return on2([g](const Tensor& a, const Tensor& b) { return g(whole(a), whole(b)); });
  };
  const auto with_number = [](auto g) {
    return on1([g](const Tensor& a) { return g(whole(a), eg::Scalar(6)); });
  };
  rows.push_back(without_derivative(
      name, name, of_wholes(f), elements([naive](double a, double b) {
        return static_cast<double>(naive(whole(a), whole(b)));
      }),
      finite_pairs(), {{"Tensor::" + name, of_wholes(member)}, {symbol_name, of_wholes(symbol)}}));
  Row number = without_derivative(
      name + "_number", name, with_number(f),
      elements([naive](double a) { return static_cast<double>(naive(whole(a), 6)); }),
      unary_samples({-9, 9}),
      {{"Tensor::" + name, with_number(member)},
       {symbol_name, with_number(symbol)},
       {name + " of a number", on1([f](const Tensor& a) { return f(eg::Scalar(6), whole(a)); })},
       {std::string(symbol_name) + " of a number",
        on1([symbol](const Tensor& a) { return symbol(eg::Scalar(6), whole(a)); })}});
  rows.push_back(number);
}

void add_bits(Rows& rows) {
  using I = std::int64_t;
  add_bits(
      rows, "bitwise_and", [](const auto& a, const auto& b) { return eg::bitwise_and(a, b); },
      [](const Tensor& a, const auto& b) { return a.bitwise_and(b); },
      [](const auto& a, const auto& b) { return a & b; }, "operator&",
      [](I a, I b) { return a & b; });
  add_bits(
      rows, "bitwise_or", [](const auto& a, const auto& b) { return eg::bitwise_or(a, b); },
      [](const Tensor& a, const auto& b) { return a.bitwise_or(b); },
      [](const auto& a, const auto& b) { return a | b; }, "operator|",
      [](I a, I b) { return a | b; });
  add_bits(
      rows, "bitwise_xor", [](const auto& a, const auto& b) { return eg::bitwise_xor(a, b); },
      [](const Tensor& a, const auto& b) { return a.bitwise_xor(b); },
      [](const auto& a, const auto& b) { return a ^ b; }, "operator^",
      [](I a, I b) { return a ^ b; });
  rows.push_back(without_derivative(
      "bitwise_not", "bitwise_not", on1([](const Tensor& a) { return eg::bitwise_not(whole(a)); }),
      [](const Inputs& x) {
        const bool is_bool = x[0].dtype == eg::kBool;
        return elements(
            [is_bool](double a) { return is_bool ? 1 - a : static_cast<double>(~whole(a)); })(x);
      },
      unary_samples({-9, 9}),
      {{"Tensor::bitwise_not", on1([](const Tensor& a) { return whole(a).bitwise_not(); })},
       {"Tensor::operator~", on1([](const Tensor& a) { return ~whole(a); })}}));
}

void add_tests(Rows& rows) {
  rows.push_back(without_derivative(
      "isposinf", "isposinf", on1(eg::isposinf), elements([](double a) { return a == kInf; }),
      special_values(), {{"Tensor::isposinf", on1([](const Tensor& a) { return a.isposinf(); })}}));
  rows.push_back(without_derivative(
      "isneginf", "isneginf", on1(eg::isneginf), elements([](double a) { return a == -kInf; }),
      special_values(), {{"Tensor::isneginf", on1([](const Tensor& a) { return a.isneginf(); })}}));
  rows.push_back(without_derivative(
      "signbit", "signbit", on1(eg::signbit),
      [](const Inputs& x) {
        const bool signed_zero = x[0].dtype == eg::kFloat64 || x[0].dtype == eg::kFloat32;
        return elements([=](double a) { return signed_zero ? std::signbit(a) : a < 0; })(x);
      },
      special_values(), {{"Tensor::signbit", on1([](const Tensor& a) { return a.signbit(); })}}));
  Row heaviside{
      .name = "heaviside",
      .function = "heaviside",
      .call = on2(eg::heaviside),
      .naive = elements([](double a, double b) { return a == 0  ? b
                                                        : a > 0 ? 1.0
                                                                : 0.0; }),
      .samples = binary_samples({-2, 2}, {-2, 2}),
      .values_only = {pairs().back()},
      .spellings = {{"Tensor::heaviside",
                     on2([](const Tensor& a, const Tensor& b) { return a.heaviside(b); })}},
      .elementwise = true,
      .without_oracle = "PyTorch 1.13 has no derivative"};
  rows.push_back(heaviside);
  rows.push_back(without_derivative(
      "isnan", "isnan", on1(eg::isnan), elements([](double a) { return std::isnan(a); }),
      special_values(), {{"Tensor::isnan", on1([](const Tensor& a) { return a.isnan(); })}}));
  rows.push_back(without_derivative(
      "isinf", "isinf", on1(eg::isinf), elements([](double a) { return std::isinf(a); }),
      special_values(), {{"Tensor::isinf", on1([](const Tensor& a) { return a.isinf(); })}}));
  rows.push_back(without_derivative(
      "isfinite", "isfinite", on1(eg::isfinite),
      elements([](double a) { return std::isfinite(a); }), special_values(),
      {{"Tensor::isfinite", on1([](const Tensor& a) { return a.isfinite(); })}}));
}

bool same(const Array& a, const Array& b) { return a.sizes == b.sizes && a.values == b.values; }

/// Whether |a - b| <= atol + rtol |b|.
Naive close(double rtol, double atol, bool equal_nan) {
  return elements([=](double a, double b) {
    const bool near = std::isfinite(b) && std::abs(a - b) <= atol + rtol * std::abs(b);
    return a == b || near || (equal_nan && std::isnan(a) && std::isnan(b));
  });
}
Naive all_close(double rtol, double atol, bool equal_nan) {
  return [naive = close(rtol, atol, equal_nan)](const Inputs& x) {
    bool all = true;
    const Outputs each = naive(x);
    for (const double v : each[0].values) all = all && v != 0;
    return Outputs{Array(Sizes(), all)};
  };
}

void add_whole(Rows& rows) {
  std::vector<Inputs> samples = pairs();
  const std::vector<double> v{1, -2, 3.5, 0, kInf, 1e-9};
  samples.push_back({Array({2, 3}, v), Array({2, 3}, v)});
  samples.push_back({Array({3}, {1, 2, kNan}), Array({3}, {1, 2, kNan})});
  samples.push_back({Array({2}, {1, 1000}), Array({2}, {1 + 9e-6, 1000.009})});
  samples.push_back({Array({2}, {1, 1000}), Array({2}, {1 + 2e-5, 1000})});
  samples.push_back({Array({2}, {0, kInf}), Array({2}, {9e-9, kInf})});
  samples.push_back({Array({2}, {0, kInf}), Array({2}, {0, -kInf})});
  const auto flag = [](bool b) { return eg::tensor(b); };
  rows.push_back(without_derivative(
      "allclose", "allclose",
      on2([flag](const Tensor& a, const Tensor& b) { return flag(eg::allclose(a, b)); }),
      all_close(1e-5, 1e-8, false), samples,
      {{"Tensor::allclose",
        on2([flag](const Tensor& a, const Tensor& b) { return flag(a.allclose(b)); })}}));
  rows.push_back(without_derivative("allclose_nan", "allclose",
                                    on2([flag](const Tensor& a, const Tensor& b) {
                                      return flag(eg::allclose(a, b, 1e-3, 1e-6, true));
                                    }),
                                    all_close(1e-3, 1e-6, true), samples));
  rows.push_back(without_derivative(
      "isclose", "isclose", on2([](const Tensor& a, const Tensor& b) { return eg::isclose(a, b); }),
      close(1e-5, 1e-8, false), samples,
      {{"Tensor::isclose", on2([](const Tensor& a, const Tensor& b) { return a.isclose(b); })}}));
  rows.push_back(without_derivative(
      "isclose_nan", "isclose",
      on2([](const Tensor& a, const Tensor& b) { return eg::isclose(a, b, 1e-3, 1e-6, true); }),
      close(1e-3, 1e-6, true), samples));
  samples.push_back({Array({2, 3}, v), Array({6}, v)});
  rows.push_back(without_derivative(
      "equal", "equal",
      on2([flag](const Tensor& a, const Tensor& b) { return flag(eg::equal(a, b)); }),
      [](const Inputs& x) { return Outputs{Array(Sizes(), same(x[0], x[1]))}; }, samples,
      {{"Tensor::equal",
        on2([flag](const Tensor& a, const Tensor& b) { return flag(a.equal(b)); })}}));
}

}  // namespace

Rows compare_rows() {
  Rows rows;
  add_comparison(rows, {"eq", eg::eq, &Tensor::eq, eg::operator==, eg::eq, &Tensor::eq,
                        eg::operator==, [](double a, double b) { return a == b; }, "operator=="});
  add_comparison(rows, {"ne", eg::ne, &Tensor::ne, eg::operator!=, eg::ne, &Tensor::ne,
                        eg::operator!=, [](double a, double b) { return a != b; }, "operator!="});
  add_comparison(rows, {"lt", eg::lt, &Tensor::lt, eg::operator<, eg::lt, &Tensor::lt,
                        eg::operator<, [](double a, double b) { return a < b; }, "operator<"});
  add_comparison(rows, {"le", eg::le, &Tensor::le, eg::operator<=, eg::le, &Tensor::le,
                        eg::operator<=, [](double a, double b) { return a <= b; }, "operator<="});
  add_comparison(rows, {"gt", eg::gt, &Tensor::gt, eg::operator>, eg::gt, &Tensor::gt,
                        eg::operator>, [](double a, double b) { return a > b; }, "operator>"});
  add_comparison(rows, {"ge", eg::ge, &Tensor::ge, eg::operator>=, eg::ge, &Tensor::ge,
                        eg::operator>=, [](double a, double b) { return a >= b; }, "operator>="});
  add_logic(rows);
  add_bits(rows);
  add_tests(rows);
  add_whole(rows);
  for (const char* name : {"equal", "allclose", "allclose_nan"})
    named(rows, name).without_oracle = "PyTorch's returns no tensor";
  return rows;
}

}  // namespace table
