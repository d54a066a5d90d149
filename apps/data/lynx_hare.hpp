#pragma once

#include <string_view>

namespace apps {

/// Pelts of hares and lynxes, in thousands, that the Hudson's Bay Company took in from 1900 to 1920, as CSV.
///
/// Source: Hewitt, The Conservation of the Wild Life of Canada (1921); the figures as Howard, Modeling basics
/// (2009), gives them.
extern const std::string_view kLynxHareCsv;

}  // namespace apps
