#pragma once

#include <cstdint>
#include <fstream>
#include <istream>
#include <memory>
#include <string>

namespace apps {

/// A file that is read, or stdin. A file whose name ends in .gz is decompressed on the way.
class Input {
 public:
  /// `file` "-" is stdin. `option` stands in front of messages.
  /// Throws: BadInput when the file cannot be opened or is a directory, or is compressed and the program was
  /// built without zlib.
  Input(const std::string& file, const std::string& option);

  std::istream& stream() noexcept { return *stream_; }
  /// For messages and headings.
  const std::string& name() const noexcept { return name_; }
  /// In bytes; 0 when it is not known.
  std::uintmax_t size() const noexcept { return size_; }

 private:
  std::unique_ptr<std::istream> file_;
  std::istream* stream_;
  std::string name_;
  std::uintmax_t size_ = 0;
};

/// Whether writing to the file `output` would change the file `other`: by whatever path, link or, for "-", stdin.
/// False when either is empty, and for what is no regular file.
bool is_same_file(const std::string& output, const std::string& other);

/// A file that is written. Throws: BadInput when it cannot be opened.
std::ofstream open_output(const std::string& file, const std::string& option);

}  // namespace apps
