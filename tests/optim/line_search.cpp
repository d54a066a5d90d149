#include "optim/line_search.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

using namespace eigengrad::optim;

namespace {

/// A function of one variable with its derivative, looked at along t.
struct Curve {
  const char* name;
  double (*value)(double);
  double (*slope)(double);
};

// The first two after Moré and Thuente 1994, (5.1) and (5.2).
constexpr Curve kCurves[] = {
    {"one broad minimum", [](double t) { return -t / (t * t + 2); },
     [](double t) { return (t * t - 2) / ((t * t + 2) * (t * t + 2)); }},
    {"a late and narrow minimum",
     [](double t) { return std::pow(t + 0.004, 5) - 2 * std::pow(t + 0.004, 4); },
     [](double t) { return 5 * std::pow(t + 0.004, 4) - 8 * std::pow(t + 0.004, 3); }},
    {"waves on a slope", [](double t) { return (t - 2) * (t - 2) - 0.3 * std::sin(15 * t); },
     [](double t) { return 2 * (t - 2) - 4.5 * std::cos(15 * t); }},
    {"a wall at 3", [](double t) { return -t - std::log(3 - t); },
     [](double t) { return -1 + 1 / (3 - t); }},
};

WolfeResult<int> search(const Curve& c, double t, const WolfeOptions& options = {}) {
  const auto line = [&](double at) -> LinePoint<int> {
    return {{at, c.value(at), c.slope(at)}, static_cast<int>(at * 1000)};
  };
  return strong_wolfe(line, line(0), t, options);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(strong_wolfe_search)

BOOST_AUTO_TEST_CASE(both_conditions_hold_wherever_it_begins) {
  for (const Curve& c : kCurves)
    for (const double first : {1e-3, 0.1, 1.0, 2.9, 1e3})
      for (const double c2 : {0.9, 0.1})
        BOOST_TEST_CONTEXT(c.name << ", first step " << first << ", c2 " << c2) {
          const WolfeResult<int> r = search(c, first, {.c2 = c2});
          BOOST_TEST(r.satisfied);
          BOOST_TEST(r.point.value <= c.value(0) + 1e-4 * r.point.t * c.slope(0));
          BOOST_TEST(std::abs(r.point.slope) <= c2 * std::abs(c.slope(0)));
          BOOST_TEST(r.point.value == c.value(r.point.t));
          BOOST_TEST(r.point.payload == static_cast<int>(r.point.t * 1000));
          BOOST_TEST(r.evaluations <= 26);
        }
}

BOOST_AUTO_TEST_CASE(an_acceptable_first_step_costs_one_evaluation) {
  const Curve parabola{"parabola", [](double t) { return (t - 1) * (t - 1); },
                       [](double t) { return 2 * (t - 1); }};
  const WolfeResult<int> r = search(parabola, 1);
  BOOST_TEST(r.satisfied);
  BOOST_TEST(r.evaluations == 1);
  BOOST_TEST(r.point.t == 1);
}

BOOST_AUTO_TEST_CASE(without_a_lower_point_it_stays) {
  // The slope lies: the curve rises.
  const Curve wrong{"wrong slope", [](double t) { return t; }, [](double) { return -1.0; }};
  const WolfeResult<int> r = search(wrong, 1);
  BOOST_TEST(!r.satisfied);
  BOOST_TEST(r.point.t == 0);
}

BOOST_AUTO_TEST_CASE(narrow_intervals_end_the_search) {
  const Curve wrong{"wrong slope", [](double t) { return t; }, [](double) { return -1.0; }};
  BOOST_TEST(search(wrong, 1, {.min_width = 10}).evaluations == 1);
  BOOST_TEST(search(wrong, 1, {.max_moves = 5}).evaluations == 6);
}

BOOST_AUTO_TEST_CASE(slopes_decide_below_the_noise_of_values) {
  // A parabola whose values are rounded to steps of 1e-3, near its minimum.
  const Curve rounded{"rounded",
                      [](double t) { return std::ceil((t - 1) * (t - 1) * 1e-6 * 1e3) * 1e-3; },
                      [](double t) { return 2e-6 * (t - 1); }};
  BOOST_TEST(!search(rounded, 0.9).satisfied);
  const WolfeResult<int> r = search(rounded, 0.9, {.noise = 1e-3});
  BOOST_TEST(r.satisfied);
  BOOST_TEST(r.point.t == 0.9);
}

BOOST_AUTO_TEST_CASE(cubic_minimum_is_exact_for_cubics) {
  // t^3 - 3 t: minimum at 1.
  const auto at = [](double t) { return LineSample{t, t * t * t - 3 * t, 3 * t * t - 3}; };
  BOOST_TEST(std::abs(cubic_minimum(at(0), at(3), 0, 3) - 1) < 1e-14);
  BOOST_TEST(std::abs(cubic_minimum(at(3), at(0), 0, 3) - 1) < 1e-14);
  BOOST_TEST(cubic_minimum(at(0), at(3), 1.5, 3) == 1.5);
  // Without a minimum, and with an infinite end: the midpoint.
  BOOST_TEST(cubic_minimum({0, 0, 1}, {1, 2.0 / 3, 1}, 0, 1) == 0.5);
  BOOST_TEST(cubic_minimum({0, 0, -1}, {1, std::numeric_limits<double>::infinity(), 0}, 0, 1) ==
             0.5);
}

BOOST_AUTO_TEST_SUITE_END()
