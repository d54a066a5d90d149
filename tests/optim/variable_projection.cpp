#include "eigengrad/optim/variable_projection.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <limits>
#include <vector>

#include "support/nist.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;

namespace {

using eg::Tensor;
using Indices = std::vector<std::size_t>;

/// A NIST set whose model is a sum of functions with a factor each.
struct Separable {
  const char* name;
  /// Places of the factors and of the other unknowns among NIST's parameters.
  Indices linear;
  Indices nonlinear;
  Tensor (*basis)(const Tensor& p, const Tensor& x);
};

Tensor columns(std::initializer_list<Tensor> list) {
  return eg::stack(std::vector<Tensor>(list), 1);
}
Tensor bell(const Tensor& x, const Tensor& center, const Tensor& width) {
  return eg::exp(-((x - center) / width).square());
}
Tensor saturation(const Tensor& p, const Tensor& x) { return columns({1 - eg::exp(-p[0] * x)}); }
Tensor exponentials(const Tensor& p, const Tensor& x) {
  return columns({eg::exp(-p[0] * x), eg::exp(-p[1] * x), eg::exp(-p[2] * x)});
}
Tensor power(const Tensor& p, const Tensor& x) { return columns({eg::pow(x, p[0])}); }
Tensor two_decays(const Tensor& p, const Tensor& x) {
  return columns({eg::ones_like(x), eg::exp(-p[0] * x), eg::exp(-p[1] * x)});
}
Tensor bells(const Tensor& p, const Tensor& x) {
  return columns({eg::exp(-p[0] * x), bell(x, p[1], p[2]), bell(x, p[3], p[4])});
}

const std::vector<Separable> kSets = {{"Misra1a", {0}, {1}, saturation},
                                      {"BoxBOD", {0}, {1}, saturation},
                                      {"DanWood", {0}, {1}, power},
                                      {"Lanczos2", {0, 2, 4}, {1, 3, 5}, exponentials},
                                      {"Lanczos3", {0, 2, 4}, {1, 3, 5}, exponentials},
                                      {"MGH17", {0, 1, 2}, {3, 4}, two_decays},
                                      {"Gauss1", {0, 2, 5}, {1, 3, 4, 6, 7}, bells},
                                      {"Gauss3", {0, 2, 5}, {1, 3, 4, 6, 7}, bells}};

/// Those at `places` of what NIST lists.
std::vector<double> chosen(const std::vector<double>& all, const Indices& places) {
  std::vector<double> some;
  for (const std::size_t i : places) some.push_back(all[i]);
  return some;
}

/// In the order of the result: the nonlinear ones, then the factors.
Indices order_of(const Separable& set) {
  Indices order = set.nonlinear;
  order.insert(order.end(), set.linear.begin(), set.linear.end());
  return order;
}

const Tensor kTimes = eg::tensor({0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0});
const Tensor kDecay = eg::tensor({4.9, 3.9, 3.4, 2.8, 2.4, 2.0, 1.5, 1.3});

Tensor decay_and_level(const Tensor& p) {
  return columns({eg::ones_like(kTimes), eg::exp(-p[0] * kTimes)});
}

/// The fit of all unknowns, with starts for the coefficients too.
eg::optim::LeastSquaresResult fit_of_all(const eg::optim::LeastSquaresOptions& options) {
  return eg::least_squares(
      [](const Tensor& b) { return b[1] + b[2] * eg::exp(-b[0] * kTimes) - kDecay; },
      eg::tensor({1.0, 1.0, 1.0}), options);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(variable_projection_fits)

/// One set can be run alone: --run_test='variable_projection_fits/*/_3' is the one with index 3.
BOOST_DATA_TEST_CASE(nist_sets, boost::unit_test::data::xrange(kSets.size()), row) {
  const Separable& set = kSets[row];
  const std::string file =
      std::string(EIGENGRAD_SHARED_DIR) + "/data/nist_nonlinear/" + set.name + ".dat";
  if (!std::filesystem::exists(file)) {
    BOOST_TEST_MESSAGE("skipped: " << file << " is not there");
    return;
  }
  const nist::Problem problem = nist::read(file);
  const Indices order = order_of(set);
  for (const int start : {0, 1}) {
    const Tensor x0 = eg::tensor(chosen(problem.start[start], set.nonlinear));
    const Tensor& x = problem.columns[1];
    const auto basis = [f = set.basis, &x](const Tensor& p) { return f(p, x); };
    const auto r = eg::variable_projection(basis, problem.columns[0], x0);
    BOOST_TEST_CONTEXT(set.name << " from start " << start + 1 << ": " << r.message) {
      BOOST_TEST(r.converged());
      BOOST_TEST(nist::fewest_digits(eg::to_vector(r.x), chosen(problem.estimates, order)) >= 9);
      BOOST_TEST(
          nist::fewest_digits(eg::to_vector(r.std_errors), chosen(problem.std_errors, order)) >= 9);
      BOOST_TEST(r.rank == static_cast<std::int64_t>(order.size()));
      BOOST_TEST(r.history.size() < 60u);
    }
  }
}

BOOST_AUTO_TEST_CASE(agrees_with_the_fit_of_all_unknowns) {
  const Tensor weights = eg::tensor({1.0, 2.0, 0.0, 1.0, 4.0, 1.0, 0.5, 3.0});
  for (const bool is_weighted : {false, true})
    for (const bool is_bounded : {false, true}) {
      eg::optim::LeastSquaresOptions options;
      if (is_weighted) options.weights = weights;
      eg::optim::LeastSquaresOptions of_all = options;
      if (is_bounded) {
        options.upper = 0.4;
        constexpr double infinity = std::numeric_limits<double>::infinity();
        of_all.upper = eg::tensor({0.4, infinity, infinity});
        of_all.lower = -infinity;
      }
      const auto r = eg::variable_projection(decay_and_level, kDecay,
                                             eg::tensor({is_bounded ? 0.3 : 1.0}), options);
      eg::optim::LeastSquaresOptions start = of_all;
      const auto want = eg::least_squares(
          [](const Tensor& b) { return b[1] + b[2] * eg::exp(-b[0] * kTimes) - kDecay; },
          eg::tensor({is_bounded ? 0.3 : 1.0, 1.0, 1.0}), start);
      BOOST_TEST(r.converged(), r.message);
      BOOST_TEST(want.converged(), want.message);
      BOOST_TEST(r.x.allclose(want.x, 1e-10, 1e-12));
      BOOST_TEST(r.std_errors.allclose(want.std_errors, 1e-8, 1e-12));
      BOOST_TEST(r.covariance.allclose(want.covariance, 1e-8, 1e-12));
      BOOST_TEST(std::abs(r.cost - want.cost) <= 1e-12 * want.cost);
      BOOST_TEST(r.df == want.df);
      if (is_bounded) BOOST_TEST(r.x[0].item<double>() == 0.4);
    }
}

BOOST_AUTO_TEST_CASE(float32_and_starts_of_any_shape) {
  const auto basis = [](const Tensor& p) {
    const Tensor t = kTimes.to(eg::kFloat32);
    return columns({eg::ones_like(t), eg::exp(-p[0][0] * t)});
  };
  const auto r =
      eg::variable_projection(basis, kDecay.to(eg::kFloat32), eg::full({1, 1}, 1.0, eg::kFloat32));
  const auto want = fit_of_all({});
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST((r.x.dtype() == eg::kFloat32));
  BOOST_TEST(r.x.to(eg::kFloat64).allclose(want.x, 1e-4, 1e-6));
}

BOOST_AUTO_TEST_CASE(a_search_that_does_not_end_is_said) {
  const auto r =
      eg::variable_projection(decay_and_level, kDecay, eg::tensor({20.0}), {.max_iter = 1});
  BOOST_TEST((r.status == eg::Status::MaxIterations));
  BOOST_TEST(r.message.find("iteration 1 was the last one allowed") != std::string::npos);
  BOOST_TEST(r.x.numel() == 3);
  BOOST_TEST(r.x.isfinite().all().item<bool>());
}

BOOST_AUTO_TEST_CASE(wrong_input_is_refused) {
  const Tensor x0 = eg::tensor({1.0});
  const auto fit = [&](const auto& basis, const Tensor& y, const Tensor& start,
                       const eg::optim::LeastSquaresOptions& options = {}) {
    return eg::variable_projection(basis, y, start, options);
  };
  BOOST_CHECK_EXCEPTION(fit(decay_and_level, Tensor(), x0), eg::ShapeError, Says{"y is undefined"});
  BOOST_CHECK_EXCEPTION(fit(decay_and_level, kDecay, Tensor()), eg::ShapeError, Says{"the start"});
  BOOST_CHECK_EXCEPTION(fit(decay_and_level, kDecay.narrow(0, 0, 7), x0), eg::ShapeError,
                        Says{"the basis gave"});
  BOOST_CHECK_EXCEPTION(fit([](const Tensor&) { return kTimes; }, kDecay, x0), eg::ShapeError,
                        Says{"must be a matrix"});
  BOOST_CHECK_EXCEPTION(fit([](const Tensor&) { return Tensor(); }, kDecay, x0), eg::ShapeError,
                        Says{"the basis gave"});
  BOOST_CHECK_EXCEPTION(fit(decay_and_level, kDecay.to(eg::kFloat32), x0), eg::DtypeError,
                        Says{"y has dtype"});
  // At 0 the two columns are equal.
  BOOST_CHECK_EXCEPTION(fit(decay_and_level, kDecay, eg::tensor({0.0})), eg::NumericError,
                        Says{"column 1 of the basis"});
  BOOST_CHECK_EXCEPTION(fit(decay_and_level, kDecay, x0, {.loss = eg::optim::Loss::Huber}),
                        eg::ValueError, Says{"loss is robust"});
  BOOST_CHECK_EXCEPTION(fit(decay_and_level, kDecay, x0, {.weights = eg::tensor({1.0, 2.0})}),
                        eg::ShapeError, Says{"weights has 2 elements"});
  BOOST_CHECK_EXCEPTION(fit(std::function<Tensor(const Tensor&)>(), kDecay, x0), eg::ValueError,
                        Says{"empty"});
}

BOOST_AUTO_TEST_SUITE_END()
