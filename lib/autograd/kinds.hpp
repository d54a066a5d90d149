#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "autograd/accumulate_grad.hpp"
#include "autograd/annotation.hpp"
#include "autograd/forward_mode.hpp"
#include "autograd/lifting.hpp"
#include "autograd/saved_value.hpp"
#include "autograd/structural.hpp"
#include "autograd/tracking.hpp"
#include "core/allocator.hpp"
#include "core/new_tensor.hpp"
#include "kernels/base/copy.hpp"

/// Kinds of operators beside the elementwise one (autograd/elementwise.hpp). An operator is a struct
/// with `static constexpr const char* node_name` (of some kinds also a data member, where one operator
/// goes by several names) whose data members are its parameters; forward() computes without recording,
/// everything else is written in recorded operators, so that it can be differentiated again.
namespace eigengrad::autograd {

/// Note [Gradients of views]
/// An operator that picks a part of its input may say how to add a gradient into that part,
/// add_into(base, g). Then, when gradients are not recorded, it goes straight into the gradient of
/// the whole that is being collected, so a loop over the rows of a tensor costs O(n), not O(n^2).
template <class Op>
concept PicksPart = requires(const Op& op, const Tensor& t) {
  op.add_into(t, t);
  op.input_sizes;
};

/// Adds `g` into the part of the collected gradient that `op` picks.
template <PicksPart Op>
void add_into_part(const Op& op, Tensor& whole, const Tensor& g) {
  if (!whole.defined()) {
    whole = detail::uninitialised(g.dtype(), op.input_sizes);
    kernels::fill(whole, 0);
  } else if (!whole.is_contiguous() || !whole.impl()->exclusively_owned()) {
    whole = copy_row_major(whole);
  }
  op.add_into(whole, g);
}

// ---- Linear: forward(x) and its transpose. Saves nothing.

template <class Op>
class LinearNode final : public Node {
 public:
  LinearNode(Op op, Edge edge) : Node(&edge_, 1, 1), edge_(std::move(edge)), op_(std::move(op)) {
    enter_sequence();
  }
  std::string name() const override { return op_.node_name; }
  bool lifts(const BackwardCall& call) const override { return can_lift(op_, call, 1); }
  void backward(BackwardCall& call) override {
    if (!call.grads[0].defined() || !call.wants(0)) return;
    if constexpr (Liftable<Op>)
      if (call.lead >= 0) return pull_back(lifted(op_, call.lead), call);
    pull_back(op_, call);
  }
  void visit_shapes(ShapeVisitor& visitor) override {
    if constexpr (requires { IntArrayRef(op_.input_sizes); })
      visitor.input_sizes(edge_, op_.input_sizes);
  }

 private:
  static void pull_back(const Op& op, BackwardCall& call) {
    if constexpr (PicksPart<Op>) {
      if (call.accumulator != nullptr && !detail::thread_state.dual_level) {
        add_into_part(op, *call.accumulator(call.context, 0), call.grads[0]);
        return;
      }
    }
    call.results[0] = op.transpose(call.grads[0]);
  }

  Edge edge_;
  Op op_;
};

template <class Op>
Tensor apply_linear(const Op& op, const Tensor& x) {
  const ObservedCall observed(op.node_name);
  Tensor y = op.forward(x);
  if (records(x) && y.is_floating_point())
    set_history(y, make_node<LinearNode<Op>>(op, gradient_edge(x)));
  if (detail::carries_tangent(x)) {
    const detail::NoTangents plain;
    detail::set_tangent(y, apply_linear(op, detail::tangent_of(x)));
  }
  return y;
}

// ---- Linear with a list of inputs (cat, stack): forward(list), transpose(g, i).

template <class Op>
class ListLinearNode final : public Node {
 public:
  ListLinearNode(Op op, std::vector<Edge> edges)
      : Node(nullptr, 0, 1), edges_(std::move(edges)), op_(std::move(op)) {
    set_edges(edges_.data(), static_cast<std::uint32_t>(edges_.size()));
    enter_sequence();
  }
  std::string name() const override { return op_.node_name; }
  bool lifts(const BackwardCall& call) const override { return can_lift(op_, call, 1); }
  void backward(BackwardCall& call) override {
    if (!call.grads[0].defined()) return;
    if constexpr (Liftable<Op>)
      if (call.lead >= 0) return pull_back(lifted(op_, call.lead), call);
    pull_back(op_, call);
  }

