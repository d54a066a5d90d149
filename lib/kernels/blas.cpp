#include "kernels/blas.hpp"

#ifdef EIGENGRAD_USE_BLAS
#include <dlfcn.h>
#endif

namespace eigengrad::kernels {

#ifdef EIGENGRAD_USE_BLAS

namespace {

template <class F>
bool look_up(void* library, const char* name, F*& function) noexcept {
  function = reinterpret_cast<F*>(dlsym(library, name));
  return function != nullptr;
}

/// Stays loaded: its threads outlive any use of it.
const Blas* load() noexcept {
  void* library = dlopen(EIGENGRAD_BLAS_SONAME, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return nullptr;
  static Blas functions{};
  if (!look_up(library, "cblas_sgemm", functions.sgemm) ||
      !look_up(library, "cblas_dgemm", functions.dgemm))
    return nullptr;
  look_up(library, "openblas_get_corename", functions.core_name);
  look_up(library, "openblas_get_num_threads", functions.get_num_threads);
  look_up(library, "openblas_set_num_threads", functions.set_num_threads);
  return &functions;
}

}  // namespace

const Blas* blas() noexcept {
  static const Blas* const loaded = load();
  return loaded;
}

#else

const Blas* blas() noexcept { return nullptr; }

#endif

}  // namespace eigengrad::kernels
