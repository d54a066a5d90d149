#include "optim/least_squares/steps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace eigengrad::optim::fit {

namespace {

constexpr double kNoBound = std::numeric_limits<double>::infinity();

/// The largest t for which from + t p is within the bounds.
double length_to_bounds(const Vector& from, const Vector& p, const StepBounds& bounds) {
  double length = kNoBound;
  for (Eigen::Index k = 0; k < p.size(); ++k) {
    if (p[k] == 0) continue;
    const double room = (p[k] > 0 ? bounds.high[k] : bounds.low[k]) - from[k];
    length = std::min(length, std::max(0.0, room / p[k]));
  }
  return length;
}

bool is_short_enough(const Vector& p, double radius) { return p.allFinite() && p.norm() <= radius; }

}  // namespace

StepBounds::StepBounds(const FitPoint& at, const Box& box, double radius)
    : low(at.x.size()), high(at.x.size()) {
  for (Eigen::Index k = 0; k < at.x.size(); ++k) {
    const auto i = static_cast<std::size_t>(k);
    low[k] = std::max((box.lower[i] - at.x[k]) / at.unit[k], -radius);
    high[k] = std::min((box.upper[i] - at.x[k]) / at.unit[k], radius);
  }
}

bool StepBounds::contain(const Vector& p) const {
  return (p.array() >= low.array()).all() && (p.array() <= high.array()).all();
}

Vector moved(const FitPoint& at, const Box& box, const Vector& p) {
  Vector x = at.x + at.unit.cwiseProduct(p);
  for (Eigen::Index k = 0; box.is_bounded && k < x.size(); ++k) {
    const auto i = static_cast<std::size_t>(k);
    x[k] = std::clamp(x[k], box.lower[i], box.upper[i]);
  }
  return x;
}

Step levenberg_marquardt_step(const FitPoint& at, const Box& box, double radius, double damping) {
  if (at.all_free() && is_short_enough(at.gauss_newton, radius) &&
      (!box.is_bounded || StepBounds(at, box, kNoBound).contain(at.gauss_newton))) {
    const double removed = at.offset * at.norm;
    return {at.gauss_newton, 0.5 * removed * removed, 0};
  }
  Step step;
  if (box.is_bounded) {
    const StepBounds bounds(at, box, radius);
    step.p = at.model->within(bounds.low, bounds.high);
    step.damping = step.p.cwiseAbs().maxCoeff() < radius ? 0 : 1;
  } else {
    step.damping = damping;
    step.p = at.model->within(radius, step.damping);
  }
  step.predicted = 0.5 * at.model->decrease(step.p);
  return step;
}

Step dogleg_step(const FitPoint& at, const Box& box, double radius) {
  const StepBounds bounds(at, box, box.is_bounded ? radius : kNoBound);
  const auto fits = [&](const Vector& p) {
    return box.is_bounded ? p.allFinite() && bounds.contain(p) : is_short_enough(p, radius);
  };
  Step step{.p = at.gauss_newton, .predicted = 0, .damping = 0};
  if (!fits(step.p)) {
    step.damping = 1;
    const Vector downhill = -scattered(gathered(at.gradient_vector, at.free), at.free);
    const double image = at.model->image_norm(downhill);
    Vector cauchy = (downhill.squaredNorm() / (image * image)) * downhill;
    const auto longest = [&](const Vector& from, const Vector& p) {
      if (box.is_bounded) return length_to_bounds(from, p, bounds);
      // |from + t p| = radius.
      const double b = from.dot(p);
      const double c = from.squaredNorm() - radius * radius;
      return (-b + std::sqrt(b * b - p.squaredNorm() * c)) / p.squaredNorm();
    };
    const Vector zero = Vector::Zero(cauchy.size());
    if (!fits(cauchy)) {
      step.p = longest(zero, cauchy) * cauchy;
    } else {
      const Vector rest = at.gauss_newton - cauchy;
      step.p =
          rest.allFinite() ? Vector(cauchy + std::min(1.0, longest(cauchy, rest)) * rest) : cauchy;
    }
  }
  step.predicted = 0.5 * at.model->decrease(step.p);
  return step;
}

