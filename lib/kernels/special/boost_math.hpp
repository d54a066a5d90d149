#pragma once

#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/binomial.hpp>

namespace eigengrad::kernels {

/// Boost.Math as a kernel calls it: it returns NaN or infinity and never throws. `Extended` computes
/// in long double, for functions whose error in double grows with the argument.
template <bool Extended>
using BoostPolicy = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::denorm_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
    boost::math::policies::rounding_error<boost::math::policies::ignore_error>,
    boost::math::policies::indeterminate_result_error<boost::math::policies::ignore_error>,
    boost::math::policies::promote_float<false>, boost::math::policies::promote_double<Extended>>;

inline constexpr BoostPolicy<false> kDouble{};
inline constexpr BoostPolicy<true> kExtended{};

inline double choose(int n, int k) {
  return boost::math::binomial_coefficient<double>(static_cast<unsigned>(n),
                                                   static_cast<unsigned>(k), kDouble);
}

}  // namespace eigengrad::kernels
