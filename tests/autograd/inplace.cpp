#include <tuple>

#include "autograd/support.hpp"

/// Section J of the specification: writes in place and version counters.
namespace autograd_test {

BOOST_FIXTURE_TEST_CASE(J1_version_counter, Balanced) {
  Tensor a = eg::ones({2, 2}, tracked).clone();
  Tensor b = a[0];
  const Tensor d = a.detach();
  BOOST_TEST(a._version() == 0);
  BOOST_TEST(b._version() == 0);
  b.add_(1);
  BOOST_TEST(a._version() == 1);
  BOOST_TEST(b._version() == 1);
  BOOST_TEST(d._version() == 1);
  a.zero_();
  BOOST_TEST(b._version() == 2);
  BOOST_TEST(d._version() == 2);
  Tensor alias = a.data();
  alias.add_(1);
  BOOST_TEST(a._version() == 2);
  BOOST_TEST(alias._version() == 1);
}

BOOST_FIXTURE_TEST_CASE(J1_every_write_counts_once, Balanced) {
  using Write = std::function<void(Tensor&)>;
  const Tensor one = eg::ones({2, 2});
  const std::pair<const char*, Write> writes[] = {
      {"add_", [&](Tensor& t) { t.add_(one); }},
      {"add_ number", [](Tensor& t) { t.add_(1); }},
      {"add_ alpha", [&](Tensor& t) { t.add_(one, 2); }},
      {"sub_", [&](Tensor& t) { t.sub_(one); }},
      {"sub_ alpha", [&](Tensor& t) { t.sub_(one, 2); }},
      {"mul_", [&](Tensor& t) { t.mul_(one); }},
      {"div_", [](Tensor& t) { t.div_(2); }},
      {"pow_", [](Tensor& t) { t.pow_(2); }},
      {"neg_", [](Tensor& t) { t.neg_(); }},
      {"abs_", [](Tensor& t) { t.abs_(); }},
      {"exp_", [](Tensor& t) { t.exp_(); }},
      {"log_", [](Tensor& t) { t.log_(); }},
      {"sqrt_", [](Tensor& t) { t.sqrt_(); }},
      {"square_", [](Tensor& t) { t.square_(); }},
      {"reciprocal_", [](Tensor& t) { t.reciprocal_(); }},
      {"sin_", [](Tensor& t) { t.sin_(); }},
      {"cos_", [](Tensor& t) { t.cos_(); }},
      {"tanh_", [](Tensor& t) { t.tanh_(); }},
      {"sigmoid_", [](Tensor& t) { t.sigmoid_(); }},
      {"relu_", [](Tensor& t) { t.relu_(); }},
      {"clamp_", [](Tensor& t) { t.clamp_(0.0, 1.0); }},
      {"zero_", [](Tensor& t) { t.zero_(); }},
      {"fill_", [](Tensor& t) { t.fill_(3.0); }},
      {"fill_ tensor", [](Tensor& t) { t.fill_(eg::tensor(3.0)); }},
      {"copy_", [&](Tensor& t) { t.copy_(one); }},
      {"copy_ of another dtype", [](Tensor& t) { t.copy_(eg::ones({2}, eg::kFloat32)); }},
      {"t_", [](Tensor& t) { t.t_(); }},
      {"transpose_", [](Tensor& t) { t.transpose_(0, 1); }},
      {"unsqueeze_", [](Tensor& t) { t.unsqueeze_(0); }},
      {"+=", [&](Tensor& t) { t += one; }},
      {"*= number", [](Tensor& t) { t *= 2; }},
  };
  for (const auto& [name, write] : writes) BOOST_TEST_CONTEXT(name) {
      Tensor plain = eg::ones({2, 2});
      write(plain);
      BOOST_TEST(plain._version() == 1);
      Tensor result = eg::ones({2, 2}, tracked) * 1;
      write(result);
      BOOST_TEST(result._version() == 1);
      BOOST_TEST(result.requires_grad());
      BOOST_TEST(equals(result, plain));
    }
}

BOOST_FIXTURE_TEST_CASE(J2_saved_output_of_a_reused_name, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Tensor y = x.exp();
  y.add_(1);
  BOOST_CHECK_EXCEPTION(y.sum().backward(), eg::GraphError,
                        Says{"modified by an inplace operation"});
}

BOOST_FIXTURE_TEST_CASE(J2_saved_view_modified_elsewhere, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked);
  const Tensor y = x.clone();
  const Tensor z = y[0] * y[0];
  y[1].add_(1);  // another row, but one counter for the memory
  BOOST_CHECK_EXCEPTION(z.sum().backward(), eg::GraphError,
                        Says{"modified by an inplace operation"});
}

