#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "eigengrad/core/config.hpp"
#include "eigengrad/core/refcount.hpp"

namespace eigengrad {

/// Memory that tensors share, with a count of the in-place writes to it.
///
/// A Storage lies in the same block as the tensor that created it (see Note [One allocation]); views
/// keep it alive through its reference count.
class EIGENGRAD_API Storage {
 public:
  /// Frees what the storage refers to and the block that the storage itself lies in.
  using Release = void (*)(Storage*) noexcept;

  Storage(std::byte* data, std::size_t bytes, Release how, void* context) noexcept
      : data_(data), bytes_(bytes), release_(how), context_(context) {}
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  std::byte* data() const noexcept { return data_; }
  std::size_t bytes() const noexcept { return bytes_; }
  void* context() const noexcept { return context_; }

  std::uint32_t version() const noexcept { return version_.load(std::memory_order_relaxed); }
  void bump_version() noexcept {
    if (detail::single_threaded())
      version_.store(version() + 1, std::memory_order_relaxed);
    else
      version_.fetch_add(1, std::memory_order_relaxed);
  }

  /// Takes back the count of a write that was undone.
  void restore_version(std::uint32_t version) noexcept {
    version_.store(version, std::memory_order_relaxed);
  }

  bool unique() const noexcept { return refs_.value() == 1; }
  void retain() noexcept { refs_.increment(); }
  void release() noexcept {
    // No other thread can add a reference to a storage with one owner, so no atomic instruction is needed.
    if (refs_.value() == 1 || refs_.decrement()) release_(this);
  }

  /// Storages alive in the process.
  static std::int64_t live_count() noexcept;

 private:
  detail::RefCount refs_;
  std::atomic<std::uint32_t> version_{0};
  std::byte* data_;
  std::size_t bytes_;
  Release release_;
  void* context_;
};

}  // namespace eigengrad
