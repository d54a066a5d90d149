#include <limits>

#include "autograd/support.hpp"

/// Section V of the specification: what gradients are where functions have none, and dtypes.
namespace autograd_test {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Row {
  const char* name;
  std::function<Tensor(const Tensor&)> f;
  Tensor at;
  Tensor slope;
};

/// Compares the gradient of the sum of f at a point, by the fast path and by the recorded one.
void check_slopes(const std::vector<Row>& rows) {
  for (const Row& row : rows) BOOST_TEST_CONTEXT(row.name) {
      const Tensor x = row.at.clone().requires_grad_();
      BOOST_TEST(equals(ag::grad({row.f(x).sum()}, {x})[0], row.slope));
      BOOST_TEST(equals(ag::grad({row.f(x).sum()}, {x}, {}, true, true)[0], row.slope));
    }
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(V1_ties, Balanced) {
  const double third = 1.0 / 3;
  const Tensor two = eg::tensor({1.0, 3.0, 3.0});
  check_slopes({
      {"max", [](auto& x) { return x.max(); }, eg::tensor({1.0, 3.0, 3.0, 3.0}),
       eg::tensor({0.0, third, third, third})},
      {"min", [](auto& x) { return x.min(); }, eg::tensor({1.0, 1.0, 3.0}),
       eg::tensor({0.5, 0.5, 0.0})},
      {"max of NaN", [](auto& x) { return x.max(); }, eg::tensor({nan, nan}),
       eg::tensor({0.5, 0.5})},
      {"max with NaN", [](auto& x) { return x.max(); }, eg::tensor({1.0, nan, 3.0, nan}),
       eg::tensor({0.0, 0.5, 0.0, 0.5})},
      {"max along a dimension", [](auto& x) { return std::get<0>(x.max(0)); }, two,
       eg::tensor({0.0, 1.0, 0.0})},
      {"min along a dimension", [](auto& x) { return std::get<0>(x.min(0)); },
       eg::tensor({1.0, 1.0, 3.0}), eg::tensor({1.0, 0.0, 0.0})},
      {"maximum", [&](auto& x) { return x.maximum(eg::full({3}, 2.0)); },
       eg::tensor({1.0, 2.0, 3.0}), eg::tensor({0.0, 0.5, 1.0})},
      {"minimum", [&](auto& x) { return x.minimum(eg::full({3}, 2.0)); },
       eg::tensor({1.0, 2.0, 3.0}), eg::tensor({1.0, 0.5, 0.0})},
      {"maximum with itself", [](auto& x) { return x.maximum(x); }, two,
       eg::tensor({1.0, 1.0, 1.0})},
  });
}

BOOST_FIXTURE_TEST_CASE(V2_kinks, Balanced) {
  check_slopes({
      {"abs", [](auto& x) { return x.abs(); }, eg::tensor({-1.0, 0.0, -0.0, 2.0}),
       eg::tensor({-1.0, 0.0, 0.0, 1.0})},
      {"relu", [](auto& x) { return x.relu(); }, eg::tensor({-1.0, 0.0, 2.0}),
       eg::tensor({0.0, 0.0, 1.0})},
      {"clamp", [](auto& x) { return x.clamp(0.0, 1.0); }, eg::tensor({-1.0, 0.0, 0.5, 1.0, 2.0}),
       eg::tensor({0.0, 0.0, 1.0, 0.0, 0.0})},
      {"clamp_min", [](auto& x) { return x.clamp_min(0.0); }, eg::tensor({-1.0, 0.0, 1.0}),
       eg::tensor({0.0, 0.0, 1.0})},
      {"clamp_max", [](auto& x) { return x.clamp_max(0.0); }, eg::tensor({-1.0, 0.0, 1.0}),
       eg::tensor({1.0, 0.0, 0.0})},
      {"sqrt", [](auto& x) { return x.sqrt(); }, eg::tensor({0.0, 4.0}), eg::tensor({inf, 0.25})},
      {"x**0", [](auto& x) { return x.pow(0); }, eg::tensor({0.0, 1.0, inf, nan}),
       eg::tensor({0.0, 0.0, 0.0, 0.0})},
      {"x**0.5", [](auto& x) { return x.pow(0.5); }, eg::tensor({0.0, 4.0}),
       eg::tensor({inf, 0.25})},
      {"pow in the base",
       [](auto& x) {
         return x.pow(eg::tensor({0.0, 1.0, -1.0, 2.0}));
       },
       eg::zeros({4}), eg::tensor({0.0, 1.0, -inf, 0.0})},
      {"pow in the exponent", [](auto& x) { return eg::pow(eg::zeros({4}), x); },
       eg::tensor({0.0, 1.0, -1.0, 2.0}), eg::tensor({0.0, 0.0, -inf, 0.0})},
      {"0**y", [](auto& x) { return eg::pow(0.0, x); }, eg::tensor({-1.0, 0.0, 1.0}),
       eg::tensor({-inf, 0.0, 0.0})},
      {"pow of negative numbers in the exponent",
       [](auto& x) {
         return eg::pow(eg::tensor({-2.0, -2.0}), x);
       },
       eg::tensor({2.0, 3.0}), eg::tensor({nan, nan})},
      {"log", [](auto& x) { return x.log(); }, eg::tensor({0.0, 2.0}), eg::tensor({inf, 0.5})},
      {"a chosen branch hides no NaN of the other",
       [](auto& x) { return eg::where(x > 0, x.log(), 0.0); }, eg::tensor({0.0, 1.0}),
       eg::tensor({nan, 1.0})},
      {"an infinite cotangent of a branch not chosen",
       [](auto& x) { return eg::where(x > 1, x, 0.0).sqrt(); }, eg::tensor({0.0, 4.0}),
       eg::tensor({0.0, 0.25})},
      {"tanh far out", [](auto& x) { return x.tanh(); }, eg::tensor({1000.0, -1000.0}),
       eg::tensor({0.0, 0.0})},
      {"sigmoid far out", [](auto& x) { return x.sigmoid(); }, eg::tensor({1000.0, -1000.0}),
       eg::tensor({0.0, 0.0})},
      {"exp far out", [](auto& x) { return x.exp(); }, eg::tensor({1000.0, -1000.0}),
       eg::tensor({inf, 0.0})},
      {"1/x", [](auto& x) { return x.reciprocal(); }, eg::tensor({0.0, 2.0}),
       eg::tensor({-inf, -0.25})},
  });
}

BOOST_FIXTURE_TEST_CASE(V3_products_with_zeros, Balanced) {
  const auto all = [](const Tensor& x) { return x.prod(); };
  const auto rows = [](const Tensor& x) { return x.prod(1); };
  check_slopes({
      {"none", all, eg::tensor({2.0, 3.0, 4.0}), eg::tensor({12.0, 8.0, 6.0})},
      {"one", all, eg::tensor({2.0, 0.0, 4.0}), eg::tensor({0.0, 8.0, 0.0})},
      {"two", all, eg::tensor({0.0, 0.0, 4.0}), eg::tensor({0.0, 0.0, 0.0})},
      {"rows", rows, eg::tensor({{2.0, 3.0}, {0.0, 5.0}, {0.0, 0.0}}),
       eg::tensor({{3.0, 2.0}, {5.0, 0.0}, {0.0, 0.0}})},
  });
  // Two zeros: the second derivative between them is the product of the rest.
  const Tensor x = eg::tensor({0.0, 0.0, 4.0}, tracked);
  const Tensor g = ag::grad({x.prod()}, {x}, {}, true, true)[0];
  BOOST_TEST(equals(ag::grad({g[0]}, {x})[0], {0.0, 4.0, 0.0}));
}

BOOST_FIXTURE_TEST_CASE(V4_no_variance, Balanced) {
  check_slopes({
      {"std", [](auto& x) { return x.std(); }, eg::full({3}, 2.0), eg::zeros({3})},
      {"std along a dimension", [](auto& x) { return x.std(1); }, eg::full({2, 3}, 2.0),
       eg::zeros({2, 3})},
      {"var", [](auto& x) { return x.var(); }, eg::full({3}, 2.0), eg::zeros({3})},
  });
  const Tensor one = eg::full({1}, 2.0, tracked);
  const Tensor v = one.var();
  BOOST_TEST(std::isnan(v.item<double>()));
  BOOST_TEST(equals(ag::grad({v}, {one})[0], {nan}));
}

BOOST_FIXTURE_TEST_CASE(V7_type_promotion, Balanced) {
  const Tensor f = eg::tensor({1.0, 2.0}, eg::kFloat32);
  const Tensor d = eg::tensor({1.0, 2.0});
  const Tensor n = eg::tensor({1, 2});
  const Tensor b = eg::tensor({true, false});
  const Tensor s = eg::tensor(2.0);
  const Tensor s32 = eg::tensor(2.0, eg::kFloat32);
  const Tensor sn = eg::tensor(3);
  const std::tuple<const char*, Tensor, eg::ScalarType> rows[] = {
      {"float32 + float64", f + d, eg::kFloat64},
      {"float32 + 0-dim float64", f + s, eg::kFloat32},
      {"float32 + number", f + 1.5, eg::kFloat32},
      {"int64 * 0-dim float64", n * s, eg::kFloat64},
      {"int64 * 0-dim float32", n * s32, eg::kFloat32},
      {"int64 * real number", n * 1.5, eg::kFloat64},
      {"int64 + integer", n + 1, eg::kInt64},
      {"int64 + 0-dim int64", n + sn, eg::kInt64},
      {"bool + int64", b + n, eg::kInt64},
      {"bool + integer", b + 1, eg::kInt64},
      {"bool * real number", b * 1.5, eg::kFloat64},
      {"float64 + 0-dim float32", d + s32, eg::kFloat64},
      {"int64 / integer", n / 2, eg::kFloat64},
      {"0-dim int64 + float32", sn + f, eg::kFloat32},
      {"0-dim float32 + 0-dim float64", s32 + s, eg::kFloat64},
      {"sum of bool", b.sum(), eg::kInt64},
  };
  for (const auto& [name, got, want] : rows) BOOST_TEST_CONTEXT(name) {
      BOOST_TEST((got.dtype() == want));
    }
}

BOOST_FIXTURE_TEST_CASE(V7_gradients_in_the_dtype_of_the_leaf, Balanced) {
  const Tensor f = eg::tensor({1.0, 2.0}, tracked.dtype(eg::kFloat32));
  const Tensor d = eg::tensor({3.0, 4.0}, tracked);
  const Tensor s = eg::tensor(2.0, tracked);
  const Tensor y = f * d + f * s + d / 3;
  const variable_list g = ag::grad({y.sum()}, {f, d, s}, {}, true, true);
  BOOST_TEST((g[0].dtype() == eg::kFloat32));
  BOOST_TEST((g[1].dtype() == eg::kFloat64));
  BOOST_TEST((g[2].dtype() == eg::kFloat64));
  BOOST_TEST(equals(g[0], {5.0, 6.0}));
  BOOST_TEST(equals(g[2], 3.0));
  BOOST_TEST(equals(ag::grad({g[0].sum()}, {d})[0], eg::tensor({1.0, 1.0})));
}

BOOST_FIXTURE_TEST_CASE(V8_variance_is_unbiased_by_default, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0, 3.0, 6.0}, tracked);
  BOOST_TEST(equals(x.var(), 14.0 / 3, kClose));
  BOOST_TEST(equals(x.var(false), 3.5, kClose));
  BOOST_TEST(equals(ag::grad({x.var()}, {x})[0], (x.detach() - 3) * (2.0 / 3), kClose));
}

}  // namespace autograd_test