BOOST_FIXTURE_TEST_CASE(J3_harmless_where_the_value_is_not_needed, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Tensor a = x * 2;
  const Tensor y = a + x;  // keeps neither
  const Tensor z = a * 3;  // keeps only the number
  const Tensor s = a.sum();
  a.add_(1);
  ag::backward({(y + z).sum(), s});
  BOOST_TEST(equals(x.grad(), {2.0 + 1 + 6 + 2, 2.0 + 1 + 6 + 2}));
}

BOOST_FIXTURE_TEST_CASE(J3_only_the_operand_that_is_needed_counts, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Tensor constant = eg::tensor({3.0, 4.0});
  Tensor a = x * 1;
  const Tensor y = a * constant;  // keeps the constant only
  a.add_(1);
  y.sum().backward();
  BOOST_TEST(equals(x.grad(), {3.0, 4.0}));

  const Tensor b = x * 1;
  const Tensor z = b * constant;
  constant.add_(1);
  BOOST_CHECK_EXCEPTION(z.sum().backward(), eg::GraphError,
                        Says{"modified by an inplace operation"});
}

BOOST_FIXTURE_TEST_CASE(J4_history_is_rebased, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Tensor a = x * 2;
  const auto older = a.grad_fn();
  const Tensor early = a + 0;
  a.mul_(5);
  const auto newer = a.grad_fn();
  BOOST_TEST(newer != older);
  BOOST_TEST(newer->next_edge(0).function == older);
  BOOST_TEST(early.grad_fn()->next_edge(0).function == older);
  BOOST_TEST(equals(ag::grad({early.sum()}, {x}, {}, true)[0], {2.0, 2.0}));
  BOOST_TEST(equals(ag::grad({a.sum()}, {x})[0], {10.0, 10.0}));
}

BOOST_FIXTURE_TEST_CASE(J4_chain_of_writes, Balanced) {
  const Tensor x = eg::tensor({0.5, 2.0}, tracked);
  Tensor y = x * x;
  y.mul_(x);
  y.mul_(x);
  const Tensor g = ag::grad({y.sum()}, {x}, {}, true, true)[0];
  BOOST_TEST(equals(g, {0.5, 32.0}, kClose));
  BOOST_TEST(equals(ag::grad({g.sum()}, {x})[0], {3.0, 48.0}, kClose));
}

