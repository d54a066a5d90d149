#include "optim/minimize/diagnosis.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "eigengrad/core/eigen.hpp"
#include "eigengrad/core/error.hpp"

namespace eigengrad::optim {
namespace {

using Indices = std::vector<Eigen::Index>;

/// Differences of values below so many standard deviations of their rounding errors count as noise.
constexpr double kFewNoises = 64;

/// The quadratic model in free unknowns, scaled by the roots of their curvatures.
struct LocalModel {
  Indices free;
  Vector scale;
  Vector gradient;
  std::optional<Quadratic> quadratic;

  /// The Hessian's diagonal, unscaled.
  Vector curvatures;

  Vector unscaled(const Vector& s) const { return s.cwiseQuotient(scale); }
  /// A vector of all n unknowns, 0 for those that are not free.
  Vector spread(const Vector& of_free, Eigen::Index n) const {
    Vector all = Vector::Zero(n);
    all(free) = of_free;
    return all;
  }
  /// The standard deviations of newton() with those of the gradient.
  Vector step_errors(const Vector& gradient_errors) const {
    const Vector e = gradient_errors(free).cwiseQuotient(scale);
    const Matrix inverse = quadratic->inverse();
    return unscaled((inverse.cwiseAbs2() * e.cwiseAbs2()).cwiseSqrt());
  }
};

/// The model at p; empty where there are too many unknowns or the objective has no second derivatives.
std::optional<LocalModel> model_at(Objective& f, const ObjectivePoint& p, const Box& box) {
  if (p.x.numel() > kMostConfirmed) return std::nullopt;
  Matrix h;
  try {
    h = f.hessian(p);
  } catch (const Error&) {
    return std::nullopt;  // An operator or a Function without second derivatives.
  }
  if (!h.allFinite()) return std::nullopt;
  const Vector x = vector_of(p.x);
  const Vector g = vector_of(p.gradient);
  LocalModel m;
  m.free = box.free_unknowns(x, g);
  const Matrix of_free = h(m.free, m.free);
  m.curvatures = of_free.diagonal();
  m.scale = curvature_roots(of_free);
  m.gradient = g(m.free).cwiseQuotient(m.scale);
  m.quadratic.emplace(scaled(of_free, m.scale), m.gradient);
  return m;
}

/// Refutes a minimum by a direction of negative curvature.
std::optional<Verdict> find_negative_curvature(LocalModel& m, const Sizes& sizes) {
  if (m.free.empty() || !m.quadratic->is_indefinite(1e-8)) return std::nullopt;
  const double least = m.quadratic->least_curvature();
  if (m.gradient.squaredNorm() > 1e-8 * sizes.value)
    return Verdict{Status::Saddle, text_of("no minimum, for a scaled curvature is ", least,
                                           ", though the method sees little left to gain")};
  return Verdict{
      Status::Saddle,
      text_of("the gradient vanishes at a saddle or maximum: a scaled curvature there is ", least)};
}

/// The value where unknown i is changed by h.
double value_beside(Objective& f, const ObjectivePoint& p, Eigen::Index i, double h) {
  Vector x = vector_of(p.x);
  x[i] += h;
  return f.at(from_eigen(x).to(p.x.dtype())).value;
}

/// Refutes a minimum where, along an unknown with next to no curvature for its size on the path, the value is
/// lower at some distance; or where gradient and Hessian are zero.
std::optional<Verdict> flat_or_falling(Objective& f, const ObjectivePoint& p, const Box& box,
                                       const LocalModel& m, const Sizes& sizes) {
  Indices flat;
  for (std::size_t k = 0; k < m.free.size(); ++k) {
    const double reach = 1e-3 * sizes.largest[m.free[k]];
    const double gained = m.curvatures[static_cast<Eigen::Index>(k)] * reach * reach;
    if (gained <= 1e-12 * std::max(std::abs(p.value), sizes.start_value)) flat.push_back(m.free[k]);
  }
  if (flat.empty()) return std::nullopt;
  const double noise = kFewNoises * f.precision() * std::abs(p.value);
  for (const Eigen::Index i : flat) {
    const double size = sizes.largest[i] > 0 ? sizes.largest[i] : 1;
    for (const double h : {1e-3 * size, -1e-3 * size, 0.1 * size, -0.1 * size, size, -size}) {
      const double x = sizes.x[i] + h;
      if (box.inside(static_cast<std::size_t>(i), x) != x) continue;
      if (value_beside(f, p, i, h) < p.value - noise)
        return Verdict{flat.size() == m.free.size() ? Status::Plateau : Status::Saddle,
                       text_of("the value has next to no derivative or curvature along x[", i,
                               "], but is lower at a distance of ", h)};
    }
  }
  if (m.gradient.norm() > 0 || !m.curvatures.isZero(0)) return std::nullopt;
  return Verdict{Status::Plateau, "gradient and Hessian are zero: the value is flat here"};
}

/// Whether changes of unknowns by their own size change the model by less than a millionth.
bool is_flat_region(LocalModel& m, const Sizes& sizes) {
  double derivative = 0;
  double curvature = 0;
  for (std::size_t k = 0; k < m.free.size(); ++k) {
    const auto j = static_cast<Eigen::Index>(k);
    const double size = sizes.of(m.free[k]) * m.scale[j];  // In scaled unknowns.
    derivative = std::max(derivative, std::abs(m.gradient[j]) * size);
    curvature = std::max(curvature, size * size);
  }
  return derivative <= 1e-6 * sizes.value && curvature <= 1e-6 * sizes.value;
}

/// The verdict where the Newton step is within the rounding errors of the gradient; it says how uncertain
/// these leave the unknowns.
std::optional<Verdict> within_rounding(LocalModel& m, const Sizes& sizes, const Noise& noise) {
  if (m.free.empty() || !m.quadratic->is_convex()) return std::nullopt;
  if (noise.value > 1e-6 * sizes.value)
    return Verdict{
        Status::BadlyScaled,
        text_of("changes of the unknowns in the last place change the value by ", noise.value)};
  const Vector step = m.unscaled(m.quadratic->newton());
  const Vector errors = m.step_errors(noise.gradient);
  const double ulp = std::numeric_limits<double>::epsilon();
  bool is_rounding = -m.quadratic->change(m.quadratic->newton()) <= kFewNoises * noise.value;
  if (!is_rounding) {
    is_rounding = true;
    for (std::size_t k = 0; k < m.free.size(); ++k) {
      const auto i = static_cast<Eigen::Index>(k);
      const double error = errors[i] + ulp * std::abs(sizes.x[m.free[k]]);
      is_rounding = is_rounding && std::abs(step[i]) <= 10 * error;
    }
  }
  if (!is_rounding) return std::nullopt;
  // No step can do better, so the size of an unknown near 0 is at least a thousandth of its largest.
  Sizes coarse = sizes;
  coarse.x = sizes.x.cwiseAbs().cwiseMax(1e-3 * sizes.largest);
  const auto [i, part] = most_changed(m.spread(step.cwiseAbs() + errors, sizes.x.size()), coarse);
  if (part > sizes.known)
    return Verdict{Status::NoProgress,
                   text_of("rounding errors of the gradient leave x[", i, "] = ", sizes.x[i],
                           " uncertain by ", part, " of its size")};
  return Verdict{
      Status::RoundingLevel,
      text_of("what is left to gain is within the rounding errors of value and gradient; that of "
              "the value is ",
              noise.value, ", that of x[", i, "] ", part, " of its size")};
}

/// Difference quotients of the value along one unknown.
struct Quotients {
  double forward = 0;
  double backward = 0;

