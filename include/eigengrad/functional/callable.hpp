#pragma once

#include <Eigen/Core>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "eigengrad/autograd/lists.hpp"
#include "eigengrad/core/eigen.hpp"
#include "eigengrad/core/factories.hpp"

namespace eigengrad {

/// How a product or a matrix of derivatives is computed.
enum class Strategy : std::uint8_t {
  /// Backward sweeps: one row of a matrix at a time.
  Reverse,
  /// Tangents that travel with the values: one column at a time.
  Forward,
  /// Whichever of the two needs fewer passes for the shapes at hand.
  Auto
};

/// Options of vjp(), jvp(), hvp(), vhp(), jacobian() and hessian(), as in torch.autograd.functional.
struct FunctionalOptions {
  /// Whether the results are recorded: differentiable in the arguments and in tracked tensors that
  /// the function captured. They are constants otherwise. Tangents of an open DualLevel are propagated
  /// either way.
  bool create_graph = false;
  /// Whether an output that does not depend on an argument is an error instead of a zero.
  bool strict = false;
  /// Unset: what each function documents.
  optional<Strategy> strategy = nullopt;
  /// How many rows, columns or directions may be computed at once; positive. Bounds memory, as in
  /// torch.func.jacrev. Unset: as many as pay.
  optional<std::int64_t> chunk_size = nullopt;
  /// Of vjp(), jvp(), hvp() and vhp(): whether `v` holds many vectors, counted by one more dimension in front, as
  /// `is_grads_batched` of autograd::grad() says of its weights. The product then has that dimension too, the
  /// value has not.
  bool is_v_batched = false;
};

/// Options of jacrev(), jacfwd(), hessian(f), per_sample_grad() and gauss_newton().
struct MatrixTransformOptions {
  /// Unset: results are recorded where they are needed, see Note [Nested transforms].
  optional<bool> create_graph = nullopt;
  /// Whether an output that does not depend on an argument is an error instead of a zero.
  bool strict = false;
  /// As in FunctionalOptions.
  optional<std::int64_t> chunk_size = nullopt;
};

namespace detail {

template <class Signature>
class FunctionRef;

/// Refers to a callable object for the time of a call, so that the compiled library can run it.
template <class Result, class... Args>
class FunctionRef<Result(Args...)> {
 public:
  template <class F>
  FunctionRef(const F& f) noexcept
      : object_(std::addressof(f)), call_([](const void* object, Args... args) -> Result {
          return (*static_cast<const F*>(object))(std::forward<Args>(args)...);
        }) {
    static_assert(std::is_class_v<F>, "wrap functions in a lambda");
  }
  Result operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

 private:
  const void* object_;
  Result (*call_)(const void*, Args...);
};

/// Every differentiated function as the compiled library sees it.
using ErasedFunction = FunctionRef<variable_list(const variable_list&)>;

template <class F>
concept TakesTensor = std::invocable<F&, const Tensor&>;
template <class F>
using ResultOnTensor = std::invoke_result_t<F&, const Tensor&>;
template <class F>
using ResultOnList = std::invoke_result_t<F&, const variable_list&>;
template <class Result>
inline constexpr bool is_tensor = std::is_convertible_v<Result, Tensor>;

template <class F>
auto erase_on_tensor(F& f) {
  require_callable("functional", f);
  return [&f](const variable_list& x) { return as_list(std::invoke(f, x[0])); };
}
template <class F>
auto erase_on_list(F& f) {
  require_callable("functional", f);
  return [&f](const variable_list& x) { return as_list(std::invoke(f, x)); };
}

/// An optional vector of a product as a list: an undefined tensor is no vector.
inline variable_list as_vectors(const Tensor& v) {
  return v.defined() ? as_list(v) : variable_list{};
}

/// The first element of `list` when the function gave a Tensor, all of it otherwise.
template <bool Single, class List>
auto first_or_all(List&& list) {
  if constexpr (Single)
    return std::move(list.front());
  else
    return std::forward<List>(list);
}

/// A copy of an Eigen vector (one dimension) or matrix (two).
template <class Derived>
Tensor tensor_of(const Eigen::DenseBase<Derived>& x) {
  static_assert(std::is_floating_point_v<typename Derived::Scalar>,
                "derivatives need Eigen types of double or float");
  return from_eigen(x);
}

/// The elements of `t`, in row-major order, as `rows` times `cols` of an Eigen type.
template <class Out>
Out eigen_of(const Tensor& t, Eigen::Index rows, Eigen::Index cols) {
  using Value = typename Out::Scalar;
  const Tensor dense = t.detach().to(dtype_of<Value>).contiguous();
  const Value* p = dense.template data_ptr<Value>();
  Out out;
  out.resize(rows, cols);
  for (Eigen::Index j = 0; j < cols; ++j)
    for (Eigen::Index i = 0; i < rows; ++i) out(i, j) = p[i * cols + j];
  return out;
}

template <class Derived>
using EigenVector = Eigen::Matrix<typename Derived::Scalar, Eigen::Dynamic, 1>;

template <class Derived>
EigenVector<Derived> eigen_vector_of(const Tensor& t) {
  return eigen_of<EigenVector<Derived>>(t, static_cast<Eigen::Index>(t.numel()), 1);
}

/// In the shape of the argument.
template <class Derived>
typename Derived::PlainObject eigen_like(const Tensor& t, const Eigen::DenseBase<Derived>& x) {
  return eigen_of<typename Derived::PlainObject>(t, x.rows(), x.cols());
}

}  // namespace detail
}  // namespace eigengrad
