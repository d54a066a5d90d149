#include "eigengrad/optim/odeint.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "odes.hpp"
#include "optim/odeint/tables.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;

namespace {

using eg::OdeintMethod;
using eg::OdeintOptions;
using eg::Tensor;
using eg::optim::OdeintResult;
using odes::check_close;
using odes::options;
using odes::Problem;

Tensor decay(const Tensor&, const Tensor& y) { return -y; }
constexpr auto kDecay = [](const Tensor& t, const Tensor& y) { return decay(t, y); };

}  // namespace

BOOST_AUTO_TEST_SUITE(odeint_solution)

namespace {

void check_states(const Problem& problem, const OdeintOptions& o) {
  const eg::NoGradGuard off;
  const OdeintResult r = eg::solve_ivp(problem.f, problem.y0, problem.t, problem.p, o);
  const double error = odes::largest_error(r.y, problem.states);
  BOOST_TEST_INFO(problem.name << ": error " << error << ", " << r.message);
  BOOST_TEST(error < 1e-8);
}

}  // namespace

BOOST_AUTO_TEST_CASE(lotka_volterra) {
  const Problem problem(0, odes::lotka_volterra, 10);
  check_states(problem, options(1e-9));
  check_states(problem, options(1e-10, OdeintMethod::Rodas5P));
}
BOOST_AUTO_TEST_CASE(van_der_pol) {
  check_states(Problem(1, odes::van_der_pol, 5), options(1e-9, OdeintMethod::Rodas5P));
}
BOOST_AUTO_TEST_CASE(robertson) {
  check_states(Problem(2, odes::robertson, 8), options(1e-9, OdeintMethod::Rodas5P));
}
BOOST_AUTO_TEST_CASE(lorenz) {
  const Problem problem(3, odes::lorenz, 5);
  check_states(problem, options(1e-10));
  check_states(problem, options(1e-9, OdeintMethod::Rodas5P));
}

BOOST_AUTO_TEST_CASE(default_tolerances_give_six_digits) {
  const Tensor y = eg::odeint(kDecay, eg::tensor({1.0, 3.0}), eg::linspace(0, 5, 11));
  const Tensor exact = eg::exp(-eg::linspace(0, 5, 11)).unsqueeze(1) * eg::tensor({1.0, 3.0});
  check_close(y, exact, 1e-6);
}

BOOST_AUTO_TEST_CASE(times_that_enter_f_count_with_both_methods) {
  // y' = -50 (y - cos t) - sin t with y = cos t.
  const auto f = [](const Tensor& t, const Tensor& y) { return -50 * (y - t.cos()) - t.sin(); };
  const Tensor t = eg::linspace(0, 3, 7);
  for (const auto method : {OdeintMethod::Dopri5, OdeintMethod::Rodas5P})
    check_close(eg::odeint(f, eg::ones({1}), t, options(1e-10, method)), t.cos().unsqueeze(1),
                1e-9);
}

BOOST_AUTO_TEST_CASE(time_may_run_backwards) {
  const Tensor t = eg::linspace(1, -1, 5);
  for (const auto method : {OdeintMethod::Dopri5, OdeintMethod::Rodas5P})
    check_close(eg::odeint(kDecay, eg::ones({1}), t, options(1e-10, method)),
                eg::exp(1 - t).unsqueeze(1), 1e-9);
}

BOOST_AUTO_TEST_CASE(outputs_do_not_shorten_steps) {
  const auto steps = [](std::int64_t outputs) {
    const OdeintResult r = eg::solve_ivp(kDecay, eg::ones({1}), eg::linspace(0, 2, outputs));
    return r.counts.accepted;
  };
  BOOST_TEST(steps(1000) == steps(2));
}

