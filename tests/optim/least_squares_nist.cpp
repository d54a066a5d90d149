// The nonlinear sets of NIST's Statistical Reference Datasets, by the default call.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "support/nist.hpp"

using namespace nist;

namespace {

std::string file_of(const Set& set) {
  return std::string(EIGENGRAD_SHARED_DIR) + "/data/nist_nonlinear/" + set.name + ".dat";
}

struct Digits {
  double estimates = 0;
  double std_errors = 0;
};

/// Checks one fit; for Lanczos1, whose residuals are the rounding of its data, `std_errors` is low.
Digits fit(const Set& set, const Problem& problem, int start) {
  const std::vector<double>& s = problem.start[start];
  const auto residuals = [&](const eg::Tensor& b) { return set.residuals(b, problem.columns); };
  const auto r = eg::least_squares(residuals, Eigen::VectorXd(Eigen::Map<const Eigen::VectorXd>(
                                                  s.data(), static_cast<Eigen::Index>(s.size()))));
  const Digits d{fewest_digits(r.x, problem.estimates),
                 fewest_digits(r.std_errors, problem.std_errors)};
  const bool is_rounding = set.name == std::string("Lanczos1");
  BOOST_TEST_CONTEXT(set.name << " from start " << start + 1 << ": " << r.message) {
    BOOST_TEST(r.converged());
    BOOST_TEST(d.estimates >= 9.5);
    BOOST_TEST(d.std_errors >= (is_rounding ? 2 : 9.5));
    BOOST_TEST(digits(2 * r.cost, problem.residual_sum_of_squares) >= (is_rounding ? 1 : 9.5));
    BOOST_TEST(r.rank == r.x.size());
    BOOST_TEST(r.df == problem.columns[0].numel() - r.x.size());
    BOOST_TEST(r.history.size() < 200u);
  }
  return d;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nist_nonlinear)

/// One set can be run alone: --run_test='nist_nonlinear/both_starts/_9' is the one with index 9.
BOOST_DATA_TEST_CASE(both_starts, boost::unit_test::data::xrange(std::size(kSets)), row) {
  const Set& set = kSets[row];
  if (!std::filesystem::exists(file_of(set))) {
    BOOST_TEST_MESSAGE("skipped: " << file_of(set) << " is not there");
    return;
  }
  const Problem problem = read(file_of(set));
  BOOST_REQUIRE(!problem.estimates.empty());
  for (const int start : {0, 1}) {
    const Digits d = fit(set, problem, start);
    BOOST_TEST_MESSAGE(set.name << " from start " << start + 1 << ": " << d.estimates
                                << " digits of the estimates, " << d.std_errors
                                << " of the standard deviations");
  }
}

BOOST_AUTO_TEST_SUITE_END()