 private:
  void pull_back(const Op& op, BackwardCall& call) const {
    for (std::size_t i = 0; i < edges_.size(); ++i)
      if (edges_[i].is_valid() && call.wants(i)) call.results[i] = op.transpose(call.grads[0], i);
  }

  std::vector<Edge> edges_;
  Op op_;
};

template <class Op>
Tensor apply_linear_list(const Op& op, TensorList xs) {
  const ObservedCall observed(op.node_name);
  Tensor y = op.forward(xs);
  bool record = false;
  bool dual = false;
  for (const Tensor& x : xs) {
    record = record || records(x);
    if (detail::carries_tangent(x)) dual = true;
  }
  if (record && y.is_floating_point()) {
    std::vector<Edge> edges;
    edges.reserve(xs.size());
    for (const Tensor& x : xs) edges.push_back(gradient_edge(x));
    set_history(y, make_node<ListLinearNode<Op>>(op, std::move(edges)));
  }
  if (dual) {
    const detail::NoTangents plain;
    std::vector<Tensor> tangents;
    tangents.reserve(xs.size());
    for (const Tensor& x : xs) {
      if (x.impl()->has_tangent()) {
        tangents.push_back(detail::tangent_of(x));
        continue;
      }
      tangents.push_back(detail::uninitialised(x.dtype(), x.sizes()));
      kernels::fill(tangents.back(), 0);
    }
    detail::set_tangent(y, apply_linear_list(op, tangents));
  }
  return y;
}

// ---- Linear with a list of outputs, all views of the input (unbind, split): forward(x) gives the
// list; part(i) is the operator that picks output i.

template <class Op>
class MultiViewNode final : public Node {
 public:
  MultiViewNode(Op op, Edge edge, std::uint32_t outputs)
      : Node(&edge_, 1, outputs), edge_(std::move(edge)), op_(std::move(op)) {
    enter_sequence();
  }
  std::string name() const override { return op_.node_name; }
  bool lifts(const BackwardCall& call) const override { return can_lift(op_, call, num_inputs()); }
  void backward(BackwardCall& call) override {
    if (!call.wants(0)) return;
    if constexpr (Liftable<Op>)
      if (call.lead >= 0) return pull_back(lifted(op_, call.lead), call);
    pull_back(op_, call);
  }

 private:
  void pull_back(const Op& op, BackwardCall& call) const {
    for (std::uint32_t i = 0; i < num_inputs(); ++i) {
      if (!call.grads[i].defined()) continue;
      const auto part = op.part(i);
      if (call.accumulator != nullptr && !detail::thread_state.dual_level)
        add_into_part(part, *call.accumulator(call.context, 0), call.grads[i]);
      else
        accumulate_gradient(call.results[0], part.transpose(call.grads[i]));
    }
  }

