#include "ops/table_inplace.hpp"

#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/special/bessel.hpp"
#include "eigengrad/ops/special/functions.hpp"
#include "eigengrad/ops/special/incomplete.hpp"

namespace table {
namespace {

using eg::Scalar;
using eg::Tensor;

constexpr Range kReal{-2, 2};
constexpr Range kPositive{0.3, 2.5};
constexpr Range kInside{0.1, 0.9};

using ProductMember = Tensor& (Tensor::*)(const Tensor&, const Tensor&, const Scalar&,
                                          const Scalar&) const;
using Product = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const Scalar&,
                           const Scalar&);

/// 2 self - 3 times a product, over self.
InplaceRow product(const std::string& name, ProductMember inplace, Product plain, const Sizes& self,
                   const Sizes& a, const Sizes& b) {
  return {name, name,
          [inplace](Tensor& x, const variable_list& o) -> Tensor& {
            return (x.*inplace)(o[0], o[1], 2, -3);
          },
          [plain](const Tensor& x, const variable_list& o) { return plain(x, o[0], o[1], 2, -3); },
          samples_of({{self, a, b}})};
}

}  // namespace

void add_special_inplace(std::vector<InplaceRow>& rows) {
  rows.push_back(unary_member("erf_", &Tensor::erf_, eg::erf));
  rows.push_back(unary_member("erfc_", &Tensor::erfc_, eg::erfc));
  rows.push_back(unary_member("erfinv_", &Tensor::erfinv_, eg::erfinv, {-0.9, 0.9}));
  rows.push_back(unary_member("lgamma_", &Tensor::lgamma_, eg::lgamma, kPositive));
  rows.push_back(unary_member("digamma_", &Tensor::digamma_, eg::digamma, kPositive));
  rows.push_back(unary_member("i0_", &Tensor::i0_, eg::i0));
  rows.push_back(unary(
      "polygamma_", "polygamma_", [](Tensor& x) -> Tensor& { return x.polygamma_(2); },
      [](const Tensor& x) { return eg::polygamma(2, x); }, kPositive));
  rows.push_back(unary(
      "mvlgamma_", "mvlgamma_", [](Tensor& x) -> Tensor& { return x.mvlgamma_(2); },
      [](const Tensor& x) { return eg::mvlgamma(x, 2); }, {1.2, 4}));
  rows.push_back(unary(
      "logit_", "logit_", [](Tensor& x) -> Tensor& { return x.logit_(); },
      [](const Tensor& x) { return eg::logit(x); }, kInside));
  rows.push_back(unary(
      "logit_clamped_", "logit_", [](Tensor& x) -> Tensor& { return x.logit_(0.25); },
      [](const Tensor& x) { return eg::logit(x, 0.25); }, kInside));
  rows.push_back(binary(
      "xlogy_", "xlogy_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.xlogy_(o); },
      [](const Tensor& x, const Tensor& o) { return eg::xlogy(x, o); }, kReal, kPositive));
  rows.push_back(unary(
      "xlogy_number_", "xlogy_", [](Tensor& x) -> Tensor& { return x.xlogy_(2.5); },
      [](const Tensor& x) { return eg::xlogy(x, 2.5); }));
  rows.push_back(binary(
      "igamma_", "igamma_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.igamma_(o); },
      [](const Tensor& x, const Tensor& o) { return eg::igamma(x, o); }, kPositive, kPositive));
  rows.push_back(binary(
      "igammac_", "igammac_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.igammac_(o); },
      [](const Tensor& x, const Tensor& o) { return eg::igammac(x, o); }, kPositive, kPositive));
}

std::vector<InplaceRow> product_inplace_rows() {
  return {product("addmm_", &Tensor::addmm_, eg::addmm, {3, 2}, {3, 4}, {4, 2}),
          product("addmv_", &Tensor::addmv_, eg::addmv, {3}, {3, 4}, {4}),
          product("addr_", &Tensor::addr_, eg::addr, {3, 2}, {3}, {2}),
          product("addbmm_", &Tensor::addbmm_, eg::addbmm, {3, 2}, {4, 3, 5}, {4, 5, 2}),
          product("baddbmm_", &Tensor::baddbmm_, eg::baddbmm, {4, 3, 2}, {4, 3, 5}, {4, 5, 2})};
}

}  // namespace table