  double central() const { return (forward + backward) / 2; }
  /// Whether `derivative` is the one to one side of the point, where the two sides differ.
  bool is_one_sided(double derivative, double error) const {
    return std::abs(forward - derivative) <= error || std::abs(backward - derivative) <= error;
  }
};

Quotients difference_quotients(Objective& f, const ObjectivePoint& p, Eigen::Index i, double h) {
  return {(value_beside(f, p, i, h) - p.value) / h, (p.value - value_beside(f, p, i, -h)) / h};
}

/// The first unknown, of those with the largest derivatives, where differences contradict the gradient.
std::optional<Verdict> wrong_gradient(Objective& f, const ObjectivePoint& p, const Box& box,
                                      const Sizes& sizes, const Noise& noise) {
  const Vector x = vector_of(p.x);
  const Vector g = vector_of(p.gradient);
  Indices order = box.free_unknowns(x, g);
  const auto checked = std::min<std::size_t>(order.size(), 64);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(checked),
                    order.end(), [&](auto a, auto b) { return std::abs(g[a]) > std::abs(g[b]); });
  order.resize(checked);
  for (const Eigen::Index i : order) {
    const double size = sizes.of(i) > 0 ? sizes.of(i) : 1;
    const double room = box.room(static_cast<std::size_t>(i), x[i]);
    const double h = std::min(std::cbrt(f.precision()) * size, room);
    if (!(h > 0)) continue;
    // Quotients that approximate a derivative agree for all h.
    const Quotients wide = difference_quotients(f, p, i, h);
    const Quotients half = difference_quotients(f, p, i, h / 2);
    const Quotients narrow = difference_quotients(f, p, i, h / 64);
    const double spread = std::max(std::abs(wide.central() - half.central()),
                                   std::abs(half.central() - narrow.central()));
    if (!std::isfinite(spread)) continue;
    const double rounding = std::max(20 * noise.value, f.precision() * sizes.start_value);
    const double error = 10 * spread + 10 * noise.gradient[i] + kFewNoises * rounding / h +
                         1e-3 * std::max(std::abs(g[i]), std::abs(narrow.central()));
    if (std::abs(narrow.central() - g[i]) <= error) continue;
    const double jump = std::abs(narrow.forward - narrow.backward);
    if (jump > 10 * error && narrow.is_one_sided(g[i], 0.1 * jump))
      return Verdict{Status::NoProgress,
                     text_of("the derivative by x[", i, "] = ", x[i], " jumps from ",
                             narrow.backward, " to ", narrow.forward, ": a kink")};
    return Verdict{Status::WrongGradient,
                   text_of("the gradient says ", g[i], " for x[", i, "] = ", x[i],
                           ", differences of values say ", narrow.central())};
  }
  return std::nullopt;
}

/// An unknown along which the value falls on: its derivative is too large for its curvature to bring it to
/// 0 within the digits that count as known, and the value is lower that far away.
std::optional<Verdict> falls_nearby(Objective& f, const ObjectivePoint& p, const Box& box,
                                    const LocalModel& m, const Sizes& sizes) {
  for (std::size_t k = 0; k < m.free.size(); ++k) {
    const auto j = static_cast<Eigen::Index>(k);
    const Eigen::Index i = m.free[k];
    const double derivative = m.gradient[j] * m.scale[j];
    const double h = -std::copysign(sizes.known * sizes.of(i), derivative);
    const double change = std::abs(derivative * h);
    const double enough = 1000 * kFewNoises * f.precision() * std::abs(p.value);
    if (!(change > enough) || std::abs(m.curvatures[j] * h) > std::abs(derivative)) continue;
    const double x = sizes.x[i] + h;
    if (box.inside(static_cast<std::size_t>(i), x) != x) continue;
    if (value_beside(f, p, i, h) < p.value - change / 2)
      return Verdict{Status::NoProgress,
                     text_of("the method sees nothing left to gain, but the value falls along x[",
                             i, "] with the derivative ", derivative)};
  }
  return std::nullopt;
}

}  // namespace

