#include "eigengrad/autograd/node.hpp"
#include "eigengrad/core/array_ref.hpp"
#include "eigengrad/ops/linalg/ldl.hpp"
#include "eigengrad/ops/linalg/lu.hpp"
#include "eigengrad/ops/linalg/names.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "matrices.hpp"

namespace table {
namespace {

using eg::Tensor;

struct Factors {
  Matrix p, l, u, packed;
};

/// By columns, exchanging rows for the largest pivot.
Factors factored(Matrix a, bool pivot) {
  const std::int64_t n = a.rows, m = a.cols, k = std::min(n, m);
  Matrix p = identity(n);
  for (std::int64_t c = 0; c < k; ++c) {
    std::int64_t best = c;
    for (std::int64_t i = c; i < n && pivot; ++i)
      if (std::abs(a(i, c)) > std::abs(a(best, c))) best = i;
    for (std::int64_t j = 0; j < m; ++j) std::swap(a(c, j), a(best, j));
    for (std::int64_t i = 0; i < n; ++i) std::swap(p(i, c), p(i, best));
    for (std::int64_t i = c + 1; i < n; ++i) {
      a(i, c) /= a(c, c);
      for (std::int64_t j = c + 1; j < m; ++j) a(i, j) -= a(i, c) * a(c, j);
    }
  }
  Matrix l(n, k), u(k, m);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < m; ++j) {
      if (j < k && i >= j) l(i, j) = i == j ? 1 : a(i, j);
      if (i < k && i <= j) u(i, j) = a(i, j);
    }
  return {p, l, u, a};
}

std::vector<Inputs> samples_for(bool pivot) {
  std::vector<Inputs> samples;
  for (const Sizes& s : {Sizes{3, 3}, Sizes{2, 4, 4}, Sizes{2, 4}, Sizes{4, 2}, Sizes{2, 3, 2},
                         Sizes{1, 1}, Sizes{0, 0}, Sizes{0, 2, 2}, Sizes{2, 0}, Sizes{5, 5}}) {
    const Array a = support::uniform(s, -1, 1, 21);
    samples.push_back({pivot ? a : with_diagonal(a, 3)});
  }
  return samples;
}

Naive factoring(bool pivot) {
  return [pivot](const Inputs& x) {
    const std::int64_t n = x[0].sizes[x[0].dim() - 2], m = x[0].sizes.back(), k = std::min(n, m);
    const auto of = [&](std::int64_t rows, std::int64_t cols, Matrix Factors::*part) {
      return by_matrix(x, rows, cols,
                       [&](const Sizes& i) { return factored(matrix_at(x[0], i), pivot).*part; });
    };
    return Outputs{of(n, n, &Factors::p), of(n, k, &Factors::l), of(k, m, &Factors::u)};
  };
}

void add_factors(Rows& rows) {
  for (const bool pivot : {true, false}) {
    const std::string after = pivot ? "" : "_without_pivots";
    const std::string unknown = pivot ? "" : "PyTorch has no LU without pivots on CPUs";
    rows.push_back(
        matrix_row("linalg_lu" + after, "linalg_lu",
                   list_on1([=](const Tensor& a) { return eg::linalg_lu(a, pivot); }),
                   factoring(pivot), samples_for(pivot),
                   {{"lu", list_on1([=](const Tensor& a) { return eg::linalg::lu(a, pivot); })},
                    {"lu_unpack", list_on1([=](const Tensor& a) {
                       const auto [lu, pivots, info] = eg::linalg_lu_factor_ex(a, pivot);
                       return eg::lu_unpack(lu, pivots);
                     })}}));
    rows.back().without_oracle = unknown;
    rows.push_back(matrix_row(
        "linalg_lu_factor" + after, "linalg_lu_factor",
        on1([=](const Tensor& a) { return std::get<0>(eg::linalg_lu_factor(a, pivot)); }),
        [=](const Inputs& x) {
          return Outputs{by_matrix(
              x, x[0].sizes[x[0].dim() - 2], x[0].sizes.back(),
              [&](const Sizes& i) { return factored(matrix_at(x[0], i), pivot).packed; })};
        },
        samples_for(pivot),
        {{"lu_factor",
          on1([=](const Tensor& a) { return std::get<0>(eg::linalg::lu_factor(a, pivot)); })},
         {"linalg_lu_factor_ex",
          on1([=](const Tensor& a) { return std::get<0>(eg::linalg_lu_factor_ex(a, pivot)); })},
         {"lu_factor_ex",
          on1([=](const Tensor& a) { return std::get<0>(eg::linalg::lu_factor_ex(a, pivot)); })}}));
    rows.back().without_oracle = unknown;
  }
}

void add_ldlt(Rows& rows) {
  std::vector<Inputs> samples;
  for (const Sizes& s : {Sizes{3, 3}, Sizes{2, 4, 4}, Sizes{1, 1}, Sizes{0, 0}, Sizes{20, 20}}) {
    Array a = with_diagonal(support::uniform(s, -1, 1, 21), s.back() > 10 ? 20 : 3);
    if (s == Sizes{3, 3}) a.values[4] = -4;  // indefinite
    samples.push_back({a});
  }
  const std::vector<Inputs> large{samples.back()};
  samples.pop_back();
  rows.push_back(matrix_row(
      "ldlt", "ldlt", list_on1([](const Tensor& a) { return eg::ldlt(a); }),
      [](const Inputs& x) {
        const std::int64_t n = x[0].sizes.back();
        const auto of = [&](const Sizes& i) {
          Matrix a = matrix_at(x[0], i);
          const Matrix t = transposed(a);
          for (std::size_t k = 0; k < a.values.size(); ++k)
            a.values[k] = (a.values[k] + t.values[k]) / 2;
          return factored(a, false);
        };
        Array d = by_matrix(x, n, 1, [&](const Sizes& i) {
          const Factors f = of(i);
          Matrix column(n, 1);
          for (std::int64_t k = 0; k < n; ++k) column(k, 0) = f.u(k, k);
          return column;
        });
        d.sizes.pop_back();
        return Outputs{by_matrix(x, n, n, [&](const Sizes& i) { return of(i).l; }), d};
      },
      samples));
  rows.back().values_only = large;
  rows.back().without_oracle = "PyTorch has no such function";
}

/// Bunch and Kaufman's algorithm on whole symmetric matrices.
struct Indefinite {
  Matrix packed;
  Matrix pivots;
};
Indefinite factored_in_blocks(const Matrix& lower) {
  const std::int64_t n = lower.rows;
  const long double alpha = (1 + std::sqrt(17.0L)) / 8;
  Matrix a = lower, l(n, n), pivots(n, 1);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = i + 1; j < n; ++j) a(i, j) = lower(j, i);
  for (std::int64_t k = 0; k < n;) {
    const auto largest = [&](std::int64_t column) {
      std::int64_t best = column == k ? std::min(k + 1, n - 1) : k;
      for (std::int64_t i = k; i < n; ++i)
        if (i != column && std::abs(a(i, column)) > std::abs(a(best, column))) best = i;
      return best;
    };
    const std::int64_t other = largest(k);
    const long double below = other == k ? 0 : std::abs(a(other, k));
    std::int64_t row = k, extent = 1;
    if (std::abs(a(k, k)) < alpha * below) {
      const long double beside = std::abs(a(largest(other), other));
      if (std::abs(a(k, k)) * beside < alpha * below * below) {
        row = other;
        extent = std::abs(a(other, other)) >= alpha * beside ? 1 : 2;
      }
    }
    const std::int64_t last = k + extent - 1;
    for (std::int64_t j = k; j < n; ++j) std::swap(a(last, j), a(row, j));
    for (std::int64_t i = k; i < n; ++i) std::swap(a(i, last), a(i, row));
    Matrix d(extent, extent), below_d(extent, n);
    for (std::int64_t i = 0; i < extent; ++i) {
      pivots(k + i, 0) = static_cast<long double>(extent == 1 ? row + 1 : -row - 1);
      for (std::int64_t j = 0; j < extent; ++j) d(i, j) = a(k + i, k + j);
      for (std::int64_t j = 0; j <= i; ++j) l(k + i, k + j) = a(k + i, k + j);
      for (std::int64_t j = 0; j < n; ++j) below_d(i, j) = a(k + i, j);
    }
    const Matrix x = eliminated(d, below_d).first;
    for (std::int64_t i = k + extent; i < n; ++i) {
      for (std::int64_t j = 0; j < extent; ++j) l(i, k + j) = x(j, i);
      for (std::int64_t c = k + extent; c < n; ++c)
        for (std::int64_t j = 0; j < extent; ++j) a(i, c) -= x(j, i) * below_d(j, c);
    }
    k += extent;
  }
  return {l, pivots};
}

