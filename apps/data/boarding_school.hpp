#pragma once

#include <string_view>

namespace apps {

/// Boys in bed with influenza in an English boarding school of 763, day by day, as CSV.
///
/// Source: Anonymous, Influenza in a boarding school, British Medical Journal (4 March 1978), p. 587.
extern const std::string_view kBoardingSchoolCsv;

}  // namespace apps
