#include "eigengrad/ops/pointwise/activations.hpp"
#include "ops/table.hpp"

namespace table {
namespace {

using eg::Tensor;

constexpr Range kReal{-2, 2};
constexpr Range kWide{-4, 4};

template <class F, class N>
Row row(const std::string& name, const std::string& function, F f, N naive, Range r = kReal) {
  return {.name = name,
          .function = function,
          .call = on1(f),
          .naive = elements([naive](double x) { return static_cast<double>(naive(x)); }),
          .samples = unary_samples(r),
          .elementwise = true,
          .more_dtypes = {"int64", "bool"}};
}

template <class N>
Row simple(const std::string& name, Tensor (*f)(const Tensor&), N naive, Range r = kReal) {
  return row(name, name, f, naive, r);
}

long double log1p_exp(long double x) { return std::log1p(std::exp(x)); }
long double logistic(long double x) { return 1 / (1 + std::exp(-x)); }
double limited(double x, double low, double high) { return std::min(std::max(x, low), high); }
double leaky(double x, double slope) { return x > 0 ? x : x * slope; }

void add_smooth(Rows& rows) {
  rows.push_back(simple("sigmoid", eg::sigmoid, logistic));
  rows.back().spellings = {{"Tensor::sigmoid", on1([](const Tensor& x) { return x.sigmoid(); })}};
  rows.back().more_dtypes = {};
  rows.push_back(simple(
      "log_sigmoid", eg::log_sigmoid, [](double x) { return -log1p_exp(-x); }, kWide));
  rows.push_back(row(
      "softplus", "softplus", [](const Tensor& x) { return eg::softplus(x); }, log1p_exp, kWide));
  rows.push_back(row(
      "softplus_beta", "softplus", [](const Tensor& x) { return eg::softplus(x, 1.5, 3); },
      [](double x) { return x * 1.5 > 3 ? x : log1p_exp(x * 1.5) / 1.5L; }, kWide));
  rows.push_back(simple(
      "softsign", eg::softsign, [](double x) { return x / (1 + std::abs(x)); }, kWide));
  rows.back().more_dtypes = {"bool"};
  rows.push_back(simple(
      "tanhshrink", eg::tanhshrink,
      [](double x) { return static_cast<long double>(x) - std::tanh(static_cast<long double>(x)); },
      {1, 4}));
  rows.back().more_dtypes = {"bool"};
  rows.push_back(simple(
      "silu", eg::silu, [](double x) { return x * logistic(x); }, kWide));
  rows.push_back(simple(
      "mish", eg::mish, [](double x) { return x * std::tanh(log1p_exp(x)); }, kWide));
  rows.push_back(row(
      "gelu", "gelu", [](const Tensor& x) { return eg::gelu(x); },
      [](double x) { return x * std::erfc(-x * 0.707106781186547524401L) / 2; }, kWide));
  rows.push_back(row(
      "gelu_tanh", "gelu", [](const Tensor& x) { return eg::gelu(x, "tanh"); },
      [](double x) {
        const long double z = x;
        return z * logistic(1.595769121605730711760L * (z + 0.044715L * z * z * z));
      }));
}

/// glu along dimension `d`, counted from the left.
Naive halves_multiplied(std::size_t d) {
  return [d](const Inputs& in) {
    Sizes sizes = in[0].sizes;
    const std::int64_t n = sizes[d] /= 2;
    return Outputs{support::generate(sizes, [&](const Sizes& i) {
      Sizes j = i;
      j[d] += n;
      return static_cast<double>(in[0].at(i) * logistic(in[0].at(j)));
    })};
  };
}

void add_glu(Rows& rows) {
  const Row last{
      .name = "glu",
      .function = "glu",
      .call = on1([](const Tensor& x) { return eg::glu(x); }),
      .naive = [](const Inputs& x) { return halves_multiplied(x[0].sizes.size() - 1)(x); },
      .samples = samples_of({{{3, 4}}, {{2, 3, 2}}, {{6}}, {{0}}, {{0, 2}}}),
      .more_dtypes = {"int64", "bool"}};
  rows.push_back(last);
  rows.push_back(last);
  rows.back().name = "glu_first";
  rows.back().call = on1([](const Tensor& x) { return eg::glu(x, 0); });
  rows.back().naive = halves_multiplied(0);
  rows.back().samples = samples_of({{{4, 3}}, {{2}}, {{2, 3, 2}}});
}

void add_straight(Rows& rows) {
  rows.push_back(simple("relu", eg::relu, [](double x) { return x > 0 ? x : 0; }));
  rows.back().spellings = {{"Tensor::relu", on1([](const Tensor& x) { return x.relu(); })}};
  rows.back().more_dtypes = {"bool"};  // max(x, 0) of a truth value exists
  rows.push_back(simple("relu6", eg::relu6, [](double x) { return limited(x, 0, 6); }, {-4, 9}));
  rows.push_back(row(
      "hardtanh", "hardtanh", [](const Tensor& x) { return eg::hardtanh(x); },
      [](double x) { return limited(x, -1, 1); }));
  rows.push_back(row(
      "hardtanh_bounds", "hardtanh", [](const Tensor& x) { return eg::hardtanh(x, -0.5, 0.75); },
      [](double x) { return limited(x, -0.5, 0.75); }));
  rows.push_back(simple(
      "hardsigmoid", eg::hardsigmoid, [](double x) { return limited(x + 3, 0, 6) / 6; }, kWide));
  rows.push_back(simple(
      "hardswish", eg::hardswish, [](double x) { return x * limited(x + 3, 0, 6) / 6; }, kWide));
  rows.push_back(row(
      "threshold", "threshold", [](const Tensor& x) { return eg::threshold(x, 0.25, -3.0); },
      [](double x) { return x <= 0.25 ? -3.0 : x; }));
  rows.push_back(row(
      "threshold_integers", "threshold", [](const Tensor& x) { return eg::threshold(x, 1, 5); },
      [](double x) { return x <= 1 ? 5 : x; }));
  for (const char* name :
       {"relu6", "hardtanh", "hardtanh_bounds", "threshold", "threshold_integers"}) {
    named(rows, name).bools = false;
    named(rows, name).more_dtypes = {};
  }
  // Of integers, fractions are cut off the bounds.
  for (const char* name : {"hardtanh_bounds", "threshold"}) named(rows, name).integers = false;
  named(rows, "hardsigmoid").without_oracle = "the slope is 1 / 6 rounded to float32 in PyTorch";
  rows.push_back(row(
      "hardshrink", "hardshrink", [](const Tensor& x) { return eg::hardshrink(x); },
      [](double x) { return std::abs(x) <= 0.5 ? 0 : x; }));
  rows.back().spellings = {
      {"Tensor::hardshrink", on1([](const Tensor& x) { return x.hardshrink(); })}};
  rows.push_back(row(
      "softshrink", "softshrink", [](const Tensor& x) { return eg::softshrink(x); },
      [](double x) { return std::abs(x) <= 0.5 ? 0 : x - std::copysign(0.5, x); }));
}

void add_leaky(Rows& rows) {
  rows.push_back(row(
      "leaky_relu", "leaky_relu", [](const Tensor& x) { return eg::leaky_relu(x); },
      [](double x) { return leaky(x, 0.01); }));
  rows.push_back(row(
      "leaky_relu_steep", "leaky_relu", [](const Tensor& x) { return eg::leaky_relu(x, -1.5); },
      [](double x) { return leaky(x, -1.5); }));
  const Row prelu{.name = "prelu",
                  .function = "prelu",
                  .call = on2(eg::prelu),
                  .naive = elements(leaky),
                  .samples = samples_of({{{2, 3}, {1}}, {{3}, {1}}, {{}, {}}, {{0}, {}}}),
                  .spellings = {{"Tensor::prelu",
                                 on2([](const Tensor& x, const Tensor& w) { return x.prelu(w); })}},
                  .more_dtypes = {"int64", "bool"}};
  rows.push_back(prelu);
  rows.push_back(prelu);
  rows.back().name = "prelu_channels";
  rows.back().naive = [](const Inputs& in) {
    return Outputs{support::generate(
        in[0].sizes, [&](const Sizes& i) { return leaky(in[0].at(i), in[1].at({i[1]})); })};
  };
  rows.back().samples = samples_of({{{2, 3}, {3}}, {{2, 3, 2}, {3}}, {{0, 2}, {2}}});
  rows.push_back(row(
      "rrelu", "rrelu", [](const Tensor& x) { return eg::rrelu(x); },
      [](double x) { return leaky(x, (0.125 + 0.3333333333333333) / 2); }));
}

void add_exponential(Rows& rows) {
  const auto elu = [](double x, double alpha, double scale, double inner) {
    return scale * (x > 0 ? x : alpha * std::expm1(x * inner));
  };
  rows.push_back(row(
      "elu", "elu", [](const Tensor& x) { return eg::elu(x); },
      [elu](double x) { return elu(x, 1, 1, 1); }, kWide));
  rows.push_back(row(
      "elu_scales", "elu", [](const Tensor& x) { return eg::elu(x, 1.5, 2, 0.5); },
      [elu](double x) { return elu(x, 1.5, 2, 0.5); }, kWide));
  rows.push_back(row(
      "celu", "celu", [](const Tensor& x) { return eg::celu(x); },
      [elu](double x) { return elu(x, 1, 1, 1); }, kWide));
  rows.push_back(row(
      "celu_alpha", "celu", [](const Tensor& x) { return eg::celu(x, 0.5); },
      [elu](double x) { return elu(x, 0.5, 1, 2); }, kWide));
  rows.push_back(simple(
      "selu", eg::selu,
      [elu](double x) { return elu(x, 1.6732632423543773, 1.0507009873554805, 1); }, kWide));
}

}  // namespace

Rows activation_rows() {
  Rows rows;
  add_smooth(rows);
  add_glu(rows);
  add_straight(rows);
  add_leaky(rows);
  add_exponential(rows);
  return rows;
}

}  // namespace table