Array symmetric_with_small_diagonal(const Sizes& sizes) {
  return with_diagonal(support::uniform(sizes, -1, 1, 9), 0.1);
}

void add_indefinite(Rows& rows) {
  const auto both = [](const std::tuple<Tensor, Tensor>& factors) {
    return eg::autograd::variable_list{
        std::get<0>(factors), std::get<1>(factors).unsqueeze(-1).to(std::get<0>(factors).dtype())};
  };
  const auto first_two = [=](const std::tuple<Tensor, Tensor, Tensor>& factors) {
    return both({std::get<0>(factors), std::get<1>(factors)});
  };
  std::vector<Inputs> samples;
  for (const Sizes& s : {Sizes{3, 3}, Sizes{2, 5, 5}, Sizes{1, 1}, Sizes{0, 0}, Sizes{0, 2, 2}})
    samples.push_back({symmetric_with_small_diagonal(s)});
  rows.push_back(matrix_row(
      "linalg_ldl_factor", "linalg_ldl_factor",
      list_on1([=](const Tensor& a) { return both(eg::linalg_ldl_factor(a)); }),
      [](const Inputs& x) {
        const std::int64_t n = x[0].sizes.back();
        const auto of = [&](const Sizes& i) { return factored_in_blocks(matrix_at(x[0], i)); };
        return Outputs{by_matrix(x, n, n, [&](const Sizes& i) { return of(i).packed; }),
                       by_matrix(x, n, 1, [&](const Sizes& i) { return of(i).pivots; })};
      },
      samples,
      {{"linalg_ldl_factor_ex",
        list_on1([=](const Tensor& a) { return first_two(eg::linalg_ldl_factor_ex(a)); })},
       {"ldl_factor", list_on1([=](const Tensor& a) { return both(eg::linalg::ldl_factor(a)); })},
       {"ldl_factor_ex",
        list_on1([=](const Tensor& a) { return first_two(eg::linalg::ldl_factor_ex(a)); })}}));
  rows.back().values_only = {{symmetric_with_small_diagonal({20, 20})}};
  rows.back().differentiable = false;

  // The factors of a constant matrix, whose order the right-hand side says.
  const auto matrix_of = [](std::int64_t n) {
    Array a = symmetric_with_small_diagonal({n, n});
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = i + 1; j < n; ++j)
        a.values[static_cast<std::size_t>(i * n + j)] =
            a.values[static_cast<std::size_t>(j * n + i)];
    return a;
  };
  const auto solving = [=](auto solve) {
    return on1([=](const Tensor& b) {
      const auto [ld, pivots] =
          eg::linalg_ldl_factor(support::to_tensor(matrix_of(b.size(-2))).to(b.dtype()));
      return solve(ld, pivots, b);
    });
  };
  std::vector<Inputs> sides;
  for (const Sizes& s : {Sizes{3, 2}, Sizes{2, 5, 3}, Sizes{1, 1}, Sizes{0, 2}, Sizes{4, 0}})
    sides.push_back({support::uniform(s, -2, 2, 5)});
  rows.push_back(matrix_row(
      "linalg_ldl_solve", "linalg_ldl_solve",
      solving([](const Tensor& ld, const Tensor& pivots, const Tensor& b) {
        return eg::linalg_ldl_solve(ld, pivots, b);
      }),
      [=](const Inputs& x) {
        const std::int64_t n = x[0].sizes[x[0].dim() - 2];
        const Matrix a = matrix_at(matrix_of(n), {});
        return Outputs{by_matrix(x, n, x[0].sizes.back(), [&](const Sizes& i) {
          return eliminated(a, matrix_at(x[0], i)).first;
        })};
      },
      sides, {{"ldl_solve", solving([](const Tensor& ld, const Tensor& pivots, const Tensor& b) {
                 return eg::linalg::ldl_solve(ld, pivots, b);
               })}}));
  rows.back().values_only = {{support::uniform({20, 3}, -2, 2, 5)}};
  rows.back().amplification = 10;
  rows.back().without_oracle = "PyTorch has no derivative; the row of the values has a fixture";

  std::vector<Inputs> systems;
  for (const auto& [a, b] :
       {std::pair<Sizes, Sizes>{{3, 3}, {3, 2}}, {{2, 5, 5}, {2, 5, 1}}, {{3, 3}, {2, 3, 2}}})
    systems.push_back({symmetric_with_small_diagonal(a), support::uniform(b, -2, 2, 5)});
  rows.push_back(matrix_row(
      "linalg_ldl_solve_values", "linalg_ldl_solve", on2([](const Tensor& a, const Tensor& b) {
        const auto [ld, pivots] = eg::linalg_ldl_factor(a);
        return eg::linalg_ldl_solve(ld, pivots, b);
      }),
      [](const Inputs& x) {
        return Outputs{
            by_matrix(x, x[1].sizes[x[1].dim() - 2], x[1].sizes.back(), [&](const Sizes& i) {
              Matrix a = matrix_at(x[0], i);
              for (std::int64_t r = 0; r < a.rows; ++r)
                for (std::int64_t c = r + 1; c < a.cols; ++c) a(r, c) = a(c, r);
              return eliminated(a, matrix_at(x[1], i)).first;
            })};
      },
      systems));
  rows.back().differentiable = false;
}

