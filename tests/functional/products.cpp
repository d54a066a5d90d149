#include <boost/test/unit_test.hpp>
#include <tuple>

#include "functional/support.hpp"

using namespace functional_test;
using eg::Strategy;

namespace {

const eg::Tensor kX = eg::tensor({1.5, -2.0, 0.5});

eg::Tensor two_arguments(const std::vector<eg::Tensor>& v) { return (v[0] * v[0] * v[1]).sum(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(products)

BOOST_AUTO_TEST_CASE(vjp_one_argument) {
  const eg::Tensor v = eg::tensor({2.0, -3.0});
  const auto [value, product] = eg::vjp(pair_of, kX, v);
  check_close(value, pair_of(kX));
  check_close(product, v.matmul(pair_jacobian(1.5, -2.0, 0.5)));
  BOOST_TEST(!value.requires_grad());
  BOOST_TEST(!product.requires_grad());
  const auto [f, g] = eg::vjp(cubic, kX);
  check_close(f, cubic(kX));
  check_close(g, cubic_gradient(1.5, -2.0, 0.5));
}

BOOST_AUTO_TEST_CASE(jvp_one_argument) {
  const eg::Tensor v = eg::tensor({2.0, -3.0, 0.25});
  const eg::Tensor want = pair_jacobian(1.5, -2.0, 0.5).matmul(v);
  for (const Strategy s : {Strategy::Forward, Strategy::Reverse, Strategy::Auto}) {
    const auto [value, product] = eg::jvp(pair_of, kX, v, {.strategy = s});
    check_close(value, pair_of(kX));
    check_close(product, want);
    BOOST_TEST(!value.requires_grad());
    BOOST_TEST(!product.requires_grad());
  }
  const auto [f, t] = eg::jvp([](const eg::Tensor& x) { return x.exp(); }, eg::tensor(1.0));
  check_close(t, f);
  BOOST_TEST(!eg::autograd::DualLevel::is_open());
}

BOOST_AUTO_TEST_CASE(hvp_and_vhp_one_argument) {
  const eg::Tensor v = eg::tensor({2.0, -3.0, 0.25});
  const eg::Tensor want = cubic_hessian(1.5, -2.0).matmul(v);
  for (const Strategy s : {Strategy::Forward, Strategy::Reverse, Strategy::Auto}) {
    const auto [value, product] = eg::hvp(cubic, kX, v, {.strategy = s});
    check_close(value, cubic(kX));
    check_close(product, want);
    BOOST_TEST(!value.requires_grad());
    BOOST_TEST(!product.requires_grad());
  }
  const auto [value, product] = eg::vhp(cubic, kX, v);
  check_close(value, cubic(kX));
  check_close(product, want);
  const auto [f, h] = eg::hvp([](const eg::Tensor& x) { return x.pow(3); }, eg::tensor(2.0));
  check_close(h, eg::tensor(12.0));
}

BOOST_AUTO_TEST_CASE(lists) {
  const eg::Tensor a = eg::tensor({1.0, 2.0}), b = eg::tensor({3.0, -1.0});
  const eg::Tensor va = eg::tensor({0.5, 1.0}), vb = eg::tensor({2.0, 4.0});
  const auto [value, g] = eg::vjp(two_arguments, {a, b}, {eg::tensor(2.0)});
  check_close(value, eg::tensor(-1.0));
  check_close(g.at(0), 4 * a * b);
  check_close(g.at(1), 2 * a * a);

  for (const Strategy s : {Strategy::Forward, Strategy::Reverse}) {
    const auto [f, t] = eg::jvp(two_arguments, {a, b}, {va, vb}, {.strategy = s});
    check_close(t, (2 * a * b * va + a * a * vb).sum());
    const auto [f2, h] = eg::hvp(two_arguments, {a, b}, {va, vb}, {.strategy = s});
    check_close(f2, f);
    check_close(h.at(0), 2 * b * va + 2 * a * vb);
    check_close(h.at(1), 2 * a * va);
  }
  const auto [f3, h3] = eg::vhp(two_arguments, {a, b}, {va, vb});
  check_close(h3.at(0), 2 * b * va + 2 * a * vb);
  check_close(h3.at(1), 2 * a * va);

  // `{a}` is a list for a function of lists
  const auto [f4, g4] = eg::vjp([](const std::vector<eg::Tensor>& v) { return v[0].sum(); }, {a});
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(g4)>, std::vector<eg::Tensor>>);
  check_close(g4.at(0), eg::ones({2}));
  check_close(f4, eg::tensor(3.0));
}

BOOST_AUTO_TEST_CASE(several_outputs) {
  const auto both = [](const eg::Tensor& x) { return std::tuple(x * x, x.sum()); };
  const eg::Tensor v = eg::tensor({1.0, 0.0, -1.0});
  for (const Strategy s : {Strategy::Forward, Strategy::Reverse}) {
    const auto [values, tangents] = eg::jvp(both, kX, v, {.strategy = s});
    check_close(values.at(0), kX * kX);
    check_close(values.at(1), eg::tensor(0.0));
    check_close(tangents.at(0), 2 * kX * v);
    check_close(tangents.at(1), eg::tensor(0.0));
  }
  const auto list = [](const std::vector<eg::Tensor>& x) {
    return std::array{x[0] * x[0], x[0].sum()};
  };
  const auto [values, g] = eg::vjp(list, {kX}, std::vector<eg::Tensor>{v, eg::tensor(3.0)});
  BOOST_TEST(values.size() == 2u);
  check_close(g.at(0), 2 * kX * v + 3);
}

BOOST_AUTO_TEST_CASE(Q1_independent_parts_are_zero) {
  const auto constant = [](const eg::Tensor&) { return eg::ones({2}); };
  const auto linear = [](const eg::Tensor& x) { return 3 * x.sum(); };
  const eg::Tensor v = eg::ones({3});
  check_close(eg::vjp(constant, kX, eg::ones({2})).second, eg::zeros({3}));
  for (const Strategy s : {Strategy::Forward, Strategy::Reverse}) {
    check_close(eg::jvp(constant, kX, v, {.strategy = s}).second, eg::zeros({2}));
    check_close(eg::hvp(linear, kX, v, {.strategy = s}).second, eg::zeros({3}));
    check_close(
        eg::hvp([](const eg::Tensor&) { return eg::tensor(1.0); }, kX, v, {.strategy = s}).second,
        eg::zeros({3}));
    // an output that is no number of the kind that has derivatives
    const auto [values, tangents] = eg::jvp(
        [](const eg::Tensor& x) { return std::pair(x * x, x.argmax()); }, kX, v, {.strategy = s});
    check_close(tangents.at(0), 2 * kX);
    BOOST_TEST(tangents.at(1).item<double>() == 0.0);
  }
  check_close(eg::vhp(linear, kX, v).second, eg::zeros({3}));
}

BOOST_AUTO_TEST_CASE(recorded_on_request) {
  const auto f = [](const eg::Tensor& x) { return x.pow(3); };
  const eg::Tensor x = eg::tensor({2.0, 3.0}, eg::requires_grad());
  const eg::Tensor v = eg::tensor({1.0, -1.0}, eg::requires_grad());
  const eg::FunctionalOptions recorded{.create_graph = true};
  const auto by_x = [&](const eg::Tensor& p) {
    return eg::autograd::grad({p.sum()}, {x}, {}, true)[0];
  };
  const auto by_v = [&](const eg::Tensor& p) {
    return eg::autograd::grad({p.sum()}, {v}, {}, true)[0];
  };

  const eg::Tensor p1 = eg::vjp(f, x, v, recorded).second;  // 3 x^2 v
  check_close(by_x(p1), eg::tensor({12.0, -18.0}));
  check_close(by_v(p1), eg::tensor({12.0, 27.0}));
  for (const Strategy s : {Strategy::Forward, Strategy::Reverse}) {
    const eg::FunctionalOptions o{.create_graph = true, .strategy = s};
    const auto [value, p2] = eg::jvp(f, x, v, o);
    check_close(by_x(value), eg::tensor({12.0, 27.0}));
    check_close(by_x(p2), eg::tensor({12.0, -18.0}));
    check_close(by_v(p2), eg::tensor({12.0, 27.0}));
    const auto total = [&](const eg::Tensor& t) { return f(t).sum(); };
    const auto [value3, p3] = eg::hvp(total, x, v, o);  // 6 x v
    check_close(by_x(value3), eg::tensor({12.0, 27.0}));
    check_close(by_x(p3), eg::tensor({6.0, -6.0}));
    check_close(by_v(p3), eg::tensor({12.0, 18.0}));
  }
  const eg::Tensor p4 =
      eg::vhp([&](const eg::Tensor& t) { return f(t).sum(); }, x, v, recorded).second;
  check_close(by_x(p4), eg::tensor({6.0, -6.0}));

  const eg::NoGradGuard off;  // asked for is asked for
  BOOST_TEST(eg::vjp(f, x, v, recorded).second.requires_grad());
  BOOST_TEST(eg::jvp(f, x, v, recorded).second.requires_grad());
}

BOOST_AUTO_TEST_CASE(constants_unless_asked) {
  const eg::Tensor x = eg::tensor({2.0, 3.0}, eg::requires_grad());
  const eg::Tensor w = eg::tensor({5.0, 7.0}, eg::requires_grad());
  const auto f = [&](const eg::Tensor& t) { return (w * t * t).sum(); };
  const eg::Tensor v = eg::ones({2});
  for (const auto& [value, product] :
       {eg::jvp(f, x, v), eg::vjp(f, x), eg::hvp(f, x, v), eg::vhp(f, x, v)}) {
    BOOST_TEST(!value.requires_grad());
    BOOST_TEST(!product.requires_grad());
  }
  BOOST_TEST(!x.grad().defined());
  BOOST_TEST(!w.grad().defined());
}

BOOST_AUTO_TEST_CASE(nested_forward_levels) {
  // second derivative of x^4 along 1, twice by jvp: 12 x^2
  const auto first = [](const eg::Tensor& x) {
    return eg::jvp([](const eg::Tensor& t) { return t.pow(4); }, x, eg::ones({})).second;
  };
  check_close(eg::jvp(first, eg::tensor(2.0)).second, eg::tensor(48.0));
  // Siskind and Pearlmutter's example: d/dx [ x d/dy (x + y) ] = 1
  const auto outer = [](const eg::Tensor& x) {
    return x * eg::jvp([&](const eg::Tensor& y) { return x + y; }, eg::tensor(1.0)).second;
  };
  check_close(eg::jvp(outer, eg::tensor(1.0)).second, eg::tensor(1.0));
  // hvp inside jvp: the third derivative of x^4
  const auto second = [](const eg::Tensor& x) {
    return eg::hvp([](const eg::Tensor& t) { return t.pow(4); }, x).second;
  };
  check_close(eg::jvp(second, eg::tensor(2.0)).second, eg::tensor(48.0));
  // vjp inside jvp, jvp of grad
  const auto pulled = [](const eg::Tensor& x) { return eg::vjp(cubic, x).second; };
  const eg::Tensor v = eg::tensor({1.0, 2.0, 3.0});
  check_close(eg::jvp(pulled, kX, v).second, cubic_hessian(1.5, -2.0).matmul(v));
  check_close(eg::jvp(eg::grad(cubic), kX, v).second, cubic_hessian(1.5, -2.0).matmul(v));
  check_throws<eg::GraphError>("[", [&] {
    eg::jvp(
        [](const eg::Tensor& x) {
          return eg::jvp([](const eg::Tensor& t) { return t * t; }, x, eg::ones({}),
                         {.strategy = Strategy::Forward})
              .second;
        },
        eg::tensor(2.0));
  });
}

BOOST_AUTO_TEST_CASE(float32) {
  const eg::Tensor x = kX.to(eg::kFloat32);
  const auto [value, product] = eg::hvp(cubic, x, eg::tensor({2.0, -3.0, 0.25}));
  BOOST_TEST(value.dtype() == eg::kFloat32);
  BOOST_TEST(product.dtype() == eg::kFloat32);
  check_close(product.to(eg::kFloat64),
              cubic_hessian(1.5, -2.0).matmul(eg::tensor({2.0, -3.0, 0.25})), 1e-5);
}

BOOST_AUTO_TEST_CASE(Q1_strict_mode) {
  const eg::Tensor v = eg::ones({3});
  const auto detached = [](const eg::Tensor& x) { return x.detach().sum(); };
  const auto linear = [](const eg::Tensor& x) { return 3 * x.sum(); };
  const auto first_only = [](const std::vector<eg::Tensor>& x) { return x[0].sum(); };
  for (const Strategy s : {Strategy::Forward, Strategy::Reverse}) {
    const eg::FunctionalOptions strict{.strict = true, .strategy = s};
    check_throws<eg::GraphError>("strict mode", [&] { eg::jvp(detached, kX, v, strict); });
    check_throws<eg::GraphError>(
        "[hvp] strict mode: output 0 of the function does not require grad",
        [&] { eg::hvp(detached, kX, v, strict); });
    check_throws<eg::GraphError>("[hvp] strict mode: the derivative by argument 0 is zero",
                                 [&] { eg::hvp(linear, kX, v, strict); });
    check_close(eg::jvp(linear, kX, v, strict).second, eg::tensor(9.0));
  }
  const eg::FunctionalOptions strict{.strict = true};
  check_throws<eg::GraphError>("[jvp] strict mode: the derivative of output 0 is zero",
                               [&] { eg::jvp(detached, kX, v, strict); });
  check_throws<eg::GraphError>("[vjp] strict mode: output 0 of the function does not require grad",
                               [&] { eg::vjp(detached, kX, {}, strict); });
  check_throws<eg::GraphError>("[vjp] strict mode: the derivative by argument 1 is zero", [&] {
    eg::vjp(first_only, {kX, kX}, {}, strict);
  });
  check_throws<eg::GraphError>("[vhp] strict mode: the derivative by argument 0 is zero",
                               [&] { eg::vhp(linear, kX, v, strict); });
  const eg::FunctionalOptions recorded{.create_graph = true, .strict = true};
  check_throws<eg::GraphError>(
      "[vjp] strict mode: result 0 does not require grad although create_graph asks for it",
      [&] { eg::vjp(linear, kX.clone().requires_grad_(), {}, recorded); });
}

BOOST_AUTO_TEST_CASE(errors) {
  check_throws<eg::ShapeError>("[vjp] v has invalid sizes: tensor 0 has [3] and the value [2]",
                               [] { eg::vjp(pair_of, kX, eg::ones({3})); });
  check_throws<eg::ShapeError>(
      "[vjp] v can be left out only for a single tensor with a single element",
      [] { eg::vjp(pair_of, kX); });
  check_throws<eg::ShapeError>("[jvp] v has invalid sizes: tensor 0 has [2] and the argument [3]",
                               [] { eg::jvp(pair_of, kX, eg::ones({2})); });
  check_throws<eg::ShapeError>("[jvp] v can be left out only", [] { eg::jvp(pair_of, kX); });
  check_throws<eg::ShapeError>("[hvp] v has invalid sizes",
                               [] { eg::hvp(cubic, kX, eg::ones({2})); });
  check_throws<eg::ShapeError>("[vhp] v has invalid sizes",
                               [] { eg::vhp(cubic, kX, eg::ones({2})); });
  check_throws<eg::ShapeError>("v has 1 tensor(s) and the argument has 2; give one for each", [] {
    eg::jvp(two_arguments, {kX, kX}, std::vector<eg::Tensor>{kX});
  });
  check_throws<eg::ShapeError>("tensor 1 of v is undefined", [] {
    eg::jvp(two_arguments, {kX, kX}, std::vector<eg::Tensor>{kX, eg::Tensor()});
  });
  for (const Strategy s : {Strategy::Forward, Strategy::Reverse}) {
    check_throws<eg::ShapeError>("[hvp] the function must return a single element: got sizes [2]",
                                 [&] { eg::hvp(pair_of, kX, kX, {.strategy = s}); });
    check_throws<eg::ShapeError>("[hvp] the function must return a single tensor: got 2", [&] {
      eg::hvp([](const eg::Tensor& x) { return std::pair(x.sum(), x.sum()); }, kX, kX,
              {.strategy = s});
    });
    check_throws<std::runtime_error>("from the function", [&] {
      eg::jvp(
          [](const eg::Tensor&) -> eg::Tensor { throw std::runtime_error("from the function"); },
          kX, kX, {.strategy = s});
    });
  }
  const auto empty = [](const eg::Tensor&) { return std::vector<eg::Tensor>(); };
  check_throws<eg::ValueError>("[vjp] the function returned an empty list",
                               [&] { eg::vjp(empty, kX); });
  check_throws<eg::GraphError>("[jvp] grad requires non-empty inputs", [] {
    eg::jvp(two_arguments, std::vector<eg::Tensor>{}, std::vector<eg::Tensor>{});
  });
  check_throws<eg::DtypeError>("[hvp] argument 0 has dtype int64", [] {
    eg::hvp(cubic, eg::tensor({1, 2, 3}), kX);
  });
}

BOOST_AUTO_TEST_CASE(tangents_written_in_place_keep_their_history) {
  const auto plain = [](const eg::Tensor& x) { return (eg::leaky_relu(x, 0.25) - 1) * x; };
  const auto in_place = [](const eg::Tensor& x) {
    eg::Tensor y = eg::leaky_relu(x, 0.25);
    y.add_(-1);
    return y * x;
  };
  const eg::Tensor v = eg::tensor({2.0, -3.0, 0.25}, eg::requires_grad());
  const auto by_direction = [&](const auto& f) {
    const eg::Tensor t =
        eg::jvp(f, kX, v, {.create_graph = true, .strategy = Strategy::Forward}).second;
    return eg::autograd::grad({(t * t).sum()}, {v})[0];
  };
  check_close(by_direction(in_place), by_direction(plain));
}

/// A rule that looks at the result of a write looks at one with the history of that write.
BOOST_AUTO_TEST_CASE(recorded_tangents_of_writes_depend_on_the_result) {
  using Operator = eg::Tensor (*)(const eg::Tensor&);
  using Write = void (*)(eg::Tensor&);
  const std::tuple<const char*, Operator, Write> operators[] = {
      {"exp", [](const auto& y) { return y.exp(); }, [](auto& y) { y.exp_(); }},
      {"expm1", [](const auto& y) { return y.expm1(); }, [](auto& y) { y.expm1_(); }},
      {"sqrt", [](const auto& y) { return y.sqrt(); }, [](auto& y) { y.sqrt_(); }},
      {"reciprocal", [](const auto& y) { return y.reciprocal(); },
       [](auto& y) { y.reciprocal_(); }},
      {"tanh", [](const auto& y) { return y.tanh(); }, [](auto& y) { y.tanh_(); }},
      {"hypot", [](const auto& y) { return y.hypot(y); }, [](auto& y) { y.hypot_(y); }},
      {"of a view", [](const auto& y) { return y.exp(); },
       [](auto& y) {
         y.view({1, 3}).exp_();
       }},
  };
  const eg::Tensor x = eg::tensor({0.5, 2.0, 1.25}, eg::requires_grad());
  const auto by_argument = [&](const auto& f) {
    const eg::Tensor t =
        eg::jvp(f, x, kX, {.create_graph = true, .strategy = Strategy::Forward}).second;
    return eg::autograd::grad({(t * t).sum()}, {x})[0];
  };
  for (const auto& [name, f, write] : operators) BOOST_TEST_CONTEXT(name) {
      const auto in_place = [&, write = write](const eg::Tensor& a) {
        eg::Tensor y = a * 2;
        write(y);
        return y * a;
      };
      const auto plain = [&, f = f](const eg::Tensor& a) { return f(a * 2) * a; };
      check_close(by_argument(in_place), by_argument(plain));
    }
}

/// Whatever the strategy, the directions may be written to once the call is over.
BOOST_AUTO_TEST_CASE(directions_may_be_overwritten) {
  const eg::Tensor x = eg::tensor({1.0, 2.0, 3.0}, eg::requires_grad());
  for (const Strategy s : {Strategy::Forward, Strategy::Reverse}) {
    eg::Tensor v = kX.clone(), w = kX.clone();
    const eg::FunctionalOptions options{.create_graph = true, .strategy = s};
    const eg::Tensor t = eg::jvp([](const eg::Tensor& a) { return a * a; }, x, v, options).second;
    const eg::Tensor h = eg::hvp(cubic, x, w, options).second;
    v.zero_();
    w.zero_();
    check_close(eg::autograd::grad({t.sum()}, {x})[0], 2 * kX);
    BOOST_TEST(eg::autograd::grad({h.sum()}, {x})[0].abs().sum().item<double>() > 1);
  }
}

/// A direction that is tracked, where nothing else is, is found by transforms within the one that it
/// belongs to.
BOOST_AUTO_TEST_CASE(tracked_directions_pass_through_nested_transforms) {
  const auto cube = [](const eg::Tensor& x) { return x.pow(3).sum(); };
  const auto gradient = [&](const eg::Tensor& x) { return eg::grad(cube)(x); };
  const auto of_gradient = [&](const eg::Tensor& x) {
    return eg::value_and_grad(cube)(x).second * x;
  };
  const eg::Tensor v = eg::tensor({2.0, -3.0, 0.25}, eg::requires_grad());
  for (const Strategy s : {Strategy::Forward, Strategy::Reverse}) {
    const eg::FunctionalOptions options{.create_graph = true, .strategy = s};
    const auto by_direction = [&](const auto& f) {
      return eg::autograd::grad({eg::jvp(f, kX, v, options).second.sum()}, {v})[0];
    };
    check_close(by_direction(gradient), 6 * kX);
    check_close(by_direction(of_gradient), 9 * kX * kX);
  }
}

BOOST_AUTO_TEST_SUITE_END()
