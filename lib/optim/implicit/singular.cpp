#include "optim/implicit/singular.hpp"

#include <cmath>

#include "core/epsilon.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/ops/linalg/lu.hpp"
#include "optim/least_squares/linear_model.hpp"
#include "optim/report.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim::implicit {

namespace {

using Eigen::Index;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::string name_dependent(const RowMajor& m) {
  const fit::LinearModel model(m, Eigen::VectorXd::Zero(m.rows()));
  std::string text = text_of("it has rank ", model.rank(), " of ", m.cols(), ", and the column of");
  constexpr Index kMostNamed = 8;
  // Pivoting leaves the columns that depend on others for the end.
  const Index first = std::min(model.rank(), m.cols() - 1);
  for (Index k = first; k < m.cols() && k < first + kMostNamed; ++k)
    text += text_of(" y[", model.permutation().indices()[k], ']');
  return text + " depends on the others";
}

}  // namespace

std::string find_singularity(const Tensor& jacobian) {
  const NoGradGuard plain;
  const Index n = jacobian.size(0);
  RowMajor m(n, n);
  copy_to(jacobian, m.data());
  if (!m.allFinite()) return "it has an element that is not finite";
  for (Index k = 0; k < n; ++k) {
    const double size = m.col(k).cwiseAbs().maxCoeff();
    if (size == 0) return text_of("y[", k, "] has no influence on the equations");
    m.col(k) /= size;
  }
  for (Index i = 0; i < n; ++i) {
    const double size = m.row(i).cwiseAbs().maxCoeff();
    if (size == 0) return text_of("equation ", i, " does not depend on y");
    m.row(i) /= size;
  }
  const Tensor lu = std::get<0>(linalg_lu_factor_ex(copy_of(m.data(), {n, n}, kFloat64)));
  RowMajor factors(n, n);
  copy_to(lu, factors.data());
  const Eigen::VectorXd pivots = factors.diagonal().cwiseAbs();
  const double u = eigengrad::detail::epsilon_of(jacobian.dtype());
  if (pivots.minCoeff() > 4 * u * static_cast<double>(n) * pivots.maxCoeff()) return {};
  return name_dependent(m);
}

}  // namespace eigengrad::optim::implicit
