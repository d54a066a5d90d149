#include "eigengrad/core/factories.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "core/checked.hpp"
#include "core/dispatch.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"

namespace eigengrad {

using detail::dispatch;
using detail::fail;
using detail::new_tensor;
using detail::new_tensor_like;
using detail::TensorImpl;

namespace {

/// Sets every element of a new tensor, whose memory is one run.
Tensor filled(Tensor t, const Scalar& value) {
  dispatch(t.dtype(), [&]<class T>(std::type_identity<T>) {
    std::fill_n(t.impl()->data<T>(), t.numel(), value.to<T>());
  });
  return t;
}

Tensor zeroed(Tensor t) {
  if (t.numel() > 0) std::memset(t.impl()->bytes(), 0, static_cast<std::size_t>(t.nbytes()));
  return t;
}

void refuse_bool(const char* op, ScalarType dtype) {
  if (dtype == kBool)
    fail<DtypeError>(op,
                     "the values are numbers: the dtype asked for is bool; "
                     "ask for int64, float32 or float64");
}

}  // namespace

Tensor empty(IntArrayRef sizes, TensorOptions o) {
  return new_tensor("empty", sizes, o.dtype(), o);
}

Tensor zeros(IntArrayRef sizes, TensorOptions o) {
  return zeroed(new_tensor("zeros", sizes, o.dtype(), o));
}

Tensor ones(IntArrayRef sizes, TensorOptions o) {
  return filled(new_tensor("ones", sizes, o.dtype(), o), 1);
}

Tensor full(IntArrayRef sizes, const Scalar& value, TensorOptions o) {
  return filled(new_tensor("full", sizes, o.dtype_opt().value_or(value.type()), o), value);
}

Tensor eye(std::int64_t n, TensorOptions o) { return eye(n, n, o); }

Tensor eye(std::int64_t n, std::int64_t m, TensorOptions o) {
  Tensor t = zeroed(new_tensor("eye", {n, m}, o.dtype(), o));
  dispatch(t.dtype(), [&]<class T>(std::type_identity<T>) {
    T* p = t.impl()->data<T>();
    for (std::int64_t i = 0; i < std::min(n, m); ++i) p[i * m + i] = T(1);
  });
  return t;
}

Tensor empty_like(const Tensor& like, TensorOptions o) {
  return new_tensor_like("empty_like", like, o);
}

Tensor zeros_like(const Tensor& like, TensorOptions o) {
  return zeroed(new_tensor_like("zeros_like", like, o));
}

Tensor ones_like(const Tensor& like, TensorOptions o) {
  return filled(new_tensor_like("ones_like", like, o), 1);
}

Tensor full_like(const Tensor& like, const Scalar& value, TensorOptions o) {
  return filled(new_tensor_like("full_like", like, o), value);
}

Tensor scalar_tensor(const Scalar& value, TensorOptions o) {
  return filled(new_tensor("scalar_tensor", {}, o.dtype(), o), value);
}

Tensor Tensor::new_empty(IntArrayRef sizes, TensorOptions o) const {
  return new_tensor("new_empty", sizes, o.dtype_opt().value_or(dtype()), o);
}

Tensor Tensor::new_zeros(IntArrayRef sizes, TensorOptions o) const {
  return zeroed(new_tensor("new_zeros", sizes, o.dtype_opt().value_or(dtype()), o));
}

Tensor Tensor::new_ones(IntArrayRef sizes, TensorOptions o) const {
  return filled(new_tensor("new_ones", sizes, o.dtype_opt().value_or(dtype()), o), 1);
}

Tensor Tensor::new_full(IntArrayRef sizes, const Scalar& value, TensorOptions o) const {
  return filled(new_tensor("new_full", sizes, o.dtype_opt().value_or(dtype()), o), value);
}

// ---- Ranges.

namespace {

[[noreturn]] void fail_too_long(const Scalar& start, const Scalar& end, const Scalar& step) {
  fail<ValueError>("arange", "the range has too many values: start ", start, ", end ", end,
                   ", step ", step, "; give a longer step");
}

void check_direction(bool step_is_zero, bool towards_end, const Scalar& start, const Scalar& end,
                     const Scalar& step) {
  if (step_is_zero) fail<ValueError>("arange", "the step is 0; give one that leads to the end");
  if (!towards_end)
    fail<ValueError>("arange", "the step leads away from the end: start ", start, ", end ", end,
                     ", step ", step, "; change its sign");
}

/// Integers are counted exactly, also where start and end are further apart than an int64 holds.
Tensor integer_range(const Scalar& start, const Scalar& end, const Scalar& step,
                     const TensorOptions& o) {
  const std::int64_t first = start.toLong();
  const std::int64_t last = end.toLong();
  const std::int64_t by = step.toLong();
  check_direction(by == 0, by > 0 ? last >= first : last <= first, start, end, step);
  const auto low = static_cast<std::uint64_t>(std::min(first, last));
  const auto high = static_cast<std::uint64_t>(std::max(first, last));
  const std::uint64_t stride =
      by > 0 ? static_cast<std::uint64_t>(by) : std::uint64_t{0} - static_cast<std::uint64_t>(by);
  const std::uint64_t n = (high - low) / stride + ((high - low) % stride != 0 ? 1 : 0);
  if (n > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) fail_too_long(start, end, step);
  Tensor t = new_tensor("arange", {static_cast<std::int64_t>(n)}, kInt64, o);
  auto* p = t.impl()->data<std::int64_t>();
  auto value = static_cast<std::uint64_t>(first);  // wraps past the last one where int64 would not
  for (std::uint64_t i = 0; i < n; ++i, value += static_cast<std::uint64_t>(by))
    p[i] = static_cast<std::int64_t>(value);
  return t;
}

Tensor real_range(const Scalar& start, const Scalar& end, const Scalar& step, ScalarType dtype,
                  const TensorOptions& o) {
  const double first = start.toDouble();
  const double last = end.toDouble();
  const double by = step.toDouble();
  if (!std::isfinite(first) || !std::isfinite(last) || std::isnan(by))
    fail<ValueError>("arange", "the range is not finite: start ", start, ", end ", end, ", step ",
                     step, "; give finite numbers");
  check_direction(by == 0, by > 0 ? last >= first : last <= first, start, end, step);
  const double n = std::ceil((last - first) / by);
  if (n >= 9.2e18) fail_too_long(start, end, step);
  Tensor t = new_tensor("arange", {static_cast<std::int64_t>(n)}, dtype, o);
  dispatch(dtype, [&]<class T>(std::type_identity<T>) {
    T* p = t.impl()->data<T>();
    for (std::int64_t i = 0; i < t.numel(); ++i)
      p[i] = static_cast<T>(first + static_cast<double>(i) * by);
  });
  return t;
}

/// Fills a new tensor with map(value) of evenly spaced values, in the arithmetic of its dtype
/// (double for integers). Counting from the nearer end keeps both exact and the set symmetric.
template <class Map>
Tensor spaced(const char* op, const Scalar& start, const Scalar& end, std::int64_t steps,
              const TensorOptions& o, Map map) {
  refuse_bool(op, o.dtype());
  if (steps < 0)
    fail<ValueError>(op, "the number of steps is negative: ", steps, "; give 0 or more");
  Tensor t = new_tensor(op, {steps}, o.dtype(), o);
  dispatch(t.dtype(), [&]<class T>(std::type_identity<T>) {
    using Real = std::conditional_t<std::is_floating_point_v<T>, T, double>;
    const auto first = static_cast<Real>(start.to<T>());
    const auto last = static_cast<Real>(end.to<T>());
    const Real step = steps > 1 ? (last - first) / static_cast<Real>(steps - 1) : Real(0);
    const std::int64_t half = steps > 1 ? steps / 2 : steps;
    T* p = t.impl()->data<T>();
    for (std::int64_t i = 0; i < steps; ++i) {
      const Real value = i < half ? first + step * static_cast<Real>(i)
                                  : last - step * static_cast<Real>(steps - 1 - i);
      p[i] = static_cast<T>(map(value));
    }
  });
  return t;
}

}  // namespace

Tensor arange(const Scalar& end, TensorOptions o) { return arange(0, end, 1, o); }

Tensor arange(const Scalar& start, const Scalar& end, TensorOptions o) {
  return arange(start, end, 1, o);
}

Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step, TensorOptions o) {
  const bool integers = start.isIntegral(true) && end.isIntegral(true) && step.isIntegral(true);
  const ScalarType dtype = o.dtype_opt().value_or(integers ? kInt64 : kDefaultDtype);
  refuse_bool("arange", dtype);
  return dtype == kInt64 ? integer_range(start, end, step, o)
                         : real_range(start, end, step, dtype, o);
}

