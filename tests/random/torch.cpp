#include "random/torch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace random_programs {
namespace {

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> list;
  std::istringstream is(line);
  for (std::string f; std::getline(is, f, '|');) list.push_back(f);
  return list;
}

eg::ScalarType dtype_named(const std::string& name) {
  for (const auto t : {eg::kBool, eg::kInt64, eg::kFloat32, eg::kFloat64})
    if (eg::to_string(t) == name) return t;
  throw std::runtime_error("replay.py speaks of dtype " + name);
}

Observation parse(const std::string& line) {
  std::vector<std::string> f = fields(line);
  Observation o{.what = f.at(0)};
  if (f.at(1) == "none") return o;
  f.resize(5);
  o.defined = true;
  o.array.dtype = dtype_named(f[1]);
  o.requires_grad = f[2][0] == '1';
  o.is_leaf = f[2][1] == '1';
  std::istringstream sizes(f[3]);
  for (std::int64_t n = 0; sizes >> n;) o.array.sizes.push_back(n);
  const char* at = f[4].c_str();
  for (char* end = nullptr;; at = end) {
    const double x = std::strtod(at, &end);
    if (end == at) break;
    o.array.values.push_back(x);
  }
  return o;
}

}  // namespace

Torch::Torch() {
  start();
  if (from_ == nullptr || !read_line()) {
    about_ = "no PyTorch";
    return;
  }
  about_ = "PyTorch " + line_;
  int major = 0, minor = 0;
  found_ = std::sscanf(line_.c_str(), "%d.%d", &major, &minor) == 2 &&
           (major > 2 || (major == 2 && minor >= 15));
}

Torch::~Torch() { stop(); }

void Torch::start() {
  const char* const named = std::getenv("EIGENGRAD_PYTHON");
  const std::string python = named != nullptr ? named : "python3";
  int in[2], out[2];
  if (pipe(in) != 0 || pipe(out) != 0) return;
  process_ = fork();
  if (process_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    for (const int fd : {in[0], in[1], out[0], out[1]}) close(fd);
    execlp(python.c_str(), python.c_str(), "-Wignore",
           EIGENGRAD_SOURCE_DIR "/tests/random/replay.py", nullptr);
    _exit(1);
  }
  close(in[0]);
  close(out[1]);
  std::signal(SIGPIPE, SIG_IGN);
  to_ = fdopen(in[1], "w");
  from_ = fdopen(out[0], "r");
}

void Torch::stop() {
  if (to_ != nullptr) std::fclose(to_);
  if (from_ != nullptr) std::fclose(from_);
  if (process_ > 0) waitpid(process_, nullptr, 0);
  to_ = from_ = nullptr;
  process_ = -1;
}

bool Torch::read_line() {
  line_.clear();
  for (int c = std::getc(from_); c != '\n'; c = std::getc(from_)) {
    if (c == EOF) return false;
    line_ += static_cast<char>(c);
  }
  return true;
}

void Torch::send(const Program& p, int orders) {
  sent_.push_back(std::to_string(orders) + "\n" + text_of(p, Language::Python) + ".\n");
  std::fputs(sent_.back().c_str(), to_);
  std::fflush(to_);
}

std::optional<Outcome> Torch::receive() {
  Outcome o;
  while (read_line()) {
    if (line_ == ".") {
      sent_.pop_front();
      return o;
    }
    if (line_.starts_with("error|")) {
      const auto f = fields(line_ + "| ");
      o.errors[std::stoul(f.at(1))] = f.at(2);
    } else if (line_.starts_with("sweep|")) {
      const auto f = fields(line_ + "| ");
      o.failed_sweep = f.at(1);
      o.message = f.at(2);
    } else {
      o.seen.push_back(parse(line_));
    }
  }
  // It crashed on the first program: start again with those after it.
  sent_.pop_front();
  stop();
  start();
  if (from_ == nullptr || !read_line()) throw std::runtime_error("replay.py does not start again");
  for (const std::string& text : sent_) std::fputs(text.c_str(), to_);
  std::fflush(to_);
  return std::nullopt;
}

}  // namespace random_programs
