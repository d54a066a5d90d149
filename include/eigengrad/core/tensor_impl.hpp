#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "eigengrad/core/array_ref.hpp"
#include "eigengrad/core/dtype.hpp"
#include "eigengrad/core/refcount.hpp"
#include "eigengrad/core/storage.hpp"

namespace eigengrad {

namespace autograd {
class Node;
}

namespace detail {

struct AutogradExtra;

/// How a view came to be; decides whether an in-place write to it can be recorded.
enum class ViewKind : std::uint8_t { NotAView, Plain, NoGrad, MultiOutput, CustomFunction };

/// What a Tensor handle points to: geometry, memory, and its node in the graph.
///
/// Note [One allocation]
/// A new tensor is one block: this header, its sizes and strides, the Storage header and, for a few
/// elements, the data. Larger data is a second block from the caching allocator. The block goes when
/// both the tensor and its storage are gone, so a view may outlive the tensor it was taken from.
///
/// Note [Two counts]
/// `handles` counts Tensor handles, `holders` counts saved values of nodes (plus one for all handles
/// together). When the last handle goes, history, `.grad`, hooks and the view's base go with it, and only
/// data and geometry stay for the nodes that saved them. So a node may save its own output, and a leaf may
/// hold a gradient whose history saved the leaf, without a cycle, and without a second header per saved
/// value.
class EIGENGRAD_API TensorImpl {
 public:
  TensorImpl(const TensorImpl&) = delete;
  TensorImpl& operator=(const TensorImpl&) = delete;

  /// A row-major tensor whose elements are not initialised.
  static TensorImpl* create(ScalarType dtype, IntArrayRef sizes);
  /// Another geometry over `storage`, which gains a reference.
  static TensorImpl* create_view(Storage* storage, std::byte* data, ScalarType dtype,
                                 IntArrayRef sizes, IntArrayRef strides);
  /// Memory of somebody else; `release(context)` runs once when the storage goes.
  static TensorImpl* create_external(void* data, ScalarType dtype, IntArrayRef sizes,
                                     IntArrayRef strides, void (*release)(void*) noexcept,
                                     void* context);

  // ---- Geometry.
  int dim() const noexcept { return ndim_; }
  std::int64_t numel() const noexcept { return numel_; }
  ScalarType dtype() const noexcept { return dtype_; }
  IntArrayRef sizes() const noexcept { return {dims_, static_cast<std::size_t>(ndim_)}; }
  IntArrayRef strides() const noexcept { return {dims_ + ndim_, static_cast<std::size_t>(ndim_)}; }
  bool is_contiguous() const noexcept { return contiguous_; }
  std::byte* bytes() const noexcept { return data_; }
  template <class T>
  T* data() const noexcept {
    return reinterpret_cast<T*>(data_);
  }
  Storage& storage() const noexcept { return *storage_; }
  /// The offset of the first element, in elements from the start of the storage.
  std::int64_t storage_offset() const noexcept;
  /// Replaces sizes and strides (in-place transpose_, squeeze_ and the like), and the first element.
  void set_geometry(IntArrayRef sizes, IntArrayRef strides, std::byte* data);

  // Counts, see Note [Two counts].
  void retain() noexcept { counts_.add_handle(); }
  void release() noexcept {
    // With one handle and no saved value nobody else can come to refer to this tensor.
    if (counts_.both_one()) {
      destroy();
      return;
    }
    if (counts_.drop_handle()) {
      if (node_ != nullptr || extra_ != nullptr || view_base_ != nullptr) forget_history();
      release_held();
    }
  }
  bool try_retain() noexcept { return counts_.try_add_handle(); }
  void hold() noexcept { counts_.add_holder(); }
  void release_held() noexcept {
    if (counts_.holders() == 1 || counts_.drop_holder()) destroy();
  }
  std::uint32_t handle_count() const noexcept { return counts_.handles(); }
  /// Whether nobody but one handle can see this tensor's memory, so that it may be overwritten.
  bool exclusively_owned() const noexcept {
    return counts_.both_one() && storage_->unique() && owns_memory_;
  }

  // Node and output in the graph; their meaning and rules belong to the autograd layer.
  const std::shared_ptr<autograd::Node>& node() const noexcept { return node_; }
  std::uint32_t output_nr() const noexcept { return output_nr_; }
  void set_history(std::shared_ptr<autograd::Node> node, std::uint32_t output_nr) noexcept {
    node_ = std::move(node);
    output_nr_ = output_nr;
  }
  bool requires_grad_flag() const noexcept { return requires_grad_; }
  void set_requires_grad_flag(bool on) noexcept { requires_grad_ = on; }
  bool tracked() const noexcept { return requires_grad_ || node_ != nullptr; }
  AutogradExtra* extra() const noexcept { return extra_; }
  void set_extra(AutogradExtra* extra) noexcept { extra_ = extra; }
  bool has_tangent() const noexcept { return has_tangent_; }
  void set_has_tangent(bool on) noexcept { has_tangent_ = on; }

  // ---- Views.
  TensorImpl* view_base() const noexcept { return view_base_; }
  ViewKind view_kind() const noexcept { return view_kind_; }
  /// Takes a reference to `base`.
  void set_view(TensorImpl* base, ViewKind kind) noexcept;
  /// For a view: the version of its history, as Note [Views and in-place] compares it; for a base: how often
  /// its history was replaced.
  std::uint32_t history_version() const noexcept {
    return history_version_.load(std::memory_order_acquire);
  }
  void set_history_version(std::uint32_t v) noexcept {
    history_version_.store(v, std::memory_order_release);
  }

  bool is_wrapped_number() const noexcept { return wrapped_number_; }
  void set_wrapped_number(bool on) noexcept { wrapped_number_ = on; }
  bool is_inference() const noexcept { return inference_; }
  void set_inference(bool on) noexcept { inference_ = on; }

  /// Tensors alive in the process, those that only saved values keep included.
  static std::int64_t live_count() noexcept;

 private:
  TensorImpl(ScalarType dtype, IntArrayRef sizes, std::int64_t* dims) noexcept;
  ~TensorImpl() = default;
  void set_contiguous_strides() noexcept;
  void update_contiguity() noexcept;
  void forget_history() noexcept;
  void destroy() noexcept;
  static void release_block(Storage* storage) noexcept;
  static void release_buffer(Storage* storage) noexcept;
  static void release_external(Storage* storage) noexcept;

  HandleCounts counts_;
  std::byte* data_ = nullptr;
  Storage* storage_ = nullptr;
  std::int64_t numel_ = 1;
  std::int64_t* dims_;
  ScalarType dtype_;
  std::uint8_t ndim_;
  ViewKind view_kind_ = ViewKind::NotAView;
  bool contiguous_ : 1 = true;
  bool requires_grad_ : 1 = false;
  bool has_tangent_ : 1 = false;
  bool wrapped_number_ : 1 = false;
  bool inference_ : 1 = false;
  bool owns_block_ : 1 = false;
  bool owns_memory_ : 1 = false;
  bool dims_on_heap_ : 1 = false;
  std::uint32_t output_nr_ = 0;
  std::shared_ptr<autograd::Node> node_;
  AutogradExtra* extra_ = nullptr;
  TensorImpl* view_base_ = nullptr;
  std::atomic<std::uint32_t> history_version_{0};
  std::uint32_t block_bytes_ = 0;
};

}  // namespace detail
}  // namespace eigengrad
