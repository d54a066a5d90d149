#include "ode-fit/fit.hpp"

#include "common/bad_input.hpp"
#include "common/least_squares_fit.hpp"
#include "common/text.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::ode_fit {
namespace {

namespace eg = eigengrad;
namespace optim = eigengrad::optim;
using eg::Tensor;

/// The states at `times`, where `b` are the parameters and then the free states at t0.
Tensor solved(const Problem& p, const Tensor& b, const Tensor& times) {
  const auto parameters = static_cast<std::int64_t>(p.system.parameters().size());
  std::vector<Tensor> y0;
  for (const double value : p.initial) y0.push_back(eg::tensor(value));
  for (std::size_t i = 0; i < p.free.size(); ++i)
    y0[p.free[i]] = b[parameters + static_cast<std::int64_t>(i)];
  const auto f = [&](const Tensor& t, const Tensor& y, const Tensor& theta) {
    return p.system(t, y, theta);
  };
  const bool starts_before = p.t0 < times[0].item<double>();
  const Tensor grid = starts_before ? eg::cat({eg::tensor({p.t0}), times}) : times;
  const Tensor y = eg::odeint(f, eg::stack(y0), grid, b.slice(0, 0, parameters), p.integration);
  return starts_before ? y.slice(0, 1) : y;
}

Tensor residuals(const Problem& p, const Tensor& b) {
  const Tensor y = solved(p, b, p.times);
  std::vector<Tensor> columns;
  for (std::size_t k = 0; k < p.observed.size(); ++k) {
    const Tensor state = y.select(1, static_cast<std::int64_t>(p.observed[k]));
    const Tensor data = p.values.select(1, static_cast<std::int64_t>(k));
    const Tensor difference = p.is_logarithmic ? eg::log(data) - eg::log(state) : data - state;
    columns.push_back(difference / p.scale[k]);
  }
  return eg::stack(columns, 1).flatten();
}

}  // namespace

std::vector<std::string> Problem::unknowns() const {
  std::vector<std::string> names = system.parameters();
  for (const std::size_t state : free) names.push_back(system.states()[state] + "(t0)");
  return names;
}

std::vector<double> Problem::unknown_start() const {
  std::vector<double> all = start;
  for (const std::size_t state : free) all.push_back(initial[state]);
  return all;
}

FitSummary fit(const Problem& p, double level, std::int64_t max_iter, const Callback& callback) {
  optim::LeastSquaresOptions options;
  options.max_iter = max_iter;
  options.callback = [&](const optim::LeastSquaresIteration& now, const Tensor&) {
    return callback(now);
  };
  const auto with_states = [&](const BadInput& e) {
    const std::vector<std::string>& states = p.system.states();
    const std::string text = in_words(e.what(), "component ", " of dy/dt", [&](std::size_t k) {
      return k < states.size() ? 'd' + states[k] + "/dt" : "";
    });
    return in_words(text, "component ", "",
                    [&](std::size_t k) { return k < states.size() ? states[k] : std::string(); });
  };
  try {
    return fit_least_squares({[&](const Tensor& b) { return residuals(p, b); },
                              p.unknowns(),
                              p.unknown_start(),
                              p.lower,
                              p.upper,
                              {},
                              "--rhs"},
                             options, level)
        .summary;
  } catch (const BadInput& e) {
    throw BadInput(with_states(e));
  }
}

Tensor solution(const Problem& p, const std::vector<Estimate>& estimates, const Tensor& times) {
  std::vector<double> b;
  for (const Estimate& e : estimates) b.push_back(e.estimate);
  const eg::NoGradGuard no_grad;
  return solved(p, eg::tensor(b), times);
}

}  // namespace apps::ode_fit
