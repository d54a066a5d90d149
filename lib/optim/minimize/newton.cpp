#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "eigengrad/core/eigen.hpp"
#include "optim/minimize/diagnosis.hpp"
#include "optim/minimize/methods.hpp"
#include "optim/quadratic.hpp"

namespace eigengrad::optim {

// Note [Newton in any unit]
// ~~~~~~~~~~~~~~~~~~~~~~~~~
// All is done in scaled unknowns s = D x, with D_i the root of the curvature |h_ii|: they have the
// unit of the root of the value, whatever the units of x and f are. A step is the lowest point of the
// quadratic model within a ball in them; where the model is not convex, of the one with the absolute
// values of its curvatures. (The lowest point of the very model takes all curvatures down by the same
// shift and is drawn to saddles: sums of exponentials end where two of them coincide.) The radius starts as |D x|, and follows the agreement of
// model and value. Where curvatures vary by orders along the path, as with exponentials, D would
// collapse when one of them does, and the ball with it; so it falls by half at most per step.
//
// Near the end the decrease that is left is below the rounding error of the value. A step is then
// accepted when it lowers what the model still predicts from the gradient, g' H^-1 g / 2, which has a
// rounding error of its own far below.
//
// With bounds: unknowns that a bound holds back are left out. A step that would cross a bound stops
// there in that unknown, and is computed anew in the others.

namespace {

using Indices = std::vector<Eigen::Index>;

class TrustRegionNewton final : public MinimizeMethod {
 public:
  explicit TrustRegionNewton(const Box& box) : box_(box) {}

  Prediction prediction(Objective& f, const ObjectivePoint& p) override {
    prepare(f, p);
    Prediction o;
    if (!model_) return o;
    o.gradient = 0;
    for (const Eigen::Index i : free_) {
      // Below 1 where D is still that of a larger curvature before.
      const double own = std::sqrt(std::abs(h_(i, i)));
      o.gradient = std::max(o.gradient, g_[i] == 0 ? 0 : std::abs(g_[i]) / (own * std::sqrt(2.0)));
    }
    o.is_indefinite = !free_.empty() && model_->is_indefinite(1e-10);
    if (o.is_indefinite) return o;
    const std::optional<Vector> lowest = model_->shortest();
    if (!lowest) return o;
    Vector step = Vector::Zero(x_.size());
    step(free_) = *lowest;
    o.decrease = -change(step);
    o.step = from_eigen(Vector(step.cwiseQuotient(d_)));
    return o;
  }

  bool move(Objective& f, ObjectivePoint& p) override {
    prepare(f, p);
    if (!model_ || free_.empty()) return false;
    double flat = f.rounding(p.value);
    bool tried_negative_curvature = !model_->is_indefinite(1e-8);
    for (int trial = 0; trial < kMaxTrials; ++trial) {
      const Vector s = step(radius_);
      const double predicted = -change(s);
      if (!(predicted > flat) && !std::exchange(tried_negative_curvature, true) &&
          follows_negative_curvature(f, p, flat))
        return true;
      const double length = s.norm();
      if (!(predicted > 0) || !moves(s, f.precision())) return false;
      ObjectivePoint q = f.at(point(s, p.x.dtype()));
      const double gained = p.value - q.value;
      if (!(gained > 1e-4 * predicted) && std::abs(gained) <= 1e-6 * std::abs(p.value))
        flat = std::max(flat, 10 * measured_noise(f, p));
      const bool is_flat = predicted <= flat && std::abs(gained) <= flat;
      const double ratio = is_flat ? 1 : gained / predicted;
      if (!(ratio > 1e-4)) {
        radius_ = std::min(radius_, length) / 4;
        continue;
      }
      if (!has_gradient(f, q)) {
        radius_ = std::min(radius_, length) / 4;
        continue;
      }
      if (is_flat && !is_nearer(q)) return false;
      if (ratio < 0.25)
        radius_ = length / 4;
      else if (ratio > 0.75 && length > 0.99 * radius_)
        radius_ *= 2;
      move_to(p, std::move(q));
      return true;
    }
    return false;
  }

 private:
  static constexpr int kMaxTrials = 200;

  /// Adds the gradient at q, and says whether it is finite.
  static bool has_gradient(Objective& f, ObjectivePoint& q) {
    f.add_gradient(q);
    return q.gradient.isfinite().all().item<bool>();
  }

  void move_to(ObjectivePoint& p, ObjectivePoint&& q) {
    p = std::move(q);
    is_prepared_ = false;
  }

  /// Steps along the lowest curvature, shorter until the value falls as predicted; false where it never does.
  /// An objective that is constant along a curve, as the energy of a rotated molecule, has negative
  /// curvature along its tangent wherever the gradient is not 0, though the value does not fall there.
  bool follows_negative_curvature(Objective& f, ObjectivePoint& p, double flat) {
    for (double radius = radius_;; radius /= 4) {
      const Vector s = step_along_lowest_curvature(radius);
      const double predicted = -change(s);
      if (!(predicted > flat) || !moves(s, f.precision())) return false;
      ObjectivePoint q = f.at(point(s, p.x.dtype()));
      if (!(p.value - q.value > 1e-4 * predicted)) continue;
      if (!has_gradient(f, q)) continue;
      radius_ = radius;
      move_to(p, std::move(q));
      return true;
    }
  }

