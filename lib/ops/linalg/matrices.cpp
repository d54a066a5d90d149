#include "ops/linalg/matrices.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "autograd/forward_mode.hpp"
#include "autograd/tracking.hpp"
#include "autograd/views.hpp"
#include "core/dispatch.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/base/copy.hpp"
#include "kernels/linalg/decompose.hpp"

namespace eigengrad::matrices {

void require(std::string_view op, const Tensor& a) {
  if (a.dim() < 2)
    detail::fail<ShapeError>(op, "needs a matrix or a batch of them, got shape ", a.sizes(),
                             "; unsqueeze() adds a dimension");
  if (!a.is_floating_point())
    detail::fail<DtypeError>(op, "needs a floating point tensor, got ", to_string(a.dtype()),
                             "; convert it with to()");
}

void require_square(std::string_view op, const Tensor& a) {
  require(op, a);
  if (a.size(-1) != a.size(-2))
    detail::fail<ShapeError>(op, "needs square matrices, got shape ", a.sizes(),
                             "; linalg_lstsq() and linalg_svd() take others");
}

void require_same_dtype(std::string_view op, const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype())
    detail::fail<DtypeError>(op, "expected all tensors to have the same dtype, got ",
                             to_string(a.dtype()), " and ", to_string(b.dtype()),
                             "; convert them with to()");
}

void require_fit(std::string_view op, const Tensor& a, const Tensor& b, bool left) {
  if (a.size(-1) != b.size(left ? -2 : -1))
    detail::fail<ShapeError>(op, "shapes ", a.sizes(), " and ", b.sizes(),
                             " do not fit the equation ", left ? "A X = B" : "X A = B",
                             "; give a B with as many ", left ? "rows" : "columns", " as A");
}

Tensor flipped(const Tensor& a) {
  DimVector sizes(a.sizes());
  DimVector strides(a.strides());
  const std::size_t n = sizes.size();
  std::swap(sizes[n - 2], sizes[n - 1]);
  std::swap(strides[n - 2], strides[n - 1]);
  return autograd::raw_view(a, sizes, strides, 0);
}

std::int64_t count_of(const Tensor& a) { return detail::numel_of(batch_of(a)); }

DimVector with_matrix(IntArrayRef batch, std::int64_t rows, std::int64_t cols) {
  DimVector sizes(batch);
  sizes.push_back(rows);
  sizes.push_back(cols);
  return sizes;
}

Tensor uninitialised(ScalarType dtype, IntArrayRef sizes, bool is_column_major) {
  Tensor t = detail::uninitialised(dtype, sizes);
  if (!is_column_major) return t;
  DimVector strides(t.strides());
  const std::size_t n = strides.size();
  strides[n - 2] = 1;
  strides[n - 1] = std::max<std::int64_t>(1, sizes[n - 2]);
  t.impl()->set_geometry(sizes, strides, t.impl()->bytes());
  return t;
}

namespace {

/// Copies one matrix of a few elements, for which setting up the loop driver would take longer.
void copy_few(const Tensor& to, const Tensor& from) {
  double* const t = to.impl()->data<double>();
  const double* const f = from.impl()->data<double>();
  for (std::int64_t i = 0; i < from.sizes()[0]; ++i)
    for (std::int64_t j = 0; j < from.sizes()[1]; ++j)
      t[i * to.strides()[0] + j * to.strides()[1]] =
          f[i * from.strides()[0] + j * from.strides()[1]];
}

}  // namespace

Tensor copy(const Tensor& a, IntArrayRef batch, bool is_column_major) {
  const Tensor t =
      uninitialised(a.dtype(), with_matrix(batch, a.size(-2), a.size(-1)), is_column_major);
  constexpr std::int64_t kFew = 64;
  if (a.dim() == 2 && batch.empty() && a.numel() <= kFew && a.dtype() == kFloat64)
    copy_few(t, a);
  else
    kernels::copy(t, a);
  return t;
}

Tensor transposed_copy(const Tensor& a) {
  const Tensor t = uninitialised(a.dtype(), a.sizes(), true);
  if (a.numel() > 0)
    std::memcpy(t.impl()->bytes(), a.impl()->bytes(),
                static_cast<std::size_t>(a.numel() * element_size(a.dtype())));
  return t;
}

