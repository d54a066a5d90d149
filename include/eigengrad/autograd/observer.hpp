#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

#include "eigengrad/core/config.hpp"

namespace eigengrad::autograd {

/// One call, as an observer sees it when it has ended. The texts live as long as the callback runs.
struct Observation {
  enum class Phase : std::uint8_t { Forward, Backward };
  using Time = std::chrono::steady_clock::time_point;

  /// "Mul" for a call of the operator, "MulBackward0" for an evaluation of its node.
  std::string_view name;
  Phase phase = Phase::Forward;
  /// The sequence number of the node that the call recorded or evaluated, which links the two calls; 0 for a
  /// call that recorded no node. No call recorded the AccumulateGrad nodes of leaves: all of them have
  /// Node::kAccumulator, 2^64 - 1, in place of a number.
  std::uint64_t sequence_nr = 0;
  Time start;
  Time stop;
};

/// Calls `callback(observation)` for every operator that this thread calls in the scope and for every
/// node that its backward passes evaluate (on whichever threads these run): `Observer watch(f);`.
///
/// Calls within calls end first: an operator composed of others, the operators of a backward rule.
/// Where observers are nested, each of them is called. Operators that the callback itself calls are not
/// observed; what it throws becomes a warning.
/// At the edge: an operator that is recorded after it was computed (cumulative, sorting, extrema and
/// others that give several results or have rules of their own) is seen when it is recorded, with
/// start equal to stop, and not at all when it is not recorded.
/// Cost: two readings of the clock for each call; without an observer, one branch.
class EIGENGRAD_API Observer {
 public:
  using Callback = std::function<void(const Observation&)>;
  explicit Observer(Callback callback);
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

 private:
  friend void report(const Observation& observation) noexcept;
  /// What the callback throws becomes a warning.
  void tell(const Observation& observation) const;

  Callback callback_;
  const Observer* outer_;
};

}  // namespace eigengrad::autograd