  Edge edge_;
  Op op_;
};

template <class Op>
std::vector<Tensor> apply_multi_view(const Op& op, const Tensor& x) {
  const ObservedCall observed(op.node_name);
  std::vector<Tensor> ys = op.forward(x);
  if (records(x)) {
    const auto node =
        make_node<MultiViewNode<Op>>(op, gradient_edge(x), static_cast<std::uint32_t>(ys.size()));
    for (std::uint32_t i = 0; i < ys.size(); ++i) set_history(ys[i], node, i);
  }
  if (detail::carries_tangent(x)) {
    const detail::NoTangents plain;
    const std::vector<Tensor> tangents = apply_multi_view(op, detail::tangent_of(x));
    for (std::size_t i = 0; i < ys.size(); ++i) detail::set_tangent(ys[i], tangents[i]);
  }
  return ys;
}

// ---- Bilinear: forward(a, b), grad_a(g, b), grad_b(g, a). Saves a only if b needs it.

template <class Op>
class BilinearNode final : public Node {
 public:
  BilinearNode(Op op, const Tensor& a, const Tensor& b)
      : Node(edges_, 2, 1), edges_{gradient_edge(a), gradient_edge(b)}, op_(std::move(op)) {
    if (edges_[1].is_valid()) saved_[0].save_input(a, 0);
    if (edges_[0].is_valid()) saved_[1].save_input(b, 1);
    enter_sequence();
  }
  std::string name() const override { return Op::node_name; }
  bool lifts(const BackwardCall& call) const override { return can_lift(op_, call, 1); }
  void backward(BackwardCall& call) override {
    if (!call.grads[0].defined()) return;
    if constexpr (Liftable<Op>)
      if (call.lead >= 0) return pull_back(lifted(op_, call.lead), call);
    pull_back(op_, call);
  }

 private:
  void pull_back(const Op& op, BackwardCall& call) {
    const Tensor& g = call.grads[0];
    if (edges_[0].is_valid() && call.wants(0)) call.results[0] = op.grad_a(g, read(1));
    if (edges_[1].is_valid() && call.wants(1)) call.results[1] = op.grad_b(g, read(0));
  }
  Tensor read(std::size_t i) {
    const detail::SpinLock lock(SavedList::lock(*this));
    return saved_[i].tensor(*this);
  }

  Edge edges_[2];
  SavedValues<2> saved_{*this};
  Op op_;
};

template <class Op>
Tensor apply_bilinear(const Op& op, const Tensor& a, const Tensor& b) {
  const ObservedCall observed(op.node_name);
  Tensor y = op.forward(a, b);
  if (detail::recording() && (detail::is_tracked(a) || detail::is_tracked(b)) &&
      y.is_floating_point())
    set_history(y, make_node<BilinearNode<Op>>(op, a, b));
  const bool dual_a = detail::carries_tangent(a);
  const bool dual_b = detail::carries_tangent(b);
  if (dual_a || dual_b) {
    const detail::NoTangents plain;
    Tensor tangent;
    if (dual_a) tangent = apply_bilinear(op, detail::tangent_of(a), b);
    if (dual_b) accumulate_gradient(tangent, apply_bilinear(op, a, detail::tangent_of(b)));
    detail::set_tangent(y, tangent);
  }
  return y;
}

// ---- General: forward, vjp and jvp. Constant tensors that the rules need (indices) are members of
// the operator. With one input and one output an operator states
//   uses_input, uses_output;  forward(x), vjp(g, x, y), jvp(t, x, y),
// where what it does not use is undefined. With several it states
//   inputs, outputs;  keeps_input, keeps_output: a bit for each that the rules look at;
//   vjp(i, g, x, y): the gradient of input i; an element of g is undefined where nothing came in;
//   jvp(k, t, x, y): the tangent of output k; an element of t is undefined where an input has none,
// with g, t, x, y pointers to as many tensors as there are, and optionally `uses_cotangents_only`, a bit for each
// input whose gradient is a function of the cotangents alone. Where gradients have a part in common, or
// the rules need `constants` more tensors that were computed on the way (factors), it states instead
//   gradients(wanted, g, x, y, c, results): all gradients at once;  jvp(k, t, x, y, c).
// Each of g, t, x, y and c may be an aggregate of references instead of a pointer, or a tensor where it is one; see Named.
//
// forward(x...) returns the output, an array of outputs, or Computed. It may return more results than `outputs`: what
// has no derivative (indices, the number of a failed pivot) comes last. Where a last parameter is a bool, it is told whether anything
// follows the call, so that it computes what only the rules need only then.

/// N tensors in order, for rules that name them: `struct Inputs { const Tensor& a; const Tensor& b; }` as the type of a
/// parameter makes them its members.
template <std::size_t N>
class Named {
 public:
  explicit Named(const Tensor* first) noexcept : first_(first) {}
  operator const Tensor*() const noexcept { return first_; }
  operator const Tensor&() const noexcept requires(N == 1) { return *first_; }
  template <class Names>
  requires std::is_aggregate_v<Names>
  operator Names() const noexcept {
    return [this]<std::size_t... I>(std::index_sequence<I...>) { return Names{first_[I]...}; }
    (std::make_index_sequence<N>());
  }

