#include <algorithm>

#include "table.hpp"

namespace table {
namespace {

using eg::Tensor;
using Shapes = std::vector<std::vector<Sizes>>;

/// exp(sign x) over its sum along `dim`, or the logarithm of that.
Naive normalised(std::int64_t dim, double sign, bool log) {
  return [=](const Inputs& in) {
    const Array& x = in[0];
    const std::size_t d = x.dim() == 0 ? 0 : wrap(dim, x.dim());
    return Outputs{support::generate(x.sizes, [&](const Sizes& index) {
      long double top = -std::numeric_limits<long double>::infinity();
      const std::int64_t n = x.dim() == 0 ? 1 : x.sizes[d];
      const auto at = [&](std::int64_t k) {
        Sizes i = index;
        if (!i.empty()) i[d] = k;
        return static_cast<long double>(sign * x.at(i));
      };
      for (std::int64_t k = 0; k < n; ++k) top = std::max(top, at(k));
      long double sum = 0;
      for (std::int64_t k = 0; k < n; ++k) sum += std::exp(at(k) - top);
      const long double own = at(index.empty() ? 0 : index[d]) - top;
      return static_cast<double>(log ? own - std::log(sum) : std::exp(own) / sum);
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
