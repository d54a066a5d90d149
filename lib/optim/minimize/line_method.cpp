#include "optim/minimize/line_method.hpp"

#include <algorithm>

#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/reduction/extrema.hpp"
#include "optim/line_search.hpp"

namespace eigengrad::optim {
namespace {

/// The largest number of successive steps whose change of the value is within rounding. With a wrong gradient,
/// more of them could lead uphill.
constexpr int kMostFlatSteps = 20;

/// Halves the step until the value falls enough; steps are projected onto the bounds. Source:
/// Bertsekas, Projected Newton methods (1982).
bool move_within_bounds(Objective& f, ObjectivePoint& p, const Tensor& d, double length,
                        const TensorBounds& bounds, int& flat_steps) {
  for (int trial = 0; trial < 60; ++trial, length /= 2) {
    ObjectivePoint q = f.at(bounds.inside(p.x.add(d, length)));
    const double slope = dot(p.gradient, q.x - p.x);
    if (!(slope < 0)) return false;
    const bool is_flat = -slope <= f.rounding(p.value);
    const double enough = is_flat ? f.rounding(p.value) : 1e-4 * slope;
    if (!(q.value <= p.value + enough)) continue;
    f.add_gradient(q);
    // Where values no longer tell, the slope along d must have become smaller.
    const double there = length * std::abs(dot(bounds.free_part(q, q.gradient), d));
    if (is_flat && (!(there < -slope) || ++flat_steps > kMostFlatSteps)) continue;
    if (!is_flat) flat_steps = 0;
    p = std::move(q);
    return true;
  }
  return false;
}

/// Moves `p` along `d` to a point with the strong Wolfe conditions, or at least a lower one.
bool move_along(Objective& f, ObjectivePoint& p, const Tensor& d, double slope, double length,
                const TensorBounds& bounds, int& flat_steps) {
  if (bounds.is_bounded()) return move_within_bounds(f, p, d, length, bounds, flat_steps);
  const auto line = [&](double t) -> LinePoint<ObjectivePoint> {
    ObjectivePoint q = f.at(p.x.add(d, t));
    if (!std::isfinite(q.value)) return {{t, q.value, 0}, std::move(q)};
    f.add_gradient(q);
    return {{t, q.value, dot(q.gradient, d)}, std::move(q)};
  };
  auto found = strong_wolfe(line, LinePoint<ObjectivePoint>{{0, p.value, slope}, p}, length,
                            WolfeOptions{.max_moves = 40, .noise = f.rounding(p.value)});
  if (!found.satisfied && !(found.point.t > 0 && found.point.value < p.value)) return false;
  p = std::move(found.point.payload);
  return true;
}

}  // namespace

TensorBounds::TensorBounds(const Box& box, ScalarType type) : is_bounded_(box.is_bounded) {
  if (!is_bounded_) return;
  lower_ = tensor(box.lower).to(type);
  upper_ = tensor(box.upper).to(type);
}

Tensor TensorBounds::inside(const Tensor& x) const {
  return is_bounded_ ? minimum(maximum(x, lower_), upper_) : x;
}

Tensor TensorBounds::free_part(const ObjectivePoint& p, const Tensor& v) const {
  if (!is_bounded_) return v;
  const Tensor held = p.x.le(lower_)
                          .logical_and(p.gradient.gt(0))
                          .logical_or(p.x.ge(upper_).logical_and(p.gradient.lt(0)))
                          .logical_or(lower_.eq(upper_));
  return v.masked_fill(held, 0);
}

Prediction LineMethod::prediction(Objective& f, const ObjectivePoint& p) {
  prepare(f, p);
  Prediction o;
  o.is_indefinite = next_.is_indefinite;
  if (!next_.is_model || next_.is_indefinite) return o;
  o.decrease = -next_.slope / 2;
  o.gradient = std::sqrt(o.decrease);
  o.step = next_.d;
  return o;
}

bool LineMethod::move(Objective& f, ObjectivePoint& p) {
  // A second attempt goes downhill, without what earlier steps told.
  for (int attempt = 0; attempt < 2; ++attempt) {
    prepare(f, p);
    const ObjectivePoint before = p;
    const Direction way = std::move(next_);
    is_prepared_ = false;
    if (way.slope < 0 && move_along(f, p, way.d, way.slope, way.length, *bounds_, flat_steps_)) {
      learn(f, before, p);
      return true;
    }
    if (!forget()) break;
  }
  return false;
}

LineMethod::Direction LineMethod::steepest(const Tensor& g) {
  const double slope = -dot(g, g);
  return {g.neg(), slope, std::min(1.0, 1 / std::sqrt(-slope)), false};
}

void LineMethod::prepare(Objective& f, const ObjectivePoint& p) {
  if (!bounds_) bounds_.emplace(box_, p.x.dtype());
  if (std::exchange(is_prepared_, true)) return;
  const Tensor g = bounds_->free_part(p, p.gradient);
  next_ = direction(f, p, g);
  if (bounds_->is_bounded()) {
    next_.d = bounds_->free_part(p, next_.d);
    next_.slope = dot(g, next_.d);
  }
  if (!(next_.slope < 0) || !std::isfinite(next_.slope)) next_ = steepest(g);
}

}  // namespace eigengrad::optim
