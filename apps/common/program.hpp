#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "common/options.hpp"
#include "common/progress.hpp"

namespace apps {

/// Reads the command line and runs `body`, whose exit code is returned. A mistake of the user, on
/// the command line or as BadInput, is one line on stderr and kBadInput; any other error is one
/// line and kNotConverged. After Ctrl-C, which `body` finds out by interrupted(), the exit code is
/// kInterrupted. `--help` and `--version` are answered on stdout.
int run(CLI::App& app, int argc, char** argv, const std::function<int()>& body);

/// One line on stderr, `program: text`.
void complain(const CLI::App& app, const std::string& text);

/// "text", "json" or "csv".
CLI::Option* add_format_option(CLI::App& app, std::string& format);

/// A whole number of the command line from `low` to `high`; a check of CLI11's for an option.
CLI::Validator whole_number(std::int64_t low, std::int64_t high);

}  // namespace apps
