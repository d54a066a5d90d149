#include "kernels/null_space.hpp"

#include <Eigen/SVD>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"

namespace eigengrad::kernels {

NullSpace null_space(const Tensor& a) {
  constexpr double kSmall = 1e-4;
  const std::int64_t n = a.sizes().back();
  const auto new_matrix = [&](ScalarType dtype, std::int64_t rows, std::int64_t cols) {
    return Tensor::adopt(detail::TensorImpl::create(dtype, {rows, cols}));
  };
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Map = Eigen::Map<Rows>;
  const Tensor values = new_matrix(kFloat64, n, n);
  copy(values, a);
  const Map matrix(values.impl()->data<double>(), n, n);
  if (!matrix.allFinite()) return {new_matrix(a.dtype(), n, 0), new_matrix(a.dtype(), n, 0), 1};
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(matrix, Eigen::ComputeFullU | Eigen::ComputeFullV);
  const double largest = n > 0 ? svd.singularValues()[0] : 0;
  std::int64_t r = 0;
  while (r < n && !(svd.singularValues()[n - 1 - r] > kSmall * largest)) ++r;
  const auto last_columns = [&](const Eigen::MatrixXd& m) {
    const Tensor columns = new_matrix(kFloat64, n, r);
    Map(columns.impl()->data<double>(), n, r) = m.rightCols(r);
    const Tensor typed = new_matrix(a.dtype(), n, r);
    copy(typed, columns);
    return typed;
  };
  return {last_columns(svd.matrixU()), last_columns(svd.matrixV()), largest > 0 ? largest : 1};
}

}  // namespace eigengrad::kernels
