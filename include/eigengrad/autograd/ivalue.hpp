#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// A value of one of the types that AutogradContext::saved_data holds: nothing, bool, an integer, a
/// double, a string, a Tensor, or a list of one of them.
///
/// It keeps the type that it was made of, and reading it as another one throws: a value assigned from
/// an int is read by toInt(), not by toDouble().
/// Throws: DtypeError when it is read as another type.
class EIGENGRAD_API IValue {
 public:
  IValue() noexcept = default;
  IValue(nullopt_t) noexcept {}
  template <Arithmetic T>
  IValue(T v) : IValue(Scalar(v)) {}
  IValue(const char* v) : value_(std::string(v)) {}
  IValue(std::string v) : value_(std::move(v)) {}
  IValue(std::string_view v) : value_(std::string(v)) {}
  IValue(const Scalar& v);
  IValue(Tensor v) : value_(std::move(v)) {}
  IValue(std::vector<bool> v) : value_(std::move(v)) {}
  IValue(std::vector<std::int64_t> v) : value_(std::move(v)) {}
  IValue(IntArrayRef v) : value_(v.vec()) {}
  IValue(std::vector<double> v) : value_(std::move(v)) {}
  IValue(std::vector<std::string> v) : value_(std::move(v)) {}
  IValue(std::vector<Tensor> v) : value_(std::move(v)) {}
  template <class T>
  IValue(const optional<T>& v) {
    if (v.has_value()) *this = IValue(*v);
  }

  bool isNone() const noexcept { return holds<std::monostate>(); }
  bool isBool() const noexcept { return holds<bool>(); }
  bool isInt() const noexcept { return holds<std::int64_t>(); }
  bool isDouble() const noexcept { return holds<double>(); }
  bool isScalar() const noexcept { return isBool() || isInt() || isDouble(); }
  bool isString() const noexcept { return holds<std::string>(); }
  bool isTensor() const noexcept { return holds<Tensor>(); }
  bool isBoolList() const noexcept { return holds<std::vector<bool>>(); }
  bool isIntList() const noexcept { return holds<std::vector<std::int64_t>>(); }
  bool isDoubleList() const noexcept { return holds<std::vector<double>>(); }
  bool isTensorList() const noexcept { return holds<std::vector<Tensor>>(); }
  /// "Double", "IntList", ...
  std::string_view tagKind() const noexcept;

  bool toBool() const;
  std::int64_t toInt() const;
  double toDouble() const;
  Scalar toScalar() const;
  const std::string& toStringRef() const;
  std::string_view toStringView() const { return toStringRef(); }
  /// The tensor, with the history that it had when it was put in.
  Tensor toTensor() const;
  const std::vector<bool>& toBoolVector() const;
  const std::vector<std::int64_t>& toIntVector() const;
  const std::vector<double>& toDoubleVector() const;
  const std::vector<std::string>& toStringVector() const;
  std::vector<Tensor> toTensorVector() const;
  /// nullopt for nothing.
  template <class T>
  optional<T> toOptional() const {
    return isNone() ? optional<T>() : optional<T>(to<T>());
  }
  /// T is one of the types above.
  template <class T>
  T to() const {
    if constexpr (std::same_as<T, Tensor>)
      return toTensor();
    else if constexpr (std::same_as<T, std::vector<Tensor>>)
      return toTensorVector();
    else if constexpr (std::same_as<T, bool>)
      return toBool();
    else if constexpr (std::integral<T>)
      return static_cast<T>(toInt());
    else if constexpr (std::floating_point<T>)
      return static_cast<T>(toDouble());
    else if constexpr (std::same_as<T, std::string>)
      return toStringRef();
    else if constexpr (std::same_as<T, std::vector<double>>)
      return toDoubleVector();
    else if constexpr (std::same_as<T, std::vector<std::int64_t>>)
      return toIntVector();
    else if constexpr (std::same_as<T, std::vector<bool>>)
      return toBoolVector();
    else
      return T(toStringVector());
  }

  /// Calls `visit` with every tensor in the value, as it is held.
  template <class Visit>
  void each_tensor(const Visit& visit) {
    if (auto* t = std::get_if<Tensor>(&value_)) visit(*t);
    if (auto* list = std::get_if<std::vector<Tensor>>(&value_))
      for (Tensor& t : *list) visit(t);
  }

 private:
  template <class T>
  bool holds() const noexcept {
    return std::holds_alternative<T>(value_);
  }
  template <class T>
  const T& get(std::string_view wanted) const;
  [[noreturn]] void refuse(std::string_view wanted) const;

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Tensor, std::vector<bool>,
               std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>,
               std::vector<Tensor>>
      value_;
};

}  // namespace eigengrad
