#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "eigengrad/core/eigen.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "optim/minimize/line_method.hpp"

namespace eigengrad::optim {
namespace {

/// The inverse Hessian from pairs of steps and changes of the gradient, dense; it starts as the first
/// pair's s.y / y.y times the identity. Source: Nocedal and Wright, algorithm 6.1 and (6.20).
class Bfgs final : public LineMethod {
 public:
  using LineMethod::LineMethod;

 private:
  Direction direction(Objective&, const ObjectivePoint& p, const Tensor& g) override {
    if (inverse_.size() == 0) return steepest(g);
    const Eigen::VectorXd d = -(inverse_ * vector_of(g));
    Tensor direction = from_eigen(d).to(p.x.dtype());
    const double slope = dot(g, direction);
    return {std::move(direction), slope};
  }

  void learn(Objective& f, const ObjectivePoint& from, const ObjectivePoint& to) override {
    const Eigen::VectorXd s = vector_of(to.x - from.x);
    const Eigen::VectorXd y = vector_of(to.gradient - from.gradient);
    const double sy = s.dot(y);
    if (!(sy > f.precision() * y.squaredNorm())) return;
    if (inverse_.size() == 0)
      inverse_ = Eigen::MatrixXd::Identity(s.size(), s.size()) * (sy / y.squaredNorm());
    const Eigen::VectorXd hy = inverse_ * y;
    inverse_ += s * s.transpose() * ((1 + y.dot(hy) / sy) / sy) -
                (hy * s.transpose() + s * hy.transpose()) / sy;
  }

  bool forget() override {
    const bool has_pairs = inverse_.size() > 0;
    inverse_.resize(0, 0);
    return has_pairs;
  }

  Eigen::MatrixXd inverse_;
};

/// Each direction is the gradient downhill plus a multiple of the last one. Source: Hager and Zhang, A
/// new conjugate gradient method with guaranteed descent (2005).
class NonlinearConjugateGradient final : public LineMethod {
 public:
  using LineMethod::LineMethod;

  /// Predicts by the curvature along the last step: the directions are no minima of a model.
  Prediction prediction(Objective& f, const ObjectivePoint& p) override {
    LineMethod::prediction(f, p);
    return secant_.prediction(bounds().free_part(p, p.gradient));
  }

 private:
  Direction direction(Objective&, const ObjectivePoint&, const Tensor& g) override {
    const double length = secant_.length();
    if (!d_.defined()) {
      d_ = g.neg();
    } else {
      const double dy = dot(d_, secant_.y);
      const Tensor twice = secant_.y - d_ * (2 * dot(secant_.y, secant_.y) / dy);
      const double beta = dot(twice, g) / dy;
      d_ = std::isfinite(beta) ? d_.mul(beta).sub_(g) : g.neg();
    }
    const double slope = dot(g, d_);
    if (!(slope < 0)) return steepest(d_ = g);
    if (!(length > 0)) return {d_, slope, std::min(1.0, 1 / std::sqrt(-slope)), false};
    return {d_, slope, length, false};
  }

  void learn(Objective&, const ObjectivePoint& from, const ObjectivePoint& to) override {
    secant_ = {to.x - from.x, to.gradient - from.gradient};
  }

  bool forget() override {
    secant_ = {};
    return std::exchange(d_, Tensor()).defined();
  }

  Secant secant_;
  Tensor d_;
};

}  // namespace

std::unique_ptr<MinimizeMethod> make_bfgs(const Box& box) { return std::make_unique<Bfgs>(box); }

std::unique_ptr<MinimizeMethod> make_nonlinear_cg(const Box& box) {
  return std::make_unique<NonlinearConjugateGradient>(box);
}

}  // namespace eigengrad::optim
