#include <limits>

#include "eigengrad/ops/linalg/names.hpp"
#include "eigengrad/ops/linalg/norms.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/pseudoinverse.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "matrices.hpp"

namespace table {
namespace {

using eg::Tensor;

constexpr double kInf = std::numeric_limits<double>::infinity();

std::vector<Inputs> samples(const std::vector<Sizes>& shapes) {
  return spread_samples(shapes, 1, 0.3, 6);
}
/// Functions, not constants: rows are made before those of other files would be.
std::vector<Sizes> shapes() { return {{4, 3}, {3, 3}, {2, 2, 4}, {1, 1}}; }
std::vector<Sizes> square() { return {{3, 3}, {2, 4, 4}, {1, 1}}; }

Row norm_row(const std::string& name, const std::string& function, Call call, Naive naive,
             const std::vector<Sizes>& sizes, std::vector<Spelling> spellings = {}) {
  return decomposition_row(name, function, std::move(call), std::move(naive), samples(sizes),
                           samples({{0, 3, 2}, {21, 12}}), std::move(spellings));
}

/// The sums of absolute values along the columns (of the transpose, the rows).
std::vector<long double> sums(const Matrix& a) {
  std::vector<long double> y(a.cols, 0);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) y[j] += std::abs(a(i, j));
  return y;
}

long double norm_of(const Matrix& a, double order) {
  if (order == 2 || order == -2) {
    const auto s = jacobi_svd(a).s;
    return order > 0 ? s.front() : s.back();
  }
  const auto s = sums(std::abs(order) == 1 ? a : transposed(a));
  return order > 0 ? *std::max_element(s.begin(), s.end()) : *std::min_element(s.begin(), s.end());
}
long double norm_of(const Matrix& a, const std::string& order) {
  long double sum = 0;
  if (order == "nuc") {
    for (const long double s : jacobi_svd(a).s) sum += s;
    return sum;
  }
  for (const long double v : a.values) sum += v * v;
  return std::sqrt(sum);
}

template <class Order>
Naive norms(Order order) {
  return per_matrix([order](const std::vector<Matrix>& x) {
    return std::vector<Part>{as_number(norm_of(x[0], order))};
  });
}

template <class Order>
void add_order(Rows& rows, const std::string& end, Order order) {
  const Naive naive = norms(order);
  rows.push_back(norm_row(
      "linalg_matrix_norm" + end, "linalg_matrix_norm",
      on1([order](const Tensor& a) { return eg::linalg_matrix_norm(a, order); }), naive, shapes(),
      {{"matrix_norm", on1([order](const Tensor& a) { return eg::linalg::matrix_norm(a, order); })},
       {"linalg_norm", on1([order](const Tensor& a) {
          return eg::linalg_norm(a, order, {-2, -1});
        })},
       {"norm", on1([order](const Tensor& a) {
          return eg::linalg::norm(a, order, {-2, -1});
        })}}));
}

/// Over dimensions 2 and 0 of three, with extents of 1 in their place.
Naive across(Naive of_matrices) {
  return [of_matrices](const Inputs& x) {
    const Sizes s = x[0].sizes;
    const Array moved = support::generate({s[1], s[2], s[0]}, [&](const Sizes& i) {
      return x[0].at({i[2], i[0], i[1]});
    });
    Outputs y = of_matrices({moved});
    y[0].sizes = {1, s[1], 1};
    return y;
  };
}

template <class Order>
void add_dims(Rows& rows, const std::string& end, Order order) {
  rows.push_back(norm_row("linalg_matrix_norm_dims" + end, "linalg_matrix_norm",
                          on1([order](const Tensor& a) {
                            return eg::linalg_matrix_norm(a, order, {2, 0}, true);
                          }),
                          across(norms(order)), {{3, 2, 4}}));
  rows.back().values_only.clear();
}

void add_other_norms(Rows& rows) {
  rows.push_back(norm_row(
      "linalg_norm", "linalg_norm", on1([](const Tensor& x) { return eg::linalg_norm(x); }),
      [](const Inputs& x) {
        long double sum = 0;
        for (const double v : x[0].values) sum += static_cast<long double>(v) * v;
        return Outputs{Array(Sizes{}, static_cast<double>(std::sqrt(sum)))};
      },
      shapes()));
  rows.push_back(norm_row("linalg_norm_of_matrix", "linalg_norm",
                          on1([](const Tensor& x) { return eg::linalg_norm(x, 1); }), norms(1.0),
                          {{3, 4}}));
  rows.back().values_only.clear();
  rows.push_back(norm_row("nuclear_norm", "nuclear_norm",
                          on1([](const Tensor& x) { return eg::nuclear_norm(x); }), norms("nuc"),
                          {{3, 4}}));
  rows.back().values_only.clear();
  rows.push_back(norm_row("nuclear_norm_of_dims", "nuclear_norm", on1([](const Tensor& x) {
                            return eg::nuclear_norm(x, {2, 0}, true);
                          }),
                          across(norms("nuc")), {{3, 2, 4}}));
  rows.back().values_only.clear();
  rows.push_back(norm_row("frobenius_norm", "frobenius_norm",
                          on1([](const Tensor& x) { return eg::frobenius_norm(x); }), norms("fro"),
                          {{3, 4}}));
  rows.back().values_only.clear();
  rows.push_back(norm_row("frobenius_norm_of_dims", "frobenius_norm", on1([](const Tensor& x) {
                            return eg::frobenius_norm(x, {2, 0}, true);
                          }),
                          across(norms("fro")), {{3, 2, 4}}));
  rows.back().values_only.clear();
  rows.back().other_nodes = {"NormBackward1"};
}

template <class Order>
void add_condition(Rows& rows, const std::string& end, Order order, const std::string& node) {
  rows.push_back(norm_row(
      "linalg_cond" + end, "linalg_cond",
      on1([order](const Tensor& a) { return eg::linalg_cond(a, order); }),
      per_matrix([order](const std::vector<Matrix>& x) {
        return std::vector<Part>{
            as_number(norm_of(x[0], order) * norm_of(pseudoinverse(x[0]), order))};
      }),
      square(), {{"cond", on1([order](const Tensor& a) { return eg::linalg::cond(a, order); })}}));
  rows.back().values_only.clear();
  rows.back().other_nodes = {node};
}

/// The rank of matrices of which the last column is as large as `last`.
void add_rank(Rows& rows) {
  const auto count = [](double above) {
    return per_matrix([above](const std::vector<Matrix>& x) {
      long double n = 0;
      const auto s = jacobi_svd(x[0]).s;
      for (const long double v : s) n += v > above * (above < 0.5 ? s[0] : 1) ? 1 : 0;
      return std::vector<Part>{as_number(n)};
    });
  };
  const auto add = [&](const std::string& end, Call call, double above,
                       std::vector<Spelling> spellings = {}) {
    rows.push_back(norm_row("linalg_matrix_rank" + end, "linalg_matrix_rank", std::move(call),
                            count(above), shapes(), std::move(spellings)));
    rows.back().differentiable = false;
  };
  add("", on1([](const Tensor& a) { return eg::linalg_matrix_rank(a); }), 1e-13,
      {{"matrix_rank", on1([](const Tensor& a) { return eg::linalg::matrix_rank(a); })}});
  add("_above", on1([](const Tensor& a) { return eg::linalg_matrix_rank(a, 1.5); }), 1.5,
      {{"matrix_rank number", on1([](const Tensor& a) { return eg::linalg::matrix_rank(a, 1.5); })},
       {"matrix_rank tensor",
        on1([](const Tensor& a) { return eg::linalg::matrix_rank(a, eg::tensor(1.5)); })},
       {"matrix_rank atol",
        on1([](const Tensor& a) { return eg::linalg::matrix_rank(a, 1.5, eg::nullopt); })},
       {"matrix_rank tensors", on1([](const Tensor& a) {
          return eg::linalg::matrix_rank(a, eg::tensor(1.5), eg::OptionalTensor());
        })}});
  add("_relative", on1([](const Tensor& a) { return eg::linalg_matrix_rank(a, eg::nullopt, 0.4); }),
      0.4);
}

void add_pseudoinverse(Rows& rows) {
  const Naive naive = per_matrix([](const std::vector<Matrix>& x) {
    return std::vector<Part>{as_matrix(pseudoinverse(x[0]))};
  });
  rows.push_back(norm_row(
      "linalg_pinv", "linalg_pinv", on1([](const Tensor& a) { return eg::linalg_pinv(a); }), naive,
      shapes(),
      {{"pinv", on1([](const Tensor& a) { return eg::linalg::pinv(a); })},
       {"pinv rcond", on1([](const Tensor& a) { return eg::linalg::pinv(a, 1e-12); })},
       {"pinv tensor", on1([](const Tensor& a) { return eg::linalg::pinv(a, eg::tensor(1e-12)); })},
       {"pinv cutoffs",
        on1([](const Tensor& a) { return eg::linalg::pinv(a, 1e-12, eg::nullopt); })},
       {"pinverse", on1([](const Tensor& a) { return eg::pinverse(a); })},
       {"Tensor::pinverse", on1([](const Tensor& a) { return a.pinverse(); })}}));
  rows.push_back(
      norm_row("linalg_pinv_hermitian", "linalg_pinv", on1([](const Tensor& a) {
                 return eg::linalg_pinv(a + a.mT(), eg::optional<double>(), eg::nullopt, true);
               }),
               per_matrix([](const std::vector<Matrix>& x) {
                 return std::vector<Part>{as_matrix(pseudoinverse(x[0] + transposed(x[0])))};
               }),
               square()));
  rows.back().values_only = samples({{0, 3, 3}, {12, 12}});
  // x x^T with x of 2 columns has rank 2 for every x.
  rows.push_back(norm_row("linalg_pinv_deficient", "linalg_pinv", on1([](const Tensor& a) {
                            return eg::linalg_pinv(eg::matmul(a, a.mT()), 1e-8);
                          }),
                          per_matrix([](const std::vector<Matrix>& x) {
                            const Matrix p = pseudoinverse(x[0]);
                            return std::vector<Part>{as_matrix(transposed(p) * p)};
                          }),
                          {{4, 2}, {2, 3, 2}}));
  rows.back().values_only.clear();
}

}  // namespace

