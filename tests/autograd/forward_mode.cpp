#include "autograd/support.hpp"

/// Section S of the specification: dual numbers.
namespace autograd_test {
namespace {

Tensor tangent(const Tensor& t) { return ag::unpack_dual(t).tangent; }

}  // namespace

BOOST_FIXTURE_TEST_CASE(S1_make_and_unpack, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0});
  const Tensor t = eg::tensor({3.0, 4.0});
  BOOST_TEST(!ag::DualLevel::is_open());
  const ag::DualLevel level;
  BOOST_TEST(ag::DualLevel::is_open());
  const Tensor d = ag::make_dual(x, t);
  BOOST_TEST(equals(d, {1.0, 2.0}));
  const ag::Dual parts = ag::unpack_dual(d);
  BOOST_TEST(equals(parts.primal, {1.0, 2.0}));
  BOOST_TEST(equals(parts.tangent, {3.0, 4.0}));
  BOOST_TEST(!tangent(parts.primal).defined());
  BOOST_TEST(!tangent(x).defined());
  BOOST_TEST(parts.primal.data_ptr<double>() == x.data_ptr<double>());
}

BOOST_FIXTURE_TEST_CASE(S1_one_level_at_a_time, Balanced) {
  {
    const ag::DualLevel level;
    BOOST_CHECK_THROW(ag::DualLevel(), eg::GraphError);
    BOOST_TEST(ag::DualLevel::is_open());
  }
  BOOST_TEST(!ag::DualLevel::is_open());
  const ag::DualLevel again;
  BOOST_TEST(ag::DualLevel::is_open());
}

/// Found by random programs: a mask that carried a tangent made where() call a rule that there is not.
BOOST_FIXTURE_TEST_CASE(S1_only_floating_tensors_carry_tangents, Balanced) {
  const ag::DualLevel level;
  const Tensor d = ag::make_dual(eg::tensor({1.5, 0.0}), eg::tensor({1.0, 2.0}));
  for (const auto dtype : {eg::kBool, eg::kInt64}) BOOST_TEST(!tangent(d.to(dtype)).defined());
  BOOST_TEST(equals(tangent(d.to(eg::kFloat32)).to(eg::kFloat64), {1.0, 2.0}));
  BOOST_TEST(equals(tangent(eg::where(d.to(eg::kBool), d, d * 3)), {1.0, 6.0}));
  const Tensor whole = eg::zeros({2}, eg::kInt64), part = whole.view({2});
  part.copy_(d);
  BOOST_TEST(!tangent(part).defined());
  BOOST_TEST(!tangent(whole).defined());
}

BOOST_FIXTURE_TEST_CASE(S1_tangents_of_operators, Balanced) {
  const ag::DualLevel level;
  const Tensor x = eg::tensor({1.0, 2.0});
  const Tensor t = eg::tensor({3.0, 4.0});
  const Tensor d = ag::make_dual(x, t);
  const Tensor c = eg::tensor({5.0, 6.0});
  const double e1 = std::exp(1.0);
  const double e2 = std::exp(2.0);
  BOOST_TEST(equals(tangent(d + c), {3.0, 4.0}));
  BOOST_TEST(equals(tangent(c - d), {-3.0, -4.0}));
  BOOST_TEST(equals(tangent(d * c), {15.0, 24.0}));
  BOOST_TEST(equals(tangent(d * d), {6.0, 16.0}));
  BOOST_TEST(equals(tangent(c / d), {-15.0, -6.0}, kClose));
  BOOST_TEST(equals(tangent(d.exp()), {3 * e1, 4 * e2}, kClose));
  BOOST_TEST(equals(tangent(d.sum()), 7.0));
  BOOST_TEST(equals(tangent(d.prod()), 3.0 * 2 + 1 * 4.0));
  BOOST_TEST(equals(tangent(d.max()), 4.0));
  BOOST_TEST(equals(tangent(d.dot(d)), 22.0));
  BOOST_TEST(equals(tangent(d.outer(c)), {{15.0, 18.0}, {20.0, 24.0}}));
  BOOST_TEST(equals(tangent(eg::cat({d, c})), {3.0, 4.0, 0.0, 0.0}));
  BOOST_TEST(equals(tangent(eg::stack({c, d}, 1)), {{0.0, 3.0}, {0.0, 4.0}}));
  BOOST_TEST(
      equals(tangent(d.unsqueeze(0) * eg::ones({3, 1})), {{3.0, 4.0}, {3.0, 4.0}, {3.0, 4.0}}));
  BOOST_TEST(equals(tangent(d.to(eg::kFloat32)), eg::tensor({3.0, 4.0}, eg::kFloat32)));
  BOOST_TEST(equals(tangent(eg::where(x > 1, d, c)), {0.0, 4.0}));
}

