#include "kernels/loss/ctc.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/base/rows.hpp"

namespace eigengrad::kernels {
namespace {

/// out[s] = log(exp a[s] + exp b[s] + exp(c[s] + d[s])) + e[s], where -inf is the logarithm of 0.
template <class T>
void log_sum(T* out, const T* a, const T* b, const T* c, const T* d, const T* e, std::int64_t n) {
  const Pack<T> none(-std::numeric_limits<T>::infinity());
  for_packs<T>(n, [&](std::int64_t s, int lanes) {
    const Pack<T> x = load_lanes(a + s, lanes);
    const Pack<T> y = load_lanes(b + s, lanes);
    const Pack<T> z = load_lanes(c + s, lanes) + load_lanes(d + s, lanes);
    Pack<T> top = select(x < y, y, x);
    top = select(top < z, z, top);
    top = select(top == none, Pack<T>(0), top);
    const Pack<T> sum = math::exp(x - top) + math::exp(y - top) + math::exp(z - top);
    store_lanes(math::log(sum) + top + load_lanes(e + s, lanes), out + s, lanes);
  });
}

/// One sequence. A row has an element for each state and, before the first and behind the last, two of -inf,
/// the logarithm of probability 0.
template <class T>
class Sequence {
 public:
  Sequence(const CtcPlan& plan, std::int64_t n, const Tensor& log_probs)
      : times(plan.times[static_cast<std::size_t>(n)]),
        states(plan.states[static_cast<std::size_t>(n)]),
        symbols(plan.symbols.impl()->data<std::int64_t>() + n * plan.symbols.sizes()[1]),
        stride_(log_probs.sizes()[1] * log_probs.sizes()[2]),
        at_(log_probs.impl()->data<T>() + n * log_probs.sizes()[2]),
        emitted_(static_cast<std::size_t>(states)),
        leap_(static_cast<std::size_t>(states) + 2, kNone) {
    for (std::int64_t s = 0; s < states; ++s)
      if (may_skip_blank(symbols, s)) leap_[static_cast<std::size_t>(s)] = T(0);
  }

  /// alpha[t] from alpha[t - 1].
  void step(std::vector<T>& row, std::int64_t t) {
    emit(t);
    const std::vector<T> before = row;
    log_sum(row.data() + 2, before.data() + 2, before.data() + 1, before.data(), leap_.data(),
            emitted_.data(), states);
  }
  /// beta[t - 1] from beta[t]; beta[t] does not include the probability of the symbol at step t.
  void step_back(std::vector<T>& row, std::int64_t t) {
    emit(t);
    std::vector<T> after = row;
    for (std::int64_t s = 0; s < states; ++s)
      after[static_cast<std::size_t>(s) + 2] += emitted_[static_cast<std::size_t>(s)];
    std::fill(emitted_.begin(), emitted_.end(), T(0));
    log_sum(row.data() + 2, after.data() + 2, after.data() + 3, after.data() + 4, leap_.data() + 2,
            emitted_.data(), states);
  }

  std::vector<T> row_of_log_zero() const {
    return std::vector<T>(static_cast<std::size_t>(states) + 4, kNone);
  }

  std::int64_t times;
  std::int64_t states;
  const std::int64_t* symbols;

 private:
  static constexpr T kNone = -std::numeric_limits<T>::infinity();

  void emit(std::int64_t t) {
    for (std::int64_t s = 0; s < states; ++s)
      emitted_[static_cast<std::size_t>(s)] = at_[t * stride_ + symbols[s]];
  }

  std::int64_t stride_;
  const T* at_;
  std::vector<T> emitted_;
  std::vector<T> leap_;
};

}  // namespace

void ctc_forward(const Tensor& losses, const Tensor& alpha, const Tensor& log_probs,
                 const CtcPlan& plan) {
  detail::dispatch_floating("ctc_loss", log_probs.dtype(), [&]<class T>(std::type_identity<T>) {
    const std::int64_t most_times = alpha.sizes()[1];
    const std::int64_t most_states = alpha.sizes()[2];
    parallel_units(
        losses.numel(), std::max<std::int64_t>(1, most_times * most_states), [&](std::int64_t n) {
          Sequence<T> sequence(plan, n, log_probs);
          T* const first = alpha.impl()->data<T>() + n * most_times * most_states;
          // Before the first step it is in the first state, from which the first two can be entered.
          std::vector<T> row = sequence.row_of_log_zero();
          row[2] = T(0);
          for (std::int64_t t = 0; t < sequence.times; ++t) {
            sequence.step(row, t);
            std::copy_n(row.begin() + 2, sequence.states, first + t * most_states);
          }
          const T* end = row.data() + 2 + sequence.states;
          // Without any step only the empty sequence is possible.
          const T last = sequence.times > 0     ? end[-1]
                         : sequence.states == 1 ? T(0)
                                                : -std::numeric_limits<T>::infinity();
          const T other = sequence.times > 0 && sequence.states > 1
                              ? end[-2]
                              : -std::numeric_limits<T>::infinity();
          const T top = std::max(last, other);
          losses.impl()->data<T>()[n] =
              std::isinf(top) ? -top : -(top + std::log1p(std::exp(std::min(last, other) - top)));
        });
  });
}

void ctc_backward(const Tensor& dst, const Tensor& g, const Tensor& losses, const Tensor& alpha,
                  const Tensor& log_probs, const CtcPlan& plan) {
  detail::dispatch_floating("ctc_loss", log_probs.dtype(), [&]<class T>(std::type_identity<T>) {
    const std::int64_t most_times = alpha.sizes()[1];
    const std::int64_t most_states = alpha.sizes()[2];
    const std::int64_t count = log_probs.sizes()[1];
    const std::int64_t classes = log_probs.sizes()[2];
    parallel_units(count, std::max<std::int64_t>(1, most_times * most_states), [&](std::int64_t n) {
      Sequence<T> sequence(plan, n, log_probs);
      const T loss = losses.impl()->data<T>()[n];
      if (std::isinf(loss)) return;
      const T scale = g.impl()->data<T>()[n];
      std::vector<T> beta = sequence.row_of_log_zero();
      beta[static_cast<std::size_t>(sequence.states) + 1] = T(0);
      if (sequence.states > 1) beta[static_cast<std::size_t>(sequence.states)] = T(0);
      for (std::int64_t t = sequence.times; t-- > 0;) {
        const T* forward = alpha.impl()->data<T>() + (n * most_times + t) * most_states;
        T* gradient_row = dst.impl()->data<T>() + (t * count + n) * classes;
        for (std::int64_t s = 0; s < sequence.states; ++s)
          gradient_row[sequence.symbols[s]] -=
              scale * std::exp(forward[s] + beta[static_cast<std::size_t>(s) + 2] + loss);
        if (t > 0) sequence.step_back(beta, t);
      }
    });
  });
}

}  // namespace eigengrad::kernels
