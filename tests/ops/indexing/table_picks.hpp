#pragma once

#include "ops/table.hpp"

/// What the rows of operators with an index share.
namespace table {

/// A sample; which one depends on its shape only.
inline Array drawn(const Sizes& sizes) { return support::uniform(sizes, -2, 2, 21); }

inline Array indices(const Sizes& sizes, std::vector<double> values) {
  return {sizes, std::move(values), eg::kInt64};
}
inline Array list(std::vector<double> values) {
  const Sizes sizes{static_cast<std::int64_t>(values.size())};
  return indices(sizes, std::move(values));
}
inline Array masks(const Sizes& sizes, std::vector<double> values) {
  return {sizes, std::move(values), eg::kBool};
}

inline std::int64_t integer(double v) { return static_cast<std::int64_t>(v); }

/// Where the element at `i` of an index points to, in a tensor of `dims` dimensions.
inline Sizes target(const Array& index, const Sizes& i, std::int64_t dim, std::size_t dims) {
  if (dims == 0) return {};
  Sizes at = i.empty() ? Sizes{0} : i;
  at[wrap(dim, dims)] = integer(index.at(i));
  return at;
}

/// A row of the function of its own name.
inline Row row_called(std::string name, Call call, Naive naive, std::vector<Inputs> samples) {
  Row row;
  row.name = std::move(name);
  row.function = row.name;
  row.call = std::move(call);
  row.naive = std::move(naive);
  row.samples = std::move(samples);
  return row;
}

inline Naive gathered(std::int64_t dim) {
  return [dim](const Inputs& x) {
    return Outputs{support::generate(
        x[1].sizes, [&](const Sizes& i) { return x[0].at(target(x[1], i, dim, x[0].dim())); })};
  };
}

}  // namespace table
