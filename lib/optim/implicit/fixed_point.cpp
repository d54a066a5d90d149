#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <utility>

#include "core/epsilon.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/optim/implicit.hpp"
#include "optim/implicit/call.hpp"
#include "optim/root/solver.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

namespace implicit {
namespace {

using fit::Matrix;
using fit::Vector;

/// y <- g(y), plain or by Anderson's combination of the last points.
class FixedPointIteration {
 public:
  FixedPointIteration(const std::function<Tensor(const Tensor&)>& g, const Tensor& y0,
                      const FixedPointOptions& options)
      : g_(g), options_(options), y0_(y0.detach()), y_(vector_of(y0)) {
    u_ = eigengrad::detail::epsilon_of(y0.dtype()) / 2;
    if (!evaluate())
      fail<NumericError>("fixed_point", "g is not finite at the start; start elsewhere");
    first_ = y_.cwiseAbs().maxCoeff() + image_.cwiseAbs().maxCoeff();
  }

  RootResult run() {
    const Verdict verdict = iterate();
    RootResult result;
    result.x = shaped_like(y0_, best_y_);
    result.residuals = shaped_like(y0_, best_f_);
    result.norm = best_f_.stableNorm();
    result.status = verdict.status;
    result.message = message_of(verdict, iterations_);
    result.counts.f = evaluations_;
    result.iterations = iterations_;
    return result;
  }

  /// Whether the iterates are far larger than the start and its image.
  bool has_grown() const { return best_y_.cwiseAbs().maxCoeff() > 3 * first_; }

  /// Whether an element of g(y) - y is small beside y only since it hardly depends on y: 30 + exp(-30) is 30
  /// to 15 digits, but no fixed point of y + exp(-y) is near. Found by changing all elements of y by a
  /// hundredth: once to the same side, once to alternate sides.
  bool is_undetermined(const Tensor& at) {
    const Vector y = vector_of(at);
    y_ = y;
    if (!evaluate()) return false;
    const Vector f = f_;
    Vector derivatives = Vector::Zero(y.size());
    constexpr double kPart = 0.01;
    for (const double sign : {1.0, -1.0}) {
      for (Eigen::Index k = 0; k < y.size(); ++k)
        y_[k] = y[k] * (1 + kPart * (k % 2 == 0 ? 1 : sign));
      if (!evaluate()) return false;
      derivatives = derivatives.cwiseMax((f_ - f).cwiseAbs() / kPart);
    }
    const Vector rest = f.cwiseAbs().cwiseMax(u_ * y.cwiseAbs());
    return (rest.array() > 1e-3 * derivatives.array()).any();
  }

  /// Whether Newton steps went on away from the start, from the last iterate `before`, to a point `found` that
  /// the equation does not determine.
  bool leads_away(const Tensor& before, const RootResult& found) {
    const bool goes_on =
        vector_of(found.x).cwiseAbs().maxCoeff() > 1.0001 * vector_of(before).cwiseAbs().maxCoeff();
    return (has_grown() || goes_on) && (found.is_singular || is_undetermined(found.x));
  }

 private:
  /// The image of y_ and f = g(y) - y; false where it is not finite.
  bool evaluate() {
    const NoGradGuard plain;
    ++evaluations_;
    try {
      image_ = vector_of(g_(shaped_like(y0_, y_)));
    } catch (const NumericError&) {
      if (evaluations_ == 1) throw;
      return false;
    }
    f_ = image_ - y_;
    return f_.allFinite();
  }

  Verdict iterate() {
    int stalled = 0;
    double halved = std::numeric_limits<double>::infinity();
    for (;;) {
      const double change = relative_change();
      stalled = change < 0.5 * halved ? 0 : stalled + 1;
      if (stalled == 0) halved = change;
      if (change < best_ || best_y_.size() == 0) {
        best_ = change;
        best_y_ = y_;
        best_f_ = f_;
        largest_ = larger_of(largest_, y_);
      }
      const double tolerance = std::max(options_.tolerance, 4 * u_);
      if (best_ <= tolerance)
        return {Status::Converged, text_of("relative change ", best_, " <= ", tolerance)};
      const bool is_rounding =
          best_f_.cwiseAbs().maxCoeff() <= 16 * u_ * best_y_.cwiseAbs().maxCoeff();
      if ((best_ <= 1e3 * u_ || is_rounding) && stalled > 20)
        return {Status::RoundingLevel, text_of("relative change ", best_, ", no longer falling")};
      const std::string where = text_of("the relative change is ", best_);
      if (iterations_ >= options_.max_iter) return {Status::MaxIterations, where};
      if (stalled > 200) return {Status::NoProgress, where};
      ++iterations_;
      next();
      if (!evaluate() && !retry()) return {Status::NotFinite, where};
    }
  }

  /// The largest |f_k| / |y_k|. Where f is nearly 0, an element that goes to 0 is compared with a part
  /// of what it was.
  double relative_change() {
    const double size = f_.cwiseAbs().maxCoeff();
    if (best_y_.size() == 0) first_change_ = size;
    Vector sizes = y_.cwiseAbs();
    if (best_y_.size() != 0 && size <= 1e-10 * first_change_)
      sizes = sizes.cwiseMax(1e-10 * largest_);
    return root_finding::largest_part(f_, sizes);
  }

