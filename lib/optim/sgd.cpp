#include "eigengrad/optim/sgd.hpp"

#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/optim/serialize.hpp"
#include "optim/update.hpp"

namespace eigengrad::optim {

void SGDOptions::check() const {
  check_not_negative("SGD", "lr", lr());
  check_not_negative("SGD", "momentum", momentum());
  check_not_negative("SGD", "weight_decay", weight_decay());
  if (nesterov() && !(momentum() > 0 && dampening() == 0))
    eigengrad::detail::fail<ValueError>("SGD", "nesterov with momentum ", momentum(),
                                        " and dampening ", dampening(),
                                        "; it needs a momentum above 0 and no dampening");
}

Tensor SGD::step(LossClosure closure) {
  const Tensor loss = evaluate(closure);
  const NoGradGuard no_grad;
  for_each_gradient<SGDOptions>([&](const SGDOptions& o, const Tensor& p) {
    Tensor buffer;
    bool first = false;
    if (o.momentum() != 0) {
      auto& state = state_of<SGDParamState>(p);
      first = !state.momentum_buffer().defined();
      if (first) state.momentum_buffer(zeros(p.sizes(), p.options()));
      buffer = state.momentum_buffer();
    }
    update_in_place(p, [&]<class T>(std::type_identity<T>, T* x, const T* grad, std::int64_t n) {
      const auto lr = static_cast<T>(o.lr());
      const auto decay = static_cast<T>(o.weight_decay());
      const bool decays = o.weight_decay() != 0;
      const auto gradient = [=](std::int64_t i) {
        return decays ? grad[i] + decay * x[i] : grad[i];
      };
      if (!buffer.defined()) {
        for (std::int64_t i = 0; i < n; ++i) x[i] -= lr * gradient(i);
        return;
      }
      T* b = buffer.data_ptr<T>();
      const auto momentum = static_cast<T>(o.momentum());
      const T fresh = first ? T{1} : static_cast<T>(1 - o.dampening());
      const bool nesterov = o.nesterov();
      for (std::int64_t i = 0; i < n; ++i) {
        const T g = gradient(i);
        b[i] = momentum * b[i] + fresh * g;
        x[i] -= lr * (nesterov ? g + momentum * b[i] : b[i]);
      }
    });
  });
  return loss;
}

void SGDOptions::archive(OptimizerArchive& archive) {
  archive("lr", lr_);
  archive("momentum", momentum_);
  archive("dampening", dampening_);
  archive("weight_decay", weight_decay_);
  archive("nesterov", nesterov_);
}

void SGDParamState::archive(OptimizerArchive& archive) {
  archive("momentum_buffer", momentum_buffer_);
}

}  // namespace eigengrad::optim
