#define BOOST_TEST_MODULE misuse
#include <boost/test/unit_test.hpp>
#include <string_view>

#include "misuse/table.hpp"
#include "support/apart.hpp"

namespace misuse {
namespace {

constexpr unsigned kSeconds = 10;

constexpr std::string_view kError = "Error: ";

std::string refused(void (*call)()) {
  try {
    call();
  } catch (const eg::Error& e) {
    return std::string(kError) + e.what();
  } catch (const std::exception& e) {
    return std::string("foreign exception: ") + e.what();
  }
  return "nothing was thrown";
}

std::string worked(bool (*call)()) {
  try {
    return call() ? "right" : "wrong result";
  } catch (const std::exception& e) {
    return std::string("threw: ") + e.what();
  }
}

/// `[op] what is wrong ...`
bool has_form(const std::string& text) {
  const std::size_t op = text.find('['), end = text.find("] ");
  return text.find(kError) == 0 && op == kError.size() && end != std::string::npos &&
         text.size() > end + 12;
}

void check(const Wrong& row) {
  const support::Outcome o = support::run_apart([&] { return refused(row.call); }, kSeconds);
  BOOST_TEST_INFO("said: " << o.text);
  BOOST_TEST(o.status == 0, o.ending());
  BOOST_TEST(has_form(o.text));
  BOOST_TEST(o.text.find(row.says) != std::string::npos,
             "expected: " << row.says << ", said: " << o.text);
}

void check(const Extreme& row) {
  const support::Outcome o = support::run_apart([&] { return worked(row.call); }, kSeconds);
  BOOST_TEST(o.status == 0, o.ending());
  BOOST_TEST(o.text == "right");
}

template <class Row>
void add(const char* name, std::span<const Row> rows) {
  auto* const suite = BOOST_TEST_SUITE(name);
  for (const Row& r : rows)
    suite->add(boost::unit_test::make_test_case([&r] { check(r); }, r.name, __FILE__, __LINE__));
  boost::unit_test::framework::master_test_suite().add(suite);
}

}  // namespace

Table::Table(const char* name, std::span<const Wrong> rows) { add(name, rows); }
Table::Table(const char* name, std::span<const Extreme> rows) { add(name, rows); }

}  // namespace misuse
