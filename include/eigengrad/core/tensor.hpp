#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "eigengrad/core/array_ref.hpp"
#include "eigengrad/core/callables.hpp"
#include "eigengrad/core/dtype.hpp"
#include "eigengrad/core/error.hpp"
#include "eigengrad/core/options.hpp"
#include "eigengrad/core/scalar.hpp"
#include "eigengrad/core/tensor_impl.hpp"

namespace eigengrad {

class Tensor;
class GradSlot;
template <class T, std::size_t N>
class TensorAccessor;
namespace indexing {
class TensorIndex;
}

using TensorList = ArrayRef<Tensor>;
using OptionalTensor = optional<Tensor>;

/// A handle to an n-dimensional array of float64, float32, int64 or bool that may take part in a
/// recorded graph. Copying a handle copies no data.
///
/// Names, argument order and defaults are libtorch's. Members whose contract is not given here are
/// the functions of the same name in eigengrad/ops, with this tensor as the first argument.
class EIGENGRAD_API Tensor {
 public:
  // Not defaulted: clang would need the initialiser of impl_ in the default arguments below.
  Tensor() noexcept {}
  Tensor(const Tensor& o) noexcept : impl_(o.impl_) {
    if (impl_ != nullptr) impl_->retain();
  }
  Tensor(Tensor&& o) noexcept : impl_(std::exchange(o.impl_, nullptr)) {}
  ~Tensor() {
    if (impl_ != nullptr) impl_->release();
  }
  Tensor& operator=(const Tensor& o) & noexcept {
    if (o.impl_ != nullptr) o.impl_->retain();
    if (impl_ != nullptr) impl_->release();
    impl_ = o.impl_;
    return *this;
  }
  Tensor& operator=(Tensor&& o) & noexcept {
    detail::TensorImpl* incoming = std::exchange(o.impl_, nullptr);
    detail::TensorImpl* old = std::exchange(impl_, incoming);
    if (old != nullptr) old->release();
    return *this;
  }
  /// Assignment to a selection writes through it: `x[0] = 5.0`, `x[1] = row`.
  Tensor& operator=(const Tensor& o) && { return copy_(o); }
  Tensor& operator=(Tensor&& o) && { return copy_(o); }
  Tensor& operator=(const Scalar& v) && { return fill_(v); }

  /// Adopts one handle reference of `impl`.
  static Tensor adopt(detail::TensorImpl* impl) noexcept {
    Tensor t;
    t.impl_ = impl;
    return t;
  }
  static Tensor share(detail::TensorImpl* impl) noexcept {
    if (impl != nullptr) impl->retain();
    return adopt(impl);
  }
  detail::TensorImpl* impl() const noexcept { return impl_; }
  detail::TensorImpl* release() noexcept { return std::exchange(impl_, nullptr); }

  // ---- Identity.
  bool defined() const noexcept { return impl_ != nullptr; }
  void reset() noexcept { *this = Tensor(); }
  bool is_same(const Tensor& o) const noexcept { return impl_ == o.impl_; }

  // ---- Geometry.
  std::int64_t dim() const { return get().dim(); }
  std::int64_t ndimension() const { return dim(); }
  std::int64_t numel() const { return get().numel(); }
  IntArrayRef sizes() const { return get().sizes(); }
  IntArrayRef strides() const { return get().strides(); }
  std::int64_t size(std::int64_t d) const;
  std::int64_t stride(std::int64_t d) const;
  std::int64_t storage_offset() const { return get().storage_offset(); }
  bool is_contiguous() const { return get().is_contiguous(); }
  ScalarType scalar_type() const { return get().dtype(); }
  ScalarType dtype() const { return get().dtype(); }
  std::int64_t element_size() const { return eigengrad::element_size(get().dtype()); }
  std::int64_t itemsize() const { return element_size(); }
  /// Throws: ShapeError when an expanded tensor has too many elements to count its bytes.
  std::int64_t nbytes() const;
  bool is_floating_point() const { return eigengrad::is_floating_point(get().dtype()); }
  TensorOptions options() const { return TensorOptions(get().dtype()); }

  // ---- Elements.
  /// The first element; T must be the C++ type of the dtype. Writing through it is not recorded.
  template <class T>
  T* data_ptr() const {
    check_dtype(dtype_of<T>);
    return get().template data<T>();
  }
  void* data_ptr() const { return get().bytes(); }
  /// The only element, converted to T.
  template <class T>
  T item() const {
    return item().template to<T>();
  }
  Scalar item() const;
  /// Element access by index, see core/accessor.hpp.
  template <class T, std::size_t N>
  TensorAccessor<T, N> accessor() const;
  /// Eigen::Map views of the elements, which keep a temporary alive; contracts and definitions in
  /// core/eigen.hpp.
  template <class T>
  auto array() const&;
  template <class T>
  auto array() const&&;
  template <class T, int Order = -1>
  auto matrix() const&;
  template <class T, int Order = -1>
  auto matrix() const&&;
  template <class T, int InnerStride = -1>
  auto vector() const&;
  template <class T, int InnerStride = -1>
  auto vector() const&&;

