#include "eigengrad/autograd/observer.hpp"

#include "autograd/annotation.hpp"
#include "eigengrad/core/error.hpp"

namespace eigengrad::autograd {

/// A call that is under way.
struct OpenCall {
  std::string name;
  Observation::Phase phase;
  std::uint64_t sequence_nr;
  OpenCall* outer;
  Observation::Time start;
};

namespace {

constexpr auto clock_now = &std::chrono::steady_clock::now;

/// "MulBackward0" is the node of "Mul".
std::string_view operator_of(std::string_view node_name) noexcept {
  return node_name.substr(0, node_name.rfind("Backward"));
}

OpenCall* open(std::string name, Observation::Phase phase, std::uint64_t sequence_nr) {
  AnnotationState& state = annotation_state();
  if (state.observer == nullptr) return nullptr;
  state.call = new OpenCall{std::move(name), phase, sequence_nr, state.call, clock_now()};
  return state.call;
}

}  // namespace

void Observer::tell(const Observation& observation) const {
  try {
    callback_(observation);
  } catch (const std::exception& e) {
    warn("[observer] the callback has thrown: " + std::string(e.what()));
  } catch (...) {
    warn("[observer] the callback has thrown");
  }
}

void report(const Observation& observation) noexcept {
  AnnotationState& state = annotation_state();
  const Observer* const innermost = std::exchange(state.observer, nullptr);
  for (const Observer* o = innermost; o != nullptr; o = o->outer_) {
    try {
      o->tell(observation);
    } catch (...) {  // there was no memory for the warning, or its handler has thrown
    }
  }
  state.observer = innermost;
}

void ObservedCall::begin(std::string_view node_name) {
  record_ = open(std::string(operator_of(node_name)), Observation::Phase::Forward, 0);
}

void ObservedCall::begin(const Node& node) {
  record_ = open(node.name(), Observation::Phase::Backward, node.sequence_nr());
}

void ObservedCall::end() noexcept {
  const std::unique_ptr<OpenCall> call(std::exchange(record_, nullptr));
  AnnotationState& state = annotation_state();
  state.call = call->outer;
  report({call->name, call->phase, call->sequence_nr, call->start, clock_now()});
}

void observe_recorded(const Node& node) {
  OpenCall* const call = annotation_state().call;
  if (call != nullptr && call->phase == Observation::Phase::Forward && call->sequence_nr == 0) {
    call->sequence_nr = node.sequence_nr();
    return;
  }
  const std::string name = node.name();
  const Observation::Time time = clock_now();
  report({operator_of(name), Observation::Phase::Forward, node.sequence_nr(), time, time});
}

Observer::Observer(Callback callback)
    : callback_(std::move(callback)), outer_(annotation_state().observer) {
  detail::require_callable("Observer", callback_);
  annotation_state().observer = this;
  note_use();
}

Observer::~Observer() {
  annotation_state().observer = outer_;
  note_use();
}

}  // namespace eigengrad::autograd
