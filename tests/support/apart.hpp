#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstring>
#include <functional>
#include <string>

namespace support {

/// The output of a process, and how it ended.
struct Outcome {
  std::string text;
  int status = 0;

  std::string ending() const {
    if (WIFSIGNALED(status)) return std::string("ended by: ") + strsignal(WTERMSIG(status));
    return "ended with status " + std::to_string(WEXITSTATUS(status));
  }
};

/// Runs `call`, which returns what to say, in a process of its own that has `seconds` and, where nothing
/// else reserves addresses, limited memory.
inline Outcome run_apart(const std::function<std::string()>& call, unsigned seconds) {
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    const rlimit memory{rlim_t{6} << 30, rlim_t{6} << 30};
    setrlimit(RLIMIT_AS, &memory);
#endif
    // Boost.Test's handlers of signals must not run in the child.
    for (const int number : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL, SIGALRM})
      std::signal(number, SIG_DFL);
    alarm(seconds);
    const std::string text = call();
    const ssize_t written = write(ends[1], text.data(), text.size());
    _exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  close(ends[1]);
  Outcome outcome;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;)
    outcome.text.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  waitpid(child, &outcome.status, 0);
  return outcome;
}

}  // namespace support
