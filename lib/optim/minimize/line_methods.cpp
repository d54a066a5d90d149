#include <algorithm>
#include <cmath>
#include <utility>

#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/autograd/tensor.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/optim/adam.hpp"
#include "optim/minimize/line_method.hpp"
#include "optim/two_loop.hpp"

namespace eigengrad::optim {
namespace {

class GradientDescent : public LineMethod {
 public:
  using LineMethod::LineMethod;

 private:
  Direction direction(Objective&, const ObjectivePoint&, const Tensor& g) override {
    const double length = secant_.length();
    if (!(length > 0)) return steepest(g);
    return {g.mul(-length), -length * dot(g, g)};
  }
  void learn(Objective&, const ObjectivePoint& from, const ObjectivePoint& to) override {
    secant_ = {to.x - from.x, to.gradient - from.gradient};
  }
  bool forget() override { return std::exchange(secant_, {}).s.defined(); }

  Secant secant_;
};

class LimitedMemoryBfgs : public LineMethod {
 public:
  LimitedMemoryBfgs(const Box& box, std::int64_t pairs) : LineMethod(box), pairs_(pairs) {}

 private:
  Direction direction(Objective&, const ObjectivePoint&, const Tensor& g) override {
    if (memory_.ro().empty()) return steepest(g);
    Tensor d = two_loop_direction(memory_, g);
    const double slope = dot(g, d);
    return {std::move(d), slope};
  }
  void learn(Objective& f, const ObjectivePoint& from, const ObjectivePoint& to) override {
    const Tensor y = to.gradient - from.gradient;
    remember_pair(memory_, y, to.x - from.x, pairs_, f.precision() * dot(y, y));
  }
  bool forget() override {
    const bool has_pairs = !memory_.ro().empty();
    memory_ = LBFGSParamState();
    return has_pairs;
  }

  std::int64_t pairs_;
  LBFGSParamState memory_;
};

class NewtonConjugateGradient : public LineMethod {
 public:
  using LineMethod::LineMethod;

 private:
  /// Conjugate gradients on H z = -g from z = 0, until the residual is below min(1/2, sqrt |g|) |g|,
  /// |g| relative to the start's, or a direction without positive curvature shows up. Source: Nocedal
  /// and Wright, algorithm 7.1.
  Direction direction(Objective& f, const ObjectivePoint& p, const Tensor& g) override {
    if (std::exchange(is_misled_, false)) return steepest(g);
    Tensor z = zeros({p.x.numel()}, p.x.dtype());
    Tensor r = g.clone();
    Tensor d = r.neg();
    double rr = dot(r, r);
    const double norm = std::sqrt(rr);
    if (first_norm_ == 0) first_norm_ = norm;
    const double tolerance = std::min(0.5, std::sqrt(norm / first_norm_)) * norm;
    const std::int64_t limit = 2 * p.x.numel() + 10;  // Rounding may cost more than n products.
    for (std::int64_t j = 0; j < limit; ++j) {
      const Tensor product = bounds().free_part(p, f.hessian_vector(p, d));
      const double curvature = dot(d, product);
      if (!(curvature > 0) || !std::isfinite(curvature)) {
        const bool is_indefinite = curvature < 0;
        if (j > 0) return {z, dot(g, z), 1, false, is_indefinite};
        // Downhill, as far as a curvature of this size would lead if it were positive.
        const double length = rr / std::abs(curvature);
        const double t = std::isfinite(length) ? length : 1.0;
        return {d.mul(t), -t * rr, 1, false, is_indefinite};
      }
      const double alpha = rr / curvature;
      z.add_(d, alpha);
      r.add_(product, alpha);
      const double next = dot(r, r);
      if (std::sqrt(next) < tolerance) break;
      d.mul_(next / rr).sub_(r);
      rr = next;
    }
    return {z, dot(g, z)};
  }

  /// The next direction is steepest descent: projected onto bounds, a step along little curvature may not
  /// lower the value.
  bool forget() override { return is_misled_ = true; }

  double first_norm_ = 0;
  bool is_misled_ = false;
};

class AdamMethod : public MinimizeMethod {
 public:
  AdamMethod(const Box& box, double lr) : box_(box), lr_(lr) {}

  Prediction prediction(Objective&, const ObjectivePoint& p) override {
    return bounds_ ? secant_.prediction(bounds_->free_part(p, p.gradient)) : Prediction{};
  }

  bool move(Objective& f, ObjectivePoint& p) override {
    if (optimizer_ == nullptr) {
      bounds_.emplace(box_, p.x.dtype());
      x_ = p.x.clone().requires_grad_();
      optimizer_ = std::make_unique<Adam>(std::vector<Tensor>{x_}, AdamOptions(lr_));
    }
    x_.mutable_grad() = p.gradient;
    optimizer_->step();
    const NoGradGuard no_grad;
    if (bounds_->is_bounded()) x_.copy_(bounds_->inside(x_));
    ObjectivePoint q = f.at(x_.detach().clone());
    f.add_gradient(q);
    secant_ = {q.x - p.x, q.gradient - p.gradient};
    p = std::move(q);
    return true;
  }

 private:
  const Box& box_;
  double lr_;
  std::optional<TensorBounds> bounds_;
  Tensor x_;
  Secant secant_;
  std::unique_ptr<Adam> optimizer_;
};

}  // namespace

std::unique_ptr<MinimizeMethod> make_method(const MinimizeOptions& options, Method method,
                                            const Box& box) {
  switch (method) {
    case Method::GradientDescent:
      return std::make_unique<GradientDescent>(box);
    case Method::LBFGS:
      return std::make_unique<LimitedMemoryBfgs>(box, options.history_size);
    case Method::BFGS:
      return make_bfgs(box);
    case Method::NonlinearCG:
      return make_nonlinear_cg(box);
    case Method::TrustRegionCG:
      return make_trust_region_cg(box);
    case Method::NelderMead:
      return make_nelder_mead(box);
    case Method::NewtonCG:
      return std::make_unique<NewtonConjugateGradient>(box);
    case Method::Adam:
      return std::make_unique<AdamMethod>(box, options.lr);
    case Method::Auto:
    case Method::Newton:
    case Method::TrustRegion:
      break;
  }
  return make_newton(box);
}

}  // namespace eigengrad::optim
