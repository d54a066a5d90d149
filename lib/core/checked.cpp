#include "core/checked.hpp"

#include <sys/sysinfo.h>

#include <limits>

namespace eigengrad::detail {
namespace {

/// Bytes of memory of the machine, swap included. Allocations beyond that are refused: an operating system that
/// overcommits would grant them and kill the program when it writes to them.
std::int64_t machine_memory() noexcept {
  static const std::int64_t bytes = [] {
    struct sysinfo info {};
    std::int64_t total = 0;
    if (sysinfo(&info) != 0 || __builtin_mul_overflow(info.totalram + info.totalswap,
                                                      std::uint64_t{info.mem_unit}, &total))
      return std::numeric_limits<std::int64_t>::max();
    return total;
  }();
  return bytes;
}

/// Requests below this are tried without asking how much memory the machine has.
constexpr std::int64_t kModest = std::int64_t{1} << 30;

}  // namespace

void fail_overflow(std::string_view op, std::int64_t a, const char* sign, std::int64_t b) {
  fail<ShapeError>(op, "sizes beyond what memory can hold: ", a, sign, b,
                   " does not fit in an int64; give smaller numbers");
}

void fail_numel(std::string_view op, IntArrayRef sizes) {
  for (const std::int64_t n : sizes)
    if (n < 0)
      fail<ShapeError>(op, "an extent is negative: the sizes are ", sizes,
                       "; give extents of 0 or more");
  fail<ShapeError>(op, "shape ", sizes,
                   " has more elements than an int64 can count; give smaller extents");
}

void check_bytes(std::string_view op, ScalarType dtype, IntArrayRef sizes, std::int64_t numel) {
  if (dtype > ScalarType::Float64)
    fail<DtypeError>(op, "no dtype has the number ", static_cast<int>(dtype),
                     "; give kBool, kInt64, kFloat32 or kFloat64");
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(numel, element_size(dtype), &bytes) ||
      (bytes > kModest && bytes > machine_memory()))
    fail<ShapeError>(op, "shape ", sizes, " of ", to_string(dtype),
                     " has more elements than memory can hold: this machine has ", machine_memory(),
                     " bytes; give smaller extents");
}

std::int64_t checked_span(std::string_view op, ScalarType dtype, IntArrayRef sizes,
                          IntArrayRef strides) {
  if (checked_numel(op, sizes) == 0) return 0;
  std::int64_t last = 0;
  for (std::size_t d = 0; d < sizes.size(); ++d)
    last = checked_add(op, last, checked_mul(op, sizes[d] - 1, strides[d]));
  return checked_mul(op, checked_add(op, last, 1), element_size(dtype));
}

void check_memory(std::string_view op, std::int64_t count, std::int64_t bytes) {
  std::int64_t total = 0;
  if (__builtin_mul_overflow(count, bytes, &total) || (total > kModest && total > machine_memory()))
    fail<ShapeError>(op, "needs room for ", count, " times ", bytes, " bytes: this machine has ",
                     machine_memory(), "; ask for fewer");
}

}  // namespace eigengrad::detail