  // ---- Autograd.
  bool requires_grad() const;
  /// Starts (or, on a leaf, stops) recording what is done with this tensor.
  const Tensor& requires_grad_(bool on = true) const;
  const Tensor& set_requires_grad(bool on) const { return requires_grad_(on); }
  bool is_leaf() const;
  /// The accumulated gradient, undefined when there is none.
  const Tensor& grad() const;
  /// The accumulated gradient for writing, by assignment (checked), `.reset()` or `.zero_()`:
  /// autograd/tensor.hpp.
  GradSlot mutable_grad() const;
  /// The node that computed this tensor; null for leaves.
  std::shared_ptr<autograd::Node> grad_fn() const;
  std::int64_t output_nr() const { return get().output_nr(); }
  void backward(const Tensor& gradient = {}, optional<bool> retain_graph = nullopt,
                bool create_graph = false, optional<TensorList> inputs = nullopt) const;
  /// Keeps the gradient of a tensor that is not a leaf: the one with respect to its final value.
  void retain_grad() const;
  bool retains_grad() const;
  /// Calls `hook` with the whole gradient of this tensor, once for each sweep that passes through it;
  /// a tensor that it returns replaces the gradient. Hooks run in the order of their registration and stay
  /// with the value that the tensor has now, also when it is written to later. Not to be added or removed
  /// while another thread's sweep passes through the tensor.
  /// Returns: a handle for remove_hook().
  /// Throws: GraphError when the tensor is not tracked; during the sweep GraphError when the hook
  /// returns another shape, DtypeError when it returns another dtype.
  template <class Hook>
  unsigned register_hook(Hook&& hook) const;
  /// Calls `hook` with this leaf each time a sweep has added to its `.grad`.
  /// Throws: GraphError when the tensor is not a tracked leaf.
  unsigned register_post_accumulate_grad_hook(std::function<void(const Tensor&)> hook) const;
  /// Throws: GraphError for a handle that no hook has.
  void remove_hook(unsigned handle) const;
  /// A new leaf on the same memory and version counter.
  Tensor detach() const;
  Tensor& detach_() const;
  /// A tensor over the same memory with a version counter of its own: autograd does not notice writes to it.
  Tensor data() const;
  Tensor variable_data() const { return data(); }
  /// The number of in-place writes to the memory so far. Throws: GraphError for a tensor made in inference
  /// mode.
  std::int64_t _version() const;
  bool is_view() const { return get().view_base() != nullptr; }
  Tensor _base() const;
  bool is_inference() const { return get().is_inference(); }

  // ---- Conversion and copies.
  Tensor to(ScalarType t) const;
  /// Keeps the dtype where the options name none.
  /// Throws: ValueError for options that ask for requires_grad, as PyTorch.
  Tensor to(const TensorOptions& o) const;
  Tensor to(const Tensor& like) const { return to(like.dtype()); }
  Tensor type_as(const Tensor& like) const { return to(like.dtype()); }
  Tensor toType(ScalarType t) const { return to(t); }
  Tensor contiguous() const;
  Tensor clone() const;
  bool equal(const Tensor& o) const;
  bool allclose(const Tensor& o, double rtol = 1e-5, double atol = 1e-8,
                bool equal_nan = false) const;

  // ---- New tensors like this one.
  Tensor new_empty(IntArrayRef sizes, TensorOptions o = {}) const;
  Tensor new_zeros(IntArrayRef sizes, TensorOptions o = {}) const;
  Tensor new_ones(IntArrayRef sizes, TensorOptions o = {}) const;
  Tensor new_full(IntArrayRef sizes, const Scalar& value, TensorOptions o = {}) const;

  // Note [Members by family]
  // Operators that are members too are declared in one file for each family, so that none grows
  // beyond reading; contracts are at the functions of the same names in eigengrad/ops.
#include "eigengrad/core/members/elementwise.inc"
#include "eigengrad/core/members/indexing.inc"
#include "eigengrad/core/members/linalg.inc"
#include "eigengrad/core/members/products.inc"
#include "eigengrad/core/members/reductions.inc"
#include "eigengrad/core/members/shape.inc"
#include "eigengrad/core/members/special.inc"

