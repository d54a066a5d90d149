// Overhead of a node: section a of the performance bars in libtorch.

#include <torch/torch.h>

#include "cases/section_a.hpp"

int main(int argc, char** argv) {
  at::set_num_threads(1);
  cases::verify_section_a("libtorch");
  cases::register_section_a("libtorch");
  return bench::run(argc, argv);
}
