#include "optim/methods.hpp"

#include <Eigen/Cholesky>
#include <Eigen/SparseCholesky>
#include <algorithm>
#include <cmath>
#include <utility>

#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/arithmetic.hpp"
#include "eigengrad/optim/adam.hpp"
#include "optim/line_search.hpp"
#include "optim/two_loop.hpp"

namespace eigengrad::optim {
namespace {

double dot(const Tensor& a, const Tensor& b) { return a.dot(b).item<double>(); }

/// Rounding error of a value whose terms are up to a thousand times larger than itself.
double value_noise(const Objective& f, double value) {
  return 1000 * f.precision() * std::abs(value);
}

/// Moves `p` along `d` to a point with the strong Wolfe conditions, or at least a lower one.
bool move_along(Objective& f, ObjectivePoint& p, const Tensor& d, double slope, double length) {
  const auto line = [&](double t) -> LinePoint<ObjectivePoint> {
    ObjectivePoint q = f.at(p.x.add(d, t));
    if (!std::isfinite(q.value)) return {{t, q.value, 0}, std::move(q)};
    f.add_gradient(q);
    return {{t, q.value, dot(q.gradient, d)}, std::move(q)};
  };
  auto found = strong_wolfe(line, LinePoint<ObjectivePoint>{{0, p.value, slope}, p}, length,
                            WolfeOptions{.max_moves = 40, .noise = value_noise(f, p.value)});
  if (!found.satisfied && !(found.point.t > 0 && found.point.value < p.value)) return false;
  p = std::move(found.point.payload);
  return true;
}

class GradientDescent : public MinimizeMethod {
 public:
  bool move(Objective& f, ObjectivePoint& p) override {
    const double slope = -dot(p.gradient, p.gradient);
    const WolfeOptions armijo{.noise = value_noise(f, p.value)};
    double t = first_length(p, slope);
    for (int trial = 0; trial < kMaxTrials; ++trial) {
      ObjectivePoint q = f.at(p.x.add(p.gradient, -t));
      if (q.value <= p.value + armijo.noise) {
        f.add_gradient(q);
        const LineSample sample{t, q.value, -dot(q.gradient, p.gradient)};
        if (armijo.decreases_enough({0, p.value, slope}, sample)) {
          previous_x_ = p.x;
          previous_gradient_ = p.gradient;
          p = std::move(q);
          return true;
        }
      }
      // The minimum of the parabola through value, slope and the value at t.
      const double parabola = -slope * t * t / (2 * (q.value - p.value - slope * t));
      t = std::isfinite(parabola) ? std::clamp(parabola, 0.1 * t, 0.5 * t) : 0.1 * t;
    }
    return false;
  }

 private:
  /// s.s / s.y of the last step s and the change y of the gradient along it: the inverse of a mean
  /// curvature. Source: Barzilai and Borwein 1988.
  double first_length(const ObjectivePoint& p, double slope) const {
    const double unit = std::min(1.0, 1 / std::sqrt(-slope));
    if (!previous_x_.defined()) return unit;
    const Tensor s = p.x - previous_x_;
    const double sy = dot(s, p.gradient - previous_gradient_);
    const double length = dot(s, s) / sy;
    return sy > 0 && std::isfinite(length) ? length : unit;
  }

  static constexpr int kMaxTrials = 60;
  Tensor previous_x_;
  Tensor previous_gradient_;
};

class LimitedMemoryBfgs : public MinimizeMethod {
 public:
  explicit LimitedMemoryBfgs(std::int64_t pairs) : pairs_(pairs) {}

  bool move(Objective& f, ObjectivePoint& p) override {
    const Tensor g = p.gradient;
    const Tensor x = p.x;
    Tensor d = two_loop_direction(memory_, g);
    double slope = dot(g, d);
    if (!(slope < 0) || !std::isfinite(slope)) {
      memory_ = LBFGSParamState();
      d = g.neg();
      slope = dot(g, d);
    }
    const double length = memory_.ro().empty() ? std::min(1.0, 1 / std::sqrt(-slope)) : 1.0;
    if (!move_along(f, p, d, slope, length)) {
      if (memory_.ro().empty()) return false;
      memory_ = LBFGSParamState();
      return move(f, p);
    }
    const Tensor y = p.gradient - g;
    remember_pair(memory_, y, p.x - x, pairs_, f.precision() * dot(y, y));
    return true;
  }

 private:
  std::int64_t pairs_;
  LBFGSParamState memory_;
};

/// Solves (H + shift) d = -g with the first shift of 0, beta, 2 beta, ... that makes the matrix
/// positive definite. Source: Nocedal and Wright, algorithm 3.3.
class ShiftedCholesky {
 public:
  using Matrix = Eigen::Map<const Eigen::MatrixXd>;
  using Vector = Eigen::Map<const Eigen::VectorXd>;

  explicit ShiftedCholesky(const Matrix& h) : h_(h) {
    std::int64_t entries = 0;
    for (Eigen::Index j = 0; j < h.cols(); ++j) {
      entries += (h.col(j).array() != 0).count();
      scale_ = std::max(h.col(j).cwiseAbs().sum(), scale_);
    }
    // Sparse factors pay when most entries are zero; they then cost what is there, not n^3.
    is_sparse_ = h.cols() > 50 && entries < h.size() / 10;
    if (!is_sparse_) return;
    sparse_ = h.sparseView();
    sparse_factor_.analyzePattern(sparse_);
  }

