#pragma once

#include <string>

namespace apps {

/// Two-sided p value of a t statistic; NaN without degrees of freedom.
double p_value_of_t(double t, double df);

/// The t that leaves (1 - level) / 2 on either side; NaN without degrees of freedom.
double t_quantile(double level, double df);

/// The same of the normal distribution.
double normal_quantile(double level);

/// As R prints it: three significant digits, "<2e-16" below 2.2e-16, "-" for NaN.
std::string p_text(double p);

/// "***" below 0.001, "**" below 0.01, "*" below 0.05, "." below 0.1.
std::string stars(double p);
inline constexpr const char* kStarsLegend =
    "Signif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1";

/// "2.5 %" for one half of 1 - 0.95.
std::string percent_text(double share);

}  // namespace apps
