#include "random/harness.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <ostream>
#include <utility>

#include "random/draft.hpp"
#include "random/interpret.hpp"

namespace random_programs {
namespace {

/// How many orders are compared.
int orders_of(const Program& p) {
  const bool only_backward =
      any_statement(p.statements, [](const Statement& s) { return s.row->only_backward; });
  // The derivative of a formula's own intermediate values depends on how it is written.
  if (uses(p, "scaling_hook")) return 1;
  return only_backward ? 0 : p.seed % 4 == 0 ? 3 : 2;
}

/// Without the line `i` of `lines` and what depends on its results.
bool remove(std::vector<Statement>& lines, std::size_t i) {
  std::vector<int> gone;
  const auto drop = [&](std::size_t k) {
    for (int r = 0; r < lines[k].results; ++r) gone.push_back(lines[k].result + r);
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(k));
  };
  const auto depends = [&](const Statement& s) {
    const auto is_gone = [&](int v) {
      return std::find(gone.begin(), gone.end(), v) != gone.end();
    };
    return std::any_of(s.operands.begin(), s.operands.end(), is_gone) ||
           any_statement(s.body, [&](const Statement& line) {
             return std::any_of(line.operands.begin(), line.operands.end(), is_gone);
           });
  };
  drop(i);
  for (std::size_t k = i; k < lines.size();)
    if (depends(lines[k]))
      drop(k);
    else
      ++k;
  return !lines.empty();
}

/// Whether the reference can run it.
bool valid(const Program& p) {
  try {
    Values env(static_cast<std::size_t>(p.variables));
    const Maker<Value> maker = [](const Statement& s) { return new_value(s, s.result); };
    const auto is_tame = [](const Value& v) { return !v.defined() || tame(v); };
    for (const Statement& s : p.statements) {
      run(s, env, maker);
      if (!std::all_of(env.begin(), env.end(), is_tame)) return false;
    }
    return true;
  } catch (const Invalid&) {
    return false;
  }
}

/// The line as a new tensor with the values that it computes.
std::optional<Program> with_constant(const Program& p, std::size_t i) {
  const Statement& s = p.statements[i];
  if (s.results != 1 || s.operands.empty()) return std::nullopt;
  Values env(static_cast<std::size_t>(p.variables));
  const Maker<Value> maker = [](const Statement& line) { return new_value(line, line.result); };
  for (std::size_t k = 0; k <= i; ++k) run(p.statements[k], env, maker);
  const Value& v = env[static_cast<std::size_t>(s.result)];
  Program q = p;
  Statement t;
  t.row = &all_rows().front();
  t.result = s.result;
  t.integers = v.sizes;
  t.dtype = v.dtype;
  t.requires_grad = v.real();
  for (const Number& x : v.elements()) {
    if (!std::isfinite(value(x))) return std::nullopt;
    t.numbers.push_back(value(x));
  }
  q.statements[i] = t;
  return q;
}

std::string kind_of(const Program& p, const Difference& d) {
  std::string kind = d.check + ":";
  any_statement(p.statements, [&](const Statement& s) {
    if (!s.operands.empty())
      kind += std::string(" ") + s.row->name + (s.in_place && !s.row->only_in_place ? "_" : "") +
              (s.no_grad ? "(no_grad)" : "");
    return false;
  });
  return kind;
}

}  // namespace

std::optional<Difference> Harness::verdict(const Program& p) {
  const Outcome ours = run_library(p, orders_of(p));
  if (auto d = check_itself(p, ours)) return d;
  if (torch_ == nullptr) return std::nullopt;
  torch_->send(p, orders_of(p));
  const std::optional<Outcome> theirs = torch_->receive();
  return theirs ? compare(p, ours, *theirs) : std::nullopt;
}

bool Harness::exempt(const Program& p, const Difference& d) {
  for (std::size_t i = 0; i < exemptions().size(); ++i)
    if (exemptions()[i].covers(p, d)) {
      ++exempted_[i];
      return true;
    }
  return false;
}

Program Harness::shrink(Program p, const Difference& d) {
  const auto try_it = [&](Program q) {
    if (!valid(q)) return false;
    const std::optional<Difference> e = verdict(q);
    if (!e || e->check != d.check) return false;
    p = std::move(q);
    return true;
  };
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (std::size_t i = p.statements.size(); i-- > 0;) {
      if (i >= p.statements.size()) continue;
      Program q = p;
      if (remove(q.statements, i) && try_it(q)) {
        smaller = true;
        continue;
      }
      if (const auto constant = with_constant(p, i); constant && try_it(*constant)) {
        smaller = true;
        continue;
      }
      for (std::size_t k = p.statements[i].body.size(); k-- > 1;) {
        q = p;
        std::vector<Statement>& body = q.statements[i].body;
        if (k - 1 < body.size() && remove(body, k - 1) && body.back().results == 1 && try_it(q)) {
          smaller = true;
          break;
        }
      }
      for (bool Statement::*flag :
           {&Statement::no_grad, &Statement::requires_grad, &Statement::column_major})
        if (p.statements[i].*flag) {
          q = p;
          q.statements[i].*flag = false;
          smaller = try_it(q) || smaller;
        }
    }
  }
  return p;
}

void Harness::found(const Program& p, const Difference& d) {
  if (exempt(p, d)) return;
  const Program small = shrink(p, d);
  Difference last = verdict(small).value_or(d);
  if (exempt(small, last)) return;
  findings_[kind_of(small, last)].push_back({small, last});
}

void Harness::run(std::uint64_t first, std::int64_t count) {
  while (count > 0) {
    std::vector<Program> batch;
    for (; count > 0 && batch.size() < Torch::kAhead; --count) batch.push_back(draw(first++));
    if (torch_ != nullptr)
      for (const Program& p : batch) torch_->send(p, orders_of(p));
    std::vector<Outcome> outcomes;
    std::vector<std::optional<Difference>> differences;
    for (const Program& p : batch) {
      BOOST_TEST_CHECKPOINT("seed " << p.seed);
      lines_ += static_cast<std::int64_t>(p.statements.size());
      outcomes.push_back(run_library(p, orders_of(p)));
      differences.push_back(check_itself(p, outcomes.back()));
    }
    for (std::size_t i = 0; torch_ != nullptr && i < batch.size(); ++i) {
      const std::optional<Outcome> theirs = torch_->receive();
      if (!theirs)
        ++checked()["PyTorch crashes"];
      else if (!differences[i])
        differences[i] = compare(batch[i], outcomes[i], *theirs);
    }
    for (std::size_t i = 0; i < batch.size(); ++i)
      if (differences[i]) found(batch[i], *differences[i]);
  }
}

void print(std::ostream& os, const Finding& f) {
  os << text_of(f.program, Language::Cpp) << "// " << f.difference.check << ": "
     << f.difference.what
     << "\n// Again: test_random --run_test=programs -- --first=" << f.program.seed
     << " --count=1\n";
}

}  // namespace random_programs
