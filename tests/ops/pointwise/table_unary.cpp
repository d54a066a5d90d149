#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/special/names.hpp"
#include "ops/table.hpp"

namespace table {
namespace {

using eg::Tensor;
using Function = Tensor (*)(const Tensor&);
using Member = Tensor (Tensor::*)() const;

constexpr Range kReal{-2, 2};
constexpr Range kPositive{0.3, 2.5};
constexpr Range kUnit{-0.9, 0.9};
constexpr long double kPi = 3.141592653589793238462643383279502884L;

template <class N>
Row row(const std::string& name, Function f, Member member, N naive, Range r = kReal) {
  return {
      .name = name,
      .function = name,
      .call = on1(f),
      .naive = elements(naive),
      .samples = unary_samples(r),
      .spellings = {{"Tensor::" + name, on1([member](const Tensor& x) { return (x.*member)(); })}},
      .elementwise = true};
}

template <class F, class G, class N>
Row bounded(const std::string& name, const std::string& function, F f, G member, N naive) {
  return {.name = name,
          .function = function,
          .call = on1(f),
          .naive = elements(naive),
          .samples = unary_samples(kReal),
          .spellings = {{"Tensor::" + function, on1(member)}},
          .elementwise = true};
}

}  // namespace

Rows elementwise_rows() {
  Rows rows{
      row("abs", eg::abs, &Tensor::abs, [](double x) { return std::abs(x); }),
      row("exp", eg::exp, &Tensor::exp, [](double x) { return std::exp(x); }),
      row(
          "log", eg::log, &Tensor::log, [](double x) { return std::log(x); }, kPositive),
      row(
          "sqrt", eg::sqrt, &Tensor::sqrt, [](double x) { return std::sqrt(x); }, kPositive),
      row("square", eg::square, &Tensor::square, [](double x) { return x * x; }),
      row(
          "reciprocal", eg::reciprocal, &Tensor::reciprocal, [](double x) { return 1 / x; },
          kPositive),
      row("sin", eg::sin, &Tensor::sin, [](double x) { return std::sin(x); }),
      row("cos", eg::cos, &Tensor::cos, [](double x) { return std::cos(x); }),
      row("tanh", eg::tanh, &Tensor::tanh, [](double x) { return std::tanh(x); }),
      row("tan", eg::tan, &Tensor::tan, [](double x) { return std::tan(x); }, {-1.2, 1.2}),
      row(
          "asin", eg::asin, &Tensor::asin, [](double x) { return std::asin(x); }, kUnit),
      row(
          "acos", eg::acos, &Tensor::acos, [](double x) { return std::acos(x); }, kUnit),
      row("atan", eg::atan, &Tensor::atan, [](double x) { return std::atan(x); }),
      row("sinc", eg::sinc, &Tensor::sinc,
          [](double x) {
            const long double z = kPi * x;
            const bool whole = x == std::round(x);
            return x == 0 ? 1 : whole ? 0 : static_cast<double>(std::sin(z) / z);
          }),
      row("deg2rad", eg::deg2rad, &Tensor::deg2rad,
          [](double x) { return static_cast<double>(x * (kPi / 180)); }),
      row("rad2deg", eg::rad2deg, &Tensor::rad2deg,
          [](double x) { return static_cast<double>(x * (180 / kPi)); }),
      row("sinh", eg::sinh, &Tensor::sinh, [](double x) { return std::sinh(x); }),
      row("cosh", eg::cosh, &Tensor::cosh, [](double x) { return std::cosh(x); }),
      row("asinh", eg::asinh, &Tensor::asinh, [](double x) { return std::asinh(x); }),
      row("acosh", eg::acosh, &Tensor::acosh, [](double x) { return std::acosh(x); }, {1.1, 3}),
      row(
          "atanh", eg::atanh, &Tensor::atanh, [](double x) { return std::atanh(x); }, kUnit),
      row("exp2", eg::exp2, &Tensor::exp2, [](double x) { return std::exp2(x); }),
      row("expm1", eg::expm1, &Tensor::expm1, [](double x) { return std::expm1(x); }),
      row(
          "log2", eg::log2, &Tensor::log2, [](double x) { return std::log2(x); }, kPositive),
      row(
          "log10", eg::log10, &Tensor::log10, [](double x) { return std::log10(x); }, kPositive),
      row("log1p", eg::log1p, &Tensor::log1p, [](double x) { return std::log1p(x); }, {-0.8, 2}),
      row(
          "rsqrt", eg::rsqrt, &Tensor::rsqrt, [](double x) { return 1 / std::sqrt(x); },
          kPositive)};
  rows.push_back(row("positive", eg::positive, &Tensor::positive, [](double x) { return x; }));
  rows.back().bools = false;

  rows.push_back(bounded(
      "clamp", "clamp", [](const Tensor& x) { return eg::clamp(x, -0.5, 0.75); },
      [](const Tensor& x) { return x.clamp(-0.5, 0.75); },
      [](double x) { return std::min(std::max(x, -0.5), 0.75); }));
  rows.push_back(bounded(
      "clamp_integers", "clamp", [](const Tensor& x) { return eg::clamp(x, -1, 1); },
      [](const Tensor& x) { return x.clamp(-1, 1); },
      [](double x) { return std::min(std::max(x, -1.0), 1.0); }));
  rows.push_back(bounded(
      "clamp_low", "clamp", [](const Tensor& x) { return eg::clamp(x, -0.5); },
      [](const Tensor& x) { return x.clamp(-0.5); }, [](double x) { return std::max(x, -0.5); }));
  rows.push_back(bounded(
      "clamp_high", "clamp", [](const Tensor& x) { return eg::clamp(x, eg::nullopt, 0.75); },
      [](const Tensor& x) { return x.clamp({}, 0.75); },
      [](double x) { return std::min(x, 0.75); }));
  rows.push_back(bounded(
      "clamp_min", "clamp_min", [](const Tensor& x) { return eg::clamp_min(x, 0.25); },
      [](const Tensor& x) { return x.clamp_min(0.25); },
      [](double x) { return std::max(x, 0.25); }));
  rows.push_back(bounded(
      "clamp_max", "clamp_max", [](const Tensor& x) { return eg::clamp_max(x, 0.25); },
      [](const Tensor& x) { return x.clamp_max(0.25); },
      [](double x) { return std::min(x, 0.25); }));
  const auto also = [&](const std::string& name, Function f, Function in_namespace) {
    auto& spellings = named(rows, name).spellings;
    spellings.push_back({"special_" + name, on1(f)});
    spellings.push_back({name + " of the namespace", on1(in_namespace)});
  };
  also("exp2", eg::special_exp2, eg::special::exp2);
  also("expm1", eg::special_expm1, eg::special::expm1);
  also("log1p", eg::special_log1p, eg::special::log1p);
  also("sinc", eg::special_sinc, eg::special::sinc);
  // |x| of a truth value exists.
  named(rows, "abs").more_dtypes = {"bool"};
  return rows;
}

}  // namespace table
