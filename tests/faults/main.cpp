#define BOOST_TEST_MODULE faults
#include <sys/mman.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <cstring>

#include "core/allocator.hpp"
#include "eigengrad/core/threads.hpp"
#include "faults/allocations.hpp"
#include "support/apart.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EIGENGRAD_REPLACE_MALLOC 0  // sanitizers have one of their own
#else
#define EIGENGRAD_REPLACE_MALLOC 1
#endif

namespace {

thread_local constinit bool refusing = false;
thread_local constinit std::int64_t asked_for = 0;
thread_local constinit std::int64_t first_refused = 0;
thread_local constinit std::int64_t last_refused = 0;
constinit std::atomic<std::int64_t> in_use{0};

[[maybe_unused]] bool refuse() noexcept {
  if (!refusing) return false;
  const std::int64_t n = asked_for++;
  if (n < first_refused || n > last_refused) return false;
  errno = ENOMEM;
  return true;
}

[[maybe_unused]] void* counted(void* p) noexcept {
  if (p != nullptr) in_use.fetch_add(1, std::memory_order_relaxed);
  return p;
}

}  // namespace

#if EIGENGRAD_REPLACE_MALLOC
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t n) { return refuse() ? nullptr : counted(__libc_malloc(n)); }
void* calloc(std::size_t n, std::size_t size) {
  return refuse() ? nullptr : counted(__libc_calloc(n, size));
}
void* realloc(void* p, std::size_t n) {
  if (p == nullptr) return malloc(n);
  return refuse() ? nullptr : __libc_realloc(p, n);
}
void* memalign(std::size_t alignment, std::size_t n) {
  return refuse() ? nullptr : counted(__libc_memalign(alignment, n));
}
void* aligned_alloc(std::size_t alignment, std::size_t n) { return memalign(alignment, n); }
int posix_memalign(void** p, std::size_t alignment, std::size_t n) {
  *p = memalign(alignment, n);
  return *p == nullptr ? ENOMEM : 0;
}
void free(void* p) {
  if (p != nullptr) in_use.fetch_sub(1, std::memory_order_relaxed);
  __libc_free(p);
}
}
#endif

namespace faults {

Refusal::Refusal(std::int64_t first, std::int64_t last) noexcept {
  asked_for = 0;
  first_refused = first;
  last_refused = last;
  refusing = true;
}
Refusal::~Refusal() { refusing = false; }
std::int64_t Refusal::asked() noexcept { return asked_for; }

std::int64_t blocks_in_use() noexcept { return in_use.load(std::memory_order_relaxed); }

void put(Bits& bits, const Tensor& t) {
  const Tensor dense = t.detach().to(eg::kFloat64).contiguous();
  const double* p = dense.data_ptr<double>();
  bits.insert(bits.end(), p, p + dense.numel());
}

bool same(const Bits& a, const Bits& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

void check_every_failure(const std::string& name, std::function<std::int64_t()> count,
                         std::function<std::string(std::int64_t, std::int64_t)> step) {
  if (!EIGENGRAD_REPLACE_MALLOC) return;
  struct Progress {
    std::int64_t first, last, count;
  };
  void* const shared =
      mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  BOOST_REQUIRE(shared != MAP_FAILED);
  auto& at = *static_cast<Progress*>(shared);
  const auto run = [&]() -> std::string {
    eg::set_num_threads(1);
    // Every block of memory is asked of malloc().
    eg::detail::thread_lists.closed = true;
    eg::detail::thread_lists.open = false;
    eg::empty_cache();
    count();
    at.count = count();
    std::string problems;
    int found = 0;
    for (const bool alone : {true, false})
      for (std::int64_t k = 0; k < at.count && found < 5; ++k) {
        at.first = k;
        at.last = alone ? k : kNone;
        eg::empty_cache();
        const std::string wrong = step(k, at.last);
        if (wrong.empty()) continue;
        ++found;
        problems +=
            "\n  allocation " + std::to_string(k) + (alone ? ": " : " and all after it: ") + wrong;
      }
    return problems;
  };
  const support::Outcome o = support::run_apart(run, 300);
  const std::string where = "allocation " + std::to_string(at.first) +
                            (at.last == kNone ? " and all after it of " : " of ") +
                            std::to_string(at.count);
  BOOST_TEST(o.status == 0, name << ": " << o.ending() << " at " << where);
  BOOST_TEST(o.text.empty(), name << ": of " << at.count << " allocations" << o.text);
  munmap(shared, sizeof(Progress));
}

}  // namespace faults
