#pragma once

#include <cstdint>
#include <utility>

#include "core/thread_state.hpp"
#include "eigengrad/autograd/node.hpp"

namespace eigengrad::autograd {

/// A second pass through a node that the first released. Throws: GraphError.
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
///
/// Note [Packed values]
/// Where hooks are set, the node keeps what they made of the value. In the value's place stands a tensor
/// of the same shape without elements, which owns the packed object and carries the value's tangent;
/// it never has the version that is expected of it, so that reading a value that is not packed
/// takes no step more.
class SavedValue {
 public:
  SavedValue() noexcept = default;
  SavedValue(const SavedValue&) = delete;
  SavedValue& operator=(const SavedValue&) = delete;
  SavedValue(SavedValue&& o) noexcept
      : impl_(std::exchange(o.impl_, nullptr)),
        version_(o.version_),
        output_nr_(o.output_nr_),
        released_(o.released_),
        packed_(o.packed_) {}
  ~SavedValue() { drop(); }

  static constexpr std::uint16_t kInput = 0xffff;

  void save_input(const Tensor& t) { save(t, kInput); }
  /// `output_nr` tells which output of the node it is.
  void save_output(const Tensor& t, std::uint16_t output_nr = 0) { save(t, output_nr); }
  /// The value is one that is about to be written in place.
  void expect_write() noexcept { version_ += impl_ != nullptr && !packed_ ? 1 : 0; }
  bool holds() const noexcept { return impl_ != nullptr; }
  bool is_output() const noexcept { return output_nr_ != kInput; }
  std::uint32_t output_nr() const noexcept { return output_nr_; }
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
  /// A tensor with the history that the value had: that of the input that came in through `edge`, or
  /// of the node's output.
  /// Throws: as data(); GraphError, ShapeError or DtypeError when hooks unpack something else than a
  /// tensor of its shape and dtype; what they throw.
  Tensor tensor(Node& node, const Edge* edge) const;
  /// Packs the value after the fact.
  /// Throws: GraphError when it was released, is packed already, or is written to by the hook.
  void pack_with(const detail::SavedHooks& hooks, const Node& node);

 private:
  void save(const Tensor& t, std::uint16_t output_nr);
  void pack(const Tensor& t, const detail::SavedHooks& hooks);
  Tensor unpack(const Node& node) const;
  /// Of its own, without history.
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
  std::uint16_t output_nr_ = kInput;
  bool released_ = false;
  bool packed_ = false;
};

/// Gives an output of `node` that was packed when it had no tangent yet its tangent.
void give_tangent_to_packed(Node& node, std::uint32_t output_nr, const Tensor& tangent);

/// Looks at the values that a node saved; `edge` is the one of the input that it is, or nullptr.
class SavedVisitor {
 public:
  virtual void visit(SavedValue& value, const Edge* edge) = 0;
  /// What a node knows of shapes beside that: of the value that `edge` stands for, an input's or its
  /// own, or that all inputs have the shape of its only output.
  virtual void input_sizes(const Edge&, IntArrayRef) {}
  virtual void keeps_shape() {}

 protected:
  ~SavedVisitor() = default;
};

}  // namespace eigengrad::autograd
