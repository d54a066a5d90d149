#include <cmath>
#include <limits>

#include "kernels/support.hpp"

/// Vectorised functions: their accuracy, and that a value does not depend on where in memory its
/// argument lies.
namespace kernels_test {
namespace {

struct Function {
  const char* name;
  Tensor (*tensor)(const Tensor&);
  long double (*exact)(long double);
  double low;
  double high;
  /// Of the largest magnitude among results near by, in units of its last place.
  double ulp;
};

const Function kFunctions[] = {
    {"exp", eg::exp, std::exp, -700, 700, 2},
    {"log", eg::log, std::log, 1e-300, 1e300, 2},
    {"log near 1", eg::log, std::log, 0.5, 2, 2},
    {"sin", eg::sin, std::sin, -100, 100, 2},
    {"cos", eg::cos, std::cos, -100, 100, 2},
    {"tanh", eg::tanh, std::tanh, -5, 5, 2},
    {"tanh near 0", eg::tanh, std::tanh, -1e-3, 1e-3, 2},
    {"sqrt", eg::sqrt, std::sqrt, 0, 1e10, 0.51},
    {"reciprocal", eg::reciprocal, [](long double x) { return 1 / x; }, 1e-5, 1e5, 0.51},
    {"sigmoid", eg::sigmoid, [](long double x) { return 1 / (1 + std::exp(-x)); }, -30, 30, 4},
};

std::vector<double> arguments(const Function& f, std::size_t n) {
  std::vector<double> x = random_values(n, 5);
  for (double& v : x) v = f.low + (v + 1) / 2 * (f.high - f.low);
  return x;
}

}  // namespace

BOOST_AUTO_TEST_CASE(functions_are_accurate) {
  for (const Function& f : kFunctions) {
    const std::vector<double> x = arguments(f, 20'000);
    const Tensor y = f.tensor(eg::tensor(x));
    const double* got = y.data_ptr<double>();
    double worst = 0;
    double where = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const long double want = f.exact(x[i]);
      const double rounded = std::abs(static_cast<double>(want));
      const double unit =
          std::nextafter(rounded, std::numeric_limits<double>::infinity()) - rounded;
      const double error = static_cast<double>(std::abs(got[i] - want)) / unit;
      if (error > worst) {
        worst = error;
        where = x[i];
      }
    }
    BOOST_TEST_INFO(f.name << " is off by " << worst << " units in the last place at " << where);
    BOOST_TEST(worst <= f.ulp);
  }
}

BOOST_AUTO_TEST_CASE(functions_do_not_depend_on_the_place) {
  for (const Function& f : kFunctions)
    for (const auto dtype : {eg::kFloat64, eg::kFloat32}) {
      const Tensor x = eg::tensor(arguments(f, 300)).to(dtype);
      const auto whole = bytes_of(f.tensor(x));
      const auto element = static_cast<std::size_t>(x.element_size());
      bool same = true;
      for (std::int64_t start = 0; start < 40; ++start)
        for (const std::int64_t length : {1, 2, 3, 5, 8, 13, 31, 64}) {
          const auto part = bytes_of(f.tensor(x.narrow(0, start, length)));
          same = same &&
                 std::memcmp(part.data(), whole.data() + static_cast<std::size_t>(start) * element,
                             part.size()) == 0;
        }
      BOOST_TEST_INFO(f.name);
      BOOST_TEST(same);
      const Tensor spread = eg::zeros({300, 2}, dtype);
      spread.select(1, 0).copy_(x);
      BOOST_TEST((bytes_of(f.tensor(spread.select(1, 0))) == whole));
    }
}

BOOST_AUTO_TEST_CASE(functions_at_the_ends_of_the_range) {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double tiny = std::numeric_limits<double>::denorm_min();
  const double least = std::numeric_limits<double>::min();
  struct Row {
    Tensor (*tensor)(const Tensor&);
    double x;
    double y;
  };
  const Row rows[] = {
      {eg::exp, inf, inf},
      {eg::exp, -inf, 0},
      {eg::exp, 710, inf},
      {eg::exp, -746, 0},
      {eg::exp, 0, 1},
      {eg::exp, nan, nan},
      {eg::exp, -745, tiny},
      {eg::log, 0, -inf},
      {eg::log, -1, nan},
      {eg::log, inf, inf},
      {eg::log, 1, 0},
      {eg::log, nan, nan},
      {eg::log, tiny, std::log(tiny)},
      {eg::log, least, std::log(least)},
      {eg::sin, inf, nan},
      {eg::sin, 0, 0},
      {eg::cos, -inf, nan},
      {eg::cos, 0, 1},
      {eg::tanh, inf, 1},
      {eg::tanh, -inf, -1},
      {eg::tanh, nan, nan},
      {eg::sqrt, inf, inf},
      {eg::sqrt, -1, nan},
      {eg::sigmoid, inf, 1},
      {eg::sigmoid, -inf, 0},
      {eg::reciprocal, 0, inf},
      {eg::reciprocal, inf, 0},
  };
  // Alone, and among others that take the fast path.
  for (const Row& row : rows)
    for (const std::int64_t place : {0, 3, 16}) {
      const Tensor x = eg::full({17}, 0.5);
      x[place] = row.x;
      const double y = row.tensor(x)[place].item<double>();
      BOOST_TEST_INFO("at " << row.x);
      if (std::isnan(row.y))
        BOOST_TEST(std::isnan(y));
      else
        BOOST_TEST((y == row.y || std::abs(y - row.y) <= 4e-16 * std::abs(row.y)));
    }
}

}  // namespace kernels_test
