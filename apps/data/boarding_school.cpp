#include "data/boarding_school.hpp"

namespace apps {

const std::string_view kBoardingSchoolCsv =
    R"(t,I
1,3
2,8
3,26
4,76
5,225
6,298
7,258
8,233
9,189
10,128
11,68
12,29
13,14
14,4
)";

}  // namespace apps
