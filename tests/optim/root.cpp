#include "eigengrad/optim/root.hpp"

#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <sstream>

#include "data/more_garbow_hillstrom.hpp"
#include "eigengrad/eigengrad.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;
using namespace eigengrad::optim;
using eg::Tensor;

namespace {

constexpr RootMethod kMethods[] = {RootMethod::Auto, RootMethod::Newton, RootMethod::Hybrid,
                                   RootMethod::LevenbergMarquardt, RootMethod::NewtonKrylov};

/// The square systems with a root among the problems of More, Garbow and Hillstrom.
std::vector<mgh::Problem> systems() {
  std::vector<mgh::Problem> found;
  for (mgh::Problem& p : mgh::problems()) {
    const Tensor x = eg::tensor(p.start);
    const bool has_root = std::find(p.minima.begin(), p.minima.end(), 0.0) != p.minima.end();
    if (has_root && p.residuals(x).numel() == x.numel()) found.push_back(std::move(p));
  }
  return found;
}

double norm_of(const Tensor& t) { return eg::linalg_norm(t.reshape({-1})).item<double>(); }

/// The unit circle and a line: they meet at (0.8, 0.6).
Tensor circle_and_line(const Tensor& x) {
  return eg::stack({x[0] * x[0] + x[1] * x[1] - 1, 3 * x[0] - 4 * x[1]});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(roots)

BOOST_AUTO_TEST_CASE(the_default_call_finds_a_root_of_every_system) {
  int tried = 0;
  for (const mgh::Problem& problem : systems())
    for (const double far : {1.0, 10.0}) {
      BOOST_TEST_CONTEXT(problem.number << ", " << problem.name << ", " << far
                                        << " times the start") {
        const RootResult r = root(problem.residuals, eg::tensor(problem.start) * far);
        ++tried;
        BOOST_TEST(r.converged(), r.message);
        BOOST_TEST(norm_of(problem.residuals(r.x)) < 1e-10, r.message);
        const bool is_multiple = problem.number == 13 || problem.number == 22;
        BOOST_TEST(r.is_singular == is_multiple, r.message);
        BOOST_TEST(r.iterations < 100);
      }
    }
  BOOST_TEST(tried == 26);
}

BOOST_AUTO_TEST_CASE(every_method_finds_the_root_of_a_small_system) {
  for (const RootMethod method : kMethods)
    BOOST_TEST_CONTEXT("method " << static_cast<int>(method)) {
      const RootResult r = root(circle_and_line, eg::tensor({2.0, 0.5}), {.method = method});
      BOOST_TEST(r.converged(), r.message);
      BOOST_TEST(r.x[0].item<double>() == 0.8, boost::test_tools::tolerance(1e-14));
      BOOST_TEST(r.x[1].item<double>() == 0.6, boost::test_tools::tolerance(1e-14));
      BOOST_TEST(!r.is_singular);
      BOOST_TEST(r.counts.f > 0);
      if (method == RootMethod::NewtonKrylov) continue;
      BOOST_TEST(r.jacobian[0][0].item<double>() == 1.6, boost::test_tools::tolerance(1e-13));
      BOOST_TEST(r.jacobian[1][1].item<double>() == -4.0, boost::test_tools::tolerance(1e-13));
    }
}

BOOST_AUTO_TEST_CASE(units_do_not_matter) {
  const RootResult plain = root(circle_and_line, eg::tensor({2.0, 0.5}));
  for (const double x_unit : {1e-150, 1e150})
    for (const double f_unit : {1e-150, 1e150})
      BOOST_TEST_CONTEXT("x in " << x_unit << ", f in " << f_unit) {
        const Tensor units = eg::tensor({x_unit, 1.0});
        const auto f = [&](const Tensor& x) {
          return circle_and_line(x / units) * eg::tensor({1.0, f_unit});
        };
        const RootResult r = root(f, eg::tensor({2.0, 0.5}) * units);
        BOOST_TEST(r.converged(), r.message);
        BOOST_TEST(r.iterations == plain.iterations);
        BOOST_TEST(norm_of(r.x / units - plain.x) < 1e-14);
      }
}

BOOST_AUTO_TEST_CASE(many_unknowns_go_by_products) {
  const std::int64_t n = 2000;
  const auto broyden = [n](const Tensor& x) {
    const Tensor zero = eg::zeros({1});
    return (3 - 2 * x) * x - eg::cat({zero, x.slice(0, 0, n - 1)}) -
           2 * eg::cat({x.slice(0, 1, n), zero}) + 1;
  };
  const RootResult r = root(broyden, eg::full({n}, -1.0));
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST(norm_of(broyden(r.x)) < 1e-12);
  BOOST_TEST(r.counts.Jv > 0);
  BOOST_TEST(!r.jacobian.defined());
  std::ostringstream text;
  text << r;
  BOOST_TEST(text.str().find("and 1980 more") != std::string::npos);
  BOOST_TEST(text.str().find("products") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(walls_are_stepped_back_from) {
  // The first Newton step from 3 leads to 3 - 3 log(3) < 0, where the logarithm is NaN.
  for (const RootMethod method : kMethods)
    BOOST_TEST_CONTEXT("method " << static_cast<int>(method)) {
      const auto log = [](const Tensor& x) { return eg::log(x); };
      const RootResult r = root(log, eg::tensor({3.0}), {.method = method});
      BOOST_TEST(r.converged(), r.message);
      BOOST_TEST(r.x.item<double>() == 1.0, boost::test_tools::tolerance(1e-14));
      BOOST_TEST(r.counts.infeasible > 0);
      const auto thrower = [&](const Tensor& x) {
        if (x.item<double>() < 0) throw eg::NumericError("[test] beyond the wall");
        return eg::log(x);
      };
      BOOST_TEST(root(thrower, eg::tensor({3.0}), {.method = method}).converged());
    }
}

BOOST_AUTO_TEST_CASE(float32_in_float32_out) {
  for (const RootMethod method : {RootMethod::Auto, RootMethod::NewtonKrylov}) {
    const RootResult r =
        root(circle_and_line, eg::tensor({2.0, 0.5}).to(eg::kFloat32), {.method = method});
    BOOST_TEST(r.converged(), r.message);
    BOOST_TEST((r.x.dtype() == eg::kFloat32));
    BOOST_TEST((r.residuals.dtype() == eg::kFloat32));
    BOOST_TEST(std::abs(r.x[0].item<double>() - 0.8) < 3e-7);
  }
}

BOOST_AUTO_TEST_CASE(eigen_in_eigen_out) {
  const Eigen::Vector2d start(2, 0.5);
  const auto r = root(circle_and_line, start);
  BOOST_TEST((r.x - Eigen::Vector2d(0.8, 0.6)).norm() < 1e-14);
  BOOST_TEST(r.jacobian.rows() == 2);
  BOOST_TEST(r.residuals.size() == 2);
  BOOST_TEST(root(circle_and_line, start, {.method = RootMethod::NewtonKrylov}).jacobian.size() ==
             0);
  std::ostringstream text;
  text << r;
  BOOST_TEST(text.str().find("root: converged in") == 0u);
  BOOST_TEST(text.str().find("x[1] = 0.6") != std::string::npos);
}

/// The shapes of x and of the residuals are their own.
BOOST_AUTO_TEST_CASE(matrices_of_unknowns) {
  const Tensor a = eg::tensor({5.0, 2.0, 2.0, 3.0}).reshape({2, 2});
  const RootResult r = root([&](const Tensor& x) { return eg::mm(x, x) - a; }, eg::eye(2));
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST(norm_of(eg::mm(r.x, r.x) - a) < 1e-13);
  BOOST_TEST(r.jacobian.size(0) == 4);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(no_root)

namespace {

struct Hopeless {
  const char* name;
  Tensor (*f)(const Tensor&);
  std::vector<double> start;
  const char* says;
};
const std::vector<Hopeless> kHopeless = {
    {"above the axis", [](const Tensor& x) { return x * x + 1; }, {3}, "local minimum of norm 1"},
    {"just above it",
     [](const Tensor& x) { return x * x + 1e-10; },
     {1},
     "local minimum of norm 1e-10"},
    {"to a limit", [](const Tensor& x) { return eg::exp(-x); }, {0}, "without reaching it"},
    {"to a limit, fast", [](const Tensor& x) { return 1 / x; }, {1}, "without reaching it"},
    {"a jump",
     [](const Tensor& x) { return eg::where(x > 0, x + 1, x - 1); },
     {3},
     "no step lowers the norm 1"},
    {"a circle and a line apart",
     [](const Tensor& x) {
       return eg::stack({x[0] * x[0] + x[1] * x[1] - 1, x[0] + x[1] - 3});
     },
     {2, 0.3},
     "local minimum of norm"},
    {"parallel lines",
     [](const Tensor& x) {
       return eg::stack({x[0] + x[1] - 1, x[0] + x[1] - 2});
     },
     {3, 4},
     "x[1] is not determined"},
    {"an unknown without influence",
     [](const Tensor& x) {
       return eg::stack({x[0] - 1, x[0] - 2}) + 0 * x[1];
     },
     {3, 4},
     "x[1] has no influence"},
};

}  // namespace

BOOST_DATA_TEST_CASE(is_said, boost::unit_test::data::xrange(kHopeless.size()), row) {
  const Hopeless& h = kHopeless[row];
  for (const RootMethod method : kMethods)
    BOOST_TEST_CONTEXT(h.name << ", method " << static_cast<int>(method)) {
      const RootResult r = root(h.f, eg::tensor(h.start), {.method = method});
      BOOST_TEST(!r.converged(), r.message);
      if (method == RootMethod::Auto)
        BOOST_TEST(r.message.find(h.says) != std::string::npos, r.message);
    }
}

BOOST_AUTO_TEST_CASE(roots_where_the_jacobian_is_singular_are_marked) {
  const auto check = [](Tensor (*f)(const Tensor&), std::vector<double> start, double want,
                        double within) {
    for (const RootMethod method : {RootMethod::Auto, RootMethod::NewtonKrylov}) {
      // GMRES solves the equations of a continuum as it would others.
      if (start.size() > 1 && method != RootMethod::Auto) continue;
      const RootResult r = root(f, eg::tensor(start), {.method = method});
      BOOST_TEST(r.converged(), r.message);
      BOOST_TEST(r.is_singular, r.message);
      BOOST_TEST(std::abs(r.x[0].item<double>() - want) < within, r.message);
      BOOST_TEST(r.message.find("singular") != std::string::npos, r.message);
    }
  };
  check([](const Tensor& x) { return (x - 1) * (x - 1); }, {3}, 1, 1e-12);
  check([](const Tensor& x) { return x * x * x; }, {3}, 0, 1e-12);
  // Expanded, rounding hides the root within its square root.
  check([](const Tensor& x) { return x * x - 2 * x + 1; }, {3}, 1, 1e-7);
  // A line of roots: the one next to the start.
  check(
      [](const Tensor& x) {
        return eg::stack({x[0] + x[1] - 1, 2 * x[0] + 2 * x[1] - 2});
      },
      {3, 4}, 0, 1e-12);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(stops_and_refusals_of_root)

BOOST_AUTO_TEST_CASE(limits_and_the_callback) {
  const Tensor start = eg::tensor({2.0, 0.5});
  const auto f = [](const Tensor& x) { return circle_and_line(x); };
  for (const RootMethod method : {RootMethod::Hybrid, RootMethod::NewtonKrylov}) {
    const RootResult none = root(f, start, {.method = method, .max_iter = 0});
    BOOST_TEST((none.status == Status::MaxIterations), none.message);
    BOOST_TEST(norm_of(none.x - start) == 0);
    std::vector<RootIteration> seen;
    const RootResult r =
        root(f, start, {.method = method, .callback = [&](const RootIteration& i, const Tensor& x) {
                          BOOST_TEST(x.numel() == 2);
                          seen.push_back(i);
                          return i.iter < 2;
                        }});
    BOOST_TEST((r.status == Status::Stopped), r.message);
    BOOST_TEST(seen.size() == 3u);
    BOOST_TEST(seen[2].iter == 2);
    BOOST_TEST(seen[2].norm < seen[0].norm);
    const RootResult rough = root(f, start, {.method = method, .tolerance_f = 1e-3});
    BOOST_TEST((rough.status == Status::Converged));
    BOOST_TEST(rough.message.find("relative residual") != std::string::npos, rough.message);
    BOOST_TEST(rough.norm > 1e-12);
  }
}

BOOST_AUTO_TEST_CASE(a_start_at_the_root_stays) {
  const RootResult r = root([](const Tensor& x) { return x * x - 2; }, eg::sqrt(eg::tensor({2.0})));
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST(r.iterations == 0);
}

BOOST_AUTO_TEST_CASE(bad_input) {
  const auto f = [](const Tensor& x) { return x * x - 2; };
  const Tensor x = eg::tensor({1.0, 2.0});
  for (const RootMethod method : {RootMethod::Auto, RootMethod::NewtonKrylov}) {
    const RootOptions o{.method = method};
    BOOST_CHECK_EXCEPTION(root([](const Tensor& t) { return t[0]; }, x, o), eg::ShapeError,
                          Says{"[root] the function gives 1 residuals for 2 unknowns"});
    BOOST_CHECK_EXCEPTION(root([](const Tensor& t) { return eg::log(t - 5); }, x, o),
                          eg::NumericError, Says{"not finite at the start"});
    BOOST_CHECK_EXCEPTION(root([](const Tensor& t) { return t.detach() * 2; }, x, o),
                          eg::GraphError, Says{"[root] the residuals do not require grad"});
    BOOST_CHECK_THROW(root([](const Tensor&) -> Tensor { throw eg::NumericError("mine"); }, x, o),
                      eg::NumericError);
  }
  BOOST_CHECK_EXCEPTION(root(f, Tensor()), eg::ShapeError,
                        Says{"[root] the start is an undefined tensor"});
  BOOST_CHECK_EXCEPTION(root(f, eg::zeros({0})), eg::ShapeError, Says{"must have an element"});
  BOOST_CHECK_EXCEPTION(root(f, eg::tensor({1, 2}, eg::dtype(eg::kInt64))), eg::DtypeError,
                        Says{"[root] the start has dtype"});
  BOOST_CHECK_EXCEPTION(root(f, x, {.tolerance_x = -1}), eg::ValueError,
                        Says{"[root] tolerance_x is -1"});
  BOOST_CHECK_EXCEPTION(root(f, x, {.tolerance_f = std::nan("")}), eg::ValueError,
                        Says{"tolerance_f"});
  BOOST_CHECK_EXCEPTION(root(f, x, {.max_iter = -1}), eg::ValueError, Says{"max_iter is -1"});
  BOOST_CHECK_EXCEPTION(root(f, x, {.method = static_cast<RootMethod>(9)}), eg::ValueError,
                        Says{"no method has the number 9"});
}

// The start is 24 and more powers of ten larger than the root, next to 0.
BOOST_AUTO_TEST_CASE(simple_roots_next_to_zero) {
  for (const double slope : {1e20, 1e24, 1e26, 1e60, 1e200, 1e290})
    for (const auto method : kMethods) {
      const auto r = root([&](const Tensor& x) { return x * slope - 1; }, eg::tensor({1.0}),
                          {.method = method});
      BOOST_TEST(r.converged(), r.message);
      BOOST_TEST(std::abs(r.x.item<double>() * slope - 1) < 1e-12, r.message);
    }
}

// Residuals fall by 130 powers of ten before the root comes in sight.
BOOST_AUTO_TEST_CASE(roots_far_below_the_start) {
  const auto f = [](const Tensor& x) { return x.exp() - 1; };
  for (const auto method : kMethods) {
    const auto r = root(f, eg::tensor({300.0}), {.method = method});
    BOOST_TEST(r.converged(), r.message);
    BOOST_TEST(std::abs(r.x.item<double>()) < 1e-12, r.message);
    BOOST_TEST(!r.is_singular);
  }
  const auto r = root(f, eg::tensor({700.0}));
  BOOST_TEST((r.status == Status::MaxIterations), r.message);
  BOOST_TEST(r.message.find("local minimum") == std::string::npos, r.message);
}

BOOST_AUTO_TEST_SUITE_END()
