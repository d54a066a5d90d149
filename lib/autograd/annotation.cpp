#include "autograd/annotation.hpp"

#include <algorithm>
#include <boost/stacktrace/frame.hpp>
#include <boost/stacktrace/stacktrace.hpp>
#include <cmath>

#include "autograd/structural.hpp"
#include "autograd/tracking.hpp"
#include "core/dispatch.hpp"
#include "core/fail.hpp"
#include "core/text.hpp"
#include "eigengrad/autograd/anomaly_mode.hpp"

namespace eigengrad {
namespace autograd {

struct Annotation {
  /// The innermost label behind those around it: "training/loss".
  std::string label;
  const char* file = nullptr;
  int line = 0;
  std::vector<boost::stacktrace::frame> frames;
  /// Name of the node whose backward pass recorded the call.
  std::string maker;
  std::shared_ptr<const Annotation> of_maker;
};

namespace {

constexpr std::size_t kMaxFrames = 64;
/// Frames that are printed, from the first that is not the library's own.
constexpr std::size_t kShownFrames = 16;

const Annotation* annotation_of(const Node& node) noexcept {
  const NodeExtra* extra = find_extra(node);
  return extra != nullptr ? extra->annotation.get() : nullptr;
}

void describe_frames(std::ostream& os, const std::vector<boost::stacktrace::frame>& frames) {
  std::vector<std::string> names;
  for (const boost::stacktrace::frame& frame : frames) names.push_back(frame.name());
  // The innermost frames are the library's own; its hidden functions have no names.
  std::size_t first = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].find("eigengrad::") == 0) first = i + 1;
    if (first <= i && !names[i].empty()) break;
  }
  for (std::size_t i = first; i < std::min(names.size(), first + kShownFrames); ++i)
    os << "\n    " << (names[i].empty() ? "?" : names[i]) << " [" << frames[i].address() << ']';
}

/// Writes where the forward call of `name` was made.
void describe(std::ostream& os, const std::string& name, const Annotation* a) {
  if (a == nullptr) {
    os << "No forward pass information available for " << name
       << "; enable anomaly detection, or give it a label with Scope, during the forward pass";
    return;
  }
  os << "the forward call of " << name << " was made";
  if (!a->label.empty())
    os << " in scope \"" << a->label << "\" (" << a->file << ':' << a->line << ')';
  if (!a->frames.empty()) {
    os << (a->label.empty() ? " by" : ", by");
    describe_frames(os, a->frames);
  }
  if (a->maker.empty()) return;
  os << "\n  in the backward pass of " << a->maker << "; ";
  describe(os, a->maker, a->of_maker.get());
}

std::string where_made(const Node& node) {
  detail::Text os;
  describe(os, node.name(), annotation_of(node));
  return os.str();
}

template <class Test>
bool any_element(const Tensor& t, const Test& test) {
  const Tensor flat = copy_row_major(t);
  return detail::dispatch(t.dtype(), [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      const T* const p = flat.impl()->data<T>();
      return std::any_of(p, p + flat.numel(), test);
    } else {
      return false;
    }
  });
}

void check_results(const Node& node, const Tensor* results, const std::string& cotangents) {
  const AnnotationState& state = annotation_state();
  for (std::uint32_t i = 0; i < node.num_outputs(); ++i) {
    if (!results[i].defined()) continue;
    const char* what = nullptr;
    if (state.check_nan && any_element(results[i], [](auto v) { return std::isnan(v); }))
      what = "nan";
    else if (state.check_inf && any_element(results[i], [](auto v) { return std::isinf(v); }))
      what = "infinite";
    if (what != nullptr)
      detail::fail<GraphError>("anomaly mode", "Function '", node.name(), "' returned ", what,
                               " values in its ", i, "th output, of shape ", results[i].sizes(),
                               ", for gradients of shapes ", cotangents, "; ", where_made(node));
  }
}

}  // namespace

AnnotationState& annotation_state() noexcept {
  thread_local AnnotationState state;
  return state;
}

void note_use() noexcept {
  const AnnotationState& state = annotation_state();
  detail::thread_state.annotates =
      state.anomaly || state.scope != nullptr || state.observer != nullptr;
}

void Node::annotate() {
  const AnnotationState& state = annotation_state();
  if (state.observer != nullptr) observe_recorded(*this);
  if (!state.anomaly) {
    if (state.scope != nullptr) extra_of(*this).annotation = state.scope;
    return;
  }
  auto a = std::make_shared<Annotation>();
  if (state.scope != nullptr) *a = *state.scope;
  const boost::stacktrace::stacktrace stack(1, kMaxFrames);
  a->frames.assign(stack.begin(), stack.end());
  if (state.evaluating != nullptr) {
    a->maker = state.evaluating->name();
    if (const NodeExtra* extra = find_extra(*state.evaluating)) a->of_maker = extra->annotation;
  }
  extra_of(*this).annotation = std::move(a);
}

std::string label_of(const Node& node) {
  const Annotation* a = annotation_of(node);
  return a != nullptr ? a->label : std::string();
}

void evaluate_watched(Node& node, BackwardCall& call) {
  AnnotationState& state = annotation_state();
  struct Evaluating {
    const Node*& slot;
    const Node* outer;
    ~Evaluating() { slot = outer; }
  };
  const Evaluating scope{state.evaluating, std::exchange(state.evaluating, &node)};
  detail::Text cotangents;
  for (std::uint32_t k = 0; k < node.num_inputs(); ++k) {
    cotangents << (k == 0 ? "" : ", ");
    if (call.grads[k].defined())
      cotangents << call.grads[k].sizes();
    else
      cotangents << "(none)";
  }
  try {
    node.backward(call);
  } catch (...) {
    warn("[anomaly mode] Error detected in " + node.name() + ": " + where_made(node));
    throw;
  }
  check_results(node, call.results, cotangents.str());
}

bool AnomalyMode::is_enabled() noexcept { return annotation_state().anomaly; }
bool AnomalyMode::should_check_nan() noexcept { return annotation_state().check_nan; }
bool AnomalyMode::should_check_inf() noexcept { return annotation_state().check_inf; }
void AnomalyMode::set_enabled(bool on, bool check_nan, bool check_inf) noexcept {
  AnnotationState& state = annotation_state();
  state.anomaly = on;
  state.check_nan = check_nan;
  state.check_inf = check_inf;
  note_use();
}

DetectAnomalyGuard::DetectAnomalyGuard(bool check_nan, bool check_inf) noexcept
    : was_enabled_(AnomalyMode::is_enabled()),
      checked_nan_(AnomalyMode::should_check_nan()),
      checked_inf_(AnomalyMode::should_check_inf()) {
  AnomalyMode::set_enabled(true, check_nan, check_inf);
}
DetectAnomalyGuard::~DetectAnomalyGuard() {
  AnomalyMode::set_enabled(was_enabled_, checked_nan_, checked_inf_);
}

}  // namespace autograd

Scope::Scope(const std::string& label, const char* file, int line) {
  autograd::AnnotationState& state = autograd::annotation_state();
  auto a = std::make_shared<autograd::Annotation>();
  a->label = state.scope != nullptr ? state.scope->label + '/' + label : label;
  a->file = file;
  a->line = line;
  outer_ = std::exchange(state.scope, std::move(a));
  autograd::note_use();
}

Scope::~Scope() {
  autograd::annotation_state().scope = std::move(outer_);
  autograd::note_use();
}

}  // namespace eigengrad
