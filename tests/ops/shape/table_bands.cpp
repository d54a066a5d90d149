#include "eigengrad/ops/shape/bands.hpp"
#include "views.hpp"

namespace table {
namespace {

using eg::Tensor;

/// The elements of matrices where keep(row, column), zeros elsewhere.
template <class F>
Naive kept(F keep) {
  return [keep](const Inputs& x) {
    return Outputs{support::generate(x[0].sizes, [&](const Sizes& i) {
      return keep(i[i.size() - 2], i.back()) ? x[0].at(i) : 0.0;
    })};
  };
}

void add_triangles(Rows& rows) {
  const Shapes matrices{{{3, 4}}, {{4, 2}}, {{2, 3, 3}}, {{2, 2, 1, 3}}, {{0, 3}}, {{1, 1}}};
  struct Case {
    const char* name;
    std::int64_t diagonal;
  };
  for (const Case& c :
       {Case{"", 0}, {"_above", 1}, {"_below", -1}, {"_far", 9}, {"_farther", -9}}) {
    const std::int64_t k = c.diagonal;
    rows.push_back(with_member(std::string("tril") + c.name, "tril",
                               on1([k](const Tensor& x) { return eg::tril(x, k); }),
                               kept([k](std::int64_t i, std::int64_t j) { return j - i <= k; }),
                               matrices, on1([k](const Tensor& x) { return x.tril(k); })));
    rows.back().elementwise = true;
    rows.push_back(with_member(std::string("triu") + c.name, "triu",
                               on1([k](const Tensor& x) { return eg::triu(x, k); }),
                               kept([k](std::int64_t i, std::int64_t j) { return j - i >= k; }),
                               matrices, on1([k](const Tensor& x) { return x.triu(k); })));
    rows.back().elementwise = true;
  }
}

/// A row without inputs.
Row listing(std::string name, std::string function, std::function<Tensor()> call,
            std::function<bool(std::int64_t, std::int64_t)> keep, Sizes sizes) {
  Row r{.name = std::move(name),
        .function = std::move(function),
        .call = [call](const variable_list&) { return variable_list{call()}; },
        .naive =
            [=](const Inputs&) {
              std::vector<double> rows, columns;
              support::for_each_index(sizes, [&](const Sizes& i) {
                if (!keep(i[0], i[1])) return;
                rows.push_back(static_cast<double>(i[0]));
                columns.push_back(static_cast<double>(i[1]));
              });
              const auto n = static_cast<std::int64_t>(rows.size());
              rows.insert(rows.end(), columns.begin(), columns.end());
              return Outputs{Array({2, n}, rows, eg::kInt64)};
            },
        .samples = {{}}};
  r.differentiable = false;
  return r;
}

void add_indices(Rows& rows) {
  rows.push_back(listing(
      "tril_indices", "tril_indices", [] { return eg::tril_indices(3, 4); },
      [](std::int64_t i, std::int64_t j) { return j <= i; }, {3, 4}));
  rows.push_back(listing(
      "tril_indices_offset", "tril_indices", [] { return eg::tril_indices(4, 3, -1); },
      [](std::int64_t i, std::int64_t j) { return j - i <= -1; }, {4, 3}));
  rows.push_back(listing(
      "triu_indices", "triu_indices", [] { return eg::triu_indices(3, 4); },
      [](std::int64_t i, std::int64_t j) { return j >= i; }, {3, 4}));
  rows.push_back(listing(
      "triu_indices_offset", "triu_indices", [] { return eg::triu_indices(4, 3, 1, eg::kInt64); },
      [](std::int64_t i, std::int64_t j) { return j - i >= 1; }, {4, 3}));
  rows.push_back(listing(
      "triu_indices_of_nothing", "triu_indices", [] { return eg::triu_indices(0, 3, -2); },
      [](std::int64_t, std::int64_t) { return true; }, {0, 3}));
}

/// Zeros with the elements of x, whose last dimension lies on a diagonal, where diagonal_of() finds
/// them.
Naive embedded(std::int64_t offset, std::int64_t dim1, std::int64_t dim2) {
  return [=](const Inputs& x) {
    const std::size_t n = x[0].dim() + 1;
    const std::size_t a = wrap(dim1, n), b = wrap(dim2, n);
    const std::int64_t extent = x[0].sizes.back() + std::abs(offset);
    Sizes sizes(x[0].sizes.begin(), x[0].sizes.end() - 1);
    sizes.insert(sizes.begin() + static_cast<std::ptrdiff_t>(std::min(a, b)), extent);
    sizes.insert(sizes.begin() + static_cast<std::ptrdiff_t>(std::max(a, b)), extent);
    Array y(sizes);
    const View v = diagonal_of(sizes, offset, a, b);
    support::for_each_index(v.sizes, [&](const Sizes& i) { y.at(v.source(i)) = x[0].at(i); });
    return Outputs{y};
  };
}

void add_diagonals(Rows& rows) {
  const Shapes vectors{{{3}}, {{1}}, {{0}}};
  rows.push_back(with_member("diag", "diag", on1([](const Tensor& x) { return eg::diag(x); }),
                             embedded(0, 0, 1), vectors,
                             on1([](const Tensor& x) { return x.diag(); })));
  rows.push_back(
      with_member("diag_below", "diag", on1([](const Tensor& x) { return eg::diag(x, -2); }),
                  embedded(-2, 0, 1), vectors, on1([](const Tensor& x) { return x.diag(-2); })));
  rows.push_back(with_member(
      "diag_of_matrix", "diag", on1([](const Tensor& x) { return eg::diag(x, 1); }),
      viewing([](const Sizes& s) { return diagonal_of(s, 1, 0, 1); }),
      {{{3, 4}}, {{4, 2}}, {{1, 1}}, {{0, 3}}}, on1([](const Tensor& x) { return x.diag(1); })));
  const Shapes any{{{3}}, {{2, 3}}, {{2, 1, 2}}, {{2, 0}}};
  rows.push_back(with_member(
      "diag_embed", "diag_embed", on1([](const Tensor& x) { return eg::diag_embed(x); }),
      embedded(0, -2, -1), any, on1([](const Tensor& x) { return x.diag_embed(); })));
  rows.push_back(with_member("diag_embed_elsewhere", "diag_embed",
                             on1([](const Tensor& x) { return eg::diag_embed(x, 1, -1, 0); }),
                             embedded(1, -1, 0), any,
                             on1([](const Tensor& x) { return x.diag_embed(1, x.dim(), 0); })));
  rows.push_back(with_member(
      "diagflat", "diagflat", on1([](const Tensor& x) { return eg::diagflat(x, 1); }),
      [](const Inputs& x) {
        return embedded(1, 0, 1)({Array({support::count(x[0].sizes)}, x[0].values)});
      },
      {{{2, 2}}, {{3}}, {{}}, {{0}}}, on1([](const Tensor& x) { return x.diagflat(1); })));
}

}  // namespace

Rows band_rows() {
  Rows rows;
  add_triangles(rows);
  add_indices(rows);
  add_diagonals(rows);
  return rows;
}

}  // namespace table
