#pragma once

#include <Eigen/Core>
#include <memory>
#include <type_traits>
#include <utility>

#include "eigengrad/core/factories.hpp"
#include "eigengrad/core/tensor.hpp"

/// Note [Eigen at the border]
/// Everything here is compiled in the user's program: how Eigen allocates and aligns depends on
/// compiler flags, so only pointers, extents and strides cross into the library.
///
/// A compile-time vector (VectorXd, RowVector3f, a row of a matrix) is a tensor of one dimension; any
/// other matrix or array has two, also when one extent is 1.
///
/// Memory that is both a tensor's and an Eigen object's may be written through either. Writing through
/// Eigen is not recorded and does not raise the version of the tensor, so it must not happen between a
/// recorded operator and the backward pass that needs the old value.

namespace eigengrad {

namespace detail {

template <class D>
void accept_dense(const Eigen::DenseBase<D>&);
template <class D>
void accept_any(const Eigen::EigenBase<D>&);

/// Matrices, arrays, their views and expressions of them.
template <class M>
concept EigenDense = requires(const std::remove_cvref_t<M>& m) {
  accept_dense(m);
};

/// Diagonal, triangular, self-adjoint and permutation matrices, which Eigen can write out in full.
template <class M>
concept EigenStructured = !EigenDense<M> && requires(const M& m) {
  accept_any(m);
  typename M::DenseMatrixType;
};

/// Whatever Eigen computes with, sparse matrices and decompositions' factors included.
template <class M>
concept EigenObject = requires(const M& m) {
  accept_any(m);
};

template <class M>
inline constexpr int eigen_flags = std::remove_cvref_t<M>::Flags;

/// What has elements in memory and lets them be written: Matrix, Array, Map, Ref, Block, transpose().
template <class M>
concept EigenMemory =
    EigenDense<M> && !std::is_const_v<std::remove_reference_t<M>> &&
    (eigen_flags<M> & Eigen::DirectAccessBit) != 0 && (eigen_flags<M> & Eigen::LvalueBit) != 0;

/// Expressions and constant memory, which a tensor cannot share: copy them with from_eigen().
template <class M>
concept EigenMustBeCopied = EigenDense<M> && !EigenMemory<M>;

template <class M>
inline constexpr bool owns_elements =
    std::is_base_of_v<Eigen::PlainObjectBase<std::remove_cvref_t<M>>, std::remove_cvref_t<M>>;

[[noreturn]] EIGENGRAD_API void throw_wrapped_dtype(ScalarType memory, ScalarType asked);
[[noreturn]] EIGENGRAD_API void throw_no_owner();
[[noreturn]] EIGENGRAD_API void throw_unmappable(const char* op, const Tensor& t,
                                                 const char* needs);

template <class D>
DimVector sizes_of(const Eigen::DenseBase<D>& m) {
  if constexpr (D::IsVectorAtCompileTime) return {m.size()};
  return {m.rows(), m.cols()};
}

template <class D>
DimVector strides_of(const D& m) {
  if constexpr (D::IsVectorAtCompileTime) return {m.innerStride()};
  return {m.rowStride(), m.colStride()};
}

/// A tensor on the elements of `m` that keeps `owner` (if any) alive.
template <class M>
Tensor wrap_elements(M& m, std::shared_ptr<const void> owner, TensorOptions o) {
  constexpr ScalarType stored = dtype_of<typename M::Scalar>;
  if (o.has_dtype() && o.dtype() != stored) throw_wrapped_dtype(stored, o.dtype());
  o = o.dtype(stored);
  void* data = m.data();
  if (owner == nullptr) return from_blob(data, sizes_of(m), strides_of(m), o);
  return from_blob(
      data, sizes_of(m), strides_of(m), [owner = std::move(owner)](void*) {}, o);
}

}  // namespace detail

/// A new row-major tensor with the value of an Eigen expression, which is evaluated straight into it.
/// Its dtype is that of the expression (int64 for every integer type) unless the options name one.
template <class Derived>
Tensor from_eigen(const Eigen::DenseBase<Derived>& expression, TensorOptions o = {}) {
  using Element = typename Derived::Scalar;
  static_assert(std::is_arithmetic_v<Element>, "eigengrad stores real numbers and bool");
  if (!o.has_dtype()) {
    if constexpr (std::is_same_v<Element, float>)
      o = o.dtype(kFloat32);
    else
      o = o.dtype(Scalar(Element()).type());
  }
  Tensor t = empty(detail::sizes_of(expression), o);
  const auto evaluate_as = [&]<class T>(std::type_identity<T>) {
    using Target = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Eigen::Map<Target> target(t.template data_ptr<T>(), expression.rows(), expression.cols());
    if constexpr (std::is_base_of_v<Eigen::MatrixBase<Derived>, Derived>)
      target.matrix().noalias() = expression.derived().template cast<T>();
    else
      target = expression.derived().template cast<T>();
  };
  switch (o.dtype()) {
    case ScalarType::Bool:
      evaluate_as(std::type_identity<bool>());
      break;
    case ScalarType::Int64:
      evaluate_as(std::type_identity<std::int64_t>());
      break;
    case ScalarType::Float32:
      evaluate_as(std::type_identity<float>());
      break;
    case ScalarType::Float64:
      evaluate_as(std::type_identity<double>());
      break;
  }
  return t;
}

/// A new dense tensor with the elements of a diagonal, triangular, self-adjoint or permutation matrix, zeros
/// included.
template <detail::EigenStructured M>
Tensor from_eigen(const M& matrix, TensorOptions o = {}) {
  return from_eigen(typename M::DenseMatrixType(matrix), o);
}

/// A tensor on the memory of an Eigen object, without a copy; strides are kept, so a column-major
/// matrix gives strides (1, rows).
///
/// - `wrap(A)` refers to A, which must outlive every tensor on it and must not be resized meanwhile;
///   the same holds for what a Map, Ref, Block or transpose refers to.
/// - `wrap(std::move(A))` moves a Matrix or Array into the tensor.
/// - `wrap(A, owner)` and `wrap(pointer)` keep a shared owner of the memory alive.
/// Constant memory and expressions are refused at compile time, because tensors can be written:
/// from_eigen() copies them.
/// Throws: DtypeError when the options name another dtype than that of the memory.
template <detail::EigenMemory M>
Tensor wrap(M&& m, TensorOptions o = {}) {
  if constexpr (detail::owns_elements<M> && !std::is_lvalue_reference_v<M>) {
    auto owner = std::make_shared<std::remove_cvref_t<M>>(std::move(m));
    auto& elements = *owner;
    return detail::wrap_elements(elements, std::move(owner), o);
  } else {
    return detail::wrap_elements(m, nullptr, o);
  }
}
template <detail::EigenMustBeCopied M>
Tensor wrap(M&& m, TensorOptions o = {}) = delete;

/// Throws: ValueError when `owner` is empty.
template <detail::EigenMemory M>
Tensor wrap(M&& m, std::shared_ptr<const void> owner, TensorOptions o = {}) {
  if (owner == nullptr) detail::throw_no_owner();
  return detail::wrap_elements(m, std::move(owner), o);
}
template <detail::EigenMemory M>
Tensor wrap(std::shared_ptr<M> m, TensorOptions o = {}) {
  if (m == nullptr) detail::throw_no_owner();
  auto& elements = *m;
  return detail::wrap_elements(elements, std::move(m), o);
}
template <detail::EigenMustBeCopied M>
Tensor wrap(std::shared_ptr<M> m, TensorOptions o = {}) = delete;

// ---- Views of a tensor's elements. Those of a named tensor do not keep it alive; those of a temporary
// (`auto m = x.exp().matrix<double>();`) do. T is the C++ type of the dtype.
// Throws, all: DtypeError for another T; ShapeError where the layout has no such view.

/// The view of a temporary: an Eigen::Map with a handle of the tensor. Assignment writes elements, as
/// to any view.
template <class View>
class OwningView : public View {
 public:
  OwningView(const View& view, const Tensor& tensor) : View(view), tensor_(tensor) {}
  OwningView(const OwningView&) = default;
  OwningView& operator=(const OwningView& o) {
    View::operator=(o);
    return *this;
  }
  using View::operator=;

