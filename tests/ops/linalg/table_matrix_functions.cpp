#include "eigengrad/ops/linalg/matrix_functions.hpp"
#include "eigengrad/ops/linalg/names.hpp"
#include "matrices.hpp"

namespace table {
namespace {

using eg::Tensor;

/// By its series, of a matrix so small that 30 terms suffice, squared again.
Matrix exponential(Matrix a) {
  int squarings = 0;
  for (; largest(a) * static_cast<long double>(a.rows) > 0.5L; ++squarings) a = 0.5L * a;
  Matrix y = identity(a.rows), term = identity(a.rows);
  for (int k = 1; k < 30; ++k) {
    term = 1.0L / k * (term * a);
    y = y + term;
  }
  for (; squarings > 0; --squarings) y = y * y;
  return y;
}

/// Denman and Beavers' iteration.
Matrix square_root(const Matrix& a) {
  Matrix y = a, z = identity(a.rows);
  for (int k = 0; k < 60; ++k) {
    const Matrix next = 0.5L * (y + pseudoinverse(z));
    z = 0.5L * (z + pseudoinverse(y));
    y = next;
  }
  return y;
}

/// By its series, of a root that is near 1.
Matrix logarithm(Matrix a) {
  int roots = 0;
  for (; roots < 30 && largest(a - identity(a.rows)) * static_cast<long double>(a.rows) > 0.1L;
       ++roots)
    a = square_root(a);
  const Matrix x = a - identity(a.rows);
  Matrix y(a.rows, a.rows), power = identity(a.rows);
  for (int k = 1; k < 40; ++k) {
    power = power * x;
    y = y + (k % 2 == 1 ? 1.0L : -1.0L) / k * power;
  }
  return std::ldexp(1.0L, roots) * y;
}

Naive of_matrix(Matrix (*f)(Matrix)) {
  return per_matrix(
      [f](const std::vector<Matrix>& x) { return std::vector<Part>{as_matrix(f(x[0]))}; });
}

std::vector<Inputs> samples(const std::vector<Sizes>& shapes, double noise) {
  return spread_samples(shapes, 0.4, noise, 21);
}

Row function_row(const std::string& name, Call call, Naive naive, std::vector<Inputs> inputs,
                 std::vector<Inputs> values_only, std::vector<Spelling> spellings = {}) {
  return decomposition_row(name, name, std::move(call), std::move(naive), std::move(inputs),
                           std::move(values_only), std::move(spellings));
}

void add_exponentials(Rows& rows) {
  // Norms for every degree of approximation, and several squarings.
  std::vector<Inputs> inputs{
      {support::uniform({2, 2}, -0.005, 0.005, 1)}, {support::uniform({2, 3, 3}, -0.05, 0.05, 2)},
      {support::uniform({3, 3}, -0.25, 0.25, 3)},   {support::uniform({3, 3}, -0.6, 0.6, 4)},
      {support::uniform({3, 3}, -1.5, 1.5, 5)},     {support::uniform({1, 1}, -1, 1, 6)}};
  const std::vector<Inputs> values{{Array(Sizes{0, 0})},
                                   {Array(Sizes{0, 2, 2})},
                                   {Array(Sizes{3, 3})},
                                   {support::uniform({4, 4}, -6, 2, 7)},
                                   {support::uniform({21, 21}, -0.2, 0.2, 8)}};
  rows.push_back(function_row(
      "linalg_matrix_exp", on1([](const Tensor& a) { return eg::linalg_matrix_exp(a); }),
      of_matrix(exponential), inputs, values,
      {{"matrix_exp", on1([](const Tensor& a) { return eg::linalg::matrix_exp(a); })},
       {"matrix_exp of the namespace", on1([](const Tensor& a) { return eg::matrix_exp(a); })},
       {"Tensor::matrix_exp", on1([](const Tensor& a) { return a.matrix_exp(); })}}));
  const auto pair = [](const Sizes& s, const Sizes& t, double size) {
    return Inputs{support::uniform(s, -size, size, 9), support::uniform(t, -1, 1, 10)};
  };
  const Naive product = per_matrix([](const std::vector<Matrix>& x) {
    return std::vector<Part>{as_matrix(exponential(x[0]) * x[1])};
  });
  rows.push_back(function_row(
      "expm_multiply",
      on2([](const Tensor& a, const Tensor& b) { return eg::expm_multiply(a, b); }), product,
      {pair({3, 3}, {3, 2}, 1), pair({2, 2, 2}, {2, 2, 1}, 0.1), pair({2, 2}, {2, 3}, 3)},
      {pair({0, 0}, {0, 2}, 1), pair({2, 2}, {2, 0}, 1), pair({0, 2, 2}, {0, 2, 1}, 1),
       pair({19, 19}, {19, 3}, 0.7)}));
  rows.back().without_oracle = "PyTorch has no such function";
}

void add_roots(Rows& rows) {
  const std::vector<Sizes> shapes{{3, 3}, {2, 2, 2}, {1, 1}};
  std::vector<Inputs> inputs = samples(shapes, 0.3);
  // Complex eigenvalues.
  inputs.push_back({Array({2, 2}, {1.0, -2.0, 1.5, 0.5})});
  std::vector<Inputs> values = samples({{0, 0}, {0, 2, 2}, {7, 7}}, 0.2);
  values.push_back({Array({3, 3}, {40, 3, -7, 2, 0.5, 0.03, 1, 0.2, 900})});
  rows.push_back(function_row("sqrtm", on1([](const Tensor& a) { return eg::sqrtm(a); }),
                              of_matrix([](Matrix a) { return square_root(a); }), inputs, values));
  rows.push_back(function_row("logm", on1([](const Tensor& a) { return eg::logm(a); }),
                              of_matrix(logarithm), inputs, values));
  for (std::size_t k = rows.size() - 2; k < rows.size(); ++k) {
    rows[k].without_oracle = "PyTorch has no such function";
    rows[k].any_layout = false;  // expanded layouts are singular
    rows[k].amplification = 300;
  }
}

}  // namespace

Rows matrix_function_rows() {
  Rows rows;
  add_exponentials(rows);
  add_roots(rows);
  return rows;
}

}  // namespace table
