#include "table_inplace.hpp"

namespace table {
namespace {

using eg::Tensor;

constexpr Range kReal{-2, 2};
constexpr Range kPositive{0.3, 2.5};

void add_numbers(std::vector<InplaceRow>& rows) {
  rows.push_back(binary(
      "add_", "add_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.add_(o); },
      [](const Tensor& x, const Tensor& o) { return x + o; }));
  rows.push_back(binary(
      "add_scaled_", "add_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.add_(o, -2.5); },
      [](const Tensor& x, const Tensor& o) { return eg::add(x, o, -2.5); }));
  rows.push_back(unary(
      "add_number_", "add_", [](Tensor& x) -> Tensor& { return x.add_(1.5, 2); },
      [](const Tensor& x) { return x + 3; }));
  rows.push_back(binary(
      "plus_equals", "operator+=", [](Tensor& x, const Tensor& o) -> Tensor& { return x += o; },
      [](const Tensor& x, const Tensor& o) { return x + o; }));
  rows.push_back(unary(
      "plus_equals_number", "operator+=", [](Tensor& x) -> Tensor& { return x += 0.5; },
      [](const Tensor& x) { return x + 0.5; }));
  rows.push_back(binary(
      "sub_", "sub_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.sub_(o); },
      [](const Tensor& x, const Tensor& o) { return x - o; }));
  rows.push_back(binary(
      "sub_scaled_", "sub_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.sub_(o, 3); },
      [](const Tensor& x, const Tensor& o) { return eg::sub(x, o, 3); }));
  rows.push_back(unary(
      "sub_number_", "sub_", [](Tensor& x) -> Tensor& { return x.sub_(1.5, 2); },
      [](const Tensor& x) { return x - 3; }));
  rows.push_back(binary(
      "minus_equals", "operator-=", [](Tensor& x, const Tensor& o) -> Tensor& { return x -= o; },
      [](const Tensor& x, const Tensor& o) { return x - o; }));
  rows.push_back(unary(
      "minus_equals_number", "operator-=", [](Tensor& x) -> Tensor& { return x -= 0.5; },
      [](const Tensor& x) { return x - 0.5; }));
  rows.push_back(binary(
      "mul_", "mul_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.mul_(o); },
      [](const Tensor& x, const Tensor& o) { return x * o; }));
  rows.push_back(unary(
      "mul_number_", "mul_", [](Tensor& x) -> Tensor& { return x.mul_(-2.5); },
      [](const Tensor& x) { return x * -2.5; }));
  rows.push_back(binary(
      "times_equals", "operator*=", [](Tensor& x, const Tensor& o) -> Tensor& { return x *= o; },
      [](const Tensor& x, const Tensor& o) { return x * o; }));
  rows.push_back(unary(
      "times_equals_number", "operator*=", [](Tensor& x) -> Tensor& { return x *= 3; },
      [](const Tensor& x) { return x * 3; }));
  rows.push_back(binary(
      "div_", "div_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.div_(o); },
      [](const Tensor& x, const Tensor& o) { return x / o; }, kReal, kPositive));
  rows.push_back(unary(
      "div_number_", "div_", [](Tensor& x) -> Tensor& { return x.div_(4); },
      [](const Tensor& x) { return x / 4; }));
  rows.push_back(binary(
      "divide_equals", "operator/=", [](Tensor& x, const Tensor& o) -> Tensor& { return x /= o; },
      [](const Tensor& x, const Tensor& o) { return x / o; }, kReal, kPositive));
  rows.push_back(unary(
      "divide_equals_number", "operator/=", [](Tensor& x) -> Tensor& { return x /= -0.5; },
      [](const Tensor& x) { return x / -0.5; }));
  rows.push_back(binary(
      "pow_", "pow_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.pow_(o); },
      [](const Tensor& x, const Tensor& o) { return eg::pow(x, o); }, kPositive, {0.1, 2}));
  rows.push_back(unary(
      "pow_number_", "pow_", [](Tensor& x) -> Tensor& { return x.pow_(3); },
      [](const Tensor& x) { return eg::pow(x, 3); }));
}

}  // namespace

void add_arithmetic_inplace(std::vector<InplaceRow>& rows) { add_numbers(rows); }

}  // namespace table
