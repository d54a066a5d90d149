#include "autograd/custom_support.hpp"

/// Section K of the specification: higher orders, forward mode and what the context holds.
namespace autograd_test {
namespace {

/// a^2 sin(b), with the backward pass in recorded operators.
struct Wave : Function<Wave> {
  static Tensor forward(AutogradContext* ctx, Tensor a, Tensor b) {
    ctx->save_for_backward({a, b});
    return a * a * b.sin();
  }
  static variable_list backward(AutogradContext* ctx, variable_list g) {
    const variable_list saved = ctx->get_saved_variables();
    const Tensor &a = saved[0], &b = saved[1];
    return {g[0] * 2 * a * b.sin(), g[0] * a * a * b.cos()};
  }
  static Tensor jvp(AutogradContext* ctx, variable_list t) {
    const variable_list saved = ctx->get_saved_variables();
    const Tensor &a = saved[0], &b = saved[1];
    return t[0] * 2 * a * b.sin() + t[1] * a * a * b.cos();
  }
};

/// exp, whose rules look at the output.
struct Exp : Function<Exp> {
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    const Tensor y = x.exp();
    ctx->save_for_backward({y});
    return y;
  }
  static variable_list vjp(AutogradContext* ctx, variable_list g) {
    return {g[0] * ctx->get_saved_variables()[0]};
  }
  static variable_list jvp(AutogradContext* ctx, variable_list t) {
    return {t[0] * ctx->get_saved_variables()[0]};
  }
};

/// A square whose gradient eigengrad does not see being computed.
struct Once : Function<Once> {
  static constexpr bool once_differentiable = true;
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    ctx->save_for_backward({x});
    return x * x;
  }
  static variable_list backward(AutogradContext* ctx, variable_list g) {
    BOOST_TEST(!eg::GradMode::is_enabled());
    const Tensor result = g[0].clone();
    const Tensor x = ctx->get_saved_variables()[0];
    for (std::int64_t i = 0; i < x.numel(); ++i)
      result.data_ptr<double>()[i] *= 2 * x.data_ptr<double>()[i];
    return {result};
  }
};

const Tensor& a() {
  static const Tensor t = eg::tensor({{0.5, -1.0}, {2.0, 0.3}}, tracked);
  return t;
}
const eg::GradcheckOptions both_modes{.check_forward_ad = true};

}  // namespace

BOOST_AUTO_TEST_CASE(E1_functions_are_differentiated_to_every_order) {
  const Tensor b = eg::tensor({{0.1, 0.2}, {-0.4, 1.0}}, tracked);
  const auto wave = [](const Tensor& x, const Tensor& y) { return Wave::apply(x, y); };
  BOOST_TEST(eg::gradcheck(wave, a(), b, both_modes));
  BOOST_TEST(eg::gradgradcheck(wave, a(), b, both_modes));
  const auto exp = [](const Tensor& x) { return Exp::apply(x); };
  BOOST_TEST(eg::gradcheck(exp, a(), both_modes));
  BOOST_TEST(eg::gradgradcheck(exp, a(), both_modes));
}

BOOST_FIXTURE_TEST_CASE(E5_fourth_derivative, Balanced) {
  const Tensor x = eg::tensor({0.7}, tracked);
  Tensor y = Exp::apply(x * x);
  for (int i = 0; i < 4; ++i) y = ag::grad({y}, {x}, {}, true, true)[0];
  const double v = 0.7, v2 = v * v;
  BOOST_TEST(equals(y, {std::exp(v2) * (16 * v2 * v2 + 48 * v2 + 12)}, 1e-13));
}

BOOST_FIXTURE_TEST_CASE(K10_once_differentiable, Balanced) {
  const Tensor x = eg::tensor({3.0, 4.0}, tracked), unrelated = eg::tensor({1.0}, tracked);
  Once::apply(x).sum().backward();
  BOOST_TEST(equals(x.grad(), {6.0, 8.0}));
  BOOST_TEST(!x.grad().requires_grad());
  x.mutable_grad().reset();
  Once::apply(x).sum().backward({}, {}, true);
  BOOST_TEST(equals(x.grad(), {6.0, 8.0}));
  BOOST_TEST(x.grad().requires_grad());
  const Tensor g = x.grad();
  x.mutable_grad().reset();
  const Says twice{
      "trying to differentiate twice a function that was marked with @once_differentiable"};
  BOOST_CHECK_EXCEPTION(g.sum().backward({}, true), eg::GraphError, twice);
  BOOST_CHECK_EXCEPTION(ag::grad({g.sum()}, {x}, {}, true), eg::GraphError, twice);
  BOOST_CHECK_EXCEPTION(ag::grad({g.sum()}, {unrelated}), eg::GraphError,
                        Says{"Set allow_unused=True"});
  // As part of something larger it is no constant either.
  const Tensor larger = ag::grad({(Once::apply(x) * x).sum()}, {x}, {}, true, true)[0];
  BOOST_CHECK_EXCEPTION(larger.sum().backward(), eg::GraphError, twice);
}