Tensor like(const Tensor& a, IntArrayRef batch) {
  return uninitialised(a.dtype(), with_matrix(batch, a.size(-2), a.size(-1)), is_column_major(a));
}

bool is_column_major(const Tensor& a) {
  return a.strides()[a.strides().size() - 2] == 1 && a.strides().back() != 1;
}

Tensor in_order(const Tensor& a) {
  const std::size_t n = a.sizes().size();
  const std::int64_t rows = a.sizes()[n - 2];
  const std::int64_t cols = a.sizes()[n - 1];
  const std::int64_t row = a.strides()[n - 2];
  const std::int64_t col = a.strides()[n - 1];
  const bool reads_rows = (cols == 1 || col == 1) && (rows == 1 || row >= cols);
  const bool reads_cols = (rows == 1 || row == 1) && (cols == 1 || col >= rows);
  return (reads_rows || reads_cols) && rows > 0 && cols > 0 ? a : copy(a, false);
}

bool differentiated_again(const Tensor& g, const Tensor& x) {
  return detail::recording() || detail::carries_tangent(g) || detail::carries_tangent(x);
}

Tensor infinite_diagonal(std::int64_t n, ScalarType dtype) {
  const Tensor t = uninitialised(dtype, {n, n});
  detail::dispatch_floating("linalg", dtype, [&]<class T>(std::type_identity<T>) {
    T* const p = t.impl()->data<T>();
    std::fill_n(p, n * n, T(0));
    for (std::int64_t i = 0; i < n; ++i) p[i * (n + 1)] = std::numeric_limits<T>::infinity();
  });
  return t;
}

Scale::Scale(const Tensor& x, int moderate) : dtype_(x.dtype()), batch_(batch_of(x)) {
  if (x.numel() == 0) return;
  detail::dispatch_floating("linalg", dtype_, [&]<class T>(std::type_identity<T>) {
    const int most = moderate > 0 ? moderate : std::numeric_limits<T>::max_exponent / 16;
    const kernels::MatrixBatch<T> all(x, batch_);
    for (std::int64_t i = 0; i < all.count(); ++i) {
      const int e = kernels::exponent_of(read_only(all[i]));
      largest_ = std::max(largest_, std::abs(e));
      if (largest_ <= most) continue;
      exponents_.resize(static_cast<std::size_t>(all.count()));
      exponents_[static_cast<std::size_t>(i)] = e;
    }
  });
}

Tensor Scale::factors(int power, int trailing) const {
  DimVector sizes(batch_);
  for (int d = 0; d < trailing; ++d) sizes.push_back(1);
  const Tensor t = uninitialised(dtype_, sizes);
  detail::dispatch_floating("linalg", dtype_, [&]<class T>(std::type_identity<T>) {
    T* const p = t.impl()->data<T>();
    for (std::size_t i = 0; i < exponents_.size(); ++i)
      p[i] = kernels::power_of_two<T>(-power * exponents_[i]);
  });
  return t;
}

Tensor Scale::off(const Tensor& x, int power, int trailing) const {
  if (is_moderate()) return x;
  // The power of the scale is applied in steps, each by as many factors as make a normal number.
  const int range = dtype_ == kFloat32 ? std::numeric_limits<float>::max_exponent
                                       : std::numeric_limits<double>::max_exponent;
  const int most = std::max(1, (range - 3) / largest_);
  Tensor y = x;
  for (int left = power; left != 0;) {
    const int step = std::clamp(left, -most, most);
    y = y * factors(step, trailing);
    left -= step;
  }
  return y;
}

Tensor info_of(const Infos& info, IntArrayRef batch) {
  Tensor t = detail::uninitialised(kInt64, batch);
  std::copy(info.begin(), info.end(), t.impl()->data<std::int64_t>());
  return t;
}

std::size_t first_failure(const Infos& info) {
  return static_cast<std::size_t>(
      std::find_if(info.begin(), info.end(), [](std::int64_t i) { return i != 0; }) - info.begin());
}

std::string element_name(std::size_t i, IntArrayRef batch) {
  return batch.empty() ? std::string() : "(batch element " + std::to_string(i) + "): ";
}

}  // namespace eigengrad::matrices
