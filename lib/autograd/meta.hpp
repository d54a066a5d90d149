#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "core/allocator.hpp"
#include "core/thread_state.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/node.hpp"

namespace eigengrad::autograd {
struct Annotation;
struct LeafHooks;
struct NodeHooks;
}  // namespace eigengrad::autograd

namespace eigengrad::detail {

/// What only some tensors have in the graph: leaves, tensors that retain their gradient or carry a
/// tangent.
struct AutogradExtra {
  Tensor grad;
  Tensor tangent;
  /// The version of the memory when the tensor lost its tangent, which values saved at that version have.
  std::uint32_t lost_at = 0;
  /// Place among the tensors that carry a tangent: the end of a level finds them there.
  struct Link {
    TensorImpl* tensor = nullptr;
    const ThreadState* level = nullptr;
    Link* previous = nullptr;
    Link* next = nullptr;
  } link;
  /// The node that ends at this leaf; the graph keeps it alive.
  std::weak_ptr<autograd::Node> accumulator;
  /// Shared with that node, so that they run as long as a graph leads to this leaf.
  std::shared_ptr<autograd::LeafHooks> hooks;
  std::atomic<bool> lock{false};
  bool retains_grad = false;
  /// Of a view: whether its tangent is no part of its base's, and the tensor of whose tangent it is a part
  /// instead, if it is not its own affair.
  bool tangent_is_apart = false;
  Tensor tangent_base;

  static void* operator new(std::size_t bytes) { return allocate_small(bytes); }
  static void operator delete(void* p, std::size_t bytes) noexcept { free_small(p, bytes); }
};

AutogradExtra& ensure_extra(TensorImpl& t);

/// Note [Tangents in memory]
/// A tensor that is no view has a tangent of its own, laid out as the tensor, since in-place writes go
/// to both: no other tensor's tangent changes with it. The tangent of a view is the same view of its
/// base's. Where the base got one by an in-place write, to itself or through another view, a view made
/// before finds its own when somebody asks. Not so the two tensors that make_dual() and unpack_dual()
/// give, and what a custom Function returns: these share memory, but no tangent; the tangents of their
/// views are parts of theirs.
inline const Tensor& tangent_of(const Tensor& t) { return t.impl()->extra()->tangent; }
/// The tensor of whose tangent that of the view `t` is a part; nullptr when `t` has one of its own.
inline TensorImpl* tangent_base(const TensorImpl& t) noexcept {
  const AutogradExtra* const extra = t.extra();
  return extra != nullptr && extra->tangent_is_apart ? extra->tangent_base.impl() : t.view_base();
}
inline bool shares_tangent(const TensorImpl& t) noexcept { return tangent_base(t) != nullptr; }
/// Makes the tangent of a view its own affair.
inline void part_from_tangents(TensorImpl& view) {
  AutogradExtra& extra = ensure_extra(view);
  extra.tangent_is_apart = true;
  extra.tangent_base.reset();
}
/// Takes the view's part of that tangent. Returns whether there was one.
bool inherit_tangent(TensorImpl& view);
inline bool carries_tangent(TensorImpl& t) {
  return thread_state.dual_level && (t.has_tangent() || (shares_tangent(t) && inherit_tangent(t)));
}
inline bool carries_tangent(const Tensor& t) { return carries_tangent(*t.impl()); }
/// Gives `t` a tangent for the rest of the dual level: `tangent` itself if nobody else has it, or `t` is
/// a view.
void set_tangent(const Tensor& t, const Tensor& tangent);
/// The same without a copy; the layouts must agree.
void attach_tangent(TensorImpl& impl, const Tensor& tangent);
/// Takes the tangent from the tensor, but not from what was saved of it before.
inline void drop_tangent(TensorImpl& impl) noexcept {
  if (!impl.has_tangent()) return;
  impl.extra()->lost_at = impl.storage().version();
  impl.set_has_tangent(false);
}
/// The tangent of a saved value; undefined when there is none.
inline Tensor saved_tangent(TensorImpl& t) {
  if (carries_tangent(t)) return t.extra()->tangent;
  const bool lost = thread_state.dual_level && t.extra() != nullptr &&
                    t.extra()->lost_at == t.storage().version();
  return lost ? t.extra()->tangent : Tensor();
}

/// Whether InferenceMode keeps the tangents of an open level from travelling.
bool is_level_hidden() noexcept;

/// Note [Tangents after their level]
/// What was made in a level and is evaluated again when that has ended (functional/checkpoint.hpp) needs the
/// tangents of tensors that its function captured. The level's end leaves them in one of these, for
/// each tensor with a handle whose tangent is older: it keeps neither the tensor's history nor, through
/// a tangent's history, what it belongs to.
class KeptTangents {
 public:
  /// For what is evaluated now; nullptr outside a level.
  static std::shared_ptr<KeptTangents> begin();
  KeptTangents() noexcept : since_(thread_state.sequence_nr) {}
  ~KeptTangents();
  KeptTangents(const KeptTangents&) = delete;
  KeptTangents& operator=(const KeptTangents&) = delete;
  /// Keeps the tangent of `t` where that is older. Without memory none of them is kept any more.
  void keep(TensorImpl& t) noexcept;

