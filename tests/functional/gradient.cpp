#include <boost/test/unit_test.hpp>
#include <functional>

#include "functional/support.hpp"

using namespace functional_test;

BOOST_AUTO_TEST_SUITE(gradient)

BOOST_AUTO_TEST_CASE(one_argument) {
  const eg::Tensor x = eg::tensor({1.5, -2.0, 0.5});
  check_close(eg::grad(cubic)(x), cubic_gradient(1.5, -2.0, 0.5));
  const auto [v, g] = eg::value_and_grad(cubic)(x);
  check_close(v, eg::tensor(1.5 * 1.5 * -2.0 - 8.0 + 2 * 1.5 * 0.5));
  check_close(g, cubic_gradient(1.5, -2.0, 0.5));
  BOOST_TEST(!v.requires_grad());
  BOOST_TEST(!g.requires_grad());
  BOOST_TEST(!x.requires_grad());
}

BOOST_AUTO_TEST_CASE(any_shape_of_one_element_and_of_argument) {
  const eg::Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}).t();  // not contiguous
  const auto f = [](const eg::Tensor& t) { return (t * t * t).sum().reshape({1, 1}); };
  check_close(eg::grad(f)(x), 3 * x * x);
  const eg::Tensor tracked = x.clone().t().requires_grad_();
  check_close(eg::grad(f)(tracked), 3 * tracked.detach() * tracked.detach());
  check_close(eg::grad(f)(eg::tensor(2.0)), eg::tensor(12.0));
  check_close(eg::grad([](const eg::Tensor& t) { return t.sum(); })(eg::zeros({0, 3})),
              eg::zeros({0, 3}));
}

BOOST_AUTO_TEST_CASE(several_arguments) {
  const auto f = [](const eg::Tensor& w, const eg::Tensor& x, const eg::Tensor& b) {
    return (w * x).sum() * b;
  };
  const eg::Tensor w = eg::tensor({1.0, 2.0}), x = eg::tensor({3.0, 5.0}), b = eg::tensor(-2.0);
  const auto [v, g] = eg::value_and_grad(f)(w, x, b);
  const auto& [gw, gx, gb] = g;
  check_close(v, eg::tensor(-26.0));
  check_close(gw, eg::tensor({-6.0, -10.0}));
  check_close(gx, eg::tensor({-2.0, -4.0}));
  check_close(gb, eg::tensor(13.0));

  check_close(eg::grad<1>(f)(w, x, b), gx);
  const auto [only_b, only_w] = eg::grad<2, 0>(f)(w, x, b);
  check_close(only_b, gb);
  check_close(only_w, gw);
}

BOOST_AUTO_TEST_CASE(an_argument_left_out_may_be_an_integer_tensor) {
  const auto f = [](const eg::Tensor& x, const eg::Tensor& i) {
    return x.index({i}).square().sum();
  };
  const eg::Tensor i = eg::tensor({2, 0, 2});
  check_close(eg::grad<0>(f)(eg::tensor({1.0, 2.0, 3.0}), i), eg::tensor({2.0, 0.0, 12.0}));
  check_throws<eg::DtypeError>("[grad] argument 1 has dtype int64", [&] {
    eg::grad(f)(eg::tensor({1.0, 2.0, 3.0}), i);
  });
}

BOOST_AUTO_TEST_CASE(the_same_tensor_twice) {
  const eg::Tensor x = eg::tensor(3.0, eg::requires_grad());
  const auto [ga, gb] =
      eg::grad([](const eg::Tensor& a, const eg::Tensor& b) { return a * a * b; })(x, x);
  check_close(ga, eg::tensor(18.0));
  check_close(gb, eg::tensor(9.0));
}

BOOST_AUTO_TEST_CASE(a_list_of_arguments) {
  const auto f = [](const std::vector<eg::Tensor>& v) { return (v[0] * v[1]).sum(); };
  const std::vector<eg::Tensor> x = {eg::tensor({1.0, 2.0}), eg::tensor({3.0, 4.0})};
  const std::vector<eg::Tensor> g = eg::grad(f)(x);
  BOOST_REQUIRE(g.size() == 2u);
  check_close(g[0], x[1]);
  check_close(g[1], x[0]);
  const auto [v, g1] = eg::value_and_grad<1>(f)(x);
  check_close(v, eg::tensor(11.0));
  BOOST_REQUIRE(g1.size() == 1u);
  check_close(g1[0], x[0]);
}

