#include "core/allocator.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "eigengrad/core/storage.hpp"

namespace eg = eigengrad;
using namespace eigengrad::detail;

BOOST_AUTO_TEST_SUITE(allocator)

BOOST_AUTO_TEST_CASE(blocks_of_every_size_are_aligned_and_apart) {
  std::vector<std::pair<unsigned char*, std::size_t>> blocks;
  for (std::size_t bytes = 0; bytes <= kSmallBlock; bytes += 7)
    blocks.emplace_back(static_cast<unsigned char*>(allocate_small(bytes)), bytes);
  for (std::size_t i = 0; i < blocks.size(); ++i)
    std::memset(blocks[i].first, static_cast<int>(i % 251), blocks[i].second);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(blocks[i].first) % 16 == 0);
    for (std::size_t k = 0; k < blocks[i].second; ++k)
      BOOST_TEST_REQUIRE(blocks[i].first[k] == i % 251);
    free_small(blocks[i].first, blocks[i].second);
  }
}

BOOST_AUTO_TEST_CASE(buffers_of_every_size_hold_their_bytes) {
  for (std::size_t bytes = 1; bytes < (std::size_t{1} << 24); bytes = bytes * 5 / 4 + 1) {
    void* p = allocate_buffer(bytes);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(p) % 64 == 0);
    std::memset(p, 1, bytes);
    free_buffer(p, bytes);
  }
}

BOOST_AUTO_TEST_CASE(what_is_freed_is_counted_and_given_back) {
  eg::empty_cache();
  const eg::MemoryStats before = eg::memory_stats();
  void* p = allocate_buffer(1 << 20);
  BOOST_TEST(eg::memory_stats().in_use >= before.in_use + (1 << 20));
  free_buffer(p, 1 << 20);
  BOOST_TEST(eg::memory_stats().in_use == before.in_use);
  eg::empty_cache();
  BOOST_TEST(eg::memory_stats().cached == 0u);
}

BOOST_AUTO_TEST_CASE(the_cache_stays_below_its_cap) {
  constexpr std::size_t half_gib = std::size_t{1} << 29;
  void* blocks[4];
  for (void*& p : blocks) p = allocate_buffer(half_gib);
  for (void* p : blocks) free_buffer(p, half_gib);
  BOOST_TEST(eg::memory_stats().cached <= std::size_t{1} << 30);
  eg::empty_cache();
}

BOOST_AUTO_TEST_CASE(a_block_may_be_freed_by_another_thread) {
  std::vector<void*> blocks;
  for (int i = 0; i < 1000; ++i) blocks.push_back(allocate_small(64));
  std::thread([&] {
    for (void* p : blocks) free_small(p, 64);
  }).join();
  void* p = allocate_small(64);
  std::memset(p, 0, 64);
  free_small(p, 64);
}

BOOST_AUTO_TEST_SUITE_END()