BOOST_AUTO_TEST_CASE(repeated_times_give_equal_rows) {
  const Tensor y = eg::odeint(kDecay, eg::ones({1}), eg::tensor({0.0, 0.0, 1.0, 1.0, 1.0}));
  BOOST_TEST(y[0].item<double>() == 1);
  BOOST_TEST(y[1].item<double>() == 1);
  BOOST_TEST(y[2].item<double>() == y[3].item<double>());
  BOOST_TEST(y[2].item<double>() == y[4].item<double>());
  BOOST_TEST(eg::odeint(kDecay, eg::ones({1}), eg::tensor({2.0, 2.0})).equal(eg::ones({2, 1})));
}

BOOST_AUTO_TEST_CASE(states_of_any_shape_dtype_and_layout) {
  const Tensor t = eg::linspace(0, 1, 3);
  for (const auto method : {OdeintMethod::Dopri5, OdeintMethod::Rodas5P}) {
    const OdeintOptions o{.method = method};
    BOOST_TEST((eg::odeint(kDecay, eg::tensor(2.0), t, o).sizes() == eg::IntArrayRef({3})));
    const Tensor matrix = eg::arange(6.0).view({2, 3}).t();
    check_close(eg::odeint(kDecay, matrix, t, o)[2], std::exp(-1.0) * matrix, 1e-6);
    BOOST_TEST((eg::odeint(kDecay, eg::zeros({0, 4}), t, o).sizes() == eg::IntArrayRef({3, 0, 4})));
    const Tensor y = eg::odeint(kDecay, eg::ones({2}, eg::kFloat32), t, o);
    BOOST_TEST((y.dtype() == eg::kFloat32));
    check_close(y[2], std::exp(-1.0) * eg::ones({2}, eg::kFloat32), 1e-5);
  }
}

BOOST_AUTO_TEST_CASE(f_may_return_its_argument) {
  const auto f = [](const Tensor&, const Tensor& y) { return y; };
  check_close(eg::odeint(f, eg::ones({2}), eg::tensor({0.0, 1.0}), options(1e-10))[1],
              std::exp(1.0) * eg::ones({2}), 1e-9);
}

BOOST_AUTO_TEST_CASE(parameters_as_tensor_list_and_tuple) {
  const Tensor y0 = eg::ones({1}), t = eg::tensor({0.0, 1.0}), a = eg::tensor(-2.0),
               b = eg::tensor(0.5);
  const auto list = [](const Tensor&, const Tensor& y, const eg::autograd::variable_list& p) {
    return p[0] * p[1] * y;
  };
  const auto each = [](const Tensor&, const Tensor& y, const Tensor& p, const Tensor& q) {
    return p * q * y;
  };
  const auto whole = [](const Tensor&, const Tensor& y, const std::tuple<Tensor, Tensor>& p) {
    return std::get<0>(p) * std::get<1>(p) * y;
  };
  const Tensor expected = eg::odeint(kDecay, y0, t);
  BOOST_TEST(eg::odeint(list, y0, t, {a, b}).allclose(expected, 0, 1e-14));
  BOOST_TEST(eg::odeint(each, y0, t, std::tuple(a, b)).allclose(expected, 0, 1e-14));
  BOOST_TEST(eg::odeint(whole, y0, t, std::tuple(a, b)).allclose(expected, 0, 1e-14));
}

BOOST_AUTO_TEST_CASE(eigen_in_eigen_out) {
  const auto f = [](const Tensor&, const Tensor& y, const Tensor& p) { return p * y; };
  const Eigen::VectorXd y0 = Eigen::Vector2d(1, 2), t = Eigen::Vector3d(0, 1, 2);
  const Eigen::VectorXd p = Eigen::Vector2d(-1, -0.5);
  const Eigen::MatrixXd y = eg::odeint(f, y0, t, p, options(1e-10));
  BOOST_TEST(y.rows() == 3);
  BOOST_TEST(std::abs(y(2, 1) - 2 * std::exp(-1.0)) < 1e-9);
}

