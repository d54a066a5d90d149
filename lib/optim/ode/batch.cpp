#include "optim/ode/batch.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

#include "core/dispatch.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "functional/variables.hpp"
#include "optim/ode/tables.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim::ode {
namespace {

using Table = Dopri5Table;

/// How far rounding may make results differ that should be the same, relative to the largest.
double rounding_of(ScalarType type) noexcept { return type == kFloat32 ? 1e-4 : 1e-10; }

/// relative_difference() of `n` numbers.
template <class T>
double difference_of(const T* a, const T* b, std::size_t n) {
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    largest = std::max({largest, std::abs(x), std::abs(y)});
    // Also where one is NaN.
    if (!(std::abs(x - y) <= difference)) difference = std::abs(x - y);
  }
  return difference == 0 ? 0 : difference / largest;
}

}  // namespace

std::vector<double> to_doubles(const Tensor& t) {
  const Tensor dense = t.detach().to(kFloat64).contiguous();
  const double* const p = dense.data_ptr<double>();
  return {p, p + dense.numel()};
}

bool agree(const std::vector<double>& a, const std::vector<double>& b, ScalarType type) {
  return difference_of(a.data(), b.data(), a.size()) <= rounding_of(type);
}

double relative_difference(const Tensor& a, const Tensor& b) {
  double difference = 0;
  eigengrad::detail::dispatch_floating("odeint", a.dtype(), [&]<class T>(std::type_identity<T>) {
    difference = difference_of(a.impl()->data<T>(), b.impl()->data<T>(),
                               static_cast<std::size_t>(a.numel()));
  });
  return difference;
}

Batch::Batch(const Replay& replay, std::int64_t first, std::int64_t end)
    : replay_(replay), first_(first), count_(end - first), n_(replay.steps.front().y.numel()) {}

bool Batch::pays(const Replay& replay, const Tensor& state) {
  const std::int64_t n = state.numel();
  return replay.batch_steps && replay.method == &method_of(OdeintMethod::Dopri5) && n > 0 &&
         n <= 32 && static_cast<std::int64_t>(replay.steps.size()) >= 2 * n + 8;
}

std::int64_t Batch::most(const Tensor& state) {
  return std::max<std::int64_t>(64, 32768 / state.numel());
}

bool Batch::evaluate(const variable_list& theta) {
  const OdeFunction& f = replay_.f;
  if (evaluate_by(f, theta)) return true;
  const OdeFunction batch_first = [&f](const Tensor& t, const Tensor& y, const variable_list& p) {
    DimVector sizes(t.sizes());
    for (std::int64_t d = 1; d < y.dim(); ++d) sizes.push_back(1);
    return f(t.view(sizes), y.movedim(-1, 0), p).movedim(0, -1);
  };
  return start_.dim() > 1 && evaluate_by(batch_first, theta);
}

bool Batch::evaluate_by(const OdeFunction& f, const variable_list& theta) {
  stages_.clear();
  const AutoGradMode recording(true);
  const Tensor& like = replay_.steps.front().y;
  const auto step = [&](std::int64_t i) -> const Step& {
    return replay_.steps[static_cast<std::size_t>(first_ + i)];
  };
  variable_list states;
  std::vector<double> sizes;
  for (std::int64_t i = 0; i < count_; ++i) {
    states.push_back(step(i).y);
    sizes.push_back(step(i).h);
  }
  start_ = stack(states, -1).detach();
  start_.requires_grad_();
  const Tensor h = copy_of(sizes.data(), {count_}, like.dtype());
  const System system(f, theta, start_, System::Mode::Recorded);
  std::vector<double> times(sizes.size());
  next_ = start_;
  try {
    for (std::size_t s = 0; s < Table::stages; ++s) {
      if (s > 0) next_ = combine(start_, Table::a[s], stages_.data(), s);
      for (std::int64_t i = 0; i < count_; ++i)
        times[static_cast<std::size_t>(i)] = step(i).t + Table::c[s] * step(i).h;
      stages_.push_back(system.rhs(copy_of(times.data(), {count_}, like.dtype()), next_) * h);
    }
    return next_.requires_grad() && leads_on(next_);
  } catch (const std::exception&) {
    return false;
  }
}

