// Factorisations in libtorch.

#include <torch/torch.h>

#include "cases/batched_solve.hpp"

int main(int argc, char** argv) {
  at::set_num_threads(1);
  cases::register_batched_solve("libtorch");
  return bench::run(argc, argv);
}
