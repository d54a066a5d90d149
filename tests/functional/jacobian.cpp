#include <boost/test/unit_test.hpp>
#include <tuple>

#include "functional/support.hpp"
#include "support/square_by_rows.hpp"

using namespace functional_test;
using eg::Strategy;

namespace {

const eg::Tensor kX = eg::tensor({1.5, -2.0, 0.5});
constexpr Strategy kAll[] = {Strategy::Reverse, Strategy::Forward, Strategy::Auto};

eg::FunctionalOptions with(Strategy s) { return {.strategy = s}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(matrices)

BOOST_AUTO_TEST_CASE(jacobian_of_a_vector) {
  for (const Strategy s : kAll) {
    const eg::Tensor j = eg::jacobian(pair_of, kX, with(s));
    check_close(j, pair_jacobian(1.5, -2.0, 0.5));
    BOOST_TEST(!j.requires_grad());
  }
}

BOOST_AUTO_TEST_CASE(Q2_jacobian_shapes) {
  const eg::Tensor x = eg::arange(6.0).reshape({2, 3});
  const eg::Tensor a = eg::tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}, {7.0, 8.0}});
  const auto f = [&](const eg::Tensor& t) { return a.matmul(t); };
  // d (A X)_ij / d X_kl = A_ik delta_jl
  eg::Tensor want = eg::zeros({4, 3, 2, 3});
  for (int i = 0; i < 4; ++i)
    for (int k = 0; k < 2; ++k)
      for (int j = 0; j < 3; ++j) want[i][j][k][j] = a[i][k];
  for (const Strategy s : kAll) {
    check_close(eg::jacobian(f, x, with(s)), want);
    check_close(eg::jacobian(f, x.t().contiguous().t(), with(s)), want);
    check_close(eg::jacobian([](const eg::Tensor& t) { return t * t; }, eg::tensor(3.0), with(s)),
                eg::tensor(6.0));
    check_close(eg::jacobian([](const eg::Tensor& t) { return t.sum(); }, x, with(s)),
                eg::ones({2, 3}));
    check_close(eg::jacobian([](const eg::Tensor& t) { return t * t; }, eg::zeros({0}), with(s)),
                eg::zeros({0, 0}));
    check_close(eg::jacobian([](const eg::Tensor& t) { return t.narrow(0, 0, 0); }, kX, with(s)),
                eg::zeros({0, 3}));
  }
}

BOOST_AUTO_TEST_CASE(jacobian_of_lists) {
  const eg::Tensor a = eg::tensor({1.0, 2.0}), b = eg::tensor({3.0, 4.0, 5.0});
  for (const Strategy s : kAll) {
    const auto one = eg::jacobian(
        [](const std::vector<eg::Tensor>& v) { return v[0].sum() * v[1]; }, {a, b}, with(s));
    BOOST_REQUIRE(one.size() == 2u);
    check_close(one[0], b.unsqueeze(1).expand({3, 2}));
    check_close(one[1], 3 * eg::eye(3));
    const auto several = eg::jacobian(
        [](const std::vector<eg::Tensor>& v) { return std::pair(v[0] * v[0], v[1].sum()); }, {a, b},
        with(s));
    BOOST_REQUIRE(several.size() == 2u);
    check_close(several[0][0], 2 * a.unsqueeze(1) * eg::eye(2));
    check_close(several[0][1], eg::zeros({2, 3}));
    check_close(several[1][0], eg::zeros({2}));
    check_close(several[1][1], eg::ones({3}));
    const auto outputs =
        eg::jacobian([](const eg::Tensor& t) { return std::tuple(t.sum(), 2 * t); }, a, with(s));
    check_close(outputs.at(0), eg::ones({2}));
    check_close(outputs.at(1), 2 * eg::eye(2));
  }
}

BOOST_AUTO_TEST_CASE(auto_counts_evaluations) {
  int calls = 0;
  const auto repeat = [&](std::int64_t n) {
    return [&calls, n](const eg::Tensor& x) {
      ++calls;
      return x.sum().expand({n}) * eg::arange(1.0, static_cast<double>(n) + 1);
    };
  };
  const eg::Tensor tall = eg::jacobian(repeat(5), kX, with(Strategy::Auto));
  BOOST_TEST(calls == 3);  // few columns: at once
  calls = 0;
  const eg::Tensor wide = eg::jacobian(repeat(2), kX, with(Strategy::Auto));
  BOOST_TEST(calls == 3);
  calls = 0;
  check_close(eg::jacobian(repeat(5), kX), tall);
  BOOST_TEST(calls == 3);
  calls = 0;
  check_close(eg::jacobian(repeat(5), kX, with(Strategy::Reverse)), tall);
  BOOST_TEST(calls == 1);
  calls = 0;
  check_close(eg::jacobian(repeat(2), kX, with(Strategy::Forward)), wide);
  BOOST_TEST(calls == 3);
}

