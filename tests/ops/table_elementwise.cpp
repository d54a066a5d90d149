#include "table.hpp"

namespace table {
namespace {

using eg::Tensor;
using Function = Tensor (*)(const Tensor&);
using Member = Tensor (Tensor::*)() const;

constexpr Range kReal{-2, 2};
constexpr Range kPositive{0.3, 2.5};

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
  Rows rows{row("abs", eg::abs, &Tensor::abs, [](double x) { return std::abs(x); }),
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
            row("sigmoid", eg::sigmoid, &Tensor::sigmoid,
                [](double x) { return 1 / (1 + std::exp(-x)); }),
            row("relu", eg::relu, &Tensor::relu, [](double x) { return x > 0 ? x : 0; })};

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
  // |x| and max(x, 0) of a truth value exist.
  named(rows, "abs").more_dtypes = {"bool"};
  named(rows, "relu").more_dtypes = {"bool"};
  return rows;
}

}  // namespace table
