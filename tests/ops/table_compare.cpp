#include <cmath>
#include <limits>

#include "table.hpp"

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
        on2([](const Tensor& a, const Tensor& b) { return a.logical_and(b); })},
       {"operator&", on2([](const Tensor& a, const Tensor& b) { return a & b; })}}));
  rows.push_back(without_derivative(
      "logical_or", "logical_or", on2(eg::logical_or), elements(either), finite_pairs(),
      {{"Tensor::logical_or",
        on2([](const Tensor& a, const Tensor& b) { return a.logical_or(b); })},
       {"operator|", on2([](const Tensor& a, const Tensor& b) { return a | b; })}}));
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

void add_tests(Rows& rows) {
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

/// Whether every |a - b| <= atol + rtol |b|.
Naive all_close(double rtol, double atol, bool equal_nan) {
  return [=](const Inputs& x) {
    bool close = true;
    support::for_each_index(support::broadcast(x[0].sizes, x[1].sizes), [&](const Sizes& i) {
      const double a = support::at_broadcast(x[0], i), b = support::at_broadcast(x[1], i);
      const bool near = std::isfinite(b) && std::abs(a - b) <= atol + rtol * std::abs(b);
      close = close && (a == b || near || (equal_nan && std::isnan(a) && std::isnan(b)));
    });
    return Outputs{Array(Sizes(), close)};
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
  for (Row& row : rows)
    if (row.function == "allclose") row.bools = false;  // as PyTorch's, it subtracts
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
  add_tests(rows);
  add_whole(rows);
  for (const char* name : {"equal", "allclose", "allclose_nan"})
    named(rows, name).without_oracle = "PyTorch's returns no tensor";
  return rows;
}

}  // namespace table