 private:
  friend class RestoredTangents;
  void add(TensorImpl& t, const Tensor& tangent);

  struct Kept {
    TensorImpl* tensor;  // held
    Tensor tangent;
  };
  std::vector<Kept> list_;
  std::uint64_t since_;
  bool incomplete_ = false;
};

/// Within the scope the tensors of a list carry their tangents again, unless they carry others.
class RestoredTangents {
 public:
  /// Throws: std::bad_alloc, also where the list was not kept for want of memory.
  explicit RestoredTangents(const KeptTangents* kept);
  ~RestoredTangents() { end(); }
  RestoredTangents(const RestoredTangents&) = delete;
  RestoredTangents& operator=(const RestoredTangents&) = delete;

 private:
  friend class KeptTangents;
  void end() noexcept;

  const KeptTangents* kept_;
  RestoredTangents* outer_;
  std::vector<Tensor> restored_;
};

/// Within the scope operators see no tangents; rules of forward mode are evaluated in it.
class NoTangents {
 public:
  NoTangents() noexcept : previous_(std::exchange(thread_state.dual_level, false)) {}
  ~NoTangents() { thread_state.dual_level = previous_; }
  NoTangents(const NoTangents&) = delete;
  NoTangents& operator=(const NoTangents&) = delete;

 private:
  bool previous_;
};

inline bool recording() noexcept { return !thread_state.grad_mode_off; }

/// Whether operators on `t` are to be recorded, given that recording is on. A view is tracked also
/// through its base, which an in-place write may have made tracked.
inline bool is_tracked(const TensorImpl& t) noexcept {
  // The base first: while it is tracked, another thread may be renewing the view's own history.
  const TensorImpl* base = t.view_base();
  return (base != nullptr && base->tracked()) || t.tracked();
}
inline bool is_tracked(const Tensor& t) noexcept { return is_tracked(*t.impl()); }

/// A lock for one node or leaf, taken only when the process has threads.
class SpinLock {
 public:
  explicit SpinLock(std::atomic<bool>& flag) noexcept : flag_(single_threaded() ? nullptr : &flag) {
    if (flag_ != nullptr) wait();
  }
  ~SpinLock() {
    if (flag_ != nullptr) flag_->store(false, std::memory_order_release);
  }
  SpinLock(const SpinLock&) = delete;
  SpinLock& operator=(const SpinLock&) = delete;

 private:
  void wait() noexcept;
  std::atomic<bool>* flag_;
};

}  // namespace eigengrad::detail

