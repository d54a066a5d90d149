#pragma once

#include <string_view>

namespace apps {

/// The data of Longley (1967), as CSV: employment in the United States from 1947 to 1962 and six
/// figures to explain it by, so nearly dependent that they are a hard test for regression programs.
///
/// Source: NIST/ITL Statistical Reference Datasets (StRD), Longley.dat, public domain, where
/// certified coefficients are given; y, x1, ..., x6 there are employed, deflator, ..., year here.
extern const std::string_view kLongleyCsv;

}  // namespace apps
