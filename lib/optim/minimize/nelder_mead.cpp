#include <algorithm>
#include <cmath>
#include <vector>

#include "eigengrad/core/eigen.hpp"
#include "optim/minimize/methods.hpp"
#include "optim/quadratic.hpp"

namespace eigengrad::optim {
namespace {

/// A simplex of n + 1 points that is reflected, expanded, contracted and shrunk; a move ends when the best
/// point has changed. Simplices collapse at kinks and on bounds: one that has become small, or whose points
/// are equal, is begun anew around its best point as long as that lowers the value.
/// Source: Nelder and Mead (1965), with the parameters of Gao and Han, Implementing the Nelder-Mead simplex
/// algorithm with adaptive parameters (2012).
class NelderMead final : public MinimizeMethod {
 public:
  explicit NelderMead(const Box& box) : box_(box) {}

  /// The extent of the simplex.
  Prediction prediction(Objective&, const ObjectivePoint& p) override {
    Prediction o;
    if (corners_.empty() || wants_restart(p.value)) return o;
    const Vector extent = this->extent();
    o.decrease = corners_.back().value - corners_.front().value;
    o.step = from_eigen(extent).to(p.x.dtype());
    return o;
  }

  bool move(Objective& f, ObjectivePoint& p) override {
    type_ = p.x.dtype();
    if (corners_.empty())
      begin(f, p);
    else if (wants_restart(p.value))
      restart(f, p);
    const double value = p.value;
    for (int i = 0; i < 200 * static_cast<int>(corners_.size()); ++i) {
      turn(f);
      std::stable_sort(corners_.begin(), corners_.end(),
                       [](const Corner& a, const Corner& b) { return a.value < b.value; });
      if (corners_.front().value < value) {
        p = f.at(from_eigen(corners_.front().x).to(type_));
        f.add_gradient(p);
        return true;
      }
      if (corners_.back().value > value) continue;
      if (!(value < restarted_at_ - least_gain(value))) return false;
      restart(f, p);
    }
    return false;
  }

 private:
  struct Corner {
    Vector x;
    double value = 0;
  };

  Vector extent() const {
    Vector extent = Vector::Zero(corners_.front().x.size());
    for (const Corner& c : corners_) extent = extent.cwiseMax((c.x - corners_[0].x).cwiseAbs());
    return extent;
  }

  /// The decrease since the last restart below which there is no other.
  double least_gain(double value) const {
    return 1e-12 * std::abs(value) + 1e-16 * (first_value_ - value);
  }
  bool wants_restart(double value) const {
    return (extent().array() <= 1e-4 * edges_.array()).all() &&
           value < restarted_at_ - least_gain(value);
  }

  void restart(Objective& f, const ObjectivePoint& p) {
    restarted_at_ = p.value;
    corners_.clear();
    side_ = -side_;
    begin(f, p);
  }

  void begin(Objective& f, const ObjectivePoint& p) {
    const Vector x = vector_of(p.x);
    if (edges_.size() == 0) {
      first_value_ = p.value;
      edges_ = x.unaryExpr([](double v) { return v != 0 ? 0.05 * std::abs(v) : 2.5e-4; });
    }
    corners_.push_back({x, p.value});
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      Vector y = x;
      y[i] += side_ * std::copysign(edges_[i], x[i]);
      if (inside(y) != y) y[i] = x[i] - side_ * std::copysign(edges_[i], x[i]);
      corners_.push_back(at(f, std::move(y)));
    }
  }

  Vector inside(Vector x) const {
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      const auto k = static_cast<std::size_t>(i);
      x[i] = std::clamp(x[i], box_.lower[k], box_.upper[k]);
    }
    return x;
  }

  Corner at(Objective& f, Vector x) const {
    x = inside(std::move(x));
    const double value = f.at(from_eigen(x).to(type_)).value;
    return {std::move(x), std::isnan(value) ? std::numeric_limits<double>::infinity() : value};
  }

  void turn(Objective& f) {
    const auto n = static_cast<double>(corners_.size() - 1);
    Vector center = Vector::Zero(corners_[0].x.size());
    for (std::size_t k = 0; k + 1 < corners_.size(); ++k) center += corners_[k].x / n;
    Corner& worst = corners_.back();
    const double second = corners_[corners_.size() - 2].value;
    const Vector away = center - worst.x;
    Corner reflected = at(f, center + away);
    if (reflected.value < corners_.front().value) {
      Corner stretched = at(f, center + (1 + 2 / n) * away);
      worst = stretched.value < reflected.value ? std::move(stretched) : std::move(reflected);
      return;
    }
    if (reflected.value < second) {
      worst = std::move(reflected);
      return;
    }
    const double inward = 0.75 - 1 / (2 * n);
    const bool is_outside = reflected.value < worst.value;
    Corner contracted = at(f, center + (is_outside ? inward : -inward) * away);
    if (contracted.value < std::min(reflected.value, worst.value)) {
      worst = std::move(contracted);
      return;
    }
    for (std::size_t k = 1; k < corners_.size(); ++k)
      corners_[k] =
          at(f, corners_[0].x + (1 - 1 / std::max(n, 2.0)) * (corners_[k].x - corners_[0].x));
  }

  const Box& box_;
  ScalarType type_ = kFloat64;
  double first_value_ = 0;
  double restarted_at_ = std::numeric_limits<double>::infinity();
  /// The edge along each unknown of a new simplex, and its sign.
  Vector edges_;
  double side_ = 1;
  /// Sorted by value, the best first.
  std::vector<Corner> corners_;
};

}  // namespace

std::unique_ptr<MinimizeMethod> make_nelder_mead(const Box& box) {
  return std::make_unique<NelderMead>(box);
}

}  // namespace eigengrad::optim
