#include "autograd/custom_support.hpp"

/// Section K of the specification: operators of the user's own.
namespace autograd_test {
namespace {

/// a + s b + a b, as libtorch's users write it.
struct Mixed : Function<Mixed> {
  static Variable forward(AutogradContext* ctx, Variable a, double s, Variable b) {
    ctx->saved_data["s"] = s;
    ctx->save_for_backward({a, b});
    return a + s * b + a * b;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const double s = ctx->saved_data["s"].toDouble();
    const variable_list saved = ctx->get_saved_variables();
    const Tensor &a = saved[0], &b = saved[1], &g = grads[0];
    return {g + g * b, Variable(), g * s + g * a};
  }
};

struct Square : Function<Square> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    ctx->save_for_backward({x});
    return x * x;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    return {2 * ctx->get_saved_variables()[0] * grads[0]};
  }
};

/// Takes everything an argument may be.
struct Everything : Function<Everything> {
  inline static bool recorded = true;
  static variable_list forward(AutogradContext* ctx, Tensor x, double d, std::int64_t n, int i,
                               bool flag, std::string text, const std::vector<double>& numbers,
                               eg::optional<Tensor> maybe, eg::optional<Tensor> nothing,
                               variable_list list, Tensor undefined) {
    recorded = eg::GradMode::is_enabled() || (x * 2).requires_grad();
    BOOST_TEST(text == "text");
    BOOST_TEST(flag);
    BOOST_TEST(!undefined.defined());
    BOOST_TEST(!nothing.has_value());
    ctx->save_for_backward({x, *maybe, list[0], list[1]});
    const double s = d + static_cast<double>(n) + i + numbers[0];
    ctx->saved_data["s"] = s;
    return {s * x, *maybe * list[0] + list[1]};
  }
  static variable_list backward(AutogradContext* ctx, variable_list g) {
    const variable_list saved = ctx->get_saved_variables();
    const double s = ctx->saved_data["s"].toDouble();
    return {s * g[0], {}, {}, {}, {}, {}, {}, g[1] * saved[2], {}, g[1] * saved[1], g[1], {}};
  }
};

struct TwoOutputs : Function<TwoOutputs> {
  inline static std::vector<bool> arrived;
  inline static bool materialize = true;
  static variable_list forward(AutogradContext* ctx, Tensor x) {
    ctx->set_materialize_grads(materialize);
    return {x * 2, x.sum() * 3};
  }
  static variable_list backward(AutogradContext*, variable_list g) {
    arrived = {g[0].defined(), g[1].defined()};
    Tensor sum = g[0].defined() ? g[0] * 2 : eg::zeros({3});
    if (g[1].defined()) sum = sum + g[1] * 3;
    return {sum};
  }
};

/// What a test wants to happen in backward().
struct Free : Function<Free> {
  inline static std::function<variable_list(AutogradContext*, variable_list)> rule;
  static Tensor forward(AutogradContext*, Tensor x, Tensor y) { return x * 2 + y; }
  static variable_list backward(AutogradContext* ctx, variable_list g) { return rule(ctx, g); }
};
/// Sets the rule for the length of a case.
struct Rule {
  explicit Rule(decltype(Free::rule) f) { Free::rule = std::move(f); }
  ~Rule() { Free::rule = nullptr; }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(K1_function_as_libtorch_writes_it, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked);
  const Tensor y = eg::tensor({{5.0, 6.0}, {7.0, 8.0}}, tracked);
  const Tensor z = Mixed::apply(x, 2.0, y);
  BOOST_TEST(equals(z, x.detach() + 2 * y.detach() + x.detach() * y.detach()));
  BOOST_TEST(name_of(z) == "MixedBackward");
  BOOST_TEST(!z.is_leaf());
  z.sum().backward();
  BOOST_TEST(equals(x.grad(), y.detach() + 1));
  BOOST_TEST(equals(y.grad(), x.detach() + 2));
}

BOOST_FIXTURE_TEST_CASE(K1_forward_runs_unrecorded_and_takes_any_argument, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked), m = eg::tensor({3.0, 4.0}, tracked);
  const Tensor a = eg::tensor({5.0, 6.0}, tracked), b = eg::tensor({7.0, 8.0}, tracked);
  const variable_list y = Everything::apply(x, 1.5, std::int64_t{2}, 3, true, "text",
                                            std::vector<double>{4.0}, eg::optional<Tensor>(m),
                                            eg::optional<Tensor>(), variable_list{a, b}, Tensor());
  BOOST_TEST(!Everything::recorded);
  BOOST_TEST(eg::GradMode::is_enabled());
  BOOST_REQUIRE_EQUAL(y.size(), 2u);
  BOOST_TEST(y[0].output_nr() == 0);
  BOOST_TEST(y[1].output_nr() == 1);
  BOOST_TEST(y[0].grad_fn() == y[1].grad_fn());
  BOOST_TEST(y[0].grad_fn()->num_outputs() == 5u);
  (y[0] + y[1]).sum().backward();
  BOOST_TEST(equals(x.grad(), {10.5, 10.5}));
  BOOST_TEST(equals(m.grad(), {5.0, 6.0}));
  BOOST_TEST(equals(a.grad(), {3.0, 4.0}));
  BOOST_TEST(equals(b.grad(), {1.0, 1.0}));
}

