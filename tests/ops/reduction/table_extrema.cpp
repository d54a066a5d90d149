#include <algorithm>

#include "eigengrad/ops/reduction/extrema.hpp"
#include "reducing.hpp"

namespace table {
namespace {

double largest_of(const Elements& e) { return *std::max_element(e.begin(), e.end()); }
double smallest_of(const Elements& e) { return *std::min_element(e.begin(), e.end()); }
double place_of_largest(const Elements& e) {
  return static_cast<double>(std::max_element(e.begin(), e.end()) - e.begin());
}
double place_of_smallest(const Elements& e) {
  return static_cast<double>(std::min_element(e.begin(), e.end()) - e.begin());
}

void add_extrema(Rows& rows) {
  rows.push_back(row("max", "max", on1([](const Tensor& x) { return eg::max(x); }),
                     reducing({}, false, largest_of), not_empty(),
                     on1([](const Tensor& x) { return x.max(); })));
  rows.push_back(row("min", "min", on1([](const Tensor& x) { return eg::min(x); }),
                     reducing({}, false, smallest_of), not_empty(),
                     on1([](const Tensor& x) { return x.min(); })));
  rows.push_back(row("max_dim", "max", list_on1([](const Tensor& x) { return eg::max(x, 0); }),
                     with_places(0, false, largest_of, place_of_largest), first_not_empty(),
                     list_on1([](const Tensor& x) { return x.max(0); })));
  rows.push_back(row("max_dim_kept", "max",
                     list_on1([](const Tensor& x) { return eg::max(x, -1, true); }),
                     with_places(-1, true, largest_of, place_of_largest), last_not_empty(),
                     list_on1([](const Tensor& x) { return x.max(-1, true); })));
  rows.push_back(row("min_dim", "min", list_on1([](const Tensor& x) { return eg::min(x, 0); }),
                     with_places(0, false, smallest_of, place_of_smallest), first_not_empty(),
                     list_on1([](const Tensor& x) { return x.min(0); })));
  rows.push_back(row("min_dim_kept", "min",
                     list_on1([](const Tensor& x) { return eg::min(x, -1, true); }),
                     with_places(-1, true, smallest_of, place_of_smallest), last_not_empty(),
                     list_on1([](const Tensor& x) { return x.min(-1, true); })));
  const Options whole{.differentiable = false};
  rows.push_back(row("argmax", "argmax", on1([](const Tensor& x) { return eg::argmax(x); }),
                     reducing({}, false, place_of_largest), not_empty(),
                     on1([](const Tensor& x) { return x.argmax(); }), whole));
  rows.push_back(row("argmin", "argmin", on1([](const Tensor& x) { return eg::argmin(x); }),
                     reducing({}, false, place_of_smallest), not_empty(),
                     on1([](const Tensor& x) { return x.argmin(); }), whole));
  rows.push_back(row("argmax_dim", "argmax", on1([](const Tensor& x) { return eg::argmax(x, 0); }),
                     reducing({0}, false, place_of_largest), first_not_empty(),
                     on1([](const Tensor& x) { return x.argmax(0); }), whole));
  rows.push_back(row("argmin_dim_kept", "argmin",
                     on1([](const Tensor& x) { return eg::argmin(x, -1, true); }),
                     reducing({-1}, true, place_of_smallest), last_not_empty(),
                     on1([](const Tensor& x) { return x.argmin(-1, true); }), whole));
}

Shapes all_dims_or_none() { return {{{2, 3, 4}}, {{3, 1, 2}}, {{2, 5, 3}}}; }

void add_over_dims(Rows& rows) {
  rows.push_back(row("amax", "amax", on1([](const Tensor& x) { return eg::amax(x); }),
                     reducing({}, false, largest_of), not_empty(),
                     on1([](const Tensor& x) { return x.amax(); })));
  rows.push_back(row("amax_dim", "amax", on1([](const Tensor& x) { return eg::amax(x, 0); }),
                     reducing({0}, false, largest_of), first_not_empty(),
                     on1([](const Tensor& x) { return x.amax(0); })));
  rows.push_back(row("amax_dims_kept", "amax", on1([](const Tensor& x) {
                       return eg::amax(x, {0, -1}, true);
                     }),
                     reducing({0, 2}, true, largest_of), all_dims_or_none(),
                     on1([](const Tensor& x) {
                       return x.amax({2, 0}, true);
                     })));
  rows.push_back(row("amin", "amin", on1([](const Tensor& x) { return eg::amin(x); }),
                     reducing({}, false, smallest_of), not_empty(),
                     on1([](const Tensor& x) { return x.amin(); })));
  rows.push_back(row("amin_last", "amin",
                     on1([](const Tensor& x) { return eg::amin(x, -1, true); }),
                     reducing({-1}, true, smallest_of), last_not_empty(),
                     on1([](const Tensor& x) { return x.amin(-1, true); })));
  rows.push_back(row("amin_dims", "amin", on1([](const Tensor& x) {
                       return eg::amin(x, {1, 2});
                     }),
                     reducing({1, 2}, false, smallest_of), all_dims_or_none(),
                     on1([](const Tensor& x) {
                       return x.amin({2, 1});
                     })));
  const char* const why = "PyTorch 1.13 has no derivative of it";
  rows.push_back(row(
      "aminmax", "aminmax", list_on1([](const Tensor& x) { return eg::aminmax(x); }),
      [](const Inputs& x) {
        return Outputs{reduce(x[0], {}, false, smallest_of), reduce(x[0], {}, false, largest_of)};
      },
      not_empty(), list_on1([](const Tensor& x) { return x.aminmax(); })));
  rows.back().without_oracle = why;
  rows.push_back(row(
      "aminmax_dim", "aminmax", list_on1([](const Tensor& x) { return eg::aminmax(x, 0, true); }),
      [](const Inputs& x) {
        return Outputs{reduce(x[0], {0}, true, smallest_of), reduce(x[0], {0}, true, largest_of)};
      },
      first_not_empty(), list_on1([](const Tensor& x) { return x.aminmax(0, true); })));
  rows.back().without_oracle = why;
}

}  // namespace

Rows extrema_rows() {
  Rows rows;
  add_extrema(rows);
  add_over_dims(rows);
  // So does the place of the first true element exist.
  for (const char* name : {"argmax", "argmax_dim", "argmin", "argmin_dim_kept"})
    named(rows, name).more_dtypes = {"bool"};
  return rows;
}

}  // namespace table
