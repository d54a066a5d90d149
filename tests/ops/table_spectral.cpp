#include "matrix_reference.hpp"

namespace table {
namespace {

using eg::Tensor;

/// The signs that make the first element of each column positive.
Tensor signs(const Tensor& columns) { return eg::sign(columns.detach().narrow(-2, 0, 1)); }

std::vector<Inputs> square_samples() {
  std::vector<Inputs> samples;
  for (const Sizes& s : {Sizes{3, 3}, Sizes{2, 4, 4}, Sizes{1, 1}, Sizes{2, 1, 2, 2}})
    samples.push_back({spread_matrices(s, 1, 0.4, 5)});
  return samples;
}
std::vector<Inputs> any_samples() {
  std::vector<Inputs> samples;
  for (const Sizes& s : {Sizes{4, 3}, Sizes{3, 3}, Sizes{2, 2, 4}, Sizes{1, 2}})
    samples.push_back({spread_matrices(s, 1, 0.3, 6)});
  return samples;
}
std::vector<Inputs> of_shapes(const std::vector<Sizes>& all) {
  std::vector<Inputs> samples;
  for (const Sizes& s : all) samples.push_back({spread_matrices(s, 1, 0.1, 7)});
  return samples;
}
/// Functions, not constants: rows are made before those of other files would be.
std::vector<Sizes> square_edges() { return {{0, 0}, {2, 0, 0}, {0, 3, 3}, {24, 24}}; }
std::vector<Sizes> edges() { return {{0, 3, 2}, {0, 0}, {2, 0, 3}, {3, 0}, {30, 21}}; }

Mat symmetrised(const Mat& x) { return x + transposed(x); }

Row matrix_row(const std::string& name, const std::string& function, Call call, Naive naive,
               std::vector<Inputs> samples, std::vector<Inputs> values_only,
               std::vector<Spelling> spellings = {}) {
  return {.name = name,
          .function = function,
          .call = std::move(call),
          .naive = std::move(naive),
          .samples = std::move(samples),
          .values_only = std::move(values_only),
          .spellings = std::move(spellings),
          .integers = false,
          .bools = false,
          .amplification = 30};
}

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
  const Naive pair = per_matrix([](const std::vector<Mat>& x) {
    auto [l, v] = jacobi_eigen(symmetrised(x[0]));
    fix_signs(v);
    return std::vector<Part>{as_vector(l), as_matrix(v)};
  });
  const Naive values = per_matrix([](const std::vector<Mat>& x) {
    return std::vector<Part>{as_vector(jacobi_eigen(symmetrised(x[0])).first)};
  });
  rows.push_back(
      matrix_row("linalg_eigh", "linalg_eigh",
                 of_symmetric([](const Tensor& a) { return eg::linalg_eigh(a); }), pair,
                 square_samples(), of_shapes(square_edges()),
                 {{"eigh", of_symmetric([](const Tensor& a) { return eg::linalg::eigh(a); })}}));
  rows.push_back(matrix_row("linalg_eigh_upper", "linalg_eigh",
                            of_symmetric([](const Tensor& a) { return eg::linalg_eigh(a, "U"); }),
                            pair, square_samples(), of_shapes(square_edges())));
  rows.push_back(
      matrix_row("linalg_eigvalsh", "linalg_eigvalsh",
                 values_of_symmetric([](const Tensor& a) { return eg::linalg_eigvalsh(a); }),
                 values, square_samples(), of_shapes(square_edges()),
                 {{"eigvalsh",
                   values_of_symmetric([](const Tensor& a) { return eg::linalg::eigvalsh(a); })}}));
  rows.push_back(matrix_row(
      "symeig", "symeig", of_symmetric([](const Tensor& a) { return eg::symeig(a, true); }), pair,
      square_samples(), of_shapes(square_edges()),
      {{"Tensor::symeig", of_symmetric([](const Tensor& a) { return a.symeig(true); })}}));
  rows.push_back(matrix_row("symeig_values", "symeig", values_of_symmetric([](const Tensor& a) {
                              return std::get<0>(eg::symeig(a, false, false));
                            }),
                            values, square_samples(), of_shapes(square_edges())));
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

ThinSvd signed_svd(const Mat& a) {
  ThinSvd y = jacobi_svd(a);
  fix_signs(y.u, &y.v);
  return y;
}

void add_singular(Rows& rows) {
  const Naive thin_factors = per_matrix([](const std::vector<Mat>& x) {
    const ThinSvd y = signed_svd(x[0]);
    return std::vector<Part>{as_matrix(y.u), as_vector(y.s), as_matrix(transposed(y.v))};
  });
  const Naive all = per_matrix([](const std::vector<Mat>& x) {
    const ThinSvd y = signed_svd(x[0]);
    return std::vector<Part>{as_matrix(y.u), as_vector(y.s), as_matrix(transposed(y.v)),
                             as_matrix(2 * identity(y.u.n) - y.u * transposed(y.u)),
                             as_matrix(2 * identity(y.v.n) - y.v * transposed(y.v))};
  });
  const Naive values = per_matrix(
      [](const std::vector<Mat>& x) { return std::vector<Part>{as_vector(jacobi_svd(x[0]).s)}; });
  rows.push_back(
      matrix_row("linalg_svd_thin", "linalg_svd",
                 thin([](const Tensor& a) { return eg::linalg_svd(a, false); }), thin_factors,
                 any_samples(), of_shapes(edges()),
                 {{"linalg_svd", thin([](const Tensor& a) { return eg::linalg::svd(a, false); })},
                  {"svd", thin([](const Tensor& a) { return eg::linalg::svd(a, false); })}}));
  rows.push_back(matrix_row("linalg_svd", "linalg_svd", full(), all, any_samples(),
                            of_shapes({{0, 3, 2}, {9, 5}, {5, 7}})));
  rows.back().other_nodes = {"MulBackward0", "LinalgSvdBackward0", "MulBackward0", "AddBackward0",
                             "AddBackward0"};
  rows.push_back(
      matrix_row("linalg_svdvals", "linalg_svdvals",
                 on1([](const Tensor& a) { return eg::linalg_svdvals(a); }), values, any_samples(),
                 of_shapes(edges()),
                 {{"svdvals", on1([](const Tensor& a) { return eg::linalg::svdvals(a); })}}));
  const auto with_v = [](auto f) {
    return thin([f](const Tensor& a) {
      const auto [u, s, v] = f(a);
      return std::tuple(u, s, v.mT());
    });
  };
  rows.push_back(matrix_row("svd", "svd", with_v([](const Tensor& a) { return eg::svd(a); }),
                            thin_factors, any_samples(), of_shapes(edges()),
                            {{"Tensor::svd", with_v([](const Tensor& a) { return a.svd(); })}}));
  rows.push_back(matrix_row("svd_values", "svd", on1([](const Tensor& a) {
                              return std::get<1>(eg::svd(a, true, false));
                            }),
                            values, any_samples(), of_shapes(edges())));
}

}  // namespace

Rows spectral_rows() {
  Rows rows;
  add_symmetric(rows);
  add_singular(rows);
  return rows;
}

}  // namespace table