Tensor linspace(const Scalar& start, const Scalar& end, std::int64_t steps, TensorOptions o) {
  return spaced("linspace", start, end, steps, o, [](auto x) { return x; });
}

Tensor logspace(const Scalar& start, const Scalar& end, std::int64_t steps, double base,
                TensorOptions o) {
  return spaced("logspace", start, end, steps, o,
                [base](auto x) { return std::pow(static_cast<decltype(x)>(base), x); });
}

// ---- From values in memory.

namespace {

/// Follows the first elements down; collect() then finds where another one differs.
DimVector shape_of(const detail::NestedList& list) {
  DimVector sizes;
  const detail::NestedList* l = &list;
  while (l->is_list()) {
    sizes.push_back(static_cast<std::int64_t>(l->size()));
    if (l->size() == 0) break;
    l = &(*l)[0];
  }
  return sizes;
}

struct Collected {
  std::vector<Scalar> values;
  ScalarType dtype = kBool;
};

/// The position of a nested list: its index in the enclosing list, and the position of that one.
struct Position {
  const Position* around;
  std::size_t index;
};

std::string text_of(const Position* position) {
  if (position == nullptr) return "the list";
  return text_of(position->around) + '[' + std::to_string(position->index) + ']';
}

std::string list_of(std::size_t n) {
  return "a list of " + std::to_string(n) + (n == 1 ? " element" : " elements");
}

[[noreturn]] void fail_ragged(const detail::NestedList& list, IntArrayRef expected,
                              const Position* position) {
  fail<ShapeError>("tensor", "the list is ragged: ", text_of(position), " is ",
                   list.is_list() ? list_of(list.size()) : "a number", " where ",
                   expected.empty() ? "a number" : list_of(static_cast<std::size_t>(expected[0])),
                   " was expected; give all lists of one level the same length");
}

void collect(const detail::NestedList& list, IntArrayRef sizes, const Position* position,
             Collected& into) {
  if (list.is_list() == sizes.empty()) fail_ragged(list, sizes, position);
  if (sizes.empty()) {
    const ScalarType dtype = list.scalar().type();
    if (into.values.empty()) into.dtype = dtype;
    if (dtype != into.dtype)
      fail<DtypeError>(
          "tensor",
          "Expected all elements of the tensor to have the same scalar type: the first "
          "is of ",
          to_string(into.dtype), ", ", text_of(position), " of ", to_string(dtype),
          "; write all of them alike");
    into.values.push_back(list.scalar());
    return;
  }
  const auto n = static_cast<std::size_t>(sizes[0]);
  if (list.size() != n) fail_ragged(list, sizes, position);
  for (std::size_t i = 0; i < n; ++i) {
    const Position inner{position, i};
    collect(list[i], {sizes.data() + 1, sizes.size() - 1}, &inner, into);
  }
}

}  // namespace

