#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "eigengrad/eigengrad.hpp"

/// Scalar test functions of optimisation and physics, each with a point that is not special for it.
///
/// Source: More, Garbow and Hillstrom, Testing unconstrained optimization software (1981), whose numbers the names
/// carry; Broyden (1965); Jones (1924); the energies are standard finite differences of the integrals that the
/// names say.
namespace functional_test {

struct ScalarFunction {
  std::string name;
  std::function<eigengrad::Tensor(const eigengrad::Tensor&)> f;
  eigengrad::Tensor x;
};

namespace scalar_functions {

namespace eg = eigengrad;
using T = eg::Tensor;

inline T squares(const std::vector<T>& r) {
  T sum = r[0].square();
  for (std::size_t i = 1; i < r.size(); ++i) sum = sum + r[i].square();
  return sum;
}
/// sum_i r(t_i)^2 for data points 1 to m.
template <class Residual>
auto fit(int m, Residual r) {
  return [=](const T& x) {
    T sum = r(x, 1).square();
    for (int i = 2; i <= m; ++i) sum = sum + r(x, i).square();
    return sum;
  };
}
/// The elements between the first and the last, and their neighbours.
inline T inner(const T& x) { return x.narrow(0, 1, x.size(0) - 2); }
inline T left(const T& x) { return x.narrow(0, 0, x.size(0) - 1); }
inline T right(const T& x) { return x.narrow(0, 1, x.size(0) - 1); }
inline T before(const T& x) { return x.narrow(0, 0, x.size(0) - 2); }
inline T behind(const T& x) { return x.narrow(0, 2, x.size(0) - 2); }
/// 1, 2, ..., n.
inline T indices(const T& x) { return eg::arange(1.0, static_cast<double>(x.size(0)) + 1); }
/// The elements with zeros at both ends.
inline T padded(const T& x) { return eg::cat({eg::zeros({1}), x, eg::zeros({1})}); }
inline T point(std::int64_t n) { return 0.5 + 0.1 * eg::arange(0.0, double(n)).cos(); }

/// Few unknowns.
inline void add_small(std::vector<ScalarFunction>& all) {
  const auto add = [&](const char* name, auto f, T x) {
    all.push_back({name, std::move(f), std::move(x)});
  };
  add(
      "1 Rosenbrock",
      [](const T& x) { return 100 * (x[1] - x[0].square()).square() + (1 - x[0]).square(); },
      eg::tensor({-1.2, 1.0}));
  add(
      "2 Freudenstein and Roth",
      [](const T& x) {
        return squares({-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1],
                        -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]});
      },
      eg::tensor({0.5, -2.0}));
  add(
      "3 Powell badly scaled",
      [](const T& x) {
        return squares({100 * x[0] * x[1] - 1, (-x[0]).exp() + (-x[1]).exp() - 1.0001});
      },
      eg::tensor({0.3, 1.0}));
  add(
      "4 Brown badly scaled",
      [](const T& x) {
        return squares({x[0] - 10, x[1] - 0.2, x[0] * x[1] - 2});
      },
      eg::tensor({1.0, 1.0}));
  add(
      "5 Beale",
      [](const T& x) {
        return squares({1.5 - x[0] * (1 - x[1]), 2.25 - x[0] * (1 - x[1].pow(2)),
                        2.625 - x[0] * (1 - x[1].pow(3))});
      },
      eg::tensor({1.0, 1.2}));
  add("6 Jennrich and Sampson",
      fit(10,
          [](const T& x, int i) { return 2 + 2.0 * i - ((i * x[0]).exp() + (i * x[1]).exp()); }),
      eg::tensor({0.3, 0.4}));
  add(
      "7 Helical valley",
      [](const T& x) {
        const T theta = eg::atan2(x[1], x[0]) / (2 * M_PI);
        return squares(
            {10 * (x[2] - 10 * theta), 10 * ((x[0].square() + x[1].square()).sqrt() - 1), x[2]});
      },
      eg::tensor({0.7, 0.3, 0.2}));
  add("8 Bard",
      fit(15,
          [](const T& x, int i) {
            const double u = i, v = 16.0 - i, w = std::min(u, v);
            return 0.1 * i - (x[0] + u / (v * x[1] + w * x[2]));
          }),
      eg::tensor({1.0, 1.1, 0.9}));
  add("9 Gaussian",
      fit(15,
          [](const T& x, int i) {
            const double t = (8.0 - i) / 2;
            return x[0] * (-x[1] * (t - x[2]).square() / 2).exp() - std::exp(-t * t / 2);
          }),
      eg::tensor({0.4, 1.0, 0.1}));
  add("10 Meyer",
      fit(16,
          [](const T& x, int i) { return x[0] * (x[1] / (45.0 + 5 * i + x[2])).exp() - 10.0 / i; }),
      eg::tensor({0.02, 40.0, 25.0}));
  add("11 Gulf research",
      fit(10,
          [](const T& x, int i) {
            const double t = i / 100.0, y = 25 + std::pow(-50 * std::log(t), 2.0 / 3);
            return (-(y * i - x[1]).abs().pow(x[2]) / x[0]).exp() - t;
          }),
      eg::tensor({5.0, 2.5, 0.15}));
  add("12 Box three-dimensional",
      fit(10,
          [](const T& x, int i) {
            const double t = 0.1 * i;
            return (-t * x[0]).exp() - (-t * x[1]).exp() -
                   x[2] * (std::exp(-t) - std::exp(-10 * t));
          }),
      eg::tensor({0.5, 9.0, 2.0}));
  add(
      "13 Powell singular",
      [](const T& x) {
        return squares({x[0] + 10 * x[1], std::sqrt(5.0) * (x[2] - x[3]),
                        (x[1] - 2 * x[2]).square(), std::sqrt(10.0) * (x[0] - x[3]).square()});
      },
      eg::tensor({3.0, -1.0, 0.5, 1.0}));
  add(
      "14 Wood",
      [](const T& x) {
        return 100 * (x[1] - x[0].square()).square() + (1 - x[0]).square() +
               90 * (x[3] - x[2].square()).square() + (1 - x[2]).square() +
               10 * (x[1] + x[3] - 2).square() + (x[1] - x[3]).square() / 10;
      },
      eg::tensor({-3.0, -1.0, -2.5, -1.5}));
  add("15 Kowalik and Osborne",
      fit(11,
          [](const T& x, int i) {
            const double u = 4.0 / i;
            return 0.02 * i - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3]);
          }),
      eg::tensor({0.25, 0.39, 0.415, 0.39}));
  add("16 Brown and Dennis",
      fit(20,
          [](const T& x, int i) {
            const double t = i / 5.0;
            return (x[0] + t * x[1] - std::exp(t)).square() +
                   (x[2] + x[3] * std::sin(t) - std::cos(t)).square();
          }),
      eg::tensor({2.5, 0.5, -0.5, -0.1}));
  add("17 Osborne 1",
      fit(33,
          [](const T& x, int i) {
            const double t = 0.1 * (i - 1);
            return std::exp(-t) - (x[0] + x[1] * (-t * x[3]).exp() + x[2] * (-t * x[4]).exp());
          }),
      eg::tensor({0.5, 1.5, -1.0, 0.1, 0.2}));
  add("18 Biggs",
      fit(13,
          [](const T& x, int i) {
            const double t = 0.1 * i,
                         y = std::exp(-t) - 5 * std::exp(-10 * t) + 3 * std::exp(-4 * t);
            return x[2] * (-t * x[0]).exp() - x[3] * (-t * x[1]).exp() + x[5] * (-t * x[4]).exp() -
                   y;
          }),
      eg::tensor({1.0, 2.0, 1.1, 0.9, 1.2, 0.8}));
  add("19 Osborne 2",
      fit(30,
          [](const T& x, int i) {
            const double t = 0.1 * (i - 1);
            T y = x[0] * (-t * x[4]).exp();
            for (int k = 1; k < 4; ++k) y = y + x[k] * (-(t - x[7 + k]).square() * x[4 + k]).exp();
            return y - std::cos(t);
          }),
      eg::tensor({1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5}));
  add(
      "Himmelblau",
      [](const T& x) {
        return squares({x[0].square() + x[1] - 11, x[0] + x[1].square() - 7});
      },
      eg::tensor({0.3, -0.7}));
  add(
      "Goldstein and Price",
      [](const T& x) {
        const T a = x[0], b = x[1];
        return (1 +
                (a + b + 1).square() * (19 - 14 * a + 3 * a * a - 14 * b + 6 * a * b + 3 * b * b)) *
               (30 + (2 * a - 3 * b).square() *
                         (18 - 32 * a + 12 * a * a + 48 * b - 36 * a * b + 27 * b * b));
      },
      eg::tensor({0.2, -0.9}));
  add(
      "Six-hump camel",
      [](const T& x) {
        return (4 - 2.1 * x[0].pow(2) + x[0].pow(4) / 3) * x[0].pow(2) + x[0] * x[1] +
               (-4 + 4 * x[1].pow(2)) * x[1].pow(2);
      },
      eg::tensor({0.4, -0.6}));
}

