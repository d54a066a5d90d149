#pragma once

#include <string_view>

namespace apps {

/// Carbon dioxide over Mauna Loa, parts per million, monthly means from 1988 to 1997, as CSV.
///
/// Source: Keeling and Whorf, Scripps Institution of Oceanography; the figures as R's data set co2 has them.
extern const std::string_view kMaunaLoaCsv;

}  // namespace apps
