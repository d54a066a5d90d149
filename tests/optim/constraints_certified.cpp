// The problems of Hock and Schittkowski, by the default call, against solutions to more digits.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>

#include "optim/hock_schittkowski.hpp"
#include "optim/hock_schittkowski_solutions.hpp"

namespace {

namespace eg = eigengrad;
using eg::Tensor;

double largest(const Tensor& difference, const Tensor& size) {
  return difference.numel() == 0
             ? 0
             : (difference.abs() / size.abs().clamp_min(1)).max().item<double>();
}

eg::optim::MinimizeResult solve(const hs::Problem& p) {
  eg::MinimizeOptions o;
  if (!p.lower.empty()) {
    o.lower = eg::tensor(p.lower);
    o.upper = eg::tensor(p.upper);
  }
  o.constraints = p.constraints;
  return eg::minimize(p.f, eg::tensor(hs::feasible_start(p)), o);
}

void check(const hs::Problem& p, const hs::Solution& s, const eg::optim::MinimizeResult& r) {
  BOOST_TEST(std::abs(r.value - s.f) <= 1e-9 * std::max(1.0, std::abs(s.f)));
  const Tensor x = eg::tensor(s.x), m = eg::tensor(s.multipliers);
  // Where the value does not curve along the constraints, roots of its error are what is known of x.
  if (s.known.unique_x) BOOST_TEST(largest(r.x - x, x) < (s.known.curved ? 1e-7 : 1e-3));
  if (!s.known.unique_multipliers || p.constraints.empty()) return;
  BOOST_TEST(largest(r.multipliers - m, m) < 1e-7);
  const Tensor b = eg::tensor(s.bound_multipliers);
  BOOST_TEST(largest(r.bound_multipliers - b, b) < 1e-7);
}

}  // namespace

BOOST_AUTO_TEST_CASE(hock_schittkowski) {
  // Minima that are not the lowest, to which the way from the start leads.
  const std::map<std::string_view, double> others = {{"HS15", 360.379767},
                                                     {"HS20", 40.198730},
                                                     {"HS33", -4},
                                                     {"HS55", 20.0 / 3},
                                                     {"HS116", 97.591035}};
  for (const hs::Problem& p : hs::problems()) {
    const auto same_name = [&](const hs::Solution& s) {
      return std::string_view(p.name) == s.name;
    };
    const auto s = std::find_if(hs::solutions().begin(), hs::solutions().end(), same_name);
    BOOST_REQUIRE((s != hs::solutions().end()));
    const auto r = solve(p);
    BOOST_TEST_CONTEXT(p.name << ": " << r.message) {
      BOOST_TEST(r.converged());
      if (others.count(p.name) == 1)
        BOOST_TEST(std::abs(r.value / others.at(p.name) - 1) < 1e-6);
      else
        check(p, *s, r);
    }
  }
}
