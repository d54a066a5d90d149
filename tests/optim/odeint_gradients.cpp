#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "odes.hpp"
#include "support/alive.hpp"
#include "support/says.hpp"
#include "van_der_pol.hpp"

namespace eg = eigengrad;

namespace {

using eg::OdeintGradient;
using eg::OdeintMethod;
using eg::OdeintOptions;
using eg::Tensor;
using eg::autograd::variable_list;
using odes::check_close;
using odes::options;
using odes::Problem;

constexpr OdeintGradient kGradients[] = {OdeintGradient::Discrete, OdeintGradient::Adjoint};
constexpr OdeintMethod kMethods[] = {OdeintMethod::Dopri5, OdeintMethod::Rodas5P};

/// Gradients by start and parameters of the sum of all states, each weighted by the inverse of its size.
void check_gradients(const Problem& problem, OdeintOptions o, double tolerance,
                     std::initializer_list<OdeintGradient> ways = {OdeintGradient::Discrete,
                                                                   OdeintGradient::Adjoint}) {
  const Tensor w = 1 / problem.states.abs().amax(0).expand(problem.states.sizes());
  const Tensor by_each = w.unsqueeze(-1) * problem.sensitivities;
  const Tensor by_all = by_each.sum(eg::IntArrayRef({0, 1}));
  const Tensor scale = by_each.abs().sum(eg::IntArrayRef({0, 1}));
  for (const auto gradient : ways) {
    o.gradient = gradient;
    const Tensor y = eg::odeint(problem.f, problem.y0, problem.t, problem.p, o);
    const variable_list g = eg::autograd::grad({(w * y).sum()}, {problem.y0, problem.p});
    const Tensor each = eg::cat({g[0], g[1]});
    const Tensor off = ((each - by_all) / scale).abs();
    BOOST_TEST_INFO(problem.name << ": relative errors " << off << " of " << by_all);
    BOOST_TEST(off.amax().item<double>() < tolerance);
  }
}

/// y' = a y, whose derivatives are known.
Tensor growth(const Tensor&, const Tensor& y, const Tensor& a) { return a * y; }
constexpr auto kGrowth = [](const Tensor& t, const Tensor& y, const Tensor& a) {
  return growth(t, y, a);
};

/// A model that is not linear, takes times, and couples its two components.
constexpr auto kModel = [](const Tensor& t, const Tensor& y, const Tensor& p) {
  return eg::stack({p[0] * y[1] * t.cos(), -y[0] * p[1] - y[1] * y[0] * y[0] * p[2] * t});
};

}  // namespace

BOOST_AUTO_TEST_SUITE(odeint_gradients_certified)

BOOST_AUTO_TEST_CASE(lotka_volterra) {
  const Problem problem(0, odes::lotka_volterra, 10);
  check_gradients(problem, options(1e-10), 1e-8);
  check_gradients(Problem(0, odes::lotka_volterra, 3), options(1e-11, OdeintMethod::Rodas5P), 1e-8);
}
BOOST_AUTO_TEST_CASE(lorenz) { check_gradients(Problem(3, odes::lorenz, 5), options(1e-11), 1e-8); }
BOOST_AUTO_TEST_CASE(robertson) {
  check_gradients(Problem(2, odes::robertson, 8), options(1e-9, OdeintMethod::Rodas5P), 1e-8);
}
BOOST_AUTO_TEST_CASE(van_der_pol_on_the_slow_branch) {
  check_gradients(Problem(1, odes::van_der_pol, 2), options(1e-9, OdeintMethod::Rodas5P), 1e-8);
}

