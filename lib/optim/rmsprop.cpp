#include "eigengrad/optim/rmsprop.hpp"

#include <cmath>

#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/optim/serialize.hpp"
#include "optim/update.hpp"

namespace eigengrad::optim {

void RMSpropOptions::check() const {
  check_not_negative("RMSprop", "lr", lr());
  check_not_negative("RMSprop", "eps", eps());
  check_not_negative("RMSprop", "momentum", momentum());
  check_not_negative("RMSprop", "weight_decay", weight_decay());
  check_not_negative("RMSprop", "alpha", alpha());
}

namespace {

/// `mean` and `buffer` are null where they are not wanted.
template <class T>
void rmsprop_update(T* __restrict x, const T* __restrict grad, T* __restrict square,
                    T* __restrict mean, T* __restrict buffer, std::int64_t n,
                    const RMSpropOptions& o) {
  const auto lr = static_cast<T>(o.lr()), eps = static_cast<T>(o.eps());
  const auto keep = static_cast<T>(o.alpha()), fresh = static_cast<T>(1 - o.alpha());
  const auto decay = static_cast<T>(o.weight_decay()), momentum = static_cast<T>(o.momentum());
  const bool decays = o.weight_decay() != 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const T g = decays ? grad[i] + decay * x[i] : grad[i];
    square[i] = keep * square[i] + fresh * g * g;
    T variance = square[i];
    if (mean != nullptr) {
      mean[i] = keep * mean[i] + fresh * g;
      variance -= mean[i] * mean[i];
    }
    T d = g / (std::sqrt(variance) + eps);
    if (buffer != nullptr) d = buffer[i] = momentum * buffer[i] + d;
    x[i] -= lr * d;
  }
}

}  // namespace

Tensor RMSprop::step(LossClosure closure) {
  const Tensor loss = evaluate(closure);
  const NoGradGuard no_grad;
  for_each_gradient<RMSpropOptions>([&](const RMSpropOptions& o, const Tensor& p) {
    auto& state = state_of<RMSpropParamState>(p);
    const auto wanted = [&](Tensor& t, bool is_wanted) {
      if (is_wanted && !t.defined()) t = zeros(p.sizes(), p.options());
    };
    wanted(state.square_avg(), true);
    wanted(state.grad_avg(), o.centered());
    wanted(state.momentum_buffer(), o.momentum() > 0);
    ++state.step();
    update_in_place(p, [&]<class T>(std::type_identity<T>, T* x, const T* grad, std::int64_t n) {
      rmsprop_update<T>(x, grad, state.square_avg().data_ptr<T>(),
                        o.centered() ? state.grad_avg().data_ptr<T>() : nullptr,
                        o.momentum() > 0 ? state.momentum_buffer().data_ptr<T>() : nullptr, n, o);
    });
  });
  return loss;
}

void RMSpropOptions::archive(OptimizerArchive& archive) {
  archive("lr", lr_);
  archive("alpha", alpha_);
  archive("eps", eps_);
  archive("weight_decay", weight_decay_);
  archive("momentum", momentum_);
  archive("centered", centered_);
}

void RMSpropParamState::archive(OptimizerArchive& archive) {
  archive("step", step_);
  archive("square_avg", square_avg_);
  archive("momentum_buffer", momentum_buffer_);
  archive("grad_avg", grad_avg_);
}

}  // namespace eigengrad::optim
