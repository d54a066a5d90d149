#pragma once

#include <cstdio>
#include <deque>
#include <optional>
#include <string>

#include "random/check.hpp"

namespace random_programs {

/// PyTorch in a process of its own, which runs replay.py. Programs may be sent ahead, up to kAhead.
class Torch {
 public:
  static constexpr int kAhead = 16;
  /// The interpreter named by EIGENGRAD_PYTHON, python3 otherwise.
  Torch();
  ~Torch();
  Torch(const Torch&) = delete;
  Torch& operator=(const Torch&) = delete;

  /// Whether there is a PyTorch of version 2.15 or later; `about` says what was found instead.
  bool found() const { return found_; }
  const std::string& about() const { return about_; }

  void send(const Program& p, int orders);
  /// What the first program sent and not yet received did; nothing when PyTorch crashed on it.
  std::optional<Outcome> receive();

 private:
  void start();
  void stop();
  bool read_line();

  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
  int process_ = -1;
  std::deque<std::string> sent_;
  bool found_ = false;
  std::string about_;
  std::string line_;
};

}  // namespace random_programs
