#pragma once

/// Derivatives of functions as functions: gradients, products, Jacobians and Hessians, on Tensors and
/// on Eigen vectors.

#include "eigengrad/functional/gradient.hpp"
#include "eigengrad/functional/jacobian.hpp"
#include "eigengrad/functional/products.hpp"