BOOST_AUTO_TEST_CASE(inference_mode_may_be_on) {
  const eg::InferenceMode on;
  const Problem problem(0, odes::lotka_volterra, 1);
  for (const auto method : {OdeintMethod::Dopri5, OdeintMethod::Rodas5P})
    check_states(problem, options(1e-10, method));
}

BOOST_AUTO_TEST_CASE(the_result_counts) {
  const OdeintResult r = eg::solve_ivp(kDecay, eg::ones({1}), eg::tensor({0.0, 1.0}));
  BOOST_TEST(r.counts.accepted > 3);
  BOOST_TEST(r.counts.evaluations == 6 * (r.counts.accepted + r.counts.rejected) + 2);
  BOOST_TEST(r.message.starts_with("reached the end at t = 1 in "));
  BOOST_TEST(!r.stopped_by_event);
}

BOOST_AUTO_TEST_CASE(a_jump_to_nan_is_stepped_back_from) {
  // The square root ends at y = 0, which the solution (1 - t / 2)^2 touches at t = 2.
  const auto f = [](const Tensor&, const Tensor& y) { return -y.sqrt(); };
  OdeintOptions o = options(1e-9);
  o.first_step = 1.9;
  const OdeintResult r = eg::solve_ivp(f, eg::ones({1}), eg::tensor({0.0, 1.9}), o);
  BOOST_TEST(r.counts.rejected > 0);
  BOOST_TEST(std::abs(r.y[1].item<double>() - 0.0025) < 1e-8);
  const auto throws = [](const Tensor&, const Tensor& y) {
    if (y.item<double>() < 0) throw eg::NumericError("below zero");
    return -y.sqrt();
  };
  const Tensor y = eg::odeint(throws, eg::ones({1}), eg::tensor({0.0, 1.9}), o);
  BOOST_TEST(std::abs(y[1].item<double>() - 0.0025) < 1e-8);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(odeint_tables)

namespace {

using Row = std::array<double, 8>;
using Square = std::array<Row, 8>;

Row product(const Square& a, const Row& x) {
  Row y{};
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t j = 0; j < 8; ++j) y[i] += a[i][j] * x[j];
  return y;
}
Row times(const Row& x, const Row& y) {
  Row z{};
  for (std::size_t i = 0; i < 8; ++i) z[i] = x[i] * y[i];
  return z;
}
double dot(const Row& x, const Row& y) {
  double sum = 0;
  for (std::size_t i = 0; i < 8; ++i) sum += x[i] * y[i];
  return sum;
}

/// What must be zero up to `order`: sums over the trees with a (arguments of f) and b = a + gamma (which
/// the Jacobian sees); for Runge-Kutta methods b is a. Source: Hairer and Wanner, IV.7, table 7.1.
std::vector<double> defects(const Square& a, const Square& b, const Row& w, int order) {
  const Row one = {1, 1, 1, 1, 1, 1, 1, 1};
  const Row c = product(a, one), d = product(b, one), c2 = times(c, c);
  const Row ad = product(a, d), bd = product(b, d);
  std::vector<double> all = {dot(w, one) - 1,
                             dot(w, d) - 1. / 2,
                             dot(w, c2) - 1. / 3,
                             dot(w, bd) - 1. / 6,
                             dot(w, times(c, c2)) - 1. / 4,
                             dot(w, times(c, ad)) - 1. / 8,
                             dot(w, product(b, c2)) - 1. / 12,
                             dot(w, product(b, bd)) - 1. / 24};
  if (order < 5) return all;
  for (const double defect :
       {dot(w, times(c2, c2)) - 1. / 5, dot(w, times(c2, ad)) - 1. / 10,
        dot(w, times(ad, ad)) - 1. / 20, dot(w, times(c, product(a, c2))) - 1. / 15,
        dot(w, times(c, product(a, bd))) - 1. / 30, dot(w, product(b, times(c, c2))) - 1. / 20,
        dot(w, product(b, times(c, ad))) - 1. / 40, dot(w, product(b, product(b, c2))) - 1. / 60,
        dot(w, product(b, product(b, bd))) - 1. / 120})
    all.push_back(defect);
  return all;
}

void check_order(const Square& a, const Square& b, const Row& w, int order, double tolerance) {
  const std::vector<double> all = defects(a, b, w, order);
  for (std::size_t i = 0; i < all.size(); ++i) {
    BOOST_TEST_INFO("condition " << i);
    BOOST_TEST(std::abs(all[i]) < tolerance);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(dopri5_is_of_order_5_and_4) {
  using Table = eg::optim::ode::Dopri5Table;
  Square a{};
  Row w{}, embedded{};
  for (std::size_t i = 0; i < 7; ++i) {
    for (std::size_t j = 0; j < i; ++j) a[i][j] = Table::a[i][j];
    w[i] = Table::a[6][i];
    embedded[i] = w[i] - Table::error[i];
    BOOST_TEST(std::abs(product(a, {1, 1, 1, 1, 1, 1, 1, 1})[i] - Table::c[i]) < 1e-15);
  }
  check_order(a, a, w, 5, 1e-15);
  check_order(a, a, embedded, 4, 1e-15);
  BOOST_TEST(std::abs(defects(a, a, embedded, 5).back()) > 1e-5);
}

BOOST_AUTO_TEST_CASE(rodas5p_is_of_order_5_and_4) {
  using Table = eg::optim::ode::Rodas5PTable;
  // The form with gamma_ij: Gamma = (I / gamma - G)^-1, a = A Gamma, weights m Gamma.
  Square gamma{}, a{};
  for (std::size_t j = 0; j < 8; ++j)
    for (std::size_t i = j; i < 8; ++i) {
      double sum = i == j ? 1 : 0;
      for (std::size_t k = j; k < i; ++k) sum += Table::g[i][k] * gamma[k][j];
      gamma[i][j] = Table::gamma * sum;
    }
  Row w{}, embedded{};
  for (std::size_t j = 0; j < 8; ++j)
    for (std::size_t k = 0; k < 8; ++k) {
      for (std::size_t i = 0; i < 8; ++i) a[i][j] += Table::a[i][k] * gamma[k][j];
      const double m = k < 7 ? Table::a[7][k] : 1;
      w[j] += m * gamma[k][j];
      embedded[j] += (k < 7 ? m : 0) * gamma[k][j];
    }
  Square b = a;
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t j = 0; j < 8; ++j) b[i][j] += gamma[i][j];
    const Row one = {1, 1, 1, 1, 1, 1, 1, 1};
    BOOST_TEST(std::abs(product(a, one)[i] - Table::c[i]) < 1e-13);
    BOOST_TEST(std::abs(product(gamma, one)[i] - Table::e[i]) < 1e-13);
  }
  check_order(a, b, w, 5, 1e-12);
  check_order(a, b, embedded, 4, 1e-12);
}

BOOST_AUTO_TEST_CASE(dense_output_is_of_order_4) {
  // Fixed steps; rows within the steps. The error over one step falls with h^5.
  const auto f = [](const Tensor& t, const Tensor& y) { return y * t.cos() - y * y; };
  const auto error = [&](OdeintMethod method, double h) {
    const Tensor t = h * eg::tensor({0.0, 0.3, 0.7, 0.9, 1.0});
    OdeintOptions o{.method = method, .rtol = 10, .atol = 10, .first_step = h, .max_step = h};
    const Tensor y = eg::odeint(f, eg::ones({1}), t, o);
    return (y - eg::odeint(f, eg::ones({1}), t, options(1e-13))).abs().amax().item<double>();
  };
  for (const auto method : {OdeintMethod::Dopri5, OdeintMethod::Rodas5P}) {
    const double order = std::log2(error(method, 0.4) / error(method, 0.2));
    BOOST_TEST_INFO("order " << order);
    BOOST_TEST(order > 4.5);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(odeint_events)

namespace {

/// A stone that falls from height y[0] at speed y[1].
const auto kFall = [](const Tensor&, const Tensor& y, const Tensor& g) {
  return eg::stack({y[1], -g});
};
const auto kGround = [](const Tensor&, const Tensor& y) { return y[0]; };

}  // namespace

BOOST_AUTO_TEST_CASE(an_event_ends_the_integration) {
  OdeintOptions o = options(1e-9);
  o.event = kGround;
  for (const auto method : {OdeintMethod::Dopri5, OdeintMethod::Rodas5P}) {
    o.method = method;
    const OdeintResult r =
        eg::solve_ivp(kFall, eg::tensor({20.0, 0.0}), eg::linspace(0, 10, 11), eg::tensor(10.0), o);
    BOOST_TEST(r.stopped_by_event);
    BOOST_TEST(r.message.starts_with("stopped by the event at t = 2 in "));
    BOOST_TEST(r.t.numel() == 3);
    check_close(r.t, eg::tensor({0.0, 1.0, 2.0}), 1e-13);
    check_close(r.y, eg::tensor({{20.0, 0.0}, {15.0, -10.0}, {0.0, -20.0}}), 1e-13);
  }
}

BOOST_AUTO_TEST_CASE(an_event_before_the_last_time_has_the_last_row) {
  OdeintOptions o = options(1e-9);
  o.event = kGround;
  const OdeintResult r = eg::solve_ivp(kFall, eg::tensor({20.0, 0.0}), eg::tensor({0.0, 1.0, 3.0}),
                                       eg::tensor(10.0), o);
  check_close(r.t, eg::tensor({0.0, 1.0, 2.0}), 1e-13);
  BOOST_TEST(r.y.size(0) == 3);
}

BOOST_AUTO_TEST_CASE(an_event_that_is_zero_at_the_start_counts_later) {
  OdeintOptions o = options(1e-9);
  o.event = kGround;
  const OdeintResult r =
      eg::solve_ivp(kFall, eg::tensor({0.0, 5.0}), eg::tensor({0.0, 3.0}), eg::tensor(10.0), o);
  check_close(r.t[1], eg::tensor(1.0), 1e-13);
  // Never: the end is reached.
  o.event = [](const Tensor&, const Tensor& y) { return y[0] + 1000; };
  BOOST_TEST(
      !eg::solve_ivp(kFall, eg::tensor({0.0, 5.0}), eg::tensor({0.0, 3.0}), eg::tensor(10.0), o)
           .stopped_by_event);
}

BOOST_AUTO_TEST_CASE(the_time_of_an_event_is_differentiable) {
  // t = sqrt(2 y / g), speed -sqrt(2 g y).
  OdeintOptions o = options(1e-10);
  o.event = kGround;
  for (const auto gradient : {eg::OdeintGradient::Discrete, eg::OdeintGradient::Adjoint}) {
    o.gradient = gradient;
    const auto fall = [&](const eg::autograd::variable_list& x) {
      const OdeintResult r =
          eg::solve_ivp(kFall, eg::stack({x[0], eg::tensor(0.0)}), eg::tensor({0.0, 9.0}), x[1], o);
      return r.t[-1] + 3 * r.y[-1][1];
    };
    const auto exact = [](const eg::autograd::variable_list& x) {
      return (2 * x[0] / x[1]).sqrt() - 3 * (2 * x[0] * x[1]).sqrt();
    };
    const eg::autograd::variable_list at = {eg::tensor(20.0), eg::tensor(10.0)};
    const auto g = eg::jacobian(fall, at, {.strategy = eg::Strategy::Reverse});
    const auto g_forward = eg::jacobian(fall, at, {.strategy = eg::Strategy::Forward});
    const auto g_exact = eg::jacobian(exact, at);
    const auto h = eg::hessian(fall, at), h_exact = eg::hessian(exact, at);
    for (std::size_t i = 0; i < 2; ++i) {
      check_close(g[i], g_exact[i], 1e-10);
      check_close(g_forward[i], g_exact[i], 1e-10);
      for (std::size_t j = 0; j < 2; ++j) check_close(h[i][j], h_exact[i][j], 1e-9);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_event_may_capture_what_it_depends_on) {
  const Tensor height = eg::tensor(15.0, eg::requires_grad());
  OdeintOptions o = options(1e-10);
  o.event = [&](const Tensor&, const Tensor& y) { return y[0] - height; };
  const auto fall = [](const Tensor&, const Tensor& y, const eg::autograd::variable_list& g) {
    return eg::stack({y[1], -g[0]});
  };
  const Tensor top = eg::tensor({20.0, 0.0}), t = eg::tensor({0.0, 9.0}), g = eg::tensor(10.0);
  const OdeintResult r = eg::solve_ivp(fall, top, t, {g}, o);
  const Tensor by = eg::autograd::grad({r.t[-1] + 2 * r.y[-1][0]}, {height})[0];
  check_close(by, eg::tensor(-0.1 + 2), 1e-10);
  const eg::NoGradGuard off;
  BOOST_TEST(!eg::solve_ivp(fall, top, t, {g}, o).t.requires_grad());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(odeint_errors)

namespace {

const Tensor kStart = eg::ones({2});
const Tensor kTimes = eg::tensor({0.0, 1.0});

template <class E, class F>
void refuses(const F& f, const Tensor& y0, const Tensor& t, const OdeintOptions& o,
             std::string_view phrase) {
  BOOST_CHECK_EXCEPTION(eg::odeint(f, y0, t, o), E, Says{phrase});
}

}  // namespace

BOOST_AUTO_TEST_CASE(of_arguments) {
  using eg::DtypeError, eg::ShapeError, eg::ValueError;
  refuses<ValueError>(kDecay, Tensor(), kTimes, {}, "[odeint] y0 is an undefined tensor");
  refuses<DtypeError>(kDecay, eg::ones({2}, eg::kInt64), kTimes, {}, "[odeint] y0 has dtype int64");
  refuses<ValueError>(kDecay, kStart, Tensor(), {}, "[odeint] t is an undefined tensor");
  refuses<DtypeError>(kDecay, kStart, eg::tensor({0, 1}), {}, "[odeint] t has dtype int64");
  refuses<ShapeError>(kDecay, kStart, eg::tensor({0.0}), {}, "[odeint] t has sizes [1]");
  refuses<ShapeError>(kDecay, kStart, eg::empty({0}), {}, "[odeint] t has sizes [0]");
  refuses<ShapeError>(kDecay, kStart, eg::zeros({2, 2}), {}, "[odeint] t has sizes [2, 2]");
  refuses<ValueError>(kDecay, kStart, eg::tensor({0.0, 2.0, 1.0}), {},
                      "[odeint] t is not monotone: t[1] = 2, t[2] = 1");
  refuses<ValueError>(kDecay, kStart, eg::tensor({0.0, NAN}), {}, "[odeint] t[1] is nan");
  const auto with_theta = [](const Tensor&, const Tensor& y, const Tensor&) { return y; };
  BOOST_CHECK_EXCEPTION(eg::odeint(with_theta, kStart, kTimes, Tensor()), ValueError,
                        Says{"[odeint] parameter 0 of theta is an undefined tensor"});
}

BOOST_AUTO_TEST_CASE(of_options) {
  using eg::ShapeError, eg::ValueError;
  const auto with = [](auto change) {
    OdeintOptions o;
    change(o);
    return o;
  };
  refuses<ValueError>(kDecay, kStart, kTimes, with([](auto& o) { o.rtol = -1; }), "rtol is -1");
  refuses<ValueError>(kDecay, kStart, kTimes, with([](auto& o) { o.atol = -1; }),
                      "atol is -1 for component 0");
  refuses<ShapeError>(kDecay, kStart, kTimes, with([](auto& o) { o.atol = eg::ones({3}); }),
                      "atol has sizes [3] and the state [2]");
  refuses<ValueError>(kDecay, kStart, kTimes, with([](auto& o) { o.first_step = NAN; }),
                      "first_step is nan");
  refuses<ValueError>(kDecay, kStart, kTimes, with([](auto& o) { o.max_step = 0; }),
                      "max_step is 0");
  refuses<ValueError>(kDecay, kStart, kTimes, with([](auto& o) { o.max_steps = 0; }),
                      "max_steps is 0");
  refuses<ValueError>(kDecay, kStart, kTimes,
                      with([](auto& o) { o.method = static_cast<OdeintMethod>(9); }),
                      "no method has the number 9");
  refuses<ValueError>(kDecay, kStart, kTimes,
                      with([](auto& o) { o.gradient = static_cast<eg::OdeintGradient>(9); }),
                      "gradient is 9");
  refuses<ShapeError>(kDecay, kStart, kTimes, with([](auto& o) {
                        o.event = [](const Tensor&, const Tensor& y) { return y; };
                      }),
                      "the event function must give one element");
  refuses<eg::NumericError>(kDecay, kStart, kTimes, with([](auto& o) {
                              o.event = [](const Tensor&, const Tensor& y) { return y[0] * NAN; };
                            }),
                            "the event function is NaN at t = 0");
}

BOOST_AUTO_TEST_CASE(of_the_function) {
  const auto wrong_shape = [](const Tensor&, const Tensor& y) { return y[0]; };
  refuses<eg::ShapeError>(wrong_shape, kStart, kTimes, {},
                          "f gave sizes [] for a state of sizes [2]");
  const auto wrong_dtype = [](const Tensor&, const Tensor& y) { return y.to(eg::kFloat32); };
  refuses<eg::DtypeError>(wrong_dtype, kStart, kTimes, {},
                          "f gave dtype float32 for a state of float64");
  const auto writes = [](const Tensor&, const Tensor& y) { return y.clone().copy_(y.mul_(2)); };
  refuses<eg::GraphError>(writes, kStart.clone(), kTimes, {}, "[odeint] f wrote to y in place");
  const auto nothing = [](const Tensor&, const Tensor&) { return Tensor(); };
  refuses<eg::ValueError>(nothing, kStart, kTimes, {}, "f gave an undefined tensor");
  const std::function<Tensor(const Tensor&, const Tensor&)> empty;
  BOOST_CHECK_THROW(eg::odeint(empty, kStart, kTimes), eg::ValueError);
  const auto nan = [](const Tensor&, const Tensor& y) { return y * eg::tensor({1.0, NAN}); };
  refuses<eg::NumericError>(nan, kStart, kTimes, {},
                            "f is not finite at the start t = 0: component 1");
}

BOOST_AUTO_TEST_CASE(of_the_solution) {
  // y' = y^2 from 1 is infinite at t = 1; the second component is harmless.
  const auto blows_up = [](const Tensor&, const Tensor& y) {
    return eg::stack({0 * y[0], y[1] * y[1]});
  };
  for (const auto method : {OdeintMethod::Dopri5, OdeintMethod::Rodas5P}) {
    OdeintOptions o{.method = method};
    const Tensor t = eg::tensor({0.0, 2.0});
    refuses<eg::NumericError>(blows_up, kStart, t, o, "the step size fell to ");
    refuses<eg::NumericError>(blows_up, kStart, t, o, ": component 1 has the largest error");
    refuses<eg::NumericError>(blows_up, kStart, t, o, " at t = 1: ");
    const auto ends = [](const Tensor& time, const Tensor& y) {
      return y * (time.item<double>() < 0.5 ? -1.0 : NAN);
    };
    refuses<eg::NumericError>(ends, kStart, t, o, ": component 0 is not finite after any step");
    o.max_steps = 5;
    refuses<eg::NumericError>(blows_up, kStart, t, o, "max_steps = 5 reached at t = ");
  }
}

BOOST_AUTO_TEST_SUITE_END()
