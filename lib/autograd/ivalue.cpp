#include "eigengrad/autograd/ivalue.hpp"

#include <array>

#include "autograd/custom_node.hpp"
#include "core/fail.hpp"

namespace eigengrad {

IValue::IValue(const Scalar& v) {
  if (v.isBoolean())
    value_ = v.to<bool>();
  else if (v.isFloatingPoint())
    value_ = v.toDouble();
  else
    value_ = static_cast<std::int64_t>(v.toLong());
}

std::string_view IValue::tagKind() const noexcept {
  static constexpr std::array<std::string_view, std::variant_size_v<decltype(value_)>> names = {
      "None",     "Bool",    "Int",        "Double",     "String",    "Tensor",
      "BoolList", "IntList", "DoubleList", "StringList", "TensorList"};
  return names[value_.index()];
}

void IValue::refuse(std::string_view wanted) const {
  detail::fail<DtypeError>("IValue", "expected ", wanted, ", but the value is of kind ", tagKind(),
                           "; read it as what it was assigned from");
}

template <class T>
const T& IValue::get(std::string_view wanted) const {
  if (const T* v = std::get_if<T>(&value_)) return *v;
  refuse(wanted);
}

bool IValue::toBool() const { return get<bool>("Bool"); }
std::int64_t IValue::toInt() const { return get<std::int64_t>("Int"); }
double IValue::toDouble() const { return get<double>("Double"); }
const std::string& IValue::toStringRef() const { return get<std::string>("String"); }
Tensor IValue::toTensor() const { return autograd::recall(get<Tensor>("Tensor")); }

Scalar IValue::toScalar() const {
  if (isBool()) return toBool();
  return isInt() ? Scalar(toInt()) : Scalar(toDouble());
}

const std::vector<bool>& IValue::toBoolVector() const { return get<std::vector<bool>>("BoolList"); }
const std::vector<std::int64_t>& IValue::toIntVector() const {
  return get<std::vector<std::int64_t>>("IntList");
}
const std::vector<double>& IValue::toDoubleVector() const {
  return get<std::vector<double>>("DoubleList");
}
const std::vector<std::string>& IValue::toStringVector() const {
  return get<std::vector<std::string>>("StringList");
}
std::vector<Tensor> IValue::toTensorVector() const {
  std::vector<Tensor> list = get<std::vector<Tensor>>("TensorList");
  for (Tensor& t : list) t = autograd::recall(t);
  return list;
}

}  // namespace eigengrad
