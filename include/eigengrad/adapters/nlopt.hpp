#pragma once

#include <algorithm>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <nlopt.hpp>
#include <utility>
#include <vector>

#include "eigengrad/adapters/numbers.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/functional/gradient.hpp"

/// NLopt (2.4 or newer) with derivatives of ours. Needs NLopt where it is included and linked.

namespace eigengrad::adapters {
namespace detail {

using Objective = std::function<Tensor(const Tensor&)>;

/// What a function threw last on this thread; NLopt itself forgets it.
inline std::exception_ptr& nlopt_error() noexcept {
  thread_local std::exception_ptr error;
  return error;
}

/// The form in which NLopt calls a function. NumericError means "not here": inf.
inline double nlopt_value(unsigned n, const double* x, double* gradient, void* data) {
  const Objective& f = *static_cast<const Objective*>(data);
  double value = 0;
  try {
    const Tensor at = tensor_from(x, n);
    if (gradient == nullptr) {
      const NoGradGuard plain;
      write(f(at), "nlopt", "values", 1, &value);
      return value;
    }
    const auto [y, g] = value_and_grad(f)(at);
    write(y, "nlopt", "values", 1, &value);
    write(g, "nlopt", "derivatives", n, gradient);
  } catch (const NumericError&) {
    if (gradient != nullptr) std::fill_n(gradient, n, 0.0);
    return std::numeric_limits<double>::infinity();
  } catch (...) {
    nlopt_error() = std::current_exception();
    throw;
  }
  return value;
}
inline void* nlopt_copy(void* f) { return new Objective(*static_cast<Objective*>(f)); }
inline void* nlopt_delete(void* f) {
  delete static_cast<Objective*>(f);
  return nullptr;
}

}  // namespace detail

// The functions take a tensor of one dimension, give one element, and are written with recorded
// operators on float64. Gradients are computed where the algorithm asks for them. `opt`, and copies of
// it, own what they are given. A NumericError of a function counts as the value inf; what it throws
// otherwise makes opt.optimize() throw an error of NLopt's, and optimize() below the one that it was.

/// Calls nlopt::opt::set_min_objective() with `f` and its gradient.
inline void set_min_objective(::nlopt::opt& opt, detail::Objective f) {
  opt.set_min_objective(&detail::nlopt_value, new detail::Objective(std::move(f)),
                        &detail::nlopt_delete, &detail::nlopt_copy);
}
/// Calls nlopt::opt::add_inequality_constraint(), with NLopt's sign, f(x) <= 0.
inline void add_inequality_constraint(::nlopt::opt& opt, detail::Objective f,
                                      double tolerance = 0) {
  opt.add_inequality_constraint(&detail::nlopt_value, new detail::Objective(std::move(f)),
                                &detail::nlopt_delete, &detail::nlopt_copy, tolerance);
}
/// Calls nlopt::opt::add_equality_constraint() for f(x) = 0.
inline void add_equality_constraint(::nlopt::opt& opt, detail::Objective f, double tolerance = 0) {
  opt.add_equality_constraint(&detail::nlopt_value, new detail::Objective(std::move(f)),
                              &detail::nlopt_delete, &detail::nlopt_copy, tolerance);
}

/// opt.optimize(), but what a function threw comes through.
inline ::nlopt::result optimize(::nlopt::opt& opt, std::vector<double>& x, double& value) {
  detail::nlopt_error() = nullptr;
  try {
    return opt.optimize(x, value);
  } catch (...) {
    if (const std::exception_ptr error = std::exchange(detail::nlopt_error(), nullptr))
      std::rethrow_exception(error);
    throw;
  }
}

}  // namespace eigengrad::adapters
