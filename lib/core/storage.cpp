#include "eigengrad/core/storage.hpp"

#include "core/thread_state.hpp"

namespace eigengrad {

std::int64_t Storage::live_count() noexcept {
  return detail::total_live(&detail::LiveCounts::storages);
}

}  // namespace eigengrad