BOOST_AUTO_TEST_CASE(kinds_of_callables) {
  struct Scale {
    double by;
    eg::Tensor operator()(const eg::Tensor& x) const { return by * x.sum(); }
  };
  const std::function<eg::Tensor(const eg::Tensor&)> wrapped = cubic;
  const eg::Tensor x = eg::tensor({1.0, 2.0, 3.0});
  check_close(eg::grad(Scale{4.0})(x), eg::full({3}, 4.0));
  check_close(eg::grad(wrapped)(x), cubic_gradient(1.0, 2.0, 3.0));
  check_close(eg::grad(&cubic)(x), cubic_gradient(1.0, 2.0, 3.0));
  check_close(eg::grad([](auto t) { return (t * t).sum(); })(x), 2 * x);
  const eg::Tensor owner = eg::zeros({3}, eg::requires_grad());
  owner.mutable_grad() = x;
  check_close(eg::grad(cubic)(owner.mutable_grad()), cubic_gradient(1.0, 2.0, 3.0));
}

BOOST_AUTO_TEST_CASE(arguments_stay_as_they_are) {
  const eg::Tensor x = eg::tensor({1.0, 2.0, 3.0}, eg::requires_grad());
  eg::grad(cubic)(x);
  BOOST_TEST(!x.grad().defined());
  BOOST_TEST(x.is_leaf());
  eg::Tensor y = x * 2;
  eg::grad(cubic)(y);
  y.sum().backward();  // the graph of y is still there
  check_close(x.grad(), eg::full({3}, 2.0));
}

BOOST_AUTO_TEST_CASE(unused_arguments_have_gradient_zero) {
  const auto f = [](const eg::Tensor& a, const eg::Tensor&) { return a.sum(); };
  const auto [ga, gb] = eg::grad(f)(eg::ones({2}), eg::ones({3, 1}));
  check_close(ga, eg::ones({2}));
  check_close(gb, eg::zeros({3, 1}));
  check_close(eg::grad([](const eg::Tensor&) { return eg::tensor(5.0); })(eg::ones({2})),
              eg::zeros({2}));
  const eg::Tensor single =
      eg::grad([](const eg::Tensor&) { return eg::tensor(5.0); })(eg::ones({2}, eg::kFloat32));
  BOOST_TEST(single.dtype() == eg::kFloat32);
}

BOOST_AUTO_TEST_CASE(five_times_nested) {
  const auto f = [](const eg::Tensor& x) { return x.pow(5); };
  const auto d5 = eg::grad(eg::grad(eg::grad(eg::grad(eg::grad(f)))));
  const eg::Tensor d = d5(eg::tensor(1.7));
  check_close(d, eg::tensor(120.0));
  BOOST_TEST(!d.requires_grad());
  const auto d3 = eg::grad(eg::grad(eg::grad(f)));
  check_close(d3(eg::tensor(1.7)), eg::tensor(60.0 * 1.7 * 1.7));
}

BOOST_AUTO_TEST_CASE(nested_by_different_arguments) {
  // d/db of d/da of a^2 b^3 = 6 a b^2
  const auto f = [](const eg::Tensor& a, const eg::Tensor& b) { return a * a * b.pow(3); };
  const auto mixed = eg::grad<1>(eg::grad<0>(f));
  check_close(mixed(eg::tensor(2.0), eg::tensor(3.0)), eg::tensor(108.0));
}

BOOST_AUTO_TEST_CASE(no_confusion_of_levels) {
  // d/dx [ x d/dy (x + y) ] = 1, the example of Siskind and Pearlmutter (2005)
  const auto outer = [](const eg::Tensor& x) {
    const auto inner = [&](const eg::Tensor& y) { return x + y; };
    return x * eg::grad(inner)(eg::tensor(1.0));
  };
  check_close(eg::grad(outer)(eg::tensor(1.0)), eg::tensor(1.0));
  // d/dx [ x d/dy (x y^2) at y = 3 ] = 12 x: the gradient inside depends on the captured x.
  const auto product = [](const eg::Tensor& x) {
    const auto inner = [&](const eg::Tensor& y) { return x * y * y; };
    return x * eg::grad(inner)(eg::tensor(3.0));
  };
  check_close(eg::grad(product)(eg::tensor(2.0)), eg::tensor(24.0));
}

