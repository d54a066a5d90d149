#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/products.hpp"
#include "table_inplace.hpp"

namespace table {
namespace {

using eg::Scalar;
using eg::Tensor;

using Member = Tensor& (Tensor::*)(const Tensor&, const Tensor&, const Scalar&,
                                   const Scalar&) const;
using Function = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const Scalar&,
                            const Scalar&);

/// 2 self - 3 times a product, over self.
InplaceRow row(const std::string& name, Member inplace, Function plain, const Sizes& self,
               const Sizes& a, const Sizes& b) {
  return {name, name,
          [inplace](Tensor& x, const variable_list& o) -> Tensor& {
            return (x.*inplace)(o[0], o[1], 2, -3);
          },
          [plain](const Tensor& x, const variable_list& o) { return plain(x, o[0], o[1], 2, -3); },
          samples_of({{self, a, b}})};
}

}  // namespace

std::vector<InplaceRow> product_inplace_rows() {
  return {row("addmm_", &Tensor::addmm_, eg::addmm, {3, 2}, {3, 4}, {4, 2}),
          row("addmv_", &Tensor::addmv_, eg::addmv, {3}, {3, 4}, {4}),
          row("addr_", &Tensor::addr_, eg::addr, {3, 2}, {3}, {2}),
          row("addbmm_", &Tensor::addbmm_, eg::addbmm, {3, 2}, {4, 3, 5}, {4, 5, 2}),
          row("baddbmm_", &Tensor::baddbmm_, eg::baddbmm, {4, 3, 2}, {4, 3, 5}, {4, 5, 2})};
}

}  // namespace table
