#include <boost/test/unit_test.hpp>
#include <map>

#include "fixture.hpp"
#include "graph.hpp"

/// What the graph programs print, against what they print with libtorch (graph.txt, by
/// libtorch/write_graph.cpp).
namespace conformance {
namespace {

using Lines = std::vector<std::string>;

std::map<std::string, Lines> read_transcripts() {
  std::ifstream file = open_fixture(EIGENGRAD_SOURCE_DIR, "graph.txt");
  std::map<std::string, Lines> transcripts;
  Lines* current = nullptr;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("program "))
      current = &transcripts[line.substr(8)];
    else
      current->push_back(line);
  return transcripts;
}

const bool registered = [] {
  auto* const suite = BOOST_TEST_SUITE("graph");
  static const std::map<std::string, Lines> fixture = read_transcripts();
  for (const Program& program : all_programs())
    suite->add(boost::unit_test::make_test_case(
        [program] {
          const auto wanted = fixture.find(program.name);
          BOOST_TEST_REQUIRE((wanted != fixture.end()), "not in graph.txt");
          BOOST_TEST(transcript_of(program) == wanted->second, boost::test_tools::per_element());
        },
        program.name, __FILE__, __LINE__));
  boost::unit_test::framework::master_test_suite().add(suite);
  return true;
}();

BOOST_AUTO_TEST_CASE(every_program_of_the_fixture_is_compared) {
  std::map<std::string, bool> known;
  for (const Program& program : all_programs()) known[program.name] = true;
  for (const auto& [name, lines] : read_transcripts())
    BOOST_CHECK_MESSAGE(known.contains(name), name << " is in graph.txt only");
}

}  // namespace
}  // namespace conformance
