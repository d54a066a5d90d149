#include "optim/least_squares/statistics.hpp"

#include <cmath>
#include <limits>

#include "optim/least_squares/double_double.hpp"

namespace eigengrad::optim::fit {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A matrix S with (A' A)^+ = S S' for the determined unknowns, which are the ones whose rows of the
/// null space of A are zero. With A P = Q (R11 R12), (R11^-1; 0) has that property for them.
Matrix root_of_inverse(const LinearModel& model, std::vector<bool>& determined) {
  const Eigen::Index n = model.cols();
  const Eigen::Index rank = model.rank();
  const auto r11 = model.r().topLeftCorner(rank, rank).triangularView<Eigen::Upper>();
  Matrix root = Matrix::Zero(n, rank);
  root.topRows(rank) = r11.solve(Matrix::Identity(rank, rank));
  determined.assign(static_cast<std::size_t>(n), true);
  if (rank < n) {
    // The null space: (-R11^-1 R12; I).
    const Matrix dependence = r11.solve(model.r().topRightCorner(rank, n - rank));
    const auto& order = model.permutation().indices();
    for (Eigen::Index i = 0; i < n; ++i)
      determined[static_cast<std::size_t>(order[i])] =
          i < rank && dependence.row(i).cwiseAbs().maxCoeff() < 1e-8;
  }
  return model.permutation() * root;
}

}  // namespace

Statistics statistics_of(const Matrix& j, const Vector& r, std::int64_t counted) {
  const Eigen::Index n = j.cols();
  Vector scale(n);
  for (Eigen::Index k = 0; k < n; ++k)
    scale[k] = std::sqrt(accurate_dot(j.col(k).data(), j.col(k).data(), j.rows()));
  Matrix a = j;
  for (Eigen::Index k = 0; k < n; ++k)
    if (scale[k] > 0) a.col(k) /= scale[k];
  const LinearModel model(a, r);
  std::vector<bool> determined;
  Matrix root = root_of_inverse(model, determined);

  Statistics s;
  s.rank = model.rank();
  s.df = counted - s.rank;
  const double variance =
      s.df > 0 ? accurate_dot(r.data(), r.data(), r.size()) / static_cast<double>(s.df) : kNaN;
  for (Eigen::Index k = 0; k < n; ++k)
    if (scale[k] > 0) root.row(k) /= scale[k];
  s.covariance = variance * (root * root.transpose());
  s.std_errors = std::sqrt(variance) * root.rowwise().norm();
  s.correlation = Matrix::Identity(n, n);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index k = 0; k < n; ++k)
      if (i != k)
        s.correlation(i, k) =
            root.row(i).dot(root.row(k)) / (root.row(i).norm() * root.row(k).norm());
  for (Eigen::Index k = 0; k < n; ++k) {
    if (determined[static_cast<std::size_t>(k)]) continue;
    s.undetermined.push_back(k);
    s.std_errors[k] = kInfinity;
    for (Matrix* const m : {&s.covariance, &s.correlation}) {
      m->row(k).setConstant(kNaN);
      m->col(k).setConstant(kNaN);
    }
  }
  return s;
}

}  // namespace eigengrad::optim::fit
