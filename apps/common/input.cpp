#include "common/input.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <streambuf>
#include <utility>
#include <vector>

#include "common/bad_input.hpp"

#ifdef EIGENGRAD_APPS_ZLIB
#include <zlib.h>
#endif

namespace apps {
namespace {

#ifdef EIGENGRAD_APPS_ZLIB

class GzipBuffer : public std::streambuf {
 public:
  GzipBuffer(gzFile file, std::string name) : file_(file), name_(std::move(name)) {}
  ~GzipBuffer() override { gzclose(file_); }
  GzipBuffer(const GzipBuffer&) = delete;
  GzipBuffer& operator=(const GzipBuffer&) = delete;

 protected:
  int_type underflow() override {
    const int n = gzread(file_, block_.data(), static_cast<unsigned>(block_.size()));
    int error = Z_OK;
    const char* what = gzerror(file_, &error);
    // A file that ends too early is told by Z_BUF_ERROR, behind the bytes that it has.
    if (n < 0 || (n == 0 && error < 0))
      throw BadInput(name_ + ": the compressed file is damaged or cut short (" + what +
                     "); fetch it again");
    if (n == 0) return traits_type::eof();
    setg(block_.data(), block_.data(), block_.data() + n);
    return traits_type::to_int_type(block_[0]);
  }

 private:
  gzFile file_;
  std::string name_;
  std::vector<char> block_ = std::vector<char>(1 << 16);
};

class GzipStream : public std::istream {
 public:
  GzipStream(gzFile file, const std::string& name) : std::istream(nullptr), buffer_(file, name) {
    rdbuf(&buffer_);
  }

 private:
  GzipBuffer buffer_;
};

std::unique_ptr<std::istream> decompressed(const std::string& file, const std::string& option) {
  const gzFile opened = gzopen(file.c_str(), "rb");
  if (opened == nullptr)
    throw BadInput(option + ": " + in_quotes(file) + " cannot be read: " + std::strerror(errno));
  return std::make_unique<GzipStream>(opened, file);
}

#else

std::unique_ptr<std::istream> decompressed(const std::string& file, const std::string& option) {
  throw BadInput(option + ": " + in_quotes(file) +
                 " is compressed and this program was built without zlib; gunzip the file first");
}

#endif

/// The path without symbolic links, also of a file that is not there yet.
std::filesystem::path resolved(std::filesystem::path path) {
  constexpr int kMostLinks = 40;
  std::error_code error;
  path = std::filesystem::absolute(path, error);
  for (int i = 0; i < kMostLinks && std::filesystem::is_symlink(path, error); ++i)
    path = path.parent_path() / std::filesystem::read_symlink(path, error);
  const std::filesystem::path canonical = std::filesystem::weakly_canonical(path, error);
  return error ? path : canonical;
}

}  // namespace

bool is_same_file(const std::string& output, const std::string& other) {
  if (output.empty() || other.empty()) return false;
  const std::filesystem::path a(output);
  const std::filesystem::path b(other == "-" ? "/dev/stdin" : other);
  std::error_code error;
  if (std::filesystem::exists(a, error) && !std::filesystem::is_regular_file(a, error))
    return false;
  return std::filesystem::equivalent(a, b, error) || resolved(a) == resolved(b);
}

Input::Input(const std::string& file, const std::string& option)
    : stream_(&std::cin), name_("stdin") {
  if (file == "-") return;
  std::error_code error;
  if (std::filesystem::is_directory(file, error))
    throw BadInput(option + ": " + in_quotes(file) + " is a directory; give a file");
  auto opened = std::make_unique<std::ifstream>(file, std::ios::binary);
  if (!*opened)
    throw BadInput(option + ": " + in_quotes(file) + " cannot be read: " + std::strerror(errno));
  name_ = file;
  if (file.ends_with(".gz")) {
    file_ = decompressed(file, option);
  } else {
    file_ = std::move(opened);
    size_ = std::filesystem::file_size(file, error);
    if (error) size_ = 0;
  }
  stream_ = file_.get();
}

std::ofstream open_output(const std::string& file, const std::string& option) {
  std::ofstream out(file, std::ios::binary);
  if (!out)
    throw BadInput(option + ": " + in_quotes(file) + " cannot be written: " + std::strerror(errno));
  return out;
}

}  // namespace apps
