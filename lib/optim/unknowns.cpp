#include "eigengrad/optim/unknowns.hpp"

#include "core/fail.hpp"
#include "eigengrad/core/dtype.hpp"
#include "eigengrad/ops/shape/assembly.hpp"

namespace eigengrad::optim::detail {

using eigengrad::detail::fail;

Tensor packed(const std::vector<Tensor>& parts) {
  if (parts.empty())
    fail<ValueError>("minimize", "the list of unknowns is empty; give one or more");
  std::vector<Tensor> flat;
  for (const Tensor& part : parts) {
    if (!part.defined()) fail<ValueError>("minimize", "an unknown is undefined; give a tensor");
    if (part.dtype() != parts[0].dtype())
      fail<DtypeError>("minimize", "the unknowns have dtypes ",
                       eigengrad::to_string(parts[0].dtype()), " and ",
                       eigengrad::to_string(part.dtype()), "; they must have one");
    flat.push_back(part.detach().reshape({-1}));
  }
  return cat(flat);
}

std::vector<Tensor> unpacked(const Tensor& vector, const std::vector<Tensor>& like) {
  std::vector<Tensor> parts;
  std::int64_t at = 0;
  for (const Tensor& part : like) {
    parts.push_back(vector.narrow(0, at, part.numel()).view(part.sizes()));
    at += part.numel();
  }
  return parts;
}

}  // namespace eigengrad::optim::detail