Tensor tensor(std::initializer_list<detail::NestedList> values, TensorOptions o) {
  const detail::NestedList list(values);
  const DimVector sizes = shape_of(list);
  Collected found;
  collect(list, sizes, nullptr, found);
  const ScalarType natural = found.values.empty() ? kDefaultDtype : found.dtype;
  Tensor t = new_tensor("tensor", sizes, o.dtype_opt().value_or(natural), o);
  dispatch(t.dtype(), [&]<class T>(std::type_identity<T>) {
    std::transform(found.values.begin(), found.values.end(), t.impl()->data<T>(),
                   [](const Scalar& v) { return v.to<T>(); });
  });
  return t;
}

Tensor detail::from_values(const void* data, ScalarType stored, std::int64_t n, TensorOptions o) {
  Tensor t = new_tensor("tensor", {n}, o.dtype(), o);
  dispatch(stored, [&]<class From>(std::type_identity<From>) {
    dispatch(t.dtype(), [&]<class To>(std::type_identity<To>) {
      const auto* from = static_cast<const From*>(data);
      std::transform(from, from + n, t.impl()->data<To>(),
                     [](From v) { return Scalar(v).to<To>(); });
    });
  });
  return t;
}

// ---- Memory of the caller.

namespace {

struct Deleter {
  std::function<void(void*)> function;
  void* data;
  /// Whether the tensor has taken over the memory. Until then a failing from_blob() must not run the deleter.
  bool armed = false;

