#include "optim/least_squares/loss.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/fail.hpp"
#include "optim/bounds.hpp"

namespace eigengrad::optim::fit {

Rho rho(Loss loss, double z) noexcept {
  switch (loss) {
    case Loss::Linear:
      break;
    case Loss::Huber: {
      if (z <= 1) break;
      const double root = std::sqrt(z);
      return {2 * root - 1, 1 / root, -0.5 / (z * root)};
    }
    case Loss::SoftL1: {
      const double root = std::sqrt(1 + z);
      return {2 * z / (root + 1), 1 / root, -0.5 / ((1 + z) * root)};
    }
    case Loss::Cauchy:
      return {std::log1p(z), 1 / (1 + z), -1 / ((1 + z) * (1 + z))};
    case Loss::Tukey: {
      if (z >= 1) return {1.0 / 3, 0, 0};
      return {z * (1 - z + z * z / 3), (1 - z) * (1 - z), -2 * (1 - z)};
    }
  }
  return {z, 1, 0};
}

Vector weights_of(std::string_view op, const ScalarOrTensor& weights, std::int64_t m) {
  if (!weights.is_set()) return {};
  const std::vector<double> all = values_of(op, "weights", weights, m, "residuals", 1);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!(all[i] >= 0) || std::isinf(all[i]))
      eigengrad::detail::fail<ValueError>(op, "weights[", i, "] is ", all[i],
                                          "; it must be at least 0 and finite");
  const Vector w = Eigen::Map<const Vector>(all.data(), m);
  if (w.maxCoeff() == 0)
    eigengrad::detail::fail<ValueError>(op, "all weights are 0; one must be above 0");
  return w;
}

Weighting::Weighting(Loss loss, double f_scale, Vector weights)
    : loss_(loss), f_scale_(f_scale), weights_(std::move(weights)) {}

double Weighting::cost(const Vector& r) const {
  if (is_plain()) return 0.5 * r.squaredNorm();
  double sum = 0;
  for (Eigen::Index i = 0; i < r.size(); ++i) {
    const double scaled = r[i] / f_scale_;
    sum += rho(loss_, weight(i) * scaled * scaled).value;
  }
  return 0.5 * sum * f_scale_ * f_scale_;
}

double Weighting::decrease(const Vector& from, const Vector& to) const {
  double sum = 0;
  for (Eigen::Index i = 0; i < from.size(); ++i) {
    const double square = weight(i) * (from[i] - to[i]) * (from[i] + to[i]);
    if (loss_ == Loss::Linear) {
      sum += square;
      continue;
    }
    const double f2 = f_scale_ * f_scale_;
    const double z = weight(i) * to[i] * to[i] / f2;
    const double change = square / f2;
    // For a small change of z the derivatives give the change of rho without cancellation.
    const Rho at = rho(loss_, z);
    sum += f2 * (std::abs(change) < 1e-5 * (1 + z)
                     ? change * (at.first + 0.5 * change * at.second)
                     : rho(loss_, weight(i) * from[i] * from[i] / f2).value - at.value);
  }
  return 0.5 * sum;
}

void Weighting::scale(Vector& r, Matrix& j) const {
  if (is_plain()) return;
  for (Eigen::Index i = 0; i < r.size(); ++i) {
    const double scaled = r[i] / f_scale_;
    const double z = weight(i) * scaled * scaled;
    const Rho at = rho(loss_, z);
    const double root = std::sqrt(std::max(at.first + 2 * z * at.second, 0.01 * at.first));
    const double w = std::sqrt(weight(i));
    j.row(i) *= w * root;
    r[i] *= root > 0 ? w * at.first / root : 0;
  }
}

void Weighting::differentiate(const Vector& r, Vector& first, Vector& second) const {
  first = r;
  second = Vector::Ones(r.size());
  if (is_plain()) return;
  for (Eigen::Index i = 0; i < r.size(); ++i) {
    const double scaled = r[i] / f_scale_;
    const double z = weight(i) * scaled * scaled;
    const Rho at = rho(loss_, z);
    first[i] *= weight(i) * at.first;
    second[i] = weight(i) * (at.first + 2 * z * at.second);
  }
}

void Weighting::scale_for_statistics(Vector& r, Matrix& j) const {
  if (is_plain()) return;
  for (Eigen::Index i = 0; i < r.size(); ++i) {
    const double scaled = r[i] / f_scale_;
    const double factor = std::sqrt(weight(i) * rho(loss_, weight(i) * scaled * scaled).first);
    j.row(i) *= factor;
    r[i] *= factor;
  }
}

std::int64_t Weighting::counted(std::int64_t m) const {
  return weights_.size() == 0 ? m : (weights_.array() > 0).count();
}

}  // namespace eigengrad::optim::fit
