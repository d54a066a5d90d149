#include "eigengrad/optim/scalar_or_tensor.hpp"

#include <cmath>

#include "core/fail.hpp"
#include "eigengrad/core/dtype.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

std::vector<double> detail::values_of(std::string_view op, std::string_view name,
                                      const ScalarOrTensor& value, std::int64_t numel,
                                      std::string_view what, double otherwise) {
  std::vector<double> values(static_cast<std::size_t>(numel),
                             value.is_scalar() ? value.scalar() : otherwise);
  if (value.tensor().defined()) {
    const Tensor& t = value.tensor();
    if (t.dtype() == kBool) fail<DtypeError>(op, name, " has dtype bool; it must be a number type");
    if (t.numel() != numel && t.numel() != 1)
      fail<ShapeError>(op, name, " has ", t.numel(), " elements; it must have one, or ", numel,
                       ", as many as there are ", what);
    const Tensor flat = t.detach().to(kFloat64).contiguous();
    const double* p = flat.data_ptr<double>();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = p[t.numel() == 1 ? 0 : i];
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isnan(values[i]))
      fail<ValueError>(op, name, " has NaN at ", i, "; it must be a number");
  return values;
}

}  // namespace eigengrad::optim
