#include "core/allocator.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <thread>

#include "kernels/support.hpp"

/// The caching allocator. Under AddressSanitizer nothing is cached, so there only the promises on
/// alignment and counts are checked.
namespace kernels_test {
namespace {

using eg::detail::allocate_buffer;
using eg::detail::allocate_small;
using eg::detail::free_buffer;
using eg::detail::free_small;
using eg::detail::kSmallBlock;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kCaches = false;
#else
constexpr bool kCaches = true;
#endif
constexpr std::size_t kMegabyte = std::size_t{1} << 20;

bool aligned(const void* p, std::size_t to) {
  return reinterpret_cast<std::uintptr_t>(p) % to == 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(allocator_small_blocks) {
  std::vector<void*> blocks;
  for (std::size_t bytes = 0; bytes <= kSmallBlock; ++bytes) {
    void* p = allocate_small(bytes);
    BOOST_TEST_REQUIRE(aligned(p, 16));
    std::memset(p, 0x5a, bytes);
    blocks.push_back(p);
  }
  std::vector<void*> sorted = blocks;
  std::sort(sorted.begin(), sorted.end());
  BOOST_TEST((std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()));
  for (std::size_t bytes = 0; bytes <= kSmallBlock; ++bytes) {
    const auto* p = static_cast<const unsigned char*>(blocks[bytes]);
    BOOST_TEST_REQUIRE(std::all_of(p, p + bytes, [](unsigned char c) { return c == 0x5a; }));
    free_small(blocks[bytes], bytes);
  }
}

BOOST_AUTO_TEST_CASE(allocator_small_blocks_are_used_again) {
  if (!kCaches) return;
  void* p = allocate_small(100);
  free_small(p, 100);
  void* q = allocate_small(112);  // of the same class
  BOOST_TEST(q == p);
  void* r = allocate_small(113);
  BOOST_TEST(r != p);
  free_small(q, 112);
  free_small(r, 113);
}

BOOST_AUTO_TEST_CASE(allocator_buffers) {
  for (std::size_t bytes = 1; bytes < 4 * kMegabyte; bytes = bytes * 5 / 4 + 1) {
    void* p = allocate_buffer(bytes);
    BOOST_TEST_REQUIRE(aligned(p, 64));
    std::memset(p, 1, bytes);
    free_buffer(p, bytes);
  }
}

BOOST_AUTO_TEST_CASE(allocator_waste_is_bounded) {
  // Four size classes per power of two: at most a quarter more than asked for.
  for (std::size_t bytes = 300; bytes < 8 * kMegabyte; bytes = bytes * 9 / 8 + 1) {
    const std::size_t before = eg::memory_stats().in_use;
    void* p = allocate_buffer(bytes);
    const std::size_t taken = eg::memory_stats().in_use - before;
    BOOST_TEST_REQUIRE(taken >= bytes);
    BOOST_TEST_REQUIRE(taken <= bytes + bytes / 4 + 64);
    free_buffer(p, bytes);
    BOOST_TEST_REQUIRE(eg::memory_stats().in_use == before);
  }
}

BOOST_AUTO_TEST_CASE(allocator_buffers_are_used_again) {
  if (!kCaches) return;
  eg::empty_cache();
  void* p = allocate_buffer(kMegabyte);
  free_buffer(p, kMegabyte);
  BOOST_TEST(eg::memory_stats().cached == kMegabyte);
  void* q = allocate_buffer(kMegabyte - 100);  // of the same class
  BOOST_TEST(q == p);
  BOOST_TEST(eg::memory_stats().cached == 0u);
  free_buffer(q, kMegabyte - 100);
  eg::empty_cache();
  BOOST_TEST(eg::memory_stats().cached == 0u);
}

BOOST_AUTO_TEST_CASE(allocator_tensors_take_buffers_back) {
  if (!kCaches) return;
  eg::empty_cache();
  const std::size_t before = eg::memory_stats().in_use;
  const void* first = nullptr;
  {
    const Tensor x = eg::ones({100'000});
    first = x.data_ptr();
    BOOST_TEST(eg::memory_stats().in_use >= before + 800'000);
  }
  BOOST_TEST(eg::memory_stats().in_use == before);
  const Tensor y = eg::zeros({100, 1000});
  BOOST_TEST(y.data_ptr() == first);
  BOOST_TEST(y.sum().item<double>() == 0);
}

BOOST_AUTO_TEST_CASE(allocator_gives_back_beyond_a_cap) {
  if (!kCaches) return;
  eg::empty_cache();
  // 1.5 GB that nobody touches, so it costs address space only.
  std::vector<void*> blocks;
  for (int i = 0; i < 24; ++i) blocks.push_back(allocate_buffer(64 * kMegabyte));
  for (void* p : blocks) free_buffer(p, 64 * kMegabyte);
  BOOST_TEST(eg::memory_stats().cached <= 1024 * kMegabyte);
  BOOST_TEST(eg::memory_stats().cached >= 512 * kMegabyte);
  eg::empty_cache();
  BOOST_TEST(eg::memory_stats().cached == 0u);
}

BOOST_AUTO_TEST_CASE(allocator_out_of_memory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return;  // the sanitizer ends the process instead
#else
  const eg::MemoryStats before = eg::memory_stats();
  const std::int64_t tensors = eg::detail::TensorImpl::live_count();
  BOOST_CHECK_THROW(allocate_buffer(std::size_t{1} << 60), std::bad_alloc);
  BOOST_CHECK_EXCEPTION(eg::empty({std::int64_t{1} << 57}), eg::ShapeError,
                        Says{"more elements than memory can hold"});
  BOOST_TEST(eg::memory_stats().in_use == before.in_use);
  BOOST_TEST(eg::detail::TensorImpl::live_count() == tensors);
  BOOST_CHECK_EXCEPTION(eg::empty({std::int64_t{1} << 40, std::int64_t{1} << 40}), eg::ShapeError,
                        Says{"more elements than an int64 can count"});
#endif
}

BOOST_AUTO_TEST_CASE(allocator_blocks_freed_by_another_thread) {
  const std::int64_t tensors = eg::detail::TensorImpl::live_count();
  const std::int64_t storages = eg::Storage::live_count();
  for (int round = 0; round < 50; ++round) {
    std::vector<Tensor> list;
    std::thread([&] {
      for (std::int64_t n = 1; n < 200; n += 7) list.push_back(eg::ones({n, 3}));
    }).join();
    bool right = true;
    for (const Tensor& t : list)
      right = right && t.sum().item<double>() == static_cast<double>(t.numel());
    BOOST_TEST_REQUIRE(right);
  }
  BOOST_TEST(eg::detail::TensorImpl::live_count() == tensors);
  BOOST_TEST(eg::Storage::live_count() == storages);
}

BOOST_AUTO_TEST_CASE(allocator_many_threads_at_once) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&wrong, t] {
      for (int i = 0; i < 500; ++i) {
        const std::size_t bytes = static_cast<std::size_t>((i * 37 + t * 101) % 3000 + 1);
        void* p = allocate_buffer(bytes);
        void* q = allocate_small(bytes % kSmallBlock);
        std::memset(p, t, bytes);
        std::memset(q, t, bytes % kSmallBlock);
        std::this_thread::yield();
        const auto* c = static_cast<const unsigned char*>(p);
        if (!std::all_of(c, c + bytes, [t](unsigned char x) { return x == t; })) ++wrong;
        free_small(q, bytes % kSmallBlock);
        free_buffer(p, bytes);
      }
    });
  for (std::thread& t : threads) t.join();
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(allocator_for_standard_containers) {
  std::vector<double, eg::detail::PoolAllocator<double>> v;
  for (int i = 0; i < 10'000; ++i) v.push_back(i);
  BOOST_TEST(v[9'999] == 9'999);
  BOOST_TEST((eg::detail::PoolAllocator<double>() == eg::detail::PoolAllocator<int>()));
}

}  // namespace kernels_test
