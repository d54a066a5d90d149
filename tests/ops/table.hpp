#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "eigengrad/autograd/lists.hpp"
#include "eigengrad/autograd/node.hpp"
#include "eigengrad/core/dtype.hpp"
#include "eigengrad/core/error.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/core/tensor.hpp"
#include "support/array.hpp"
#include "support/tolerance.hpp"

/// The table of operators. A row says how an operator is called, on which samples, and what it should
/// give, by plain loops; table.cpp makes a suite of tests out of each row, so that
/// `test_ops --run_test=table/exp` runs one.
namespace table {

namespace eg = eigengrad;
using eg::autograd::variable_list;
using support::Array;
using support::Sizes;

using Inputs = std::vector<Array>;
using Outputs = std::vector<Array>;
using Call = std::function<variable_list(const variable_list&)>;
using Naive = std::function<Outputs(const Inputs&)>;

/// Another way to write the same call; `name` is what it covers, such as "Tensor::exp".
struct Spelling {
  std::string name;
  Call call;
};

struct Row {
  /// The name of the suite.
  std::string name;
  /// The function that the row tests, as tests/ops/coverage.cpp finds it in a header.
  std::string function;
  Call call;
  Naive naive;
  std::vector<Inputs> samples;
  /// Samples without a derivative, or too large for one. Elementwise rows get a large one in any case.
  std::vector<Inputs> values_only = {};
  std::vector<Spelling> spellings = {};

  bool differentiable = true;
  /// Whether every element of the result is computed from single elements of the inputs: then all
  /// layouts give the same bits, and the value is within 4 ulp.
  bool elementwise = false;
  /// Whether an element takes microseconds, so that the large sample has several blocks, but not enough
  /// for several threads.
  bool slow = false;
  /// Whether inputs may lie in memory in any way.
  bool any_layout = true;
  /// Whether int64 and bool inputs are tried.
  bool integers = true;
  bool bools = true;
  /// Arguments that may be undefined.
  std::set<std::size_t> optional_arguments = {};
  /// By how much the problem amplifies the rounding of its inputs.
  double amplification = 1;

