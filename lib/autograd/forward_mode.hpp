#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "autograd/tracking.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"

namespace eigengrad::detail {

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
/// Separates the tangent of a view from that of its base.
inline void separate_tangent(TensorImpl& view) {
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
/// Gives `impl` the tensor `tangent` itself as its tangent, without a copy; the layouts must agree.
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

/// Within the scope operators are evaluated only: nothing is recorded and nothing carries a tangent.
class Unrecorded {
 private:
  NoGradGuard off_;
  NoTangents plain_;
};

}  // namespace eigengrad::detail
