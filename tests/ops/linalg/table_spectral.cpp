#include "eigengrad/ops/linalg/eig.hpp"
#include "eigengrad/ops/linalg/eigh.hpp"
#include "eigengrad/ops/linalg/lowrank.hpp"
#include "eigengrad/ops/linalg/names.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/svd.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/rounding.hpp"
#include "matrices.hpp"

namespace table {
namespace {

using eg::Tensor;

/// The signs that make the first element of each column positive.
Tensor signs(const Tensor& columns) { return eg::sign(columns.detach().narrow(-2, 0, 1)); }

std::vector<Inputs> square_samples() {
  return spread_samples({{3, 3}, {2, 4, 4}, {1, 1}, {2, 1, 2, 2}}, 1, 0.4, 5);
}
std::vector<Inputs> any_samples() {
  return spread_samples({{4, 3}, {3, 3}, {2, 2, 4}, {1, 2}}, 1, 0.3, 6);
}
std::vector<Inputs> of_shapes(const std::vector<Sizes>& shapes) {
  return spread_samples(shapes, 1, 0.1, 7);
}
/// Functions, not constants: rows are made before those of other files would be.
std::vector<Sizes> square_edges() { return {{0, 0}, {2, 0, 0}, {0, 3, 3}, {24, 24}}; }
std::vector<Sizes> edges() { return {{0, 3, 2}, {0, 0}, {2, 0, 3}, {3, 0}, {30, 21}}; }

Matrix symmetrised(const Matrix& x) { return x + transposed(x); }

// ---- Symmetric matrices.

/// Of x + x^T: the values, and the vectors with their signs fixed.
template <class F>
Call of_symmetric(F f) {
  return [f](const variable_list& x) {
    const auto [l, v] = f(x[0] + x[0].mT());
    if (v.size(-1) == 0) return variable_list{l, v};
    return variable_list{l, v * signs(v)};
  };
}

template <class F>
Call values_of_symmetric(F f) {
  return on1([f](const Tensor& x) { return f(x + x.mT()); });
}

void add_symmetric(Rows& rows) {
  const Naive pair = per_matrix([](const std::vector<Matrix>& x) {
    auto [l, v] = jacobi_eigen(symmetrised(x[0]));
    fix_signs(v);
    return std::vector<Part>{as_vector(l), as_matrix(v)};
  });
  const Naive values = per_matrix([](const std::vector<Matrix>& x) {
    return std::vector<Part>{as_vector(jacobi_eigen(symmetrised(x[0])).first)};
  });
  rows.push_back(decomposition_row(
      "linalg_eigh", "linalg_eigh",
      of_symmetric([](const Tensor& a) { return eg::linalg_eigh(a); }), pair, square_samples(),
      of_shapes(square_edges()),
      {{"eigh", of_symmetric([](const Tensor& a) { return eg::linalg::eigh(a); })}}));
  rows.push_back(
      decomposition_row("linalg_eigh_upper", "linalg_eigh",
                        of_symmetric([](const Tensor& a) { return eg::linalg_eigh(a, "U"); }), pair,
                        square_samples(), of_shapes(square_edges())));
  rows.push_back(decomposition_row(
      "linalg_eigvalsh", "linalg_eigvalsh",
      values_of_symmetric([](const Tensor& a) { return eg::linalg_eigvalsh(a); }), values,
      square_samples(), of_shapes(square_edges()),
      {{"eigvalsh",
        values_of_symmetric([](const Tensor& a) { return eg::linalg::eigvalsh(a); })}}));
  rows.push_back(decomposition_row(
      "symeig", "symeig", of_symmetric([](const Tensor& a) { return eg::symeig(a, true); }), pair,
      square_samples(), of_shapes(square_edges()),
      {{"Tensor::symeig", of_symmetric([](const Tensor& a) { return a.symeig(true); })}}));
  rows.push_back(decomposition_row(
      "symeig_values", "symeig",
      values_of_symmetric([](const Tensor& a) { return std::get<0>(eg::symeig(a, false, false)); }),
      values, square_samples(), of_shapes(square_edges())));
}

// ---- Real spectra.

/// Ascending eigenvalues by QR iterations without shifts, vectors from the kernel of a - l: for
/// eigenvalues that are well apart.
std::pair<std::vector<long double>, Matrix> real_eigen(const Matrix& a) {
  Matrix t = a;
  for (int k = 0; k < 600; ++k) {
    Matrix q = t;  // by Gram and Schmidt, twice over
    for (std::int64_t j = 0; j < q.cols; ++j) {
      for (std::int64_t c = 0; c < 2 * j; ++c) {
        long double dot = 0;
        for (std::int64_t i = 0; i < q.rows; ++i) dot += q(i, c % j) * q(i, j);
        for (std::int64_t i = 0; i < q.rows; ++i) q(i, j) -= dot * q(i, c % j);
      }
      long double norm = 0;
      for (std::int64_t i = 0; i < q.rows; ++i) norm += q(i, j) * q(i, j);
      for (std::int64_t i = 0; i < q.rows; ++i) q(i, j) /= std::sqrt(norm);
    }
    t = transposed(q) * t * q;
  }
  std::vector<long double> l;
  for (std::int64_t i = 0; i < a.rows; ++i) l.push_back(t(i, i));
  std::sort(l.begin(), l.end());
  Matrix v(a.rows, a.rows);
  for (std::int64_t j = 0; j < a.rows; ++j) {
    const Matrix kernel = jacobi_svd(a - l[j] * identity(a.rows)).v;
    for (std::int64_t i = 0; i < a.rows; ++i) v(i, j) = kernel(i, a.rows - 1);
  }
  return {l, v};
}

/// In ascending order, with the signs of the vectors fixed.
template <class F>
Call sorted_eigen(F f) {
  return [f](const variable_list& x) {
    const auto [l, v] = f(x[0]);
    const auto [ascending, order] = l.sort();
    if (v.size(-1) == 0) return variable_list{ascending, v};
    const Tensor w = v.gather(-1, order.unsqueeze(-2).expand(v.sizes()));
    return variable_list{ascending, w * signs(w)};
  };
}

void add_real(Rows& rows) {
  const Naive pair = per_matrix([](const std::vector<Matrix>& x) {
    auto [l, v] = real_eigen(x[0]);
    fix_signs(v);
    return std::vector<Part>{as_vector(l), as_matrix(v)};
  });
  const Naive values = per_matrix([](const std::vector<Matrix>& x) {
    return std::vector<Part>{as_vector(real_eigen(x[0]).first)};
  });
  const auto ascending = [](auto f) {
    return on1([f](const Tensor& a) { return std::get<0>(f(a).sort()); });
  };
  const std::vector<Inputs> samples = spread_samples({{3, 3}, {2, 4, 4}, {1, 1}}, 1, 0.25, 5);
  const std::vector<Inputs> empty = of_shapes({{0, 0}, {2, 0, 0}});
  rows.push_back(decomposition_row(
      "linalg_eig", "linalg_eig", sorted_eigen([](const Tensor& a) { return eg::linalg_eig(a); }),
      pair, samples, empty,
      {{"eig", sorted_eigen([](const Tensor& a) { return eg::linalg::eig(a); })}}));
  rows.back().other_nodes = {"SortBackward0", "MulBackward0"};
  // Expanded layouts repeat a row: their eigenvalue 0 is one several times.
  rows.push_back(decomposition_row(
      "linalg_eigvals", "linalg_eigvals",
      ascending([](const Tensor& a) { return eg::linalg_eigvals(a); }), values, samples, empty,
      {{"eigvals", ascending([](const Tensor& a) { return eg::linalg::eigvals(a); })}}));
  rows.back().other_nodes = {"SortBackward0"};
}

// ---- Singular values.

/// U and V with the signs fixed, of a function that gives vectors in the rows of the third result.
template <class F>
Call thin(F f) {
  return [f](const variable_list& x) {
    const auto [u, s, vh] = f(x[0]);
    if (x[0].numel() == 0) return variable_list{u, s, vh};
    const Tensor by = signs(u);
    return variable_list{u * by, s, by.mT() * vh};
  };
}

/// The same of all columns; those that complete a basis as I and the projection onto what they span.
Call full() {
  return [](const variable_list& x) {
    const auto [u, s, vh] = eg::linalg_svd(x[0]);
    const std::int64_t k = s.size(-1);
    const Tensor by = signs(u.narrow(-1, 0, k));
    const Tensor u2 = u.narrow(-1, k, u.size(-1) - k);
    const Tensor v2 = vh.narrow(-2, k, vh.size(-1) - k);
    return variable_list{u.narrow(-1, 0, k) * by, s, by.mT() * vh.narrow(-2, 0, k),
                         eg::matmul(u2, u2.mT()) + eg::eye(u.size(-1), u.options()),
                         eg::matmul(v2.mT(), v2) + eg::eye(vh.size(-1), vh.options())};
  };
}

ThinSvd signed_svd(const Matrix& a) {
  ThinSvd y = jacobi_svd(a);
  fix_signs(y.u, &y.v);
  return y;
}

void add_singular(Rows& rows) {
  const Naive thin_factors = per_matrix([](const std::vector<Matrix>& x) {
    const ThinSvd y = signed_svd(x[0]);
    return std::vector<Part>{as_matrix(y.u), as_vector(y.s), as_matrix(transposed(y.v))};
  });
  const Naive all = per_matrix([](const std::vector<Matrix>& x) {
    const ThinSvd y = signed_svd(x[0]);
    return std::vector<Part>{as_matrix(y.u), as_vector(y.s), as_matrix(transposed(y.v)),
                             as_matrix(2 * identity(y.u.rows) - y.u * transposed(y.u)),
                             as_matrix(2 * identity(y.v.rows) - y.v * transposed(y.v))};
  });
  const Naive values = per_matrix([](const std::vector<Matrix>& x) {
    return std::vector<Part>{as_vector(jacobi_svd(x[0]).s)};
  });
  rows.push_back(decomposition_row(
      "linalg_svd_thin", "linalg_svd",
      thin([](const Tensor& a) { return eg::linalg_svd(a, false); }), thin_factors, any_samples(),
      of_shapes(edges()),
      {{"linalg_svd", thin([](const Tensor& a) { return eg::linalg::svd(a, false); })},
       {"svd", thin([](const Tensor& a) { return eg::linalg::svd(a, false); })}}));
  rows.push_back(decomposition_row("linalg_svd", "linalg_svd", full(), all, any_samples(),
                                   of_shapes({{0, 3, 2}, {9, 5}, {5, 7}})));
  rows.back().other_nodes = {"MulBackward0", "LinalgSvdBackward0", "MulBackward0", "AddBackward0",
                             "AddBackward0"};
  rows.push_back(decomposition_row(
      "linalg_svdvals", "linalg_svdvals",
      on1([](const Tensor& a) { return eg::linalg_svdvals(a); }), values, any_samples(),
      of_shapes(edges()),
      {{"svdvals", on1([](const Tensor& a) { return eg::linalg::svdvals(a); })}}));
  const auto with_v = [](auto f) {
    return thin([f](const Tensor& a) {
      const auto [u, s, v] = f(a);
      return std::tuple(u, s, v.mT());
    });
  };
  rows.push_back(decomposition_row(
      "svd", "svd", with_v([](const Tensor& a) { return eg::svd(a); }), thin_factors, any_samples(),
      of_shapes(edges()), {{"Tensor::svd", with_v([](const Tensor& a) { return a.svd(); })}}));
  rows.push_back(decomposition_row("svd_values", "svd", on1([](const Tensor& a) {
                                     return std::get<1>(eg::svd(a, true, false));
                                   }),
                                   values, any_samples(), of_shapes(edges())));
}

// ---- Random subspaces: right to rounding where they are as large as the rank.

Matrix centred(Matrix a) {
  for (std::int64_t j = 0; j < a.cols; ++j) {
    long double mean = 0;
    for (std::int64_t i = 0; i < a.rows; ++i) mean += a(i, j) / static_cast<long double>(a.rows);
    for (std::int64_t i = 0; i < a.rows; ++i) a(i, j) -= mean;
  }
  return a;
}

void add_low_rank(Rows& rows) {
  const auto transposed_v = [](const std::tuple<Tensor, Tensor, Tensor>& y) {
    return std::tuple(std::get<0>(y), std::get<1>(y), std::get<2>(y).mT());
  };
  const auto parts = [](const ThinSvd& y, std::int64_t q) {
    std::vector<long double> s(y.s.begin(), y.s.begin() + static_cast<std::ptrdiff_t>(q));
    return std::vector<Part>{as_matrix(columns(y.u, 0, q)), as_vector(s),
                             as_matrix(transposed(columns(y.v, 0, q)))};
  };
  rows.push_back(
      decomposition_row("svd_lowrank", "svd_lowrank", thin([transposed_v](const Tensor& a) {
                          return transposed_v(eg::svd_lowrank(a, std::min(a.size(-1), a.size(-2))));
                        }),
                        per_matrix([parts](const std::vector<Matrix>& x) {
                          const ThinSvd y = signed_svd(x[0]);
                          return parts(y, y.s.size());
                        }),
                        any_samples(), {}));
  rows.push_back(decomposition_row("svd_lowrank_less", "svd_lowrank",
                                   thin([transposed_v](const Tensor& a) {
                                     const Tensor mean = a.mean(-2, true);
                                     return transposed_v(eg::svd_lowrank(a, 2, 3, mean));
                                   }),
                                   per_matrix([parts](const std::vector<Matrix>& x) {
                                     return parts(signed_svd(centred(x[0])), 2);
                                   }),
                                   of_shapes({{3, 3}, {2, 3, 4}}), {}));
  rows.push_back(decomposition_row("pca_lowrank", "pca_lowrank",
                                   thin([transposed_v](const Tensor& a) {
                                     return transposed_v(eg::pca_lowrank(a, a.size(-2) - 1));
                                   }),
                                   per_matrix([parts](const std::vector<Matrix>& x) {
                                     return parts(signed_svd(centred(x[0])), x[0].rows - 1);
                                   }),
                                   of_shapes({{4, 3}, {2, 3, 4}}), {}));
  for (std::size_t k = rows.size() - 3; k < rows.size(); ++k) {
    rows[k].without_oracle = "random";
    rows[k].any_layout = false;  // expanded layouts have a rank of 1
    rows[k].amplification = 1000;
  }
}

}  // namespace

Rows spectral_rows() {
  Rows rows;
  add_symmetric(rows);
  add_real(rows);
  add_singular(rows);
  add_low_rank(rows);
  return rows;
}

}  // namespace table
