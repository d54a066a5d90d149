#define BOOST_TEST_MODULE functional
#include <boost/test/unit_test.hpp>