  /// False when no shift does, which an infinite or undefined entry brings about.
  bool solve(const Vector& g, Eigen::Map<Eigen::VectorXd> d) {
    const double beta = 1e-3 * (scale_ > 0 ? scale_ : 1);
    const double smallest = h_.diagonal().minCoeff();
    const double largest_shift = 4 * scale_ + 4 * beta;
    for (double shift = smallest > 0 ? 0 : beta - smallest; shift < largest_shift;
         shift = std::max(2 * shift, beta))
      if (factor_and_solve(shift, g, d) && d.dot(g) < 0 && d.allFinite()) return true;
    return false;
  }

 private:
  bool factor_and_solve(double shift, const Vector& g, Eigen::Map<Eigen::VectorXd>& d) {
    if (is_sparse_) {
      sparse_factor_.setShift(shift);
      sparse_factor_.factorize(sparse_);
      if (sparse_factor_.info() != Eigen::Success) return false;
      d = -sparse_factor_.solve(g);
    } else {
      dense_ = h_;
      dense_.diagonal().array() += shift;
      const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> factor(dense_);
      if (factor.info() != Eigen::Success) return false;
      d = -factor.solve(g);
    }
    return true;
  }

  Matrix h_;
  /// Largest absolute row sum, a bound on the eigenvalues.
  double scale_ = 0;
  bool is_sparse_;
  Eigen::MatrixXd dense_;
  Eigen::SparseMatrix<double> sparse_;
  Eigen::SimplicialLLT<Eigen::SparseMatrix<double>> sparse_factor_;
};

class Newton : public MinimizeMethod {
 public:
  bool move(Objective& f, ObjectivePoint& p) override {
    const Eigen::Index n = p.x.numel();
    const Tensor h = f.hessian(p).to(kFloat64);
    const Tensor g = p.gradient.to(kFloat64);
    const Tensor d = empty({n}, kFloat64);
    ShiftedCholesky factor(ShiftedCholesky::Matrix(h.data_ptr<double>(), n, n));
    if (!factor.solve(ShiftedCholesky::Vector(g.data_ptr<double>(), n),
                      Eigen::Map<Eigen::VectorXd>(d.data_ptr<double>(), n)))
      return false;
    const Tensor direction = d.to(p.x.dtype());
    return move_along(f, p, direction, dot(p.gradient, direction), 1);
  }
};

class NewtonConjugateGradient : public MinimizeMethod {
 public:
  bool move(Objective& f, ObjectivePoint& p) override {
    const Tensor d = direction(f, p);
    return move_along(f, p, d, dot(p.gradient, d), 1);
  }

 private:
  /// Conjugate gradients on H z = -g from z = 0, until the residual is below min(1/2, sqrt |g|) |g|
  /// or a direction without positive curvature shows up. Source: Nocedal and Wright, algorithm 7.1.
  static Tensor direction(Objective& f, const ObjectivePoint& p) {
    Tensor z = zeros({p.x.numel()}, p.x.dtype());
    Tensor r = p.gradient.clone();
    Tensor d = r.neg();
    double rr = dot(r, r);
    const double norm = std::sqrt(rr);
    const double tolerance = std::min(0.5, std::sqrt(norm)) * norm;
    const std::int64_t limit = 2 * p.x.numel() + 10;  // Rounding may cost more than n products.
    for (std::int64_t j = 0; j < limit; ++j) {
      const Tensor product = f.hessian_vector(p, d);
      const double curvature = dot(d, product);
      if (!(curvature > 0) || !std::isfinite(curvature)) {
        if (j > 0) break;
        // Downhill, as far as a curvature of this size would lead if it were positive.
        const double length = rr / std::abs(curvature);
        return d.mul(std::isfinite(length) ? length : 1.0);
      }
      const double alpha = rr / curvature;
      z.add_(d, alpha);
      r.add_(product, alpha);
      const double next = dot(r, r);
      if (std::sqrt(next) < tolerance) break;
      d.mul_(next / rr).sub_(r);
      rr = next;
    }
    return z;
  }
};

class AdamMethod : public MinimizeMethod {
 public:
  explicit AdamMethod(double lr) : lr_(lr) {}

  bool move(Objective& f, ObjectivePoint& p) override {
    if (optimizer_ == nullptr) {
      x_ = p.x.clone().requires_grad_();
      optimizer_ = std::make_unique<Adam>(std::vector<Tensor>{x_}, AdamOptions(lr_));
    }
    x_.mutable_grad() = p.gradient;
    optimizer_->step();
    p = f.at(x_.detach().clone());
    f.add_gradient(p);
    return true;
  }

 private:
  double lr_;
  Tensor x_;
  std::unique_ptr<Adam> optimizer_;
};

}  // namespace

std::unique_ptr<MinimizeMethod> make_method(const MinimizeOptions& options) {
  switch (options.method) {
    case Method::GradientDescent:
      return std::make_unique<GradientDescent>();
    case Method::LBFGS:
      return std::make_unique<LimitedMemoryBfgs>(options.history_size);
    case Method::Newton:
      return std::make_unique<Newton>();
    case Method::NewtonCG:
      return std::make_unique<NewtonConjugateGradient>();
    case Method::Adam:
      break;
  }
  return std::make_unique<AdamMethod>(options.lr);
}

}  // namespace eigengrad::optim
