#include "random/draft.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "random/interpret.hpp"

namespace random_programs {
namespace {

constexpr std::int64_t kMostElements = 48;

const Row& any_row(double u) {
  static const std::vector<double> sums = [] {
    std::vector<double> s;
    double sum = 0;
    for (const Row& r : all_rows()) s.push_back(sum += r.weight);
    return s;
  }();
  u *= sums.back();
  return all_rows()[static_cast<std::size_t>(std::upper_bound(sums.begin(), sums.end(), u) -
                                             sums.begin())];
}

}  // namespace

Draft::Draft(Program& program, std::uint64_t seed)
    : program_(program), lines_(&program.statements), uniform_(seed) {
  program_.seed = seed;
  positive_ = chance(0.3);
  ties_ = chance(0.08);
}

Sizes Draft::shape(int dims) {
  if (dims < 0) dims = static_cast<int>(one_of({0, 1, 1, 1, 2, 2, 2, 3}));
  Sizes sizes;
  while (dims-- > 0) sizes.push_back(chance(0.03) ? 0 : one_of<std::int64_t>({1, 2, 2, 3, 3, 4}));
  return sizes;
}

Sizes Draft::permutation(std::int64_t n) {
  Sizes p(static_cast<std::size_t>(n));
  std::iota(p.begin(), p.end(), 0);
  for (std::size_t i = p.size(); i > 1; --i)
    std::swap(p[i - 1], p[static_cast<std::size_t>(below(static_cast<std::int64_t>(i)))]);
  return p;
}

void Draft::new_tensor_line(Statement& s, const Sizes& sizes, eg::ScalarType dtype) {
  s.row = &all_rows().front();
  s.integers = sizes;
  s.dtype = dtype;
  s.requires_grad = eg::is_floating_point(dtype) && !in_body() && chance(0.7);
  s.column_major = sizes.size() > 1 && chance(0.15);
  for (std::int64_t i = support::count(sizes); i > 0; --i) switch (dtype) {
      case eg::kBool:
        s.numbers.push_back(static_cast<double>(below(2)));
        break;
      case eg::kInt64:
        s.numbers.push_back(static_cast<double>(between(-3, 5)));
        break;
      default:
        s.numbers.push_back(ties_       ? static_cast<double>(between(-2, 2)) / 2
                            : positive_ ? static_cast<double>(between(8, 128)) / 64
                                        : static_cast<double>(between(-128, 128)) / 64);
    }
}

int Draft::new_tensor(const Sizes& sizes, eg::ScalarType dtype) {
  Statement s;
  new_tensor_line(s, sizes, dtype);
  require(commit(s));
  return program_.variables - 1;
}

int Draft::shaped(const Sizes& sizes, eg::ScalarType dtype) {
  if (chance(0.6)) {
    try {
      return pick([&](const Value& x) { return x.sizes == sizes && x.dtype == dtype; });
    } catch (const Invalid&) {
    }
  }
  return new_tensor(sizes, dtype);
}

int Draft::broadcastable(const Sizes& sizes, bool within) {
  if (chance(0.7)) {
    try {
      return pick([&](const Value& x) {
        try {
          return x.real() && (broadcast(x.sizes, sizes) == sizes || !within);
        } catch (const Invalid&) {
          return false;
        }
      });
    } catch (const Invalid&) {
    }
  }
  Sizes own = sizes;
  if (!own.empty() && chance(0.3)) own.erase(own.begin());
  for (std::int64_t& n : own)
    if (chance(0.2)) n = 1;
  return new_tensor(own, chance(0.1) ? eg::kFloat32 : eg::kFloat64);
}

int Draft::indices(const Sizes& sizes, std::int64_t bound, bool distinct, bool negative) {
  require(bound > 0 || support::count(sizes) == 0);
  Statement s;
  new_tensor_line(s, sizes, eg::kInt64);
  const Sizes order = permutation(bound);
  require(!distinct || s.numbers.size() <= order.size());
  for (std::size_t i = 0; i < s.numbers.size(); ++i) {
    const std::int64_t k = distinct ? order[i] : below(bound);
    s.numbers[i] = static_cast<double>(negative && chance(0.3) ? k - bound : k);
  }
  require(commit(s));
  return program_.variables - 1;
}

int Draft::mask(const Sizes& sizes) { return shaped(sizes, eg::kBool); }

bool Draft::writable(const Value& x) const {
  return !x.read_only && !overlaps_itself(x) && !x.leaf && (depth_ == 0 || x.block == block_);
}

/// The first operand as the place of the result, where that is possible.
void Draft::choose_target(Statement& s) {
  const Value& target = (*this)[s.operands[0]];
  require(!frozen_.contains(target.memory.get()), "frozen");
  require(writable(target) || (depth_ == 0 && !overlaps_itself(target) && chance(0.03)), "target");
  if (chance(0.05)) return;
  for (std::size_t i = 1; i < s.operands.size(); ++i) {
    const Value& other = (*this)[s.operands[i]];
    require(same_window(target, other) || !overlap(target, other) || chance(0.3), "overlap");
  }
  s.in_place = true;
}

/// The lines of a function of one parameter, which shares memory with what is passed.
void Draft::draw_body(Statement& s) {
  const auto [outer, outer_block, outer_lines] = std::tuple(env_, block_, lines_);
  Value parameter = (*this)[s.operands[0]];
  parameter.leaf = false;
  parameter.tracked = true;
  s.parameter = program_.variables++;
  env_.resize(static_cast<std::size_t>(program_.variables));
  env_.back() = parameter;
  lines_ = &s.body;
  block_ = ++blocks_;
  ++depth_;
  in_inference_ = s.row->tracks == Tracks::Never;
  bool done = false;
  try {
    for (std::int64_t n = between(1, 4), tries = 0; n > 0 && tries < 20; ++tries)
      if (line()) --n;
    for (int tries = 0; tries < 5 && !done; ++tries) {
      Statement last;
      last.row = &row("mul");
      last.operands = {pick([&](const Value& x) { return x.real() && x.block == block_; }),
                       s.parameter};
      done = commit(last);
    }
  } catch (const Invalid&) {
  }
  --depth_;
  in_inference_ = false;
  std::tie(env_, block_, lines_) = std::tuple(outer, outer_block, outer_lines);
  require(done, "no result");
  // checkpoint() computes again what it computed, so that nothing it reads may change.
  any_statement(s.body, [&](const Statement& line) {
    for (const int v : line.operands)
      if (v < s.parameter) frozen_.insert((*this)[v].memory.get());
    return false;
  });
  frozen_.insert(parameter.memory.get());
}

/// Runs the line on the reference; keeps it when the values are tame.
bool Draft::commit(Statement s) {
  s.result = program_.variables;
  s.results = s.in_place ? 0 : s.row->results;
  Values env = env_;
  const int variables = program_.variables + s.results;
  env.resize(static_cast<std::size_t>(variables));
  if (s.in_place) {
    const Value target = env[static_cast<std::size_t>(s.operands[0])];
    Values x;
    for (const int v : s.operands) x.push_back(env[static_cast<std::size_t>(v)]);
    bool tracked = false;
    for (const Value& v : x) tracked = tracked || v.tracked;
    const Value y = s.row->reference({x, s}).at(0);
    require(y.sizes == target.sizes && eg::can_cast(y.dtype, target.dtype), "result and target");
    if (!tame(y)) return false;
    write(target, y, !s.no_grad);
    for (Value& v : env_)
      if (v.defined() && v.derivatives == target.derivatives && v.real())
        v.tracked = v.tracked || (tracked && !s.no_grad);
  } else {
    const Maker<Value> maker = [](const Statement& line) { return new_value(line, line.result); };
    run(s, env, maker);
    bool tracked = false;
    for (const int v : s.operands) tracked = tracked || env[static_cast<std::size_t>(v)].tracked;
    // A function may have captured anything.
    for (const Value& v : env_) tracked = tracked || (s.row->has_body && v.tracked);
    for (int i = 0; i < s.results; ++i) {
      Value& y = env[static_cast<std::size_t>(s.result + i)];
      if (!tame(y)) return false;
      const bool is_view =
          !s.operands.empty() && y.memory == env[static_cast<std::size_t>(s.operands[0])].memory;
      if (y.identity == 0) y.identity = ++identities_;
      if (!is_view) {
        y.block = block_;
        for (const int v : s.operands) {
          const Value& x = env[static_cast<std::size_t>(v)];
          y.known_layout = y.known_layout && x.known_layout && x.row_major();
        }
      }
      if (!s.operands.empty() && !(is_view && y.leaf))
        y.tracked = tracked && y.real() && !s.no_grad && s.row->tracks != Tracks::Never;
    }
    if (s.row->reshapes) {
      Value& x = env[static_cast<std::size_t>(s.operands[0])];
      x.identity = ++identities_;
      x.tracked = s.row->tracks == Tracks::AsOperands
                      ? env_[static_cast<std::size_t>(s.operands[0])].tracked
                      : s.row->tracks == Tracks::Always;
    }
    env_ = std::move(env);
  }
  program_.variables = variables;
  lines_->push_back(std::move(s));
  return true;
}

bool Draft::line() {
  try {
    Statement s;
    s.row = &any_row(uniform_(0, 1));
    if (s.row->has_body && (depth_ > 1 || in_inference_)) return false;
    s.row->draw(*this, s);
    if (s.row->only_in_place || (s.row->in_place != nullptr && chance(0.35))) choose_target(s);
    if (s.row->only_in_place && !s.in_place) return false;
    if (s.row->has_body) draw_body(s);
    s.no_grad = !in_body() && !s.row->has_body && chance(0.03);
    return commit(std::move(s));
  } catch (const Invalid&) {
    return false;
  }
}

/// A line of the program again, with an integer or an operand that may not fit.
void Draft::attempt() {
  Statement s = program_.statements[static_cast<std::size_t>(
      below(static_cast<std::int64_t>(program_.statements.size())))];
  if (s.operands.empty() || s.results == 0 || s.row->has_body) return;
  const auto position = [&](std::size_t n) {
    return static_cast<std::size_t>(below(static_cast<std::int64_t>(n)));
  };
  if (!s.integers.empty() && chance(0.5))
    s.integers[position(s.integers.size())] += one_of<std::int64_t>({-5, -2, -1, 1, 2, 5});
  else
    s.operands[position(s.operands.size())] = any();
  s.attempt = true;
  s.no_grad = false;
  s.result = program_.variables;
  s.results = 0;
  program_.statements.push_back(s);
}

void Draft::fill() {
  for (std::int64_t n = between(1, 3); n > 0; --n) {
    const double u = uniform_(0, 1);
    Sizes sizes = shape();
    while (support::count(sizes) > kMostElements) sizes = shape();
    new_tensor(sizes, u < 0.8 ? eg::kFloat64 : u < 0.9 ? eg::kFloat32 : eg::kInt64);
  }
  std::int64_t n = between(1, 14);
  for (int tries = 0; tries < 200 && n > 0; ++tries)
    if (line()) --n;
  if (chance(0.2)) attempt();
}

Program draw(std::uint64_t seed) {
  Program p;
  Draft draft(p, seed);
  draft.fill();
  return p;
}

}  // namespace random_programs
