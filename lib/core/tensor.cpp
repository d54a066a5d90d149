#include "eigengrad/core/tensor.hpp"

#include "core/checked.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"

namespace eigengrad {

void Tensor::throw_undefined() {
  detail::fail<ValueError>("tensor", "the tensor is undefined; assign one to it first");
}

void Tensor::check_dtype(ScalarType wanted) const {
  if (dtype() != wanted)
    detail::fail<DtypeError>("data_ptr", "the tensor holds ", eigengrad::to_string(dtype()),
                             ", asked for ", eigengrad::to_string(wanted),
                             "; convert it with to() first");
}

void Tensor::check_rank(std::size_t wanted) const {
  if (sizes().size() != wanted)
    detail::fail<ShapeError>("accessor", "asked for ", wanted, " dimensions of a tensor of shape ",
                             sizes(), "; give its number of dimensions as N");
}

std::int64_t Tensor::size(std::int64_t d) const {
  return sizes()[detail::wrap_dim("size", d, sizes().size())];
}

std::int64_t Tensor::stride(std::int64_t d) const {
  return strides()[detail::wrap_dim("stride", d, sizes().size())];
}

std::int64_t Tensor::nbytes() const {
  return detail::checked_mul("nbytes", numel(), element_size());
}

Scalar Tensor::item() const {
  if (numel() != 1)
    detail::fail<ShapeError>("item", "a tensor of shape ", sizes(), " with ", numel(),
                             " elements cannot be converted to Scalar; select one element first");
  switch (dtype()) {
    case ScalarType::Bool:
      return *impl_->data<bool>();
    case ScalarType::Int64:
      return *impl_->data<std::int64_t>();
    case ScalarType::Float32:
      return *impl_->data<float>();
    default:
      return *impl_->data<double>();
  }
}

}  // namespace eigengrad