/// Any number of unknowns.
inline void add_large(std::vector<ScalarFunction>& all) {
  const auto add = [&](const char* name, auto f, T x) {
    all.push_back({name, std::move(f), std::move(x)});
  };
  add("20 Watson",
      fit(29,
          [](const T& x, int i) {
            const double t = i / 29.0;
            const T k = eg::arange(0.0, double(x.size(0)));
            const T powers = eg::pow(eg::full({}, t), k);
            return (right(k) * left(powers) * right(x)).sum() - (powers * x).sum().square() - 1;
          }),
      point(6));
  add(
      "21 Extended Rosenbrock",
      [](const T& x) {
        return (100 * (right(x) - left(x).square()).square() + (1 - left(x)).square()).sum();
      },
      point(12));
  add(
      "22 Extended Powell singular",
      [](const T& x) {
        const T y = x.reshape({-1, 4});
        const T a = y.select(1, 0), b = y.select(1, 1), c = y.select(1, 2), d = y.select(1, 3);
        return ((a + 10 * b).square() + 5 * (c - d).square() + (b - 2 * c).pow(4) +
                10 * (a - d).pow(4))
            .sum();
      },
      point(8));
  add(
      "23 Penalty I",
      [](const T& x) { return 1e-5 * (x - 1).square().sum() + (x.square().sum() - 0.25).square(); },
      point(7));
  add(
      "24 Penalty II",
      [](const T& x) {
        const T e = (x / 10).exp();
        return (x[0] - 0.2).square() + 1e-5 * (right(e) + left(e) - 2).square().sum() +
               (x.square().dot(indices(x).flip({0})) - 1).square();
      },
      point(6));
  add(
      "25 Variably dimensioned",
      [](const T& x) {
        const T s = indices(x).dot(x - 1);
        return (x - 1).square().sum() + s.square() + s.pow(4);
      },
      point(6));
  add(
      "26 Trigonometric",
      [](const T& x) {
        const double n = static_cast<double>(x.size(0));
        return (n - x.cos().sum() + indices(x) * (1 - x.cos()) - x.sin()).square().sum();
      },
      point(7));
  add(
      "27 Brown almost linear",
      [](const T& x) {
        const double n = static_cast<double>(x.size(0));
        return (left(x) + x.sum() - (n + 1)).square().sum() + (x.prod() - 1).square();
      },
      point(6));
  add(
      "28 Discrete boundary value",
      [](const T& x) {
        const double h = 1.0 / static_cast<double>(x.size(0) + 1);
        const T y = padded(x);
        return (2 * x - before(y) - behind(y) + h * h * (x + h * indices(x) + 1).pow(3) / 2)
            .square()
            .sum();
      },
      point(9));
  add(
      "29 Discrete integral equation",
      [](const T& x) {
        const double h = 1.0 / static_cast<double>(x.size(0) + 1);
        const T t = h * indices(x), c = (x + t + 1).pow(3);
        const T below = (t * c).cumsum(0), above = ((1 - t) * c).sum() - ((1 - t) * c).cumsum(0);
        return (x + h * ((1 - t) * below + t * above) / 2).square().sum();
      },
      point(7));
  add(
      "30 Broyden tridiagonal",
      [](const T& x) {
        const T y = padded(x);
        return ((3 - 2 * x) * x - before(y) - 2 * behind(y) + 1).square().sum();
      },
      -point(10));
  add(
      "31 Broyden banded",
      [](const T& x) {
        const T y = x * (1 + x), sums = y.cumsum(0);
        const T band =
            eg::cat({sums.narrow(0, 0, 6), sums.narrow(0, 6, 4) - sums.narrow(0, 0, 4)}) - y;
        return (x * (2 + 5 * x.square()) + 1 - band).square().sum();
      },
      -point(10));
  add(
      "32 Linear, full rank", [](const T& x) { return (x - 2 * x.sum() / 9 - 1).square().sum(); },
      point(9));
  add(
      "33 Linear, rank 1",
      [](const T& x) { return (indices(x) * indices(x).dot(x) - 1).square().sum(); }, point(5));
  add(
      "35 Chebyquad",
      [](const T& x) {
        const T y = 2 * x - 1;
        T last = eg::ones_like(y), now = y, sum = now.mean().square();
        for (int k = 2; k <= 6; ++k) {
          const T next = 2 * y * now - last;
          last = now;
          now = next;
          sum = sum + (now.mean() + (k % 2 == 0 ? 1.0 / (k * k - 1) : 0.0)).square();
        }
        return sum;
      },
      point(6));
}

