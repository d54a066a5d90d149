// Matrix products: section c of the performance bars in libtorch.

#include <torch/torch.h>

#include "cases/section_c.hpp"

int main(int argc, char** argv) {
  at::set_num_threads(1);
  hand::
      use_one_thread();  // libtorch's BLAS is this one as well, and does not follow at::set_num_threads
  cases::verify_section_c("libtorch");
  cases::register_section_c("libtorch");
  return bench::run(argc, argv);
}
