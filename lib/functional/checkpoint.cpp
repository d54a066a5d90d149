#include "eigengrad/functional/checkpoint.hpp"

#include <algorithm>
#include <mutex>

#include "autograd/forward_mode.hpp"
#include "autograd/saved_value.hpp"
#include "autograd/sweep.hpp"
#include "autograd/tracking.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"
#include "eigengrad/core/generator.hpp"

namespace eigengrad::detail {
namespace {

/// Holds the inputs of a checkpoint for its second evaluation. It is a node of no graph: saved values need a
/// node that they belong to.
class CheckpointInputs final : public autograd::Node {
 public:
  explicit CheckpointInputs(const variable_list& inputs) : Node(nullptr, 0, 0) {
    saved_.reserve(inputs.size());
    for (const Tensor& x : inputs) {
      tracked_.push_back(x.defined() && is_tracked(x));
      // No gradient reaches a view that was made without recording.
      unconnected_.push_back(tracked_.back() && !autograd::gradient_edge(x).is_valid());
      autograd::SavedValue& value = saved_.emplace_back();
      if (!x.defined()) continue;
      value.save_constant(x);
      // The tangent itself, not a copy, which would not have its version. It is older than the checkpoint.
      if (carries_tangent(x)) tangents_.resize(inputs.size());
      if (carries_tangent(x)) tangents_[saved_.size() - 1] = tangent_of(x);
    }
    autograd::SavedList::enter(*this, saved_.data(), saved_.size());
  }
  std::string name() const override { return "checkpoint"; }
  void backward(autograd::BackwardCall&) override {}

  /// Whether hooks packed inputs: what they unpack has another version.
  bool are_packed() const noexcept {
    return std::any_of(saved_.begin(), saved_.end(),
                       [](const autograd::SavedValue& v) { return v.is_packed(); });
  }

  /// Leaves with the elements and the tangents of the inputs.
  variable_list leaves() {
    variable_list list;
    for (std::size_t i = 0; i < saved_.size(); ++i) {
      list.emplace_back();
      if (!saved_[i].holds()) continue;
      const Tensor x = saved_[i].tensor(*this);
      list.back() = x.detach();
      list.back().requires_grad_(tracked_[i]);
      if (unconnected_[i]) {
        const NoGradGuard off;
        list.back() = autograd::alias(list.back());
      }
      if (!tangents_.empty() && tangents_[i].defined())
        attach_tangent(*list.back().impl(), tangents_[i]);
    }
    return list;
  }

 private:
  std::vector<autograd::SavedValue> saved_;
  variable_list tangents_;
  std::vector<bool> tracked_;
  std::vector<bool> unconnected_;
};

/// Within the scope the default generator has the given state; afterwards its own again.
class RandomState {
 public:
  explicit RandomState(const Tensor& state)
      : state_(state.defined() ? default_generator().get_state() : Tensor()) {
    if (state.defined()) default_generator().set_state(state);
  }
  ~RandomState() {
    if (state_.defined()) default_generator().set_state(state_);
  }
  RandomState(const RandomState&) = delete;
  RandomState& operator=(const RandomState&) = delete;

 private:
  Tensor state_;
};

/// Within the scope forward mode is on or off, as it was at another time.
class TangentState {
 public:
  explicit TangentState(bool on) noexcept : previous_(std::exchange(thread_state.dual_level, on)) {}
  ~TangentState() { thread_state.dual_level = previous_; }
  TangentState(const TangentState&) = delete;
  TangentState& operator=(const TangentState&) = delete;

 private:
  bool previous_;
};

/// Describes a saved value without its elements (sizes, dtype, version), to find differences between the
/// evaluations.
struct Description {
  explicit Description(const Tensor& t)
      : sizes(t.sizes()), dtype(t.dtype()), version(t.impl()->storage().version()) {}
  friend bool operator==(const Description& a, const Description& b) noexcept {
    return a.sizes == b.sizes && a.dtype == b.dtype && a.version == b.version;
  }
  friend std::ostream& operator<<(std::ostream& os, const Description& d) {
    return os << to_string(d.dtype) << " tensor of shape " << IntArrayRef(d.sizes) << " at version "
              << d.version;
  }
  DimVector sizes;
  ScalarType dtype;
  std::uint32_t version;
};

}  // namespace

/// One call of checkpoint(), kept alive by the values that it forgot.
class CheckpointScope::Frame : public std::enable_shared_from_this<Frame> {
 public:
  Frame(std::function<void(const variable_list&)> again, const variable_list& inputs,
        const CheckpointOptions& options)
      : again_(std::move(again)), inputs_(std::make_shared<CheckpointInputs>(inputs)) {
    if (options.preserve_rng_state) random_state_ = default_generator().get_state();
  }

  /// Counts a value that is not kept, and returns its index.
  std::size_t forget(const Tensor& t) {
    const std::lock_guard lock(mutex_);
    values_.emplace_back(t);
    return values_.size() - 1;
  }
  void end_forward() noexcept { complete_ = true; }

