#include "eigengrad/core/tensor_impl.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

#include "core/allocator.hpp"
#include "core/checked.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "core/thread_state.hpp"

namespace eigengrad {
namespace {
constexpr std::size_t kInlineData = 64;
}  // namespace

namespace detail {

std::int64_t TensorImpl::live_count() noexcept { return total_live(&LiveCounts::tensors); }

namespace {

constexpr std::size_t round_up(std::size_t n, std::size_t to) noexcept {
  return (n + to - 1) / to * to;
}

}  // namespace

// Declared inline: an exported function that is not may be replaced by the program at load time, so the
// compiler would not inline it.
inline TensorImpl::TensorImpl(ScalarType dtype, IntArrayRef sizes, std::int64_t* dims) noexcept
    : dims_(dims), dtype_(dtype), ndim_(static_cast<std::uint8_t>(sizes.size())) {
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    dims_[i] = sizes[i];
    numel_ *= sizes[i];
  }
  inference_ = thread_state.inference_mode;
  count_live(&LiveCounts::tensors, 1);
}

inline void TensorImpl::set_contiguous_strides() noexcept {
  std::int64_t stride = 1;
  for (int i = ndim_ - 1; i >= 0; --i) {
    dims_[ndim_ + i] = stride;
    stride *= dims_[i] > 1 ? dims_[i] : 1;
  }
  contiguous_ = true;
}

TensorImpl* TensorImpl::create(ScalarType dtype, IntArrayRef sizes) {
  check_rank("empty", sizes);
  const auto bytes = static_cast<std::size_t>(checked_bytes("empty", dtype, sizes));
  const std::size_t dims_at = sizeof(TensorImpl);
  const std::size_t storage_at = dims_at + 2 * sizes.size() * sizeof(std::int64_t);
  const std::size_t data_at = round_up(storage_at + sizeof(Storage), 16);
  const bool data_inline = bytes <= kInlineData && data_at + bytes <= kSmallBlock;
  const std::size_t block_bytes = data_inline ? data_at + bytes : storage_at + sizeof(Storage);

  auto* block = static_cast<std::byte*>(block_bytes <= kSmallBlock ? allocate_small(block_bytes)
                                                                   : allocate_buffer(block_bytes));
  std::byte* data = block + data_at;
  if (!data_inline) {
    try {
      data = static_cast<std::byte*>(bytes <= kSmallBlock ? allocate_small(bytes)
                                                          : allocate_buffer(bytes));
    } catch (...) {
      block_bytes <= kSmallBlock ? free_small(block, block_bytes) : free_buffer(block, block_bytes);
      throw;
    }
  }
  auto* t = new (block) TensorImpl(dtype, sizes, reinterpret_cast<std::int64_t*>(block + dims_at));
  t->block_bytes_ = static_cast<std::uint32_t>(block_bytes);
  t->set_contiguous_strides();
  t->storage_ = new (block + storage_at)
      Storage(data, bytes, data_inline ? release_block : release_buffer, block);
  t->data_ = data;
  t->owns_memory_ = true;
  count_live(&LiveCounts::storages, 1);
  return t;
}

TensorImpl* TensorImpl::create_view(Storage* storage, std::byte* data, ScalarType dtype,
                                    IntArrayRef sizes, IntArrayRef strides) {
  check_rank("view", sizes);
  checked_numel("view", sizes);
  const std::size_t block_bytes = sizeof(TensorImpl) + 2 * sizes.size() * sizeof(std::int64_t);
  static_assert(sizeof(TensorImpl) + 2 * kMaxDim * sizeof(std::int64_t) + sizeof(Storage) <=
                2 * kSmallBlock);
  auto* block = static_cast<std::byte*>(block_bytes <= kSmallBlock ? allocate_small(block_bytes)
                                                                   : allocate_buffer(block_bytes));
  auto* t = new (block)
      TensorImpl(dtype, sizes, reinterpret_cast<std::int64_t*>(block + sizeof(TensorImpl)));
  t->block_bytes_ = static_cast<std::uint32_t>(block_bytes);
  t->owns_block_ = true;
  for (std::size_t i = 0; i < sizes.size(); ++i) t->dims_[sizes.size() + i] = strides[i];
  t->update_contiguity();
  storage->retain();
  t->storage_ = storage;
  t->data_ = data;
  return t;
}

TensorImpl* TensorImpl::create_external(void* data, ScalarType dtype, IntArrayRef sizes,
                                        IntArrayRef strides, void (*release)(void*) noexcept,
                                        void* context) {
  check_rank("from_blob", sizes);
  struct Owner {
    void (*release)(void*) noexcept;
    void* context;
  };
  const auto bytes = static_cast<std::size_t>(checked_span("from_blob", dtype, sizes, strides));
  const std::size_t storage_at = sizeof(TensorImpl) + 2 * sizes.size() * sizeof(std::int64_t);
  const std::size_t owner_at = storage_at + sizeof(Storage);
  const std::size_t block_bytes = owner_at + sizeof(Owner);
  auto* block = static_cast<std::byte*>(block_bytes <= kSmallBlock ? allocate_small(block_bytes)
                                                                   : allocate_buffer(block_bytes));
  auto* t = new (block)
      TensorImpl(dtype, sizes, reinterpret_cast<std::int64_t*>(block + sizeof(TensorImpl)));
  t->block_bytes_ = static_cast<std::uint32_t>(block_bytes);
  for (std::size_t i = 0; i < sizes.size(); ++i) t->dims_[sizes.size() + i] = strides[i];
  t->update_contiguity();
  new (block + owner_at) Owner{release, context};
  t->storage_ = new (block + storage_at)
      Storage(static_cast<std::byte*>(data), bytes, release_external, block);
  t->data_ = static_cast<std::byte*>(data);
  count_live(&LiveCounts::storages, 1);
  return t;
}

void TensorImpl::release_block(Storage* storage) noexcept {
  auto* block = static_cast<TensorImpl*>(storage->context());
  const std::size_t bytes = block->block_bytes_;
  count_live(&LiveCounts::storages, -1);
  bytes <= kSmallBlock ? free_small(block, bytes) : free_buffer(block, bytes);
}

void TensorImpl::release_buffer(Storage* storage) noexcept {
  const std::size_t bytes = storage->bytes();
  bytes <= kSmallBlock ? free_small(storage->data(), bytes) : free_buffer(storage->data(), bytes);
  release_block(storage);
}

void TensorImpl::release_external(Storage* storage) noexcept {
  struct Owner {
    void (*release)(void*) noexcept;
    void* context;
  };
  const auto* owner = reinterpret_cast<const Owner*>(storage + 1);
  if (owner->release != nullptr) owner->release(owner->context);
  release_block(storage);
}

void TensorImpl::destroy() noexcept {
  if (node_ != nullptr || extra_ != nullptr || view_base_ != nullptr) forget_history();
  if (extra_ != nullptr) forget_tangent(*this);
  if (dims_on_heap_) delete[] dims_;
  count_live(&LiveCounts::tensors, -1);
  Storage* storage = storage_;
  const bool owns_block = owns_block_;
  const std::size_t bytes = block_bytes_;
  if (owns_block) {
    this->~TensorImpl();
    bytes <= kSmallBlock ? free_small(this, bytes) : free_buffer(this, bytes);
    storage->release();
  } else {
    // The storage frees the block, and reads block_bytes_ from it then; no other member of this object needs
    // a destructor once the history is gone.
    storage->release();
  }
}

void TensorImpl::forget_history() noexcept {
  node_.reset();
  forget_extra(*this);
  if (view_base_ != nullptr) {
    TensorImpl* base = view_base_;
    view_base_ = nullptr;
    view_kind_ = ViewKind::NotAView;
    base->release();
  }
}

std::int64_t TensorImpl::storage_offset() const noexcept {
  return (data_ - storage_->data()) / element_size(dtype_);
}

void TensorImpl::update_contiguity() noexcept { contiguous_ = is_row_major(sizes(), strides()); }

void TensorImpl::set_geometry(IntArrayRef sizes, IntArrayRef strides, std::byte* data) {
  check_rank("set_geometry", sizes);
  const std::size_t n = sizes.size();
  // Copies, since `sizes` and `strides` may refer to dims_, which is overwritten.
  std::int64_t copies[2 * kMaxDim];
  std::int64_t numel = 1;
  for (std::size_t i = 0; i < n; ++i) {
    copies[i] = sizes[i];
    copies[n + i] = strides[i];
    numel *= sizes[i];
  }
  auto* dims = n > ndim_ ? new std::int64_t[2 * n] : dims_;
  std::copy_n(copies, 2 * n, dims);
  if (dims != dims_) {
    if (dims_on_heap_) delete[] dims_;
    dims_ = dims;
    dims_on_heap_ = true;
  }
  ndim_ = static_cast<std::uint8_t>(n);
  numel_ = numel;
  data_ = data;
  update_contiguity();
}

void TensorImpl::set_view(TensorImpl* base, ViewKind kind) noexcept {
  base->retain();
  view_base_ = base;
  view_kind_ = kind;
  set_history_version(base->storage().version() + base->history_version());
}

}  // namespace detail
}  // namespace eigengrad
