#include "data/misra1a.hpp"

namespace apps {

const std::string_view kMisra1aCsv =
    R"(y,x
10.07,77.6
14.73,114.9
17.94,141.1
23.93,190.8
29.61,239.9
35.18,289.0
40.02,332.8
44.82,378.4
50.76,434.8
55.05,477.3
61.01,536.8
66.40,593.1
75.47,689.1
81.78,760.0
)";

}  // namespace apps