 private:
  const Tensor* first_;
};

/// What forward() returns where the rules need constants.
template <std::size_t K, std::size_t C>
struct Computed {
  std::array<Tensor, K> results;
  std::array<Tensor, C> constants;
};

/// What forward() returns where the rule is known only with the results, since it depends on the chosen indices or on a
/// rank that was found. `rule` has the form of an operator of several inputs, without a forward.
template <class Rule, std::size_t K>
struct ComputedRule {
  Rule rule;
  std::array<Tensor, K> results;
};

/// An operator of one input and one output in the form of those of several.
template <class Op>
struct Single {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 1;
  static constexpr unsigned keeps_input = Op::uses_input ? 1 : 0;
  static constexpr unsigned keeps_output = Op::uses_output ? 1 : 0;
  static constexpr auto node_name = Op::node_name;
  Op op;
  Tensor vjp(std::size_t, const Tensor* g, const Tensor* x, const Tensor* y) const {
    return op.vjp(g[0], x[0], y[0]);
  }
  Tensor jvp(std::size_t, const Tensor* t, const Tensor* x, const Tensor* y) const {
    return op.jvp(t[0], x[0], y[0]);
  }
  void lift(std::int64_t lead) requires Liftable<Op> { op = lifted(std::move(op), lead); }
  std::int64_t rank_needed() const requires requires { op.rank_needed(); }
  { return op.rank_needed(); }
};

template <class Op>
constexpr std::size_t count_constants() {
  if constexpr (requires { Op::constants; })
    return Op::constants;
  else
    return 0;
}
template <class Op>
constexpr bool uses_cotangents_only(std::size_t input) {
  if constexpr (requires { Op::uses_cotangents_only; })
    return (Op::uses_cotangents_only >> input & 1u) != 0;
  else
    return false;
}
template <class Op>
using Constants = std::array<Tensor, count_constants<Op>()>;

template <class Op>
class GeneralNode final : public Node {
  static constexpr std::size_t N = Op::inputs;
  static constexpr std::size_t M = Op::outputs;
  static constexpr std::size_t C = count_constants<Op>();

 public:
  GeneralNode(Op op, const std::array<Tensor, N>& x, const std::array<Tensor, M>& y,
              const Constants<Op>& c)
      : Node(edges_, N, M), op_(std::move(op)) {
    for (std::size_t i = 0; i < N; ++i) {
      edges_[i] = gradient_edge(x[i]);
      if ((Op::keeps_input >> i & 1u) != 0) saved_[i].save_input(x[i], i);
    }
    for (std::size_t k = 0; k < M; ++k)
      if ((Op::keeps_output >> k & 1u) != 0) saved_[N + k].save_output(y[k], k);
    for (std::size_t i = 0; i < C; ++i) saved_[N + M + i].save_constant(c[i]);
    enter_sequence();
  }
  std::string name() const override { return op_.node_name; }
  bool lifts(const BackwardCall& call) const override { return can_lift(op_, call, M); }
  void backward(BackwardCall& call) override {
    if (std::none_of(call.grads, call.grads + M, [](const Tensor& g) { return g.defined(); }))
      return;
    if constexpr (Liftable<Op>)
      if (call.lead >= 0) return pull_back(lifted(op_, call.lead), call);
    pull_back(op_, call);
  }

