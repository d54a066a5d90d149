#include <algorithm>
#include <cmath>

#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "optim/minimize/line_method.hpp"

namespace eigengrad::optim {
namespace {

/// Conjugate gradients on the Newton equations, cut off where they leave the trust region or meet
/// negative curvature. Source: Steihaug, The conjugate gradient method and trust regions (1983).
class TrustRegionConjugateGradient final : public MinimizeMethod {
 public:
  explicit TrustRegionConjugateGradient(const Box& box) : box_(box) {}

  Prediction prediction(Objective& f, const ObjectivePoint& p) override {
    prepare(f, p);
    Prediction o;
    o.is_indefinite = is_indefinite_;
    if (is_indefinite_ || is_cut_) return o;
    o.decrease = -change_;
    o.gradient = std::sqrt(o.decrease);
    o.step = s_;
    return o;
  }

  bool move(Objective& f, ObjectivePoint& p) override {
    const double flat = f.rounding(p.value);
    for (int trial = 0; trial < 100; ++trial) {
      prepare(f, p);
      is_prepared_ = false;
      const Tensor x = bounds_->inside(p.x + s_);
      const double length = std::sqrt(dot(s_, s_));
      const double predicted = -change_;
      if (!(predicted > 0) || x.equal(p.x)) return false;
      ObjectivePoint q = f.at(x);
      const double gained = p.value - q.value;
      const bool is_flat = predicted <= flat && std::abs(gained) <= flat;
      const double ratio = is_flat ? 1 : gained / predicted;
      if (ratio > 1e-4) {
        f.add_gradient(q);
        const Tensor g = bounds_->free_part(q, q.gradient);
        const double next = dot(g, g);
        if (is_flat && !(next < 0.8 * gg_)) return false;
        if (std::isfinite(next)) {
          if (ratio > 0.75 && is_cut_) radius_ *= 2;
          if (ratio < 0.25) radius_ = length / 4;
          p = std::move(q);
          return true;
        }
      }
      radius_ = length / 4;
    }
    return false;
  }

 private:
  void prepare(Objective& f, const ObjectivePoint& p) {
    if (!bounds_) bounds_.emplace(box_, p.x.dtype());
    if (std::exchange(is_prepared_, true)) return;
    const Tensor g = bounds_->free_part(p, p.gradient);
    gg_ = dot(g, g);
    if (first_norm_ == 0) first_norm_ = std::sqrt(gg_);
    if (!(radius_ > 0)) radius_ = std::sqrt(dot(p.x, p.x));
    solve(f, p, g);
  }

  /// The length t >= 0 at which |s + t d| is the radius.
  double to_boundary(const Tensor& d) const {
    const double dd = dot(d, d);
    const double sd = dot(s_, d);
    const double gap = radius_ * radius_ - dot(s_, s_);
    return (std::sqrt(std::max(sd * sd + dd * gap, 0.0)) - sd) / dd;
  }

  void solve(Objective& f, const ObjectivePoint& p, const Tensor& g) {
    s_ = zeros({p.x.numel()}, p.x.dtype());
    change_ = 0;
    is_cut_ = is_indefinite_ = false;
    Tensor r = g.clone();
    Tensor d = r.neg();
    double rr = gg_;
    const double norm = std::sqrt(rr);
    const double tolerance = std::min(0.1, std::sqrt(norm / first_norm_)) * norm;
    for (std::int64_t j = 0; j < 2 * p.x.numel() + 10 && rr > 0; ++j) {
      const Tensor product = bounds_->free_part(p, f.hessian_vector(p, d));
      const double curvature = dot(d, product);
      is_indefinite_ = curvature < 0;
      // The first radius, where x is 0, is the length of the first step of conjugate gradients.
      if (!(radius_ > 0)) radius_ = curvature != 0 ? std::abs(rr / curvature) * std::sqrt(rr) : 1;
      double alpha = rr / curvature;
      const double most = to_boundary(d);
      is_cut_ = !(curvature > 0) || !(alpha < most);
      if (is_cut_) alpha = most;
      change_ += alpha * dot(r, d) + alpha * alpha * curvature / 2;
      s_.add_(d, alpha);
      if (is_cut_) return;
      r.add_(product, alpha);
      const double next = dot(r, r);
      if (std::sqrt(next) < tolerance) return;
      d.mul_(next / rr).sub_(r);
      rr = next;
    }
  }

  const Box& box_;
  std::optional<TensorBounds> bounds_;
  bool is_prepared_ = false;
  double radius_ = 0;
  double first_norm_ = 0;
  /// |g|^2 in the free unknowns.
  double gg_ = 0;
  Tensor s_;
  double change_ = 0;
  bool is_cut_ = false;
  bool is_indefinite_ = false;
};

}  // namespace

std::unique_ptr<MinimizeMethod> make_trust_region_cg(const Box& box) {
  return std::make_unique<TrustRegionConjugateGradient>(box);
}

}  // namespace eigengrad::optim
