#pragma once

// What every benchmark program needs: names, rates, clocks and the check that its columns agree.
// C++17, because the libtorch programs are.

#include <benchmark/benchmark.h>
#include <time.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

namespace bench {

/// Ends the program unless `got` is `want` up to rounding: a ratio of times between programs that
/// compute different things says nothing.
inline void require_close(const std::string& what, double got, double want,
                          double tolerance = 1e-12) {
  if (std::abs(got - want) <= tolerance * (1 + std::abs(want))) return;
  std::fprintf(stderr, "[%s] the columns disagree: %.17g, by hand %.17g; nothing was timed\n",
               what.c_str(), got, want);
  std::exit(1);
}

template <class T>
void require_close(const std::string& what, const T* got, const T* want, std::int64_t n,
                   double tolerance = 1e-12) {
  for (std::int64_t i = 0; i < n; ++i)
    require_close(what + "[" + std::to_string(i) + "]", static_cast<double>(got[i]),
                  static_cast<double>(want[i]), tolerance);
}

/// Registers the case `name` of one column; benchmarks/report.py joins the columns by the name.
template <class F>
benchmark::internal::Benchmark* add(const std::string& name, const std::string& column, F&& f) {
  return benchmark::RegisterBenchmark((name + "/" + column).c_str(), std::forward<F>(f));
}

/// Reports seconds per item, for `items` in an iteration.
inline void report_time_per(benchmark::State& state, const std::string& item, std::int64_t items) {
  state.counters["per_" + item] =
      benchmark::Counter(static_cast<double>(items), benchmark::Counter::kIsIterationInvariantRate |
                                                         benchmark::Counter::kInvert);
}

/// Reports billions of floating-point operations per second, for `flops` in an iteration.
inline void report_gflops(benchmark::State& state, double flops) {
  state.counters["gflops"] =
      benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

/// Processor time of this thread: what other processes use of the machine does not count.
inline double thread_ns() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

/// Bytes of this process in memory, whichever allocator they came through.
inline double resident_bytes() {
  std::int64_t total = 0;
  std::int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// Runs what was registered, under Google Benchmark's options.
inline int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace bench