BOOST_AUTO_TEST_CASE(recorded_when_the_argument_is_tracked) {
  const eg::Tensor x = eg::tensor(2.0, eg::requires_grad());
  const auto [v, g] = eg::value_and_grad([](const eg::Tensor& t) { return t.pow(3); })(x);
  BOOST_TEST(v.requires_grad());
  BOOST_TEST(g.requires_grad());
  g.backward();
  check_close(x.grad(), eg::tensor(12.0));
}

BOOST_AUTO_TEST_CASE(recorded_when_a_captured_tensor_is_tracked) {
  const eg::Tensor w = eg::tensor(5.0, eg::requires_grad());
  const eg::Tensor scale = w * w;  // not a leaf
  const auto f = [&](const eg::Tensor& x) { return scale * x.pow(3); };
  const eg::Tensor g = eg::grad(f)(eg::tensor(2.0));  // 3 w^2 x^2
  BOOST_TEST(g.requires_grad());
  check_close(eg::autograd::grad({g}, {w})[0], eg::tensor(6 * 5.0 * 4.0));
}

BOOST_AUTO_TEST_CASE(not_recorded_when_only_the_value_depends_on_a_captured_tensor) {
  const eg::Tensor w = eg::tensor(5.0, eg::requires_grad());
  const auto [v, g] =
      eg::value_and_grad([&](const eg::Tensor& x) { return w + x * x; })(eg::tensor(3.0));
  BOOST_TEST(v.requires_grad());
  BOOST_TEST(!g.requires_grad());
  check_close(g, eg::tensor(6.0));
}

BOOST_AUTO_TEST_CASE(a_captured_leaf_as_the_value) {
  const eg::Tensor w = eg::tensor(5.0, eg::requires_grad());
  const auto [v, g] = eg::value_and_grad([&](const eg::Tensor&) { return w; })(eg::ones({2}));
  BOOST_TEST(v.requires_grad());
  check_close(g, eg::zeros({2}));
}

BOOST_AUTO_TEST_CASE(nothing_stays_behind) {
  const eg::Tensor x = eg::tensor({1.0, 2.0, 3.0}, eg::requires_grad());
  const auto use_everything = [&] {
    const eg::FunctionalOptions recorded{.create_graph = true};
    eg::grad(eg::grad([](const eg::Tensor& t) { return t.pow(3).sum(); }))(x[0]);
    eg::value_and_grad(cubic)(x);
    eg::hessian(cubic, x, recorded);
    eg::jacobian(pair_of, x, recorded);
    eg::hvp(cubic, x, eg::ones({3}), recorded);
    eg::jvp(pair_of, x, eg::ones({3}), recorded);
    message_of<eg::Error>([&] { eg::hessian(pair_of, x); });
    message_of<eg::Error>([&] { eg::hvp(pair_of, x, x); });
  };
  use_everything();
  const auto nodes = eg::autograd::Node::live_count();
  const auto tensors = eg::detail::TensorImpl::live_count();
  use_everything();
  BOOST_TEST(eg::autograd::Node::live_count() == nodes);
  BOOST_TEST(eg::detail::TensorImpl::live_count() == tensors);
}

