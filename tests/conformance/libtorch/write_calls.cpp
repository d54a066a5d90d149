// Prints the fixture of the conformance test (CMakeLists.txt).

#include <cstdio>

#include "calls.hpp"

int main() {
  torch::set_default_dtype(torch::scalarTypeToTypeMeta(torch::kFloat64));
  for (const conformance::Result& r : conformance::all_results()) {
    std::printf("call %s\n", r.call.c_str());
    if (!r.error.empty()) {
      std::fprintf(stderr, "%s: %s\n", r.call.c_str(), r.error.c_str());
      return 1;
    }
    for (const auto& v : r.values) {
      std::printf("%s %zu", v.dtype.c_str(), v.sizes.size());
      for (const std::int64_t s : v.sizes) std::printf(" %lld", static_cast<long long>(s));
      for (const double e : v.elements) std::printf(" %.17g", e);
      std::printf("\n");
    }
  }
}
