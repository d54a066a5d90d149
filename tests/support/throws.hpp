#pragma once

#include <boost/test/unit_test.hpp>
#include <exception>
#include <string>

#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"

namespace support {

/// The message of the E that `f` throws; any other outcome gives a text that no test expects.
template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  } catch (const std::exception& e) {
    return std::string("another exception: ") + e.what();
  }
  return "nothing was thrown";
}

/// Checks that `f` throws E with `part` in the message, and that neither grad mode nor a level of
/// forward mode is left changed.
template <class E, class F>
void check_throws(const std::string& part, F&& f) {
  const bool before = eigengrad::GradMode::is_enabled();
  const std::string message = message_of<E>(f);
  BOOST_TEST_INFO("message: " << message);
  BOOST_TEST(message.find(part) != std::string::npos);
  BOOST_TEST(eigengrad::GradMode::is_enabled() == before);
  BOOST_TEST(!eigengrad::autograd::DualLevel::is_open());
}

}  // namespace support
