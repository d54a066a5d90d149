#include "optimize/functions.hpp"

#include <algorithm>
#include <limits>

#include "eigengrad/eigengrad.hpp"

// Source of the problems, unless said otherwise: Moré, Garbow and Hillstrom, Testing unconstrained
// optimization software, 1981.

namespace apps::optimize {
namespace {

namespace eg = eigengrad;
using eg::Tensor;

/// `pattern`, repeated to n elements.
std::vector<double> repeated(std::vector<double> pattern, std::int64_t n) {
  std::vector<double> start;
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
    start.push_back(pattern[i % pattern.size()]);
  return start;
}

Tensor sum_of_squares(const Tensor& t) { return eg::square(t).sum(); }

Tensor rosenbrock(const Tensor& x) {
  const Tensor head = x.slice(0, 0, -1);
  const Tensor tail = x.slice(0, 1);
  return 100 * sum_of_squares(tail - eg::square(head)) + sum_of_squares(1 - head);
}

Tensor beale(const Tensor& x) {
  const Tensor u = x[0];
  const Tensor v = x[1];
  return eg::square(1.5 - u * (1 - v)) + eg::square(2.25 - u * (1 - eg::square(v))) +
         eg::square(2.625 - u * (1 - eg::pow(v, 3)));
}

Tensor himmelblau(const Tensor& x) {
  const Tensor u = x[0];
  const Tensor v = x[1];
  return eg::square(eg::square(u) + v - 11) + eg::square(u + eg::square(v) - 7);
}

Tensor powell_singular(const Tensor& x) {
  const std::vector<Tensor> c = x.reshape({-1, 4}).unbind(1);
  return sum_of_squares(c[0] + 10 * c[1]) + 5 * sum_of_squares(c[2] - c[3]) +
         eg::pow(c[1] - 2 * c[2], 4).sum() + 10 * eg::pow(c[0] - c[3], 4).sum();
}

Tensor wood(const Tensor& x) {
  return 100 * eg::square(x[1] - eg::square(x[0])) + eg::square(1 - x[0]) +
         90 * eg::square(x[3] - eg::square(x[2])) + eg::square(1 - x[2]) +
         10 * eg::square(x[1] + x[3] - 2) + 0.1 * eg::square(x[1] - x[3]);
}

Tensor booth(const Tensor& x) {
  return eg::square(x[0] + 2 * x[1] - 7) + eg::square(2 * x[0] + x[1] - 5);
}

Tensor matyas(const Tensor& x) {
  return 0.26 * (eg::square(x[0]) + eg::square(x[1])) - 0.48 * x[0] * x[1];
}

Tensor goldstein_price(const Tensor& x) {
  const Tensor u = x[0];
  const Tensor v = x[1];
  const Tensor first =
      1 + eg::square(u + v + 1) * (19 - 14 * u + 3 * u * u - 14 * v + 6 * u * v + 3 * v * v);
  const Tensor second = 30 + eg::square(2 * u - 3 * v) *
                                 (18 - 32 * u + 12 * u * u + 48 * v - 36 * u * v + 27 * v * v);
  return first * second;
}

Tensor dixon_price(const Tensor& x) {
  const Tensor head = x.slice(0, 0, -1);
  const Tensor tail = x.slice(0, 1);
  const Tensor weights = eg::arange(2.0, static_cast<double>(x.numel()) + 1);
  return eg::square(x[0] - 1) + (weights * eg::square(2 * eg::square(tail) - head)).sum();
}

/// Logistic regression with a small penalty on 40 n made-up observations, the same in every run.
Objective make_logistic(std::int64_t n) {
  const eg::NoGradGuard no_grad;
  const std::int64_t rows = 40 * n;
  // Values without a pattern that matters, and without a generator: sines of growing frequency.
  const Tensor k = eg::arange(1.0, static_cast<double>(rows * n) + 1).reshape({rows, n});
  const Tensor columns = 2 * eg::sin(eg::square(k) * 0.7 + k);
  const Tensor truth = eg::cos(eg::arange(0.0, static_cast<double>(n)));
  const Tensor noise = 2 * eg::sin(eg::square(eg::arange(0.0, static_cast<double>(rows))) * 1.3);
  const Tensor positive = eg::mv(columns, truth) + noise > 0;
  const Tensor signs = 2 * positive.to(eg::kFloat64) - 1;
  return [columns, signs](const Tensor& x) {
    return 0.005 * sum_of_squares(x) - eg::log(eg::sigmoid(signs * eg::mv(columns, x))).mean();
  };
}

/// A function that has one form in all dimensions.
Function plain(std::string name, std::string description, std::int64_t default_n,
               std::int64_t min_n, std::int64_t step_n, std::vector<double> start,
               Tensor (*f)(const Tensor&), double minimum = 0) {
  const std::string least = std::to_string(min_n);
  const std::string sizes = step_n == 0   ? "n = " + least
                            : step_n == 1 ? "n >= " + least
                                          : "multiples of " + std::to_string(step_n);
  return {std::move(name),
          std::move(description),
          default_n,
          sizes,
          [=](std::int64_t n) {
            return n == min_n || (step_n > 0 && n >= min_n && (n - min_n) % step_n == 0);
          },
          [start = std::move(start)](std::int64_t n) { return repeated(start, n); },
          minimum,
          [f](std::int64_t) { return f; }};
}

std::vector<Function> classical_functions() {
  Function extended =
      plain("rosenbrock", "sum of 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2; minimum at (1, ..., 1)",
            2, 2, 1, {}, rosenbrock);
  // Repeating the usual start of n = 2 leads many methods to the local minimum at (-1, 1, ...).
  extended.start = [](std::int64_t n) {
    return n == 2 ? std::vector<double>{-1.2, 1} : repeated({0.5}, n);
  };
  return {
      extended,
      plain("beale", "three polynomials of Beale; minimum at (3, 0.5)", 2, 2, 0, {1, 1}, beale),
      plain("himmelblau", "(u^2 + v - 11)^2 + (u + v^2 - 7)^2; four minima, among them (3, 2)", 2,
            2, 0, {0, 0}, himmelblau),
      plain("powell-singular", "Powell's quartic; minimum at 0, where the Hessian is singular", 4,
            4, 4, {3, -1, 0, 1}, powell_singular),
      {"logistic", "penalised logistic regression on 40 n made-up rows", 10, "n >= 1",
       [](std::int64_t n) { return n >= 1; }, [](std::int64_t n) { return repeated({0}, n); },
       std::numeric_limits<double>::quiet_NaN(), make_logistic},
      plain("wood", "Wood's quartic; minimum at (1, 1, 1, 1)", 4, 4, 0, {-3, -1}, wood),
      plain("booth", "(u + 2 v - 7)^2 + (2 u + v - 5)^2; minimum at (1, 3)", 2, 2, 0, {0, 0},
            booth),
      plain("matyas", "0.26 (u^2 + v^2) - 0.48 u v; minimum at (0, 0)", 2, 2, 0, {5, -3}, matyas),
      plain("goldstein-price", "Goldstein and Price's polynomial; minimum 3 at (0, -1)", 2, 2, 0,
            {0.3, -0.7}, goldstein_price, 3),
      plain("dixon-price", "(x[1] - 1)^2 + sum of i (2 x[i]^2 - x[i-1])^2", 4, 2, 1, {1},
            dixon_price)};
}

}  // namespace

const std::vector<Function>& functions() {
  static const std::vector<Function> all = [] {
    std::vector<Function> list = classical_functions();
    for (const std::vector<Function>& more :
         {physical_functions(), more_garbow_hillstrom_functions()})
      for (const Function& f : more)
        if (std::none_of(list.begin(), list.end(),
                         [&](const Function& other) { return other.name == f.name; }))
          list.push_back(f);
    return list;
  }();
  return all;
}

const Function* find_function(const std::string& name) {
  const auto found = std::find_if(functions().begin(), functions().end(),
                                  [&](const Function& f) { return f.name == name; });
  return found == functions().end() ? nullptr : &*found;
}

}  // namespace apps::optimize
