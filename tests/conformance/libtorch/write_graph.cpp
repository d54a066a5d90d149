// Prints the fixture of the graph programs (CMakeLists.txt).

#include "graph.hpp"

int main() {
  torch::set_default_dtype(torch::scalarTypeToTypeMeta(torch::kFloat64));
  for (const conformance::Program& program : conformance::all_programs()) {
    std::printf("program %s\n", program.name);
    for (const std::string& line : conformance::transcript_of(program))
      std::printf("%s\n", line.c_str());
  }
}
