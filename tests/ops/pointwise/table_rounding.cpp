#include "eigengrad/ops/pointwise/rounding.hpp"
#include "eigengrad/ops/special/names.hpp"
#include "ops/table.hpp"

namespace table {
namespace {

using eg::Tensor;

constexpr Range kReal{-2, 2};

template <class F, class G, class N>
Row row(const std::string& name, const std::string& function, F f, G member, N naive,
        Range r = kReal) {
  return {.name = name,
          .function = function,
          .call = on1(f),
          .naive = elements(naive),
          .samples = unary_samples(r),
          .spellings = {{"Tensor::" + function, on1(member)}},
          .elementwise = true,
          .bools = false};
}

using Function = Tensor (*)(const Tensor&);
using Member = Tensor (Tensor::*)() const;

template <class N>
Row simple(const std::string& name, Function f, Member member, N naive) {
  return row(
      name, name, f, [member](const Tensor& x) { return (x.*member)(); }, naive);
}

double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

Row frexp_row() {
  const auto pair = [](const std::tuple<Tensor, Tensor>& t) {
    return variable_list{std::get<0>(t), std::get<1>(t)};
  };
  return {.name = "frexp",
          .function = "frexp",
          .call = [pair](const variable_list& x) { return pair(eg::frexp(x[0])); },
          .naive =
              [](const Inputs& x) {
                Outputs y{x[0], x[0]};
                for (std::size_t i = 0; i < x[0].values.size(); ++i) {
                  int e = 0;
                  y[0].values[i] = std::frexp(x[0].values[i], &e);
                  y[1].values[i] = e;
                }
                return y;
              },
          .samples = unary_samples({-9, 9}),
          .values_only = {{Array({5}, {0.0, -4.0, 1e-30, 3e30, 1.0})}},
          .spellings = {{"Tensor::frexp",
                         [pair](const variable_list& x) { return pair(x[0].frexp()); }}},
          .integers = false,
          .bools = false};
}

}  // namespace

Rows rounding_rows() {
  Rows rows{
      simple("floor", eg::floor, &Tensor::floor, [](double x) { return std::floor(x); }),
      simple("ceil", eg::ceil, &Tensor::ceil, [](double x) { return std::ceil(x); }),
      simple("trunc", eg::trunc, &Tensor::trunc, [](double x) { return std::trunc(x); }),
      simple("round", eg::round, &Tensor::round, [](double x) { return std::nearbyint(x); }),
      row(
          "round_decimals", "round", [](const Tensor& x) { return eg::round(x, 2); },
          [](const Tensor& x) { return x.round(2); },
          [](double x) { return std::nearbyint(x * 100) / 100; }),
      row(
          "round_tens", "round", [](const Tensor& x) { return eg::round(x, -1); },
          [](const Tensor& x) { return x.round(-1); },
          [](double x) { return std::nearbyint(x / 10) * 10; }, {-200, 200}),
      simple("frac", eg::frac, &Tensor::frac, [](double x) { return x - std::trunc(x); }),
      simple("sign", eg::sign, &Tensor::sign, sign),
      simple("sgn", eg::sgn, &Tensor::sgn, sign),
      row(
          "nan_to_num", "nan_to_num", [](const Tensor& x) { return eg::nan_to_num(x); },
          [](const Tensor& x) { return x.nan_to_num(); }, [](double x) { return x; }),
      row(
          "nan_to_num_given", "nan_to_num",
          [](const Tensor& x) { return eg::nan_to_num(x, 0.25, 3, -4); },
          [](const Tensor& x) { return x.nan_to_num(0.25, 3, -4); }, [](double x) { return x; }),
      frexp_row()};
  for (const char* name : {"round_decimals", "round"}) {
    const std::int64_t decimals = name == std::string("round") ? 0 : 2;
    auto& spellings = named(rows, name).spellings;
    spellings.push_back({"special_round", on1([decimals](const Tensor& x) {
                           return eg::special_round(x, decimals);
                         })});
    spellings.push_back({"round of the namespace", on1([decimals](const Tensor& x) {
                           return eg::special::round(x, decimals);
                         })});
  }
  for (const char* name : {"sign", "sgn", "nan_to_num", "nan_to_num_given"})
    named(rows, name).bools = true;
  for (const char* name : {"round_decimals", "round_tens", "frac"})
    named(rows, name).integers = false;
  return rows;
}

}  // namespace table