BOOST_FIXTURE_TEST_CASE(K1_nothing_is_recorded_without_need, Balanced) {
  const Tensor x = eg::tensor({3.0});
  const Alive before;
  const Tensor y = Square::apply(x);
  BOOST_TEST(!y.requires_grad());
  BOOST_TEST(Alive().nodes == before.nodes);
  const Tensor t = eg::tensor({3.0}, tracked);
  {
    const eg::NoGradGuard off;
    const Tensor z = Square::apply(t);
    BOOST_TEST(!z.requires_grad());
    BOOST_TEST(z.is_leaf());
    BOOST_TEST(!eg::GradMode::is_enabled());
  }
  const eg::InferenceMode inference;
  BOOST_TEST(Square::apply(t).is_inference());
}

BOOST_FIXTURE_TEST_CASE(K2_saved_variables_keep_their_order_and_may_be_undefined, Balanced) {
  struct Keeps : Function<Keeps> {
    static Tensor forward(AutogradContext* ctx, Tensor x, Tensor y) {
      const Tensor z = x * y;
      ctx->save_for_backward({y, Tensor(), z, x});
      const variable_list now = ctx->get_saved_variables();
      BOOST_TEST(now.size() == 4u);
      return z;
    }
    static variable_list backward(AutogradContext* ctx, variable_list g) {
      const variable_list saved = ctx->get_saved_variables();
      BOOST_TEST(saved.size() == 4u);
      BOOST_TEST(!saved[1].defined());
      BOOST_TEST(equals(saved[2], {6.0}));
      return {g[0] * saved[0], g[0] * saved[3]};
    }
  };
  const Tensor x = eg::tensor({2.0}, tracked), y = eg::tensor({3.0}, tracked);
  const Tensor z = Keeps::apply(x, y);
  z.backward();
  BOOST_TEST(equals(x.grad(), {3.0}));
  BOOST_TEST(equals(y.grad(), {2.0}));
}

BOOST_FIXTURE_TEST_CASE(K2_saved_variables_are_those_that_were_saved, Balanced) {
  struct Same : Function<Same> {
    static Tensor forward(AutogradContext* ctx, Tensor x) {
      const Tensor y = x.exp();
      ctx->save_for_backward({x, y});
      return y;
    }
    static variable_list backward(AutogradContext* ctx, variable_list g) {
      variable_list saved = ctx->get_saved_variables();
      seen() = saved;
      return {g[0] * saved[1]};
    }
    static variable_list& seen() {
      static variable_list list;
      return list;
    }
  };
  const Tensor x = eg::tensor({0.5}, tracked);
  const Tensor y = Same::apply(x);
  const Tensor g = ag::grad({y}, {x}, {}, true, true)[0];
  BOOST_TEST(Same::seen()[0].is_same(x));
  BOOST_TEST(Same::seen()[1].is_same(y));
  // The saved output has its history: the second derivative of exp is exp.
  BOOST_TEST(equals(ag::grad({g}, {x})[0], y.detach(), kClose));
  Same::seen().clear();
}

BOOST_FIXTURE_TEST_CASE(K2_saved_variables_are_checked_for_writes, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked);
  Tensor a = x * 1;
  const Tensor y = Square::apply(a);
  a.add_(1);
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError,
                        SaysAll("SquareBackward", "modified by an inplace operation"));
  BOOST_TEST(!x.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(K2_saved_variables_go_with_the_graph, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked);
  const Tensor y = Square::apply(x * 1);
  const std::int64_t storages = eg::Storage::live_count();
  y.backward({}, true);
  x.mutable_grad().reset();
  y.backward();
  BOOST_TEST(equals(x.grad(), {4.0}));
  BOOST_TEST(eg::Storage::live_count() == storages);  // x * 1 went, x.grad came
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError,
                        Says{"Trying to backward through the graph a second time"});
}

