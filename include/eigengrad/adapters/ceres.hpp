#pragma once

#include <ceres/cost_function.h>
#include <ceres/first_order_function.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "eigengrad/adapters/numbers.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/functional/gradient.hpp"
#include "eigengrad/functional/jacobian.hpp"

/// Ceres Solver (2.0 or newer) with derivatives of ours. Needs Ceres where it is included and linked.

namespace eigengrad::adapters {

/// Residuals for ceres::Problem::AddResidualBlock(), with exact Jacobians: a function of one parameter
/// block, a tensor of one dimension, or of the list of them, written with recorded operators on
/// float64.
///
/// At the edge: a NumericError of `f` is an evaluation that failed, from which Ceres steps back. Any
/// other error is one too, and first_error() has it.
/// Throws: nothing while Ceres evaluates.
/// Cost: Jacobians as eigengrad::jacobian(), only of blocks that Ceres asks for. May be evaluated by
/// several threads at once where `f` may.
class CeresCost final : public ::ceres::CostFunction {
 public:
  using Function = std::function<Tensor(const std::vector<Tensor>&)>;
  CeresCost(Function f, int residuals, const std::vector<std::int32_t>& block_sizes)
      : f_(std::move(f)) {
    set_num_residuals(residuals);
    *mutable_parameter_block_sizes() = block_sizes;
  }

  bool Evaluate(double const* const* parameters, double* residuals,
                double** jacobians) const override {
    return errors_.none_in([&] {
      std::vector<Tensor> x;
      for (std::size_t k = 0; k < parameter_block_sizes().size(); ++k)
        x.push_back(detail::tensor_from(parameters[k], parameter_block_sizes()[k]));
      if (jacobians == nullptr) {
        const NoGradGuard plain;
        detail::write(f_(x), "ceres", "residuals", num_residuals(), residuals);
      } else {
        differentiate(x, residuals, jacobians);
      }
    });
  }
  /// The first error but NumericError that an evaluation ended with; null if there was none.
  std::exception_ptr first_error() const { return errors_.first(); }

 private:
  void differentiate(const std::vector<Tensor>& x, double* residuals, double** jacobians) const {
    std::vector<std::size_t> blocks;
    std::vector<Tensor> wanted;
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (jacobians[k] == nullptr) continue;
      blocks.push_back(k);
      wanted.push_back(x[k]);
    }
    Tensor value;
    const auto watched = [&](const std::vector<Tensor>& at) {
      std::vector<Tensor> all = x;
      for (std::size_t i = 0; i < blocks.size(); ++i) all[blocks[i]] = at[i];
      value = f_(all);
      return value;
    };
    const std::vector<Tensor> rows = jacobian(watched, wanted);
    detail::write(value, "ceres", "residuals", num_residuals(), residuals);
    for (std::size_t i = 0; i < blocks.size(); ++i)
      detail::write(rows[i], "ceres", "derivatives", num_residuals() * wanted[i].numel(),
                    jacobians[blocks[i]]);
  }

  Function f_;
  mutable detail::Errors errors_;
};

/// A CeresCost of `f` for one block of `n` parameters, or for blocks of several sizes. Ceres owns it.
template <class F>
CeresCost* ceres_cost(F f, int residuals, const std::vector<std::int32_t>& block_sizes) {
  if constexpr (std::invocable<F, const Tensor&>) {
    return new CeresCost([f = std::move(f)](const std::vector<Tensor>& x) { return f(x[0]); },
                         residuals, block_sizes);
  } else {
    return new CeresCost(std::move(f), residuals, block_sizes);
  }
}

/// An objective for ceres::GradientProblem, which owns it: a function of a tensor of `n` elements.
/// Errors as in CeresCost.
class CeresObjective final : public ::ceres::FirstOrderFunction {
 public:
  CeresObjective(std::function<Tensor(const Tensor&)> f, int n) : f_(std::move(f)), n_(n) {}

  bool Evaluate(const double* parameters, double* cost, double* gradient) const override {
    return errors_.none_in([&] {
      const Tensor x = detail::tensor_from(parameters, n_);
      if (gradient == nullptr) {
        const NoGradGuard plain;
        detail::write(f_(x), "ceres", "values", 1, cost);
        return;
      }
      const auto [value, g] = value_and_grad(f_)(x);
      detail::write(value, "ceres", "values", 1, cost);
      detail::write(g, "ceres", "derivatives", n_, gradient);
    });
  }
  int NumParameters() const override { return n_; }
  std::exception_ptr first_error() const { return errors_.first(); }

 private:
  std::function<Tensor(const Tensor&)> f_;
  int n_;
  mutable detail::Errors errors_;
};

}  // namespace eigengrad::adapters