BOOST_FIXTURE_TEST_CASE(K10_marked_by_the_context, Balanced) {
  struct Marked : Function<Marked> {
    static Tensor forward(AutogradContext* ctx, Tensor x) {
      ctx->mark_once_differentiable();
      return x * 2;
    }
    static variable_list backward(AutogradContext*, variable_list g) { return {g[0] * 2}; }
  };
  const Tensor x = eg::tensor({3.0}, tracked);
  const Tensor g = ag::grad({Marked::apply(x)}, {x}, {}, true, true)[0];
  BOOST_CHECK_EXCEPTION(g.backward(), eg::GraphError, Says{"trying to differentiate twice"});
}

BOOST_FIXTURE_TEST_CASE(K10_tangents_of_its_gradients, Balanced) {
  const Tensor x = eg::tensor({3.0}, tracked);
  const Tensor y = Once::apply(x);
  const ag::DualLevel level;
  const Tensor dual = ag::make_dual(eg::ones({1}), eg::ones({1}));
  BOOST_CHECK_EXCEPTION(y.backward(dual), eg::GraphError, Says{"trying to differentiate twice"});
}

BOOST_FIXTURE_TEST_CASE(K11_saved_data_of_every_kind, Balanced) {
  struct Holds : Function<Holds> {
    static Tensor forward(AutogradContext* ctx, Tensor x) {
      auto& data = ctx->saved_data;
      data["double"] = 1.5;
      data["float"] = 2.5f;
      data["int64"] = std::int64_t{1} << 40;
      data["int"] = 7;
      data["bool"] = true;
      data["string"] = std::string("text");
      data["literal"] = "literal";
      data["tensor"] = x * 3;
      data["doubles"] = std::vector<double>{1, 2};
      data["ints"] = std::vector<std::int64_t>{3, 4};
      data["sizes"] = x.sizes();
      data["bools"] = std::vector<bool>{true, false};
      data["strings"] = std::vector<std::string>{"a", "b"};
      data["tensors"] = std::vector<Tensor>{x, Tensor()};
      data["some"] = eg::optional<double>(4.5);
      data["none"] = eg::optional<double>();
      data["scalar"] = eg::Scalar(2);
      return x * 2;
    }
    static variable_list backward(AutogradContext* ctx, variable_list g) {
      auto& data = ctx->saved_data;
      BOOST_TEST(data.size() == 17u);
      BOOST_TEST(data["double"].toDouble() == 1.5);
      BOOST_TEST(data["float"].toDouble() == 2.5);
      BOOST_TEST(data["int64"].toInt() == std::int64_t{1} << 40);
      BOOST_TEST(data["int"].to<int>() == 7);
      BOOST_TEST(data["bool"].toBool());
      BOOST_TEST(data["string"].toStringRef() == "text");
      BOOST_TEST(data["literal"].toStringView() == "literal");
      BOOST_TEST(equals(data["tensor"].toTensor(), {9.0}));
      BOOST_TEST(data["doubles"].toDoubleVector() == std::vector<double>({1, 2}));
      BOOST_TEST(data["ints"].toIntVector() == std::vector<std::int64_t>({3, 4}));
      BOOST_TEST(data["sizes"].toIntVector() == std::vector<std::int64_t>({1}));
      BOOST_TEST(data["bools"].toBoolVector() == std::vector<bool>({true, false}));
      BOOST_TEST(data["strings"].toStringVector() == std::vector<std::string>({"a", "b"}));
      const std::vector<Tensor> list = data["tensors"].to<std::vector<Tensor>>();
      BOOST_TEST(equals(list[0], {3.0}));
      BOOST_TEST(!list[1].defined());
      BOOST_TEST(data["some"].toOptional<double>().value() == 4.5);
      BOOST_TEST(!data["none"].toOptional<double>().has_value());
      BOOST_TEST(data["none"].isNone());
      BOOST_TEST(data["scalar"].toScalar().toLong() == 2);
      BOOST_TEST(data["unknown"].isNone());
      BOOST_CHECK_EXCEPTION(data["int"].toDouble(), eg::DtypeError,
                            SaysAll("expected Double", "of kind Int"));
      BOOST_CHECK_EXCEPTION(data["double"].toTensor(), eg::DtypeError, Says{"expected Tensor"});
      return {g[0] * 2};
    }
  };
  const Tensor x = eg::tensor({3.0}, tracked);
  Holds::apply(x).backward();
  BOOST_TEST(equals(x.grad(), {2.0}));
}

