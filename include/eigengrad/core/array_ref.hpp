#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <vector>

#include "eigengrad/core/config.hpp"

namespace eigengrad {

using std::nullopt;
using std::nullopt_t;
using std::optional;

/// A non-owning view of consecutive elements, made from an initialiser list, a vector, an array or a
/// single element. Meant for parameters; a kept one must not outlive what it refers to.
template <class T>
class ArrayRef {
 public:
  constexpr ArrayRef() noexcept = default;
  constexpr ArrayRef(const T* data, std::size_t size) noexcept : data_(data), size_(size) {}
  constexpr ArrayRef(const T& one) noexcept : data_(&one), size_(1) {}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winit-list-lifetime"
#endif
  constexpr ArrayRef(std::initializer_list<T> list) noexcept
      : data_(list.begin() == list.end() ? nullptr : list.begin()), size_(list.size()) {}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
  ArrayRef(const std::vector<T>& v) noexcept : data_(v.data()), size_(v.size()) {}
  template <std::size_t N>
  constexpr ArrayRef(const std::array<T, N>& a) noexcept : data_(a.data()), size_(N) {}

  constexpr const T* data() const noexcept { return data_; }
  constexpr const T* begin() const noexcept { return data_; }
  constexpr const T* end() const noexcept { return data_ + size_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr const T& operator[](std::size_t i) const noexcept { return data_[i]; }
  constexpr const T& front() const noexcept { return data_[0]; }
  constexpr const T& back() const noexcept { return data_[size_ - 1]; }
  std::vector<T> vec() const { return std::vector<T>(begin(), end()); }
  constexpr bool equals(ArrayRef other) const noexcept {
    if (size_ != other.size_) return false;
    for (std::size_t i = 0; i < size_; ++i)
      if (!(data_[i] == other.data_[i])) return false;
    return true;
  }

 private:
  const T* data_ = nullptr;
  std::size_t size_ = 0;
};

using IntArrayRef = ArrayRef<std::int64_t>;

constexpr bool operator==(IntArrayRef a, IntArrayRef b) noexcept { return a.equals(b); }
inline bool operator==(const std::vector<std::int64_t>& a, IntArrayRef b) noexcept {
  return b.equals(a);
}
inline bool operator==(IntArrayRef a, const std::vector<std::int64_t>& b) noexcept {
  return a.equals(b);
}
/// Writes `[2, 3]`.
EIGENGRAD_API std::ostream& operator<<(std::ostream& os, IntArrayRef sizes);

/// An optional list of extents or dimensions that also takes one number, a braced list or `{}`
/// (nothing).
class OptionalIntArrayRef {
 public:
  constexpr OptionalIntArrayRef() noexcept = default;
  constexpr OptionalIntArrayRef(nullopt_t) noexcept {}
  constexpr OptionalIntArrayRef(IntArrayRef a) noexcept : ref_(a), has_(true) {}
  constexpr OptionalIntArrayRef(const std::int64_t& one) noexcept : ref_(one), has_(true) {}
  constexpr OptionalIntArrayRef(std::initializer_list<std::int64_t> l) noexcept
      : ref_(l), has_(true) {}
  OptionalIntArrayRef(const std::vector<std::int64_t>& v) noexcept : ref_(v), has_(true) {}

  constexpr bool has_value() const noexcept { return has_; }
  constexpr IntArrayRef value() const noexcept { return ref_; }

 private:
  IntArrayRef ref_;
  bool has_ = false;
};

/// Extents, strides or indices of dimensions: a vector that keeps up to six in place.
class EIGENGRAD_API DimVector {
 public:
  DimVector() noexcept = default;
  explicit DimVector(std::size_t n, std::int64_t value = 0) { assign(n, value); }
  DimVector(IntArrayRef a) { assign(a); }
  DimVector(std::initializer_list<std::int64_t> l) { assign(IntArrayRef(l)); }
  DimVector(const DimVector& o) { assign(o); }
  DimVector(DimVector&& o) noexcept { steal(o); }
  DimVector& operator=(const DimVector& o) {
    if (this != &o) assign(o);
    return *this;
  }
  DimVector& operator=(DimVector&& o) noexcept {
    if (this != &o) {
      release();
      steal(o);
    }
    return *this;
  }
  ~DimVector() { release(); }

  operator IntArrayRef() const noexcept { return {data(), size_}; }
  std::int64_t* data() noexcept { return heap_ != nullptr ? heap_ : inline_; }
  const std::int64_t* data() const noexcept { return heap_ != nullptr ? heap_ : inline_; }
  std::int64_t* begin() noexcept { return data(); }
  std::int64_t* end() noexcept { return data() + size_; }
  const std::int64_t* begin() const noexcept { return data(); }
  const std::int64_t* end() const noexcept { return data() + size_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  std::int64_t& operator[](std::size_t i) noexcept { return data()[i]; }
  const std::int64_t& operator[](std::size_t i) const noexcept { return data()[i]; }
  std::int64_t& back() noexcept { return data()[size_ - 1]; }

  void assign(IntArrayRef a);
  void assign(std::size_t n, std::int64_t value);
  void push_back(std::int64_t v);
  void pop_back() noexcept { --size_; }
  void insert(std::size_t at, std::int64_t v);
  void erase(std::size_t at) noexcept;

 private:
  static constexpr std::size_t kInline = 6;
  void reserve(std::size_t n);
  void release() noexcept {
    if (heap_ != nullptr) delete[] heap_;
    heap_ = nullptr;
  }
  void steal(DimVector& o) noexcept {
    size_ = o.size_;
    capacity_ = o.capacity_;
    heap_ = o.heap_;
    if (heap_ == nullptr)
      for (std::size_t i = 0; i < size_; ++i) inline_[i] = o.inline_[i];
    o.heap_ = nullptr;
    o.size_ = 0;
    o.capacity_ = kInline;
  }

  std::int64_t* heap_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = kInline;
  std::int64_t inline_[kInline];
};

inline bool operator==(const DimVector& a, const DimVector& b) noexcept {
  return IntArrayRef(a).equals(b);
}
inline bool operator==(IntArrayRef a, const DimVector& b) noexcept { return a.equals(b); }

}  // namespace eigengrad
