#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "eigengrad/eigengrad.hpp"
#include "random/draft.hpp"

/// Products and linear algebra, by the schoolbook.
namespace random_programs {
namespace {

using eg::Tensor;
using N = Number;

Sizes with(Sizes sizes, std::initializer_list<std::int64_t> more) {
  sizes.insert(sizes.end(), more);
  return sizes;
}
Sizes batch(const Value& x) { return Sizes(x.sizes.begin(), x.sizes.end() - 2); }

/// Matrices over batch dimensions that broadcast.
Value product(const Value& a, const Value& b) {
  require(a.size(-1) == b.size(-2) && a.dtype == b.dtype && a.real());
  const Sizes outer = broadcast(batch(a), batch(b));
  return generate(with(outer, {a.size(-2), b.size(-1)}), a.dtype, [&](const Sizes& i) {
    const auto at = [&](const Value& x, std::int64_t row, std::int64_t column) {
      Sizes index(i.end() - x.dim(), i.end());
      for (std::size_t d = 0; d + 2 < index.size(); ++d)
        if (x.sizes[d] == 1) index[d] = 0;
      index.end()[-2] = row;
      index.end()[-1] = column;
      return x.at(index);
    };
    N s;
    for (std::int64_t k = 0; k < a.size(-1); ++k)
      s += at(a, i.end()[-2], k) * at(b, k, i.end()[-1]);
    return s;
  });
}

Value unsqueezed(const Value& x, bool front) {
  Value y = view(x, x.sizes, x.strides, x.offset);
  y.sizes.insert(front ? y.sizes.begin() : y.sizes.end(), 1);
  y.strides.insert(front ? y.strides.begin() : y.strides.end(), 0);
  return y;
}
Value without(const Value& x, std::ptrdiff_t from_end) {
  Value y = view(x, x.sizes, x.strides, x.offset);
  y.sizes.erase(y.sizes.end() - from_end);
  y.strides.erase(y.strides.end() - from_end);
  return y;
}

Value matmul(const Value& a, const Value& b) {
  require(a.dim() > 0 && b.dim() > 0);
  Value y =
      product(a.dim() == 1 ? unsqueezed(a, true) : a, b.dim() == 1 ? unsqueezed(b, false) : b);
  if (b.dim() == 1) y = without(y, 1);
  if (a.dim() == 1) y = without(y, b.dim() == 1 ? 1 : 2);
  return y;
}

using Matrix = std::vector<std::vector<N>>;

/// The matrix A | B reduced until A is the identity; returns the determinant of A.
N eliminate(Matrix& m, std::size_t n) {
  N det = 1;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t p = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (std::abs(value(m[p][k])) < std::abs(value(m[i][k]))) p = i;
    require(std::abs(value(m[p][k])) > 0.05, "nearly singular");
    if (p != k) det = -det;
    std::swap(m[p], m[k]);
    det *= m[k][k];
    const N pivot = m[k][k];
    for (N& x : m[k]) x = x / pivot;
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const N factor = m[i][k];
      for (std::size_t j = 0; j < m[i].size(); ++j) m[i][j] = m[i][j] - factor * m[k][j];
    }
  }
  return det;
}

/// For each matrix of the batch, f(matrix) gives a matrix.
template <class F>
Value for_each_matrix(const Value& a, const Sizes& result, F&& f) {
  require(a.dim() >= 2 && a.size(-1) == a.size(-2) && a.real());
  std::vector<N> elements;
  support::for_each_index(batch(a), [&](const Sizes& i) {
    Matrix m(static_cast<std::size_t>(a.size(-1)));
    for (std::int64_t r = 0; r < a.size(-1); ++r)
      for (std::int64_t c = 0; c < a.size(-1); ++c)
        m[static_cast<std::size_t>(r)].push_back(a.at(with(i, {r, c})));
    for (const N& x : f(i, m)) elements.push_back(x);
  });
  Value y = make(result, elements, a.dtype);
  y.known_layout = false;
  return y;
}

int square(Draft& d) {
  if (d.chance(0.5)) {
    const std::int64_t n = d.between(1, 3);
    return d.new_tensor(d.chance(0.2) ? Sizes{2, n, n} : Sizes{n, n}, eg::kFloat64);
  }
  return d.pick([](const Value& x) {
    return x.real() && x.dim() >= 2 && x.size(-1) == x.size(-2) && x.size(-1) > 0;
  });
}

