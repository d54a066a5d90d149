#include "eigengrad/core/array_ref.hpp"

#include <algorithm>
#include <ostream>

namespace eigengrad {

std::ostream& operator<<(std::ostream& os, IntArrayRef sizes) {
  os << '[';
  for (std::size_t i = 0; i < sizes.size(); ++i) os << (i == 0 ? "" : ", ") << sizes[i];
  return os << ']';
}

void DimVector::reserve(std::size_t n) {
  if (n <= capacity_) return;
  const std::size_t wanted = std::max(n, 2 * capacity_);
  auto* grown = new std::int64_t[wanted];
  std::copy(begin(), end(), grown);
  release();
  heap_ = grown;
  capacity_ = wanted;
}

void DimVector::assign(IntArrayRef a) {
  if (a.size() <= capacity_) {
    // `a` may be a part of this vector. Copying forwards is right then: it starts no earlier.
    std::copy(a.begin(), a.end(), data());
    size_ = a.size();
    return;
  }
  size_ = 0;
  reserve(a.size());
  std::copy(a.begin(), a.end(), data());
  size_ = a.size();
}

void DimVector::assign(std::size_t n, std::int64_t value) {
  size_ = 0;
  reserve(n);
  std::fill_n(data(), n, value);
  size_ = n;
}

void DimVector::push_back(std::int64_t v) {
  reserve(size_ + 1);
  data()[size_++] = v;
}

void DimVector::insert(std::size_t at, std::int64_t v) {
  reserve(size_ + 1);
  std::int64_t* d = data();
  std::copy_backward(d + at, d + size_, d + size_ + 1);
  d[at] = v;
  ++size_;
}

void DimVector::erase(std::size_t at) noexcept {
  std::int64_t* d = data();
  std::copy(d + at + 1, d + size_, d + at);
  --size_;
}

}  // namespace eigengrad
