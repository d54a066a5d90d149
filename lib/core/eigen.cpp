#include "eigengrad/core/eigen.hpp"

#include "core/fail.hpp"

// Messages of the templates in the header; all else of those templates is compiled in the user's program.

namespace eigengrad::detail {

void throw_wrapped_dtype(ScalarType memory, ScalarType asked) {
  fail<DtypeError>("wrap", "the memory holds ", to_string(memory), ": ", to_string(asked),
                   " was asked for; copy it with from_eigen() to convert it");
}

void throw_no_owner() {
  fail<ValueError>("wrap",
                   "the owner is an empty shared_ptr; give the one that keeps the memory alive");
}

void throw_unmappable(const char* op, const Tensor& t, const char* needs) {
  fail<ShapeError>(op, "the view needs ", needs, ": the sizes are ", t.sizes(), " and the strides ",
                   t.strides(), "; copy with contiguous(), or reshape first");
}

}  // namespace eigengrad::detail