BOOST_FIXTURE_TEST_CASE(K11_tensors_in_saved_data_have_their_history, Balanced) {
  struct Cube : Function<Cube> {
    static Tensor forward(AutogradContext* ctx, Tensor x) {
      const Tensor y = x * x * x;
      ctx->saved_data["x"] = x;
      ctx->saved_data["all"] = std::vector<Tensor>{x, y};
      return y;
    }
    static variable_list backward(AutogradContext* ctx, variable_list g) {
      // 3 y / x
      const std::vector<Tensor> all = ctx->saved_data["all"].toTensorVector();
      return {g[0] * 3 * all[1] / ctx->saved_data["x"].toTensor()};
    }
  };
  std::weak_ptr<ag::Node> weak;
  {
    const Tensor x = eg::tensor({2.0}, tracked);
    const Tensor y = Cube::apply(x * 1);
    weak = y.grad_fn();
    const Tensor g = ag::grad({y}, {x}, {}, true, true)[0];
    BOOST_TEST(equals(g, {12.0}));
    BOOST_TEST(equals(ag::grad({g}, {x}, {}, true)[0], {12.0}));
    // A gradient that has a history, kept by a leaf that saved_data refers to, is no cycle either.
    Cube::apply(x).backward({}, eg::nullopt, true);
    BOOST_TEST(x.grad().requires_grad());
  }
  BOOST_TEST(weak.expired());
}

BOOST_FIXTURE_TEST_CASE(K12_tangents_by_jvp, Balanced) {
  const Tensor x = eg::tensor({0.5, 2.0}, tracked), y = eg::tensor({1.0, -1.0});
  const ag::DualLevel level;
  const Tensor t = eg::tensor({1.0, 10.0});
  const Tensor out = Wave::apply(ag::make_dual(x, t), y);
  const Tensor tangent = ag::unpack_dual(out).tangent;
  BOOST_TEST(equals(tangent, t * 2 * x.detach() * y.sin(), kClose));
  // Recorded: reverse over forward.
  BOOST_TEST(equals(ag::grad({tangent.sum()}, {x})[0], t * 2 * y.sin(), kClose));
  BOOST_TEST(!ag::unpack_dual(Wave::apply(x, y)).tangent.defined());
  const eg::NoGradGuard off;
  BOOST_TEST(ag::unpack_dual(Wave::apply(ag::make_dual(x, t), y)).tangent.defined());
}

BOOST_FIXTURE_TEST_CASE(K12_forward_sees_no_tangents, Balanced) {
  struct Plain : Function<Plain> {
    static variable_list forward(AutogradContext*, Tensor x, Tensor y) {
      const Tensor z = x * 2;
      BOOST_TEST(!z.impl()->has_tangent());
      return {z, x, x.sum().to(eg::kInt64), y};
    }
    static variable_list jvp(AutogradContext*, variable_list t) {
      BOOST_TEST(equals(t[1], {0.0}));
      return {t[0] * 5, t[0], Tensor(), Tensor()};
    }
  };
  const Tensor x = eg::tensor({1.0, 2.0}), y = eg::tensor({1.0});
  const ag::DualLevel level;
  const Tensor given = eg::ones({2});
  const variable_list out = Plain::apply(ag::make_dual(x, given), y);
  BOOST_TEST(equals(ag::unpack_dual(out[0]).tangent, {5.0, 5.0}));
  BOOST_TEST(equals(ag::unpack_dual(out[1]).tangent, {1.0, 1.0}));
  BOOST_TEST(!ag::unpack_dual(out[2]).tangent.defined());
  BOOST_TEST(!ag::unpack_dual(out[3]).tangent.defined());
}