  static void run(void* context) noexcept {
    const std::unique_ptr<Deleter> self(static_cast<Deleter*>(context));
    if (self->armed) self->function(self->data);
  }
};

Tensor over_blob(void* data, IntArrayRef sizes, IntArrayRef strides, const TensorOptions& o,
                 void (*release)(void*) noexcept, void* context) {
  detail::check_may_require_grad("from_blob", o.dtype(), o);
  if (sizes.size() != strides.size())
    fail<ShapeError>("from_blob", "sizes and strides differ in number: ", sizes, " and ", strides,
                     "; give one stride per dimension");
  if (std::any_of(strides.begin(), strides.end(), [](std::int64_t s) { return s < 0; }))
    fail<ShapeError>("from_blob", "a stride is negative: ", strides,
                     "; give strides of 0 or more, and flip() the tensor");
  if (detail::checked_numel("from_blob", sizes) != 0 && data == nullptr)
    fail<ValueError>("from_blob", "the pointer is null for sizes ", sizes,
                     "; give the address of the first element");
  return Tensor::adopt(
      TensorImpl::create_external(data, o.dtype(), sizes, strides, release, context));
}

}  // namespace

namespace {
DimVector packed(IntArrayRef sizes) {
  static_cast<void>(detail::checked_numel("from_blob", sizes));
  return detail::row_major_strides(sizes);
}
}  // namespace

Tensor from_blob(void* data, IntArrayRef sizes, TensorOptions o) {
  return from_blob(data, sizes, packed(sizes), o);
}

Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, TensorOptions o) {
  Tensor t = over_blob(data, sizes, strides, o, nullptr, nullptr);
  if (o.requires_grad()) t.requires_grad_();
  return t;
}

Tensor from_blob(void* data, IntArrayRef sizes, std::function<void(void*)> deleter,
                 TensorOptions o) {
  return from_blob(data, sizes, packed(sizes), std::move(deleter), o);
}

Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides,
                 std::function<void(void*)> deleter, TensorOptions o) {
  if (!deleter) return from_blob(data, sizes, strides, o);
  auto owner = std::make_unique<Deleter>(Deleter{std::move(deleter), data});
  Tensor t = over_blob(data, sizes, strides, o, Deleter::run, owner.get());
  Deleter& of_blob = *owner.release();
  if (o.requires_grad()) t.requires_grad_();
  of_blob.armed = true;
  return t;
}

}  // namespace eigengrad