namespace {

/// Scales and damping that keep steps off the bounds. With v the distance to the bound that the
/// gradient points away from (1 where there is none), the unknowns are scaled by sqrt(v), and the
/// model has |g| dv on its diagonal in addition. Source: Branch, Coleman and Li (1999), section 2.
struct ColemanLi {
  ColemanLi(const FitPoint& at, const StepBounds& bounds)
      : root(Vector::Ones(at.x.size())), diagonal(Vector::Zero(at.x.size())) {
    for (Eigen::Index k = 0; k < root.size(); ++k) {
      const double g = at.gradient_vector[k];
      const double distance = g < 0 ? bounds.high[k] : -bounds.low[k];
      if (g == 0 || std::isinf(distance)) continue;
      root[k] = std::sqrt(distance);
      diagonal[k] = std::sqrt(std::abs(g));
    }
  }

  Vector root;
  Vector diagonal;
};

/// The t in (0, limit] that minimises the model along from + t p.
double best_length(const LinearModel& model, const Vector& from, const Vector& p, double limit) {
  const Vector image = model.small() * p;
  const double square = image.squaredNorm();
  const double derivative = image.dot(model.small() * from + model.q());
  return square > 0 ? std::clamp(-derivative / square, 0.0, limit) : 0;
}

}  // namespace

Step reflective_step(const FitPoint& at, const Box& box, double radius, double damping) {
  // A step stops short of a bound, by less the nearer the minimum is.
  const double theta = std::max(0.995, 1 - at.gradient);
  const StepBounds bounds(at, box, kNoBound);
  const ColemanLi scale(at, bounds);
  const Eigen::Index n = at.x.size();
  Matrix a(at.model->small().rows() + n, n);
  a << at.model->small() * scale.root.asDiagonal(), Matrix(scale.diagonal.asDiagonal());
  Vector b = Vector::Zero(a.rows());
  b.head(a.rows() - n) = at.model->q();
  Step step{.p = {}, .predicted = 0, .damping = damping};
  const Vector p = scale.root.cwiseProduct(LinearModel(a, b).within(radius, step.damping));

  const Vector zero = Vector::Zero(n);
  const double to_bound = length_to_bounds(zero, p, bounds);
  if (to_bound > 1) {
    step.p = p;
  } else {
    // The best by the model of: the step up to the bound, the step reflected there, steepest descent.
    step.p = theta * to_bound * p;
    const Vector hit = to_bound * p;
    Vector reflected = p;
    for (Eigen::Index k = 0; k < n; ++k)
      if (hit[k] <= bounds.low[k] || hit[k] >= bounds.high[k]) reflected[k] = -p[k];
    const double room = length_to_bounds(hit, reflected, bounds);
    const double along = best_length(*at.model, hit, reflected, theta * std::min(room, 1.0));
    const Vector downhill = -scale.root.cwiseAbs2().cwiseProduct(at.gradient_vector);
    const double limit = std::min(theta * length_to_bounds(zero, downhill, bounds),
                                  radius / downhill.cwiseQuotient(scale.root).norm());
    for (const Vector& other : {Vector(hit + along * reflected),
                                Vector(best_length(*at.model, zero, downhill, limit) * downhill)})
      if (along > 0 && at.model->decrease(other) > at.model->decrease(step.p)) step.p = other;
  }
  step.predicted = 0.5 * at.model->decrease(step.p);
  return step;
}

Vector strictly_inside(const Vector& x, const Box& box) {
  Vector inside = x;
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    const auto i = static_cast<std::size_t>(k);
    const double l = box.lower[i];
    const double u = box.upper[i];
    const double room = 1e-10 * std::max(1.0, std::min(std::abs(x[k]), u - l));
    if (x[k] - l < room) inside[k] = std::min(l + room, 0.5 * (l + std::min(u, l + 4 * room)));
    if (u - x[k] < room) inside[k] = std::max(u - room, 0.5 * (u + std::max(l, u - 4 * room)));
  }
  return inside;
}

}  // namespace eigengrad::optim::fit
