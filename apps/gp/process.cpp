#include "gp/process.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "common/bad_input.hpp"
#include "common/columns.hpp"
#include "common/numbers.hpp"
#include "common/text.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::gp {
namespace {

namespace eg = eigengrad;
namespace optim = eigengrad::optim;
using eg::Tensor;

constexpr double kLogTwoPi = 1.8378770664093454836;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The power of two below the largest absolute value; 1 when there is none. Its inverse is a double, too.
double power_of_two(const Tensor& t) {
  constexpr int kMost = 1000;
  const double largest = t.abs().max().item<double>();
  return largest > 0 ? std::ldexp(1.0, std::clamp(std::ilogb(largest), -kMost, kMost)) : 1;
}

}  // namespace

Process::Process(Data data, Kernel kernel, const FitOptions& options)
    : data_(std::move(data)), kernel_(std::move(kernel)) {
  y_unit_ = power_of_two(data_.y);
  y_ = data_.y / y_unit_;
  mean_ = options.center ? y_.mean().item<double>() : 0;
  y_ = y_ - mean_;
  choose_units();
  const Tensor x = scaled(data_.x);
  distances_ = eg::cdist(x, x);
  for (const Kernel::Parameter& p : kernel_.parameters()) parameters_.push_back({p.name});
  parameters_.push_back({"noise"});
  std::vector<std::string> names;
  for (const HyperParameter& p : parameters_) names.push_back(p.name);
  for (const auto& [name, value] : options.fixed) {
    if (!contains(names, name))
      throw BadInput("--fix: there is no " + in_quotes(name) + "; there are " + listed(names));
    if (!(value > 0))
      throw BadInput("--fix: " + in_quotes(name) + " is not above 0; give a positive number");
  }
  choose_ranges();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const auto held = options.fixed.find(parameters_[i].name);
    parameters_[i].is_fixed = held != options.fixed.end();
    if (parameters_[i].is_fixed)
      start_[i] = std::log(held->second) - (is_variance(i) ? 2 : 1) * std::log(unit_of(i));
    else
      free_.push_back(i);
  }
  fit(options);
  factor();
}

void Process::choose_units() {
  if (data_.features.size() == 1) {
    x_unit_ = power_of_two(data_.x);
    unit_ = eg::tensor({x_unit_});
    return;
  }
  std::vector<Tensor> units;
  for (const Tensor& column : data_.x.unbind(1)) {
    const double unit = power_of_two(column);
    const Tensor sd = (column / unit).std(0, false);
    // What does not vary keeps its unit.
    units.push_back(unit * eg::where(sd > 0, sd, 1.0));
  }
  unit_ = eg::stack(units);
}

bool Process::is_variance(std::size_t parameter) const {
  const auto& kernel = kernel_.parameters();
  return parameter >= kernel.size() || kernel[parameter].quantity == Kernel::Quantity::Variance;
}

double Process::unit_of(std::size_t parameter) const {
  if (is_variance(parameter)) return y_unit_;
  const Kernel::Quantity quantity = kernel_.parameters()[parameter].quantity;
  const bool has_unit =
      quantity == Kernel::Quantity::Length || quantity == Kernel::Quantity::Period;
  return has_unit ? x_unit_ : 1;
}

Tensor Process::scaled(const Tensor& x) const { return x / unit_; }

/// Variances are measured by that of y, lengths by the distances of the points.
void Process::choose_ranges() {
  const double variance = eg::square(y_).mean().item<double>();
  const double range = distances_.max().item<double>();
  if (!(variance > 0))
    throw BadInput(data_.source + ": the target " + in_quotes(data_.target) +
                   " is constant; a process needs values that differ");
  if (!(range > 0))
    throw BadInput(data_.source + ": all points are the same; a process needs points that differ");
  const auto add = [&](double low, double start, double high) {
    low_.push_back(std::log(low));
    start_.push_back(std::log(start));
    high_.push_back(std::log(high));
  };
  for (const Kernel::Parameter& p : kernel_.parameters()) switch (p.quantity) {
      case Kernel::Quantity::Variance:
        add(1e-6 * variance, variance, 1e6 * variance);
        break;
      case Kernel::Quantity::Length:
        add(1e-4 * range, 0.2 * range, 1e4 * range);
        break;
      case Kernel::Quantity::Period:
        add(1e-3 * range, 0.1 * range, 10 * range);
        break;
      case Kernel::Quantity::Ratio:
        add(1e-3, 2, 1e3);
        break;
      case Kernel::Quantity::Exponent:
        add(1e-3, 1, 1e6);
        break;
    }
  add(1e-10 * variance, 0.05 * variance, 1e2 * variance);
}

Tensor Process::completed(const Tensor& free) const {
  std::vector<Tensor> all;
  for (const double logarithm : start_) all.push_back(eg::tensor(logarithm));
  for (std::size_t i = 0; i < free_.size(); ++i) all[free_[i]] = free[static_cast<std::int64_t>(i)];
  return eg::stack(all);
}

Tensor Process::covariance(const Tensor& logarithms) const {
  const Tensor noise = eg::exp(logarithms[-1]);
  return kernel_(distances_, logarithms.slice(0, 0, -1)) + noise * eg::eye(distances_.size(0));
}

Tensor Process::minus_log_likelihood(const Tensor& logarithms) const {
  const Tensor y = y_.unsqueeze(1);
  const Tensor l = eg::linalg_cholesky(covariance(logarithms));
  const Tensor white = eg::linalg_solve_triangular(l, y, false);
  return 0.5 * eg::square(white).sum() + eg::log(l.diagonal()).sum() +
         0.5 * static_cast<double>(y.numel()) * kLogTwoPi;
}