 private:
  void pull_back(const Op& op, BackwardCall& call) {
    std::array<Tensor, N> x;
    std::array<Tensor, M> y;
    Constants<Op> c;
    std::array<bool, N> wanted;
    {
      const detail::SpinLock lock(SavedList::lock(*this));
      for (std::size_t i = 0; i < N; ++i) {
        wanted[i] = edges_[i].is_valid() && call.wants(i);
        if ((Op::keeps_input >> i & 1u) != 0) x[i] = saved_[i].tensor(*this);
      }
      for (std::size_t k = 0; k < M; ++k)
        if ((Op::keeps_output >> k & 1u) != 0) y[k] = saved_[N + k].tensor(*this);
      for (std::size_t i = 0; i < C; ++i) c[i] = saved_[N + M + i].tensor(*this);
    }
    const std::uint64_t since = detail::thread_state.sequence_nr;
    if constexpr (C > 0 || requires { &Op::gradients; }) {
      op.gradients(wanted.data(), Named<M>(call.grads), Named<N>(x.data()), Named<M>(y.data()),
                   Named<C>(c.data()), call.results);
    } else {
      for (std::size_t i = 0; i < N; ++i)
        if (wanted[i])
          call.results[i] = op.vjp(i, Named<M>(call.grads), Named<N>(x.data()), Named<M>(y.data()));
    }
    if (!detail::recording()) return;
    std::array<Tensor, N + M> kept;
    std::move(y.begin(), y.end(), std::move(x.begin(), x.end(), kept.begin()));
    for (std::size_t i = 0; i < N; ++i)
      if (wanted[i] && !uses_cotangents_only<Op>(i))
        call.results[i] = function_of(std::move(call.results[i]), kept, since);
  }

