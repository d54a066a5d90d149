#include "eigengrad/optim/adagrad.hpp"

#include <cmath>

#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/optim/serialize.hpp"
#include "optim/update.hpp"

namespace eigengrad::optim {

void AdagradOptions::check() const {
  check_not_negative("Adagrad", "lr", lr());
  check_not_negative("Adagrad", "lr_decay", lr_decay());
  check_not_negative("Adagrad", "weight_decay", weight_decay());
  check_not_negative("Adagrad", "initial_accumulator_value", initial_accumulator_value());
  check_not_negative("Adagrad", "eps", eps());
}

Tensor Adagrad::step(LossClosure closure) {
  const Tensor loss = evaluate(closure);
  const NoGradGuard no_grad;
  for_each_gradient<AdagradOptions>([&](const AdagradOptions& o, const Tensor& p) {
    auto& state = state_of<AdagradParamState>(p);
    if (!state.sum().defined())
      state.sum(full(p.sizes(), o.initial_accumulator_value(), p.options()));
    const auto before = static_cast<double>(state.step()++);
    const double length = o.lr() / (1 + before * o.lr_decay());
    update_in_place(p, [&]<class T>(std::type_identity<T>, T* __restrict x,
                                    const T* __restrict grad, std::int64_t n) {
      T* __restrict sum = state.sum().data_ptr<T>();
      const auto lr = static_cast<T>(length);
      const auto decay = static_cast<T>(o.weight_decay());
      const auto eps = static_cast<T>(o.eps());
      const bool decays = o.weight_decay() != 0;
      for (std::int64_t i = 0; i < n; ++i) {
        const T g = decays ? grad[i] + decay * x[i] : grad[i];
        sum[i] += g * g;
        x[i] -= lr * g / (std::sqrt(sum[i]) + eps);
      }
    });
  });
  return loss;
}

void AdagradOptions::archive(OptimizerArchive& archive) {
  archive("lr", lr_);
  archive("lr_decay", lr_decay_);
  archive("weight_decay", weight_decay_);
  archive("initial_accumulator_value", initial_accumulator_value_);
  archive("eps", eps_);
}

void AdagradParamState::archive(OptimizerArchive& archive) {
  archive("step", step_);
  archive("sum", sum_);
}

}  // namespace eigengrad::optim
