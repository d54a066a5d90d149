#include "common/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>

#include "common/interrupt.hpp"
#include "eigengrad/core/version.hpp"

namespace apps {
namespace {

std::string version() {
  return std::to_string(EIGENGRAD_VERSION_MAJOR) + '.' + std::to_string(EIGENGRAD_VERSION_MINOR) +
         '.' + std::to_string(EIGENGRAD_VERSION_PATCH);
}

}  // namespace

struct Options::Parser {
  CLI::App app;
};

Options::Options(std::string program, std::string description)
    : program_(std::move(program)), parser_(std::make_unique<Parser>()) {
  parser_->app.name(program_);
  parser_->app.description(std::move(description));
  parser_->app.set_version_flag("--version", program_ + ' ' + version());
}

Options::~Options() = default;

void Options::add(const std::string& option, const Set& set, const std::string& help,
                  const std::string& shown) {
  CLI::Option* const added = parser_->app.add_option_function<std::string>(option, set, help);
  if (!shown.empty()) added->default_str(shown);
}

void Options::text(const std::string& option, std::string& value, const std::string& help) {
  add(
      option, [&value](const std::string& t) { value = t; }, help, value);
}

void Options::optional_text(const std::string& option, std::string& value,
                            const std::string& help) {
  parser_->app
      .add_option_function<std::vector<std::string>>(
          option,
          [&value](const std::vector<std::string>& t) {
            if (!t.empty() && !t.front().empty()) value = t.front();
          },
          help)
      ->expected(0, 1)
      ->default_str(value);
}

void Options::texts(const std::string& option, std::vector<std::string>& values,
                    const std::string& help) {
  parser_->app.add_option(option, values, help);
}

void Options::choice(const std::string& option, std::string& value,
                     const std::vector<std::string>& choices, const std::string& help) {
  const auto set = [option, choices, &value](const std::string& t) {
    if (std::find(choices.begin(), choices.end(), t) == choices.end()) {
      std::string all;
      for (const std::string& choice : choices) all += (all.empty() ? "" : ", ") + choice;
      throw BadInput(option + ": " + in_quotes(t) + " is none of " + all);
    }
    value = t;
  };
  add(option, set, help, value);
}

void Options::format(std::string& value) {
  choice("--format", value, {"text", "json", "csv"}, "How results are written: text, json or csv");
}

void Options::flag(const std::string& option, bool& value, const std::string& help) {
  parser_->app.add_flag(option, value, help);
}

void Options::share(const std::string& option, double& value, const std::string& help) {
  const auto set = [option, &value](const std::string& t) {
    value = parse_number(t, option);
    if (!(value > 0 && value < 1))
      throw BadInput(option + ": " + in_quotes(t) + " is not between 0 and 1");
  };
  add(option, set, help, exact(value));
}

void Options::exclude(const std::string& option, const std::string& other) {
  parser_->app.get_option(option)->excludes(parser_->app.get_option(other));
}

void Options::footer(const std::string& text) { parser_->app.footer(text); }

bool Options::is_given(const std::string& option) const {
  return parser_->app.get_option(option)->count() > 0;
}

int Options::run(int argc, char** argv, const std::function<int()>& body) {
  try {
    parser_->app.parse(argc, argv);
    note_interrupts();
    const int code = body();
    std::cout.flush();
    if (!std::cout) {
      complain("the results cannot be written to stdout");
      return kNotConverged;
    }
    return interrupted() ? kInterrupted : code;
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return parser_->app.exit(e);
    complain(e.what());
    return kBadInput;
  } catch (const BadInput& e) {
    complain(e.what());
    return kBadInput;
  } catch (const std::exception& e) {
    complain(e.what());
    return kNotConverged;
  }
}

void Options::complain(const std::string& text) const {
  std::string line = program_ + ": " + text;
  std::replace(line.begin(), line.end(), '\n', ' ');
  line += '\n';
  std::fputs(line.c_str(), stderr);
}

}  // namespace apps
