#include "common/program.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>

#include "common/bad_input.hpp"
#include "common/interrupt.hpp"
#include "common/numbers.hpp"
#include "eigengrad/core/version.hpp"

namespace apps {
namespace {

std::string version() {
  return std::to_string(EIGENGRAD_VERSION_MAJOR) + '.' + std::to_string(EIGENGRAD_VERSION_MINOR) +
         '.' + std::to_string(EIGENGRAD_VERSION_PATCH);
}

}  // namespace

void complain(const CLI::App& app, const std::string& text) {
  std::string line = app.get_name() + ": " + text;
  std::replace(line.begin(), line.end(), '\n', ' ');
  line += '\n';
  std::fputs(line.c_str(), stderr);
}

int run(CLI::App& app, int argc, char** argv, const std::function<int()>& body) {
  app.set_version_flag("--version", app.get_name() + ' ' + version());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    complain(app, e.what());
    return kBadInput;
  }
  try {
    note_interrupts();
    const int code = body();
    std::cout.flush();
    if (!std::cout) {
      complain(app, "the results cannot be written to stdout");
      return kNotConverged;
    }
    return interrupted() ? kInterrupted : code;
  } catch (const BadInput& e) {
    complain(app, e.what());
    return kBadInput;
  } catch (const std::exception& e) {
    complain(app, e.what());
    return kNotConverged;
  }
}

CLI::Option* add_format_option(CLI::App& app, std::string& format) {
  return app.add_option("--format", format, "How results are written: text, json or csv")
      ->check(CLI::IsMember({"text", "json", "csv"}))
      ->capture_default_str();
}

CLI::Validator whole_number(std::int64_t low, std::int64_t high) {
  return CLI::Validator(
      [low, high](const std::string& text) -> std::string {
        try {
          parse_whole(text, "", low, high);
          return "";
        } catch (const BadInput& e) {
          return std::string(e.what()).substr(2);
        }
      },
      "");
}

}  // namespace apps