/// Two operands whose shapes `fit` finds from the first.
Row contraction(const char* name, const char* text, Tensor (*call)(const Tensor&, const Tensor&),
                std::int64_t dims, Sizes (*fit)(Draft&, const Value&),
                std::function<Value(const Value&, const Value&)> f) {
  return {.name = name,
          .text = text,
          .draw =
              [=](Draft& d, Statement& s) {
                const int a = d.pick([=](const Value& x) {
                  return x.real() && (dims == 0 ? x.dim() >= 1 : x.dim() == dims);
                });
                s.operands = {a, d.shaped(fit(d, d[a]), d[a].dtype)};
              },
          .call = [=](const Call& c) { return variable_list{call(c.x[0], c.x[1])}; },
          .reference = [=](const Reference& c) { return Values{f(c.x[0], c.x[1])}; },
          .weight = 0.6};
}

/// The sum over the letters that `to` lacks of the products of two operands, or one.
Value einsum(const std::string& equation, const Values& x) {
  const std::size_t arrow = equation.find("->"), comma = std::min(equation.find(','), arrow);
  const std::string to = equation.substr(arrow + 2);
  std::vector<std::string> from{equation.substr(0, comma)};
  if (comma != arrow) from.push_back(equation.substr(comma + 1, arrow - comma - 1));
  std::map<char, std::int64_t> extents, index;
  for (std::size_t k = 0; k < from.size(); ++k) {
    require(x[k].dim() == static_cast<std::int64_t>(from[k].size()) && x[k].dtype == x[0].dtype);
    for (std::size_t d = 0; d < from[k].size(); ++d) {
      const auto [at, is_new] = extents.insert({from[k][d], x[k].sizes[d]});
      require(at->second == x[k].sizes[d]);
    }
  }
  const auto sizes_of = [](const std::string& letters, const std::map<char, std::int64_t>& of) {
    Sizes sizes;
    for (const char c : letters) sizes.push_back(of.at(c));
    return sizes;
  };
  std::string rest;
  for (const auto& [c, n] : extents)
    if (to.find(c) == std::string::npos) rest += c;
  return generate(sizes_of(to, extents), x[0].dtype, [&](const Sizes& outer) {
    for (std::size_t d = 0; d < to.size(); ++d) index[to[d]] = outer[d];
    N sum;
    support::for_each_index(sizes_of(rest, extents), [&](const Sizes& inner) {
      for (std::size_t d = 0; d < rest.size(); ++d) index[rest[d]] = inner[d];
      N product = 1;
      for (std::size_t k = 0; k < from.size(); ++k) product *= x[k].at(sizes_of(from[k], index));
      sum += product;
    });
    return sum;
  });
}

/// `text` names the equation again, with the operands in the order of the languages.
Row einsum(const char* name, const char* equation, const char* text, const char* python,
           Sizes (*first)(Draft&), Sizes (*second)(Draft&, const Value&)) {
  return {.name = name,
          .text = text,
          .draw =
              [=](Draft& d, Statement& s) {
                const Sizes sizes = first(d);
                const int a = d.shaped(sizes);
                s.operands = {a};
                if (second != nullptr) s.operands.push_back(d.shaped(second(d, d[a])));
              },
          .call =
              [=](const Call& c) {
                const Tensor y = eg::einsum(equation, c.x);
                // Of one operand it may be a view.
                return variable_list{c.x.size() == 1 ? y.clone() : y};
              },
          .reference =
              [=](const Reference& c) {
                Value y = einsum(equation, c.x);
                y.known_layout = false;
                return Values{y};
              },
          .python = python,
          .weight = 0.2};
}

/// L with A = L L^T, by columns.
std::vector<N> cholesky(Matrix& m) {
  const std::size_t n = m.size();
  std::vector<N> l(n * n);
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = j; i < n; ++i) {
      N rest = m[i][j];
      for (std::size_t k = 0; k < j; ++k) rest = rest - l[i * n + k] * l[j * n + k];
      require(i > j || value(rest) > 0.05, "not positive definite");
      l[i * n + j] = i == j ? sqrt(rest) : rest / l[j * n + j];
    }
  return l;
}

}  // namespace

