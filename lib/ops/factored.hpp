#pragma once

#include <algorithm>
#include <array>
#include <memory>

#include "autograd/kinds.hpp"

namespace eigengrad::autograd {

/// A general operator (autograd/kinds.hpp) that keeps, beside inputs and outputs, `constants` more
/// tensors for its rules: factors that were computed on the way. It states
///   gradients(wanted, g, x, y, c, results): all gradients at once, where they have a part in common;
///   jvp(k, t, x, y, c): the tangent of output k.
template <class Op>
class FactoredNode final : public Node {
  static constexpr std::size_t N = Op::inputs;
  static constexpr std::size_t M = Op::outputs;
  static constexpr std::size_t C = Op::constants;

 public:
  FactoredNode(Op op, const std::array<Tensor, N>& x, const std::array<Tensor, M>& y,
               const std::array<Tensor, C>& c)
      : Node(edges_, N, M), op_(std::move(op)) {
    for (std::size_t i = 0; i < N; ++i) {
      edges_[i] = gradient_edge(x[i]);
      if ((Op::keeps_input >> i & 1u) != 0) x_[i].save_input(x[i]);
    }
    for (std::size_t k = 0; k < M; ++k)
      if ((Op::keeps_output >> k & 1u) != 0) y_[k].save_output(y[k], static_cast<std::uint16_t>(k));
    for (std::size_t i = 0; i < C; ++i) c_[i].save_input(c[i]);
    enter_sequence();
  }
  std::string name() const override { return op_.node_name; }
  void backward(BackwardCall& call) override {
    if (std::none_of(call.grads, call.grads + M, [](const Tensor& g) { return g.defined(); }))
      return;
    std::array<Tensor, N> x;
    std::array<Tensor, M> y;
    std::array<Tensor, C> c;
    std::array<bool, N> wanted;
    {
      const detail::SpinLock lock(lock_);
      for (std::size_t i = 0; i < N; ++i) {
        wanted[i] = edges_[i].is_valid() && call.wants(i);
        if ((Op::keeps_input >> i & 1u) != 0) x[i] = x_[i].tensor(*this, &edges_[i]);
      }
      for (std::size_t k = 0; k < M; ++k)
        if ((Op::keeps_output >> k & 1u) != 0) y[k] = y_[k].tensor(*this, nullptr);
      const Edge none;
      for (std::size_t i = 0; i < C; ++i) c[i] = c_[i].tensor(*this, &none);
    }
    op_.gradients(wanted.data(), call.grads, x.data(), y.data(), c.data(), call.results);
  }
  void release_saved() noexcept override {
    const detail::SpinLock lock(lock_);
    for (SavedValue& v : x_) v.release();
    for (SavedValue& v : y_) v.release();
    for (SavedValue& v : c_) v.release();
  }

 private:
  Edge edges_[N];
  std::array<SavedValue, N> x_;
  std::array<SavedValue, M> y_;
  std::array<SavedValue, C> c_;
  std::atomic<bool> lock_{false};
  Op op_;
};

/// Records `y`, computed from `x` by `op` with the factors `c`.
template <class Op>
void record_factored(const Op& op, const std::array<Tensor, Op::inputs>& x,
                     const std::array<Tensor, Op::outputs>& y,
                     const std::array<Tensor, Op::constants>& c) {
  if (std::any_of(x.begin(), x.end(), [](const Tensor& t) { return records(t); })) {
    const auto node = make_node<FactoredNode<Op>>(op, x, y, c);
    for (std::uint32_t k = 0; k < y.size(); ++k) set_history(y[k], node, k);
  }
  if (!detail::thread_state.dual_level) return;
  std::array<Tensor, Op::inputs> t;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (detail::carries_tangent(x[i])) t[i] = detail::tangent_of(x[i]);
  if (std::none_of(t.begin(), t.end(), [](const Tensor& v) { return v.defined(); })) return;
  const detail::NoTangents plain;
  for (std::size_t k = 0; k < y.size(); ++k)
    detail::set_tangent(y[k], op.jvp(k, t.data(), x.data(), y.data(), c.data()));
}

}  // namespace eigengrad::autograd
