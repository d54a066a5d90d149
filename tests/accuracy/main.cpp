#define BOOST_TEST_MODULE accuracy
#include <boost/test/unit_test.hpp>
