#pragma once

// clang-format off
// Written by tests/oracle/van_der_pol.py.

namespace oracle {

/// Van der Pol's oscillator from (2, 0), mu = 1000, behind its first jump and far behind: the time, x, v, and
/// their derivatives by x0, v0 and mu, those of x first.
inline constexpr double kVanDerPol[][9] = {
    {850.0, -1.9711190476123854, 0.0006831565557493863, -1.0247347199033514, -0.00034157827792078994, -0.0005803669846350387, -0.0006013372762699462, -2.0044578102832245e-07, -1.0237286181976537e-06},
    {1500.0, -1.3547459194866034, 0.0016217887275974004, -2.432682821427247, -0.0008108943639081335, -0.002431930745847621, -0.009884567320273431, -3.294856139518293e-06, -1.1503284409441876e-05},
};

}  // namespace oracle
// clang-format on
