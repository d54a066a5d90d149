#pragma once

#include <cstdint>
#include <ostream>

#include "eigengrad/autograd/node.hpp"
#include "eigengrad/core/storage.hpp"

namespace support {

/// What is alive in the process: compared before and after, it shows what leaks.
struct Alive {
  std::int64_t nodes = eigengrad::autograd::Node::live_count();
  std::int64_t tensors = eigengrad::detail::TensorImpl::live_count();
  std::int64_t storages = eigengrad::Storage::live_count();
  friend bool operator==(const Alive&, const Alive&) = default;
  friend std::ostream& operator<<(std::ostream& os, const Alive& a) {
    return os << a.nodes << " nodes, " << a.tensors << " tensors, " << a.storages << " storages";
  }
};

}  // namespace support