  Tensor value(std::size_t index) {
    const std::lock_guard one_at_a_time(evaluating_);
    if (const Recomputed found = find(index); found.value.defined()) return intact(found, index);
    const auto values = std::make_shared<std::vector<Recomputed>>();
    evaluate(*values);
    {
      const std::lock_guard lock(mutex_);
      recomputed_ = values;
    }
    // Keeps the values until the sweep ends: other nodes of it will ask for theirs.
    if (autograd::Sweep* sweep = autograd::Sweep::current(); sweep != nullptr)
      sweep->add_callback([values] {});
    return intact(find(index), index);
  }

  /// To be called when nobody will ask for that value again.
  void drop(std::size_t index) noexcept {
    Recomputed last;
    const std::lock_guard lock(mutex_);
    values_[index].wanted = false;
    if (const auto values = recomputed_.lock(); values != nullptr && index < values->size())
      last = std::move((*values)[index]);
  }

 private:
  struct Value {
    explicit Value(const Tensor& t) : description(t) {}
    Description description;
    bool wanted = true;
  };
  /// A value of the second evaluation, with the version that it had when it was saved.
  struct Recomputed {
    Tensor value;
    std::uint32_t version = 0;
  };

  Recomputed find(std::size_t index) {
    const std::lock_guard lock(mutex_);
    const auto values = recomputed_.lock();
    return values != nullptr && index < values->size() ? (*values)[index] : Recomputed();
  }

  /// Keeps a value of the second evaluation where it is wanted.
  void recompute(std::vector<Recomputed>& values, const Tensor& t) {
    const std::lock_guard lock(mutex_);
    const std::size_t index = values.size();
    values.emplace_back();
    if (index >= values_.size()) return;
    const Description& first = values_[index].description;
    Description second(t);
    if (inputs_->are_packed()) second.version = first.version;
    if (!(first == second))
      detail::fail<GraphError>(
          "checkpoint", "saved value ", index,
          " differs between the first evaluation and the second: ", first, " and ", second,
          "; the function must compute the same each time, from tensors that are not written to "
          "in between");
    if (values_[index].wanted) values[index] = {t, t.impl()->storage().version()};
  }

  void evaluate(std::vector<Recomputed>& values) {
    {
      // Operators that compute tangents are recorded, and save values, as well.
      const TangentState travel(dual_);
      const RestoredTangents of_captured(kept_tangents_.get());
      const AutoGradMode on(true);
      const variable_list leaves = inputs_->leaves();
      const RandomState random(random_state_);
      // The evaluation itself may need its values: when it differentiates.
      const autograd::SavedTensorHooks hooks(
          [&](const Tensor& t) {
            recompute(values, t);
            return t;
          },
          [](const Tensor& t) { return t; });
      again_(leaves);
    }
    const std::lock_guard lock(mutex_);
    // A function that differentiates asks for values before it has ended.
    if (complete_ ? values.size() != values_.size() : values.size() < values_.size())
      detail::fail<GraphError>("checkpoint",
                               "a different number of tensors was saved by the first evaluation "
                               "and the second: ",
                               values_.size(), " and ", values.size(),
                               "; the function must compute the same each time");
  }

  /// As without a checkpoint, a saved value that the function has overwritten is an error.
  Tensor intact(const Recomputed& found, std::size_t index) {
    const std::lock_guard lock(mutex_);
    const Tensor& value = found.value;
    if (value.defined() && value.impl()->storage().version() != found.version)
      detail::fail<GraphError>(
          "checkpoint",
          "a value needed for the gradient was modified by an inplace operation of "
          "the function: saved value ",
          index, ", a ", values_[index].description, ", is at version ",
          value.impl()->storage().version(), " when the function returns; write into a clone");
    return value;
  }

  std::function<void(const variable_list&)> again_;
  std::shared_ptr<CheckpointInputs> inputs_;
  Tensor random_state_;
  bool dual_ = thread_state.dual_level;
  std::shared_ptr<KeptTangents> kept_tangents_ = KeptTangents::begin();
  std::atomic<bool> complete_{false};
  std::mutex evaluating_;
  std::mutex mutex_;  // of all below
  std::vector<Value> values_;
  std::weak_ptr<std::vector<Recomputed>> recomputed_;
};

/// What a node keeps instead of a value: the frame of the checkpoint and the value's index.
struct CheckpointScope::SavedIndex {
  SavedIndex(std::shared_ptr<Frame> f, std::size_t n) noexcept : frame(std::move(f)), index(n) {}
  SavedIndex(SavedIndex&&) noexcept = default;
  SavedIndex& operator=(SavedIndex&&) = delete;
  ~SavedIndex() {
    if (frame != nullptr) frame->drop(index);
  }
  std::shared_ptr<Frame> frame;
  std::size_t index;
};

CheckpointScope::CheckpointScope(std::function<void(const variable_list&)> again,
                                 const variable_list& inputs, const CheckpointOptions& options)
    : frame_(std::make_shared<Frame>(std::move(again), inputs, options)),
      hooks_(
          // The hooks are kept by every value, and so must not keep the frame alive.
          [frame = frame_.get()](const Tensor& t) {
            return SavedIndex(frame->shared_from_this(), frame->forget(t));
          },
          [](const SavedIndex& saved) { return saved.frame->value(saved.index); }) {}

CheckpointScope::~CheckpointScope() { frame_->end_forward(); }

}  // namespace eigengrad::detail
