#pragma once

#include <cstdint>
#include <utility>

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
class SavedValue {
 public:
  SavedValue() noexcept = default;
  SavedValue(const SavedValue&) = delete;
  SavedValue& operator=(const SavedValue&) = delete;
  SavedValue(SavedValue&& o) noexcept
      : impl_(std::exchange(o.impl_, nullptr)),
        version_(o.version_),
        output_nr_(o.output_nr_),
        released_(o.released_) {}
  ~SavedValue() { drop(); }

  static constexpr std::uint16_t kInput = 0xffff;

  void save_input(const Tensor& t) { save(t, kInput); }
  /// `output_nr` tells which output of the node it is.
  void save_output(const Tensor& t, std::uint16_t output_nr = 0) { save(t, output_nr); }
  bool holds() const noexcept { return impl_ != nullptr; }
  /// For values that may be missing by design: whether something was saved, released since or not.
  bool was_saved() const noexcept { return impl_ != nullptr || released_; }
  void release() noexcept {
    released_ = released_ || impl_ != nullptr;
    drop();
  }

  /// The data, for reading.
  /// Throws: GraphError when it was released, or modified since.
  const detail::TensorImpl& data(const Node& node) const {
    if (EIGENGRAD_UNLIKELY(impl_ == nullptr || impl_->storage().version() != version_)) fail(node);
    return *impl_;
  }
  /// A tensor with the history that the value had: that of the input that came in through `edge`, or
  /// of the node's output.
  Tensor tensor(Node& node, const Edge* edge) const;

 private:
  void save(const Tensor& t, std::uint16_t output_nr);
  void drop() noexcept {
    if (impl_ != nullptr) std::exchange(impl_, nullptr)->release_held();
  }
  [[noreturn]] void fail(const Node& node) const;

  detail::TensorImpl* impl_ = nullptr;
  std::uint32_t version_ = 0;
  std::uint16_t output_nr_ = kInput;
  bool released_ = false;
};

}  // namespace eigengrad::autograd
