#include "kernels/linalg/blas.hpp"

#ifdef EIGENGRAD_USE_BLAS
#include <dlfcn.h>

#include <Eigen/Core>
#include <mutex>
#include <string>
#include <string_view>
#endif

namespace eigengrad::kernels {

#ifdef EIGENGRAD_USE_BLAS

namespace {

template <class F>
bool look_up(void* library, const std::string& name, F*& function) noexcept {
  function = reinterpret_cast<F*>(dlsym(library, name.c_str()));
  return function != nullptr;
}

template <class T>
bool look_up_all(void* library, char type, BlasOf<T>& functions) {
  const auto named = [type](const char* before, const char* after) {
    return std::string(before) + type + after;
  };
  look_up(library, named("", "potrf_"), functions.potrf);
  look_up(library, named("", "potri_"), functions.potri);
  look_up(library, named("", "getrf_"), functions.getrf);
  look_up(library, named("", "getri_"), functions.getri);
  look_up(library, named("", "syevd_"), functions.syevd);
  look_up(library, named("", "gesdd_"), functions.gesdd);
  return look_up(library, named("cblas_", "gemm"), functions.gemm) &&
         look_up(library, named("cblas_", "trsm"), functions.trsm);
}

/// Stays loaded: its threads outlive any use of it.
const Blas* load() {
  void* library = dlopen(EIGENGRAD_BLAS_SONAME, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return nullptr;
  static Blas functions{};
  if (!look_up_all(library, 's', functions.s) || !look_up_all(library, 'd', functions.d))
    return nullptr;
  look_up(library, "openblas_get_corename", functions.core_name);
  look_up(library, "openblas_get_num_threads", functions.get_num_threads);
  look_up(library, "openblas_set_num_threads", functions.set_num_threads);
  return &functions;
}

/// OpenBLAS picks its kernels by the name of the processor, and takes those of 2013 for one that is
/// newer than itself; Eigen's kernels for AVX-512 are then a third faster.
bool fits_processor([[maybe_unused]] const Blas& blas) noexcept {
#ifdef EIGEN_VECTORIZE_AVX512
  if (blas.core_name != nullptr) {
    const std::string_view core = blas.core_name();
    return core == "SkylakeX" || core == "Cooperlake" || core == "SapphireRapids";
  }
#endif
  return true;
}

std::mutex thread_scopes_mutex;
int thread_scopes = 0;
int threads_before = 1;

}  // namespace

const Blas* blas() noexcept {
  static const Blas* const loaded = load();
  return loaded;
}

const Blas* usable_blas() noexcept {
  static const Blas* const usable = [] {
    const Blas* found = blas();
    return found != nullptr && fits_processor(*found) ? found : nullptr;
  }();
  return usable;
}

OneBlasThread::OneBlasThread(const Blas& blas) noexcept : blas_(blas) {
  if (blas_.set_num_threads == nullptr) return;
  const std::lock_guard lock(thread_scopes_mutex);
  if (thread_scopes++ > 0) return;
  threads_before = blas_.get_num_threads();
  if (threads_before > 1) blas_.set_num_threads(1);
}
OneBlasThread::~OneBlasThread() {
  if (blas_.set_num_threads == nullptr) return;
  const std::lock_guard lock(thread_scopes_mutex);
  if (--thread_scopes == 0 && threads_before > 1) blas_.set_num_threads(threads_before);
}

#else

const Blas* blas() noexcept { return nullptr; }
const Blas* usable_blas() noexcept { return nullptr; }
OneBlasThread::OneBlasThread(const Blas& blas) noexcept : blas_(blas) {}
OneBlasThread::~OneBlasThread() = default;

#endif

}  // namespace eigengrad::kernels
