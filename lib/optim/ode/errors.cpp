#include "optim/ode/errors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "core/epsilon.hpp"

namespace eigengrad::optim::ode {
namespace {

/// Calls visit(i, x_i, tolerance_i).
template <class Visit>
void for_each_component(const Task& task, const Tensor& x, const Tensor& y, const Tensor& z,
                        const Visit& visit) {
  eigengrad::detail::dispatch_floating("odeint", x.dtype(), [&]<class T>(std::type_identity<T>) {
    const T *px = x.impl()->data<T>(), *py = y.impl()->data<T>(), *pz = z.impl()->data<T>();
    const double* const atol = task.atol.impl()->data<double>();
    const double smallest = std::numeric_limits<double>::min();
    for (std::int64_t i = 0, n = x.numel(); i < n; ++i) {
      const auto size = static_cast<double>(std::max(std::abs(py[i]), std::abs(pz[i])));
      visit(i, static_cast<double>(px[i]), std::max(atol[i] + task.rtol * size, smallest));
      // The maximum does not see every NaN.
      if (!std::isfinite(pz[i])) visit(i, std::numeric_limits<double>::quiet_NaN(), 1.0);
    }
  });
}

}  // namespace

double Scale::norm(const Tensor& x, const Tensor& y, const Tensor& z) const {
  double sum = 0;
  for_each_component(task_, x, y, z, [&](std::int64_t, double part, double tolerance) {
    sum += part / tolerance * (part / tolerance);
  });
  return std::sqrt(sum / static_cast<double>(std::max<std::int64_t>(x.numel(), 1)));
}

Scale::Worst Scale::worst(const Tensor& x, const Tensor& y, const Tensor& z) const {
  Worst worst;
  for_each_component(task_, x, y, z, [&](std::int64_t i, double part, double tolerance) {
    const double size = std::abs(part) / tolerance;
    if (size > worst.size || (std::isnan(size) && !std::isnan(worst.size))) worst = {i, size};
  });
  return worst;
}

std::int64_t first_not_finite(const Tensor& x) {
  std::int64_t found = -1;
  eigengrad::detail::dispatch_floating("odeint", x.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* const p = x.impl()->data<T>();
    for (std::int64_t i = x.numel() - 1; i >= 0; --i)
      if (!std::isfinite(p[i])) found = i;
  });
  return found;
}

namespace {

constexpr double kSafety = 0.9;
constexpr double kBeta = 0.04;
constexpr double kLeast = 0.2;
constexpr double kMost = 10;

double plain_factor(double error) noexcept {
  return std::pow(std::max(error, 1e-10), -(0.2 - 0.75 * kBeta));
}

}  // namespace

double Controller::accepted(double error) noexcept {
  const double factor = kSafety * plain_factor(error) * std::pow(before_, kBeta);
  before_ = std::max(error, 1e-4);
  const double most = std::exchange(rejected_, false) ? 1 : kMost;
  return std::clamp(factor, kLeast, most);
}

double Controller::rejected(double error) noexcept {
  rejected_ = true;
  if (!std::isfinite(error)) return kLeast;
  return std::clamp(kSafety * plain_factor(error), kLeast, kSafety);
}

double Transition::factor(const Scale& scale, const Task& task, double t, double h, const Tensor& y,
                          const Tensor& next) {
  const double apart[2] = {1 / h, -1 / h};
  const Tensor states[2] = {next, y};
  derivative_ = combine(Tensor(), apart, states, 2);
  if (!before_.defined()) return 1;
  const double minus = -1;
  const Tensor change = combine(derivative_, &minus, &before_, 1);
  const double size = std::max(scale.norm(derivative_, y, next), scale.norm(before_, y, next));
  const double distance = (std::abs(h) + std::abs(h_before_)) / 2;
  const double rate = scale.norm(change, y, next) / (size * distance);
  const double epsilon = eigengrad::detail::epsilon_of(y.dtype());
  const double most = std::max(1.0, task.rtol / (2 * epsilon));
  // Also where nothing moves, and the rate is NaN.
  return rate > 0 ? std::clamp(rate * std::abs(t - task.times.front()), 1.0, most) : 1;
}

void Transition::advance(double h) {
  before_ = std::move(derivative_);
  h_before_ = h;
}

double first_step(const System& f, const Task& task, const Tensor& rhs) {
  const Scale scale(task);
  const double direction = task.times.back() < task.times.front() ? -1 : 1;
  const double span = std::abs(task.times.back() - task.times.front());
  const double most = std::min(span, task.options.max_step);
  const Tensor& y = task.start;
  const double d0 = scale.norm(y, y, y), d1 = scale.norm(rhs, y, y);
  double h = d0 <= 1e-5 || d1 <= 1e-5 ? 1e-6 : 0.01 * (d0 / d1);
  h = std::min(h, most);
  const double weight = direction * h;
  const Tensor euler = combine(y, &weight, &rhs, 1);
  Tensor change;
  try {
    const double minus = -1;
    change = combine(f.rhs(task.times.front() + weight, euler), &minus, &rhs, 1);
  } catch (const NumericError&) {
    return direction * h;
  }
  const double d2 = scale.norm(change, y, y) / h;
  if (!std::isfinite(d2)) return direction * h;
  const double largest = std::max(d1, d2);
  const double h1 = largest <= 1e-15 ? std::max(1e-6, h * 1e-3) : std::pow(0.01 / largest, 0.2);
  return direction * std::min({100 * h, h1, most});
}

}  // namespace eigengrad::optim::ode