  /// Goes on from the best point, without the earlier points.
  bool retry() {
    points_.clear();
    images_.clear();
    y_ = best_y_ + best_f_;
    return evaluate();
  }

  void next() {
    if (options_.method == FixedPointMethod::Plain) {
      y_ = image_;
      return;
    }
    // Where the change has grown, the earlier points are forgotten.
    if (relative_change() > 1e3 * best_) {
      points_.clear();
      images_.clear();
    }
    points_.push_back(y_);
    images_.push_back(image_);
    if (points_.size() > static_cast<std::size_t>(options_.history_size) + 1) {
      points_.pop_front();
      images_.pop_front();
    }
    y_ = combined();
  }

  /// sum_j a_j g(y_j), where a minimises |sum_j a_j (g(y_j) - y_j)| with sum 1.
  Vector combined() const {
    const auto m = static_cast<Eigen::Index>(points_.size()) - 1;
    if (m == 0) return image_;
    Matrix df(y_.size(), m);
    Matrix dg(y_.size(), m);
    for (Eigen::Index j = 0; j < m; ++j) {
      const auto i = static_cast<std::size_t>(j);
      dg.col(j) = images_[i] - image_;
      df.col(j) = dg.col(j) - (points_[i] - y_);
    }
    const Vector a = fit::LinearModel(df, f_).gauss_newton();
    const Vector y = image_ + dg * a;
    return y.allFinite() ? y : image_;
  }

  const std::function<Tensor(const Tensor&)>& g_;
  const FixedPointOptions& options_;
  Tensor y0_;
  double u_;
  /// The largest absolute value of each element among the best points.
  Vector largest_;
  double first_change_ = 0;
  /// The largest element of the start, and of its image.
  double first_ = 0;
  Vector y_;
  Vector image_;
  Vector f_;
  Vector best_y_;
  Vector best_f_;
  double best_ = std::numeric_limits<double>::infinity();
  std::deque<Vector> points_;
  std::deque<Vector> images_;
  std::int64_t iterations_ = 0;
  std::int64_t evaluations_ = 0;
};

void check_iteration(std::string_view op, const FixedPointOptions& o) {
  check_enumerator(op, "method", o.method, FixedPointMethod::Newton, "FixedPointMethod");
  check_not_negative(op, "tolerance", o.tolerance);
  check_at_least(op, "max_iter", o.max_iter, 0);
  check_at_least(op, "history_size", o.history_size, 1);
}

using Map = std::function<Tensor(const Tensor&)>;

/// Finds a fixed point by iteration, by Newton's method on `difference`, g(y) - y, or by both.
RootResult find_fixed_point(std::string_view op, const Map& g, const Map& difference,
                            const Tensor& y0, const FixedPointOptions& options) {
  const auto by_newton = [&](const Tensor& start) {
    return find_root(op, difference, start,
                     {.tolerance_x = options.tolerance, .max_iter = options.max_iter});
  };
  if (options.method == FixedPointMethod::Newton) return by_newton(y0);
  FixedPointIteration iteration(g, y0, options);
  RootResult r = iteration.run();
  // Iterates that grow, or that g hardly depends on, meet any test of the relative change, so that Newton
  // steps have to confirm the result.
  const bool is_doubtful =
      r.converged() && (iteration.has_grown() || iteration.is_undetermined(r.x));
  if (!is_doubtful && (options.method != FixedPointMethod::Auto || r.converged())) return r;
  const RootResult iterated = std::exchange(r, by_newton(r.x));
  r.counts.f += iterated.counts.f;
  if (is_doubtful && r.converged() && iteration.leads_away(iterated.x, r)) {
    r.status = Status::NoRoot;
    r.message = "not converged: the iterates grow until g changes them no more";
  }
  return r;
}

}  // namespace
}  // namespace implicit

namespace detail {

Tensor fixed_point(ParametricFunction g, const Tensor& y0, const variable_list& theta,
                   const FixedPointOptions& options) {
  constexpr std::string_view op = "fixed_point";
  implicit::check_iteration(op, options);
  implicit::Call call(op, std::move(g), theta, options.derivative);
  check_start(op, y0);
  const auto image = [g = std::move(call.f), op](const Tensor& y, const variable_list& t) {
    Tensor z = g(y, t);
    if (!z.defined() || !(z.sizes() == y.sizes()))
      fail<ShapeError>(op, "g gives ", z.defined() ? "sizes " : "an undefined tensor",
                       z.defined() ? z.sizes() : IntArrayRef(), " for a y of sizes ", y.sizes(),
                       "; they must be the same");
    return z;
  };
  const ParametricFunction difference = [image](const Tensor& y, const variable_list& t) {
    return image(y, t) - y;
  };
  const RootResult r = implicit::find_fixed_point(
      op, [&](const Tensor& y) { return image(y, call.constants); },
      [&](const Tensor& y) { return difference(y, call.constants); }, y0, options);
  auto equation = std::make_shared<implicit::Equation>(
      implicit::Equation{op, "FixedPointBackward0", difference, options.derivative});
  return implicit::solution_of(std::move(equation), r, options.report, theta);
}

}  // namespace detail
}  // namespace eigengrad::optim
