#include "common/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>

#include "common/input.hpp"
#include "common/interrupt.hpp"
#include "common/text.hpp"
#include "eigengrad/core/version.hpp"

namespace apps {
namespace {

std::string version() {
  return std::to_string(EIGENGRAD_VERSION_MAJOR) + '.' + std::to_string(EIGENGRAD_VERSION_MINOR) +
         '.' + std::to_string(EIGENGRAD_VERSION_PATCH);
}

/// `--method ''` and `--method=` mean nothing, least of all the default.
void refuse_empty_values(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument(argv[i]);
    std::string_view option;
    if (argument.empty())
      option = i > 1 ? argv[i - 1] : "''";
    else if (argument.starts_with("--") && argument.find('=') == argument.size() - 1)
      option = argument.substr(0, argument.size() - 1);
    if (!option.empty())
      throw BadInput(std::string(option) +
                     ": the value is empty; leave the option out for its default");
  }
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

void Options::input(const std::string& option, std::string& value, const std::string& help) {
  text(option, value, help);
  inputs_.push_back({option, &value});
}

void Options::output(const std::string& option, std::string& value, const std::string& help) {
  text(option, value, help);
  outputs_.push_back({option, &value});
}

void Options::check_files() const {
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (*inputs_[i].name == "-" && *inputs_[k].name == "-")
        throw BadInput(inputs_[i].option + ": stdin is read by " + inputs_[k].option +
                       " already; give one of them a file");
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const auto& [option, name] = outputs_[i];
    const auto is_same = [&, file = name](const File& other) {
      return is_same_file(*file, *other.name);
    };
    for (const File& file : inputs_)
      if (is_same(file))
        throw BadInput(option + ": " + in_quotes(*name) + " is the file of " + file.option +
                       ", which would be overwritten; write to another");
    for (std::size_t k = 0; k < i; ++k)
      if (is_same(outputs_[k]))
        throw BadInput(option + ": " + in_quotes(*name) + " is the file of " + outputs_[k].option +
                       ", too; write to another");
  }
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

void Options::missing(Missing& value) {
  const auto set = [&value](const std::string& t) {
    if (t != "fail" && t != "drop")
      throw BadInput("--missing: " + in_quotes(t) + " is none of fail, drop");
    value = t == "drop" ? Missing::Drop : Missing::Fail;
  };
  add("--missing", set, "What to do with rows that have an empty field or NA: fail or drop",
      "fail");
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

void Options::refuse(const std::vector<std::string>& options, const std::string& why) const {
  for (const std::string& option : options)
    if (is_given(option)) throw BadInput(option + ": has no effect " + why + "; leave it out");
}

int Options::run(int argc, char** argv, const std::function<int()>& body) {
  try {
    refuse_empty_values(argc, argv);
    parser_->app.parse(argc, argv);
    check_files();
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
  std::string line = text;
  std::replace(line.begin(), line.end(), '\n', ' ');
  line = program_ + ": " + printable(line) + '\n';
  std::fputs(line.c_str(), stderr);
}

}  // namespace apps
