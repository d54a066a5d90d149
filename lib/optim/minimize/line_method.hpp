#pragma once

#include <cmath>
#include <optional>
#include <utility>

#include "optim/minimize/methods.hpp"

namespace eigengrad::optim {

inline double dot(const Tensor& a, const Tensor& b) { return a.dot(b).item<double>(); }

/// The bounds as tensors; no operation where there are none.
class TensorBounds {
 public:
  TensorBounds(const Box& box, ScalarType type);

  bool is_bounded() const noexcept { return is_bounded_; }
  Tensor inside(const Tensor& x) const;
  /// v with 0 for the unknowns that a bound holds back.
  Tensor free_part(const ObjectivePoint& p, const Tensor& v) const;

 private:
  bool is_bounded_;
  Tensor lower_;
  Tensor upper_;
};

/// The last step s and the change y of the gradient along it.
struct Secant {
  Tensor s;
  Tensor y;

  /// s.s / s.y, the inverse of a mean curvature; 0 where that is not positive. Source: Barzilai and
  /// Borwein 1988.
  double length() const {
    if (!s.defined()) return 0;
    const double sy = dot(s, y);
    const double length = dot(s, s) / sy;
    return sy > 0 && std::isfinite(length) ? length : 0;
  }
  /// The prediction of a model with that curvature along all directions.
  Prediction prediction(const Tensor& g) const {
    const double t = length();
    if (!(t > 0)) return {};
    const double decrease = t * dot(g, g) / 2;
    return {.decrease = decrease, .gradient = std::sqrt(decrease), .step = g.mul(-t)};
  }
};

/// A method that goes along a direction d from where it is, -B^-1 g in the free unknowns.
class LineMethod : public MinimizeMethod {
 public:
  explicit LineMethod(const Box& box) : box_(box) {}

  Prediction prediction(Objective& f, const ObjectivePoint& p) override;
  bool move(Objective& f, ObjectivePoint& p) override;

 protected:
  struct Direction {
    Tensor d;
    /// g . d
    double slope = 0;
    /// The step length of the first trial.
    double length = 1;
    /// Whether d leads to the lowest point of a model of the curvature.
    bool is_model = true;
    bool is_indefinite = false;
  };

  /// `g` is the gradient in the free unknowns.
  virtual Direction direction(Objective& f, const ObjectivePoint& p, const Tensor& g) = 0;
  /// Updates the approximation of the curvature by a step.
  virtual void learn(Objective&, const ObjectivePoint& /*from*/, const ObjectivePoint& /*to*/) {}
  /// Drops what earlier steps told, after a failure; false when there is nothing.
  virtual bool forget() { return false; }
  const TensorBounds& bounds() const { return *bounds_; }

  /// Downhill, with a first trial of length 1 at most.
  static Direction steepest(const Tensor& g);

 private:
  void prepare(Objective& f, const ObjectivePoint& p);

  const Box& box_;
  std::optional<TensorBounds> bounds_;
  Direction next_;
  bool is_prepared_ = false;
  int flat_steps_ = 0;
};

std::unique_ptr<MinimizeMethod> make_bfgs(const Box& box);
std::unique_ptr<MinimizeMethod> make_nonlinear_cg(const Box& box);

}  // namespace eigengrad::optim
