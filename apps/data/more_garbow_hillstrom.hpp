#pragma once

// The 35 test problems of More, Garbow and Hillstrom, Testing unconstrained optimization software
// (1981), as residuals: least_squares() takes them as they are, minimize() the sum of their squares.

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "eigengrad/eigengrad.hpp"

namespace mgh {

namespace eg = eigengrad;
using eg::cat;
using eg::exp;
using eg::square;
using eg::stack;
using eg::Tensor;

inline Tensor rosenbrock(const Tensor& x) { return stack({10 * (x[1] - square(x[0])), 1 - x[0]}); }
inline Tensor freudenstein_roth(const Tensor& x) {
  return stack(
      {-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]});
}
inline Tensor powell_badly_scaled(const Tensor& x) {
  return stack({1e4 * x[0] * x[1] - 1, exp(-x[0]) + exp(-x[1]) - 1.0001});
}
inline Tensor brown_badly_scaled(const Tensor& x) {
  return stack({x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2});
}
inline Tensor beale(const Tensor& x) {
  return stack({1.5 - x[0] * (1 - x[1]), 2.25 - x[0] * (1 - square(x[1])),
                2.625 - x[0] * (1 - square(x[1]) * x[1])});
}
inline Tensor jennrich_sampson(const Tensor& x) {
  const Tensor i = eg::arange(1.0, 11.0);
  return 2 + 2 * i - (exp(i * x[0]) + exp(i * x[1]));
}
inline Tensor helical_valley(const Tensor& x) {
  const double turn = x[0].item<double>() < 0 ? 0.5 : 0;
  const Tensor theta = eg::atan(x[1] / x[0]) / (2 * std::numbers::pi) + turn;
  return stack({10 * (x[2] - 10 * theta), 10 * (eg::sqrt(square(x[0]) + square(x[1])) - 1), x[2]});
}
inline Tensor bard(const Tensor& x) {
  const Tensor y = eg::tensor(
      {0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39});
  const Tensor u = eg::arange(1.0, 16.0);
  const Tensor v = 16 - u;
  return y - (x[0] + u / (v * x[1] + eg::minimum(u, v) * x[2]));
}
inline Tensor gaussian(const Tensor& x) {
  const Tensor y = eg::tensor({0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989,
                               0.3521, 0.2420, 0.1295, 0.0540, 0.0175, 0.0044, 0.0009});
  const Tensor t = (8 - eg::arange(1.0, 16.0)) / 2;
  return x[0] * exp(-x[1] * square(t - x[2]) / 2) - y;
}
inline Tensor meyer(const Tensor& x) {
  const Tensor y =
      eg::tensor({34780.0, 28610.0, 23650.0, 19630.0, 16370.0, 13720.0, 11540.0, 9744.0, 8261.0,
                  7030.0, 6005.0, 5147.0, 4427.0, 3820.0, 3307.0, 2872.0});
  return x[0] * exp(x[1] / (45 + 5 * eg::arange(1.0, 17.0) + x[2])) - y;
}
inline Tensor gulf(const Tensor& x) {
  const Tensor t = eg::arange(1.0, 100.0) / 100;
  const Tensor y = 25 + eg::pow(-50 * eg::log(t), 2.0 / 3);
  return exp(-eg::pow(eg::abs(y - x[1]), x[2]) / x[0]) - t;
}
inline Tensor box(const Tensor& x) {
  const Tensor t = 0.1 * eg::arange(1.0, 11.0);
  return exp(-t * x[0]) - exp(-t * x[1]) - x[2] * (exp(-t) - exp(-10 * t));
}
inline Tensor powell_singular(const Tensor& x) {
  return stack({x[0] + 10 * x[1], std::sqrt(5.0) * (x[2] - x[3]), square(x[1] - 2 * x[2]),
                std::sqrt(10.0) * square(x[0] - x[3])});
}
inline Tensor wood(const Tensor& x) {
  return stack({10 * (x[1] - square(x[0])), 1 - x[0], std::sqrt(90.0) * (x[3] - square(x[2])),
                1 - x[2], std::sqrt(10.0) * (x[1] + x[3] - 2), (x[1] - x[3]) / std::sqrt(10.0)});
}
inline Tensor kowalik_osborne(const Tensor& x) {
  const Tensor y = eg::tensor(
      {0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246});
  const Tensor u =
      eg::tensor({4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625});
  return y - x[0] * (square(u) + u * x[1]) / (square(u) + u * x[2] + x[3]);
}
inline Tensor brown_dennis(const Tensor& x) {
  const Tensor t = eg::arange(1.0, 21.0) / 5;
  return square(x[0] + t * x[1] - exp(t)) + square(x[2] + x[3] * eg::sin(t) - eg::cos(t));
}
inline Tensor osborne_1(const Tensor& x) {
  const Tensor y =
      eg::tensor({0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751,
                  0.718, 0.685, 0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490,
                  0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406});
  const Tensor t = 10 * eg::arange(0.0, 33.0);
  return y - (x[0] + x[1] * exp(-t * x[3]) + x[2] * exp(-t * x[4]));
}
inline Tensor biggs(const Tensor& x) {
  const Tensor t = 0.1 * eg::arange(1.0, 14.0);
  const Tensor y = exp(-t) - 5 * exp(-10 * t) + 3 * exp(-4 * t);
  return x[2] * exp(-t * x[0]) - x[3] * exp(-t * x[1]) + x[5] * exp(-t * x[4]) - y;
}
inline Tensor osborne_2(const Tensor& x) {
  const Tensor y = eg::tensor(
      {1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608,
       0.655, 0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661,
       0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428,
       0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559,
       0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054});
  const Tensor t = eg::arange(0.0, 65.0) / 10;
  return y - (x[0] * exp(-t * x[4]) + x[1] * exp(-square(t - x[8]) * x[5]) +
              x[2] * exp(-square(t - x[9]) * x[6]) + x[3] * exp(-square(t - x[10]) * x[7]));
}
inline Tensor watson(const Tensor& x) {
  const std::int64_t n = x.numel();
  const Tensor t = (eg::arange(1.0, 30.0) / 29).unsqueeze(1);
  const Tensor j = eg::arange(0.0, static_cast<double>(n));
  const Tensor powers = eg::pow(t, j);
  const Tensor derivatives =
      j.slice(0, 1) * eg::pow(t, j.slice(0, 1) - 1);  // (j - 1) t^(j - 2), j = 2..n
  return cat({eg::mv(derivatives, x.slice(0, 1)) - square(eg::mv(powers, x)) - 1,
              stack({x[0], x[1] - square(x[0]) - 1})});
}
inline Tensor extended_rosenbrock(const Tensor& x) {
  const Tensor p = x.reshape({-1, 2});
  const Tensor a = p.select(1, 0);
  return cat({10 * (p.select(1, 1) - square(a)), 1 - a});
}
inline Tensor extended_powell(const Tensor& x) {
  const Tensor p = x.reshape({-1, 4}).t();
  return cat({p[0] + 10 * p[1], std::sqrt(5.0) * (p[2] - p[3]), square(p[1] - 2 * p[2]),
              std::sqrt(10.0) * square(p[0] - p[3])});
}
inline Tensor penalty_1(const Tensor& x) {
  return cat({std::sqrt(1e-5) * (x - 1), (square(x).sum() - 0.25).reshape({1})});
}
inline Tensor penalty_2(const Tensor& x) {
  const auto n = static_cast<double>(x.numel());
  const Tensor i = eg::arange(2.0, n + 1);
  const Tensor e = exp(x / 10);
  const Tensor y = exp(i / 10) + exp((i - 1) / 10);
  const double root = std::sqrt(1e-5);
  return cat({(x[0] - 0.2).reshape({1}), root * (e.slice(0, 1) + e.slice(0, 0, -1) - y),
              root * (e.slice(0, 1) - std::exp(-0.1)),
              ((eg::arange(n, 0.0, -1.0) * square(x)).sum() - 1).reshape({1})});
}
inline Tensor variably_dimensioned(const Tensor& x) {
  const Tensor j = eg::arange(1.0, static_cast<double>(x.numel()) + 1);
  const Tensor sum = (j * (x - 1)).sum().reshape({1});
  return cat({x - 1, sum, square(sum)});
}
inline Tensor trigonometric(const Tensor& x) {
  const auto n = static_cast<double>(x.numel());
  const Tensor i = eg::arange(1.0, n + 1);
  const Tensor c = eg::cos(x);
  return n - c.sum() + i * (1 - c) - eg::sin(x);
}
inline Tensor brown_almost_linear(const Tensor& x) {
  const auto n = static_cast<double>(x.numel());
  return cat({x.slice(0, 0, -1) + x.sum() - (n + 1), (x.prod() - 1).reshape({1})});
}
/// x_0 = x_(n+1) = 0 around x.
inline Tensor with_zero_ends(const Tensor& x) {
  const Tensor zero = eg::zeros({1});
  return cat({zero, x, zero});
}
inline Tensor discrete_boundary_value(const Tensor& x) {
  const auto n = static_cast<double>(x.numel());
  const double h = 1 / (n + 1);
  const Tensor t = h * eg::arange(1.0, n + 1);
  const Tensor y = with_zero_ends(x);
  const Tensor s = x + t + 1;
  return 2 * x - y.slice(0, 0, -2) - y.slice(0, 2) + h * h * s * square(s) / 2;
}
inline Tensor discrete_integral_equation(const Tensor& x) {
  const auto n = static_cast<double>(x.numel());
  const double h = 1 / (n + 1);
  const Tensor t = h * eg::arange(1.0, n + 1);
  const Tensor s = x + t + 1;
  const Tensor cube = s * square(s);
  const Tensor below = (t * cube).cumsum(0);
  const Tensor rest = (1 - t) * cube;
  return x + h * ((1 - t) * below + t * (rest.sum() - rest.cumsum(0))) / 2;
}
inline Tensor broyden_tridiagonal(const Tensor& x) {
  const Tensor y = with_zero_ends(x);
  return (3 - 2 * x) * x - y.slice(0, 0, -2) - 2 * y.slice(0, 2) + 1;
}
inline Tensor broyden_banded(const Tensor& x) {
  const std::int64_t n = x.numel();
  const Tensor ones = eg::ones({n, n});
  const Tensor band = eg::tril(eg::triu(ones, -5), 1) - eg::eye(n);
  return x * (2 + 5 * square(x)) + 1 - eg::mv(band, x * (1 + x));
}
inline constexpr std::int64_t kLinearResiduals = 20;
inline Tensor linear_full_rank(const Tensor& x) {
  const Tensor shift = -2.0 / kLinearResiduals * x.sum() - 1;
  return cat({x + shift, shift.expand({kLinearResiduals - x.numel()})});
}
inline Tensor linear_rank_1(const Tensor& x) {
  const Tensor j = eg::arange(1.0, static_cast<double>(x.numel()) + 1);
  return eg::arange(1.0, kLinearResiduals + 1.0) * (j * x).sum() - 1;
}
inline Tensor linear_rank_1_zeros(const Tensor& x) {
  const auto n = static_cast<double>(x.numel());
  const Tensor sum = (eg::arange(2.0, n) * x.slice(0, 1, -1)).sum();
  const Tensor i = eg::arange(0.0, static_cast<double>(kLinearResiduals));
  return i * (i < kLinearResiduals - 1.0).to(eg::kFloat64) * sum - 1;
}
inline Tensor chebyquad(const Tensor& x) {
  const std::int64_t n = x.numel();
  const Tensor y = 2 * x - 1;
  Tensor previous = eg::ones({n});
  Tensor t = y;
  std::vector<Tensor> r;
  for (std::int64_t i = 1; i <= n; ++i) {
    const auto k = static_cast<double>(i);
    r.push_back(t.mean() + (i % 2 == 0 ? 1 / (k * k - 1) : 0));
    const Tensor next = 2 * y * t - previous;
    previous = t;
    t = next;
  }
  return stack(r);
}

