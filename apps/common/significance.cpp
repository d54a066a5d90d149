#include "common/significance.hpp"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "common/table.hpp"

namespace apps {

double p_value_of_t(double t, double df) {
  if (!(df > 0) || std::isnan(t)) return std::numeric_limits<double>::quiet_NaN();
  if (std::isinf(t)) return 0;
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(df), std::abs(t)));
}

double t_quantile(double level, double df) {
  if (!(df > 0)) return std::numeric_limits<double>::quiet_NaN();
  return boost::math::quantile(
      boost::math::complement(boost::math::students_t(df), (1 - level) / 2));
}

double normal_quantile(double level) {
  return boost::math::quantile(boost::math::complement(boost::math::normal(), (1 - level) / 2));
}

std::string p_text(double p) {
  constexpr double kSmallest = 2.2e-16;
  return p < kSmallest ? "<2e-16" : number(p, 3);
}

std::string stars(double p) {
  if (p < 0.001) return "***";
  if (p < 0.01) return "**";
  if (p < 0.05) return "*";
  return p < 0.1 ? "." : "";
}

std::string percent_text(double share) { return number(100 * share, 4) + " %"; }

}  // namespace apps
