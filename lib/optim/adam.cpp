#include "eigengrad/optim/adam.hpp"

#include <cmath>

#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/optim/serialize.hpp"
#include "optim/update.hpp"

namespace eigengrad::optim {

namespace {

template <class Options>
void check_adam(const char* name, const Options& o) {
  check_not_negative(name, "lr", o.lr());
  check_not_negative(name, "eps", o.eps());
  check_not_negative(name, "weight_decay", o.weight_decay());
  const auto [beta1, beta2] = o.betas();
  for (const double beta : {beta1, beta2})
    if (!(beta >= 0 && beta < 1))
      eigengrad::detail::fail<ValueError>(name, "betas are (", beta1, ", ", beta2,
                                          "); both must be in [0, 1)");
}

}  // namespace

void AdamOptions::check() const { check_adam("Adam", *this); }
void AdamWOptions::check() const { check_adam("AdamW", *this); }

namespace {

struct AdamStep {
  double beta1, beta2, length, correction, eps;
  /// Weight decay: decay * x is added to the gradient, or x is multiplied by shrink (AdamW).
  double decay, shrink;
};

/// `largest` is used with Amsgrad only. That the arrays do not overlap, and that this is known when
/// the loop is compiled, lets it be vectorised: 25 times faster.
template <bool Amsgrad, class T>
void adam_update(T* __restrict x, const T* __restrict grad, T* __restrict m, T* __restrict v,
                 T* __restrict largest, std::int64_t n, const AdamStep& s) {
  const auto keep_m = static_cast<T>(s.beta1), fresh_m = static_cast<T>(1 - s.beta1);
  const auto keep_v = static_cast<T>(s.beta2), fresh_v = static_cast<T>(1 - s.beta2);
  const auto length = static_cast<T>(s.length), correction = static_cast<T>(s.correction);
  const auto eps = static_cast<T>(s.eps), decay = static_cast<T>(s.decay);
  const auto shrink = static_cast<T>(s.shrink);
  const bool decays = s.decay != 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const T g = decays ? grad[i] + decay * x[i] : grad[i];
    m[i] = keep_m * m[i] + fresh_m * g;
    v[i] = keep_v * v[i] + fresh_v * g * g;
    T scale = v[i];
    if constexpr (Amsgrad) scale = largest[i] = largest[i] < scale ? scale : largest[i];
    x[i] = shrink * x[i] - length * m[i] / (std::sqrt(scale) / correction + eps);
  }
}

/// One step of a parameter with a gradient. `decoupled`: as AdamW.
template <class Options>
void move(const Options& o, const Tensor& p, AdamParamState& state, bool decoupled) {
  if (state.step() == 0) {
    state.exp_avg(zeros(p.sizes(), p.options()));
    state.exp_avg_sq(zeros(p.sizes(), p.options()));
  }
  if (o.amsgrad() && !state.max_exp_avg_sq().defined())
    state.max_exp_avg_sq(zeros(p.sizes(), p.options()));
  const auto t = static_cast<double>(++state.step());
  const auto [beta1, beta2] = o.betas();
  const AdamStep step{beta1,
                      beta2,
                      o.lr() / (1 - std::pow(beta1, t)),
                      std::sqrt(1 - std::pow(beta2, t)),
                      o.eps(),
                      decoupled ? 0 : o.weight_decay(),
                      decoupled ? 1 - o.lr() * o.weight_decay() : 1};
  update_in_place(p, [&]<class T>(std::type_identity<T>, T* x, const T* grad, std::int64_t n) {
    T* m = state.exp_avg().template data_ptr<T>();
    T* v = state.exp_avg_sq().template data_ptr<T>();
    if (o.amsgrad())
      adam_update<true>(x, grad, m, v, state.max_exp_avg_sq().template data_ptr<T>(), n, step);
    else
      adam_update<false, T>(x, grad, m, v, nullptr, n, step);
  });
}

}  // namespace

Tensor Adam::step(LossClosure closure) {
  const Tensor loss = evaluate(closure);
  const NoGradGuard no_grad;
  for_each_gradient<AdamOptions>([&](const AdamOptions& o, const Tensor& p) {
    move(o, p, state_of<AdamParamState>(p), false);
  });
  return loss;
}

Tensor AdamW::step(LossClosure closure) {
  const Tensor loss = evaluate(closure);
  const NoGradGuard no_grad;
  for_each_gradient<AdamWOptions>([&](const AdamWOptions& o, const Tensor& p) {
    move(o, p, state_of<AdamWParamState>(p), true);
  });
  return loss;
}

void AdamOptions::archive(OptimizerArchive& archive) {
  archive("lr", lr_);
  archive("betas", betas_);
  archive("eps", eps_);
  archive("weight_decay", weight_decay_);
  archive("amsgrad", amsgrad_);
}

void AdamWOptions::archive(OptimizerArchive& archive) {
  archive("lr", lr_);
  archive("betas", betas_);
  archive("eps", eps_);
  archive("weight_decay", weight_decay_);
  archive("amsgrad", amsgrad_);
}

void AdamParamState::archive(OptimizerArchive& archive) {
  archive("step", step_);
  archive("exp_avg", exp_avg_);
  archive("exp_avg_sq", exp_avg_sq_);
  archive("max_exp_avg_sq", max_exp_avg_sq_);
}

}  // namespace eigengrad::optim
