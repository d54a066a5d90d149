#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "core/thread_state.hpp"
#include "eigengrad/autograd/node.hpp"

namespace eigengrad::autograd {

/// To be called for a second pass through a node that the first one released. Throws: GraphError.
[[noreturn]] void fail_released(const Node& node);
[[noreturn]] void refuse_to_save(const Tensor& t);
/// Throws: GraphError for a tensor made in inference mode, whose writes nobody counts.
inline void check_may_be_saved(const Tensor& t) {
  if (EIGENGRAD_UNLIKELY(t.impl()->is_inference())) refuse_to_save(t);
}

/// A tensor that a node keeps for its backward pass.
///
/// Note [Saved values]
/// It keeps data and geometry alive but neither history nor `.grad` (core/tensor_impl.hpp, Note [Two
/// counts]); what the history was is known from the node: the edge of an input, or the node itself
/// for an output. The storage's version is compared when the value is read.
/// A node has all that it keeps (inputs, outputs, and constants such as factors) in one SavedValues,
/// which makes it known to Node. Reading under the lock, releasing, and showing to hooks, to
/// checkpoint and to forward mode are written once, there and here, and follow for every kind.
///
/// Note [Packed values]
/// Where hooks are set, the node keeps the object that they made of the value. A stand-in replaces the value:
/// a tensor of the same shape without elements, which owns the packed object and carries the value's tangent.
/// Its version never equals the expected one, so that the usual version check finds packed values and reading
/// others costs nothing more.
class SavedValue {
 public:
  SavedValue() noexcept = default;
  SavedValue(const SavedValue&) = delete;
  SavedValue& operator=(const SavedValue&) = delete;
  SavedValue(SavedValue&& o) noexcept
      : impl_(std::exchange(o.impl_, nullptr)),
        version_(o.version_),
        role_(o.role_),
        released_(o.released_),
        packed_(o.packed_) {}
  ~SavedValue() { drop(); }

  /// Saves an input of the call; `edge` is the index of its edge.
  void save_input(const Tensor& t, std::size_t edge) { save(t, static_cast<std::uint16_t>(edge)); }
  /// Saves output `output_nr` of the call.
  void save_output(const Tensor& t, std::size_t output_nr = 0) {
    save(t, static_cast<std::uint16_t>(kOutput | output_nr));
  }
  /// Saves a tensor without history.
  void save_constant(const Tensor& t) { save(t, kConstant); }
  /// To be called when the value is about to be written in place by the recorded call itself: expects the
  /// version after the write.
  void expect_write() noexcept { version_ += impl_ != nullptr && !packed_ ? 1 : 0; }
  bool holds() const noexcept { return impl_ != nullptr; }
  bool is_output() const noexcept { return role_ >= kOutput && role_ != kConstant; }
  std::uint32_t output_nr() const noexcept { return role_ & ~kOutput; }
  /// The edge of `node` for this input; nullptr for a value that is no input.
  const Edge* edge(const Node& node) const noexcept {
    return role_ < kOutput ? node.edges_ + role_ : nullptr;
  }
  /// Whether hooks packed what it holds.
  bool is_packed() const noexcept { return packed_; }
  /// Shape, dtype and (unless packed) memory of what it holds.
  detail::TensorImpl* held() const noexcept { return impl_; }
  /// For values that may be missing by design: whether something was saved, released since or not.
  bool was_saved() const noexcept { return impl_ != nullptr || released_; }
  void release() noexcept {
    released_ = released_ || impl_ != nullptr;
    drop();
  }

  /// The data, for reading; nullptr when it is packed.
  /// Throws: GraphError when it was released, or modified since.
  const detail::TensorImpl* data(const Node& node) const {
    if (EIGENGRAD_UNLIKELY(impl_ == nullptr || impl_->storage().version() != version_))
      return packed_or_fail(node);
    return impl_;
  }
  /// Whether data() would give the value as it was saved.
  bool is_intact() const noexcept {
    return impl_ != nullptr && (packed_ || impl_->storage().version() == version_);
  }
  /// A tensor with the history that the value had in `node`.
  /// Throws: as data(); GraphError, ShapeError or DtypeError when hooks unpack something else than a
  /// tensor of its shape and dtype; what they throw.
  Tensor tensor(Node& node) const;
  /// Packs the value, which was saved already.
  /// Throws: GraphError when it was released, is packed already, or is written to by the hook.
  void pack_with(const detail::SavedHooks& hooks, const Node& node);

 private:
  static constexpr std::uint16_t kOutput = 0x8000;
  static constexpr std::uint16_t kConstant = 0xffff;

  void save(const Tensor& t, std::uint16_t role);
  void pack(const Tensor& t, const detail::SavedHooks& hooks);
  Tensor unpack(const Node& node) const;
  /// A new tensor on the value's data, without history.
  Tensor tensor_of_data() const;
  void drop() noexcept {
    if (impl_ == nullptr) return;
    std::exchange(impl_, nullptr)->release_held();
    packed_ = false;
  }
  const detail::TensorImpl* packed_or_fail(const Node& node) const;
  [[noreturn]] void fail(const Node& node) const;

  detail::TensorImpl* impl_ = nullptr;
  std::uint32_t version_ = 0;
  /// The index of an edge, or of an output with the bit kOutput, or kConstant.
  std::uint16_t role_ = kConstant;
  bool released_ = false;
  bool packed_ = false;
};

/// Access to what a node keeps.
class SavedList {
 public:
  /// Registers `n` values at the node that they belong to.
  static void enter(Node& node, SavedValue* values, std::size_t n) noexcept {
    node.saved_ = values;
    node.num_saved_ = static_cast<std::uint32_t>(n);
  }
  /// To be held while values are read.
  static std::atomic<bool>& lock(Node& node) noexcept { return node.saved_lock_; }
  /// Whether a pass has released the node; also for a node that saved nothing.
  static bool is_released(const Node& node) noexcept { return node.saved_released_; }
  /// Whether hooks packed one of the values.
  static bool has_packed(const Node& node) noexcept {
    for (std::uint32_t i = 0; i < node.num_saved_; ++i)
      if (node.saved_[i].is_packed()) return true;
    return false;
  }
};

/// All values that a node keeps; a data member of the node.
template <std::size_t N>
class SavedValues {
 public:
  explicit SavedValues(Node& node) noexcept { SavedList::enter(node, values_.data(), N); }
  SavedValue& operator[](std::size_t i) noexcept { return values_[i]; }

 private:
  std::array<SavedValue, N> values_;
};

/// Gives an output of `node` its tangent, if hooks packed it before it had one.
void give_tangent_to_packed(Node& node, std::uint32_t output_nr, const Tensor& tangent);

/// Visits the values that a node saved. `owner` is the node itself, or the node inside it (of a CopySlices).
class SavedVisitor {
 public:
  virtual void visit(SavedValue& value, Node& owner) = 0;

 protected:
  ~SavedVisitor() = default;
};

/// Is told what a node knows of shapes: that of an input or of an output, or that all inputs have the shape
/// of its only output.
class ShapeVisitor {
 public:
  virtual void input_sizes(const Edge& edge, IntArrayRef sizes) = 0;
  virtual void keeps_shape() = 0;

 protected:
  ~ShapeVisitor() = default;
};

}  // namespace eigengrad::autograd
