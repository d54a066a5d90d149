#pragma once

#include "table.hpp"

/// What the rows of in-place operators are built with.
namespace table {

using Others = const variable_list&;

/// self keeps its shape, so it is the larger of the two.
inline std::vector<Inputs> growing_samples(Range a, Range b) {
  std::vector<Inputs> samples;
  const std::pair<Sizes, Sizes> shapes[] = {{{3, 4}, {3, 4}}, {{3, 4}, {4}},       {{3, 4}, {3, 1}},
                                            {{3}, {}},        {{2, 3, 2}, {3, 1}}, {{}, {}},
                                            {{0, 3}, {3}},    {{1}, {1}}};
  for (const auto& [s, t] : shapes)
    samples.push_back(
        {support::uniform(s, a.low, a.high, 31), support::uniform(t, b.low, b.high, 32)});
  return samples;
}

template <class F, class G>
InplaceRow unary(std::string name, std::string function, F inplace, G plain, Range r = {-2, 2}) {
  return {std::move(name), std::move(function),
          [inplace](eg::Tensor& x, Others) -> eg::Tensor& { return inplace(x); },
          [plain](const eg::Tensor& x, Others) { return plain(x); }, unary_samples(r)};
}

template <class F, class G>
InplaceRow binary(std::string name, std::string function, F inplace, G plain, Range a = {-2, 2},
                  Range b = {-2, 2}) {
  return {std::move(name), std::move(function),
          [inplace](eg::Tensor& x, Others o) -> eg::Tensor& { return inplace(x, o[0]); },
          [plain](const eg::Tensor& x, Others o) { return plain(x, o[0]); }, growing_samples(a, b)};
}

using Member = eg::Tensor& (eg::Tensor::*)() const;
using Function = eg::Tensor (*)(const eg::Tensor&);

inline InplaceRow unary_member(const std::string& name, Member inplace, Function plain,
                               Range r = {-2, 2}) {
  return unary(
      name, name, [inplace](eg::Tensor& x) -> eg::Tensor& { return (x.*inplace)(); }, plain, r);
}

void add_arithmetic_inplace(std::vector<InplaceRow>& rows);
void add_unary_inplace(std::vector<InplaceRow>& rows);
void add_special_inplace(std::vector<InplaceRow>& rows);
std::vector<InplaceRow> product_inplace_rows();

}  // namespace table