BOOST_FIXTURE_TEST_CASE(J4_every_write_has_the_gradient_of_its_namesake, Balanced) {
  using Pure = std::function<Tensor(const Tensor&, const Tensor&)>;
  using Write = std::function<void(Tensor&, const Tensor&)>;
  struct Row {
    const char* name;
    Pure pure;
    Write write;
  };
  const Row rows[] = {
      {"add_", [](auto& a, auto& b) { return a + b; }, [](auto& a, auto& b) { a.add_(b); }},
      {"add_ alpha", [](auto& a, auto& b) { return a.add(b, 3); },
       [](auto& a, auto& b) { a.add_(b, 3); }},
      {"sub_", [](auto& a, auto& b) { return a - b; }, [](auto& a, auto& b) { a.sub_(b); }},
      {"sub_ alpha", [](auto& a, auto& b) { return a.sub(b, 3); },
       [](auto& a, auto& b) { a.sub_(b, 3); }},
      {"mul_", [](auto& a, auto& b) { return a * b; }, [](auto& a, auto& b) { a.mul_(b); }},
      {"div_", [](auto& a, auto& b) { return a / b; }, [](auto& a, auto& b) { a.div_(b); }},
      {"pow_", [](auto& a, auto& b) { return a.pow(b); }, [](auto& a, auto& b) { a.pow_(b); }},
      {"pow_ number", [](auto& a, auto&) { return a.pow(3); }, [](auto& a, auto&) { a.pow_(3); }},
      {"neg_", [](auto& a, auto&) { return -a; }, [](auto& a, auto&) { a.neg_(); }},
      {"abs_", [](auto& a, auto&) { return a.abs(); }, [](auto& a, auto&) { a.abs_(); }},
      {"exp_", [](auto& a, auto&) { return a.exp(); }, [](auto& a, auto&) { a.exp_(); }},
      {"log_", [](auto& a, auto&) { return a.log(); }, [](auto& a, auto&) { a.log_(); }},
      {"sqrt_", [](auto& a, auto&) { return a.sqrt(); }, [](auto& a, auto&) { a.sqrt_(); }},
      {"square_", [](auto& a, auto&) { return a.square(); }, [](auto& a, auto&) { a.square_(); }},
      {"reciprocal_", [](auto& a, auto&) { return a.reciprocal(); },
       [](auto& a, auto&) { a.reciprocal_(); }},
      {"sin_", [](auto& a, auto&) { return a.sin(); }, [](auto& a, auto&) { a.sin_(); }},
      {"cos_", [](auto& a, auto&) { return a.cos(); }, [](auto& a, auto&) { a.cos_(); }},
      {"tanh_", [](auto& a, auto&) { return a.tanh(); }, [](auto& a, auto&) { a.tanh_(); }},
      {"sigmoid_", [](auto& a, auto&) { return a.sigmoid(); },
       [](auto& a, auto&) { a.sigmoid_(); }},
      {"relu_", [](auto& a, auto&) { return a.relu(); }, [](auto& a, auto&) { a.relu_(); }},
      {"clamp_", [](auto& a, auto&) { return a.clamp(0.6, 1.0); },
       [](auto& a, auto&) { a.clamp_(0.6, 1.0); }},
      {"copy_", [](auto& a, auto& b) { return a * 0 + b; }, [](auto& a, auto& b) { a.copy_(b); }},
      {"zero_", [](auto& a, auto&) { return a * 0; }, [](auto& a, auto&) { a.zero_(); }},
      {"fill_", [](auto& a, auto&) { return a * 0 + 3; }, [](auto& a, auto&) { a.fill_(3.0); }},
      {"add_ broadcast", [](auto& a, auto& b) { return a + b[0]; },
       [](auto& a, auto& b) { a.add_(b[0]); }},
      {"mul_ broadcast", [](auto& a, auto& b) { return a * b[1]; },
       [](auto& a, auto& b) { a.mul_(b[1]); }},
      {"div_ broadcast", [](auto& a, auto& b) { return a / b[2]; },
       [](auto& a, auto& b) { a.div_(b[2]); }},
  };
  const Tensor weights = eg::tensor({1.0, -2.0, 3.0});
  // Values, first and second derivatives of a scalar of the result.
  const auto derivatives = [&](const std::function<Tensor(const Tensor&, const Tensor&)>& f) {
    const Tensor a = eg::tensor({0.5, 0.7, 1.3}, tracked);
    const Tensor b = eg::tensor({1.2, 0.4, 2.1}, tracked);
    const Tensor y = f(a * 1, b * 1);
    const auto g =
        ag::grad({(y * y * weights).sum()}, {a, b}, {.create_graph = true, .allow_unused = true});
    variable_list result = {y.detach()};
    for (const Tensor& d : g) {
      if (!d.defined()) continue;
      result.push_back(d.detach());
      if (!d.requires_grad()) continue;
      for (const Tensor& dd :
           ag::grad({(d * d).sum()}, {a, b}, {.retain_graph = true, .allow_unused = true}))
        if (dd.defined()) result.push_back(dd);
    }
    return result;
  };
  for (const Row& row : rows) BOOST_TEST_CONTEXT(row.name) {
      const variable_list want = derivatives(row.pure);
      const variable_list whole = derivatives([&](const Tensor& a, const Tensor& b) {
        Tensor t = a;
        row.write(t, b);
        return t;
      });
      const variable_list part = derivatives([&](const Tensor& a, const Tensor& b) {
        const Tensor base = eg::cat({a, a}).view({2, 3});
        Tensor v = base[1];
        row.write(v, b);
        return base[1];
      });
      const auto agree = [&](const variable_list& got) {
        // The pure form of zero_, fill_ and copy_ keeps terms that are zero.
        std::vector<Tensor> a;
        std::vector<Tensor> b;
        for (const Tensor& t : got)
          if (t.abs().max().item<double>() != 0) a.push_back(t);
        for (const Tensor& t : want)
          if (t.abs().max().item<double>() != 0) b.push_back(t);
        BOOST_TEST_REQUIRE(a.size() == b.size());
        for (std::size_t i = 0; i < a.size(); ++i) BOOST_TEST(equals(a[i], b[i], 1e-12));
      };
      BOOST_TEST_CONTEXT("the whole tensor") { agree(whole); }
      BOOST_TEST_CONTEXT("a view") { agree(part); }
    }
}