BOOST_FIXTURE_TEST_CASE(K2_saving_an_output_is_no_cycle, Balanced) {
  struct Exp : Function<Exp> {
    static Tensor forward(AutogradContext* ctx, Tensor x) {
      const Tensor y = x.exp();
      ctx->save_for_backward({y});
      ctx->saved_data["y"] = y;
      ctx->saved_data["list"] = std::vector<Tensor>{y, x};
      return y;
    }
    static variable_list backward(AutogradContext* ctx, variable_list g) {
      return {g[0] * ctx->get_saved_variables()[0]};
    }
  };
  const Tensor x = eg::tensor({0.0}, tracked);
  std::weak_ptr<ag::Node> weak;
  {
    const Tensor y = Exp::apply(x);
    weak = y.grad_fn();
    BOOST_TEST(!weak.expired());
  }
  BOOST_TEST(weak.expired());
  // Nor when it was differentiated, with a gradient that has a history.
  Exp::apply(x).backward({}, eg::nullopt, true);
}

BOOST_FIXTURE_TEST_CASE(K3_trailing_undefined_gradients_are_accepted, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked), y = eg::tensor({3.0}, tracked);
  const Rule rule([](AutogradContext*, variable_list g) {
    return variable_list{g[0] * 2, g[0], Tensor(), Tensor()};
  });
  Free::apply(x, y).backward();
  BOOST_TEST(equals(x.grad(), {2.0}));
  BOOST_TEST(equals(y.grad(), {1.0}));
}

BOOST_FIXTURE_TEST_CASE(K3_wrong_number_of_gradients, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked), y = eg::tensor({3.0}, tracked);
  for (const int n : {0, 1, 3, 4}) {
    const Rule rule([n](AutogradContext*, variable_list g) {
      return variable_list(static_cast<std::size_t>(n), g[0]);
    });
    BOOST_CHECK_EXCEPTION(Free::apply(x, y).backward(), eg::GraphError,
                          SaysAll("[Free]", "incorrect number of gradients", "expected 2",
                                  "got " + std::to_string(n)));
  }
  BOOST_TEST(!x.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(K3_gradient_for_what_is_no_tensor, Balanced) {
  struct Wrong : Function<Wrong> {
    static Tensor forward(AutogradContext*, Tensor x, double) { return x * 2; }
    static variable_list backward(AutogradContext*, variable_list g) { return {g[0], g[0]}; }
  };
  const Tensor x = eg::tensor({2.0}, tracked);
  BOOST_CHECK_EXCEPTION(Wrong::apply(x, 1.0).backward(), eg::GraphError,
                        SaysAll("[Wrong]", "a gradient for argument 1, which is no tensor"));
}

BOOST_FIXTURE_TEST_CASE(K3_C11_gradients_are_summed_and_converted, Balanced) {
  const Tensor x = eg::ones({1, 3}, eg::TensorOptions(eg::kFloat32).requires_grad(true));
  const Tensor y = eg::ones({}, tracked);
  const Rule rule([](AutogradContext*, variable_list g) {
    return variable_list{g[0].to(eg::kFloat64).expand({4, 3}), eg::ones({2, 5})};
  });
  Free::apply(x, y).sum().backward();
  BOOST_TEST(equals(x.grad(), eg::full({1, 3}, 4, eg::kFloat32)));
  BOOST_TEST(equals(y.grad(), 10));
}

BOOST_FIXTURE_TEST_CASE(K3_C11_gradient_of_a_wrong_shape, Balanced) {
  const Tensor x = eg::ones({3}, tracked), y = eg::ones({3}, tracked);
  const Rule rule([](AutogradContext*, variable_list g) {
    return variable_list{g[0], eg::ones({2})};
  });
  BOOST_CHECK_EXCEPTION(Free::apply(x, y).sum().backward(), eg::ShapeError,
                        SaysAll("[Free]", "an invalid gradient at index 1", "got [2]",
                                "expected shape compatible with [3]"));
}

BOOST_FIXTURE_TEST_CASE(K3_C12_undefined_gradients_stay_undefined, Balanced) {
  const Tensor x = eg::ones({3}, tracked), y = eg::ones({3}, tracked);
  const Rule rule([](AutogradContext*, variable_list) { return variable_list(2); });
  Free::apply(x, y).sum().backward();
  BOOST_TEST(!x.grad().defined());
  const variable_list g = ag::grad({Free::apply(x, y).sum()}, {x, y}, {}, {}, false, true);
  BOOST_TEST(!g[0].defined());
  BOOST_TEST(!g[1].defined());
  BOOST_CHECK_EXCEPTION(ag::grad({Free::apply(x, y).sum()}, {x}), eg::GraphError,
                        Says{"Set allow_unused=True"});
  // What comes before such a function gets zeros.
  const Tensor z = TwoOutputs::apply(x)[0];
  Free::apply(z, y).sum().backward();
  BOOST_TEST(equals(x.grad(), {0.0, 0.0, 0.0}));
}

BOOST_FIXTURE_TEST_CASE(K6_A8_missing_gradients_are_zeros_unless_told_otherwise, Balanced) {
  const Tensor x = eg::ones({3}, tracked);
  TwoOutputs::materialize = true;
  TwoOutputs::apply(x)[1].backward();
  BOOST_TEST(TwoOutputs::arrived == std::vector<bool>({true, true}),
             boost::test_tools::per_element());
  BOOST_TEST(equals(x.grad(), {3.0, 3.0, 3.0}));
  TwoOutputs::materialize = false;
  TwoOutputs::apply(x)[1].backward();
  BOOST_TEST(TwoOutputs::arrived == std::vector<bool>({false, true}),
             boost::test_tools::per_element());
  BOOST_TEST(equals(x.grad(), {6.0, 6.0, 6.0}));
  TwoOutputs::materialize = true;
}

BOOST_FIXTURE_TEST_CASE(A7_output_numbers_survive_saving, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0, 3.0}, tracked);
  const variable_list y = TwoOutputs::apply(x);
  const Tensor z = Square::apply(y[1]);
  BOOST_TEST(z.grad_fn()->next_edge(0).input_nr == 1u);
  const Tensor g = ag::grad({z}, {x}, {}, true, true)[0];
  BOOST_TEST(equals(g, {108.0, 108.0, 108.0}));
  BOOST_TEST(equals(ag::grad({g.sum()}, {x})[0], {54.0, 54.0, 54.0}));
}