bool Batch::leads_on(const Tensor& next) const {
  const std::vector<double> ends = to_doubles(next);
  const auto count = static_cast<std::size_t>(count_);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t after = static_cast<std::size_t>(first_) + i + 1;
    if (after >= replay_.steps.size()) break;
    std::vector<double> end;
    for (std::size_t e = 0; e < static_cast<std::size_t>(n_); ++e)
      end.push_back(ends[e * count + i]);
    if (!agree(end, to_doubles(replay_.steps[after].y), next.dtype())) return false;
  }
  return true;
}

void Batch::seed_rows(const Tensor& gradient) {
  const std::vector<double> g = to_doubles(gradient);
  const auto count = static_cast<std::size_t>(count_), n = static_cast<std::size_t>(n_);
  std::vector<std::vector<double>> seeds(Table::stages, std::vector<double>(n * count));
  at_start_.assign(n * count, 0);
  at_end_.assign(n * count, 0);
  for (std::size_t r = 0; r < replay_.rows.size(); ++r) {
    const Row& row = replay_.rows[r];
    if (row.step < first_ || row.step >= first_ + count_) continue;
    const auto i = static_cast<std::size_t>(row.step - first_);
    const bool ends = row.theta == 1;
    rows_within_ = rows_within_ || !ends;
    const Weights w = replay_.method->dense(row.theta, 1);
    for (std::size_t e = 0; e < n; ++e) {
      (ends ? at_end_ : at_start_)[e * count + i] += g[r * n + e];
      for (std::size_t s = 0; !ends && s < Table::stages; ++s)
        seeds[s][e * count + i] += w[s] * g[r * n + e];
    }
  }
  seeds_.clear();
  for (const std::vector<double>& seed : seeds)
    seeds_.push_back(copy_of(seed.data(), start_.sizes(), start_.dtype()));
}

std::vector<std::vector<double>> Batch::carry(std::vector<double> cotangent,
                                              const Tensor& gradient) {
  seed_rows(gradient);
  const auto count = static_cast<std::size_t>(count_), n = static_cast<std::size_t>(n_);
  // Row e of the Jacobians of all steps.
  std::vector<std::vector<double>> jacobian;
  for (std::size_t e = 0; e < n; ++e) {
    std::vector<double> unit(n * count);
    std::fill_n(unit.begin() + static_cast<std::ptrdiff_t>(e * count), count, 1.0);
    jacobian.push_back(to_doubles(autograd::grad(
        {next_}, {start_}, {copy_of(unit.data(), start_.sizes(), start_.dtype())}, true)[0]));
  }
  if (rows_within_) {
    const Tensor by = autograd::grad(stages_, {start_}, seeds_, true, false, true)[0];
    if (by.defined()) {
      const std::vector<double> more = to_doubles(by);
      for (std::size_t k = 0; k < more.size(); ++k) at_start_[k] += more[k];
    }
  }
  std::vector<std::vector<double>> at_starts(count);
  for (std::size_t i = count; i-- > 0;) {
    std::vector<double> before(n);
    for (std::size_t e = 0; e < n; ++e) at_end_[e * count + i] += cotangent[e];
    for (std::size_t c = 0; c < n; ++c) {
      before[c] = at_start_[c * count + i];
      for (std::size_t e = 0; e < n; ++e)
        before[c] += jacobian[e][c * count + i] * at_end_[e * count + i];
    }
    cotangent = before;
    at_starts[i] = std::move(before);
  }
  carried_ = copy_of(at_end_.data(), start_.sizes(), start_.dtype());
  return at_starts;
}

variable_list Batch::gradients(const variable_list& leaves) const {
  variable_list roots{next_}, cotangents{carried_};
  if (rows_within_) {
    roots.insert(roots.end(), stages_.begin(), stages_.end());
    cotangents.insert(cotangents.end(), seeds_.begin(), seeds_.end());
  }
  return eigengrad::detail::sweep(roots, leaves, cotangents, /*create_graph=*/false);
}

}  // namespace eigengrad::optim::ode