/// Every step exchanges a row with the next one.
Tensor next_rows(const Tensor& lu) {
  Sizes sizes(lu.sizes().begin(), lu.sizes().end() - 1);
  return eg::clamp(eg::arange(2, lu.size(-1) + 2), 2, lu.size(-1)).expand(sizes);
}

Matrix put_together(const Matrix& lu) {
  Matrix a = triangle_of(lu, false, true) * triangle_of(lu, true);
  for (std::int64_t i = a.rows - 2; i >= 0; --i)
    for (std::int64_t j = 0; j < a.cols; ++j) std::swap(a(i, j), a(i + 1, j));
  return a;
}

void add_solves(Rows& rows) {
  for (const bool left : {true, false})
    for (const bool adjoint : {false, true}) {
      const std::string name =
          std::string("linalg_lu_solve") + (left ? "" : "_right") + (adjoint ? "_adjoint" : "");
      std::vector<Inputs> samples;
      const std::pair<Sizes, Sizes> shapes[] = {{{3, 3}, {3, 3}},    {{2, 3, 3}, {2, 3, 3}},
                                                {{2, 2}, {3, 2, 2}}, {{2, 4, 4}, {4, 4}},
                                                {{1, 1}, {1, 1}},    {{0, 0}, {0, 0}}};
      for (const auto& [a, b] : shapes)
        samples.push_back({regular(a), support::uniform(b, -2, 2, 5)});
      rows.push_back(matrix_row(
          name, "linalg_lu_solve", on2([=](const Tensor& lu, const Tensor& b) {
            return eg::linalg_lu_solve(lu, next_rows(lu), b, left, adjoint);
          }),
          [=](const Inputs& x) {
            const std::int64_t n = x[0].sizes.back();
            return Outputs{by_matrix(x, n, n, [&](const Sizes& i) {
              Matrix a = put_together(matrix_at(x[0], i));
              if (adjoint) a = transposed(a);
              if (left) return eliminated(a, matrix_at(x[1], i)).first;
              return transposed(eliminated(transposed(a), transposed(matrix_at(x[1], i))).first);
            })};
          },
          samples, {{"lu_solve in linalg", on2([=](const Tensor& lu, const Tensor& b) {
                       return eg::linalg::lu_solve(lu, next_rows(lu), b, left, adjoint);
                     })}}));
      if (left && !adjoint) {
        rows.back().spellings.push_back({"lu_solve", on2([](const Tensor& lu, const Tensor& b) {
                                           return eg::lu_solve(b, lu, next_rows(lu));
                                         })});
        rows.back().spellings.push_back(
            {"Tensor::lu_solve",
             on2([](const Tensor& lu, const Tensor& b) { return b.lu_solve(lu, next_rows(lu)); })});
      }
    }
}

