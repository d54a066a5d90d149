#include "table.hpp"

namespace table {
namespace {

using eg::Tensor;
using Others = const variable_list&;

constexpr Range kReal{-2, 2};
constexpr Range kPositive{0.3, 2.5};

/// self keeps its shape, so it is the larger of the two.
std::vector<Inputs> growing_samples(Range a, Range b) {
  std::vector<Inputs> samples;
  const std::pair<Sizes, Sizes> shapes[] = {{{3, 4}, {3, 4}}, {{3, 4}, {4}},       {{3, 4}, {3, 1}},
                                            {{3}, {}},        {{2, 3, 2}, {3, 1}}, {{}, {}},
                                            {{0, 3}, {3}},    {{1}, {1}}};
  for (const auto& [s, t] : shapes)
    samples.push_back(
        {support::uniform(s, a.low, a.high, 31), support::uniform(t, b.low, b.high, 32)});
  return samples;
}

template <class F, class G>
InplaceRow unary(std::string name, std::string function, F inplace, G plain, Range r = kReal) {
  return {std::move(name), std::move(function),
          [inplace](Tensor& x, Others) -> Tensor& { return inplace(x); },
          [plain](const Tensor& x, Others) { return plain(x); }, unary_samples(r)};
}

template <class F, class G>
InplaceRow binary(std::string name, std::string function, F inplace, G plain, Range a = kReal,
                  Range b = kReal) {
  return {std::move(name), std::move(function),
          [inplace](Tensor& x, Others o) -> Tensor& { return inplace(x, o[0]); },
          [plain](const Tensor& x, Others o) { return plain(x, o[0]); }, growing_samples(a, b)};
}

using Member = Tensor& (Tensor::*)();
using Function = Tensor (*)(const Tensor&);

InplaceRow unary_member(const std::string& name, Member inplace, Function plain, Range r = kReal) {
  return unary(
      name, name, [inplace](Tensor& x) -> Tensor& { return (x.*inplace)(); }, plain, r);
}

void add_arithmetic(std::vector<InplaceRow>& rows) {
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

void add_elementwise(std::vector<InplaceRow>& rows) {
  rows.push_back(unary_member("neg_", &Tensor::neg_, eg::neg));
  rows.push_back(unary_member("abs_", &Tensor::abs_, eg::abs));
  rows.push_back(unary_member("exp_", &Tensor::exp_, eg::exp));
  rows.push_back(unary_member("log_", &Tensor::log_, eg::log, kPositive));
  rows.push_back(unary_member("sqrt_", &Tensor::sqrt_, eg::sqrt, kPositive));
  rows.push_back(unary_member("square_", &Tensor::square_, eg::square));
  rows.push_back(unary_member("reciprocal_", &Tensor::reciprocal_, eg::reciprocal, kPositive));
  rows.push_back(unary_member("sin_", &Tensor::sin_, eg::sin));
  rows.push_back(unary_member("cos_", &Tensor::cos_, eg::cos));
  rows.push_back(unary_member("tanh_", &Tensor::tanh_, eg::tanh));
  rows.push_back(unary_member("sigmoid_", &Tensor::sigmoid_, eg::sigmoid));
  rows.push_back(unary_member("relu_", &Tensor::relu_, eg::relu));
  rows.push_back(unary(
      "clamp_", "clamp_", [](Tensor& x) -> Tensor& { return x.clamp_(-0.5, 0.75); },
      [](const Tensor& x) { return x.clamp(-0.5, 0.75); }));
}

void add_overwriting(std::vector<InplaceRow>& rows) {
  rows.push_back(unary(
      "zero_", "zero_", [](Tensor& x) -> Tensor& { return x.zero_(); },
      [](const Tensor& x) { return x * 0; }));
  rows.push_back(unary(
      "fill_", "fill_", [](Tensor& x) -> Tensor& { return x.fill_(2.5); },
      [](const Tensor& x) { return x * 0 + 2.5; }));
  InplaceRow fill = binary(
      "fill_with_tensor_", "fill_",
      [](Tensor& x, const Tensor& o) -> Tensor& { return x.fill_(o); },
      [](const Tensor& x, const Tensor& o) { return x * 0 + o; });
  fill.samples = samples_of({{{3, 4}, {}}, {{}, {}}, {{0}, {}}});
  rows.push_back(fill);
  rows.push_back(binary(
      "copy_", "copy_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.copy_(o); },
      [](const Tensor& x, const Tensor& o) { return x * 0 + o; }));
  using eg::indexing::None;
  using eg::indexing::Slice;
  InplaceRow put = binary(
      "index_put_", "index_put_",
      [](Tensor& x, const Tensor& o) -> Tensor& { return x.index_put_({Slice(None, None, 2)}, o); },
      [](const Tensor& x, const Tensor& o) {
        const eg::Tensor even = (eg::arange(x.size(0)).reshape({-1, 1}) * 0.5);
        const eg::Tensor picked = even == even.to(eg::kInt64);
        return eg::where(picked, o, x);
      });
  put.samples = samples_of({{{3, 4}, {4}}, {{4, 2}, {}}, {{1, 3}, {1, 3}}});
  rows.push_back(put);
  InplaceRow put_number = unary(
      "index_put_number_", "index_put_",
      [](Tensor& x) -> Tensor& {
        return x.index_put_({eg::tensor({0, 2})}, eg::Scalar(0.5), true);
      },
      [](const Tensor& x) {
        return x + eg::tensor({{0.5}, {0.0}, {0.5}});
      });
  put_number.samples = samples_of({{{3, 4}}, {{3, 1}}});
  rows.push_back(put_number);
}

}  // namespace

std::vector<InplaceRow> inplace_rows() {
  std::vector<InplaceRow> rows;
  add_arithmetic(rows);
  add_elementwise(rows);
  add_overwriting(rows);
  return rows;
}

}  // namespace table
