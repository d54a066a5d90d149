#include "eigengrad/ops/pointwise/activations.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/rounding.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "ops/table_inplace.hpp"

namespace table {
namespace {

using eg::Tensor;

using List = std::vector<InplaceRow>;

void add(List& rows, const std::string& name, Member inplace, Function plain, Range r = {-2, 2}) {
  rows.push_back(unary_member(name, inplace, plain, r));
}
/// The same written as a function.
void add(List& rows, const std::string& name, Tensor& (*inplace)(Tensor&), Function plain,
         Range r = {-2, 2}) {
  rows.push_back(unary(name + "as_function", name, inplace, plain, r));
}

/// The samples of the row of `name`; coverage names a function that has no row.
std::vector<Inputs> samples_of_row(const std::string& name) {
  for (const Row& row : all_rows())
    if (row.name == name) return row.samples;
  return unary_samples({0.3, 0.9});
}

/// Both in-place forms of a function with four forms, on the samples that its row has.
void add_forms(List& rows, const std::string& name, Member member, Tensor& (*function)(Tensor&),
               Function plain) {
  add(rows, name + "_", member, plain);
  rows.back().samples = samples_of_row(name);
  add(rows, name + "_", function, plain);
  rows.back().samples = samples_of_row(name);
}

void add_listed(List& rows) {
#define EIGENGRAD_UNARY(name, Rule) add_forms(rows, #name, &Tensor::name##_, eg::name##_, eg::name);
#include "eigengrad/core/members/unary.inc"
#undef EIGENGRAD_UNARY
}

void add_members(List& rows) {
  add(rows, "square_", &Tensor::square_, eg::square);
  add(rows, "floor_", &Tensor::floor_, eg::floor);
  add(rows, "ceil_", &Tensor::ceil_, eg::ceil);
  add(rows, "trunc_", &Tensor::trunc_, eg::trunc);
  add(rows, "round_", static_cast<Member>(&Tensor::round_), eg::round);
  add(rows, "frac_", &Tensor::frac_, eg::frac);
  add(rows, "sign_", &Tensor::sign_, eg::sign);
  add(rows, "sgn_", &Tensor::sgn_, eg::sgn);
  add(rows, "neg_", &Tensor::neg_, eg::neg);
  add(rows, "sigmoid_", &Tensor::sigmoid_, eg::sigmoid);
  add(rows, "relu_", &Tensor::relu_, eg::relu);
  rows.push_back(unary(
      "round_decimals_", "round_", [](Tensor& x) -> Tensor& { return x.round_(1); },
      [](const Tensor& x) { return eg::round(x, 1); }));
  rows.push_back(unary(
      "nan_to_num_", "nan_to_num_", [](Tensor& x) -> Tensor& { return x.nan_to_num_(-4); },
      [](const Tensor& x) { return eg::nan_to_num(x, -4); }));
  rows.push_back(unary(
      "clamp_", "clamp_", [](Tensor& x) -> Tensor& { return x.clamp_(-0.5, 0.75); },
      [](const Tensor& x) { return x.clamp(-0.5, 0.75); }));
}

void add_functions(List& rows) {
  add(rows, "square_", eg::square_, eg::square);
  add(rows, "floor_", eg::floor_, eg::floor);
  add(rows, "ceil_", eg::ceil_, eg::ceil);
  add(rows, "trunc_", eg::trunc_, eg::trunc);
  add(rows, "round_", static_cast<Tensor& (*)(Tensor&)>(eg::round_), eg::round);
  add(rows, "frac_", eg::frac_, eg::frac);
  add(rows, "sigmoid_", eg::sigmoid_, eg::sigmoid);
  add(rows, "relu_", eg::relu_, eg::relu);
  add(rows, "silu_", eg::silu_, eg::silu);
  add(rows, "mish_", eg::mish_, eg::mish);
  add(rows, "relu6_", eg::relu6_, eg::relu6);
  add(rows, "hardsigmoid_", eg::hardsigmoid_, eg::hardsigmoid);
  add(rows, "hardswish_", eg::hardswish_, eg::hardswish);
  add(rows, "selu_", eg::selu_, eg::selu);
  rows.push_back(unary(
      "round_decimals_as_function", "round_", [](Tensor& x) -> Tensor& { return eg::round_(x, 1); },
      [](const Tensor& x) { return eg::round(x, 1); }));
  rows.push_back(unary(
      "nan_to_num_as_function", "nan_to_num_",
      [](Tensor& x) -> Tensor& { return eg::nan_to_num_(x); },
      [](const Tensor& x) { return eg::nan_to_num(x); }));
  rows.push_back(unary(
      "gelu_", "gelu_", [](Tensor& x) -> Tensor& { return eg::gelu_(x); },
      [](const Tensor& x) { return eg::gelu(x); }));
  rows.push_back(unary(
      "gelu_tanh_", "gelu_", [](Tensor& x) -> Tensor& { return eg::gelu_(x, "tanh"); },
      [](const Tensor& x) { return eg::gelu(x, "tanh"); }));
  rows.push_back(unary(
      "hardtanh_", "hardtanh_", [](Tensor& x) -> Tensor& { return eg::hardtanh_(x, -0.5, 0.75); },
      [](const Tensor& x) { return eg::hardtanh(x, -0.5, 0.75); }));
  rows.push_back(unary(
      "threshold_", "threshold_",
      [](Tensor& x) -> Tensor& { return eg::threshold_(x, 0.25, -3.0); },
      [](const Tensor& x) { return eg::threshold(x, 0.25, -3.0); }));
  rows.push_back(unary(
      "leaky_relu_", "leaky_relu_", [](Tensor& x) -> Tensor& { return eg::leaky_relu_(x, 0.25); },
      [](const Tensor& x) { return eg::leaky_relu(x, 0.25); }));
  rows.push_back(unary(
      "rrelu_", "rrelu_", [](Tensor& x) -> Tensor& { return eg::rrelu_(x); },
      [](const Tensor& x) { return eg::rrelu(x); }));
  rows.push_back(unary(
      "elu_", "elu_", [](Tensor& x) -> Tensor& { return eg::elu_(x, 1.5, 2, 0.5); },
      [](const Tensor& x) { return eg::elu(x, 1.5, 2, 0.5); }));
  rows.push_back(unary(
      "celu_", "celu_", [](Tensor& x) -> Tensor& { return eg::celu_(x, 0.5); },
      [](const Tensor& x) { return eg::celu(x, 0.5); }));
}

}  // namespace

void add_unary_inplace(std::vector<InplaceRow>& rows) {
  add_listed(rows);
  add_members(rows);
  add_functions(rows);
}

}  // namespace table
