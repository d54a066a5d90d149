#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/pointwise/division.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "ops/table_inplace.hpp"

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

/// An in-place form with a tensor, with a number, or both.
template <class F, class G>
void add_pair(std::vector<InplaceRow>& rows, const std::string& name, F inplace, G plain,
              Range a = kReal, Range b = kReal) {
  rows.push_back(binary(
      name, name, [inplace](Tensor& x, const Tensor& o) -> Tensor& { return inplace(x, o); },
      [plain](const Tensor& x, const Tensor& o) { return plain(x, o); }, a, b));
}
template <class F, class G>
void add_number(std::vector<InplaceRow>& rows, const std::string& name, F inplace, G plain,
                Range r = kReal) {
  const eg::Scalar number = -1.5;
  rows.push_back(unary(
      name + "_number", name, [=](Tensor& x) -> Tensor& { return inplace(x, number); },
      [=](const Tensor& x) { return plain(x, number); }, r));
}

void add_divisions(std::vector<InplaceRow>& rows) {
  const auto add = [&](const std::string& name, auto inplace, auto plain) {
    add_pair(rows, name, inplace, plain, kReal, kPositive);
    add_number(rows, name, inplace, plain);
  };
  for (const char* mode : {"floor", "trunc"}) {
    const auto divide = [mode](Tensor& x, const auto& o) -> Tensor& { return x.div_(o, mode); };
    const auto plain = [mode](const Tensor& x, const auto& o) { return eg::div(x, o, mode); };
    rows.push_back(
        binary(std::string("div_by_tensor_") + mode, "div_", divide, plain, kReal, kPositive));
    rows.push_back(unary(
        std::string("div_by_number_") + mode, "div_",
        [=](Tensor& x) -> Tensor& { return divide(x, eg::Scalar(-1.5)); },
        [=](const Tensor& x) { return plain(x, eg::Scalar(-1.5)); }));
  }
  add(
      "floor_divide_", [](Tensor& x, const auto& o) -> Tensor& { return x.floor_divide_(o); },
      [](const Tensor& x, const auto& o) { return eg::floor_divide(x, o); });
  add(
      "true_divide_", [](Tensor& x, const auto& o) -> Tensor& { return x.true_divide_(o); },
      [](const Tensor& x, const auto& o) { return eg::true_divide(x, o); });
  add(
      "fmod_", [](Tensor& x, const auto& o) -> Tensor& { return x.fmod_(o); },
      [](const Tensor& x, const auto& o) { return eg::fmod(x, o); });
  add(
      "remainder_", [](Tensor& x, const auto& o) -> Tensor& { return x.remainder_(o); },
      [](const Tensor& x, const auto& o) { return eg::remainder(x, o); });
}

void add_pairs(std::vector<InplaceRow>& rows) {
  add_pair(
      rows, "atan2_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.atan2_(o); }, eg::atan2);
  add_pair(
      rows, "hypot_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.hypot_(o); }, eg::hypot);
  add_pair(
      rows, "ldexp_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.ldexp_(o); }, eg::ldexp);
  const auto copysign = [](Tensor& x, const auto& o) -> Tensor& { return x.copysign_(o); };
  const auto plain = [](const Tensor& x, const auto& o) { return eg::copysign(x, o); };
  add_pair(rows, "copysign_", copysign, plain);
  add_number(rows, "copysign_", copysign, plain);
}

void add_bounds(std::vector<InplaceRow>& rows) {
  const auto add = [&](const std::string& name, auto inplace, auto plain) {
    add_pair(rows, name, inplace, plain);
    add_number(rows, name, inplace, plain);
  };
  add(
      "clamp_min_", [](Tensor& x, const auto& o) -> Tensor& { return x.clamp_min_(o); },
      [](const Tensor& x, const auto& o) { return eg::clamp_min(x, o); });
  add(
      "clamp_max_", [](Tensor& x, const auto& o) -> Tensor& { return x.clamp_max_(o); },
      [](const Tensor& x, const auto& o) { return eg::clamp_max(x, o); });
  rows.push_back(binary(
      "clamp_low_tensor_", "clamp_",
      [](Tensor& x, const Tensor& o) -> Tensor& { return x.clamp_(o); },
      [](const Tensor& x, const Tensor& o) { return x.clamp(o); }));
  rows.push_back(binary(
      "clamp_high_tensor_", "clamp_",
      [](Tensor& x, const Tensor& o) -> Tensor& { return x.clamp_({}, o); },
      [](const Tensor& x, const Tensor& o) { return x.clamp({}, o); }));
}

/// self and two others that broadcast to it.
std::vector<Inputs> triples(Range last = kReal) {
  std::vector<Inputs> samples =
      samples_of({{{3, 4}, {3, 4}, {3, 4}}, {{3, 4}, {4}, {3, 1}}, {{}, {}, {}}, {{0}, {1}, {0}}});
  for (Inputs& x : samples) x[2] = support::uniform(x[2].sizes, last.low, last.high, 41);
  return samples;
}

void add_combinations(std::vector<InplaceRow>& rows) {
  const auto add = [&](const std::string& name, const std::string& function, auto inplace,
                       auto plain, Range last = kReal) {
    rows.push_back({name, function,
                    [inplace](Tensor& x, Others o) -> Tensor& { return inplace(x, o[0], o[1]); },
                    [plain](const Tensor& x, Others o) { return plain(x, o[0], o[1]); },
                    triples(last)});
  };
  rows.push_back(binary(
      "lerp_number_", "lerp_",
      [](Tensor& x, const Tensor& o) -> Tensor& { return x.lerp_(o, 0.25); },
      [](const Tensor& x, const Tensor& o) { return x.lerp(o, 0.25); }));
  add(
      "lerp_", "lerp_",
      [](Tensor& x, const Tensor& b, const Tensor& w) -> Tensor& { return x.lerp_(b, w); },
      [](const Tensor& x, const Tensor& b, const Tensor& w) { return x.lerp(b, w); }, {0, 1});
  add(
      "clamp_tensors_", "clamp_",
      [](Tensor& x, const Tensor& low, const Tensor& high) -> Tensor& {
        return x.clamp_(low, high);
      },
      [](const Tensor& x, const Tensor& low, const Tensor& high) { return x.clamp(low, high); },
      {0, 2});
  add(
      "addcmul_", "addcmul_",
      [](Tensor& x, const Tensor& b, const Tensor& c) -> Tensor& { return x.addcmul_(b, c, 0.5); },
      [](const Tensor& x, const Tensor& b, const Tensor& c) { return x.addcmul(b, c, 0.5); });
  add(
      "addcdiv_", "addcdiv_",
      [](Tensor& x, const Tensor& b, const Tensor& c) -> Tensor& { return x.addcdiv_(b, c, -2); },
      [](const Tensor& x, const Tensor& b, const Tensor& c) { return x.addcdiv(b, c, -2); },
      kPositive);
}

}  // namespace

void add_arithmetic_inplace(std::vector<InplaceRow>& rows) {
  add_numbers(rows);
  add_divisions(rows);
  add_pairs(rows);
  add_bounds(rows);
  add_combinations(rows);
}

}  // namespace table
