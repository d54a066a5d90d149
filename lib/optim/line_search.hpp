#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace eigengrad::optim {

/// The objective at x + t d: its value and its slope along d.
struct LineSample {
  double t = 0;
  double value = 0;
  double slope = 0;
};

/// A sample with data of the caller, who gets them back for the sample that is chosen.
template <class Payload>
struct LinePoint : LineSample {
  Payload payload;
};

struct WolfeOptions {
  /// Sufficient decrease: value <= value(0) + c1 t slope(0).
  double c1 = 1e-4;
  /// Curvature: |slope| <= c2 |slope(0)|.
  double c2 = 0.9;
  /// Intervals shorter than this are not divided any more.
  double min_width = 0;
  /// The largest number of times that the interval is lengthened or divided.
  int max_moves = 25;
  /// Rounding error of a value. Where values differ by no more, slopes decide whether there was
  /// enough decrease. Source: Hager and Zhang 2005, the approximate Wolfe conditions.
  double noise = 0;
  /// Whether the lower end of an interval is the base of the search even without enough decrease
  /// there. PyTorch does so; it may lose the part of the interval that holds acceptable steps.
  bool lower_end_is_base = false;

  bool decreases_enough(const LineSample& start, const LineSample& p) const {
    if (p.value <= start.value + c1 * p.t * start.slope) return true;
    return noise > 0 && p.value <= start.value + noise && p.slope <= (2 * c1 - 1) * start.slope;
  }
};

template <class Payload>
struct WolfeResult {
  LinePoint<Payload> point;
  int evaluations = 0;
  /// Whether the strong Wolfe conditions hold at `point`. Otherwise `point` is the lowest one with sufficient
  /// decrease, or the start.
  bool satisfied = false;
};

/// The minimiser of the cubic with these values and slopes at a and b, clamped to [lower, upper];
/// their midpoint when there is none.
inline double cubic_minimum(const LineSample& a, const LineSample& b, double lower, double upper) {
  const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.t - b.t);
  const double square = d1 * d1 - a.slope * b.slope;
  if (square >= 0) {
    const double d2 = std::copysign(std::sqrt(square), b.t - a.t);
    const double t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
    if (std::isfinite(t)) return std::clamp(t, lower, upper);
  }
  return (lower + upper) / 2;
}

template <class Payload, class Line>
class WolfeSearch {
 public:
  using Point = LinePoint<Payload>;

  WolfeSearch(const Line& line, Point start, const WolfeOptions& options)
      : line_(line), start_(std::move(start)), o_(options) {}

  WolfeResult<Payload> run(double t) {
    bracket(t);
    zoom();
    return {std::move(low_), evaluations_, satisfied_};
  }

 private:
  Point at(double t) {
    ++evaluations_;
    Point p = line_(t);
    if (!std::isfinite(p.value) || !std::isfinite(p.slope))
      p.value = std::numeric_limits<double>::infinity();
    return p;
  }
  bool decreases_enough(const Point& p) const { return o_.decreases_enough(start_, p); }
  bool is_flat(const Point& p) const { return std::abs(p.slope) <= -o_.c2 * start_.slope; }
  bool is_no_lower(const Point& p, const Point& than) const {
    return o_.noise > 0 ? p.value > than.value + o_.noise : p.value >= than.value;
  }

  void take_interval(Point low, Point high) {
    low_ = std::move(low);
    high_ = std::move(high);
    if (o_.lower_end_is_base && high_.value < low_.value) std::swap(low_, high_);
  }

  /// Lengthens the step until an interval is known to hold an acceptable one.
  void bracket(double t) {
    Point previous = start_;
    Point p = at(t);
    for (;; ++moves_) {
      if (!decreases_enough(p) || (moves_ > 1 && is_no_lower(p, previous)))
        return take_interval(std::move(previous), std::move(p));
      if (is_flat(p)) {
        satisfied_ = true;
        low_ = std::move(p);
        return;
      }
      if (p.slope >= 0) return take_interval(std::move(p), std::move(previous));
      if (moves_ == o_.max_moves) {
        low_ = std::move(p);
        return;
      }
      const double next = cubic_minimum(previous, p, p.t + 0.01 * (p.t - previous.t), 10 * p.t);
      previous = std::exchange(p, at(next));
    }
  }

  /// Narrows the interval between the lowest point with enough decrease (or the start) and one that
  /// is too high or beyond a minimum.
  void zoom() {
    bool near_end = false;
    for (; !satisfied_ && moves_ < o_.max_moves; ++moves_) {
      const double left = std::min(low_.t, high_.t);
      const double right = std::max(low_.t, high_.t);
      if (right - left < o_.min_width || left == right) return;
      double t = cubic_minimum(low_, high_, left, right);
      const double margin = 0.1 * (right - left);
      if (std::min(right - t, t - left) >= margin) {
        near_end = false;
      } else if (near_end || t >= right || t <= left) {
        t = right - t < t - left ? right - margin : left + margin;
        near_end = false;
      } else {
        near_end = true;
      }

      Point p = at(t);
      if (!decreases_enough(p) || is_no_lower(p, low_)) {
        take_interval(std::move(low_), std::move(p));
        continue;
      }
      if (is_flat(p))
        satisfied_ = true;
      else if (p.slope * (high_.t - low_.t) >= 0)
        high_ = std::move(low_);
      low_ = std::move(p);
    }
  }

  const Line& line_;
  Point start_;
  const WolfeOptions& o_;
  Point low_;
  Point high_;
  int evaluations_ = 0;
  int moves_ = 0;
  bool satisfied_ = false;
};

/// Note [One line search]
/// minimize() and LBFGS::step() share this search. LBFGS::step() must evaluate the same points as PyTorch does,
/// so that the search is PyTorch's rather than that of More and Thuente, which has the same conditions and
/// cubics but other safeguards.

/// Looks for a step with the strong Wolfe conditions, beginning with length `t`. `start` is the
/// point at t = 0, with a negative slope; `line(t)` evaluates another one.
///
/// At the edge: a value or slope that is not finite counts as too high.
/// Source: Nocedal and Wright, Numerical Optimization, 2nd ed., algorithms 3.5 (bracketing) and 3.6
/// (zoom) with the cubic of (3.59), and the guards of PyTorch: an extrapolation lengthens the step
/// by 1 % of its last move at least, tenfold at most; an interpolation that falls within a tenth of
/// an end for the second time is moved away from it.
template <class Payload, class Line>
WolfeResult<Payload> strong_wolfe(const Line& line, LinePoint<Payload> start, double t,
                                  const WolfeOptions& options) {
  return WolfeSearch<Payload, Line>(line, std::move(start), options).run(t);
}

}  // namespace eigengrad::optim