double Sizes::of(Eigen::Index i) const {
  const double own = std::max(std::abs(x[i]), 1e-6 * largest[i]);
  return doubling.size() > 0 ? std::max(own, 1e-3 * doubling[i]) : own;
}

Changed most_changed(const Vector& step, const Sizes& sizes) {
  Changed most;
  for (Eigen::Index i = 0; i < step.size(); ++i) {
    const double size = sizes.of(i);
    const double part = size > 0 ? std::abs(step[i]) / size : 0;
    if (part > most.part) most = {i, part};
  }
  return most;
}

bool is_negligible(const Prediction& prediction, const Sizes& sizes) {
  return most_changed(vector_of(prediction.step), sizes).part <= sizes.known;
}

Verdict unless_step_is_large(const Vector& step, const Sizes& sizes, const Verdict& claim) {
  const auto [i, part] = most_changed(step, sizes);
  if (part <= sizes.known) return claim;
  return {Status::BadlyScaled,
          text_of("the Hessian leads on from x[", i, "] = ", sizes.x[i], " by ", part,
                  " of its size, though the method sees nothing left to gain")};
}

Noise measure_noise(Objective& f, const ObjectivePoint& p, const Box& box) {
  constexpr int kPoints = 7;
  const Vector x = vector_of(p.x);
  Matrix gradients(x.size(), kPoints);
  Vector values(kPoints);
  for (int k = 0; k < kPoints; ++k) {
    Vector moved = x;
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      const auto b = static_cast<std::size_t>(i);
      // Amounts of no common factor, so that not all are rounded alike.
      const double units = 2 + 0.37 * static_cast<double>(i % 5);
      moved[i] *= 1 + (k - 3) * units * f.precision() * (i % 2 == 0 ? 1 : -1);
      moved[i] = std::clamp(moved[i], box.lower[b], box.upper[b]);
    }
    ObjectivePoint q = f.at(from_eigen(moved).to(p.x.dtype()));
    f.add_gradient(q);
    values[k] = q.value;
    gradients.col(k) = vector_of(q.gradient);
  }
  for (int order = 0; order < 3; ++order)
    for (int k = 0; k + order + 1 < kPoints; ++k) {
      values[k] = values[k + 1] - values[k];
      gradients.col(k) = Vector(gradients.col(k + 1) - gradients.col(k));
    }
  // A third difference of independent errors has the variance 1 + 9 + 9 + 1 times theirs.
  constexpr int kLeft = kPoints - 3;
  Noise noise;
  noise.value = std::max(std::sqrt(values.head(kLeft).squaredNorm() / (20 * kLeft)),
                         f.precision() * std::abs(p.value) / 2);
  noise.gradient = (gradients.leftCols(kLeft).rowwise().squaredNorm() / (20 * kLeft)).cwiseSqrt();
  if (!std::isfinite(noise.value)) noise.value = f.precision() * std::abs(p.value);
  return noise;
}