BOOST_FIXTURE_TEST_CASE(J_write_by_itself, Balanced) {
  const Tensor x = eg::tensor({0.5, 2.0}, tracked);
  Tensor doubled = x.clone();
  doubled.add_(doubled);
  BOOST_TEST(equals(ag::grad({doubled.sum()}, {x})[0], {2.0, 2.0}));
  // The product needs what it overwrites as both of its operands (PyTorch refuses this in backward).
  Tensor squared = x.clone();
  squared.mul_(squared);
  BOOST_TEST(equals(squared, {0.25, 4.0}));
  const Tensor g = ag::grad({squared.sum()}, {x}, {}, true, true)[0];
  BOOST_TEST(equals(g, {1.0, 4.0}));
  BOOST_TEST(equals(ag::grad({g.sum()}, {x})[0], {2.0, 2.0}));
}

BOOST_FIXTURE_TEST_CASE(J_write_by_an_alias_of_itself, Balanced) {
  const Tensor x = eg::tensor({0.5, 2.0}, tracked);
  Tensor squared = x.clone();
  squared.mul_(squared.view({2}));
  BOOST_TEST(equals(squared, {0.25, 4.0}));
  BOOST_TEST(equals(ag::grad({squared.sum()}, {x})[0], {1.0, 4.0}));
  Tensor scaled = x.clone();
  scaled.mul_(scaled.detach());
  BOOST_TEST(equals(scaled, {0.25, 4.0}));
  BOOST_TEST(equals(ag::grad({scaled.sum()}, {x})[0], {0.5, 2.0}));
  const Tensor base = x.clone();
  Tensor v = base.slice(0, 1, 2);
  v.mul_(v);
  v.div_(base.slice(0, 1, 2));
  BOOST_TEST(equals(base, {0.5, 1.0}));
  BOOST_TEST(equals(ag::grad({base.sum()}, {x})[0], {1.0, 0.0}));
}

