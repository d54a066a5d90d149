#include "apps/run.hpp"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace apps_test {
namespace {

/// The two ends of a pseudo-terminal, which passes bytes on unchanged.
struct Terminal {
  Terminal() : master(posix_openpt(O_RDWR | O_NOCTTY)) {
    if (master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0)
      slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    if (slave >= 0) return;
    if (master >= 0) close(master);
    throw std::runtime_error("no pseudo-terminal");
  }
  ~Terminal() {
    close(master);
    close(slave);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// What is there to read without waiting for more.
  std::string drain() const {
    std::string text;
    pollfd ready{master, POLLIN, 0};
    while (poll(&ready, 1, 0) > 0 && (ready.revents & POLLIN) != 0) {
      char buffer[4096];
      const ssize_t n = read(master, buffer, sizeof buffer);
      if (n <= 0) break;
      text.append(buffer, static_cast<std::size_t>(n));
    }
    return text;
  }

  int master;
  int slave = -1;
};

}  // namespace

boost::test_tools::assertion_result has_terminals(boost::unit_test::test_unit_id) {
  try {
    const Terminal terminal;
    return true;
  } catch (const std::runtime_error& e) {
    boost::test_tools::assertion_result no(false);
    no.message() << e.what();
    return no;
  }
}

Outcome run(const std::string& program, const std::vector<std::string>& arguments,
            const std::string& input, Stderr err, const char* path) {
  const Scratch scratch;
  const std::string in_name = scratch.file("in", input);
  const std::string out_name = scratch.path("out");
  const std::string err_name = scratch.path("err");
  std::unique_ptr<Terminal> terminal;
  if (err == Stderr::Terminal) terminal = std::make_unique<Terminal>();

  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    const int in = open(in_name.c_str(), O_RDONLY);
    const int out = open(out_name.c_str(), O_WRONLY | O_CREAT, 0600);
    const int e =
        terminal != nullptr ? terminal->slave : open(err_name.c_str(), O_WRONLY | O_CREAT, 0600);
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(e, 2) < 0) _exit(126);
    if (path != nullptr) setenv("PATH", path, 1);
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  Outcome outcome;
  int status = 0;
  // A terminal has a small buffer; the program would wait for it to be read.
  while (waitpid(child, &status, terminal != nullptr ? WNOHANG : 0) == 0) {
    outcome.err += terminal->drain();
    usleep(1000);
  }
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  outcome.out = read_file(out_name);
  outcome.err += terminal != nullptr ? terminal->drain() : read_file(err_name);
  return outcome;
}

nlohmann::json run_for_json(const std::string& program, std::vector<std::string> arguments,
                            const std::string& input) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const Outcome r = run(program, arguments, input);
  BOOST_TEST_CONTEXT(r.err) {
    BOOST_REQUIRE(r.code == 0);
    BOOST_TEST(r.err == "");
  }
  return nlohmann::json::parse(r.out);
}

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "eigengrad-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string Scratch::file(const std::string& name, const std::string& content) const {
  std::ofstream(path(name), std::ios::binary) << content;
  return path(name);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void check_refusal(const Outcome& outcome, const std::vector<std::string>& phrases) {
  BOOST_TEST(outcome.code == 2);
  BOOST_TEST(outcome.out == "");
  BOOST_TEST(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1, outcome.err);
  BOOST_TEST(outcome.err.ends_with('\n'));
  for (const std::string& phrase : phrases)
    BOOST_TEST(outcome.err.find(phrase) != std::string::npos,
               "'" << phrase << "' is not in: " << outcome.err);
}

}  // namespace apps_test