namespace eigengrad::autograd {

/// What only some nodes have: outputs that retain their gradient, hooks, an annotation, and for a write
/// to a view the CopySlices that it is part of.
struct NodeExtra {
  struct Retained {
    std::uint32_t output_nr;
    detail::TensorImpl* tensor;  // held
  };
  std::vector<Retained> retained;
  Node* enclosing = nullptr;
  std::unique_ptr<NodeHooks> hooks;
  std::shared_ptr<const Annotation> annotation;
  NodeExtra();
  NodeExtra(const NodeExtra&) = delete;
  NodeExtra& operator=(const NodeExtra&) = delete;
  ~NodeExtra();
};
NodeExtra& extra_of(Node& node);
NodeExtra* find_extra(const Node& node) noexcept;

/// Ends at a leaf: adds what arrives to its `.grad`. Holds the leaf's data, not the leaf, so a leaf
/// whose gradient has a history is no cycle; nothing is accumulated once the last handle is gone.
class AccumulateGrad final : public Node {
 public:
  explicit AccumulateGrad(detail::TensorImpl& leaf) noexcept;
  ~AccumulateGrad() override;
  std::string name() const override { return "AccumulateGrad"; }
  void backward(BackwardCall& call) override;
  /// Adds `grad` to the `.grad` of `leaf`, stealing its buffer when nobody else sees it.
  static void accumulate(const Tensor& leaf, Tensor&& grad);

  void share_hooks(std::shared_ptr<LeafHooks> hooks) noexcept { hooks_ = std::move(hooks); }
  LeafHooks* hooks() const noexcept { return hooks_.get(); }
  const detail::TensorImpl& leaf() const noexcept { return *leaf_; }
  /// For a leaf that a transform made for itself: nobody will differentiate by it any more.
  void retire() noexcept { retired_.store(true, std::memory_order_relaxed); }
  bool is_retired() const noexcept { return retired_.load(std::memory_order_relaxed); }

 private:
  detail::TensorImpl* leaf_;
  std::shared_ptr<LeafHooks> hooks_;
  std::atomic<bool> retired_{false};
};

/// Makes `node` the history of `output`.
inline void set_history(const Tensor& output, std::shared_ptr<Node> node,
                        std::uint32_t output_nr = 0) noexcept {
  output.impl()->set_history(std::move(node), output_nr);
}

/// Lets `t` keep the gradient that arrives at it.
void retain_at_node(detail::TensorImpl& t, Node& node, std::uint32_t output_nr);
/// Moves that to the node which `t` gets by an in-place write, once there is room for it there.
void prepare_retained(const detail::TensorImpl& t, Node& to);
void move_retained(detail::TensorImpl& t, Node& to, std::uint32_t output_nr) noexcept;

/// The history that `self` will have after an in-place write. It is made before the write: whatever can
/// fail has succeeded when the first element changes.
class NextHistory {
 public:
  /// That of a write which nothing records.
  NextHistory() noexcept = default;
  /// Output `output_nr` of `node`, through the base when `self` is a view, which only the one output of
  /// a node may be. `self` is input `input_nr` of the write.
  NextHistory(const Tensor& self, std::shared_ptr<Node> node, std::uint32_t output_nr = 0,
              std::size_t input_nr = 0);
  /// What is recorded for a view that takes the geometry of `view`, another one of the same memory.
  static NextHistory of_view(const Tensor& self, const Tensor& view);
  /// The elements of `self`, once they are written, with that history.
  Tensor result(const Tensor& self) const;
  /// Takes effect, once the storage's version counts the write.
  void commit(const Tensor& self) noexcept;

 private:
  std::shared_ptr<Node> node_;
  std::shared_ptr<Node> of_base_;
  std::uint32_t output_nr_ = 0;
};

/// Undoes an in-place write unless it is told to keep it: for writes of which something that can fail
/// comes after the first element has changed, as what needs the result does.
class Undo {
 public:
  explicit Undo(const Tensor& self);
  ~Undo();
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  void keep() noexcept { before_.reset(); }

 private:
  const Tensor& self_;
  Tensor before_;
  std::uint32_t version_;
};

/// Gives `self`, after an in-place write, the tangent of what was written: into the tangent that it
/// has, or into that of its base, so that views of the same memory see it.
void write_tangent(const Tensor& self, const Tensor& tangent);

/// Refuses an in-place write that memory or the graph cannot represent.
void check_inplace(std::string_view op, const Tensor& self, bool will_record);
/// The same for a new geometry, with which nothing is written.
void check_new_geometry(std::string_view op, const Tensor& self);

/// Adds `grad` to `into`, in place when nobody else sees `into` and nothing is recorded.
void accumulate_gradient(Tensor& into, Tensor&& grad);

}  // namespace eigengrad::autograd
