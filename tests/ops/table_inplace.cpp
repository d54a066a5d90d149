#include "table_inplace.hpp"

#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/shape/bands.hpp"

namespace table {
namespace {

using eg::Tensor;

void add_running(std::vector<InplaceRow>& rows) {
  rows.push_back(unary(
      "cumsum_", "cumsum_", [](Tensor& x) -> Tensor& { return x.cumsum_(-1); },
      [](const Tensor& x) { return x.cumsum(-1); }));
  rows.push_back(unary(
      "cumprod_", "cumprod_", [](Tensor& x) -> Tensor& { return x.cumprod_(0); },
      [](const Tensor& x) { return x.cumprod(0); }));
}

void add_renorm(std::vector<InplaceRow>& rows) {
  rows.push_back(unary(
      "renorm_", "renorm_", [](Tensor& x) -> Tensor& { return x.renorm_(2, -1, 1.5); },
      [](const Tensor& x) { return x.renorm(2, -1, 1.5); }));
  rows.back().samples = samples_of({{{3, 4}}, {{2, 3, 2}}, {{0, 3}}});
  rows.back().ulps = 4;  // the norms of a copy, added up in another order
}

void add_overwriting(std::vector<InplaceRow>& rows) {
  rows.push_back(unary(
      "zero_", "zero_", [](Tensor& x) -> Tensor& { return x.zero_(); },
      [](const Tensor& x) { return x * 0; }));
  rows.push_back(unary(
      "fill_", "fill_", [](Tensor& x) -> Tensor& { return x.fill_(2.5); },
      [](const Tensor& x) { return x * 0 + 2.5; }));
  InplaceRow fill = binary(
      "fill_with_tensor_", "fill_",
      [](Tensor& x, const Tensor& o) -> Tensor& { return x.fill_(o); },
      [](const Tensor& x, const Tensor& o) { return x * 0 + o; });
  fill.samples = samples_of({{{3, 4}, {}}, {{}, {}}, {{0}, {}}});
  rows.push_back(fill);
  rows.push_back(binary(
      "copy_", "copy_", [](Tensor& x, const Tensor& o) -> Tensor& { return x.copy_(o); },
      [](const Tensor& x, const Tensor& o) { return x * 0 + o; }));
  using eg::indexing::None;
  using eg::indexing::Slice;
  InplaceRow put = binary(
      "index_put_", "index_put_",
      [](Tensor& x, const Tensor& o) -> Tensor& { return x.index_put_({Slice(None, None, 2)}, o); },
      [](const Tensor& x, const Tensor& o) {
        const eg::Tensor even = (eg::arange(x.size(0)).reshape({-1, 1}) * 0.5);
        const eg::Tensor picked = even == even.to(eg::kInt64);
        return eg::where(picked, o, x);
      });
  put.samples = samples_of({{{3, 4}, {4}}, {{4, 2}, {}}, {{1, 3}, {1, 3}}});
  rows.push_back(put);
  InplaceRow put_number = unary(
      "index_put_number_", "index_put_",
      [](Tensor& x) -> Tensor& {
        return x.index_put_({eg::tensor({0, 2})}, eg::Scalar(0.5), true);
      },
      [](const Tensor& x) {
        return x + eg::tensor({{0.5}, {0.0}, {0.5}});
      });
  put_number.samples = samples_of({{{3, 4}}, {{3, 1}}});
  rows.push_back(put_number);
}

void add_triangles(std::vector<InplaceRow>& rows) {
  for (const std::int64_t k : {-1, 0, 1}) {
    const std::string suffix = k < 0 ? "below_" : k > 0 ? "above_" : "";
    rows.push_back(unary(
        "tril_" + suffix, "tril_", [k](Tensor& x) -> Tensor& { return x.tril_(k); },
        [k](const Tensor& x) { return eg::tril(x, k); }));
    rows.push_back(unary(
        "triu_" + suffix, "triu_", [k](Tensor& x) -> Tensor& { return x.triu_(k); },
        [k](const Tensor& x) { return eg::triu(x, k); }));
    for (InplaceRow* row : {&rows.back(), &rows.back() - 1})
      row->samples = samples_of({{{3, 4}}, {{2, 3, 3}}, {{4, 2}}, {{0, 2}}, {{1, 1}}});
  }
}

}  // namespace

std::vector<InplaceRow> inplace_rows() {
  std::vector<InplaceRow> rows;
  add_arithmetic_inplace(rows);
  add_unary_inplace(rows);
  add_overwriting(rows);
  add_running(rows);
  for (InplaceRow& row : indexing_inplace_rows()) rows.push_back(std::move(row));
  for (InplaceRow& row : product_inplace_rows()) rows.push_back(std::move(row));
  add_triangles(rows);
  add_special_inplace(rows);
  add_renorm(rows);
  return rows;
}

}  // namespace table
