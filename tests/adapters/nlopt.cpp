#define BOOST_TEST_MODULE adapters_nlopt
#include "eigengrad/adapters/nlopt.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "eigengrad/eigengrad.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;
namespace ad = eigengrad::adapters;
using eg::Tensor;

namespace {

Tensor hs71(const Tensor& x) { return x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]; }

nlopt::opt hs71_by(nlopt::algorithm algorithm) {
  nlopt::opt opt(algorithm, 4);
  opt.set_lower_bounds(1);
  opt.set_upper_bounds(5);
  opt.set_xtol_rel(1e-13);
  opt.set_maxeval(5000);
  ad::set_min_objective(opt, hs71);
  ad::add_inequality_constraint(
      opt, [](const Tensor& x) { return 25 - x.prod(); }, 1e-12);
  ad::add_equality_constraint(
      opt, [](const Tensor& x) { return (x * x).sum() - 40; }, 1e-12);
  return opt;
}

}  // namespace

BOOST_AUTO_TEST_CASE(hs71_with_gradients_and_without) {
  for (const nlopt::algorithm algorithm : {nlopt::LD_SLSQP, nlopt::LN_COBYLA}) {
    nlopt::opt opt = hs71_by(algorithm);
    nlopt::opt copy = opt;  // has functions of its own
    for (nlopt::opt* each : {&opt, &copy}) {
      std::vector<double> x = {1, 5, 5, 1};
      double value = 0;
      each->optimize(x, value);
      BOOST_TEST(std::abs(value - 17.014017289156303) <
                 (algorithm == nlopt::LD_SLSQP ? 1e-9 : 1e-5));
    }
  }
}

BOOST_AUTO_TEST_CASE(errors) {
  nlopt::opt opt(nlopt::LD_LBFGS, 1);
  opt.set_maxeval(100);
  std::vector<double> x = {2};
  double value = 0;
  // log(x) - x from the side where it has a maximum: a wall at 0 is stepped back from.
  ad::set_min_objective(opt, [](const Tensor& t) -> Tensor {
    if (t.item<double>() <= 0) throw eg::NumericError("not here");
    return t.sum() - t.log().sum();
  });
  opt.optimize(x, value);
  BOOST_TEST(std::abs(x[0] - 1) < 1e-6);
  ad::set_min_objective(opt, [](const Tensor& t) { return eg::cat({t, t}); });
  BOOST_CHECK_THROW(opt.optimize(x, value), std::runtime_error);
  BOOST_CHECK_EXCEPTION(ad::optimize(opt, x, value), eg::ShapeError, Says{"single element"});
}