  void prepare(Objective& f, const ObjectivePoint& p) {
    if (std::exchange(is_prepared_, true)) return;
    model_.reset();
    const Matrix h = f.hessian(p);
    x_ = vector_of(p.x);
    g_ = vector_of(p.gradient);
    if (!h.allFinite()) return;
    scale(h, p.value);
    h_ = scaled(h, d_);
    free_ = box_.free_unknowns(x_, g_);
    g_ = g_.cwiseQuotient(d_);
    model_.emplace(h_(free_, free_), g_(free_));
    if (radius_ > 0) return;
    radius_ = d_.cwiseProduct(x_).norm();
    if (!(radius_ > 0) && model_->is_convex()) radius_ = model_->newton().norm();
    if (!(radius_ > 0)) radius_ = g_.norm();
    if (!(radius_ > 0)) radius_ = d_.norm();
  }

  /// D of a Hessian, see Note [Newton in any unit]. An unknown without curvature of its own takes
  /// the scale that its mixed derivatives have, or its gradient.
  void scale(const Matrix& h, double value) {
    const Vector before = std::exchange(d_, h.diagonal().cwiseAbs().cwiseSqrt());
    if (before.size() > 0) d_ = d_.cwiseMax(before / 2);
    const Vector own = d_;
    for (Eigen::Index i = 0; i < d_.size(); ++i) {
      if (own[i] > 0) continue;
      for (Eigen::Index j = 0; j < d_.size(); ++j)
        if (own[j] > 0) d_[i] = std::max(d_[i], std::abs(h(i, j)) / own[j]);
      if (d_[i] == 0 && value != 0) d_[i] = std::abs(g_[i]) / std::sqrt(std::abs(value));
      if (!(d_[i] > 0)) d_[i] = 1;
    }
  }

  double change(const Vector& s) const { return g_.dot(s) + s.dot(h_ * s) / 2; }

  /// The step within `radius` and the bounds.
  Vector step(double radius) {
    Vector s = Vector::Zero(x_.size());
    s(free_) = model_->step(radius);
    if (!box_.is_bounded) return s;
    Indices rest = free_;
    Vector fixed = Vector::Zero(x_.size());
    while (stop_at_bounds(s, fixed, rest) && !rest.empty()) {
      const Vector g = g_ + h_ * fixed;
      s = fixed;
      s(rest) = Quadratic(h_(rest, rest), g(rest)).step(radius);
    }
    Vector downhill = along_gradient(radius);
    return change(s) < 0.1 * change(downhill) ? s : downhill;
  }

  Vector step_along_lowest_curvature(double radius) {
    Vector s = Vector::Zero(x_.size());
    s(free_) = model_->along_lowest_curvature(radius);
    for (const Eigen::Index i : free_) s[i] = (inside(i, x_[i] + s[i] / d_[i]) - x_[i]) * d_[i];
    return s;
  }

  double inside(Eigen::Index i, double x) const {
    return box_.inside(static_cast<std::size_t>(i), x, x_[i]);
  }

  /// Moves unknowns of `rest` that s carries past a bound to `fixed`, on the bound; false when there
  /// is none.
  bool stop_at_bounds(Vector& s, Vector& fixed, Indices& rest) const {
    Indices kept;
    for (const Eigen::Index i : rest) {
      const double x = x_[i] + s[i] / d_[i];
      const double on_bound = inside(i, x);
      if (x == on_bound)
        kept.push_back(i);
      else
        s[i] = fixed[i] = (on_bound - x_[i]) * d_[i];
    }
    const bool found = kept.size() < rest.size();
    rest = std::move(kept);
    return found;
  }

  /// A step along minus the gradient, projected onto the bounds and halved until the model decreases enough.
  Vector along_gradient(double radius) const {
    Vector s = Vector::Zero(x_.size());
    double t = radius / g_(free_).norm();
    for (int i = 0; i < 60; ++i, t /= 2) {
      for (const Eigen::Index k : free_) {
        s[k] = (inside(k, x_[k] - t * g_[k] / d_[k]) - x_[k]) * d_[k];
      }
      if (change(s) <= g_.dot(s) / 4) break;
    }
    return s;
  }

  /// Whether s changes any unknown.
  bool moves(const Vector& s, double precision) const {
    for (Eigen::Index i = 0; i < s.size(); ++i)
      if (std::abs(s[i] / d_[i]) > precision / 2 * std::abs(x_[i])) return true;
    return false;
  }

  Tensor point(const Vector& s, ScalarType type) const {
    Vector x = x_ + s.cwiseQuotient(d_);
    for (Eigen::Index i = 0; i < x.size(); ++i) x[i] = inside(i, x[i]);
    return from_eigen(x).to(type);
  }

  /// The rounding error of a value, measured at the point where it was first needed.
  double measured_noise(Objective& f, const ObjectivePoint& p) {
    if (!value_noise_) value_noise_ = measure_noise(f, p, box_).value;
    return *value_noise_;
  }

  /// Whether the decrease that the model here predicts from the gradient at q is less than from that here.
  bool is_nearer(const ObjectivePoint& q) {
    const Vector g = vector_of(q.gradient).cwiseQuotient(d_);
    return model_->gain(g(free_)) < 0.7 * model_->gain(g_(free_));
  }

  const Box& box_;
  bool is_prepared_ = false;
  double radius_ = 0;
  std::optional<double> value_noise_;
  Indices free_;
  /// The model of the free unknowns, scaled; none where the Hessian is not finite.
  std::optional<Quadratic> model_;
  Vector x_;
  Vector d_;
  /// Gradient and Hessian by all unknowns, scaled.
  Vector g_;
  Matrix h_;
};

}  // namespace

std::unique_ptr<MinimizeMethod> make_newton(const Box& box) {
  return std::make_unique<TrustRegionNewton>(box);
}

}  // namespace eigengrad::optim