Rows product_rows() {
  return {
      einsum(
          "einsum_mm", "ij,jk->ik", R"(eg::einsum("ij,jk->ik", {%0, %1}))",
          R"(torch.einsum("ij,jk->ik", %0, %1))", [](Draft& d) { return d.shape(2); },
          [](Draft& d, const Value& a) {
            return Sizes{a.size(1), d.between(1, 3)};
          }),
      einsum(
          "einsum_rows", "ij,ij->i", R"(eg::einsum("ij,ij->i", {%0, %1}))",
          R"(torch.einsum("ij,ij->i", %0, %1))", [](Draft& d) { return d.shape(2); },
          [](Draft&, const Value& a) { return a.sizes; }),
      einsum(
          "einsum_batch", "bij,kj->kib", R"(eg::einsum("bij,kj->kib", {%0, %1}))",
          R"(torch.einsum("bij,kj->kib", %0, %1))", [](Draft& d) { return d.shape(3); },
          [](Draft& d, const Value& a) {
            return Sizes{d.between(1, 3), a.size(2)};
          }),
      einsum(
          "einsum_outer", "i,j->ji", R"(eg::einsum("i,j->ji", {%0, %1}))",
          R"(torch.einsum("i,j->ji", %0, %1))", [](Draft& d) { return d.shape(1); },
          [](Draft& d, const Value&) { return d.shape(1); }),
      einsum(
          "einsum_diagonal", "ii->i", R"(eg::einsum("ii->i", {%0}).clone())",
          R"(torch.einsum("ii->i", %0).clone())",
          [](Draft& d) {
            const std::int64_t n = d.between(1, 3);
            return Sizes{n, n};
          },
          nullptr),
      einsum(
          "einsum_sum", "ijk->j", R"(eg::einsum("ijk->j", {%0}).clone())",
          R"(torch.einsum("ijk->j", %0).clone())", [](Draft& d) { return d.shape(3); }, nullptr),
      {.name = "cholesky",
       .text = "(%0.matmul(%0.mT()) + eg::eye(%0.size(-1)) * 0.5).cholesky()",
       .draw = [](Draft& d, Statement& s) { s.operands = {square(d)}; },
       .call =
           [](const Call& c) {
             const Tensor& a = c.x[0];
             return variable_list{(a.matmul(a.mT()) + eg::eye(a.size(-1)) * 0.5).cholesky()};
           },
       .reference =
           [](const Reference& c) {
             const Value& a = c.x[0];
             require(a.dtype == eg::kFloat64);
             return Values{for_each_matrix(a, a.sizes, [](const Sizes&, Matrix& m) {
               const std::size_t n = m.size();
               Matrix square(n, std::vector<N>(n));
               for (std::size_t i = 0; i < n; ++i)
                 for (std::size_t j = 0; j < n; ++j) {
                   square[i][j] = i == j ? 0.5 : 0.0;
                   for (std::size_t k = 0; k < n; ++k) square[i][j] += m[i][k] * m[j][k];
                 }
               return cholesky(square);
             })};
           },
       .python = "torch.linalg.cholesky(%0.matmul(%0.mT) + torch.eye(%0.size(-1)) * 0.5)",
       .weight = 0.4},
      contraction(
          "matmul", "%0.matmul(%1)", [](const Tensor& a, const Tensor& b) { return a.matmul(b); },
          0,
          [](Draft& d, const Value& a) {
            const std::int64_t n = a.size(-1);
            switch (d.between(0, 3)) {
              case 0:
                return Sizes{n};
              case 1:
                return Sizes{d.between(1, 2), n, d.between(1, 3)};
              default:
                return Sizes{n, d.between(0, 3)};
            }
          },
          matmul),
      contraction(
          "mm", "%0.mm(%1)", [](const Tensor& a, const Tensor& b) { return a.mm(b); }, 2,
          [](Draft& d, const Value& a) {
            return Sizes{a.size(1), d.between(1, 3)};
          },
          matmul),
      contraction(
          "mv", "%0.mv(%1)", [](const Tensor& a, const Tensor& b) { return a.mv(b); }, 2,
          [](Draft&, const Value& a) { return Sizes{a.size(1)}; }, matmul),
      contraction(
          "bmm", "%0.bmm(%1)", [](const Tensor& a, const Tensor& b) { return a.bmm(b); }, 3,
          [](Draft& d, const Value& a) {
            return Sizes{a.size(0), a.size(2), d.between(1, 2)};
          },
          matmul),
      contraction(
          "dot", "%0.dot(%1)", [](const Tensor& a, const Tensor& b) { return a.dot(b); }, 1,
          [](Draft&, const Value& a) { return a.sizes; }, matmul),
      contraction(
          "outer", "%0.outer(%1)", [](const Tensor& a, const Tensor& b) { return a.outer(b); }, 1,
          [](Draft& d, const Value&) { return Sizes{d.between(1, 3)}; },
          [](const Value& a, const Value& b) {
            return product(unsqueezed(a, false), unsqueezed(b, true));
          }),
      {.name = "addmm",
       .text = "%0.addmm(%1, %2)",
       .draw =
           [](Draft& d, Statement& s) {
             const int a = d.pick([](const Value& x) { return x.real() && x.dim() == 2; });
             const std::int64_t n = d.between(1, 3);
             s.operands = {a, d.shaped({d[a].size(0), n}, d[a].dtype)};
             s.operands.push_back(d.shaped({n, d[a].size(1)}, d[a].dtype));
           },
       .call = [](const Call& c) { return variable_list{c.x[0].addmm(c.x[1], c.x[2])}; },
       .reference =
           [](const Reference& c) {
             const Value ab = product(c.x[1], c.x[2]);
             require(ab.dtype == c.x[0].dtype);
             return Values{generate(ab.sizes, ab.dtype, [&](const Sizes& i) {
               return c.x[0].broadcast_at(i) + ab.at(i);
             })};
           },
       .in_place = [](const Call& c) { c.x[0].addmm_(c.x[1], c.x[2]); },
       .weight = 0.6},
      {.name = "trace",
       .text = "%0.trace()",
       .draw =
           [](Draft& d, Statement& s) {
             s.operands = {d.pick([](const Value& x) { return x.real() && x.dim() == 2; })};
           },
       .call = [](const Call& c) { return variable_list{c.x[0].trace()}; },
       .reference =
           [](const Reference& c) {
             N sum;
             for (std::int64_t i = 0; i < std::min(c.x[0].size(0), c.x[0].size(1)); ++i)
               sum += c.x[0].at({i, i});
             return Values{make({}, {sum}, c.x[0].dtype)};
           },
       .weight = 0.3},
      {.name = "kron",
       .text = "%0.kron(%1)",
       .draw =
           [](Draft& d, Statement& s) {
             const int a = d.pick([](const Value& x) { return x.real() && x.dim() == 2; });
             s.operands = {a, d.shaped(d.shape(2), d[a].dtype)};
           },
       .call = [](const Call& c) { return variable_list{c.x[0].kron(c.x[1])}; },
       .reference =
           [](const Reference& c) {
             const Value &a = c.x[0], &b = c.x[1];
             // PyTorch refuses what does not lie row-major.
             require(a.dtype == b.dtype && a.row_major() && b.row_major());
             require(a.known_layout && b.known_layout);
             return Values{generate({a.size(0) * b.size(0), a.size(1) * b.size(1)}, a.dtype,
                                    [&](const Sizes& i) {
                                      return a.at({i[0] / b.size(0), i[1] / b.size(1)}) *
                                             b.at({i[0] % b.size(0), i[1] % b.size(1)});
                                    })};
           },
       .weight = 0.3},
      {.name = "det",
       .text = "%0.det()",
       .draw = [](Draft& d, Statement& s) { s.operands = {square(d)}; },
       .call = [](const Call& c) { return variable_list{c.x[0].det()}; },
       .reference =
           [](const Reference& c) {
             const Value& a = c.x[0];
             return Values{for_each_matrix(a, batch(a), [](const Sizes&, Matrix& m) {
               return std::vector<N>{eliminate(m, m.size())};
             })};
           },
       .weight = 0.4},
      {.name = "inverse",
       .text = "%0.inverse()",
       .draw = [](Draft& d, Statement& s) { s.operands = {square(d)}; },
       .call = [](const Call& c) { return variable_list{c.x[0].inverse()}; },
       .reference =
           [](const Reference& c) {
             return Values{for_each_matrix(c.x[0], c.x[0].sizes, [](const Sizes&, Matrix& m) {
               const std::size_t n = m.size();
               for (std::size_t i = 0; i < n; ++i)
                 for (std::size_t j = 0; j < n; ++j) m[i].push_back(i == j ? 1.0 : 0.0);
               eliminate(m, n);
               std::vector<N> flat;
               for (const auto& row : m)
                 flat.insert(flat.end(), row.begin() + static_cast<std::ptrdiff_t>(n), row.end());
               return flat;
             })};
           },
       .weight = 0.4},
      {.name = "solve",
       .text = "eg::linalg_solve(%0, %1)",
       .draw =
           [](Draft& d, Statement& s) {
             const int a = square(d);
             Sizes sizes = d[a].sizes;
             sizes.back() = d.between(1, 2);
             s.operands = {a, d.shaped(sizes, d[a].dtype)};
           },
       .call = [](const Call& c) { return variable_list{eg::linalg_solve(c.x[0], c.x[1])}; },
       .reference =
           [](const Reference& c) {
             const Value& b = c.x[1];
             require(b.dim() == c.x[0].dim() && b.size(-2) == c.x[0].size(-1) &&
                     b.dtype == c.x[0].dtype);
             // A second operand of one dimension less would be a batch of vectors.
             return Values{for_each_matrix(c.x[0], b.sizes, [&](const Sizes& i, Matrix& m) {
               const std::size_t n = m.size();
               for (std::size_t r = 0; r < n; ++r)
                 for (std::int64_t k = 0; k < b.size(-1); ++k)
                   m[r].push_back(b.at(with(i, {static_cast<std::int64_t>(r), k})));
               eliminate(m, n);
               std::vector<N> flat;
               for (const auto& row : m)
                 flat.insert(flat.end(), row.begin() + static_cast<std::ptrdiff_t>(n), row.end());
               return flat;
             })};
           },
       .python = "torch.linalg.solve(%0, %1)",
       .weight = 0.4},
  };
}

}  // namespace random_programs
