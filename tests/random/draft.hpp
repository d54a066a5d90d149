#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <utility>
#include <vector>

#include "random/program.hpp"

namespace random_programs {

/// A program in the making, as the rows that draw their arguments see it. What finds nothing that
/// fits throws Invalid, and the line is drawn anew.
class Draft {
 public:
  Draft(Program& program, std::uint64_t seed);
  /// Draws the whole program.
  void fill();

  // ---- Numbers.
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(uniform_(0, static_cast<double>(n)));
  }
  bool chance(double p) { return uniform_(0, 1) < p; }
  std::int64_t between(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }
  template <class T>
  T one_of(std::initializer_list<T> list) {
    return list.begin()[below(static_cast<std::int64_t>(list.size()))];
  }
  /// A small number that is not 0.
  double scalar() { return one_of({-1.5, -1.0, -0.5, 0.5, 0.75, 1.25, 2.0, 3.0}); }

  // ---- Variables that exist.
  const Value& operator[](int variable) const { return env_[static_cast<std::size_t>(variable)]; }
  template <class Predicate>
  int pick(Predicate&& fits) {
    std::vector<int> found;
    for (int v = 0; v < static_cast<int>(env_.size()); ++v)
      if ((*this)[v].defined() && fits((*this)[v])) {
        found.push_back(v);
        if ((*this)[v].tracked) found.push_back(v);  // twice as likely
      }
    require(!found.empty(), "nothing fits");
    return found[static_cast<std::size_t>(below(static_cast<std::int64_t>(found.size())))];
  }
  int any() {
    return pick([](const Value&) { return true; });
  }
  int real(std::int64_t min_dim = 0) {
    return pick([=](const Value& x) { return x.real() && x.dim() >= min_dim; });
  }
  /// Not a leaf, and the only variable that is this tensor, or even that has its memory.
  int alone(std::int64_t min_dim, bool in_memory = false) {
    require(!in_body());
    return pick([=, this](const Value& x) {
      return x.real() && x.dim() >= min_dim && !x.leaf && !frozen_.contains(x.memory.get()) &&
             std::count_if(env_.begin(), env_.end(), [&](const Value& v) {
               return in_memory ? v.memory == x.memory : v.identity == x.identity;
             }) == 1;
    });
  }
  /// Real mostly, else an integer or bool.
  int number(std::int64_t min_dim = 0, eg::ScalarType least = eg::kInt64) {
    const bool whole = chance(0.15);
    return pick([=](const Value& x) {
      return x.dim() >= min_dim && (x.real() != whole) && x.dtype >= least;
    });
  }

  // ---- Variables that exist, or are made for the purpose.
  int shaped(const Sizes& sizes, eg::ScalarType dtype = eg::kFloat64);
  /// One that broadcasts with `sizes`; without growing it when `within`.
  int broadcastable(const Sizes& sizes, bool within = false);
  int indices(const Sizes& sizes, std::int64_t bound, bool distinct = false, bool negative = false);
  int mask(const Sizes& sizes);
  int new_tensor(const Sizes& sizes, eg::ScalarType dtype);

  // ---- Arguments.
  Sizes shape(int dims = -1);
  std::int64_t dim(const Value& x) {
    const std::int64_t n = std::max<std::int64_t>(1, x.dim());
    return between(-n, n - 1);
  }
  Sizes permutation(std::int64_t n);

  bool in_body() const { return depth_ > 0; }
  /// Whether no line has it as an operand, and no function can have captured it.
  bool unused(int variable) const {
    return !any_statement(program_.statements, [&](const Statement& s) {
      return s.row->has_body ||
             std::find(s.operands.begin(), s.operands.end(), variable) != s.operands.end();
    });
  }

 private:
  bool line();
  void attempt();
  void new_tensor_line(Statement& s, const Sizes& sizes, eg::ScalarType dtype);
  bool commit(Statement s);
  void draw_body(Statement& s);
  void choose_target(Statement& s);
  bool writable(const Value& x) const;

  Program& program_;
  std::vector<Statement>* lines_;
  support::Uniform uniform_;
  Values env_;
  bool positive_ = false;
  bool ties_ = false;
  /// Memory that is not to be written to any more.
  std::set<const void*> frozen_;
  int depth_ = 0;
  bool in_inference_ = false;
  int blocks_ = 0;
  int identities_ = 0;
  int block_ = 0;
};

Program draw(std::uint64_t seed);

}  // namespace random_programs
