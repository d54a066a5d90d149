#include <cmath>
#include <limits>

#include "data/more_garbow_hillstrom.hpp"
#include "eigengrad/eigengrad.hpp"
#include "optimize/functions.hpp"

namespace apps::optimize {
namespace {

namespace eg = eigengrad;
using eg::Tensor;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

std::int64_t side_of(std::int64_t n) {
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(n))));
  return side * side == n ? side : 0;
}

/// The energy of atoms that attract and repel each other in pairs, 4 (r^-12 - r^-6): -1 for two at rest.
Objective make_lennard_jones(std::int64_t n) {
  const std::int64_t atoms = n / 3;
  return [atoms](const Tensor& x) {
    const Tensor p = x.reshape({atoms, 3});
    const Tensor pairs = eg::triu_indices(atoms, atoms, 1);
    const Tensor difference = p.index_select(0, pairs[0]) - p.index_select(0, pairs[1]);
    const Tensor sixth = eg::pow(eg::square(difference).sum(1), -3.0);
    return 4 * (eg::square(sixth) - sixth).sum();
  };
}

/// A cube of atoms, slightly out of place so that no symmetry holds them.
std::vector<double> lattice(std::int64_t n) {
  const std::int64_t atoms = n / 3;
  const auto side =
      static_cast<std::int64_t>(std::ceil(std::cbrt(static_cast<double>(atoms)) - 1e-9));
  std::vector<double> x;
  for (std::int64_t i = 0; i < atoms; ++i)
    for (const std::int64_t c : {i % side, i / side % side, i / (side * side)})
      x.push_back(1.12 * static_cast<double>(c) +
                  0.05 * std::sin(static_cast<double>(7 * x.size() + 1)));
  return x;
}

/// The values of `x` at the inner points of a square grid, `rim` around them.
Tensor framed(const Tensor& x, std::int64_t side, const Tensor& rim) {
  const Tensor rows = eg::cat({rim.slice(0, 0, 1).slice(1, 1, -1), x.reshape({side, side}),
                               rim.slice(0, -1).slice(1, 1, -1)});
  return eg::cat({rim.slice(1, 0, 1), rows, rim.slice(1, -1)}, 1);
}

/// The area of a film of soap over the unit square, of two triangles per cell, whose rim follows a
/// saddle.
Objective make_minimal_surface(std::int64_t n) {
  const eg::NoGradGuard no_grad;
  const std::int64_t side = side_of(n);
  const Tensor t = eg::linspace(-1, 1, side + 2);
  const Tensor rim = eg::square(t).unsqueeze(0) - eg::square(t).unsqueeze(1);
  const double h = 1 / static_cast<double>(side + 1);
  return [=](const Tensor& x) {
    const Tensor z = framed(x, side, rim);
    const Tensor down = (z.slice(0, 1) - z.slice(0, 0, -1)) / h;
    const Tensor right = (z.slice(1, 1) - z.slice(1, 0, -1)) / h;
    const Tensor upper =
        eg::sqrt(1 + eg::square(down.slice(1, 0, -1)) + eg::square(right.slice(0, 0, -1)));
    const Tensor lower = eg::sqrt(1 + eg::square(down.slice(1, 1)) + eg::square(right.slice(0, 1)));
    return 0.5 * h * h * (upper + lower).sum();
  };
}

/// Bratu's problem of steady combustion: the integral of |grad u|^2 / 2 - 5 exp(u) over the unit square,
/// u = 0 on its rim.
Objective make_bratu(std::int64_t n) {
  const eg::NoGradGuard no_grad;
  const std::int64_t side = side_of(n);
  const Tensor rim = eg::zeros({side + 2, side + 2});
  const double h = 1 / static_cast<double>(side + 1);
  return [=](const Tensor& x) {
    constexpr double kLambda = 5;
    const Tensor u = framed(x, side, rim);
    const Tensor down = u.slice(0, 1) - u.slice(0, 0, -1);
    const Tensor right = u.slice(1, 1) - u.slice(1, 0, -1);
    return 0.5 * (eg::square(down).sum() + eg::square(right).sum()) -
           kLambda * h * h * eg::exp(x).sum();
  };
}

/// On the inner points of a square grid, from 0.
Function on_a_grid(std::string name, std::string description,
                   std::function<Objective(std::int64_t)> make) {
  return {std::move(name),
          std::move(description),
          100,
          "squares",
          [](std::int64_t n) { return n >= 1 && side_of(n) > 0; },
          [](std::int64_t n) { return std::vector<double>(static_cast<std::size_t>(n)); },
          kUnknown,
          std::move(make)};
}

/// "linear, rank 1" becomes linear-rank-1.
std::string option_name(const std::string& name) {
  std::string out;
  for (const char c : name)
    if (c == ' ')
      out += '-';
    else if (c != ',')
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

std::vector<Function> physical_functions() {
  return {
      {"lennard-jones", "n/3 atoms that attract and repel each other; many minima", 39,
       "multiples of 3 from 6 on", [](std::int64_t n) { return n >= 6 && n % 3 == 0; }, lattice,
       kUnknown, make_lennard_jones},
      on_a_grid("minimal-surface",
                "area of a film of soap whose rim is a saddle, on sqrt(n) x sqrt(n) points",
                make_minimal_surface),
      on_a_grid("bratu", "steady combustion in a square, on sqrt(n) x sqrt(n) points", make_bratu)};
}

std::vector<Function> more_garbow_hillstrom_functions() {
  std::vector<Function> all;
  for (const mgh::Problem& p : mgh::problems()) {
    const auto n = static_cast<std::int64_t>(p.start.size());
    all.push_back(
        {option_name(p.name),
         "problem " + std::to_string(p.number) + " of More, Garbow and Hillstrom, " + p.name, n,
         "n = " + std::to_string(n), [n](std::int64_t asked) { return asked == n; },
         [start = p.start](std::int64_t) { return start; }, p.minima.front(),
         [residuals = p.residuals](std::int64_t) -> Objective {
           return [residuals](const Tensor& x) { return eg::square(residuals(x)).sum(); };
         }});
  }
  return all;
}

}  // namespace apps::optimize