struct Problem {
  int number;
  const char* name;
  Tensor (*residuals)(const Tensor& x);
  std::vector<double> start;
  /// Sums of squares at the known minima, the lowest first.
  std::vector<double> minima;
};

inline std::vector<double> same(std::int64_t n, double value) {
  return std::vector<double>(static_cast<std::size_t>(n), value);
}
/// f(1), ..., f(n).
template <class F>
std::vector<double> each(std::int64_t n, F&& f) {
  std::vector<double> x;
  for (std::int64_t j = 1; j <= n; ++j) x.push_back(f(static_cast<double>(j)));
  return x;
}
inline std::vector<double> repeated(std::int64_t times, const std::vector<double>& part) {
  std::vector<double> x;
  for (std::int64_t k = 0; k < times; ++k) x.insert(x.end(), part.begin(), part.end());
  return x;
}

/// With the standard starts and the numbers of unknowns and residuals of the paper where it fixes them.
inline std::vector<Problem> problems() {
  const auto h = [](double j) { return j / 11 * (j / 11 - 1); };
  const double m = kLinearResiduals;
  return {
      {1, "Rosenbrock", rosenbrock, {-1.2, 1}, {0}},
      {2, "Freudenstein and Roth", freudenstein_roth, {0.5, -2}, {0, 48.9842536792400}},
      {3, "Powell badly scaled", powell_badly_scaled, {0, 1}, {0}},
      {4, "Brown badly scaled", brown_badly_scaled, {1, 1}, {0}},
      {5, "Beale", beale, {1, 1}, {0}},
      {6, "Jennrich and Sampson", jennrich_sampson, {0.3, 0.4}, {124.362182355615}},
      {7, "helical valley", helical_valley, {-1, 0, 0}, {0}},
      {8, "Bard", bard, {1, 1, 1}, {8.21487730657897e-3, 17.4286933333333}},
      {9, "Gaussian", gaussian, {0.4, 1, 0}, {1.12793276961871e-8}},
      {10, "Meyer", meyer, {0.02, 4000, 250}, {87.9458551707}},
      {11, "Gulf", gulf, {5, 2.5, 0.15}, {0}},
      {12, "Box", box, {0, 10, 20}, {0}},
      {13, "Powell singular", powell_singular, {3, -1, 0, 1}, {0}},
      {14, "Wood", wood, {-3, -1, -3, -1}, {0}},
      {15,
       "Kowalik and Osborne",
       kowalik_osborne,
       {0.25, 0.39, 0.415, 0.39},
       {3.07505603849238e-4, 1.02734e-3}},
      {16, "Brown and Dennis", brown_dennis, {25, 5, -5, -1}, {85822.2016263563}},
      {17, "Osborne 1", osborne_1, {0.5, 1.5, -1, 0.01, 0.02}, {5.46489469748259e-5}},
      {18, "Biggs EXP6", biggs, {1, 2, 1, 1, 1, 1}, {0, 5.65564992499996e-3}},
      {19,
       "Osborne 2",
       osborne_2,
       {1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5},
       {4.01377362935478e-2}},
      {20, "Watson", watson, same(6, 0), {2.28767005355236e-3}},
      {21, "extended Rosenbrock", extended_rosenbrock, repeated(5, {-1.2, 1}), {0}},
      {22, "extended Powell singular", extended_powell, repeated(3, {3, -1, 0, 1}), {0}},
      {23, "penalty I", penalty_1, each(4, [](double j) { return j; }), {2.24997750089994e-5}},
      {24, "penalty II", penalty_2, same(4, 0.5), {9.37629300735545e-6}},
      {25,
       "variably dimensioned",
       variably_dimensioned,
       each(10, [](double j) { return 1 - j / 10; }),
       {0}},
      {26, "trigonometric", trigonometric, same(10, 0.1), {0, 2.79505612187863e-5}},
      {27, "Brown almost linear", brown_almost_linear, same(10, 0.5), {0, 1}},
      {28, "discrete boundary value", discrete_boundary_value, each(10, h), {0}},
      {29, "discrete integral equation", discrete_integral_equation, each(10, h), {0}},
      {30, "Broyden tridiagonal", broyden_tridiagonal, same(10, -1), {0}},
      {31, "Broyden banded", broyden_banded, same(10, -1), {0}},
      {32, "linear, full rank", linear_full_rank, same(10, 1), {m - 10}},
      {33, "linear, rank 1", linear_rank_1, same(10, 1), {m * (m - 1) / (2 * (2 * m + 1))}},
      {34,
       "linear, rank 1 with zeros",
       linear_rank_1_zeros,
       same(10, 1),
       {(m * m + 3 * m - 6) / (2 * (2 * m - 3))}},
      {35, "Chebyquad", chebyquad, each(8, [](double j) { return j / 9; }), {3.51687372567793e-3}}};
}

}  // namespace mgh
