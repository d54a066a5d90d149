#include <algorithm>
#include <cmath>
#include <limits>

#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "ops/table.hpp"

namespace table {
namespace {

using eg::Scalar;
using eg::Tensor;
using Function = Tensor (*)(const Tensor&, const Tensor&);
using Member = Tensor (Tensor::*)(const Tensor&) const;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr Range kReal{-2, 2};

template <class N>
Row row(const std::string& name, Function f, Member member, N naive, Range a = kReal,
        Range b = kReal) {
  return {.name = name,
          .function = name,
          .call = on2(f),
          .naive = elements(naive),
          .samples = binary_samples(a, b),
          .spellings = {{"Tensor::" + name, on2([member](const Tensor& x, const Tensor& y) {
                           return (x.*member)(y);
                         })}},
          .elementwise = true};
}

/// Three inputs in shapes that broadcast.
std::vector<Inputs> triples(Range third = kReal) {
  std::vector<Inputs> samples = samples_of({{{3, 4}, {3, 4}, {3, 4}},
                                            {{3, 4}, {4}, {3, 1}},
                                            {{2}, {3, 1}, {}},
                                            {{}, {}, {}},
                                            {{0}, {1}, {0}}});
  for (Inputs& x : samples) x[2] = support::uniform(x[2].sizes, third.low, third.high, 40);
  return samples;
}

/// The pairs of some numbers at which functions of two have their edges.
Inputs edges() {
  const std::vector<double> v{-kInf, -3, -1, -0.0, 0, 0x1p-1074, 0.5, 2, kInf, kNan};
  return {Array({10, 1}, v), Array({10}, v)};
}

double log_sum(double a, double b) {
  if (a == b) return a + std::log(2.0);
  return std::isnan(a) || std::isnan(b) ? kNan
                                        : std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}
double log2_sum(double a, double b) {
  if (a == b) return a + 1;
  return std::isnan(a) || std::isnan(b)
             ? kNan
             : std::max(a, b) + std::log1p(std::exp2(-std::abs(a - b))) / std::log(2.0);
}
double larger(double a, double b) { return std::isnan(b) || a >= b ? a : b; }
double smaller(double a, double b) { return std::isnan(b) || a <= b ? a : b; }
/// NaN when either is.
double at_least(double a, double b) { return std::isnan(a) || a >= b ? a : b; }
double at_most(double a, double b) { return std::isnan(a) || a <= b ? a : b; }

void add_pairs(Rows& rows) {
  rows.push_back(
      row("atan2", eg::atan2, &Tensor::atan2, [](double a, double b) { return std::atan2(a, b); }));
  rows.push_back(
      row("hypot", eg::hypot, &Tensor::hypot, [](double a, double b) { return std::hypot(a, b); }));
  rows.push_back(row("copysign", static_cast<Function>(eg::copysign),
                     static_cast<Member>(&Tensor::copysign),
                     [](double a, double b) { return std::copysign(a, b); }));
  rows.back().naive = [](const Inputs& x) {
    const bool has_negative_zero = eg::is_floating_point(x[1].dtype);
    return elements(
        [=](double a, double b) { return std::copysign(a, has_negative_zero ? b : b + 0.0); })(x);
  };
  rows.push_back(
      row("ldexp", eg::ldexp, &Tensor::ldexp, [](double a, double b) { return a * std::exp2(b); }));
  rows.push_back(row("fmax", eg::fmax, &Tensor::fmax, larger));
  rows.push_back(row("fmin", eg::fmin, &Tensor::fmin, smaller));
  for (const char* name : {"atan2", "hypot", "copysign", "fmax", "fmin"})
    named(rows, name).values_only = {edges()};
  // From 0 up the sum does not cancel.
  rows.push_back(row("logaddexp", eg::logaddexp, &Tensor::logaddexp, log_sum, {0, 2}, {0, 2}));
  rows.push_back(row("logaddexp2", eg::logaddexp2, &Tensor::logaddexp2, log2_sum, {0, 2}, {0, 2}));
  for (const char* name : {"logaddexp", "logaddexp2"}) {
    named(rows, name).values_only = {edges()};
    named(rows, name).more_dtypes = {"int64", "bool"};
  }
  named(rows, "hypot").more_dtypes = {"int64", "bool"};
  named(rows, "ldexp").other_nodes = {"LdexpBackward0"};

  rows.push_back(
      {.name = "copysign_number",
       .function = "copysign",
       .call = on1([](const Tensor& a) { return eg::copysign(a, -0.0); }),
       .naive = elements([](double a) { return -std::abs(a); }),
       .samples = unary_samples(kReal),
       .spellings = {{"Tensor::copysign", on1([](const Tensor& a) { return a.copysign(-1.0); })}},
       .elementwise = true,
       .other_nodes = {"CopysignBackward0"}});
  rows.push_back({.name = "nextafter",
                  .function = "nextafter",
                  .call = on2(eg::nextafter),
                  .naive =
                      [](const Inputs& x) {
                        const bool is_float = x[0].dtype == eg::kFloat32;
                        return elements([is_float](double a, double b) {
                          if (!is_float) return std::nextafter(a, b);
                          return static_cast<double>(
                              std::nextafter(static_cast<float>(a), static_cast<float>(b)));
                        })(x);
                      },
                  .samples = binary_samples(kReal, kReal),
                  .values_only = {edges()},
                  .spellings = {{"Tensor::nextafter", on2([](const Tensor& a, const Tensor& b) {
                                   return a.nextafter(b);
                                 })}},
                  .differentiable = false,
                  .elementwise = true,
                  .more_dtypes = {"int64", "bool"}});
}

void add_bounds(Rows& rows) {
  using eg::nullopt;
  rows.push_back(
      {.name = "clamp_tensors",
       .function = "clamp",
       .call = on3([](const Tensor& x, const Tensor& low, const Tensor& high) {
         return eg::clamp(x, low, high);
       }),
       .naive = elements(
           [](double x, double low, double high) { return at_most(at_least(x, low), high); }),
       .samples = triples({0, 2}),
       .spellings = {{"Tensor::clamp", on3([](const Tensor& x, const Tensor& low,
                                              const Tensor& high) { return x.clamp(low, high); })}},
       .elementwise = true,
       .more_dtypes = {"bool"}});
  const auto add = [&](const std::string& name, const std::string& function, auto f, auto member,
                       double (*naive)(double, double)) {
    rows.push_back({.name = name,
                    .function = function,
                    .call = on2(f),
                    .naive = elements(naive),
                    .samples = binary_samples(kReal, kReal),
                    .spellings = {{"Tensor::" + function, on2(member)}},
                    .elementwise = true});
  };
  add(
      "clamp_low_tensor", "clamp",
      [](const Tensor& x, const Tensor& low) { return eg::clamp(x, low); },
      [](const Tensor& x, const Tensor& low) { return x.clamp(low); }, at_least);
  add(
      "clamp_high_tensor", "clamp",
      [](const Tensor& x, const Tensor& high) { return eg::clamp(x, eg::OptionalTensor(), high); },
      [](const Tensor& x, const Tensor& high) { return x.clamp({}, high); }, at_most);
  add(
      "clamp_min_tensor", "clamp_min",
      [](const Tensor& x, const Tensor& low) { return eg::clamp_min(x, low); },
      [](const Tensor& x, const Tensor& low) { return x.clamp_min(low); }, at_least);
  add(
      "clamp_max_tensor", "clamp_max",
      [](const Tensor& x, const Tensor& high) { return eg::clamp_max(x, high); },
      [](const Tensor& x, const Tensor& high) { return x.clamp_max(high); }, at_most);
}

void add_combinations(Rows& rows) {
  for (const double w : {0.25, 0.75})
    rows.push_back(
        {.name = w < 0.5 ? "lerp_low" : "lerp_high",
         .function = "lerp",
         .call = on2([w](const Tensor& a, const Tensor& b) { return eg::lerp(a, b, w); }),
         .naive = elements(
             [w](double a, double b) { return w < 0.5 ? a + (b - a) * w : b - (b - a) * (1 - w); }),
         .samples = binary_samples({0, 2}, {3, 6}),
         .spellings = {{"Tensor::lerp",
                        on2([w](const Tensor& a, const Tensor& b) { return a.lerp(b, w); })}},
         .elementwise = true,
         .more_dtypes = {"int64", "bool"}});
  rows.push_back(
      {.name = "lerp",
       .function = "lerp",
       .call =
           on3([](const Tensor& a, const Tensor& b, const Tensor& w) { return eg::lerp(a, b, w); }),
       .naive = elements([](double a, double b, double w) {
         return std::abs(w) < 0.5 ? a + w * (b - a) : b - (b - a) * (1 - w);
       }),
       .samples = triples({0, 1}),
       .spellings = {{"Tensor::lerp", on3([](const Tensor& a, const Tensor& b, const Tensor& w) {
                        return a.lerp(b, w);
                      })}},
       .more_dtypes = {"int64", "bool"}});
  const auto add = [&](const std::string& name, auto f, auto member, auto naive, Range third) {
    rows.push_back({.name = name,
                    .function = name,
                    .call = on3(f),
                    .naive = elements(naive),
                    .samples = triples(third),
                    .spellings = {{"Tensor::" + name, on3(member)}},
                    .bools = false});
  };
  add(
      "addcmul",
      [](const Tensor& a, const Tensor& b, const Tensor& c) { return eg::addcmul(a, b, c, 2); },
      [](const Tensor& a, const Tensor& b, const Tensor& c) { return a.addcmul(b, c, 2); },
      [](double a, double b, double c) { return a + 2 * b * c; }, kReal);
  add(
      "addcdiv",
      [](const Tensor& a, const Tensor& b, const Tensor& c) { return eg::addcdiv(a, b, c, -0.5); },
      [](const Tensor& a, const Tensor& b, const Tensor& c) { return a.addcdiv(b, c, -0.5); },
      [](double a, double b, double c) { return a - 0.5 * b / c; }, {0.3, 2.5});
  named(rows, "addcdiv").integers = false;
}

}  // namespace

Rows binary_rows() {
  Rows rows;
  add_pairs(rows);
  add_bounds(rows);
  add_combinations(rows);
  return rows;
}

}  // namespace table
