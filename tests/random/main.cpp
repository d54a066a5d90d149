#define BOOST_TEST_MODULE random
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "random/draft.hpp"
#include "random/harness.hpp"

/// Random programs over the operators, each through all checks.
///
/// `test_random -- --first=1 --count=1000000` runs the programs of those seeds; `--show=7` prints the
/// program of a seed in C++ and Python; `--python=no` leaves PyTorch out.

namespace {

using namespace random_programs;

std::string option(std::string_view name, std::string value) {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  for (int i = 1; i < suite.argc; ++i) {
    const std::string_view argument = suite.argv[i];
    if (argument.starts_with(name) && argument.substr(name.size()).starts_with("="))
      value = argument.substr(name.size() + 1);
  }
  return value;
}

}  // namespace

BOOST_AUTO_TEST_CASE(programs) {
  if (const std::string seed = option("--show", ""); !seed.empty()) {
    const Program p = draw(std::stoull(seed));
    std::cout << text_of(p, Language::Cpp) << '\n' << text_of(p, Language::Python);
    return;
  }
  std::optional<Torch> torch;
  if (option("--python", "yes") == "yes") {
    torch.emplace();
    std::cout << torch->about() << (torch->found() ? "" : ": without comparison") << '\n';
  }
  Harness harness(torch && torch->found() ? &*torch : nullptr);
  const std::int64_t count = std::stoll(option("--count", "1000"));
  const std::uint64_t first = std::stoull(option("--first", "1"));
  const std::int64_t piece = std::stoll(option("--report", "10000"));
  std::size_t known = 0;
  for (std::int64_t done = 0; done < count; done += piece) {
    harness.run(first + static_cast<std::uint64_t>(done), std::min(piece, count - done));
    if (harness.findings().size() == known) continue;
    known = harness.findings().size();
    std::cout << done << ": " << known << " kinds of findings" << std::endl;
  }
  std::cout << count << " programs of " << harness.lines() << " lines\n";
  for (const auto& [check, n] : statistics().counts) std::cout << "  " << n << " " << check << '\n';
  for (std::size_t i = 0; i < exemptions().size(); ++i)
    std::cout << "  exempt " << harness.exempted()[i] << ": " << exemptions()[i].reason << '\n';
  for (const auto& [kind, list] : harness.findings()) {
    std::cout << "\n" << list.size() << " x " << kind << '\n';
    print(std::cout, list.front());
  }
  BOOST_TEST(harness.findings().empty());
}
