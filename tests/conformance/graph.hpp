#pragma once

// Small programs about the recorded graph, written for libtorch's C++ API, compiled against eigengrad for
// the test and against libtorch for the fixture: what both print has to be the same.

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "calls.hpp"

namespace conformance {

using torch::autograd::variable_list;

/// What one program printed.
class Transcript {
 public:
  explicit Transcript(std::vector<std::string>& lines) : lines_(lines) {}

  void say(const std::string& what, const Tensor& t) {
    if (!t.defined()) {
      lines_.push_back(what + ": undefined");
      return;
    }
    std::string line = what + ": [";
    for (std::int64_t d = 0; d < t.dim(); ++d)
      line += (d == 0 ? "" : ", ") + std::to_string(t.size(d));
    line += ']';
    const Tensor flat = t.detach().to(torch::kFloat64).contiguous();
    for (std::int64_t i = 0; i < flat.numel(); ++i) line += ' ' + text(flat.data_ptr<double>()[i]);
    lines_.push_back(std::move(line));
  }
  void say(const std::string& what, const variable_list& list) {
    for (std::size_t i = 0; i < list.size(); ++i) say(what + " " + std::to_string(i), list[i]);
  }
  void say(const std::string& what, bool v) { lines_.push_back(what + (v ? ": true" : ": false")); }
  void say(const std::string& what, std::int64_t v) {
    lines_.push_back(what + ": " + std::to_string(v));
  }
  void say(const std::string& what, int v) { say(what, static_cast<std::int64_t>(v)); }
  void say(const std::string& what, const std::string& v) { lines_.push_back(what + ": " + v); }
  void say(const std::string& what, const char* v) { say(what, std::string(v)); }
  /// The name of the node that computed `t`, without namespaces.
  void say_node(const std::string& what, const Tensor& t) {
    say(what, t.grad_fn() != nullptr ? plain(t.grad_fn()->name()) : std::string("none"));
  }
  /// The names of the nodes that come next.
  void say_next(const std::string& what, const Tensor& t) {
    std::string names;
    for (const auto& edge : t.grad_fn()->next_edges())
      names += ' ' + (edge.is_valid() ? plain(edge.function->name()) : std::string("none"));
    lines_.push_back(what + ":" + names);
  }
  /// Whether `f` throws a message that contains `phrase`.
  void fails(const std::string& what, std::string_view phrase, const std::function<void()>& f) {
    try {
      f();
      lines_.push_back(what + ": nothing is thrown");
    } catch (const std::exception& e) {
      const bool found = std::string_view(e.what()).find(phrase) != std::string_view::npos;
      lines_.push_back(what + (found ? ": \"" + std::string(phrase) + "\""
                                     : ": something else, " + std::string(e.what())));
    }
  }

 private:
  static std::string text(double v) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.12g", v == 0 ? 0.0 : v);
    return buffer;
  }
  static std::string plain(const std::string& name) {
    const std::size_t at = name.rfind("::");
    return at == std::string::npos ? name : name.substr(at + 2);
  }
  std::vector<std::string>& lines_;
};

struct Program {
  const char* name;  // ids of the specification first
  void (*run)(Transcript&);
};

std::vector<Program> graph_basics();
std::vector<Program> graph_sweeps();
std::vector<Program> graph_hooks();
std::vector<Program> graph_writes();
std::vector<Program> graph_functions();

inline std::vector<Program> all_programs() {
  std::vector<Program> all;
  for (const auto family : {graph_basics, graph_sweeps, graph_hooks, graph_writes, graph_functions})
    for (const Program& p : family()) all.push_back(p);
  return all;
}

/// The lines that `program` prints.
inline std::vector<std::string> transcript_of(const Program& program) {
  std::vector<std::string> lines;
  Transcript t(lines);
  try {
    program.run(t);
  } catch (const std::exception& e) {
    lines.push_back(std::string("ends with an exception: ") + e.what());
  }
  return lines;
}

inline Tensor leaf(std::vector<double> values) { return f64(std::move(values)).requires_grad_(); }

}  // namespace conformance
