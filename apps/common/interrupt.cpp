#include "common/interrupt.hpp"

#include <csignal>

namespace apps {
namespace {

volatile std::sig_atomic_t pressed = 0;

extern "C" void note(int signal) {
  pressed = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void note_interrupts() { std::signal(SIGINT, note); }

bool interrupted() noexcept { return pressed != 0; }

}  // namespace apps