BOOST_FIXTURE_TEST_CASE(K9_A10_needs_input_grad_tells_what_the_sweep_wants, Balanced) {
  struct Asks : Function<Asks> {
    static std::vector<bool>& seen() {
      static std::vector<bool> list;
      return list;
    }
    static Tensor forward(AutogradContext* ctx, Tensor x, double, Tensor y, Tensor z) {
      seen() = {ctx->needs_input_grad(0), ctx->needs_input_grad(1), ctx->needs_input_grad(2)};
      return x * y * z;
    }
    static variable_list backward(AutogradContext* ctx, variable_list g) {
      seen() = {ctx->needs_input_grad(0), ctx->needs_input_grad(1), ctx->needs_input_grad(2)};
      BOOST_CHECK_EXCEPTION(ctx->needs_input_grad(3), eg::IndexError, Says{"out of range"});
      return {g[0], Tensor(), g[0], Tensor()};
    }
  };
  const auto saw = [](bool x, bool y, bool z) {
    return Asks::seen() == std::vector<bool>({x, y, z});
  };
  const Tensor x = eg::tensor({2.0}, tracked), y = eg::tensor({3.0}, tracked);
  const Tensor z = eg::tensor({4.0});
  const Tensor out = Asks::apply(x, 1.0, y, z);
  BOOST_TEST(saw(true, true, false));
  ag::grad({out}, {x}, {}, true);
  BOOST_TEST(saw(true, false, false));
  ag::grad({out}, {y}, {}, true);
  BOOST_TEST(saw(false, true, false));
  out.backward();
  BOOST_TEST(saw(true, true, false));
  const eg::NoGradGuard off;
  Asks::apply(x, 1.0, y, z);
  BOOST_TEST(saw(false, false, false));
}

BOOST_FIXTURE_TEST_CASE(K13_without_backward_only_the_sweep_fails, Balanced) {
  struct OneWay : Function<OneWay> {
    static Tensor forward(AutogradContext*, Tensor x) { return x * 2; }
  };
  const Tensor x = eg::tensor({2.0}, tracked);
  const Tensor y = OneWay::apply(x);
  BOOST_TEST(equals(y, {4.0}));
  BOOST_TEST(y.requires_grad());
  BOOST_CHECK_EXCEPTION(y.backward(), eg::NotImplementedError,
                        SaysAll("[OneWay]", "the function has no backward()"));
}

BOOST_FIXTURE_TEST_CASE(K14_operation_without_derivative, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  const Tensor y = eg::nextafter(x, eg::tensor({2.0}));
  BOOST_TEST(y.requires_grad());
  BOOST_CHECK_EXCEPTION((y * 2).backward(), eg::NotImplementedError,
                        Says{"the derivative for 'nextafter' is not implemented"});
  // Nothing fails for a tensor whose gradient nobody wants.
  const Tensor z = eg::tensor({3.0}, tracked);
  BOOST_TEST(equals(ag::grad({y * z}, {z})[0], y.detach()));
}

}  // namespace autograd_test
