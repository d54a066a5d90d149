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
  Tensor own = d * 2;
  own.detach_();
  BOOST_TEST(!tangent(own).defined());
  // What was saved of it before has its tangent still.
  const Tensor x = ag::make_dual(eg::tensor({1.0, 2.0}, tracked), eg::tensor({3.0, 4.0}));
  const Tensor doubled = x * 2, square = doubled * doubled;
  doubled.detach_();
  BOOST_TEST(equals(tangent(ag::grad({square.sum()}, {x})[0]), {24.0, 32.0}));
  BOOST_TEST(!tangent(d > 1).defined());
  BOOST_TEST(!tangent(d.argmax()).defined());
  BOOST_TEST(equals(d > 1, eg::tensor({false, true})));
  const eg::NoGradGuard off;
  BOOST_TEST(equals(tangent(d * d), {6.0, 16.0}));
}

/// Found by random programs: what a write saves of its result took the tangent that the tensor had lost.
BOOST_FIXTURE_TEST_CASE(S2_a_tangent_after_a_lost_one, Balanced) {
  const ag::DualLevel level;
  const Tensor x = ag::make_dual(eg::tensor({2.0}, tracked), eg::tensor({1.0}));
  Tensor y = x * 3;
  y.detach_();
  y.pow_(x);  // 6^x: the derivative is 36 log 6, and that of it 36 log(6)^2
  const Tensor g = ag::grad({y}, {x})[0];
  const double log6 = std::log(6.0);
  BOOST_TEST(tangent(y).item<double>() == 36 * log6, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(tangent(g).item<double>() == 36 * log6 * log6, boost::test_tools::tolerance(1e-14));
  Tensor z = x * 3;
  z.detach_();
  z.mul_(2);
  BOOST_TEST(!tangent(z * z).defined());
}

BOOST_FIXTURE_TEST_CASE(S2_inference_mode_hides_tangents, Balanced) {
  const ag::DualLevel level;
  const Tensor d = ag::make_dual(eg::tensor({1.0, 2.0}), eg::tensor({3.0, 4.0}));
  const Tensor written = d * 1, constant = eg::ones({2});
  Tensor y;
  {
    const eg::InferenceMode on;
    BOOST_TEST(ag::DualLevel::is_open());
    BOOST_CHECK_THROW(ag::DualLevel(), eg::GraphError);
    y = d * d;
    written.mul_(2);
    constant.mul_(d);
    BOOST_TEST(!tangent(d).defined());
    BOOST_TEST(!tangent(ag::make_dual(constant, constant)).defined());
    {
      const eg::InferenceMode off(false);
      BOOST_TEST(equals(tangent(d * d), {6.0, 16.0}));
    }
    BOOST_TEST(!tangent(d).defined());
  }
  BOOST_TEST(!tangent(y).defined());
  BOOST_TEST(!tangent(constant).defined());
  BOOST_TEST(equals(tangent(written), {3.0, 4.0}));
  BOOST_TEST(equals(tangent(d), {3.0, 4.0}));
}

BOOST_FIXTURE_TEST_CASE(S2_a_level_in_inference_mode_has_tangents, Balanced) {
  const eg::InferenceMode on;
  const ag::DualLevel level;
  const Tensor d = ag::make_dual(eg::tensor({1.0, 2.0}), eg::tensor({3.0, 4.0}));
  {
    const eg::InferenceMode again;
    BOOST_TEST(!tangent(d * d).defined());
  }
  BOOST_TEST(equals(tangent(d * d), {6.0, 16.0}));
}

// What only the derivative by the divisor would look at is not saved, with tangents as without.
BOOST_FIXTURE_TEST_CASE(S2_constants_made_in_inference_mode_divide_in_place, Balanced) {
  Tensor b;
  {
    const eg::InferenceMode on;
    b = eg::tensor({1.5, 0.75});
  }
  const ag::DualLevel level;
  const Tensor x = eg::tensor({2.0, -2.0}).requires_grad_();
  const auto d = [&] { return ag::make_dual(x, eg::tensor({3.0, 4.0})) * 1; };
  BOOST_TEST(equals(tangent(d().fmod_(b)), {3.0, 4.0}));
  BOOST_TEST(equals(tangent(d().remainder_(b)), {3.0, 4.0}));
  BOOST_CHECK_THROW(d().atan2_(b), eg::GraphError);
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

/// A view of a base, taken before or after the base got a tangent by a write, has the same one.
BOOST_FIXTURE_TEST_CASE(S3_views_made_before_a_write, Balanced) {
  using View = Tensor (*)(const Tensor&);
  const std::pair<const char*, View> views[] = {
      {"narrow", [](const Tensor& b) { return b.narrow(1, 0, 2); }},
      {"select", [](const Tensor& b) { return b.select(0, 1); }},
      {"transpose", [](const Tensor& b) { return b.t(); }},
      {"view", [](const Tensor& b) { return b.view(-1); }},
      {"expand",
       [](const Tensor& b) {
         return b.unsqueeze(0).expand({2, 2, 3});
       }},
      {"unbind", [](const Tensor& b) { return b.unbind(1)[1]; }},
      {"split", [](const Tensor& b) { return b.split(2, 1)[1]; }},
      {"diagonal", [](const Tensor& b) { return b.diagonal(); }},
      {"as_strided",
       [](const Tensor& b) {
         return b.as_strided({2, 2}, {1, 3}, 1);
       }},
      {"a view of a view", [](const Tensor& b) { return b.t().narrow(0, 1, 2).select(1, 1); }}};
  using Write = void (*)(Tensor & base, const Tensor& x);
  const std::pair<const char*, Write> writes[] = {
      {"mul_", [](Tensor& b, const Tensor& x) { b.mul_(x); }},
      {"copy_", [](Tensor& b, const Tensor& x) { b.copy_(x); }},
      {"index_put_", [](Tensor& b, const Tensor& x) { b.index_put_({eg::tensor({1})}, x[0]); }},
      {"a sibling", [](Tensor& b, const Tensor& x) { b.narrow(0, 1, 1).add_(x.narrow(0, 0, 1)); }},
      {"a transposed sibling", [](Tensor& b, const Tensor& x) { b.t().mul_(x.t()); }},
      {"twice", [](Tensor& b, const Tensor& x) {
         b.narrow(1, 0, 1).mul_(x.narrow(1, 0, 1));
         b.mul_(b);
       }}};
  // In all of its memory, and in a part of it that has gaps.
  const auto dense = [] { return eg::ones({2, 3}) * 2; };
  const auto gaps = [] { return (eg::ones({3, 5}) * 2).narrow(0, 1, 2).narrow(1, 1, 3).detach(); };
  const Tensor p = eg::arange(1.0, 7.0).reshape({2, 3});
  const Tensor t = eg::tensor({{1.0, -1.0, 0.5}, {2.0, 0.25, -3.0}});
  for (const bool with_gaps : {false, true})
    for (const auto& [view_name, view] : views)
      for (const auto& [write_name, write] : writes) {
        if (with_gaps &&
            (view_name == std::string_view("view") || view_name == std::string_view("as_strided")))
          continue;
        BOOST_TEST_INFO_SCOPE(view_name << ", " << write_name << (with_gaps ? ", gaps" : ""));
        const ag::DualLevel level;
        const Tensor x = ag::make_dual(p, t);
        Tensor early = with_gaps ? gaps() : dense(), late = with_gaps ? gaps() : dense();
        const Tensor before = view(early);
        write(early, x);
        write(late, x);
        const Tensor after = view(late);
        BOOST_TEST(equals(before, after));
        BOOST_REQUIRE(tangent(before).defined());
        BOOST_TEST(equals(tangent(before * before), tangent(after * after)));
        // What is written to the view now reaches the base.
        Tensor changed = before;
        if (view_name != std::string_view("expand")) changed.mul_(2);
        if (view_name != std::string_view("expand")) Tensor(after).mul_(2);
        BOOST_TEST(equals(tangent(early), tangent(late)));
      }
}

/// Memory with an extent of 1 or 0 has neither gaps nor overlaps, whatever its strides.
BOOST_FIXTURE_TEST_CASE(S3_writes_to_views_of_column_major_vectors, Balanced) {
  const ag::DualLevel level;
  const Tensor x = ag::make_dual(eg::tensor({1.0, 2.0}), eg::tensor({3.0, 4.0}));
  const Tensor base = eg::zeros({3, 1}).permute({1, 0}).clone();
  Tensor part = base.narrow(1, 1, 2);
  const Tensor column = base.t();
  part.add_(x);
  BOOST_TEST(equals(tangent(base), {{0.0, 3.0, 4.0}}));
  BOOST_TEST(equals(tangent(column), {{0.0}, {3.0}, {4.0}}));
  const Tensor none = eg::zeros({3, 0, 2}).permute({2, 1, 0}).clone();
  Tensor view = none.expand({2, 0, 3});
  view.mul_(x.sum());
  BOOST_TEST(equals(tangent(view), eg::zeros({2, 0, 3})));
}

/// Found by random programs: a view of what make_dual() gives had a tangent of its own.
BOOST_FIXTURE_TEST_CASE(S3_views_of_duals, Balanced) {
  const ag::DualLevel level;
  const Tensor p = eg::tensor({1.0, 2.0});
  Tensor d = ag::make_dual(p, eg::tensor({3.0, 4.0}));
  Tensor row = d.view({1, 2}), element = row.select(1, 0);
  row.mul_(row);
  BOOST_TEST(equals(tangent(d), {6.0, 16.0}));
  BOOST_TEST(equals(tangent(element), {6.0}));
  element.mul_(10);
  BOOST_TEST(equals(tangent(d), {60.0, 16.0}));
  d.neg_();
  BOOST_TEST(equals(tangent(row), {{-60.0, -16.0}}));
  BOOST_TEST(!tangent(p).defined());
  // Through one of an undual part, which gets a tangent thereby.
  Tensor plain = ag::unpack_dual(d).primal;
  Tensor whole = plain.view({2, 1}), part = plain.narrow(0, 1, 1);
  part.copy_(ag::make_dual(eg::tensor({5.0}), eg::tensor({7.0})));
  BOOST_TEST(equals(tangent(plain), {0.0, 7.0}));
  BOOST_TEST(equals(tangent(whole), {{0.0}, {7.0}}));
  BOOST_TEST(equals(tangent(d), {-60.0, -16.0}));
}

BOOST_FIXTURE_TEST_CASE(S3_no_tangent_where_none_belongs, Balanced) {
  const ag::DualLevel level;
  const Tensor p = eg::tensor({1.0, 2.0});
  const Tensor d = ag::make_dual(p, eg::ones({2}));
  Tensor base = eg::zeros({2});
  const Tensor detached = base.detach();
  base.copy_(d);
  BOOST_TEST(!tangent(detached).defined());
  const Tensor primal = ag::unpack_dual(base).primal;
  BOOST_TEST(!tangent(primal).defined());
  BOOST_TEST(!tangent(primal.view({1, 2})).defined());
  BOOST_TEST(!tangent(p).defined());
  BOOST_TEST(!tangent(p.view({2})).defined());
}

BOOST_FIXTURE_TEST_CASE(S3_tangents_are_not_shared, Balanced) {
  const ag::DualLevel level;
  const Tensor x = ag::make_dual(eg::ones({3}), eg::ones({3}));
  const Tensor u = x * x;
  Tensor y = u.index_add(0, eg::tensor({0}), eg::ones({1}));
  y.mul_(3);
  BOOST_TEST(equals(tangent(u.sum()), 6.0));
  Tensor z = u.index_put({eg::tensor({1})}, eg::ones({1}), true);
  z.mul_(3);
  Tensor w = u.scatter_add(0, eg::tensor({2}), eg::ones({1}));
  w.mul_(3);
  BOOST_TEST(equals(tangent(u), {2.0, 2.0, 2.0}));
  // Saved for a gradient by hooks, while the tensor itself is written to.
  const auto clone = [](const Tensor& t) { return t.clone(); };
  const Tensor leaf = eg::ones({3}, tracked);
  const Tensor d = ag::make_dual(leaf, eg::ones({3}));
  Tensor a = d * 2;
  const ag::SavedTensorHooks hooks(clone, clone);
  const Tensor cube = a * a * a;
  a.mul_(5);
  const Tensor g = ag::grad({cube.sum()}, {leaf})[0];
  BOOST_TEST(equals(tangent(g), {48.0, 48.0, 48.0}));
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