double Process::log_jacobian() const { return static_cast<double>(y_.numel()) * std::log(y_unit_); }

Tensor Process::of_free(const std::vector<double>& all) const {
  std::vector<double> some;
  for (const std::size_t i : free_) some.push_back(all[i]);
  return eg::tensor(some);
}

void Process::take_held() {
  try {
    const Tensor value = minus_log_likelihood(completed(eg::empty({0})));
    likelihoods_ = {-value.item<double>() - log_jacobian()};
  } catch (const eg::NumericError& e) {
    throw BadInput("--fix: these hyper-parameters have no likelihood: " + std::string(e.what()));
  }
  converged_ = true;
  status_ = "converged";
  message_ = "all hyper-parameters are held";
}

optim::MinimizeOptions Process::search_options(const FitOptions& o) const {
  optim::MinimizeOptions options;
  options.lower = of_free(low_);
  options.upper = of_free(high_);
  options.max_iter = o.max_iter;
  options.covariance = true;
  if (o.callback)
    options.callback = [&o, shift = log_jacobian()](const optim::Iteration& inside, const Tensor&) {
      optim::Iteration now = inside;
      now.value += shift;
      return o.callback(now);
    };
  return options;
}

void Process::fit(const FitOptions& o) {
  if (free_.empty()) {
    take_held();
    return;
  }
  const auto f = [this](const Tensor& free) { return minus_log_likelihood(completed(free)); };
  const optim::MinimizeOptions options = search_options(o);
  eg::manual_seed(o.seed);
  const Tensor first = of_free(start_);
  optim::MinimizeResult best;
  std::string trouble;
  for (std::int64_t k = 0; k <= o.restarts; ++k) {
    const Tensor moved = first + 1.5 * eg::randn(first.sizes());
    const Tensor start =
        k == 0 ? first : eg::minimum(eg::maximum(moved, of_free(low_) + 0.1), of_free(high_) - 0.1);
    try {
      const optim::MinimizeResult r = optim::minimize(f, start, options);
      likelihoods_.push_back(-r.value - log_jacobian());
      if (!best.x.defined() || r.value < best.value) best = r;
      if (r.status == optim::Status::Stopped) break;
    } catch (const eg::NumericError& e) {
      trouble = e.what();
    }
  }
  if (!best.x.defined())
    throw BadInput((o.fixed.empty() ? "--kernel" : "--fix") +
                   std::string(": no start has a likelihood: ") + trouble);
  adopt(best);
}

void Process::adopt(const optim::MinimizeResult& r) {
  const std::vector<double> errors = values_of(r.std_errors);
  for (std::size_t i = 0; i < free_.size(); ++i) {
    start_[free_[i]] = r.x[static_cast<std::int64_t>(i)].item<double>();
    parameters_[free_[i]].log_std_error = errors[i];
  }
  converged_ = r.converged();
  status_ = to_string(r.status);
  std::vector<std::string> names;
  for (const std::size_t i : free_) names.push_back(parameters_[i].name);
  message_ = with_names(r.message, names);
  iterations_ = r.history.back().iter;
  std::sort(likelihoods_.begin(), likelihoods_.end(), std::greater<>());
}

void Process::factor() {
  const eg::NoGradGuard no_grad;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    HyperParameter& p = parameters_[i];
    p.value = std::exp(start_[i]) * unit_of(i) * (is_variance(i) ? unit_of(i) : 1);
    p.sd = is_variance(i) ? std::exp(start_[i] / 2) * unit_of(i) : kNaN;
    const bool on_bound = start_[i] <= low_[i] || start_[i] >= high_[i];
    if (p.is_fixed || on_bound) p.log_std_error = kNaN;
  }
  log_likelihood_ = likelihoods_.front();
  factor_ = eg::linalg_cholesky(covariance(eg::tensor(start_)));
  alpha_ = eg::cholesky_solve(y_.unsqueeze(1), factor_).squeeze(1);
}

LeaveOneOut Process::leave_one_out() const {
  const Tensor precision = eg::cholesky_inverse(factor_).diagonal();
  const Tensor error = alpha_ / precision;
  const Tensor log_density = 0.5 * (eg::log(precision) - kLogTwoPi - eg::square(error) * precision);
  return {values_of(y_unit_ * (y_ + mean_ - error)), values_of(y_unit_ * eg::rsqrt(precision)),
          y_unit_ * std::sqrt(eg::square(error).mean().item<double>()),
          log_density.mean().item<double>() - std::log(y_unit_)};
}

Prediction Process::predict(const Tensor& x) const {
  const eg::NoGradGuard no_grad;
  const Tensor logarithms = eg::tensor(start_).slice(0, 0, -1);
  const Tensor across = kernel_(eg::cdist(scaled(x), scaled(data_.x)), logarithms);
  const double prior = kernel_(eg::zeros({1}), logarithms).item<double>();
  const Tensor white = eg::linalg_solve_triangular(factor_, across.t(), false);
  const Tensor variance = eg::clamp_min(prior - eg::square(white).sum(0), 0);
  Prediction p;
  const double noise = std::exp(start_.back());
  p.mean = values_of(y_unit_ * (eg::mv(across, alpha_) + mean_));
  p.sd = values_of(y_unit_ * eg::sqrt(variance));
  p.observation_sd = values_of(y_unit_ * eg::sqrt(variance + noise));
  return p;
}

}  // namespace apps::gp
