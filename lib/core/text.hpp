#pragma once

#include <sstream>

namespace eigengrad::detail {

/// A string that is written to as a stream. Where there is no memory for it, it throws; a
/// std::ostringstream as it comes would leave out the rest of the text.
class Text : public std::ostringstream {
 public:
  Text() { exceptions(std::ios_base::badbit); }
};

}  // namespace eigengrad::detail
