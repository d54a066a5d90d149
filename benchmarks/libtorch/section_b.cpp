// The elementwise chain: section b of the performance bars in libtorch.

#include <torch/torch.h>

#include "cases/section_b.hpp"

int main(int argc, char** argv) {
  at::set_num_threads(1);
  cases::verify_section_b("libtorch");
  cases::register_section_b("libtorch");
  return bench::run(argc, argv);
}