BOOST_FIXTURE_TEST_CASE(K12_an_input_written_in_place, Balanced) {
  struct Triple : Function<Triple> {
    static Tensor forward(AutogradContext* ctx, Tensor x) {
      ctx->mark_dirty({x});
      return x.mul_(3);
    }
    static variable_list backward(AutogradContext*, variable_list g) { return {g[0] * 3}; }
    static variable_list jvp(AutogradContext*, variable_list t) { return {t[0] * 3}; }
  };
  const ag::DualLevel level;
  const Tensor dual = ag::make_dual(eg::tensor({1.0}), eg::tensor({2.0}));
  BOOST_TEST(Triple::apply(dual).is_same(dual));
  BOOST_TEST(equals(ag::unpack_dual(dual).tangent, {6.0}));
}

BOOST_FIXTURE_TEST_CASE(K12_errors, Balanced) {
  struct NoJvp : Function<NoJvp> {
    static Tensor forward(AutogradContext*, Tensor x) { return x * 2; }
    static variable_list backward(AutogradContext*, variable_list g) { return {g[0] * 2}; }
  };
  struct Wrong : Function<Wrong> {
    static Tensor forward(AutogradContext*, Tensor x, std::int64_t) { return x * 2; }
    static variable_list jvp(AutogradContext*, variable_list t) {
      if (t.size() == 2 && !t[1].defined()) return {t[0].sum()};
      return {};
    }
  };
  struct Many : Function<Many> {
    static Tensor forward(AutogradContext*, Tensor x) { return x * 2; }
    static variable_list jvp(AutogradContext*, variable_list t) { return {t[0], t[0]}; }
  };
  struct Two : Function<Two> {
    static Tensor forward(AutogradContext*, Tensor x) { return x * 2; }
    static variable_list backward(AutogradContext*, variable_list g) { return g; }
    static variable_list vjp(AutogradContext*, variable_list g) { return g; }
  };
  const Tensor x = eg::tensor({1.0, 2.0});
  {
    const ag::DualLevel level;
    const Tensor dual = ag::make_dual(x, x);
    BOOST_CHECK_EXCEPTION(NoJvp::apply(dual), eg::NotImplementedError,
                          SaysAll("[NoJvp]", "a tangent arrives", "has no jvp()"));
    BOOST_CHECK_EXCEPTION(Wrong::apply(dual, 1), eg::ShapeError,
                          SaysAll("[Wrong]", "different size", "[] against [2]"));
    BOOST_CHECK_EXCEPTION(Many::apply(dual), eg::GraphError,
                          SaysAll("[Many]", "incorrect number of tangents: expected 1, got 2"));
    BOOST_TEST(ag::DualLevel::is_open());
  }
  BOOST_CHECK_EXCEPTION(Two::apply(x), eg::GraphError,
                        SaysAll("[Two]", "a backward() and a vjp()"));
}

BOOST_FIXTURE_TEST_CASE(S4_tangents_of_gradients, Balanced) {
  const Tensor x = eg::tensor({0.3, 0.6}, tracked);
  const ag::DualLevel level;
  const Tensor v = eg::tensor({1.0, -2.0});
  const Tensor dual = ag::make_dual(x, v);
  const Tensor g = ag::grad({Exp::apply(dual).sum()}, {dual})[0];
  BOOST_TEST(equals(ag::unpack_dual(g).tangent, v * x.detach().exp(), kClose));
}

BOOST_FIXTURE_TEST_CASE(A4_names_of_nodes, Balanced) {
  struct Local : Function<Local> {
    static Tensor forward(AutogradContext*, Tensor x) { return x * 2; }
  };
  const Tensor x = eg::tensor({1.0}, tracked);
  BOOST_TEST(name_of(Local::apply(x)) == "LocalBackward");
  BOOST_TEST(text(Exp::apply(x * 0)) == "tensor([1.], grad_fn=<ExpBackward>)");
  BOOST_TEST(eg::detail::class_name(typeid(std::vector<std::string>)).rfind("vector<", 0) == 0u);
}

BOOST_FIXTURE_TEST_CASE(T1_hooks_of_saved_values_see_what_functions_save, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  int packed = 0, unpacked = 0;
  Tensor y;
  {
    const ag::SavedTensorHooks hooks(
        [&](const Tensor& t) {
          ++packed;
          return t * 2;
        },
        [&](const Tensor& t) {
          ++unpacked;
          return t / 2;
        });
    y = Wave::apply(x, x);
  }
  BOOST_TEST(packed == 2);
  y.backward();
  BOOST_TEST(unpacked == 2);
  BOOST_TEST(equals(x.grad(), {2 * std::sin(1.0) + std::cos(1.0)}, kClose));
}

}  // namespace autograd_test
