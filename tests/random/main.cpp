#define BOOST_TEST_MODULE random
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "random/draft.hpp"
#include "random/harness.hpp"
#include "support/option.hpp"

/// Random programs over the operators, each through all checks.
///
/// `test_random -- --first=1 --count=1000000` runs the programs of those seeds, `--python=no` without
/// PyTorch; `test_random --run_test=show -- --seed=7` prints one.
namespace {

using namespace random_programs;

using support::option;

void report(const Harness& harness, std::int64_t count) {
  std::cout << count << " programs of " << harness.lines() << " lines; checked:\n";
  for (const auto& [check, n] : checked()) std::cout << "  " << check << ": " << n << '\n';
  std::cout << "Differences that are known:\n";
  for (std::size_t i = 0; i < exemptions().size(); ++i)
    std::cout << "  " << harness.exempted()[i] << " x " << exemptions()[i].reason << '\n';
  if (!harness.findings().empty()) std::cout << prelude();
  for (const auto& [kind, list] : harness.findings()) {
    std::cout << "\n// " << list.size() << " x " << kind << '\n';
    print(std::cout, list.front());
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(show) {
  const std::string seed = option("--seed", "");
  if (seed.empty()) return;
  const Program p = draw(std::stoull(seed));
  std::cout << prelude() << text_of(p, Language::Cpp) << '\n' << text_of(p, Language::Python);
}

/// Every operator is drawn, in place too where it has such a form, and a seed gives one program.
BOOST_AUTO_TEST_CASE(coverage) {
  std::set<std::string> drawn;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const Program p = draw(seed);
    any_statement(p.statements, [&](const Statement& s) {
      drawn.insert(s.row->name + std::string(s.in_place ? " in place" : ""));
      return false;
    });
    if (seed <= 20) BOOST_TEST(text_of(p, Language::Cpp) == text_of(draw(seed), Language::Cpp));
  }
  for (const Row& r : all_rows()) {
    if (!r.only_in_place) BOOST_TEST(drawn.contains(r.name), r.name << " is never drawn");
    if (r.in_place)
      BOOST_TEST(drawn.contains(r.name + std::string(" in place")), r.name << " in place is not");
  }
}

/// A wrong value, a wrong derivative and a wrong flag are each found.
BOOST_AUTO_TEST_CASE(sensitivity) {
  int wrong_values = 0, wrong_derivatives = 0, wrong_flags = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Program p = draw(seed);
    const Outcome right = run_library(p, 2);
    if (right.along.empty() || check_itself(p, right)) continue;
    Outcome wrong = right;
    wrong.along.back() += 1e-3 * (1 + std::abs(wrong.along.back()));
    wrong_derivatives += check_itself(p, wrong) ? 1 : 0;
    wrong = right;
    for (double& x : wrong.seen.front().array.values) x += 1;
    wrong_values += check_itself(p, wrong) && compare(p, wrong, right) ? 1 : 0;
    wrong = right;
    wrong.seen.front().requires_grad ^= true;
    wrong_flags += compare(p, wrong, right) ? 1 : 0;
  }
  BOOST_TEST(wrong_values >= 30);
  BOOST_TEST(wrong_derivatives >= 30);
  BOOST_TEST(wrong_flags >= 30);
}

BOOST_AUTO_TEST_CASE(programs) {
  std::optional<Torch> torch;
  if (option("--python", "yes") == "yes") {
    torch.emplace();
    std::cout << torch->about() << (torch->found() ? "" : ": without comparison") << '\n';
  }
  Harness harness(torch && torch->found() ? &*torch : nullptr);
  const std::int64_t count = std::stoll(option("--count", "1000"));
  const std::uint64_t first = std::stoull(option("--first", "1"));
  constexpr std::int64_t kPiece = 10000;
  for (std::int64_t done = 0; done < count; done += kPiece) {
    harness.run(first + static_cast<std::uint64_t>(done), std::min(kPiece, count - done));
    if (count > kPiece)
      std::cout << done + kPiece << ": " << harness.findings().size() << " kinds" << std::endl;
  }
  report(harness, count);
  BOOST_TEST(harness.findings().empty());
}