  // Beside PyTorch (oracle.cpp).
  /// Why there is no fixture; empty for rows that have one.
  std::string without_oracle = {};
  /// Names of the nodes where they differ from PyTorch 1.13's on purpose.
  std::vector<std::string> other_nodes = {};
  /// Dtypes that are taken although PyTorch refuses them.
  std::set<std::string> more_dtypes = {};
  /// How far derivatives may be from PyTorch's, where those are known to be less precise.
  double oracle_derivatives = 1e-12;
};

using Rows = std::vector<Row>;

/// The row called `name`, for what its builder does not say.
Row& named(Rows& rows, const std::string& name);

/// The families, each in a file table_<family>.cpp.
#define EIGENGRAD_TABLE_FAMILIES(X) \
  X(arithmetic_rows)                \
  X(elementwise_rows)               \
  X(rounding_rows)                  \
  X(activation_rows)                \
  X(compare_rows)                   \
  X(reduction_rows)                 \
  X(extrema_rows)                   \
  X(norm_rows)                      \
  X(statistics_rows)                \
  X(sorting_rows)                   \
  X(view_rows)                      \
  X(part_rows)                      \
  X(assembly_rows)                  \
  X(rearrange_rows)                 \
  X(band_rows)                      \
  X(product_rows)                   \
  X(indexing_rows)                  \
  X(gather_rows)                    \
  X(scatter_rows)                   \
  X(softmax_rows)                   \
  X(contraction_rows)               \
  X(cumulative_rows)                \
  X(special_rows)                   \
  X(bessel_rows)                    \
  X(polynomial_rows)                \
  X(loss_rows)                      \
  X(class_loss_rows)                \
  X(distance_rows)                  \
  X(binary_rows)                    \
  X(spectral_rows)                  \
  X(cholesky_rows)                  \
  X(solve_rows)                     \
  X(determinant_rows)               \
  X(lu_rows)                        \
  X(orthogonal_rows)                \
  X(matrix_norm_rows)               \
  X(matrix_function_rows)
#define EIGENGRAD_DECLARE_FAMILY(name) Rows name();
EIGENGRAD_TABLE_FAMILIES(EIGENGRAD_DECLARE_FAMILY)
#undef EIGENGRAD_DECLARE_FAMILY

/// All rows of all families.
const Rows& all_rows();

/// An in-place operator, beside the operator that it is the in-place form of.
struct InplaceRow {
  /// The name of the suite, and of the member that it covers.
  std::string name;
  std::string function;
  std::function<eg::Tensor&(eg::Tensor& self, const variable_list& others)> inplace;
  std::function<eg::Tensor(const eg::Tensor& self, const variable_list& others)> plain;
  /// self, then others.
  std::vector<Inputs> samples;
  /// How far the values may be from the plain form's.
  double ulps = 0;
};

std::vector<InplaceRow> inplace_rows();
/// Those with an index or a mask, which are among them.
std::vector<InplaceRow> indexing_inplace_rows();

/// How far a row's values may be off.
inline support::Tolerance tolerance_of(const Row& row, eg::ScalarType dtype) {
  if (row.elementwise) return {.ulps = 4};
  return {.relative = row.amplification * (dtype == eg::kFloat32 ? 2e-6 : 1e-12), .scale = 1};
}

// ---- Calls.

template <class F>
Call on1(F f) {
  return [f](const variable_list& x) { return variable_list{f(x[0])}; };
}
template <class F>
Call on2(F f) {
  return [f](const variable_list& x) { return variable_list{f(x[0], x[1])}; };
}
template <class F>
Call on3(F f) {
  return [f](const variable_list& x) { return variable_list{f(x[0], x[1], x[2])}; };
}
/// Of a function that returns a pair or a list of tensors.
template <class F>
Call list_on1(F f) {
  return [f](const variable_list& x) { return eg::detail::as_list(f(x[0])); };
}

// ---- References.

/// `f` of the elements that broadcasting brings together.
template <class F>
Naive elements(F f) {
  return [f](const Inputs& x) {
    Sizes sizes = x[0].sizes;
    for (const Array& a : x) sizes = support::broadcast(sizes, a.sizes);
    return Outputs{support::generate(sizes, [&](const Sizes& i) {
      const auto e = [&](std::size_t k) { return support::at_broadcast(x[k], i); };
      if constexpr (std::is_invocable_v<F, double>)
        return static_cast<double>(f(e(0)));
      else if constexpr (std::is_invocable_v<F, double, double>)
        return static_cast<double>(f(e(0), e(1)));
      else
        return static_cast<double>(f(e(0), e(1), e(2)));
    })};
  };
}

/// An array of extents `sizes` with the element source(index) of the only input at each index.
template <class F>
Outputs picked(const Array& x, const Sizes& sizes, F source) {
  return {support::generate(sizes, [&](const Sizes& i) { return x.at(source(i)); })};
}

inline std::size_t wrap(std::int64_t d, std::size_t n) {
  return static_cast<std::size_t>(d < 0 ? d + static_cast<std::int64_t>(n) : d);
}

// ---- Samples.

/// The domain that the elements of an input are drawn from.
struct Range {
  double low;
  double high;
};

/// One input in several shapes: ordinary ones, one element, no dimensions, no elements.
inline std::vector<Inputs> unary_samples(Range r) {
  std::vector<Inputs> samples;
  for (const Sizes& s :
       {Sizes{3, 4}, Sizes{2, 3, 2}, Sizes{5}, Sizes{1, 1}, Sizes{}, Sizes{0}, Sizes{2, 0, 3}})
    samples.push_back({support::uniform(s, r.low, r.high, 1)});
  return samples;
}

/// Two inputs in shapes that broadcast in every way.
inline std::vector<Inputs> binary_samples(Range a, Range b) {
  std::vector<Inputs> samples;
  const std::pair<Sizes, Sizes> shapes[] = {{{3, 4}, {3, 4}}, {{3, 4}, {4}},       {{3, 1}, {1, 4}},
                                            {{2}, {3, 2, 2}}, {{}, {3}},           {{3}, {}},
                                            {{}, {}},         {{2, 1, 3}, {4, 1}}, {{0}, {0}},
                                            {{2, 0}, {1}},    {{0, 3}, {1, 3}},    {{}, {0}}};
  for (const auto& [s, t] : shapes)
    samples.push_back(
        {support::uniform(s, a.low, a.high, 2), support::uniform(t, b.low, b.high, 3)});
  return samples;
}

/// Inputs of several given shapes.
inline std::vector<Inputs> samples_of(const std::vector<std::vector<Sizes>>& shapes,
                                      Range r = {-2, 2}) {
  std::vector<Inputs> samples;
  for (const std::vector<Sizes>& list : shapes) {
    Inputs inputs;
    for (const Sizes& s : list)
      inputs.push_back(support::uniform(s, r.low, r.high, 10 + inputs.size()));
    samples.push_back(std::move(inputs));
  }
  return samples;
}

}  // namespace table