/// Transforms of a function of w that contain a transform of a function of p, which captures w.
BOOST_AUTO_TEST_CASE(constants_come_back_untracked) {
  using Map = std::function<eg::Tensor(const eg::Tensor&)>;
  using Transform = std::function<eg::Tensor(const Map&, const eg::Tensor&)>;
  const auto with = [](auto transform, bool create_graph, eg::Strategy s) {
    const eg::FunctionalOptions options{.create_graph = create_graph, .strategy = s};
    return [=](const Map& f, const eg::Tensor& x) { return transform(f, x, options); };
  };
  const auto product = [](auto by) {
    return [=](const Map& f, const eg::Tensor& x, const eg::FunctionalOptions& o) {
      return by(f, x, eg::ones(x.sizes()), o).second;
    };
  };
  std::vector<std::pair<std::string, Transform>> transforms{
      {"grad", [](const Map& f, const eg::Tensor& x) { return eg::grad(f)(x); }},
      {"value_and_grad",
       [](const Map& f, const eg::Tensor& x) {
         const auto [v, g] = eg::value_and_grad(f)(x);
         return v + g;
       }},
      {"checkpoint", [](const Map& f, const eg::Tensor& x) { return eg::checkpoint(f, x) + x; }}};
  for (const bool recorded : {false, true})
    for (const eg::Strategy s : {eg::Strategy::Reverse, eg::Strategy::Forward}) {
      const std::string suffix = std::string(recorded ? ", recorded" : "") +
                                 (s == eg::Strategy::Forward ? ", forward" : "");
      const auto add = [&](const std::string& name, auto transform) {
        transforms.emplace_back(name + suffix, with(transform, recorded, s));
      };
      add("jvp", product([](auto&&... a) { return eg::jvp(a...); }));
      add("hvp", product([](auto&&... a) { return eg::hvp(a...); }));
      add("vhp", product([](auto&&... a) { return eg::vhp(a...); }));
      add("vjp", [](const Map& f, const eg::Tensor& x, const eg::FunctionalOptions& o) {
        return eg::vjp(f, x, eg::ones({}), o).second;
      });
      add("jacobian", [](const Map& f, const eg::Tensor& x, const eg::FunctionalOptions& o) {
        return eg::jacobian(f, x, o);
      });
      add("hessian", [](const Map& f, const eg::Tensor& x, const eg::FunctionalOptions& o) {
        return eg::hessian(f, x, o);
      });
    }
  const eg::Tensor start = eg::tensor({0.3, 0.2}), p = eg::tensor({0.5, -0.4});
  for (const auto& [outer_name, outer] : transforms)
    for (const auto& [inner_name, inner] : transforms) {
      BOOST_TEST_INFO_SCOPE(outer_name << " of " << inner_name);
      const Map f = [&, in = inner](const eg::Tensor& w) {
        return in([&](const eg::Tensor& q) { return (w * q * q * q).sum() * w.sum().exp(); }, p)
            .sum();
      };
      const bool levels_nest = outer_name.find("forward") == std::string::npos ||
                               inner_name.find("forward") == std::string::npos;
      if (!levels_nest) continue;
      eg::Tensor w = start;
      std::int64_t nodes = 0;
      for (int step = 0; step < 4; ++step) {
        w = w - 1e-3 * outer(f, w).sum();
        BOOST_TEST(!w.requires_grad());
        if (step == 0) nodes = eg::autograd::Node::live_count();
      }
      BOOST_TEST(eg::autograd::Node::live_count() == nodes);
    }
}

BOOST_AUTO_TEST_CASE(a_loop_around_nested_transforms_keeps_no_graph) {
  const eg::Tensor p = eg::tensor({0.5, -0.4});
  const auto f = [&](const eg::Tensor& w) {
    return eg::grad([&](const eg::Tensor& q) { return (w * q * q).sum(); })(p).sum();
  };
  eg::Tensor w = eg::tensor({0.3, 0.2});
  std::int64_t nodes = 0;
  for (int step = 0; step < 10000; ++step) {
    w = w - 1e-3 * eg::grad(f)(w);
    if (step == 0) nodes = eg::autograd::Node::live_count();
  }
  BOOST_TEST(!w.requires_grad());
  BOOST_TEST(eg::autograd::Node::live_count() == nodes);
}

BOOST_AUTO_TEST_CASE(recording_follows_grad_mode_and_option) {
  const auto f = [](const eg::Tensor& t) { return t.pow(3); };
  const eg::Tensor x = eg::tensor(2.0, eg::requires_grad());
  {
    const eg::NoGradGuard off;
    BOOST_TEST(!eg::grad(f)(x).requires_grad());
    check_close(eg::grad(f)(x), eg::tensor(12.0));
    check_close(eg::grad(eg::grad(f))(x), eg::tensor(12.0));
    BOOST_TEST(eg::grad(f, {.create_graph = true})(x).requires_grad());
    BOOST_TEST(!eg::GradMode::is_enabled());
  }
  BOOST_TEST(!eg::grad(f, {.create_graph = false})(x).requires_grad());
  const eg::Tensor w = eg::tensor(2.0, eg::requires_grad());
  const auto captures = [&](const eg::Tensor& t) { return w * t * t; };
  BOOST_TEST(!eg::grad(captures, {.create_graph = false})(eg::tensor(1.0)).requires_grad());
}