BOOST_FIXTURE_TEST_CASE(S5_print, Balanced) {
  const ag::DualLevel level;
  const Tensor d = ag::make_dual(eg::tensor({1.0, 2.0}), eg::tensor({3.0, 4.0}));
  BOOST_TEST(text(d) == "tensor([1., 2.], tangent=tensor([3., 4.]))");
}

BOOST_FIXTURE_TEST_CASE(S2_what_removes_a_tangent, Balanced) {
  const ag::DualLevel level;
  const Tensor d = ag::make_dual(eg::tensor({1.0, 2.0}), eg::tensor({3.0, 4.0}));
  BOOST_TEST(!tangent(d.detach()).defined());
  BOOST_TEST(!tangent(d > 1).defined());
  BOOST_TEST(!tangent(d.argmax()).defined());
  BOOST_TEST(equals(d > 1, eg::tensor({false, true})));
  const eg::NoGradGuard off;
  BOOST_TEST(equals(tangent(d * d), {6.0, 16.0}));
}

BOOST_FIXTURE_TEST_CASE(S2_out_variants_refuse_tangents, Balanced) {
  const ag::DualLevel level;
  const Tensor d = ag::make_dual(eg::tensor({1.0, 2.0}), eg::tensor({3.0, 4.0}));
  Tensor out = eg::zeros({2});
  BOOST_CHECK_THROW(eg::mul_out(out, d, d), eg::GraphError);
  BOOST_TEST(equals(out, {0.0, 0.0}));
}

BOOST_FIXTURE_TEST_CASE(S3_writes_carry_tangents, Balanced) {
  const ag::DualLevel level;
  const Tensor given = eg::tensor({3.0, 4.0});
  Tensor d = ag::make_dual(eg::tensor({1.0, 2.0}), given);
  d.mul_(2);
  BOOST_TEST(equals(tangent(d), {6.0, 8.0}));
  d.mul_(d);
  BOOST_TEST(equals(d, {4.0, 16.0}));
  BOOST_TEST(equals(tangent(d), {24.0, 64.0}));
  d.exp_();
  BOOST_TEST(equals(tangent(d), {24 * std::exp(4.0), 64 * std::exp(16.0)}, kClose));
  d.zero_();
  BOOST_TEST(equals(tangent(d), {0.0, 0.0}));
  Tensor plain = eg::tensor({5.0, 6.0});
  plain.add_(ag::make_dual(eg::tensor({1.0, 2.0}), given));
  BOOST_TEST(equals(tangent(plain), {3.0, 4.0}));
  plain.fill_(1.0);
  BOOST_TEST(equals(tangent(plain), {0.0, 0.0}));
}

BOOST_FIXTURE_TEST_CASE(S3_views_carry_tangents, Balanced) {
  const ag::DualLevel level;
  const Tensor d =
      ag::make_dual(eg::arange(6.0).reshape({2, 3}), eg::arange(10.0, 16.0).reshape({2, 3}));
  BOOST_TEST(equals(tangent(d[1]), {13.0, 14.0, 15.0}));
  BOOST_TEST(equals(tangent(d.t()[2]), {12.0, 15.0}));
  BOOST_TEST(equals(tangent(d.view({6}).slice(0, 1, 6, 2)), {11.0, 13.0, 15.0}));
  BOOST_TEST(equals(tangent(d.unbind(1)[1]), {11.0, 14.0}));
  BOOST_TEST(equals(tangent(d.as_strided({2}, {2}, 1)), {11.0, 13.0}));
  BOOST_TEST(equals(tangent(d.diagonal()), {10.0, 14.0}));
}

