#pragma once

#include <boost/test/unit_test.hpp>
#include <exception>
#include <string>
#include <string_view>

/// For BOOST_CHECK_EXCEPTION: whether the message contains a phrase.
struct Says {
  std::string_view phrase;
  bool operator()(const std::exception& e) const {
    const bool found = std::string_view(e.what()).find(phrase) != std::string_view::npos;
    if (!found) BOOST_TEST_MESSAGE("said instead: " << e.what());
    return found;
  }
};
