#define BOOST_TEST_MODULE fuzz

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "common/bad_input.hpp"
#include "fuzz/parsers.hpp"

namespace {

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// One to eight places changed, cut out, doubled or filled with what parsers look for.
std::string mutated(std::string bytes, std::mt19937& random) {
  static const std::string kMarks =
      "\"',;\n\r\t()[]<>=+-*/^.0189eExXnN`\\ \x80\xff" + std::string(1, '\0');
  for (std::size_t n = random() % 8 + 1; n > 0; --n) {
    const std::size_t at = random() % (bytes.size() + 1);
    switch (random() % 4) {
      case 0:
        bytes.insert(at, 1, kMarks[random() % kMarks.size()]);
        break;
      case 1:
        bytes.erase(at, random() % 9);
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, random() % 17));
        break;
      default:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random());
    }
  }
  return bytes;
}

/// Whether the parser took or refused it; anything else is an error.
void check(const fuzz::Parser& parser, const std::string& bytes, const std::string& name) {
  try {
    parser.parse(bytes);
  } catch (const apps::BadInput&) {
  } catch (const std::exception& e) {
    BOOST_ERROR(parser.name << ", " << name << ": " << e.what() << " of\n" << bytes);
  }
}

}  // namespace

// A run of the fuzzers starts from the same files, and what it finds becomes one of them.
BOOST_AUTO_TEST_CASE(the_corpus_and_what_is_near_it) {
  constexpr int kMutations = 200;
  const std::filesystem::path corpus =
      std::filesystem::path(EIGENGRAD_SOURCE_DIR) / "tests/fuzz/corpus";
  for (const fuzz::Parser& parser : fuzz::parsers()) {
    int files = 0;
    for (const auto& file : std::filesystem::directory_iterator(corpus / parser.name)) {
      ++files;
      const std::string name = file.path().filename().string();
      const std::string bytes = read(file.path());
      check(parser, bytes, name);
      std::mt19937 random(static_cast<unsigned>(bytes.size()));
      for (int k = 0; k < kMutations; ++k)
        check(parser, mutated(bytes, random), name + ", mutation " + std::to_string(k));
    }
    BOOST_TEST(files > 0, parser.name);
  }
}
