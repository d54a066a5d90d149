#pragma once

// clang-format off
// Written by tests/oracle/van_der_pol.py.

namespace oracle {

/// Van der Pol's oscillator from (2, 0), mu = 1000, behind its first jump and far behind: the time, x, v, and
/// their derivatives by x0, v0 and mu, those of x first.
inline constexpr double kVanDerPol[][9] = {
    {850.0, -1.9711190476123854, 0.00068315655574938388, -1.024734719776857, -0.00034157827787877082, -0.00058036698456707166, -0.00060133727619571915, -2.0044578100366558e-07, -1.0237286181577737e-06},
};

}  // namespace oracle
// clang-format on
