#include "core/thread_state.hpp"

namespace eigengrad::detail {

thread_local constinit ThreadState thread_state{};

}  // namespace eigengrad::detail
