#pragma once

#include "autograd/support.hpp"

namespace autograd_test {

using ag::AutogradContext;
using ag::Function;
using ag::Variable;

/// For BOOST_CHECK_EXCEPTION: whether the message contains every phrase.
class SaysAll {
 public:
  template <class... Phrase>
  explicit SaysAll(const Phrase&... phrases) : phrases_{std::string(phrases)...} {}
  bool operator()(const std::exception& e) const {
    bool all = true;
    for (const std::string& phrase : phrases_) all = Says{phrase}(e) && all;
    return all;
  }

 private:
  std::vector<std::string> phrases_;
};

}  // namespace autograd_test
