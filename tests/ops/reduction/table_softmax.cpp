#include <algorithm>

#include "eigengrad/ops/reduction/softmax.hpp"
#include "eigengrad/ops/special/names.hpp"
#include "ops/table.hpp"

namespace table {
namespace {

using eg::Tensor;
using Shapes = std::vector<std::vector<Sizes>>;

/// exp(sign x) over its sum along `dim`, or the logarithm of that.
Naive normalised(std::int64_t dim, double sign, bool log) {
  return [=](const Inputs& in) {
    const Array& x = in[0];
    const std::size_t d = x.dim() == 0 ? 0 : wrap(dim, x.dim());
    Sizes slices = x.sizes;
    if (!slices.empty()) slices[d] = 1;
    const auto slice_of = [d](Sizes index) {
      if (!index.empty()) index[d] = 0;
      return index;
    };
    Array top(slices, -std::numeric_limits<double>::infinity());
    support::for_each_index(x.sizes, [&](const Sizes& i) {
      top.at(slice_of(i)) = std::max(top.at(slice_of(i)), sign * x.at(i));
    });
    const auto own = [&](const Sizes& i) {
      return static_cast<long double>(sign * x.at(i)) - top.at(slice_of(i));
    };
    std::vector<long double> sums(top.values.size(), 0);
    const auto place = [&](const Sizes& i) {
      const Sizes at = slice_of(i), strides = support::row_major(slices);
      std::int64_t offset = 0;
      for (std::size_t k = 0; k < at.size(); ++k) offset += at[k] * strides[k];
      return static_cast<std::size_t>(offset);
    };
    support::for_each_index(x.sizes, [&](const Sizes& i) { sums[place(i)] += std::exp(own(i)); });
    return Outputs{support::generate(x.sizes, [&](const Sizes& i) {
      const long double sum = sums[place(i)];
      return static_cast<double>(log ? own(i) - std::log(sum) : std::exp(own(i)) / sum);
    })};
  };
}

Shapes any_shapes() {
  return {{{3, 4}}, {{2, 3, 2}}, {{2, 19}}, {{5}}, {{1, 1}}, {{}}, {{0}}, {{2, 0, 3}}, {{3, 0}}};
}

Row row(std::string name, std::string function, Call call, Naive naive,
        std::vector<Spelling> spellings = {}) {
  return {.name = std::move(name),
          .function = std::move(function),
          .call = std::move(call),
          .naive = std::move(naive),
          .samples = samples_of(any_shapes(), {-3, 3}),
          .values_only = samples_of({{{211, 197}}, {{3, 1031, 17}}, {{5003}}}, {-9, 9}),
          .spellings = std::move(spellings),
          .integers = false,
          .bools = false};
}

}  // namespace

Rows softmax_rows() {
  return {row("softmax", "softmax", on1([](const Tensor& x) { return eg::softmax(x, -1); }),
              normalised(-1, 1, false),
              {{"Tensor::softmax", on1([](const Tensor& x) { return x.softmax(-1); })},
               {"special_softmax", on1([](const Tensor& x) { return eg::special_softmax(x, -1); })},
               {"softmax of the namespace",
                on1([](const Tensor& x) { return eg::special::softmax(x, -1); })}}),
          row("softmax_first", "softmax", on1([](const Tensor& x) { return eg::softmax(x, 0); }),
              normalised(0, 1, false)),
          row("log_softmax", "log_softmax",
              on1([](const Tensor& x) { return eg::log_softmax(x, -1); }), normalised(-1, 1, true),
              {{"Tensor::log_softmax", on1([](const Tensor& x) { return x.log_softmax(-1); })},
               {"special_log_softmax",
                on1([](const Tensor& x) { return eg::special_log_softmax(x, -1); })},
               {"log_softmax of the namespace",
                on1([](const Tensor& x) { return eg::special::log_softmax(x, -1); })}}),
          row("log_softmax_first", "log_softmax",
              on1([](const Tensor& x) { return eg::log_softmax(x, 0); }), normalised(0, 1, true)),
          row("softmin", "softmin", on1([](const Tensor& x) { return eg::softmin(x, -1); }),
              normalised(-1, -1, false)),
          {.name = "softmax_as_double",
           .function = "softmax",
           .call = on1([](const Tensor& x) { return eg::softmax(x, 0, eg::kFloat64); }),
           .naive = normalised(0, 1, false),
           .samples = samples_of({{{3, 4}}, {{5}}})},
          {.name = "log_softmax_as_double",
           .function = "log_softmax",
           .call = on1([](const Tensor& x) { return eg::log_softmax(x, 0, eg::kFloat64); }),
           .naive = normalised(0, 1, true),
           .samples = samples_of({{{3, 4}}, {{5}}})}};
}

}  // namespace table