/// Without resolve_transitions the derivatives of all behind the jumps are wrong by 5e-3.
BOOST_AUTO_TEST_CASE(van_der_pol_behind_jumps) {
  OdeintOptions o = options(1e-8, OdeintMethod::Rodas5P);
  o.resolve_transitions = true;
  check_gradients(Problem(1, odes::van_der_pol, 5), o, 1e-8, {OdeintGradient::Adjoint});
  // One by one, in which rounding alone makes 2e-8.
  const double* const known = oracle::kVanDerPol[0];
  const Tensor y0 = eg::tensor({2.0, 0.0}, eg::requires_grad());
  const Tensor p = eg::tensor({1000.0}, eg::requires_grad());
  o.gradient = OdeintGradient::Adjoint;
  const Tensor y = eg::odeint(odes::van_der_pol, y0, eg::tensor({0.0, known[0]}), p, o)[1];
  check_close(y, odes::vector({known[1], known[2]}), 1e-8);
  const variable_list g = eg::autograd::grad({y[0]}, {y0, p});
  check_close(eg::cat({g[0], g[1]}), odes::vector({known[3], known[4], known[5]}), 2e-7);
}
/// Nothing is fast here: the steps are about those without.
BOOST_AUTO_TEST_CASE(slow_problems_take_few_more_steps_for_transitions) {
  const Problem problem(2, odes::robertson, 8);
  OdeintOptions o = options(1e-6, OdeintMethod::Rodas5P);
  const auto steps = [&] {
    return eg::solve_ivp(problem.f, problem.y0, problem.t, problem.p.detach(), o).counts.accepted;
  };
  const std::int64_t without = steps();
  o.resolve_transitions = true;
  BOOST_TEST(static_cast<double>(steps()) < 1.5 * static_cast<double>(without));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(odeint_gradients)

BOOST_AUTO_TEST_CASE(first_and_second_derivatives_in_closed_form) {
  // y = y0 exp(a (t - t0)).
  const auto exact = [](const variable_list& x) {
    return x[0] * (x[1] * (x[2] - x[2][0])).exp().slice(0, 1);
  };
  const variable_list at = {eg::tensor(1.5), eg::tensor(-0.7), eg::tensor({0.5, 1.2, 2.0})};
  const Tensor w = eg::tensor({1.0, 2.0});
  const auto sum_of = [&](auto f) {
    return [f, w](const variable_list& x) { return (f(x) * w).sum(); };
  };
  const auto j_exact = eg::jacobian(exact, at);
  const auto h_exact = eg::hessian(sum_of(exact), at);
  for (const auto method : kMethods)
    for (const auto gradient : kGradients) {
      const OdeintOptions o = options(1e-11, method, gradient);
      const auto solve = [&](const variable_list& x) {
        return eg::odeint(kGrowth, x[0], x[2], x[1], o).slice(0, 1);
      };
      const auto j = eg::jacobian(solve, at, {.strategy = eg::Strategy::Reverse});
      const auto j_forward = eg::jacobian(solve, at, {.strategy = eg::Strategy::Forward});
      const auto h = eg::hessian(sum_of(solve), at);
      const auto h_forward = eg::hessian(sum_of(solve), at, {.strategy = eg::Strategy::Forward});
      for (std::size_t i = 0; i < at.size(); ++i) {
        check_close(j[i], j_exact[i], 1e-9);
        check_close(j_forward[i], j_exact[i], 1e-9);
        for (std::size_t k = 0; k < at.size(); ++k) {
          check_close(h[i][k], h_exact[i][k], 1e-8);
          check_close(h_forward[i][k], h_exact[i][k], 1e-8);
        }
      }
    }
}

BOOST_AUTO_TEST_CASE(all_ways_agree_to_rounding) {
  const variable_list at = {eg::tensor({1.0, 0.5}), eg::tensor({1.0, 0.7, 0.3})};
  const Tensor t = eg::linspace(0, 2, 5);
  for (const auto method : kMethods) {
    std::vector<Tensor> all;
    for (const auto gradient : kGradients) {
      const auto solve = [&](const variable_list& x) {
        return eg::odeint(kModel, x[0], t, x[1], options(1e-5, method, gradient));
      };
      for (const auto strategy : {eg::Strategy::Forward, eg::Strategy::Reverse}) {
        const auto j = eg::jacobian(solve, at, {.strategy = strategy});
        all.push_back(eg::cat({j[0], j[1]}, -1));
      }
      const auto product =
          eg::jvp(solve, at, {eg::tensor({1.0, 2.0}), eg::tensor({3.0, 4.0, 5.0})});
      check_close(product.second, all[0].matmul(eg::arange(1.0, 6.0)), 1e-12);
      const auto sum = [&](const variable_list& x) { return solve(x).square().sum(); };
      const auto h = eg::hessian(sum, at);
      const auto v = eg::hvp(sum, at, {eg::tensor({1.0, 2.0}), eg::tensor({3.0, 4.0, 5.0})});
      check_close(
          v.second[1],
          h[1][0].matmul(eg::tensor({1.0, 2.0})) + h[1][1].matmul(eg::tensor({3.0, 4.0, 5.0})),
          1e-11);
    }
    for (const Tensor& j : all) check_close(j, all[0], 1e-12);
  }
}

BOOST_AUTO_TEST_CASE(steps_are_constants) {
  // Loose tolerances: the derivative is that of the few steps taken, not of the exact solution.
  const Tensor a = eg::tensor(-1.0, eg::requires_grad());
  const OdeintOptions o{.rtol = 1e3, .atol = 1e3, .first_step = 1};
  const Tensor y = eg::odeint(kGrowth, eg::ones({1}), eg::tensor({0.0, 1.0}), a, o)[1];
  // One step of size 1: the stability polynomial of Dormand and Prince.
  check_close(y, eg::tensor({1 - 1 + 1. / 2 - 1. / 6 + 1. / 24 - 1. / 120 + 1. / 600}), 1e-14);
  const Tensor g = eg::autograd::grad({y}, {a})[0];
  check_close(g, eg::tensor(1 - 1 + 1. / 2 - 1. / 6 + 1. / 24 - 6. / 600), 1e-14);
}

BOOST_AUTO_TEST_CASE(captured_tensors_get_their_gradients) {
  const Tensor a = eg::tensor(-0.7, eg::requires_grad()), y0 = eg::tensor({2.0});
  const Tensor twice = 2 * a, t = eg::tensor({0.0, 1.0});
  const Tensor late = eg::tensor(0.3, eg::requires_grad());
  for (const auto gradient : kGradients) {
    const OdeintOptions o = options(1e-10, OdeintMethod::Dopri5, gradient);
    const auto leaf = [&](const Tensor&, const Tensor& y) { return a * y; };
    check_close(eg::autograd::grad({eg::odeint(leaf, y0, t, o)[1]}, {a})[0],
                eg::tensor(2 * std::exp(-0.7)), 1e-8);
    const auto computed = [&](const Tensor&, const Tensor& y) { return twice / 2 * y; };
    check_close(eg::autograd::grad({eg::odeint(computed, y0, t, o)[1]}, {a}, {}, true)[0],
                eg::tensor(2 * std::exp(-0.7)), 1e-8);
    // Used only near the end of the way.
    const auto branch = [&](const Tensor& time, const Tensor& y) {
      return time.item<double>() < 0.9 ? -y : -y + late * (time - 0.9).square();
    };
    BOOST_TEST(eg::odeint(branch, y0, t, o).requires_grad());
    // Forward mode.
    const auto through = [&](const Tensor& x) {
      const auto f = [&](const Tensor&, const Tensor& y) { return x * y; };
      return eg::odeint(f, y0, t, o)[1];
    };
    check_close(eg::jvp(through, a.detach(), eg::tensor(1.0)).second,
                eg::tensor({2 * std::exp(-0.7)}), 1e-8);
  }
}

BOOST_AUTO_TEST_CASE(one_tensor_may_be_start_and_parameter) {
  const Tensor x = eg::tensor({0.5}, eg::requires_grad());
  for (const auto gradient : kGradients) {
    const Tensor y = eg::odeint(kGrowth, x, eg::tensor({0.0, 1.0}), x,
                                options(1e-11, OdeintMethod::Dopri5, gradient))[1];
    // x exp(x): (1 + x) exp(x), then (2 + x) exp(x).
    const Tensor g = eg::autograd::grad({y}, {x}, {}, true, true)[0];
    check_close(g, eg::tensor({1.5 * std::exp(0.5)}), 1e-9);
    check_close(eg::autograd::grad({y}, {x}, {}, true)[0], g, 1e-13);
    check_close(eg::autograd::grad({g}, {x})[0], eg::tensor({2.5 * std::exp(0.5)}), 1e-9);
  }
}

BOOST_AUTO_TEST_CASE(only_what_is_tracked_gets_a_gradient) {
  const Tensor y0 = eg::tensor({1.0, 0.5}), p = eg::tensor({1.0, 0.7, 0.3}, eg::requires_grad());
  const Tensor t = eg::linspace(0, 1, 3);
  for (const auto gradient : kGradients) {
    const OdeintOptions o = options(1e-6, OdeintMethod::Dopri5, gradient);
    eg::odeint(kModel, y0, t, p, o).sum().backward();
    BOOST_TEST(p.grad().defined());
    BOOST_TEST(!y0.grad().defined());
    BOOST_TEST(!eg::odeint(kModel, y0, t, p.detach(), o).requires_grad());
    const eg::NoGradGuard off;
    BOOST_TEST(!eg::odeint(kModel, y0, t, p, o).requires_grad());
  }
}

BOOST_AUTO_TEST_CASE(the_adjoint_keeps_no_graph) {
  const Tensor y0 = eg::tensor({1.0, 0.5}), p = eg::tensor({1.0, 0.7, 0.3}, eg::requires_grad());
  const Tensor t = eg::linspace(0, 1, 3);
  const support::Alive before;
  {
    const OdeintOptions o = options(1e-10, OdeintMethod::Dopri5, OdeintGradient::Adjoint);
    const Tensor y = eg::odeint(kModel, y0, t, p, o);
    BOOST_TEST(support::Alive().nodes - before.nodes <= 3);
    y.sum().backward();
    p.mutable_grad().reset();
  }
  BOOST_TEST(support::Alive().tensors == before.tensors);
  // Parameters that are written to before the sweep are noticed.
  const Tensor q = p.clone();
  const Tensor y =
      eg::odeint(kModel, y0, t, q, options(1e-6, OdeintMethod::Dopri5, OdeintGradient::Adjoint));
  q.add_(1);
  BOOST_CHECK_EXCEPTION(y.sum().backward(), eg::GraphError, Says{"modified"});
}

BOOST_AUTO_TEST_CASE(steps_at_once_are_never_taken_on_trust) {
  using Model = std::function<Tensor(const Tensor&, const Tensor&, const Tensor&)>;
  // Each has another meaning, or none, for several states at once; the last one only for its derivative.
  const std::vector<std::pair<const char*, Model>> models = {
      {"by components", kModel},
      {"reduces",
       [](const Tensor&, const Tensor& y, const Tensor& p) { return -p[0] * y.sum() * y; }},
      {"product with a matrix",
       [](const Tensor&, const Tensor& y, const Tensor& p) {
         return eg::outer(p.slice(0, 0, 2), p.slice(0, 1, 3)).mv(y).sin();
       }},
      {"product from the right",
       [](const Tensor& t, const Tensor& y, const Tensor& p) {
         return (y.matmul(eg::outer(p.slice(0, 0, 2), p.slice(0, 1, 3))) - t * p[0]).sin();
       }},
      {"reads an element",
       [](const Tensor&, const Tensor& y, const Tensor& p) {
         return y[0].item<double>() > 0.8 ? -p[0] * y : -p[1] * y;
       }},
      {"a derivative without a value", [](const Tensor& t, const Tensor& y, const Tensor& p) {
         const Tensor sum = y.square().sum();
         return kModel(t, y, p) + (sum - sum.detach());
       }}};
  const Tensor y0 = eg::tensor({1.0, 0.5}, eg::requires_grad());
  const Tensor p = eg::tensor({1.0, 0.7, 0.3}, eg::requires_grad());
  const Tensor t = eg::linspace(0, 2, 6), w = eg::arange(1.0, 13.0).view({6, 2});
  for (const auto& named : models) {
    const Model& f = named.second;
    BOOST_TEST_CONTEXT(named.first) {
      const auto gradients = [&](OdeintOptions o) {
        return eg::autograd::grad({(eg::odeint(f, y0, t, p, o) * w).sum()}, {y0, p});
      };
      OdeintOptions o = options(1e-7);
      const variable_list expected = gradients(o);
      o.gradient = OdeintGradient::Adjoint;
      for (o.batch_steps = true;; o.batch_steps = false) {
        const variable_list g = gradients(o);
        check_close(g[0], expected[0], 1e-11);
        check_close(g[1], expected[1], 1e-11);
        if (!o.batch_steps) break;
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(steps_at_once_save_evaluations) {
  int evaluations = 0;
  const auto f = [&](const Tensor& t, const Tensor& y, const Tensor& p) {
    ++evaluations;
    return kModel(t, y, p);
  };
  const Tensor y0 = eg::tensor({1.0, 0.5}, eg::requires_grad()), p = eg::tensor({1.0, 0.7, 0.3});
  const Tensor matrix = eg::tensor({{0.1, -1.0}, {1.0, 0.2}}), halves = eg::tensor({0.5, 0.5});
  const auto layer = [&](const Tensor& t, const Tensor& y, const Tensor&) {
    ++evaluations;
    return (y.matmul(matrix) + t * halves).tanh();
  };
  const auto count = [&](const auto& model, bool at_once) {
    OdeintOptions o = options(1e-9, OdeintMethod::Dopri5, OdeintGradient::Adjoint);
    o.batch_steps = at_once;
    const Tensor y = eg::odeint(model, y0, eg::tensor({0.0, 2.0}), p, o);
    evaluations = 0;
    y.sum().backward();
    return evaluations;
  };
  BOOST_TEST(count(f, true) < 20);
  BOOST_TEST(count(layer, true) < 30);
  BOOST_TEST(count(f, false) > 100);
}

BOOST_AUTO_TEST_CASE(float32) {
  const Tensor a = eg::full({1}, -0.7, eg::kFloat32).requires_grad_();
  for (const auto gradient : kGradients) {
    const OdeintOptions o{.rtol = 1e-6, .gradient = gradient};
    const Tensor t = eg::tensor({0.0, 1.0}).requires_grad_();
    const Tensor y = eg::odeint(kGrowth, eg::ones({1}, eg::kFloat32), t, a, o)[1];
    const variable_list g = eg::autograd::grad({y}, {a, t});
    BOOST_TEST((g[0].dtype() == eg::kFloat32));
    BOOST_TEST((g[1].dtype() == eg::kFloat64));
    check_close(g[0], std::exp(-0.7) * eg::ones({1}, eg::kFloat32), 1e-5);
    check_close(g[1], -0.7 * std::exp(-0.7) * eg::tensor({-1.0, 1.0}), 1e-5);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(odeint_example)

/// The ten lines of the guide.
BOOST_AUTO_TEST_CASE(rates_of_a_reaction_are_fitted) {
  // A -> B -> C, observed with the true rates 0.8 and 0.3.
  const auto reaction = [](const Tensor&, const Tensor& y, const Tensor& k) {
    const Tensor first = k[0] * y[0], second = k[1] * y[1];
    return eg::stack({-first, first - second, second});
  };
  const Tensor y0 = eg::tensor({1.0, 0.0, 0.0}), t = eg::linspace(0, 5, 11);
  const Tensor noise = 0.01 * eg::sin(eg::arange(33.0).square()).view({11, 3});
  const Tensor data = eg::odeint(reaction, y0, t, eg::tensor({0.8, 0.3})) + noise;
  const auto residuals = [&](const Tensor& k) { return eg::odeint(reaction, y0, t, k) - data; };
  const auto fit = eg::least_squares(residuals, eg::tensor({0.5, 0.5}));
  BOOST_TEST_INFO(fit.message);
  BOOST_TEST(fit.converged());
  check_close(fit.x, eg::tensor({0.8, 0.3}), 0.02);
}

BOOST_AUTO_TEST_CASE(what_f_captured_is_not_changed_before_the_backward_pass) {
  for (const bool batch_steps : {true, false}) {
    OdeintOptions o;
    o.gradient = OdeintGradient::Adjoint;
    o.batch_steps = batch_steps;
    const Tensor c = eg::tensor(1.0), k = eg::tensor(2.0, eg::requires_grad());
    const auto f = [c](const Tensor&, const Tensor& y, const Tensor& p) { return -p * c * y; };
    const Tensor y = eg::odeint(f, eg::tensor({1.0}), eg::tensor({0.0, 1.0}), k, o);
    c.fill_(3.0);
    BOOST_CHECK_THROW(y[1].sum().backward(), eg::GraphError);
  }
}

// Steps are distances of times, however large these are.
BOOST_AUTO_TEST_CASE(late_times) {
  const auto decay = [](const Tensor&, const Tensor& y) { return -y; };
  for (const OdeintMethod method : {OdeintMethod::Dopri5, OdeintMethod::Rodas5P}) {
    OdeintOptions o;
    o.method = method;
    const Tensor y = eg::odeint(decay, eg::tensor({1.0}), eg::tensor({1e12, 1e12 + 1}), o);
    BOOST_TEST(std::abs(y[1].item<double>() * std::exp(1.0) - 1) < 1e-6);
    BOOST_CHECK_THROW(eg::odeint(decay, eg::tensor({1.0}), eg::tensor({1e15, 1e15 + 1}), o),
                      eg::NumericError);
  }
}

BOOST_AUTO_TEST_SUITE_END()
