#pragma once

#include <string_view>

namespace apps {

/// Four measures, in centimetres, of 50 flowers of each of three species of iris, as CSV.
///
/// Source: Fisher, The use of multiple measurements in taxonomic problems (1936), after Anderson; the figures as
/// R's data set iris has them.
extern const std::string_view kIrisCsv;

}  // namespace apps