void add_unpacking(Rows& rows) {
  rows.push_back(matrix_row(
      "lu_unpack", "lu_unpack",
      list_on1([](const Tensor& lu) { return eg::lu_unpack(lu, next_rows(lu)); }),
      [](const Inputs& x) {
        const std::int64_t n = x[0].sizes.back();
        const auto of = [&](auto f) {
          return by_matrix(x, n, n, [&](const Sizes& i) { return f(matrix_at(x[0], i)); });
        };
        return Outputs{of([&](const Matrix&) {
                         Matrix p = identity(n);
                         for (std::int64_t i = n - 2; i >= 0; --i)
                           for (std::int64_t j = 0; j < n; ++j) std::swap(p(i, j), p(i + 1, j));
                         return p;
                       }),
                       of([](const Matrix& m) { return triangle_of(m, false, true); }),
                       of([](const Matrix& m) { return triangle_of(m, true); })};
      },
      {{regular({3, 3})}, {regular({2, 2, 2})}, {regular({0, 0})}}));
}

/// Tensors as one matrix.
void add_tensors(Rows& rows) {
  const auto inverse_of = [](std::int64_t n, Sizes sizes) {
    return [=](const Inputs& x) {
      const Inputs flat{Array({n, n}, x[0].values)};
      const Array y = by_matrix(flat, n, n, [&](const Sizes& i) {
        return eliminated(matrix_at(flat[0], i), identity(n)).first;
      });
      return Outputs{Array(sizes, y.values)};
    };
  };
  const auto spread = [](Sizes sizes, std::int64_t n) {
    return Inputs{Array(std::move(sizes), regular({n, n}).values)};
  };
  rows.push_back(
      matrix_row("linalg_tensorinv", "linalg_tensorinv",
                 on1([](const Tensor& a) { return eg::linalg_tensorinv(a); }),
                 inverse_of(6, {6, 2, 3}), {spread({2, 3, 6}, 6)},
                 {{"tensorinv", on1([](const Tensor& a) { return eg::linalg::tensorinv(a); })}}));
  rows.push_back(matrix_row("linalg_tensorinv_first", "linalg_tensorinv",
                            on1([](const Tensor& a) { return eg::linalg_tensorinv(a, 1); }),
                            inverse_of(4, {2, 2, 4}), {spread({4, 2, 2}, 4)}));
  Inputs system = spread({2, 3, 6}, 6);
  system.push_back(support::uniform({2, 3}, -2, 2, 5));
  rows.push_back(
      matrix_row("linalg_tensorsolve", "linalg_tensorsolve",
                 on2([](const Tensor& a, const Tensor& b) { return eg::linalg_tensorsolve(a, b); }),
                 [](const Inputs& x) {
                   const Inputs flat{Array({6, 6}, x[0].values), Array({6, 1}, x[1].values)};
                   const Array y = by_matrix(flat, 6, 1, [&](const Sizes& i) {
                     return eliminated(matrix_at(flat[0], i), matrix_at(flat[1], i)).first;
                   });
                   return Outputs{Array({6}, y.values)};
                 },
                 {system}, {{"tensorsolve", on2([](const Tensor& a, const Tensor& b) {
                               return eg::linalg::tensorsolve(a, b);
                             })}}));
  Inputs moved = spread({3, 6, 2}, 6);
  moved.push_back(support::uniform({6}, -2, 2, 5));
  rows.push_back(matrix_row(
      "linalg_tensorsolve_moved", "linalg_tensorsolve", on2([](const Tensor& a, const Tensor& b) {
        return eg::linalg_tensorsolve(a, b, eg::IntArrayRef{0, 2});
      }),
      [](const Inputs& x) {
        // (3 6 2) with dimensions 0 and 2 last is (6 3 2).
        const Array a = support::generate({6, 6}, [&](const Sizes& i) {
          return x[0].at({i[1] / 2, i[0], i[1] % 2});
        });
        const Inputs flat{a, Array({6, 1}, x[1].values)};
        const Array y = by_matrix(flat, 6, 1, [&](const Sizes& i) {
          return eliminated(matrix_at(flat[0], i), matrix_at(flat[1], i)).first;
        });
        return Outputs{Array({3, 2}, y.values)};
      },
      {moved}));
  for (Row& r : rows)
    if (r.function.starts_with("linalg_tensor")) r.other_nodes = {"ViewBackward0"};
  rows.push_back(matrix_row("matrix_power_negative", "linalg_matrix_power",
                            on1([](const Tensor& a) { return eg::linalg_matrix_power(a, -3); }),
                            [](const Inputs& x) {
                              const std::int64_t n = x[0].sizes.back();
                              return Outputs{by_matrix(x, n, n, [&](const Sizes& i) {
                                const Matrix inverse =
                                    eliminated(matrix_at(x[0], i), identity(n)).first;
                                return inverse * inverse * inverse;
                              })};
                            },
                            {{regular({3, 3})}, {regular({2, 2, 2})}}));
}

}  // namespace

Rows lu_rows() {
  Rows rows;
  add_factors(rows);
  add_ldlt(rows);
  add_indefinite(rows);
  add_solves(rows);
  add_unpacking(rows);
  add_tensors(rows);
  for (Row& r : rows) r.any_layout = false;  // one has rows that are all the same
  return rows;
}

}  // namespace table