BOOST_AUTO_TEST_CASE(auto_takes_the_cheaper_direction) {
  struct Row {
    std::int64_t outputs;
    std::int64_t inputs;
    int calls;
  };
  // By columns a call for each; by rows one, after one that showed the shape where there are few columns.
  const Row rows[] = {{1000, 3, 3}, {16, 4, 4},   {12, 12, 12}, {1, 16, 2},
                      {4, 10, 2},   {30, 20, 21}, {20, 20, 1},  {20, 30, 1}};
  for (const Row& row : rows) BOOST_TEST_CONTEXT(row.outputs << " x " << row.inputs) {
      int calls = 0;
      const eg::Tensor a = eg::arange(0.0, static_cast<double>(row.outputs * row.inputs))
                               .reshape({row.outputs, row.inputs});
      const auto f = [&](const eg::Tensor& x) {
        ++calls;
        return a.mv(x * x);
      };
      const eg::Tensor x = eg::linspace(-1.0, 1.0, row.inputs);
      check_close(eg::jacobian(f, x), 2 * a * x);
      BOOST_TEST(calls == row.calls);
    }
}

// What only one direction can do, or would do otherwise, is done by rows.
BOOST_AUTO_TEST_CASE(auto_gives_the_derivatives_of_rows) {
  const auto same = [](auto&& f, const char* what) {
    BOOST_TEST_CONTEXT(what) {
      const eg::Tensor x = eg::tensor({0.5, 2.0});
      const eg::Tensor want = eg::jacobian(f, x, with(Strategy::Reverse));
      check_close(eg::jacobian(f, x), want, 1e-15);
      const eg::Tensor tracked = x.clone().requires_grad_();
      const eg::Tensor j = eg::jacobian(f, tracked, {.create_graph = true});
      check_close(j.detach(), want, 1e-15);
      if (j.requires_grad())
        check_close(
            eg::autograd::grad({j.sum()}, {tracked})[0],
            eg::autograd::grad(
                {eg::jacobian(f, tracked, {.create_graph = true, .strategy = Strategy::Reverse})
                     .sum()},
                {tracked})[0]);
    }
  };
  using E = const eg::Tensor&;
  same([](E x) { return x * x.exp(); }, "plain");
  same([](E x) { return x * x.detach(); }, "a detached factor");
  same(
      [](E x) {
        eg::Tensor factor;
        {
          const eg::NoGradGuard off;
          factor = x * x;
        }
        return factor * x;
      },
      "a factor computed without recording");
  same([](E x) { return SquareByRows::apply(x); }, "a custom function without a forward rule");
  same([](E x) { return eg::checkpoint([](E y) { return y.sin() * y; }, x); }, "a checkpoint");
  same([](E x) { return eg::autograd::grad({x.pow(3).sum()}, {x}, {.create_graph = true})[0]; },
       "a gradient inside");
  same([](E x) { return eg::jvp([](E y) { return y.pow(3); }, x, eg::ones({2})).second; },
       "a tangent inside");
}

BOOST_AUTO_TEST_CASE(auto_leaves_the_argument_alone) {
  const eg::Tensor x = eg::tensor({1.0, 2.0});
  check_throws<eg::GraphError>(
      "leaf", [&] { eg::jacobian([](const eg::Tensor& y) { return y.mul_(2) * 3; }, x); });
  BOOST_TEST(x.equal(eg::tensor({1.0, 2.0})));
}

BOOST_AUTO_TEST_CASE(auto_differentiates_by_captured_tensors) {
  const eg::Tensor w = eg::tensor({2.0, 3.0}, eg::requires_grad());
  const auto f = [&](const eg::Tensor& x) { return w * x * x; };
  const eg::Tensor j = eg::jacobian(f, eg::tensor({1.0, 4.0}), {.create_graph = true});
  check_close(eg::autograd::grad({j.sum()}, {w})[0], eg::tensor({2.0, 8.0}));
  BOOST_TEST(!eg::jacobian(f, eg::tensor({1.0, 4.0})).requires_grad());
}