Verdict confirm(Objective& f, const ObjectivePoint& p, const Box& box, const Sizes& sizes,
                const Verdict& claim) {
  if (p.x.numel() > kMostConfirmed) return confirm_by_products(f, p, box, sizes, claim);
  std::optional<LocalModel> m = model_at(f, p, box);
  if (!m || m->free.empty()) return claim;
  if (std::optional<Verdict> v = find_negative_curvature(*m, sizes)) return *v;
  if (std::optional<Verdict> v = flat_or_falling(f, p, box, *m, sizes)) return *v;
  if (std::optional<Verdict> v = falls_nearby(f, p, box, *m, sizes)) return *v;
  const std::optional<Vector> step = m->quadratic->shortest();
  if (!step) return claim;
  return unless_step_is_large(m->spread(m->unscaled(*step), p.x.numel()), sizes, claim);
}

Verdict explain_refusal(Objective& f, const ObjectivePoint& p, const Box& box, const Sizes& sizes,
                        const Prediction& prediction) {
  const Noise noise = measure_noise(f, p, box);
  std::optional<LocalModel> m = model_at(f, p, box);
  if (m) {
    if (std::optional<Verdict> v = within_rounding(*m, sizes, noise)) return *v;
    if (is_flat_region(*m, sizes))
      return {Status::Plateau,
              text_of("changes of the unknowns by their own size would change the value by "
                      "less than a millionth: the gradient vanishes on a plain")};
    if ((m->gradient.array() == 0).all())
      if (std::optional<Verdict> v = find_negative_curvature(*m, sizes)) return *v;
  } else if (prediction.decrease <= noise.value) {
    return confirm_by_products(
        f, p, box, sizes,
        {Status::RoundingLevel,
         text_of("the decrease that is left, ", prediction.decrease,
                 ", is within the rounding error of the value, ", noise.value)});
  }
  if (std::optional<Verdict> v = wrong_gradient(f, p, box, sizes, noise)) return *v;
  const Vector g = vector_of(p.gradient);
  if (m && m->quadratic->is_convex()) {
    const Vector newton = m->unscaled(m->quadratic->newton());
    const auto [i, part] = most_changed(m->spread(newton, p.x.numel()), sizes);
    return {Status::BadlyScaled,
            text_of("no step lowers the value, though the Hessian leads on from x[", i,
                    "] = ", sizes.x[i], " by ", part, " of its size")};
  }
  Eigen::Index i = 0;
  g.cwiseAbs().maxCoeff(&i);
  return {Status::NoProgress,
          text_of("no step lowers the value ", p.value, "; its rounding error is ", noise.value,
                  ", the largest partial derivative ", g[i], ", by x[", i, "]")};
}

}  // namespace eigengrad::optim