BOOST_FIXTURE_TEST_CASE(S3_write_to_a_view_reaches_the_base, Balanced) {
  const ag::DualLevel level;
  const Tensor d = ag::make_dual(eg::tensor({1.0, 2.0}), eg::tensor({3.0, 4.0}));
  const Tensor base = eg::zeros({3});
  Tensor v = base.slice(0, 0, 2);
  v.copy_(d);
  BOOST_TEST(equals(base, {1.0, 2.0, 0.0}));
  BOOST_TEST(equals(tangent(base), {3.0, 4.0, 0.0}));
  BOOST_TEST(equals(tangent(v), {3.0, 4.0}));
  v.mul_(10);
  BOOST_TEST(equals(tangent(base), {30.0, 40.0, 0.0}));
  BOOST_TEST(equals(tangent(v), {30.0, 40.0}));
}

BOOST_FIXTURE_TEST_CASE(S3_write_to_the_base_reaches_views, Balanced) {
  const ag::DualLevel level;
  const Tensor d = ag::make_dual(eg::tensor({1.0, 2.0, 3.0}), eg::tensor({4.0, 5.0, 6.0}));
  Tensor base = d * 1;
  const Tensor v = base.slice(0, 0, 2);
  base.add_(d);
  BOOST_TEST(equals(v, {2.0, 4.0}));
  BOOST_TEST(equals(tangent(v), {8.0, 10.0}));
  BOOST_TEST(equals(tangent(v * v), {32.0, 80.0}));
  base.mul_(base);
  BOOST_TEST(equals(tangent(v), {32.0, 80.0}));
}

BOOST_FIXTURE_TEST_CASE(S3_tangents_go_with_the_level, Balanced) {
  Tensor d;
  Tensor y;
  const Alive before;
  {
    const ag::DualLevel level;
    d = ag::make_dual(eg::ones({100}), eg::ones({100}));
    y = d * d;
    BOOST_TEST(tangent(y).defined());
  }
  BOOST_TEST(Alive().storages - before.storages == 2);
  BOOST_TEST(text(y[0]) == "tensor(1.)");
  const ag::DualLevel level;
  BOOST_TEST(!tangent(y).defined());
  BOOST_TEST(!tangent(d * 2).defined());
}

BOOST_FIXTURE_TEST_CASE(S4_forward_over_reverse, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const ag::DualLevel level;
  const Tensor d = ag::make_dual(x, eg::tensor({3.0, 4.0}));
  BOOST_TEST(d.requires_grad());
  const Tensor y = (d * d * d).sum();
  const Tensor g = ag::grad({y}, {x})[0];
  BOOST_TEST(equals(g, {3.0, 12.0}));
  BOOST_TEST(equals(tangent(g), {18.0, 48.0}));
}

BOOST_FIXTURE_TEST_CASE(S4_reverse_over_forward, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Tensor t;
  {
    const ag::DualLevel level;
    const Tensor d = ag::make_dual(x, eg::tensor({3.0, 4.0}));
    t = tangent((d * d * d).sum());
  }
  BOOST_TEST(equals(t, 57.0));
  BOOST_TEST(equals(ag::grad({t}, {x})[0], {18.0, 48.0}));
}

BOOST_FIXTURE_TEST_CASE(S4_tangent_that_is_tracked, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0});
  const Tensor v = eg::tensor({3.0, 4.0}, tracked);
  Tensor t;
  {
    const ag::DualLevel level;
    const Tensor d = ag::make_dual(x, v);
    t = tangent((d * d).sum());
  }
  BOOST_TEST(equals(t, 22.0));
  BOOST_TEST(equals(ag::grad({t}, {v})[0], {2.0, 4.0}));
}

BOOST_FIXTURE_TEST_CASE(S4_hessian_by_forward_over_reverse, Balanced) {
  // x0^2 x1 + exp(x1) x2, whose Hessian is known.
  const Tensor x = eg::tensor({2.0, 0.5, 3.0}, tracked);
  const double e = std::exp(0.5);
  const Tensor want = eg::tensor({{1.0, 4.0, 0.0}, {4.0, 3 * e, e}, {0.0, e, 0.0}});
  for (std::int64_t i = 0; i < 3; ++i) {
    const ag::DualLevel level;
    const Tensor d = ag::make_dual(x, eg::eye(3)[i]);
    const Tensor y = d[0] * d[0] * d[1] + d[1].exp() * d[2];
    const Tensor g = ag::grad({y}, {x})[0];
    BOOST_TEST(equals(tangent(g), want[i], kClose));
  }
}

}  // namespace autograd_test