BOOST_AUTO_TEST_CASE(Q1_jacobian_matches_products) {
  const auto f = [](const eg::Tensor& x) { return (x.outer(x).sin() + x.exp()).sum({0}).tanh(); };
  const eg::Tensor j = eg::jacobian(f, kX);
  check_close(eg::jacobian(f, kX, with(Strategy::Forward)), j);
  const eg::Tensor v = eg::tensor({0.3, -0.7, 1.1});
  check_close(eg::vjp(f, kX, v).second, v.matmul(j));
  check_close(eg::jvp(f, kX, v).second, j.matmul(v));
}

BOOST_AUTO_TEST_CASE(hessian_of_a_vector) {
  for (const Strategy s : kAll) {
    const eg::Tensor h = eg::hessian(cubic, kX, with(s));
    check_close(h, cubic_hessian(1.5, -2.0));
    BOOST_TEST(!h.requires_grad());
    check_close(eg::hessian([](const eg::Tensor& x) { return x.pow(3); }, eg::tensor(2.0), with(s)),
                eg::tensor(12.0));
    check_close(eg::hessian([](const eg::Tensor& x) { return 2 * x.sum(); }, kX, with(s)),
                eg::zeros({3, 3}));
    check_close(eg::hessian([](const eg::Tensor&) { return eg::tensor(1.0); }, kX, with(s)),
                eg::zeros({3, 3}));
    check_close(eg::hessian([](const eg::Tensor& x) { return x.sum(); }, eg::zeros({0}), with(s)),
                eg::zeros({0, 0}));
  }
}

BOOST_AUTO_TEST_CASE(Q2_hessian_shapes_and_lists) {
  const eg::Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}});
  const eg::Tensor b = eg::tensor({2.0, -1.0});
  for (const Strategy s : kAll) {
    // sum(x^3): 6 x on the diagonal
    const eg::Tensor h =
        eg::hessian([](const eg::Tensor& t) { return t.pow(3).sum(); }, x, with(s));
    check_close(h, (6 * x.reshape({4, 1}) * eg::eye(4)).reshape({2, 2, 2, 2}));
    // sum_ij x_ij^2 b_j
    const auto blocks =
        eg::hessian([](const std::vector<eg::Tensor>& v) { return (v[0] * v[0] * v[1]).sum(); },
                    {x, b}, with(s));
    BOOST_REQUIRE(blocks.size() == 2u);
    check_close(blocks[0][0].reshape({4, 4}), 2 * b.expand({2, 2}).reshape({4, 1}) * eg::eye(4));
    check_close(blocks[0][1], 2 * x.unsqueeze(2) * eg::eye(2));
    check_close(blocks[1][0], (2 * x.unsqueeze(2) * eg::eye(2)).permute({2, 0, 1}));
    check_close(blocks[1][1], eg::zeros({2, 2}));
  }
}

BOOST_AUTO_TEST_CASE(Q1_hessian_matches_products) {
  const auto f = [](const eg::Tensor& x) { return (x.outer(x).sin() * x.exp()).sum().tanh(); };
  const eg::Tensor h = eg::hessian(f, kX);
  check_close(h, h.t());
  check_close(eg::hessian(f, kX, with(Strategy::Forward)), h);
  check_close(eg::jacobian(eg::grad(f), kX), h);
  check_close(eg::jacobian(eg::grad(f), kX, with(Strategy::Forward)), h);
  const eg::Tensor v = eg::tensor({0.3, -0.7, 1.1});
  check_close(eg::hvp(f, kX, v).second, h.matmul(v));
  check_close(eg::vhp(f, kX, v).second, v.matmul(h));
}

BOOST_AUTO_TEST_CASE(recorded_on_request) {
  const eg::Tensor x = eg::tensor({1.0, 2.0}, eg::requires_grad());
  for (const Strategy s : kAll) {
    const eg::FunctionalOptions o{.create_graph = true, .strategy = s};
    const eg::Tensor j = eg::jacobian([](const eg::Tensor& t) { return t.pow(3); }, x, o);
    check_close(j, eg::tensor({{3.0, 0.0}, {0.0, 12.0}}));
    check_close(eg::autograd::grad({j.sum()}, {x})[0], eg::tensor({6.0, 12.0}));
    const eg::Tensor h = eg::hessian([](const eg::Tensor& t) { return t.pow(3).sum(); }, x, o);
    check_close(h, eg::tensor({{6.0, 0.0}, {0.0, 12.0}}));
    check_close(eg::autograd::grad({h.sum()}, {x})[0], eg::tensor({6.0, 6.0}));
    // constants by default
    BOOST_TEST(!eg::jacobian(pair_of, kX.clone().requires_grad_(), with(s)).requires_grad());
    BOOST_TEST(!eg::hessian(cubic, kX.clone().requires_grad_(), with(s)).requires_grad());
  }
}