BOOST_AUTO_TEST_CASE(tangents_pass_through) {
  // The derivative of 3 x^2 along 1, and of a gradient by a captured dual number.
  const auto f = [](const eg::Tensor& t) { return t.pow(3); };
  const eg::autograd::DualLevel level;
  const eg::Tensor x = eg::autograd::make_dual(eg::tensor(2.0), eg::tensor(1.0));
  const auto [v, g] = eg::value_and_grad(f)(x);
  check_close(eg::autograd::unpack_dual(v).tangent, eg::tensor(12.0));
  check_close(eg::autograd::unpack_dual(g).tangent, eg::tensor(12.0));
  const eg::Tensor h = eg::grad([&](const eg::Tensor& y) { return x * x * y; })(eg::tensor(7.0));
  check_close(eg::autograd::unpack_dual(h).tangent, eg::tensor(4.0));
}

BOOST_AUTO_TEST_CASE(Q1_strict_mode) {
  const eg::GradTransformOptions strict{.strict = true};
  check_throws<eg::GraphError>("[grad] strict mode: the derivative by argument 1 is zero", [&] {
    eg::grad([](const eg::Tensor& a, const eg::Tensor&) { return a.sum(); }, strict)(eg::ones({2}),
                                                                                     eg::ones({2}));
  });
  check_throws<eg::GraphError>("strict mode: output 0 of the function does not require grad", [&] {
    eg::value_and_grad([](const eg::Tensor& a) { return a.detach().sum(); }, strict)(eg::ones({2}));
  });
  check_close(eg::grad(cubic, strict)(eg::tensor({1.0, 2.0, 3.0})), cubic_gradient(1, 2, 3));
}

BOOST_AUTO_TEST_CASE(errors) {
  const eg::Tensor x = eg::tensor({1.0, 2.0, 3.0});
  check_throws<eg::ShapeError>("[grad] the function must return a single element: got sizes [2]",
                               [&] { eg::grad(pair_of)(x); });
  check_throws<eg::ShapeError>("[value_and_grad] the function must return a single element",
                               [&] { eg::value_and_grad(pair_of)(x); });
  check_throws<eg::DtypeError>("must return a floating point value: got dtype int64", [&] {
    eg::grad([](const eg::Tensor& t) { return t.argmax(); })(x);
  });
  check_throws<eg::ValueError>("output 0 of the function is an undefined tensor", [&] {
    eg::grad([](const eg::Tensor&) { return eg::Tensor(); })(x);
  });
  check_throws<eg::DtypeError>("argument 0 has dtype bool", [&] {
    eg::grad(cubic)(eg::tensor({true, false}));
  });
  check_throws<eg::DtypeError>("argument 0 is an undefined tensor",
                               [&] { eg::grad(cubic)(eg::Tensor()); });
  const auto of_list = [](const std::vector<eg::Tensor>& v) { return v.at(0).sum(); };
  check_throws<eg::GraphError>("grad requires non-empty inputs",
                               [&] { eg::grad(of_list)(std::vector<eg::Tensor>{}); });
  check_throws<eg::IndexError>("argument number 3 is out of range for 1 argument(s)",
                               [&] { eg::grad<3>(of_list)(std::vector<eg::Tensor>{x}); });
  check_throws<std::runtime_error>("from the function", [&] {
    eg::grad(
        [](const eg::Tensor&) -> eg::Tensor { throw std::runtime_error("from the function"); })(x);
  });
  check_close(eg::grad(cubic)(x), cubic_gradient(1, 2, 3));  // still works after all these
}

BOOST_AUTO_TEST_CASE(libtorch_names_are_not_in_the_way) {
  namespace torch = eigengrad;
  using namespace torch::autograd;
  const torch::Tensor x = torch::tensor(3.0, torch::requires_grad());
  const torch::Tensor y = x * x;
  check_close(torch::autograd::grad({y}, {x}, {}, true)[0], torch::tensor(6.0));
  const variable_list ys = {y}, xs = {x};
  check_close(grad(ys, xs)[0], torch::tensor(6.0));
}

BOOST_AUTO_TEST_SUITE_END()
