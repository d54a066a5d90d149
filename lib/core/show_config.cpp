#include "eigengrad/core/show_config.hpp"

#include <Eigen/Core>

#include "core/text.hpp"
#include "eigengrad/core/threads.hpp"
#include "eigengrad/core/version.hpp"

#ifdef EIGENGRAD_USE_SLEEF
#include <sleef.h>
#endif

namespace eigengrad {
namespace {

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "g++ " __VERSION__;
#else
  return "unknown";
#endif
}

std::string eigen_version() {
  detail::Text out;
#if EIGEN_MAJOR_VERSION < 5  // Eigen 3.4 counts world.major.minor
  out << EIGEN_WORLD_VERSION << '.' << EIGEN_MAJOR_VERSION << '.' << EIGEN_MINOR_VERSION;
#else
  out << EIGEN_MAJOR_VERSION << '.' << EIGEN_MINOR_VERSION << '.' << EIGEN_PATCH_VERSION;
#endif
  return out.str();
}

std::string blas_description() {
#ifdef EIGENGRAD_USE_BLAS
  return EIGENGRAD_BLAS_SONAME ", loaded by the first large product";
#else
  return "none (Eigen's own GEMM)";
#endif
}

std::string sleef_version() {
#ifdef EIGENGRAD_USE_SLEEF
  detail::Text out;
  out << SLEEF_VERSION_MAJOR << '.' << SLEEF_VERSION_MINOR << '.' << SLEEF_VERSION_PATCHLEVEL;
  return out.str();
#else
  return "none";
#endif
}

}  // namespace

std::string show_config() {
  detail::Text out;
  out << "eigengrad: " << EIGENGRAD_VERSION_MAJOR << '.' << EIGENGRAD_VERSION_MINOR << '.'
      << EIGENGRAD_VERSION_PATCH << '\n'
      << "compiler:  " << compiler() << '\n'
      << "SIMD:      " << Eigen::SimdInstructionSetsInUse() << '\n'
      << "Eigen:     " << eigen_version() << '\n'
      << "BLAS:      " << blas_description() << '\n'
      << "SLEEF:     " << sleef_version() << '\n'
      << "threads:   " << get_num_threads() << '\n';
  return out.str();
}

}  // namespace eigengrad