  Edge edges_[N];
  SavedValues<N + M + C> saved_{*this};
  Op op_;
};

/// Whether a call on `x` leaves anything to do once its result is there.
inline bool is_followed(const Tensor& x) noexcept {
  return records(x) || detail::carries_tangent(x);
}

/// The tangent of output k.
template <class Op>
Tensor tangent_of_output(const Op& op, std::size_t k, const std::array<Tensor, Op::inputs>& t,
                         const std::array<Tensor, Op::inputs>& x,
                         const std::array<Tensor, Op::outputs>& y, const Constants<Op>& c) {
  const Named<Op::inputs> in(x.data()), tangents(t.data());
  const Named<Op::outputs> out(y.data());
  const Named<count_constants<Op>()> constants(c.data());
  if constexpr (requires { op.jvp(k, tangents, in, out, constants); })
    return op.jvp(k, tangents, in, out, constants);
  else
    return op.jvp(k, tangents, in, out);
}

/// Records `y`, computed from `x` by `op` with the constants `c`; outputs of integers have no derivative.
template <class Op>
void record_many(const Op& op, const std::array<Tensor, Op::inputs>& x,
                 const std::array<Tensor, Op::outputs>& y, const Constants<Op>& c = {}) {
  if (std::any_of(x.begin(), x.end(), [](const Tensor& t) { return records(t); })) {
    const auto node = make_node<GeneralNode<Op>>(op, x, y, c);
    for (std::uint32_t k = 0; k < y.size(); ++k)
      if (y[k].is_floating_point()) set_history(y[k], node, k);
  }
  if (!detail::thread_state.dual_level) return;
  std::array<Tensor, Op::inputs> t;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (detail::carries_tangent(x[i])) t[i] = detail::tangent_of(x[i]);
  if (std::none_of(t.begin(), t.end(), [](const Tensor& v) { return v.defined(); })) return;
  const detail::NoTangents plain;
  for (std::size_t k = 0; k < y.size(); ++k)
    if (y[k].is_floating_point()) detail::set_tangent(y[k], tangent_of_output(op, k, t, x, y, c));
}

/// The same for one input and one output.
template <class Op>
void record_general(const Op& op, const Tensor& x, const Tensor& y) {
  if (is_followed(x)) record_many(Single<Op>{op}, {x}, {y});
}

/// Records the first of the results; those beyond the outputs of `op` have no derivative.
template <class Op, std::size_t K>
void record_results(const Op& op, const std::array<Tensor, Op::inputs>& x,
                    const std::array<Tensor, K>& results, const Constants<Op>& c = {}) {
  if constexpr (K == Op::outputs) {
    record_many(op, x, results, c);
  } else {
    std::array<Tensor, Op::outputs> y;
    std::copy_n(results.begin(), y.size(), y.begin());
    record_many(op, x, y, c);
  }
}

// A result that is alone is returned as such.
template <std::size_t K>
auto unwrapped(std::array<Tensor, K> results) {
  if constexpr (K == 1)
    return Tensor(std::move(results[0]));
  else
    return results;
}

// record_computed(): records what forward() returned and returns the results.
template <class Op, std::size_t K, std::size_t C>
auto record_computed(const Op& op, const std::array<Tensor, Op::inputs>& x, bool followed,
                     Computed<K, C> computed) {
  if (followed) record_results(op, x, computed.results, computed.constants);
  return unwrapped(std::move(computed.results));
}
template <class Op, class Rule, std::size_t K>
auto record_computed(const Op&, const std::array<Tensor, Op::inputs>& x, bool followed,
                     ComputedRule<Rule, K> computed) {
  if (followed) record_results(computed.rule, x, computed.results);
  return unwrapped(std::move(computed.results));
}
template <class Op, std::size_t K>
auto record_computed(const Op& op, const std::array<Tensor, Op::inputs>& x, bool followed,
                     std::array<Tensor, K> results) {
  if (followed) record_results(op, x, results);
  return unwrapped(std::move(results));
}
template <class Op>
Tensor record_computed(const Op& op, const std::array<Tensor, Op::inputs>& x, bool followed,
                       Tensor y) {
  if (followed) record_many(op, x, {y});
  return y;
}

/// The result of an operator of one input and one output, or an array of several results. `given` is what forward()
/// need not compute again, or integers that it takes beside its input.
template <class Op, class... Given>
auto apply_general(const Op& op, const Tensor& x, const Given&... given) {
  const ObservedCall observed(op.node_name);
  auto y = op.forward(x, given...);
  if constexpr (std::is_same_v<decltype(y), Tensor>) {
    record_general(op, x, y);
    return y;
  } else {
    return record_computed(Single<Op>{op}, {x}, is_followed(x), std::move(y));
  }
}

/// forward(), which is told whether anything follows where it asks for that.
template <class Op, std::size_t... I, class... Given>
auto call_forward(const Op& op, const std::array<Tensor, Op::inputs>& x, bool followed,
                  std::index_sequence<I...>, const Given&... given) {
  if constexpr (requires { op.forward(x[I]..., given..., followed); })
    return op.forward(x[I]..., given..., followed);
  else
    return op.forward(x[I]..., given...);
}

/// The same for several inputs, outputs or constants.
template <class Op, class... Given>
auto apply_many(const Op& op, const std::array<Tensor, Op::inputs>& x, const Given&... given) {
  const ObservedCall observed(op.node_name);
  // Undefined tensors are refused by forward().
  const bool followed = std::any_of(x.begin(), x.end(),
                                    [](const Tensor& t) { return t.defined() && is_followed(t); });
  return record_computed(
      op, x, followed,
      call_forward(op, x, followed, std::make_index_sequence<Op::inputs>(), given...));
}

}  // namespace eigengrad::autograd
