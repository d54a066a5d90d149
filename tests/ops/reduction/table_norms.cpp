#include <cmath>
#include <limits>

#include "eigengrad/ops/linalg/names.hpp"
#include "eigengrad/ops/reduction/norms.hpp"
#include "reducing.hpp"

namespace table {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
const Options kReal{.integers = false};

auto norm_of(double p) {
  return [p](const Elements& e) {
    if (std::isinf(p)) {
      double limit = p > 0 || e.empty() ? 0 : kInf;
      for (const double v : e)
        limit = p > 0 ? std::max(limit, std::abs(v)) : std::min(limit, std::abs(v));
      return limit;
    }
    long double sum = 0;
    for (const double v : e)
      sum += p == 0 ? (v != 0 ? 1.0L : 0.0L)
                    : std::pow(std::abs(static_cast<long double>(v)), static_cast<long double>(p));
    if (e.empty()) return 0.0;
    return static_cast<double>(p == 0 ? sum : std::pow(sum, 1 / static_cast<long double>(p)));
  };
}

/// Those with elements have a derivative.
Row norm_row(const std::string& name, const std::string& function, Call call, Naive naive,
             const Shapes& shapes, Call member = {}) {
  return row(name, function, std::move(call), std::move(naive), shapes, std::move(member), kReal);
}

void add_orders(Rows& rows) {
  const std::pair<const char*, double> orders[] = {
      {"norm_0", 0},        {"norm_1", 1},           {"norm", 2},
      {"norm_3", 3},        {"norm_inf", kInf},      {"norm_half", .5},
      {"norm_1_5", 1.5},    {"norm_4", 4},           {"norm_least", -kInf},
      {"norm_minus_1", -1}, {"norm_minus_2_5", -2.5}};
  for (const auto& [name, order] : orders) {
    const double p = order;
    rows.push_back(norm_row(name, "norm", on1([p](const Tensor& x) { return eg::norm(x, p); }),
                            reducing({}, false, norm_of(p)), not_empty(),
                            on1([p](const Tensor& x) { return x.norm(p); })));
    rows.push_back(norm_row(std::string(name) + "_dim", "norm",
                            on1([p](const Tensor& x) { return eg::norm(x, p, {0}, true); }),
                            reducing({0}, true, norm_of(p)), first_not_empty(),
                            on1([p](const Tensor& x) { return x.norm(p, {0}, true); })));
    rows.push_back(norm_row("vector_" + std::string(name), "linalg_vector_norm",
                            on1([p](const Tensor& x) { return eg::linalg_vector_norm(x, p, -1); }),
                            reducing({-1}, false, norm_of(p)), last_not_empty()));
    rows.back().spellings = {
        {"vector_norm", on1([p](const Tensor& x) { return eg::linalg::vector_norm(x, p, -1); })}};
  }
  for (Row& r : rows) r.samples.push_back({support::uniform({2, 3}, 1, 2, 8)});
}

void add_other_forms(Rows& rows) {
  rows.push_back(norm_row("norm_of_dims", "norm", on1([](const Tensor& x) {
                            return eg::norm(x, 3, {0, 2});
                          }),
                          reducing({0, 2}, false, norm_of(3)), three_dims(),
                          on1([](const Tensor& x) {
                            return x.norm(3, {-1, 0});
                          })));
  rows.push_back(row("norm_as_double", "norm",
                     on1([](const Tensor& x) { return eg::norm(x, 3, eg::kFloat64); }),
                     reducing({}, false, norm_of(3)), not_empty(),
                     on1([](const Tensor& x) { return x.norm(3, eg::kFloat64); })));
  rows.push_back(row("norm_of_dims_as_double", "norm", on1([](const Tensor& x) {
                       return eg::norm(x, eg::nullopt, {0, 2}, true, eg::kFloat64);
                     }),
                     reducing({0, 2}, true, norm_of(2)), three_dims_with_elements(),
                     on1([](const Tensor& x) {
                       return x.norm(2, {0, 2}, true, eg::kFloat64);
                     })));
  rows.push_back(norm_row("vector_norm_of_all", "linalg_vector_norm",
                          on1([](const Tensor& x) { return eg::linalg_vector_norm(x); }),
                          reducing({}, false, norm_of(2)), not_empty()));
  rows.push_back(norm_row("vector_norm_as_double", "linalg_vector_norm", on1([](const Tensor& x) {
                            return eg::linalg_vector_norm(x, 2, {0, 1}, true, eg::kFloat64);
                          }),
                          reducing({0, 1}, true, norm_of(2)), three_dims_with_elements()));
}

void add_distances(Rows& rows) {
  for (const double p : {2.0, 1.5}) {
    const Naive naive = [p](const Inputs& x) {
      const Outputs d = elements([](double a, double b) { return a - b; })(x);
      return Outputs{Array(Sizes{}, norm_of(p)(d[0].values))};
    };
    Row r{.name = p == 2 ? "dist" : "dist_1_5",
          .function = "dist",
          .call = on2([p](const Tensor& a, const Tensor& b) { return eg::dist(a, b, p); }),
          .naive = naive,
          .samples = samples_of({{{3, 4}, {3, 4}}, {{3, 1}, {4}}, {{}, {2}}, {{}, {}}}),
          .values_only = samples_of({{{0}, {0}}, {{211, 97}, {211, 97}}}),
          .spellings = {{"Tensor::dist",
                         on2([p](const Tensor& a, const Tensor& b) { return a.dist(b, p); })}},
          .integers = false,
          .bools = false,
          .other_nodes = {"NormBackward0"}};
    rows.push_back(r);
  }
}

/// Slices along `dim` whose norm is above `most` scaled to it.
Naive renormed(double p, std::int64_t dim, double most) {
  return [=](const Inputs& in) {
    const Array& x = in[0];
    const std::size_t d = wrap(dim, x.dim());
    Elements factors;
    for (std::int64_t k = 0; k < x.sizes[d]; ++k) {
      Elements slice;
      support::for_each_index(x.sizes, [&](const Sizes& i) {
        if (i[d] == k) slice.push_back(x.at(i));
      });
      const double n = norm_of(p)(slice);
      factors.push_back(n > most ? most / (n + 1e-7) : 1);
    }
    return Outputs{support::generate(x.sizes, [&](const Sizes& i) {
      return x.at(i) * factors[static_cast<std::size_t>(i[d])];
    })};
  };
}

void add_renorm(Rows& rows) {
  const Shapes shapes{{{3, 4}}, {{2, 3, 2}}, {{1, 1}}, {{0, 2}}, {{2, 0}}};
  const auto add = [&](const char* name, double p, std::int64_t dim, double most) {
    rows.push_back(norm_row(name, "renorm",
                            on1([=](const Tensor& x) { return eg::renorm(x, p, dim, most); }),
                            renormed(p, dim, most), shapes,
                            on1([=](const Tensor& x) { return x.renorm(p, dim, most); })));
    rows.back().other_nodes = {"MulBackward0"};
    rows.back().values_only = samples_of({{{31, 1025}}});
  };
  add("renorm", 2, 0, 1.5);
  add("renorm_last", 1, -1, 2.5);
  add("renorm_3", 3, 1, 1);
}

}  // namespace

Rows norm_rows() {
  Rows rows;
  add_orders(rows);
  add_other_forms(rows);
  add_distances(rows);
  add_renorm(rows);
  return rows;
}

}  // namespace table
