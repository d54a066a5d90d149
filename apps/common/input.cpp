#include "common/input.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "common/bad_input.hpp"

namespace apps {

Input::Input(const std::string& file, const std::string& option)
    : stream_(&std::cin), name_("stdin") {
  if (file == "-") return;
  std::error_code error;
  if (std::filesystem::is_directory(file, error))
    throw BadInput(option + ": " + in_quotes(file) + " is a directory");
  file_.open(file, std::ios::binary);
  if (!file_)
    throw BadInput(option + ": " + in_quotes(file) + " cannot be read: " + std::strerror(errno));
  size_ = std::filesystem::file_size(file, error);
  if (error) size_ = 0;
  stream_ = &file_;
  name_ = file;
}

std::ofstream open_output(const std::string& file, const std::string& option) {
  std::ofstream out(file, std::ios::binary);
  if (!out)
    throw BadInput(option + ": " + in_quotes(file) + " cannot be written: " + std::strerror(errno));
  return out;
}

}  // namespace apps