BOOST_FIXTURE_TEST_CASE(J_write_by_an_overlapping_part_of_itself, Balanced) {
  Tensor y = eg::tensor({1.0, 2.0, 3.0, 4.0});
  y.slice(0, 1, 4).add_(y.slice(0, 0, 3));
  BOOST_TEST(equals(y, {1.0, 3.0, 5.0, 7.0}));
  y.copy_(y.as_strided({4}, {0}, 1));
  BOOST_TEST(equals(y, {3.0, 3.0, 3.0, 3.0}));

  const Tensor x = eg::tensor({1.0, 2.0, 3.0}, tracked);
  Tensor z = x.clone();
  z.slice(0, 1, 3).add_(z.slice(0, 0, 2));
  (z * eg::tensor({1.0, 10.0, 100.0})).sum().backward();
  BOOST_TEST(equals(x.grad(), {11.0, 110.0, 100.0}));

  Tensor m = eg::tensor({{1.0, 2.0}, {3.0, 4.0}});
  m.add_(m.t());
  BOOST_TEST(equals(m, {{2.0, 5.0}, {5.0, 8.0}}));
  m.copy_(eg::tensor({{1.0, 2.0}, {3.0, 4.0}}));
  m.copy_(m.t());
  BOOST_TEST(equals(m, {{1.0, 3.0}, {2.0, 4.0}}));
}

BOOST_FIXTURE_TEST_CASE(J11_result_of_a_wider_float_is_narrowed, Balanced) {
  Tensor y = eg::ones({2}, eg::kFloat32);
  const Tensor x = eg::ones({2}, tracked);
  y.add_(x);
  BOOST_TEST((y.dtype() == eg::kFloat32));
  BOOST_TEST(equals(y, {2.0, 2.0}));
  BOOST_TEST(!y.is_leaf());
  y.sum().backward();
  BOOST_TEST(equals(x.grad(), eg::ones({2})));
}

BOOST_FIXTURE_TEST_CASE(J13_copy_across_dtype_and_shape, Balanced) {
  const Tensor x = eg::ones({2}, tracked.dtype(eg::kFloat32));
  Tensor y = eg::zeros({3, 2});
  y.copy_(x);
  BOOST_TEST(name_of(y) == "CopyBackwards");
  (y * eg::tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}})).sum().backward();
  BOOST_TEST(equals(x.grad(), eg::tensor({9.0, 12.0}, eg::kFloat32)));
}

BOOST_FIXTURE_TEST_CASE(J13_copy_into_a_part, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked);
  const Tensor a = x.clone();
  a[0].copy_(x[1] * 3);
  a.sum().backward();
  BOOST_TEST(equals(x.grad(), {{0.0, 0.0}, {4.0, 4.0}}));
}

BOOST_FIXTURE_TEST_CASE(J13_assignment_through_a_selection, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor a = eg::zeros({2, 2});
  a[0] = x * 3;
  a[1][0] = 5.0;
  BOOST_TEST(equals(a, {{3.0, 6.0}, {5.0, 0.0}}));
  a.sum().backward();
  BOOST_TEST(equals(x.grad(), {3.0, 3.0}));
}

BOOST_FIXTURE_TEST_CASE(J14_geometry_in_place, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}, tracked);
  Tensor a = x.clone();
  a.t_();
  BOOST_TEST((a.sizes() == eg::IntArrayRef{3, 2}));
  BOOST_TEST(a._version() == 1);
  (a * eg::arange(6.0).reshape({3, 2})).sum().backward();
  BOOST_TEST(equals(x.grad(), {{0.0, 2.0, 4.0}, {1.0, 3.0, 5.0}}));
}

BOOST_FIXTURE_TEST_CASE(J14_geometry_in_place_of_a_view, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}, tracked);
  const Tensor a = x.clone();
  Tensor v = a.narrow(0, 1, 1);
  v.squeeze_(0);
  BOOST_TEST((v.sizes() == eg::IntArrayRef{3}));
  v.mul_(eg::tensor({2.0, 3.0, 4.0}));
  a.sum().backward();
  BOOST_TEST(equals(x.grad(), {{1.0, 1.0, 1.0}, {2.0, 3.0, 4.0}}));
}

BOOST_FIXTURE_TEST_CASE(J14_geometry_in_place_under_views, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}, tracked);
  Tensor a = x.clone();
  const Tensor v = a[0];
  a.t_();
  BOOST_TEST(equals(v, {1.0, 2.0, 3.0}));
  (v * 2).sum().backward();
  BOOST_TEST(equals(x.grad(), {{2.0, 2.0, 2.0}, {0.0, 0.0, 0.0}}));
}

