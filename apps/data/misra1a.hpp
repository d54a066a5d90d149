#pragma once

#include <string_view>

namespace apps {

/// The data of Misra (1978), as CSV: monomolecular adsorption (y, volume) over pressure (x).
///
/// Source: NIST/ITL Statistical Reference Datasets (StRD), Misra1a.dat, public domain, where certified
/// estimates for the model y = b1*(1-exp(-b2*x)) are given.
extern const std::string_view kMisra1aCsv;

}  // namespace apps