Rows matrix_norm_rows() {
  Rows rows;
  add_order(rows, "", std::string("fro"));
  add_order(rows, "_nuc", std::string("nuc"));
  const std::pair<const char*, double> orders[] = {{"_1", 1},      {"_minus_1", -1},
                                                   {"_2", 2},      {"_minus_2", -2},
                                                   {"_inf", kInf}, {"_minus_inf", -kInf}};
  for (const auto& [end, order] : orders) {
    add_order(rows, end, order);
    add_dims(rows, end, order);
    add_condition(rows, end, order, std::abs(order) == 2 ? "DivBackward0" : "WhereBackward0");
  }
  for (Row& r : rows)  // nothing to be the largest of
    if (r.name.find("nuc") == std::string::npos && r.name != "linalg_matrix_norm")
      std::erase_if(r.values_only, [](const Inputs& x) { return x[0].values.empty(); });
  add_dims(rows, "", std::string("fro"));
  add_dims(rows, "_nuc", std::string("nuc"));
  add_condition(rows, "_fro", std::string("fro"), "WhereBackward0");
  add_condition(rows, "_nuc", std::string("nuc"), "WhereBackward0");
  add_other_norms(rows);
  add_rank(rows);
  add_pseudoinverse(rows);
  return rows;
}

}  // namespace table
