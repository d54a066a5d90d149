// Prints the fixture of the graph programs. With Debian's libtorch-dev, in tests/conformance:
//   g++ -std=c++17 -DEIGENGRAD_CONFORMANCE_LIBTORCH -I. -I/usr/include/torch/csrc/api/include \
//       graph_*.cpp libtorch/write_graph.cpp -ltorch -ltorch_cpu -lc10 -o write && ./write > graph.txt

#include "graph.hpp"

int main() {
  torch::set_default_dtype(torch::scalarTypeToTypeMeta(torch::kFloat64));
  for (const conformance::Program& program : conformance::all_programs()) {
    std::printf("program %s\n", program.name);
    for (const std::string& line : conformance::transcript_of(program))
      std::printf("%s\n", line.c_str());
  }
}
