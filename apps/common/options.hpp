#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/bad_input.hpp"
#include "common/columns.hpp"
#include "common/numbers.hpp"
#include "common/table.hpp"

namespace apps {

/// The largest `--seed`.
inline constexpr std::int64_t kMostSeed = std::numeric_limits<std::int64_t>::max();

enum ExitCode : int { kConverged = 0, kNotConverged = 1, kBadInput = 2, kInterrupted = 130 };

/// The command line of a program. CLI11 reads it; its headers stay in options.cpp, since every file that
/// reads them takes ten seconds to compile.
///
/// Every option writes to a variable that outlives this object and holds the default. What a value is not is
/// told in one line: `--n: '2.5' is not a whole number from 1 to 100`.
class Options {
 public:
  Options(std::string program, std::string description);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  const std::string& program() const noexcept { return program_; }

  /// Any text.
  void text(const std::string& option, std::string& value, const std::string& help);
  /// A file that is read, "-" for stdin, and one that is written. run() refuses, before anything is computed, an
  /// output that is an input or another output.
  void input(const std::string& option, std::string& value, const std::string& help);
  void output(const std::string& option, std::string& value, const std::string& help);
  /// Text that may be left out: `--option` alone leaves the variable as it is.
  void optional_text(const std::string& option, std::string& value, const std::string& help);
  /// Once for each element.
  void texts(const std::string& option, std::vector<std::string>& values, const std::string& help);
  void choice(const std::string& option, std::string& value,
              const std::vector<std::string>& choices, const std::string& help);
  /// The names of a map.
  template <class Value>
  void choice(const std::string& option, std::string& value,
              const std::map<std::string, Value>& choices, const std::string& help) {
    std::vector<std::string> names;
    for (const auto& [name, meaning] : choices) names.push_back(name);
    choice(option, value, names, help);
  }
  /// "text", "json" or "csv", as `--format`.
  void format(std::string& value);
  /// `--missing`, fail or drop.
  void missing(Missing& value);
  void flag(const std::string& option, bool& value, const std::string& help);

  /// Finite numbers, also for an optional of double.
  template <class Number>
  void number(const std::string& option, Number& value, const std::string& help) {
    add(
        option, [option, &value](const std::string& t) { value = parse_number(t, option); }, help,
        default_of(value));
  }
  template <class Number>
  void positive(const std::string& option, Number& value, const std::string& help) {
    add(
        option, [option, &value](const std::string& t) { value = parse_positive(t, option); }, help,
        default_of(value));
  }
  /// Between 0 and 1, these excluded.
  void share(const std::string& option, double& value, const std::string& help);
  /// From `low` to `high`, also for an optional of an integer.
  template <class Integer>
  void whole(const std::string& option, Integer& value, std::int64_t low, std::int64_t high,
             const std::string& help) {
    using Value = decltype(plain(value));
    add(
        option,
        [=, &value](const std::string& t) {
          value = static_cast<Value>(parse_whole(t, option, low, high));
        },
        help, default_of(value));
  }

  /// Not both.
  void exclude(const std::string& option, const std::string& other);
  /// Examples, and whatever else stands below the options in the help.
  void footer(const std::string& text);
  bool is_given(const std::string& option) const;
  /// Throws: BadInput for the first of `options` that is given, which `why` leaves without effect.
  void refuse(const std::vector<std::string>& options, const std::string& why) const;

  /// Reads the command line and runs `body`, whose exit code is returned. A mistake of the user, on the command
  /// line or as BadInput, is one line on stderr and kBadInput; any other error is one line and kNotConverged.
  /// After Ctrl-C, which `body` finds out by interrupted(), the exit code is kInterrupted. `--help` and
  /// `--version` are answered on stdout.
  int run(int argc, char** argv, const std::function<int()>& body);
  /// One line on stderr, `program: text`.
  void complain(const std::string& text) const;

 private:
  struct Parser;
  using Set = std::function<void(const std::string&)>;

  void add(const std::string& option, const Set& set, const std::string& help,
           const std::string& shown);

  /// What is shown as the default: nothing for an optional without a value.
  template <class T>
  static std::string default_of(const T& value) {
    if constexpr (requires { value.has_value(); })
      return value ? exact(static_cast<double>(*value)) : "";
    else
      return exact(static_cast<double>(value));
  }
  template <class T>
  static auto plain(const T& value) {
    if constexpr (requires { value.has_value(); })
      return *value;
    else
      return value;
  }

  struct File {
    std::string option;
    const std::string* name;
  };
  void check_files() const;

  std::string program_;
  std::unique_ptr<Parser> parser_;
  std::vector<File> inputs_;
  std::vector<File> outputs_;
};

}  // namespace apps
