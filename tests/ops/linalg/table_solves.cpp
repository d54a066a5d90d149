#include "eigengrad/ops/linalg/names.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/linalg/sylvester.hpp"
#include "matrices.hpp"

namespace table {
namespace {

using eg::Tensor;
/// Extents of two arguments.
using Shapes = std::vector<std::pair<Sizes, Sizes>>;

/// The sample of two arguments, the first far from singular.
std::vector<Inputs> systems(const Shapes& shapes) {
  std::vector<Inputs> samples;
  for (const auto& [a, b] : shapes) samples.push_back({regular(a), support::uniform(b, -2, 2, 5)});
  return samples;
}

Shapes left_shapes() {
  return {{{3, 3}, {3, 2}},          {{1, 1}, {1, 1}},    {{5, 5}, {5, 1}},
          {{2, 3, 3}, {2, 3, 2}},    {{2, 4, 4}, {4, 2}}, {{2, 2}, {3, 2, 3}},
          {{2, 1, 2, 2}, {3, 2, 1}}, {{0, 0}, {0, 2}},    {{2, 2}, {2, 0}},
          {{0, 2, 2}, {0, 2, 1}}};
}
Shapes right_shapes() {
  return {{{3, 3}, {2, 3}},
          {{1, 1}, {1, 1}},
          {{2, 3, 3}, {2, 2, 3}},
          {{2, 2}, {3, 1, 2}},
          {{0, 0}, {2, 0}}};
}
Shapes vector_shapes() {
  return {{{3, 3}, {3}}, {{2, 3, 3}, {3}}, {{2, 3, 3}, {2, 3}},
          {{1, 1}, {1}}, {{0, 0}, {0}},    {{17, 17}, {17}}};
}

template <class F>
Array solved(const Inputs& x, bool left, F prepare) {
  const Array& b = x[1];
  return by_matrix(x, b.sizes[b.dim() - 2], b.sizes[b.dim() - 1], [&](const Sizes& i) {
    const Matrix a = prepare(matrix_at(x[0], i));
    if (left) return eliminated(a, matrix_at(b, i)).first;
    return transposed(eliminated(transposed(a), transposed(matrix_at(b, i))).first);
  });
}

Naive solving(bool left) {
  return [left](const Inputs& x) {
    return Outputs{solved(x, left, [](const Matrix& a) { return a; })};
  };
}

Outputs solving_vectors(const Inputs& x) {
  Inputs columns = x;
  columns[1].sizes.push_back(1);
  Array y = solved(columns, true, [](const Matrix& a) { return a; });
  y.sizes.pop_back();
  return {y};
}

Naive solving_triangles(bool upper, bool left, bool unit, bool transpose) {
  return [=](const Inputs& x) {
    return Outputs{solved(x, left, [&](const Matrix& a) {
      const Matrix t = triangle_of(transpose ? transposed(a) : a, upper, unit);
      return t;
    })};
  };
}

/// The factor is not differentiable in info, and nothing is lost by leaving it out.
template <class F>
Call first_on2(F f) {
  return on2([f](const Tensor& a, const Tensor& b) { return std::get<0>(f(a, b)); });
}

void add_solves(Rows& rows) {
  rows.push_back(matrix_row(
      "linalg_solve", "linalg_solve",
      on2([](const Tensor& a, const Tensor& b) { return eg::linalg_solve(a, b); }), solving(true),
      systems(left_shapes()),
      {{"solve", on2([](const Tensor& a, const Tensor& b) { return eg::linalg::solve(a, b); })},
       {"linalg_solve_ex",
        first_on2([](const Tensor& a, const Tensor& b) { return eg::linalg_solve_ex(a, b); })},
       {"solve_ex",
        first_on2([](const Tensor& a, const Tensor& b) { return eg::linalg::solve_ex(a, b); })}}));
  rows.push_back(
      matrix_row("linalg_solve_vector", "linalg_solve",
                 on2([](const Tensor& a, const Tensor& b) { return eg::linalg_solve(a, b); }),
                 solving_vectors, systems(vector_shapes())));
  rows.push_back(matrix_row(
      "linalg_solve_right", "linalg_solve",
      on2([](const Tensor& a, const Tensor& b) { return eg::linalg_solve(a, b, false); }),
      solving(false), systems(right_shapes()),
      {{"linalg_solve_ex right", first_on2([](const Tensor& a, const Tensor& b) {
          return eg::linalg_solve_ex(a, b, false);
        })}}));
}

void add_triangles(Rows& rows) {
  for (const bool upper : {false, true})
    for (const bool left : {true, false})
      for (const bool unit : {false, true}) {
        std::string name = "linalg_solve_triangular";
        name += upper ? "_upper" : "_lower";
        name += left ? "" : "_right";
        name += unit ? "_unit" : "";
        rows.push_back(matrix_row(name, "linalg_solve_triangular",
                                  on2([=](const Tensor& a, const Tensor& b) {
                                    return eg::linalg_solve_triangular(a, b, upper, left, unit);
                                  }),
                                  solving_triangles(upper, left, unit, false),
                                  systems(left ? left_shapes() : right_shapes()),
                                  {{"solve_triangular", on2([=](const Tensor& a, const Tensor& b) {
                                      return eg::linalg::solve_triangular(a, b, upper, left, unit);
                                    })}}));
      }
  for (const bool upper : {true, false})
    for (const bool transpose : {false, true}) {
      std::string name = "triangular_solve";
      name += upper ? "_upper" : "_lower";
      name += transpose ? "_transposed" : "";
      rows.push_back(
          matrix_row(name, "triangular_solve", first_on2([=](const Tensor& a, const Tensor& b) {
                       return eg::triangular_solve(b, a, upper, transpose);
                     }),
                     solving_triangles(upper != transpose, true, false, transpose),
                     systems({{{3, 3}, {3, 2}}, {{2, 3, 3}, {2, 3, 2}}, {{0, 0}, {0, 1}}}),
                     {{"Tensor::triangular_solve", first_on2([=](const Tensor& a, const Tensor& b) {
                         return b.triangular_solve(a, upper, transpose);
                       })}}));
    }
}

void add_inverses(Rows& rows) {
  const auto call = on1([](const Tensor& a) { return eg::linalg_inv(a); });
  std::vector<Inputs> samples;
  for (const Sizes& s : {Sizes{3, 3}, Sizes{2, 4, 4}, Sizes{1, 1}, Sizes{2, 1, 2, 2}, Sizes{0, 0},
                         Sizes{0, 2, 2}, Sizes{6, 6}})
    samples.push_back({regular(s)});
  rows.push_back(matrix_row(
      "linalg_inv", "linalg_inv", call,
      [](const Inputs& x) {
        const std::int64_t n = x[0].sizes.back();
        return Outputs{by_matrix(x, n, n, [&](const Sizes& i) {
          return eliminated(matrix_at(x[0], i), identity(n)).first;
        })};
      },
      std::move(samples),
      {{"inv", on1([](const Tensor& a) { return eg::linalg::inv(a); })},
       {"inverse", on1([](const Tensor& a) { return eg::inverse(a); })},
       {"Tensor::inverse", on1([](const Tensor& a) { return a.inverse(); })},
       {"linalg_inv_ex", on1([](const Tensor& a) { return std::get<0>(eg::linalg_inv_ex(a)); })},
       {"inv_ex", on1([](const Tensor& a) { return std::get<0>(eg::linalg::inv_ex(a)); })}}));
}

/// A X + X B = C as one system for the elements of X.
Naive sylvester(bool lyapunov) {
  return [lyapunov](const Inputs& x) {
    const Array& c = x[lyapunov ? 1 : 2];
    const std::int64_t n = c.sizes[c.dim() - 2], m = c.sizes.back();
    return Outputs{by_matrix(x, n, m, [&](const Sizes& i) {
      const Matrix a = matrix_at(x[0], i);
      const Matrix b = lyapunov ? transposed(a) : matrix_at(x[1], i);
      const Matrix right = matrix_at(c, i);
      Matrix system(n * m, n * m), elements(n * m, 1);
      for (std::int64_t r = 0; r < n; ++r)
        for (std::int64_t s = 0; s < m; ++s) {
          elements(r * m + s, 0) = right(r, s);
          for (std::int64_t k = 0; k < n; ++k) system(r * m + s, k * m + s) += a(r, k);
          for (std::int64_t k = 0; k < m; ++k) system(r * m + s, r * m + k) += b(k, s);
        }
      Matrix solution(n, m);
      solution.values = eliminated(system, elements).first.values;
      return solution;
    })};
  };
}

void add_sylvester(Rows& rows) {
  std::vector<Inputs> samples;
  const std::vector<Sizes> shapes[] = {{{3, 3}, {2, 2}, {3, 2}},
                                       {{2, 2, 2}, {3, 3}, {2, 2, 3}},
                                       {{1, 1}, {1, 1}, {1, 1}},
                                       {{2, 2}, {2, 2}, {3, 2, 2}},
                                       {{0, 0}, {2, 2}, {0, 2}}};
  for (const auto& s : shapes)
    samples.push_back({regular(s[0]), regular(s[1], 6), support::uniform(s[2], -2, 2, 5)});
  rows.push_back(matrix_row("solve_sylvester", "solve_sylvester",
                            on3([](const Tensor& a, const Tensor& b, const Tensor& c) {
                              return eg::solve_sylvester(a, b, c);
                            }),
                            sylvester(false), samples));
  rows.push_back(matrix_row(
      "solve_lyapunov", "solve_lyapunov",
      on2([](const Tensor& a, const Tensor& q) { return eg::solve_lyapunov(a, q); }),
      sylvester(true), systems({{{3, 3}, {3, 3}}, {{2, 2, 2}, {2, 2}}, {{1, 1}, {1, 1}}})));
  for (std::size_t k = rows.size() - 2; k < rows.size(); ++k)
    rows[k].without_oracle = "PyTorch has no such function";
}

}  // namespace

Rows solve_rows() {
  Rows rows;
  add_solves(rows);
  add_inverses(rows);
  add_sylvester(rows);
  // Among the layouts is one whose rows are all the same; tests/linalg has the others.
  for (Row& r : rows) r.any_layout = false;
  add_triangles(rows);
  return rows;
}

}  // namespace table
