#include "common/program.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <exception>
#include <iostream>

#include "common/bad_input.hpp"
#include "common/interrupt.hpp"
#include "common/numbers.hpp"
#include "common/progress.hpp"
#include "common/table.hpp"
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
  const auto check = [low, high](const std::string& text) -> std::string {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && stop == end && value >= low && value <= high) return "";
    return in_quotes(text) + " is not a whole number from " + std::to_string(low) + " to " +
           std::to_string(high);
  };
  return CLI::Validator(check, "");
}

CLI::Validator positive_number() {
  const auto check = [](const std::string& text) -> std::string {
    try {
      if (parse_number(text, "") > 0) return "";
    } catch (const BadInput&) {
    }
    return in_quotes(text) + " is not a number above 0";
  };
  return CLI::Validator(check, "");
}

void show_iteration(Progress& progress, const eigengrad::optim::Iteration& now,
                    double first_gradient_norm, double tolerance) {
  if (!progress.shown()) return;
  const double done =
      std::log(first_gradient_norm / now.gradient_norm) / std::log(first_gradient_norm / tolerance);
  progress.update(std::isfinite(done) ? std::min(done, 1.0) : -1,
                  "iteration " + std::to_string(now.iter) + ", cost " + number(now.value, 6) +
                      ", |gradient| " + number(now.gradient_norm, 3));
}

}  // namespace apps
