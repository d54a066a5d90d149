#pragma once

#include <boost/math/policies/policy.hpp>

/// Boost.Math in long double as the tests call it: NaN and infinities instead of exceptions.
namespace table {

namespace quiet_errors = boost::math::policies;
using Quiet =
    boost::math::policies::policy<quiet_errors::domain_error<quiet_errors::ignore_error>,
                                  quiet_errors::pole_error<quiet_errors::ignore_error>,
                                  quiet_errors::overflow_error<quiet_errors::ignore_error>,
                                  quiet_errors::evaluation_error<quiet_errors::ignore_error>>;
inline constexpr Quiet quiet{};

}  // namespace table