BOOST_FIXTURE_TEST_CASE(J14_geometry_in_place_spoils_saved_values, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}, tracked);
  Tensor a = x.clone();
  const Tensor y = a * a;
  a.t_();
  BOOST_CHECK_EXCEPTION(y.sum().backward(), eg::GraphError,
                        Says{"modified by an inplace operation"});
}

BOOST_FIXTURE_TEST_CASE(J14_geometry_in_place_of_plain_tensors, Balanced) {
  Tensor t = eg::arange(6.0).reshape({2, 3});
  t.transpose_(0, 1).unsqueeze_(0).squeeze_().t_();
  BOOST_TEST(equals(t, {{0.0, 1.0, 2.0}, {3.0, 4.0, 5.0}}));
  t.unsqueeze_(-1).unsqueeze_(0).unsqueeze_(0);
  BOOST_TEST((t.sizes() == eg::IntArrayRef{1, 1, 2, 3, 1}));
  BOOST_TEST(t.is_leaf());
}

BOOST_FIXTURE_TEST_CASE(J16_write_that_saves_its_output_through_a_view, Balanced) {
  const Tensor x = eg::tensor({0.5, 1.0}, tracked);
  const Tensor y = x.clone();
  std::weak_ptr<ag::Node> node;
  {
    Tensor v = y.narrow(0, 1, 1);
    v.exp_();
    node = v.grad_fn();
  }
  const Tensor g = ag::grad({(y * y).sum()}, {x}, {}, true, true)[0];
  const double e = std::exp(1.0);
  BOOST_TEST(equals(g, {1.0, 2 * e * e}, kClose));
  BOOST_TEST(equals(ag::grad({g.sum()}, {x})[0], {2.0, 4 * e * e}, kClose));
  BOOST_TEST(node.expired());
}

BOOST_FIXTURE_TEST_CASE(J16_relu_of_a_view_does_not_leak, Balanced) {
  const Tensor x = eg::tensor({-1.0, 3.0}, tracked);
  std::weak_ptr<ag::Node> node;
  {
    const Tensor y = x.clone();
    Tensor v = y.narrow(0, 0, 2);
    v.relu_();
    node = y.grad_fn();
    BOOST_TEST(equals(ag::grad({y.sum()}, {x}, {}, true)[0], {0.0, 1.0}));
  }
  BOOST_TEST(node.expired());
}

/// At a bound that is a number the derivative is 0, in place as well; with one that is a tensor 1/2.
BOOST_FIXTURE_TEST_CASE(derivatives_of_clamps_at_a_bound, Balanced) {
  using Clamp = void (*)(Tensor&);
  const std::tuple<Clamp, double, double, double> clamps[] = {
      {[](Tensor& y) { y.clamp_min_(0.5); }, 0.0, 0.0, 1.0},
      {[](Tensor& y) { y.clamp_max_(0.5); }, 1.0, 0.0, 0.0},
      {[](Tensor& y) { y.clamp_(0.5, 2); }, 0.0, 0.0, 1.0},
      {[](Tensor& y) { y.clamp_min_(eg::tensor(0.5)); }, 0.0, 0.5, 1.0},
      {[](Tensor& y) { y.clamp_max_(eg::tensor(0.5)); }, 1.0, 0.5, 0.0}};
  for (const auto& [clamp, below, at, above] : clamps) {
    const Tensor x = eg::tensor({0.0, 0.5, 1.0}, tracked);
    Tensor y = x * 1;
    clamp(y);
    BOOST_TEST(equals(ag::grad({y.sum()}, {x})[0], {below, at, above}));
  }
  Tensor whole = eg::tensor({1, 5});
  whole.clamp_min_(2).clamp_max_(4);
  BOOST_TEST(equals(whole, eg::tensor({2, 4})));
}

}  // namespace autograd_test
