#include "eigengrad/optim/adam.hpp"

#include <algorithm>
#include <cmath>

#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "optim/update.hpp"

namespace eigengrad::optim {

void AdamOptions::check() const {
  check_not_negative("Adam", "lr", lr());
  check_not_negative("Adam", "eps", eps());
  check_not_negative("Adam", "weight_decay", weight_decay());
  const auto [beta1, beta2] = betas();
  for (const double beta : {beta1, beta2})
    if (!(beta >= 0 && beta < 1))
      eigengrad::detail::fail<ValueError>("Adam", "betas are (", beta1, ", ", beta2,
                                          "); both must be in [0, 1)");
}

Tensor Adam::step(LossClosure closure) {
  const Tensor loss = evaluate(closure);
  const NoGradGuard no_grad;
  for (const OptimizerParamGroup& group : param_groups()) {
    const auto& o = static_cast<const AdamOptions&>(group.options());
    for (const Tensor& p : group.params()) {
      if (!p.grad().defined()) continue;
      auto& state = state_of<AdamParamState>(p);
      if (state.step() == 0) {
        state.exp_avg(zeros(p.sizes(), p.options()));
        state.exp_avg_sq(zeros(p.sizes(), p.options()));
      }
      if (o.amsgrad() && !state.max_exp_avg_sq().defined())
        state.max_exp_avg_sq(zeros(p.sizes(), p.options()));
      const auto t = static_cast<double>(++state.step());
      const auto [beta1, beta2] = o.betas();
      const double step_size = o.lr() / (1 - std::pow(beta1, t));
      const double root_correction = std::sqrt(1 - std::pow(beta2, t));
      update_in_place(p, [&, b1 = beta1, b2 = beta2]<class T>(std::type_identity<T>, T* x,
                                                              const T* grad, std::int64_t n) {
        const auto decay = static_cast<T>(o.weight_decay());
        const bool decays = o.weight_decay() != 0;
        const auto keep_m = static_cast<T>(b1);
        const auto keep_v = static_cast<T>(b2);
        const auto fresh_m = static_cast<T>(1 - b1);
        const auto fresh_v = static_cast<T>(1 - b2);
        const auto step = static_cast<T>(step_size);
        const auto correction = static_cast<T>(root_correction);
        const auto eps = static_cast<T>(o.eps());
        T* m = state.exp_avg().data_ptr<T>();
        T* v = state.exp_avg_sq().data_ptr<T>();
        T* largest = o.amsgrad() ? state.max_exp_avg_sq().data_ptr<T>() : nullptr;
        for (std::int64_t i = 0; i < n; ++i) {
          const T g = decays ? grad[i] + decay * x[i] : grad[i];
          m[i] = keep_m * m[i] + fresh_m * g;
          v[i] = keep_v * v[i] + fresh_v * g * g;
          T scale = v[i];
          if (largest != nullptr) scale = largest[i] = std::max(largest[i], v[i]);
          x[i] -= step * m[i] / (std::sqrt(scale) / correction + eps);
        }
      });
    }
  }
  return loss;
}

}  // namespace eigengrad::optim