BOOST_AUTO_TEST_CASE(inside_forward_mode) {
  // d/dx of the jacobian of x^3 and of the hessian of x^4, by tangents
  const eg::Tensor x = eg::tensor({1.0, 2.0}), v = eg::tensor({1.0, 1.0});
  const auto j = [](const eg::Tensor& t) {
    return eg::jacobian([](const eg::Tensor& u) { return u.pow(3); }, t);
  };
  check_close(eg::jvp(j, x, v).second, eg::tensor({{6.0, 0.0}, {0.0, 12.0}}));
  const auto h = [](const eg::Tensor& t) {
    return eg::hessian([](const eg::Tensor& u) { return u.pow(4).sum(); }, t);
  };
  check_close(eg::jvp(h, x, v).second, eg::tensor({{24.0, 0.0}, {0.0, 48.0}}));
  const auto automatic = [](const eg::Tensor& t) {
    return eg::jacobian([](const eg::Tensor& u) { return u.sum().expand({3}).square(); }, t,
                        with(Strategy::Auto));
  };
  check_close(eg::jvp(automatic, x, v).second, eg::full({3, 2}, 4.0));
}

BOOST_AUTO_TEST_CASE(Q1_strict_mode) {
  const auto detached = [](const eg::Tensor& x) { return x.detach().sum(); };
  const auto linear = [](const eg::Tensor& x) { return 3 * x.sum(); };
  const auto first_only = [](const std::vector<eg::Tensor>& x) { return x[0].pow(3).sum(); };
  for (const Strategy s : {Strategy::Reverse, Strategy::Forward}) {
    const eg::FunctionalOptions strict{.strict = true, .strategy = s};
    check_throws<eg::GraphError>("[jacobian] strict mode",
                                 [&] { eg::jacobian(detached, kX, strict); });
    check_throws<eg::GraphError>("[jacobian] strict mode: the derivative by argument 1 is zero",
                                 [&] {
                                   eg::jacobian(first_only, {kX, kX}, strict);
                                 });
    check_throws<eg::GraphError>(
        "[hessian] strict mode: output 0 of the function does not require grad",
        [&] { eg::hessian(detached, kX, strict); });
    check_throws<eg::GraphError>("[hessian] strict mode: the derivative by argument 0 is zero",
                                 [&] { eg::hessian(linear, kX, strict); });
    check_throws<eg::GraphError>("[hessian] strict mode: the derivative by argument", [&] {
      eg::hessian(first_only, {kX, kX}, strict);
    });
    check_close(eg::hessian(cubic, kX + 1, strict), cubic_hessian(2.5, -1.0));
    const eg::FunctionalOptions recorded{.create_graph = true, .strict = true, .strategy = s};
    check_throws<eg::GraphError>(
        "[jacobian] strict mode: result 0 does not require grad although create_graph asks for it",
        [&] { eg::jacobian(linear, kX.clone().requires_grad_(), recorded); });
  }
}

BOOST_AUTO_TEST_CASE(Q3_errors) {
  for (const Strategy s : {Strategy::Reverse, Strategy::Forward}) {
    check_throws<eg::ShapeError>(
        "[hessian] the function must return a single element: got sizes [2]",
        [&] { eg::hessian(pair_of, kX, with(s)); });
    check_throws<eg::DtypeError>("[jacobian] argument 0 has dtype int64", [&] {
      eg::jacobian(pair_of, eg::tensor({1, 2, 3}), with(s));
    });
    check_throws<eg::GraphError>("[hessian] grad requires non-empty inputs", [&] {
      eg::hessian([](const std::vector<eg::Tensor>&) { return eg::tensor(1.0); },
                  std::vector<eg::Tensor>{}, with(s));
    });
    int calls = 0;
    check_throws<std::runtime_error>("at the third call or row", [&] {
      eg::jacobian(
          [&](const eg::Tensor& x) {
            if (++calls == (s == Strategy::Forward ? 3 : 1))
              throw std::runtime_error("at the third call or row");
            return x * x;
          },
          kX, with(s));
    });
  }
  const eg::autograd::DualLevel level;
  const std::string message =
      message_of<eg::GraphError>([] { eg::jacobian(pair_of, kX, with(Strategy::Forward)); });
  BOOST_TEST_INFO(message);
  BOOST_TEST(message.find("another exception") == std::string::npos);
  BOOST_TEST(message != "nothing was thrown");
  BOOST_TEST(eg::autograd::DualLevel::is_open());
}

BOOST_AUTO_TEST_SUITE_END()
