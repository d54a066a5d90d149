#include "eigengrad/ops/linalg/products.hpp"
#include "ops/table.hpp"

namespace table {
namespace {

using eg::Tensor;
using Shapes = std::vector<std::vector<Sizes>>;

/// Matrix product of the last two dimensions, leading ones broadcast; a vector counts as a row on the
/// left, as a column on the right, and that dimension is dropped again.
Outputs matrix_product(const Inputs& x) {
  Array a = x[0], b = x[1];
  const bool row = a.dim() == 1, column = b.dim() == 1;
  if (row) a.sizes.insert(a.sizes.begin(), 1);
  if (column) b.sizes.push_back(1);
  const Sizes lead = support::broadcast(Sizes(a.sizes.begin(), a.sizes.end() - 2),
                                        Sizes(b.sizes.begin(), b.sizes.end() - 2));
  Sizes sizes = lead;
  sizes.push_back(a.sizes[a.dim() - 2]);
  sizes.push_back(b.sizes.back());
  const auto element = [](const Array& m, const Sizes& out, std::size_t n, std::int64_t i,
                          std::int64_t j) {
    Sizes index(m.dim());
    for (std::size_t d = 0; d + 2 < m.dim(); ++d) {
      const std::size_t at = n - (m.dim() - 2) + d;
      index[d] = m.sizes[d] == 1 ? 0 : out[at];
    }
    index[m.dim() - 2] = i;
    index[m.dim() - 1] = j;
    return m.at(index);
  };
  Array y = support::generate(sizes, [&](const Sizes& out) {
    const std::size_t n = lead.size();
    long double sum = 0;
    for (std::int64_t k = 0; k < a.sizes.back(); ++k)
      sum += static_cast<long double>(element(a, out, n, out[n], k)) *
             static_cast<long double>(element(b, out, n, k, out[n + 1]));
    return static_cast<double>(sum);
  });
  if (column) y.sizes.pop_back();
  if (row) y.sizes.erase(y.sizes.begin() + static_cast<std::ptrdiff_t>(lead.size()));
  return {y};
}

Outputs all_pairs(const Inputs& x) {
  return {support::generate({x[0].sizes[0], x[1].sizes[0]},
                            [&](const Sizes& i) { return x[0].at({i[0]}) * x[1].at({i[1]}); })};
}

Row row(const std::string& name, Tensor (*f)(const Tensor&, const Tensor&), Naive naive,
        const Shapes& shapes, const Shapes& large, std::vector<Spelling> spellings = {}) {
  return {.name = name,
          .function = name,
          .call = on2(f),
          .naive = std::move(naive),
          .samples = samples_of(shapes),
          .values_only = samples_of(large, {0.5, 1.5}),
          .spellings = std::move(spellings),
          .bools = false};
}

}  // namespace

Rows product_rows() {
  const auto matmul = on2([](const Tensor& a, const Tensor& b) { return eg::matmul(a, b); });
  return {
      row("matmul", eg::matmul, matrix_product,
          {{{3, 4}, {4, 2}},
           {{4}, {4}},
           {{3, 4}, {4}},
           {{4}, {4, 2}},
           {{2, 3, 4}, {2, 4, 2}},
           {{2, 3, 4}, {4, 2}},
           {{3, 4}, {2, 4, 1}},
           {{2, 3, 4}, {4}},
           {{4}, {2, 4, 3}},
           {{2, 1, 2, 3}, {2, 3, 2}},
           {{1, 1}, {1, 1}},
           {{0, 3}, {3, 2}},
           {{2, 0}, {0, 3}},
           {{0}, {0}},
           {{0, 2, 3}, {3, 1}}},
          {{{65, 70}, {70, 67}}, {{3, 40, 33}, {33, 50}}, {{1000}, {1000}}},
          {{"Tensor::matmul", on2([](const Tensor& a, const Tensor& b) { return a.matmul(b); })}}),
      row("mm", eg::mm, matrix_product,
          {{{3, 4}, {4, 2}}, {{1, 1}, {1, 1}}, {{0, 3}, {3, 2}}, {{2, 0}, {0, 3}}},
          {{{65, 70}, {70, 67}}},
          {{"Tensor::mm", on2([](const Tensor& a, const Tensor& b) { return a.mm(b); })},
           {"matmul", matmul}}),
      row("mv", eg::mv, matrix_product,
          {{{3, 4}, {4}}, {{1, 1}, {1}}, {{0, 3}, {3}}, {{2, 0}, {0}}}, {{{165, 170}, {170}}},
          {{"Tensor::mv", on2([](const Tensor& a, const Tensor& b) { return a.mv(b); })},
           {"matmul", matmul}}),
      row("dot", eg::dot, matrix_product, {{{4}, {4}}, {{1}, {1}}, {{0}, {0}}},
          {{{40009}, {40009}}},
          {{"Tensor::dot", on2([](const Tensor& a, const Tensor& b) { return a.dot(b); })},
           {"matmul", matmul}}),
      row("outer", eg::outer, all_pairs, {{{4}, {3}}, {{1}, {1}}, {{0}, {3}}, {{2}, {0}}},
          {{{211}, {197}}},
          {{"Tensor::outer", on2([](const Tensor& a, const Tensor& b) { return a.outer(b); })}}),
      row("bmm", eg::bmm, matrix_product,
          {{{2, 3, 4}, {2, 4, 2}},
           {{1, 1, 1}, {1, 1, 1}},
           {{0, 2, 3}, {0, 3, 1}},
           {{2, 2, 0}, {2, 0, 3}}},
          {{{4, 33, 40}, {4, 40, 21}}},
          {{"matmul", matmul},
           {"Tensor::bmm", on2([](const Tensor& a, const Tensor& b) { return a.bmm(b); })}})};
}

}  // namespace table