  Tensor& operator+=(const Tensor& o) { return add_(o); }
  Tensor& operator+=(const Scalar& o) { return add_(o); }
  Tensor& operator-=(const Tensor& o) { return sub_(o); }
  Tensor& operator-=(const Scalar& o) { return sub_(o); }
  Tensor& operator*=(const Tensor& o) { return mul_(o); }
  Tensor& operator*=(const Scalar& o) { return mul_(o); }
  Tensor& operator/=(const Tensor& o) { return div_(o); }
  Tensor& operator/=(const Scalar& o) { return div_(o); }
  Tensor& operator&=(const Tensor& o) { return bitwise_and_(o); }
  Tensor& operator|=(const Tensor& o) { return bitwise_or_(o); }
  Tensor& operator^=(const Tensor& o) { return bitwise_xor_(o); }

  /// Prints as Python's PyTorch does.
  std::string to_string() const;

 private:
  const detail::TensorImpl& get() const {
    if (EIGENGRAD_UNLIKELY(impl_ == nullptr)) throw_undefined();
    return *impl_;
  }
  /// Operators that write in place are members of const handles too: as in libtorch, a handle says
  /// nothing about whether what it points to may change.
  Tensor& self() const noexcept { return const_cast<Tensor&>(*this); }
  unsigned add_hook(std::function<Tensor(const Tensor&)> hook) const;
  void check_dtype(ScalarType wanted) const;
  void check_rank(std::size_t wanted) const;
  [[noreturn]] static void throw_undefined();

  detail::TensorImpl* impl_ = nullptr;
};

template <class Hook>
unsigned Tensor::register_hook(Hook&& hook) const {
  detail::require_callable("register_hook", hook);
  if constexpr (std::is_void_v<std::invoke_result_t<Hook&, Tensor>>)
    return add_hook([h = std::forward<Hook>(hook)](const Tensor& grad) mutable {
      h(Tensor(grad));
      return Tensor();
    });
  else
    return add_hook([h = std::forward<Hook>(hook)](const Tensor& grad) mutable -> Tensor {
      return h(Tensor(grad));
    });
}

EIGENGRAD_API std::ostream& operator<<(std::ostream& os, const Tensor& t);

namespace indexing {

/// A new axis of extent 1.
enum class NoneType : std::uint8_t { None };
inline constexpr NoneType None = NoneType::None;
/// Stands for as many full slices as dimensions are missing.
enum class EllipsisType : std::uint8_t { Ellipsis };
inline constexpr EllipsisType Ellipsis = EllipsisType::Ellipsis;

/// `start:stop:step`; a missing bound is `None` or nullopt. Negative bounds count from the end.
struct Slice {
  Slice() noexcept = default;
  Slice(optional<std::int64_t> start_index, optional<std::int64_t> stop_index = nullopt,
        std::int64_t step_size = 1) noexcept
      : start(start_index), stop(stop_index), step(step_size) {}
  Slice(NoneType, optional<std::int64_t> stop_index = nullopt, std::int64_t step_size = 1) noexcept
      : stop(stop_index), step(step_size) {}
  Slice(optional<std::int64_t> start_index, NoneType, std::int64_t step_size = 1) noexcept
      : start(start_index), step(step_size) {}
  Slice(NoneType, NoneType, std::int64_t step_size = 1) noexcept : step(step_size) {}

  optional<std::int64_t> start;
  optional<std::int64_t> stop;
  std::int64_t step = 1;
};

/// One entry of an index: an integer, a Slice, None, Ellipsis, a bool, or an int64 or bool tensor.
class TensorIndex {
 public:
  enum class Kind : std::uint8_t { NewAxis, Dots, Integer, Boolean, Range, Indices };

  TensorIndex(NoneType) noexcept : kind_(Kind::NewAxis) {}
  TensorIndex(nullopt_t) noexcept : kind_(Kind::NewAxis) {}
  TensorIndex(EllipsisType) noexcept : kind_(Kind::Dots) {}
  EIGENGRAD_API TensorIndex(const char* dots);
  template <std::integral T>
  TensorIndex(T i) noexcept
      : kind_(std::same_as<T, bool> ? Kind::Boolean : Kind::Integer),
        integer_(static_cast<std::int64_t>(i)) {}
  TensorIndex(indexing::Slice s) noexcept : kind_(Kind::Range), slice_(s) {}
  TensorIndex(eigengrad::Tensor t) noexcept : kind_(Kind::Indices), tensor_(std::move(t)) {}

  Kind kind() const noexcept { return kind_; }
  std::int64_t integer() const noexcept { return integer_; }
  const indexing::Slice& slice() const noexcept { return slice_; }
  const eigengrad::Tensor& tensor() const noexcept { return tensor_; }

 private:
  Kind kind_;
  std::int64_t integer_ = 0;
  indexing::Slice slice_;
  eigengrad::Tensor tensor_;
};

}  // namespace indexing

}  // namespace eigengrad
