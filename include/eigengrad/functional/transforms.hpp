#pragma once

/// Derivatives of functions as functions: gradients, products, Jacobians and Hessians, on Tensors and
/// on Eigen vectors; and functions whose values are computed again instead of kept.

#include "eigengrad/functional/checkpoint.hpp"
#include "eigengrad/functional/gauss_newton.hpp"
#include "eigengrad/functional/gradient.hpp"
#include "eigengrad/functional/jacobian.hpp"
#include "eigengrad/functional/jacobian_transforms.hpp"
#include "eigengrad/functional/per_sample.hpp"
#include "eigengrad/functional/products.hpp"
#include "eigengrad/functional/traces.hpp"
#include "eigengrad/functional/value_and_derivatives.hpp"
