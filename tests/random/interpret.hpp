#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/error.hpp"
#include "random/program.hpp"

namespace random_programs {

/// How tensors of one kind (the library's, the reference's) are made and written to.
template <class T>
using Maker = std::function<T(const Statement&)>;
void write_in_place(const Call& c);
void write_in_place(const Reference& c);
/// Values of a line under no_grad.
void forget(const Statement& s, const std::vector<Value>& x, std::vector<Value>& y);

/// Runs one line on the variables in `env`, on tensors of either kind.
template <class T>
void run(const Statement& s, std::vector<T>& env, const Maker<T>& make) {
  constexpr bool kReference = std::is_same_v<T, Value>;
  if (s.attempt && kReference) return;
  std::vector<T> x;
  for (const int v : s.operands) {
    x.push_back(env[static_cast<std::size_t>(v)]);
    if (x.back().defined()) continue;
    if (kReference) throw Invalid("undefined operand");
    throw eg::ValueError("undefined operand");
  }
  Arguments<T> arguments{x, s};
  if (s.row->has_body)
    arguments.f = [&s, env, &make](const T& argument) {
      std::vector<T> inner = env;
      inner[static_cast<std::size_t>(s.parameter)] = argument;
      for (const Statement& line : s.body) run(line, inner, make);
      T& result = inner[static_cast<std::size_t>(s.body.back().result)];
      if (kReference) require(result.defined(), "undefined result");
      return result;
    };
  std::optional<eg::NoGradGuard> guard;
  if (s.no_grad) guard.emplace();
  std::vector<T> y;
  if (s.operands.empty()) {
    y = {make(s)};
  } else if (s.in_place) {
    write_in_place(arguments);
  } else if constexpr (kReference) {
    y = s.row->reference(arguments);
    forget(s, x, y);
    if (s.row->reshapes) env[static_cast<std::size_t>(s.operands[0])] = y[0];
  } else {
    y = s.row->call(arguments);
  }
  for (std::size_t i = 0; i < y.size() && static_cast<int>(i) < s.results; ++i)
    env[static_cast<std::size_t>(s.result) + i] = std::move(y[i]);
}

}  // namespace random_programs