/// Energies.
inline void add_energies(std::vector<ScalarFunction>& all) {
  const auto add = [&](const char* name, auto f, T x) {
    all.push_back({name, std::move(f), std::move(x)});
  };
  add(
      "Lennard-Jones, 5 atoms",
      [](const T& x) {
        const T p = x.reshape({5, 3});
        const T d = (p.unsqueeze(0) - p.unsqueeze(1)).square().sum(2) + eg::eye(5);
        const T s = d.pow(-3);
        return (4 * (s.square() - s)).triu(1).sum();
      },
      eg::arange(0.0, 15.0) * 0.4 + eg::arange(0.0, 15.0).square().sin());
  add(
      "Minimal surface",
      [](const T& x) {
        const T u = x.reshape({4, 4});
        const T a = u.narrow(0, 0, 3).narrow(1, 0, 3), b = u.narrow(0, 1, 3).narrow(1, 0, 3),
                c = u.narrow(0, 0, 3).narrow(1, 1, 3), d = u.narrow(0, 1, 3).narrow(1, 1, 3);
        return (1 + ((a - d).square() + (b - c).square()) / 2).sqrt().sum();
      },
      point(16));
  add(
      "Dirichlet energy with a quartic well",
      [](const T& x) {
        const T y = padded(x);
        return (right(y) - left(y)).square().sum() * 5 + (x.square() - 1).square().sum() / 40;
      },
      point(10));
  add(
      "Bratu",
      [](const T& x) {
        const T y = padded(x);
        return (right(y) - left(y)).square().sum() * 5 - x.exp().sum() / 10;
      },
      point(10));
  add(
      "p-Laplacian, p = 4",
      [](const T& x) {
        const T y = padded(x);
        return (right(y) - left(y)).pow(4).sum() * 250 - x.sum() / 10;
      },
      point(8));
  add(
      "Obstacle with a smooth penalty",
      [](const T& x) {
        const T y = padded(x);
        return (right(y) - left(y)).square().sum() * 5 +
               eg::softplus(10 * (0.3 - x)).square().sum();
      },
      point(8));
  add(
      "Elastic rod",
      [](const T& x) {
        const T bends = behind(x) - 2 * inner(x) + before(x);
        return bends.square().sum() * 100 + x.cos().sum() / 5;
      },
      point(9));
  add(
      "Torsion of XY spins",
      [](const T& x) { return -(right(x) - left(x)).cos().sum() - x.sin().sum() / 3; }, point(9));
}

}  // namespace scalar_functions

inline std::vector<ScalarFunction> all_scalar_functions() {
  std::vector<ScalarFunction> all;
  scalar_functions::add_small(all);
  scalar_functions::add_large(all);
  scalar_functions::add_energies(all);
  return all;
}

}  // namespace functional_test
