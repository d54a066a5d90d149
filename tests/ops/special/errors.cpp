#include "ops/errors.hpp"

#include "eigengrad/ops/special/functions.hpp"
#include "eigengrad/ops/special/incomplete.hpp"
#include "eigengrad/ops/special/polynomials.hpp"

namespace table {

using eg::Tensor;

ErrorRows special_errors() {
  const Array x = real({3});
  return {{"polygamma_of_negative_order",
           kValueError,
           "does not support negative n",
           {x},
           [](variable_list& v) { eg::polygamma(-1, v[0]); }},
          {"polygamma_of_negative_order_in_place",
           kValueError,
           "does not support negative n",
           {x},
           [](variable_list& v) { v[0].polygamma_(-2); }},
          {"mvlgamma_of_dimension_0",
           kValueError,
           "p has to be greater than or equal to 1",
           {x},
           [](variable_list& v) { eg::mvlgamma(v[0], 0); }},
          {"mvlgamma_of_dimension_0_in_place",
           kValueError,
           "p has to be greater than or equal to 1",
           {x},
           [](variable_list& v) { v[0].mvlgamma_(0); }},
          {"erf_of_integers_in_place",
           kDtypeError,
           "can't be cast to",
           {integers({3})},
           [](variable_list& v) { v[0].erf_(); }},
          {"xlogy_shapes",
           kShapeError,
           "must match the size of tensor b",
           {x, real({2})},
           [](variable_list& v) { eg::xlogy(v[0], v[1]); }},
          {"xlogy_that_would_grow",
           kShapeError,
           "doesn't match the broadcast shape",
           {x, real({2, 3})},
           [](variable_list& v) { v[0].xlogy_(v[1]); }},
          {"igamma_shapes",
           kShapeError,
           "must match the size of tensor b",
           {x, real({2})},
           [](variable_list& v) { eg::igamma(v[0], v[1]); }},
          {"betainc_shapes",
           kShapeError,
           "must match the size of tensor b",
           {x, x, real({2})},
           [](variable_list& v) { eg::special_betainc(v[0], v[1], v[2]); }},
          {"polynomial_shapes",
           kShapeError,
           "must match the size of tensor b",
           {x, real({2})},
           [](variable_list& v) { eg::special_hermite_polynomial_h(v[0], v[1]); }}};
}

}  // namespace table