 private:
  Tensor tensor_;
};

/// All elements of a contiguous tensor of any number of dimensions, in row-major order.
template <class T>
auto Tensor::array() const& {
  T* const data = data_ptr<T>();
  if (!is_contiguous()) detail::throw_unmappable("array", *this, "contiguous memory");
  return Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>(data, numel());
}
template <class T>
auto Tensor::array() const&& {
  return OwningView(array<T>(), *this);
}

/// A tensor of two dimensions with any strides; one of one dimension is a column, one of none 1 x 1.
/// `matrix<T, Eigen::ColMajor>()` and `matrix<T, Eigen::RowMajor>()` want elements side by side within
/// a column or a row: Eigen then vectorises, and the former binds to Eigen::Ref<MatrixXd> as it is.
template <class T, int Order>
auto Tensor::matrix() const& {
  using Eigen::Dynamic;
  T* const data = data_ptr<T>();
  if (dim() > 2) detail::throw_unmappable("matrix", *this, "at most 2 dimensions");
  const Eigen::Index rows = dim() > 0 ? sizes()[0] : 1;
  const Eigen::Index cols = dim() > 1 ? sizes()[1] : 1;
  const Eigen::Index row_stride = dim() > 0 ? strides()[0] : 1;
  const Eigen::Index col_stride = dim() > 1 ? strides()[1] : (Order == Eigen::ColMajor ? rows : 1);
  if constexpr (Order == -1) {
    using Stride = Eigen::Stride<Dynamic, Dynamic>;
    using Matrix = Eigen::Matrix<T, Dynamic, Dynamic, Eigen::RowMajor>;
    return Eigen::Map<Matrix, Eigen::Unaligned, Stride>(data, rows, cols,
                                                        Stride(row_stride, col_stride));
  } else {
    static_assert(Order == Eigen::ColMajor || Order == Eigen::RowMajor);
    using Stride = Eigen::OuterStride<>;
    using Matrix = Eigen::Matrix<T, Dynamic, Dynamic, Order>;
    constexpr bool by_column = Order == Eigen::ColMajor;
    if ((by_column ? row_stride : col_stride) != 1 && (by_column ? rows : cols) > 1)
      detail::throw_unmappable(
          "matrix", *this, by_column ? "a stride of 1 along columns" : "a stride of 1 along rows");
    return Eigen::Map<Matrix, Eigen::Unaligned, Stride>(
        data, rows, cols, Stride(by_column ? col_stride : row_stride));
  }
}
template <class T, int Order>
auto Tensor::matrix() const&& {
  return OwningView(matrix<T, Order>(), *this);
}

/// A tensor of one dimension (or none) with any stride. `vector<T, 1>()` wants contiguous elements:
/// Eigen then vectorises, and it binds to Eigen::Ref<VectorXd> as it is.
template <class T, int InnerStride>
auto Tensor::vector() const& {
  T* const data = data_ptr<T>();
  if (dim() > 1) detail::throw_unmappable("vector", *this, "at most 1 dimension");
  const Eigen::Index stride = dim() == 1 && numel() > 1 ? strides()[0] : 1;
  if (InnerStride != Eigen::Dynamic && stride != InnerStride)
    detail::throw_unmappable("vector", *this, "the stride that was asked for");
  using Stride = Eigen::InnerStride<InnerStride>;
  return Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, 1>, Eigen::Unaligned, Stride>(data, numel(),
                                                                                   Stride(stride));
}
template <class T, int InnerStride>
auto Tensor::vector() const&& {
  return OwningView(vector<T, InnerStride>(), *this);
}

/// Copies into an Eigen matrix. Shapes and Throws: as Tensor::matrix().
template <class T = double>
Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> to_matrix(const Tensor& t) {
  return t.matrix<T>();
}

/// Copies into an Eigen vector. Shapes and Throws: as Tensor::vector().
template <class T = double>
Eigen::Matrix<T, Eigen::Dynamic, 1> to_vector(const Tensor& t) {
  return t.vector<T>();
}

// ---- Operators between tensors and Eigen objects, which have to be told whether to copy.

namespace detail {
template <class M>
Tensor refuse_eigen_operand() {
  static_assert(
      !EigenObject<M>,
      "[operator] a Tensor and an Eigen object were combined; write eg::from_eigen(m) for "
      "the Eigen object m, as in t * eg::from_eigen(m), or eg::wrap(m) to share its memory");
  return {};
}
}  // namespace detail

#define EIGENGRAD_REFUSE_EIGEN_OPERAND(op)         \
  template <detail::EigenObject M>                 \
  Tensor operator op(const Tensor&, const M&) {    \
    return detail::refuse_eigen_operand<M>();      \
  }                                                \
  template <detail::EigenObject M>                 \
  Tensor operator op(const M&, const Tensor&) {    \
    return detail::refuse_eigen_operand<M>();      \
  }                                                \
  template <detail::EigenObject M>                 \
  Tensor operator op##=(const Tensor&, const M&) { \
    return detail::refuse_eigen_operand<M>();      \
  }
EIGENGRAD_REFUSE_EIGEN_OPERAND(+)
EIGENGRAD_REFUSE_EIGEN_OPERAND(-)
EIGENGRAD_REFUSE_EIGEN_OPERAND(*)
EIGENGRAD_REFUSE_EIGEN_OPERAND(/)
#undef EIGENGRAD_REFUSE_EIGEN_OPERAND

}  // namespace eigengrad
