#pragma once

#include <sstream>

namespace eigengrad::detail {

/// A string that is written to as a stream. It throws when there is no memory, where a plain
/// std::ostringstream would silently drop the rest of the text.
class Text : public std::ostringstream {
 public:
  Text() { exceptions(std::ios_base::badbit); }
};

}  // namespace eigengrad::detail
