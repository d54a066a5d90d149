#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/division.hpp"
#include "eigengrad/ops/reduction/extrema.hpp"
#include "ops/table.hpp"

namespace table {
namespace {

using eg::Scalar;
using eg::Tensor;

constexpr Range kReal{-2, 2};
constexpr Range kPositive{0.3, 2.5};

/// Bools for conditions, which keep their dtype whatever the others are converted to.
Inputs with_condition(const Sizes& c, const std::vector<Sizes>& others) {
  Inputs inputs{support::as(support::uniform(c, 0, 0.8, 5), eg::kBool)};
  for (const Sizes& s : others) inputs.push_back(support::uniform(s, -2, 2, 6 + inputs.size()));
  return inputs;
}

std::vector<Inputs> where_samples() {
  return {with_condition({3, 4}, {{3, 4}, {3, 4}}),
          with_condition({4}, {{3, 1}, {1}}),
          with_condition({3, 1}, {{4}, {2, 3, 4}}),
          with_condition({}, {{3}, {}}),
          with_condition({2}, {{}, {}}),
          with_condition({0}, {{0}, {1}}),
          with_condition({}, {{}, {}})};
}

std::vector<Inputs> where_number_samples() {
  return {with_condition({3, 4}, {{3, 4}}), with_condition({4}, {{3, 1}}),
          with_condition({3, 1}, {{4}}), with_condition({}, {{2}}), with_condition({0}, {{1}})};
}

template <class F>
Call untracked(F f) {
  return [f](const variable_list& x) {
    const eg::NoGradGuard off;
    Tensor out;
    f(out, x[0], x[1]);
    return variable_list{out};
  };
}

template <class F, class N>
Row binary(std::string name, F f, N naive, Range a = kReal, Range b = kReal) {
  return {.name = name,
          .function = name,
          .call = on2(f),
          .naive = elements(naive),
          .samples = binary_samples(a, b),
          .elementwise = true};
}

template <class F, class N>
Row unary(std::string name, std::string function, F f, N naive, Range r = kReal) {
  return {.name = std::move(name),
          .function = std::move(function),
          .call = on1(f),
          .naive = elements(naive),
          .samples = unary_samples(r),
          .elementwise = true};
}

void add_sums(Rows& rows) {
  Row add = binary(
      "add", [](const Tensor& a, const Tensor& b) { return eg::add(a, b); },
      [](double a, double b) { return a + b; });
  add.spellings = {{"operator+", on2([](const Tensor& a, const Tensor& b) { return a + b; })},
                   {"operator+ on a dying left",
                    on2([](const Tensor& a, const Tensor& b) { return a.clone() + b; })},
                   {"operator+ on a dying right",
                    on2([](const Tensor& a, const Tensor& b) { return a + b.clone(); })},
                   {"operator+ on dying operands",
                    on2([](const Tensor& a, const Tensor& b) { return a.clone() + b.clone(); })},
                   {"Tensor::add", on2([](const Tensor& a, const Tensor& b) { return a.add(b); })}};
  rows.push_back(add);

  Row scaled = binary(
      "add_scaled", [](const Tensor& a, const Tensor& b) { return eg::add(a, b, 3); },
      [](double a, double b) { return a + 3 * b; });
  scaled.function = "add";
  scaled.spellings = {
      {"Tensor::add", on2([](const Tensor& a, const Tensor& b) { return a.add(b, 3); })}};
  rows.push_back(scaled);

  Row number = unary(
      "add_number", "add", [](const Tensor& a) { return eg::add(a, 1.5); },
      [](double a) { return a + 1.5; });
  number.spellings = {
      {"operator+ with a number", on1([](const Tensor& a) { return a + 1.5; })},
      {"operator+ of a number", on1([](const Tensor& a) { return 1.5 + a; })},
      {"operator+ of a dying tensor", on1([](const Tensor& a) { return a.clone() + 1.5; })},
      {"operator+ of a number and a dying tensor",
       on1([](const Tensor& a) { return 1.5 + a.clone(); })},
      {"Tensor::add", on1([](const Tensor& a) { return a.add(1.5); })},
      {"add, scaled", on1([](const Tensor& a) { return eg::add(a, 0.5, 3); })}};
  rows.push_back(number);

  Row out = binary(
      "add_out", [](const Tensor&, const Tensor&) { return Tensor(); },
      [](double a, double b) { return a + 2 * b; });
  out.call =
      untracked([](Tensor& y, const Tensor& a, const Tensor& b) { eg::add_out(y, a, b, 2); });
  out.differentiable = false;
  rows.push_back(out);
}

void add_differences(Rows& rows) {
  Row sub = binary(
      "sub", [](const Tensor& a, const Tensor& b) { return eg::sub(a, b); },
      [](double a, double b) { return a - b; });
  sub.bools = false;
  sub.spellings = {{"operator-", on2([](const Tensor& a, const Tensor& b) { return a - b; })},
                   {"operator- on a dying left",
                    on2([](const Tensor& a, const Tensor& b) { return a.clone() - b; })},
                   {"operator- on a dying right",
                    on2([](const Tensor& a, const Tensor& b) { return a - b.clone(); })},
                   {"operator- on dying operands",
                    on2([](const Tensor& a, const Tensor& b) { return a.clone() - b.clone(); })},
                   {"Tensor::sub", on2([](const Tensor& a, const Tensor& b) { return a.sub(b); })},
                   {"rsub", on2([](const Tensor& a, const Tensor& b) { return eg::rsub(b, a); })}};
  rows.push_back(sub);

  Row scaled = binary(
      "sub_scaled", [](const Tensor& a, const Tensor& b) { return eg::sub(a, b, 3); },
      [](double a, double b) { return a - 3 * b; });
  scaled.function = "sub";
  scaled.bools = false;
  scaled.spellings = {
      {"Tensor::sub", on2([](const Tensor& a, const Tensor& b) { return a.sub(b, 3); })}};
  rows.push_back(scaled);

  Row number = unary(
      "sub_number", "sub", [](const Tensor& a) { return eg::sub(a, 1.5); },
      [](double a) { return a - 1.5; });
  number.bools = false;
  number.spellings = {
      {"operator- with a number", on1([](const Tensor& a) { return a - 1.5; })},
      {"operator- of a dying tensor", on1([](const Tensor& a) { return a.clone() - 1.5; })},
      {"Tensor::sub", on1([](const Tensor& a) { return a.sub(1.5); })},
      {"sub, scaled", on1([](const Tensor& a) { return eg::sub(a, 0.5, 3); })}};
  rows.push_back(number);

  Row rsub = binary(
      "rsub", [](const Tensor& a, const Tensor& b) { return eg::rsub(a, b, 2); },
      [](double a, double b) { return b - 2 * a; });
  rsub.bools = false;
  rows.push_back(rsub);

  Row number_minus = unary(
      "rsub_number", "rsub", [](const Tensor& a) { return eg::rsub(a, 1.5); },
      [](double a) { return 1.5 - a; });
  number_minus.bools = false;
  number_minus.spellings = {
      {"operator- of a number", on1([](const Tensor& a) { return 1.5 - a; })},
      {"operator- of a number and a dying tensor",
       on1([](const Tensor& a) { return 1.5 - a.clone(); })},
      {"rsub, scaled", on1([](const Tensor& a) { return eg::rsub(a, 1.5, 1); })}};
  rows.push_back(number_minus);

  Row neg = unary(
      "neg", "neg", [](const Tensor& a) { return eg::neg(a); }, [](double a) { return -a; });
  neg.bools = false;
  neg.spellings = {{"Tensor::operator-", on1([](const Tensor& a) { return -a; })},
                   {"Tensor::neg", on1([](const Tensor& a) { return a.neg(); })}};
  rows.push_back(neg);
}

void add_products(Rows& rows) {
  Row mul = binary(
      "mul", [](const Tensor& a, const Tensor& b) { return eg::mul(a, b); },
      [](double a, double b) { return a * b; });
  mul.spellings = {{"operator*", on2([](const Tensor& a, const Tensor& b) { return a * b; })},
                   {"operator* on a dying left",
                    on2([](const Tensor& a, const Tensor& b) { return a.clone() * b; })},
                   {"operator* on a dying right",
                    on2([](const Tensor& a, const Tensor& b) { return a * b.clone(); })},
                   {"operator* on dying operands",
                    on2([](const Tensor& a, const Tensor& b) { return a.clone() * b.clone(); })},
                   {"Tensor::mul", on2([](const Tensor& a, const Tensor& b) { return a.mul(b); })}};
  rows.push_back(mul);

  Row number = unary(
      "mul_number", "mul", [](const Tensor& a) { return eg::mul(a, -2.5); },
      [](double a) { return a * -2.5; });
  number.spellings = {
      {"operator* with a number", on1([](const Tensor& a) { return a * -2.5; })},
      {"operator* of a number", on1([](const Tensor& a) { return -2.5 * a; })},
      {"operator* of a dying tensor", on1([](const Tensor& a) { return a.clone() * -2.5; })},
      {"operator* of a number and a dying tensor",
       on1([](const Tensor& a) { return -2.5 * a.clone(); })},
      {"Tensor::mul", on1([](const Tensor& a) { return a.mul(-2.5); })}};
  rows.push_back(number);

  Row out = binary(
      "mul_out", [](const Tensor&, const Tensor&) { return Tensor(); },
      [](double a, double b) { return a * b; });
  out.call = untracked([](Tensor& y, const Tensor& a, const Tensor& b) { eg::mul_out(y, a, b); });
  out.differentiable = false;
  rows.push_back(out);

  Row div = binary(
      "div", [](const Tensor& a, const Tensor& b) { return eg::div(a, b); },
      [](double a, double b) { return a / b; }, kReal, kPositive);
  div.spellings = {{"operator/", on2([](const Tensor& a, const Tensor& b) { return a / b; })},
                   {"operator/ on a dying left",
                    on2([](const Tensor& a, const Tensor& b) { return a.clone() / b; })},
                   {"operator/ on a dying right",
                    on2([](const Tensor& a, const Tensor& b) { return a / b.clone(); })},
                   {"operator/ on dying operands",
                    on2([](const Tensor& a, const Tensor& b) { return a.clone() / b.clone(); })},
                   {"Tensor::div", on2([](const Tensor& a, const Tensor& b) { return a.div(b); })}};
  rows.push_back(div);

  Row by_number = unary(
      "div_number", "div", [](const Tensor& a) { return eg::div(a, -2.5); },
      [](double a) { return a / -2.5; });
  by_number.spellings = {
      {"operator/ by a number", on1([](const Tensor& a) { return a / -2.5; })},
      {"operator/ of a dying tensor", on1([](const Tensor& a) { return a.clone() / -2.5; })},
      {"Tensor::div", on1([](const Tensor& a) { return a.div(-2.5); })}};
  rows.push_back(by_number);

  Row number_by = unary(
      "number_div", "div", [](const Tensor& a) { return -2.5 / a; },
      [](double a) { return -2.5 / a; }, kPositive);
  number_by.spellings = {{"operator/ of a number and a dying tensor",
                          on1([](const Tensor& a) { return -2.5 / a.clone(); })}};
  rows.push_back(number_by);
}

double rounded_down(double a, double b) { return std::floor(a / b); }
double rounded_off(double a, double b) { return std::trunc(a / b); }
double rest(double a, double b) {
  const double m = std::fmod(a, b);
  return m != 0 && (m < 0) != (b < 0) ? m + b : m;
}

/// A division of tensors, and by -0.75 or, of integers, -2.
template <class F>
void add_division(Rows& rows, const std::string& name, const std::string& function, F f,
                  double (*naive)(double, double), std::vector<Spelling> spellings,
                  std::vector<Spelling> number_spellings) {
  Row row = binary(name, f, naive, kReal, kPositive);
  row.function = function;
  row.spellings = std::move(spellings);
  row.bools = false;
  rows.push_back(row);
  Row number = unary(
      name + "_number", function, [f](const Tensor& a) { return f(a, Scalar(-2)); },
      [naive](double a) { return naive(a, -2); });
  number.spellings = std::move(number_spellings);
  rows.push_back(number);
}

template <class F>
Spelling pair_form(std::string name, F f) {
  return {std::move(name), on2(f)};
}
template <class F>
Spelling number_form(std::string name, F f) {
  return {std::move(name), on1(f)};
}

void add_roundings(Rows& rows) {
  add_division(
      rows, "div_floor", "div",
      [](const Tensor& a, const auto& b) { return eg::div(a, b, "floor"); }, rounded_down,
      {pair_form("Tensor::div", [](const Tensor& a, const Tensor& b) { return a.div(b, "floor"); }),
       pair_form("floor_divide",
                 [](const Tensor& a, const Tensor& b) { return eg::floor_divide(a, b); }),
       pair_form("Tensor::floor_divide",
                 [](const Tensor& a, const Tensor& b) { return a.floor_divide(b); })},
      {number_form("Tensor::div", [](const Tensor& a) { return a.div(-2, "floor"); }),
       number_form("floor_divide", [](const Tensor& a) { return eg::floor_divide(a, -2); }),
       number_form("Tensor::floor_divide", [](const Tensor& a) { return a.floor_divide(-2); })});
  add_division(rows, "div_trunc", "div",
               [](const Tensor& a, const auto& b) { return eg::div(a, b, "trunc"); }, rounded_off,
               {pair_form("Tensor::div",
                          [](const Tensor& a, const Tensor& b) { return a.div(b, "trunc"); })},
               {number_form("Tensor::div", [](const Tensor& a) { return a.div(-2, "trunc"); })});
  add_division(
      rows, "div_unrounded", "div",
      [](const Tensor& a, const auto& b) { return eg::div(a, b, eg::nullopt); },
      [](double a, double b) { return a / b; },
      {pair_form("Tensor::div",
                 [](const Tensor& a, const Tensor& b) { return a.div(b, eg::nullopt); }),
       pair_form("true_divide",
                 [](const Tensor& a, const Tensor& b) { return eg::true_divide(a, b); }),
       pair_form("Tensor::true_divide",
                 [](const Tensor& a, const Tensor& b) { return a.true_divide(b); })},
      {number_form("Tensor::div", [](const Tensor& a) { return a.div(-2, eg::nullopt); }),
       number_form("true_divide", [](const Tensor& a) { return eg::true_divide(a, -2); }),
       number_form("Tensor::true_divide", [](const Tensor& a) { return a.true_divide(-2); })});
  add_division(
      rows, "fmod", "fmod", [](const Tensor& a, const auto& b) { return eg::fmod(a, b); },
      [](double a, double b) { return std::fmod(a, b); },
      {pair_form("Tensor::fmod", [](const Tensor& a, const Tensor& b) { return a.fmod(b); })},
      {number_form("Tensor::fmod", [](const Tensor& a) { return a.fmod(-2); })});
  add_division(rows, "remainder", "remainder",
               [](const Tensor& a, const auto& b) { return eg::remainder(a, b); }, rest,
               {pair_form("Tensor::remainder",
                          [](const Tensor& a, const Tensor& b) { return a.remainder(b); }),
                pair_form("operator%", [](const Tensor& a, const Tensor& b) { return a % b; })},
               {number_form("Tensor::remainder", [](const Tensor& a) { return a.remainder(-2); }),
                number_form("operator% of a number", [](const Tensor& a) { return a % -2; })});
  Row number = unary(
      "number_remainder", "remainder", [](const Tensor& b) { return eg::remainder(5, b); },
      [](double b) { return rest(5, b); }, kPositive);
  number.spellings = {
      number_form("operator% of a number and a tensor", [](const Tensor& b) { return 5 % b; })};
  number.bools = false;
  rows.push_back(number);
}

Row power_number(std::string name, Scalar e, Range r) {
  const double exponent = e.toDouble();
  Row row = unary(
      std::move(name), "pow", [e](const Tensor& a) { return eg::pow(a, e); },
      [exponent](double a) { return std::pow(a, exponent); }, r);
  row.integers = row.bools = e.isFloatingPoint() || exponent >= 0;
  row.spellings = {{"Tensor::pow", on1([e](const Tensor& a) { return a.pow(e); })}};
  return row;
}

void add_powers(Rows& rows) {
  Row pow = binary(
      "pow", [](const Tensor& a, const Tensor& b) { return eg::pow(a, b); },
      [](double a, double b) { return std::pow(a, b); }, kPositive, {0.1, 2});
  pow.spellings = {{"Tensor::pow", on2([](const Tensor& a, const Tensor& b) { return a.pow(b); })}};
  rows.push_back(pow);
  rows.push_back(power_number("pow_0", 0, kReal));
  rows.push_back(power_number("pow_1", 1, kReal));
  rows.push_back(power_number("pow_2", 2, kReal));
  rows.push_back(power_number("pow_3", 3, kReal));
  rows.push_back(power_number("pow_4", 4, kReal));
  rows.push_back(power_number("pow_half", 0.5, kPositive));
  rows.push_back(power_number("pow_minus_1", -1, kPositive));
  rows.push_back(power_number("pow_minus_2", -2, kPositive));
  rows.push_back(power_number("pow_fraction", 2.7, kPositive));
  Row power = binary(
      "float_power", [](const Tensor& a, const Tensor& b) { return eg::float_power(a, b); },
      [](double a, double b) { return std::pow(a, b); }, kPositive, {0.1, 2});
  power.spellings = {pair_form("Tensor::float_power",
                               [](const Tensor& a, const Tensor& b) { return a.float_power(b); })};
  rows.push_back(power);
  Row to_number = unary(
      "float_power_number", "float_power", [](const Tensor& a) { return eg::float_power(a, -2); },
      [](double a) { return std::pow(a, -2); }, kPositive);
  to_number.spellings = {
      number_form("Tensor::float_power", [](const Tensor& a) { return a.float_power(-2); })};
  to_number.bools = false;
  rows.push_back(to_number);
  rows.push_back(unary(
      "number_float_power", "float_power",
      [](const Tensor& b) { return eg::float_power(Scalar(2), b); },
      [](double b) { return std::exp2(b); }));
  rows.push_back(unary(
      "number_pow", "pow", [](const Tensor& b) { return eg::pow(Scalar(1.7), b); },
      [](double b) { return std::pow(1.7, b); }));
}

/// The indices of the elements above 0.4, one list for each dimension.
Outputs positions(const Inputs& x) {
  const std::size_t n = std::max<std::size_t>(1, x[0].dim());
  Outputs lists(n, Array(Sizes{0}));
  support::for_each_index(x[0].sizes, [&](const Sizes& i) {
    if (!(x[0].at(i) > 0.4)) return;
    for (std::size_t d = 0; d < n; ++d)
      lists[d].values.push_back(i.empty() ? 0 : static_cast<double>(i[d]));
  });
  for (Array& list : lists) list.sizes = {std::ssize(list.values)};
  return lists;
}

void add_choices(Rows& rows) {
  Row maximum = binary(
      "maximum", [](const Tensor& a, const Tensor& b) { return eg::maximum(a, b); },
      [](double a, double b) { return a < b ? b : a; });
  maximum.spellings = {
      {"max", on2([](const Tensor& a, const Tensor& b) { return eg::max(a, b); })},
      {"Tensor::max", on2([](const Tensor& a, const Tensor& b) { return a.max(b); })},
      {"Tensor::maximum", on2([](const Tensor& a, const Tensor& b) { return a.maximum(b); })}};
  rows.push_back(maximum);
  Row minimum = binary(
      "minimum", [](const Tensor& a, const Tensor& b) { return eg::minimum(a, b); },
      [](double a, double b) { return b < a ? b : a; });
  minimum.spellings = {
      {"min", on2([](const Tensor& a, const Tensor& b) { return eg::min(a, b); })},
      {"Tensor::min", on2([](const Tensor& a, const Tensor& b) { return a.min(b); })},
      {"Tensor::minimum", on2([](const Tensor& a, const Tensor& b) { return a.minimum(b); })}};
  rows.push_back(minimum);

  rows.push_back(
      {.name = "where",
       .function = "where",
       .call = on3(
           [](const Tensor& c, const Tensor& a, const Tensor& b) { return eg::where(c, a, b); }),
       .naive = elements([](double c, double a, double b) { return c != 0 ? a : b; }),
       .samples = where_samples(),
       .spellings = {{"Tensor::where", on3([](const Tensor& c, const Tensor& a, const Tensor& b) {
                        return a.where(c, b);
                      })}},
       .elementwise = true});
  rows.push_back({.name = "where_true",
                  .function = "where",
                  .call = list_on1([](const Tensor& x) { return eg::where(x > 0.4); }),
                  .naive = positions,
                  .samples = unary_samples(kReal),
                  .differentiable = false});
  rows.push_back(
      {.name = "where_or_number",
       .function = "where",
       .call = on2([](const Tensor& c, const Tensor& a) { return eg::where(c, a, 0.25); }),
       .naive = elements([](double c, double a) { return c != 0 ? a : 0.25; }),
       .samples = where_number_samples(),
       .elementwise = true});
  rows.push_back(
      {.name = "where_number_or",
       .function = "where",
       .call = on2([](const Tensor& c, const Tensor& b) { return eg::where(c, 0.25, b); }),
       .naive = elements([](double c, double b) { return c != 0 ? 0.25 : b; }),
       .samples = where_number_samples(),
       .elementwise = true});
  std::vector<Inputs> conditions;
  for (const Inputs& sample : where_number_samples()) conditions.push_back({sample[0]});
  rows.push_back({.name = "where_numbers",
                  .function = "where",
                  .call = on1([](const Tensor& c) { return eg::where(c, 0.25, -4.0); }),
                  .naive = elements([](double c) { return c != 0 ? 0.25 : -4.0; }),
                  .samples = conditions,
                  .differentiable = false,
                  .elementwise = true});
}

}  // namespace

Rows arithmetic_rows() {
  Rows rows;
  add_sums(rows);
  add_differences(rows);
  add_products(rows);
  add_roundings(rows);
  add_powers(rows);
  add_choices(rows);
  // A difference with the operands exchanged is a difference, as in libtorch's operators.
  named(rows, "rsub").other_nodes = {"SubBackward0"};
  named(rows, "rsub_number").other_nodes = {"SubBackward0"};
  for (const char* name : {"div_unrounded", "div_unrounded_number"})
    named(rows, name).other_nodes = {"DivBackward0"};
  // The fixture's sample divides by 0.
  for (const char* name : {"fmod", "number_remainder"}) named(rows, name).more_dtypes = {"int64"};
  for (const char* name : {"fmod_number", "remainder_number"})
    named(rows, name).other_nodes = {named(rows, name).function == "fmod" ? "FmodBackward1"
                                                                          : "RemainderBackward1"};
  // Powers of 0 and 1 exist.
  named(rows, "pow").more_dtypes = {"bool"};
  for (const char* name : {"add_out", "mul_out"})
    named(rows, name).without_oracle = "Python's form is a keyword of add and mul";
  named(rows, "where_numbers").without_oracle = "PyTorch 1.13 takes no two numbers of one kind";
  return rows;
}

}  // namespace table
