#include <algorithm>
#include <cmath>
#include <utility>

#include "eigengrad/core/eigen.hpp"
#include "eigengrad/core/error.hpp"
#include "optim/minimize/diagnosis.hpp"

namespace eigengrad::optim {
namespace {

/// Conjugate gradients on H p = b from p = 0, in the free unknowns, as far as so many products lead.
class ConjugateGradients {
 public:
  ConjugateGradients(Objective& f, const ObjectivePoint& at, const Box& box)
      : f_(f), at_(at), held_(at.x.numel()) {
    const Vector x = vector_of(at.x);
    const Vector g = vector_of(at.gradient);
    for (Eigen::Index i = 0; i < x.size(); ++i)
      held_[i] = box.holds(static_cast<std::size_t>(i), x[i], g[i]);
  }

  /// The step; it ends early where curvature along a direction is no more than rounding.
  Vector solve(const Vector& b) {
    Vector p = Vector::Zero(b.size());
    Vector r = held_.select(0, b);
    Vector d = r;
    double rr = r.squaredNorm();
    const double enough = 1e-6 * rr;
    for (int j = 0; j < kProducts && rr > enough; ++j) {
      const Vector hd = product(d);
      const double curvature = d.dot(hd) / d.squaredNorm();
      largest_ = std::max(largest_, std::abs(curvature));
      least_ = std::min(least_, curvature);
      if (!(curvature > kRounding * largest_)) break;
      const double alpha = rr / d.dot(hd);
      p += alpha * d;
      r -= alpha * hd;
      const double next = r.squaredNorm();
      d = r + next / rr * d;
      rr = next;
    }
    return p;
  }

  /// The lowest curvature met, where it is below 0 by more than rounding; otherwise 0.
  double negative_curvature() const { return least_ < -kRounding * largest_ ? least_ : 0; }
  bool is_flat() const { return largest_ == 0; }

 private:
  static constexpr int kProducts = 20;
  static constexpr double kRounding = 1e-8;

  Vector product(const Vector& d) {
    const Tensor v = from_eigen(d).to(at_.x.dtype());
    return held_.select(0, vector_of(f_.hessian_vector(at_, v)));
  }

  Objective& f_;
  const ObjectivePoint& at_;
  Eigen::Array<bool, Eigen::Dynamic, 1> held_;
  double largest_ = 0;
  double least_ = 0;
};

/// A vector that is not likely to be orthogonal to any eigenvector of the Hessian.
Vector generic_direction(Eigen::Index n) {
  Vector v(n);
  for (Eigen::Index i = 0; i < n; ++i) v[i] = std::sin(1.0 + 2.3999632 * static_cast<double>(i));
  return v;
}

}  // namespace

Verdict confirm_by_products(Objective& f, const ObjectivePoint& p, const Box& box,
                            const Sizes& sizes, const Verdict& claim) {
  Vector step;
  try {
    ConjugateGradients cg(f, p, box);
    step = cg.solve(-vector_of(p.gradient));
    cg.solve(generic_direction(step.size()));
    if (cg.negative_curvature() < 0)
      return {Status::Saddle,
              text_of("the gradient is small at a saddle or maximum: a curvature there is ",
                      cg.negative_curvature())};
    if (cg.is_flat()) return {Status::Plateau, "gradient and curvature are zero: a plain"};
  } catch (const Error&) {
    return claim;  // An operator or a Function without second derivatives.
  }
  return unless_step_is_large(step, sizes, claim);
}

}  // namespace eigengrad::optim
