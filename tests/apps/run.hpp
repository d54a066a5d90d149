#pragma once

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace apps_test {

/// What a program did.
struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

/// Where a program's stderr goes.
enum class Stderr { File, Terminal };

/// Whether this system has pseudo-terminals, which a container may lack; a precondition of test cases.
boost::test_tools::assertion_result has_terminals(boost::unit_test::test_unit_id);

/// Runs `program` with `arguments`, `input` on stdin and, when given, another PATH.
Outcome run(const std::string& program, const std::vector<std::string>& arguments,
            const std::string& input = "", Stderr err = Stderr::File, const char* path = nullptr);

/// Runs `program` with `--format json` added, checks that it ended well and said nothing on stderr, and reads what it
/// wrote.
nlohmann::json run_for_json(const std::string& program, std::vector<std::string> arguments,
                            const std::string& input = "");

/// A folder that goes with the object, and files in it.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string path(const std::string& name) const { return folder_ + '/' + name; }
  /// Writes a file and returns its path.
  std::string file(const std::string& name, const std::string& content) const;

 private:
  std::string folder_;
};

std::string read_file(const std::string& path);

/// Checks that the program refused: exit code 2, nothing on stdout, exactly one line on stderr that
/// contains all `phrases`.
void check_refusal(const Outcome& outcome, const std::vector<std::string>& phrases);

}  // namespace apps_test
