#include <limits>

#include "autograd/support.hpp"

/// grad() with is_grads_batched and materialize_grads: a batch of cotangents gives what as many calls give, stacked.
namespace autograd_test {
namespace {

using eg::autograd::GradOptions;

/// Calls of grad() for each cotangent, stacked; an input that was not used is undefined.
variable_list one_by_one(const variable_list& y, const variable_list& x, const variable_list& w) {
  std::vector<variable_list> all(x.size());
  for (std::int64_t i = 0; i < w[0].size(0); ++i) {
    variable_list one;
    for (const Tensor& t : w) one.push_back(t.defined() ? t[i] : t);
    const variable_list g =
        eg::autograd::grad(y, x, {.grad_outputs = one, .retain_graph = true, .allow_unused = true});
    for (std::size_t k = 0; k < x.size(); ++k)
      if (g[k].defined()) all[k].push_back(g[k]);
  }
  variable_list stacked(x.size());
  for (std::size_t k = 0; k < x.size(); ++k)
    if (!all[k].empty()) stacked[k] = eg::stack(all[k]);
  return stacked;
}

variable_list together(const variable_list& y, const variable_list& x, const variable_list& w) {
  return eg::autograd::grad(
      y, x,
      {.grad_outputs = w, .retain_graph = true, .allow_unused = true, .is_grads_batched = true});
}

void check_alike(const variable_list& y, const variable_list& x, const variable_list& w) {
  const variable_list wanted = one_by_one(y, x, w), actual = together(y, x, w);
  for (std::size_t k = 0; k < x.size(); ++k) {
    BOOST_TEST_REQUIRE(actual[k].defined() == wanted[k].defined());
    if (!wanted[k].defined()) continue;
    BOOST_TEST(actual[k].sizes() == wanted[k].sizes());
    BOOST_TEST(eg::allclose(actual[k], wanted[k], 1e-13, 1e-13));
  }
}

/// Numbers that differ from each other, so that a sum over the wrong ones shows.
Tensor numbers(eg::IntArrayRef sizes) {
  const std::int64_t n = eg::zeros(sizes).numel();
  return (eg::arange(n, eg::kFloat64) * 0.7 + 0.3).sin().reshape(sizes);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(batched_cotangents_are_not_summed_over_their_directions, Balanced) {
  // Extents of 1, missing ones, and ones that are equal to the number of cotangents.
  const std::vector<eg::DimVector> shapes{{},     {1},    {3},       {3, 1},
                                          {1, 3}, {3, 3}, {2, 1, 3}, {1, 1, 1}};
  for (const eg::DimVector& a_sizes : shapes)
    for (const eg::DimVector& b_sizes : shapes) {
      const Tensor a = numbers(a_sizes).requires_grad_(),
                   b = (numbers(b_sizes) + 2).requires_grad_();
      for (const Tensor& y : {a * b, a + b, eg::where(a > b, a, b * a), eg::addcmul(a, b, b, 2)}) {
        eg::DimVector sizes(y.sizes());
        sizes.insert(0, 3);
        BOOST_TEST_CONTEXT(a.sizes() << " and " << b.sizes())
        check_alike({y}, {a, b}, {numbers(sizes)});
      }
    }
}

BOOST_FIXTURE_TEST_CASE(batched_through_writes_to_views, Balanced) {
  const Tensor x = numbers({3, 2}).requires_grad_(), s = numbers({}).requires_grad_(),
               row = numbers({1, 2}).requires_grad_();
  const Tensor y = x * 2;
  y.narrow(0, 1, 2).mul_(row);
  y.select(1, 0).add_(s);
  y.select(0, 0).copy_(s);
  y.t().narrow(0, 0, 1).exp_();
  check_alike({y}, {x, s, row}, {numbers({3, 3, 2})});
  check_alike({y.t()}, {x, s, row}, {numbers({4, 2, 3})});
}

BOOST_FIXTURE_TEST_CASE(batched_through_parts_of_one_tensor, Balanced) {
  // Gradients of the parts are added into one of the whole.
  const Tensor x = numbers({4, 3}).requires_grad_();
  const variable_list rows = (x * 1).unbind(0);
  const Tensor y = rows[0] * rows[1] + rows[3].exp() + (x * 3)[2] * x[1];
  check_alike({y, rows[2]}, {x}, {numbers({5, 3}), numbers({5, 3})});
}

BOOST_FIXTURE_TEST_CASE(batched_weights_may_be_left_out_for_scalars, Balanced) {
  const Tensor x = numbers({3}).requires_grad_();
  const Tensor y = x.sum(), z = x * x;
  const variable_list g = together({y, z}, {x}, {Tensor(), numbers({2, 3})});
  BOOST_TEST(eg::allclose(g[0], 1 + 2 * x.detach() * numbers({2, 3})));
}

BOOST_FIXTURE_TEST_CASE(batched_sees_hooks_once_for_each_cotangent, Balanced) {
  const Tensor x = numbers({3}).requires_grad_();
  const Tensor a = x * 2;
  std::vector<eg::DimVector> seen;
  a.register_hook([&](const Tensor& g) {
    seen.emplace_back(g.sizes());
    return g * g;
  });
  int of_leaf = 0, before = 0, after = 0;
  x.register_hook([&](const Tensor& g) {
    BOOST_TEST(g.dim() == 1);
    ++of_leaf;
  });
  const Tensor y = a.exp();
  y.grad_fn()->register_prehook([&](const variable_list& g) {
    BOOST_TEST(g[0].dim() == 1);
    ++before;
  });
  y.grad_fn()->register_hook([&](const variable_list& g, const variable_list&) {
    ++after;
    return variable_list{g[0] + 1};
  });
  check_alike({y}, {x}, {numbers({4, 3})});
  // Four times one by one, four times together.
  BOOST_TEST(seen.size() == 8u);
  for (const eg::DimVector& sizes : seen) BOOST_TEST(sizes == eg::DimVector{3});
  BOOST_TEST(of_leaf == 8);
  BOOST_TEST(before == 8);
  BOOST_TEST(after == 8);
}

BOOST_FIXTURE_TEST_CASE(batched_retained_gradients_are_those_of_single_calls, Balanced) {
  const Tensor x = numbers({3}).requires_grad_();
  const Tensor a = x * 2, y = a.exp();
  a.retain_grad();
  const Tensor w = numbers({4, 3});
  one_by_one({y}, {x}, {w});
  const Tensor wanted = a.grad().clone();
  a.mutable_grad().reset();
  together({y}, {x}, {w});
  BOOST_TEST(eg::allclose(a.grad(), wanted));
}

struct CountedSquare : eg::autograd::Function<CountedSquare> {
  static inline int calls = 0;
  static Tensor forward(eg::autograd::AutogradContext* ctx, const Tensor& x) {
    ctx->save_for_backward({x});
    return x * x;
  }
  static variable_list backward(eg::autograd::AutogradContext* ctx, const variable_list& g) {
    BOOST_TEST(g[0].dim() == 1);
    ++calls;
    return {g[0] * 2 * ctx->get_saved_variables()[0]};
  }
};

BOOST_FIXTURE_TEST_CASE(batched_evaluates_custom_functions_once_for_each_cotangent, Balanced) {
  const Tensor x = numbers({3}).requires_grad_();
  const Tensor y = CountedSquare::apply(x.exp());
  CountedSquare::calls = 0;
  together({y}, {x}, {numbers({4, 3})});
  BOOST_TEST(CountedSquare::calls == 4);
  check_alike({y}, {x}, {numbers({4, 3})});
}

BOOST_FIXTURE_TEST_CASE(batched_unpacks_saved_values_once_for_each_cotangent, Balanced) {
  const Tensor x = numbers({3}).requires_grad_();
  int packed = 0, unpacked = 0;
  Tensor y;
  {
    const eg::autograd::SavedTensorHooks hooks(
        [&](const Tensor& t) {
          ++packed;
          return t;
        },
        [&](const Tensor& t) {
          ++unpacked;
          return t;
        });
    y = x.sin();
  }
  together({y}, {x}, {numbers({4, 3})});
  BOOST_TEST(packed == 1);
  BOOST_TEST(unpacked == 4);
  check_alike({y}, {x}, {numbers({4, 3})});
}

BOOST_FIXTURE_TEST_CASE(batched_under_anomaly_mode, Balanced) {
  const eg::autograd::DetectAnomalyGuard watch;
  const Tensor x = eg::tensor({0.0, 1.0}, tracked);
  const Tensor y = x.sqrt() * x;
  check_alike({x.exp()}, {x}, {numbers({2, 2})});
  BOOST_CHECK_EXCEPTION(together({y}, {x}, {numbers({2, 2})}), eg::GraphError, Says{"nan"});
}

BOOST_FIXTURE_TEST_CASE(batched_results_are_recorded_with_create_graph, Balanced) {
  const Tensor x = numbers({3}).requires_grad_();
  const Tensor y = x.exp() * x.sum();
  const Tensor w = numbers({2, 3}).requires_grad_();
  const variable_list g = eg::autograd::grad(
      {y}, {x}, {.grad_outputs = {w}, .create_graph = true, .is_grads_batched = true});
  const variable_list again =
      eg::autograd::grad({(g[0] * g[0]).sum()}, {x, w}, {.retain_graph = true});
  Tensor sum = eg::zeros({});
  for (std::int64_t i = 0; i < 2; ++i) {
    const Tensor one =
        eg::autograd::grad({y}, {x}, {.grad_outputs = {w[i]}, .create_graph = true})[0];
    sum = sum + (one * one).sum();
  }
  const variable_list wanted = eg::autograd::grad({sum}, {x, w});
  BOOST_TEST(eg::allclose(again[0], wanted[0]));
  BOOST_TEST(eg::allclose(again[1], wanted[1]));
}

BOOST_FIXTURE_TEST_CASE(batch_of_none, Balanced) {
  const Tensor x = numbers({3, 2}).requires_grad_(), unused = numbers({2}).requires_grad_();
  bool called = false;
  const Tensor a = x * 2;
  a.register_hook([&](Tensor) { called = true; });
  const variable_list g = together({a.sum(0)}, {x, unused}, {eg::zeros({0, 2})});
  BOOST_TEST(g[0].sizes() == (eg::IntArrayRef{0, 3, 2}));
  BOOST_TEST(!g[1].defined());
  BOOST_TEST(!called);
}

BOOST_FIXTURE_TEST_CASE(materialized_gradients_are_zero, Balanced) {
  const Tensor x = numbers({3}).requires_grad_(), unused = numbers({2, 2}).requires_grad_();
  const Tensor y = x * x;
  const variable_list g =
      eg::autograd::grad({y.sum()}, {x, unused}, {.retain_graph = true, .materialize_grads = true});
  BOOST_TEST(eg::equal(g[1], eg::zeros({2, 2})));
  const variable_list batched = eg::autograd::grad({y}, {x, unused},
                                                   {.grad_outputs = {numbers({4, 3})},
                                                    .retain_graph = true,
                                                    .is_grads_batched = true,
                                                    .materialize_grads = true});
  // PyTorch leaves the leading dimension out here, unlike that of inputs that were used.
  BOOST_TEST(eg::equal(batched[1], eg::zeros({4, 2, 2})));
  const variable_list recorded =
      eg::autograd::grad({y.sum()}, {x, unused}, {.create_graph = true, .materialize_grads = true});
  BOOST_TEST(recorded[1].requires_grad());
}

BOOST_FIXTURE_TEST_CASE(batched_cotangents_that_do_not_fit, Balanced) {
  const Tensor x = numbers({3}).requires_grad_();
  const Tensor y = x * x, z = x.sum();
  const auto call = [&](const variable_list& outputs, const variable_list& w) {
    return [=] { eg::autograd::grad(outputs, {x}, {.grad_outputs = w, .is_grads_batched = true}); };
  };
  BOOST_CHECK_EXCEPTION(call({y}, {numbers({3})})(), eg::ShapeError, Says{"expected [3, 3]"});
  BOOST_CHECK_EXCEPTION(call({y}, {numbers({2, 1})})(), eg::ShapeError, Says{"expected [2, 3]"});
  BOOST_CHECK_EXCEPTION(call({z}, {numbers({})})(), eg::ShapeError, Says{"no dimensions"});
  BOOST_CHECK_EXCEPTION(call({y, y}, {numbers({2, 3}), numbers({4, 3})})(), eg::ShapeError,
                        Says{"equally many"});
  BOOST_CHECK_EXCEPTION(call({z}, {})(), eg::GraphError, Says{"leading dimension"});
  BOOST_CHECK_EXCEPTION(call({z}, {Tensor()})(), eg::GraphError, Says{"leading dimension"});
  BOOST_CHECK_EXCEPTION(call({y, z}, {Tensor(), numbers({2})})(), eg::GraphError,
                        Says{"implicitly created only for scalar"});
  // Nothing was released.
  check_alike({y, z}, {x}, {numbers({2, 3}), numbers({2})});
}

}  // namespace autograd_test
