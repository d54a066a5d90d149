#pragma once

/// The optimisers that change parameters in place: SGD, Adam, LBFGS.

#include "eigengrad/optim/adam.hpp"
#include "eigengrad/optim/lbfgs.hpp"
#include "eigengrad/optim/optimizer.hpp"
#include "eigengrad/optim/sgd.hpp"
