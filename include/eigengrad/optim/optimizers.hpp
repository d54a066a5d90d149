#pragma once

/// The optimisers that change parameters in place, schedules of their rates, and clipped gradients.

#include "eigengrad/optim/adagrad.hpp"
#include "eigengrad/optim/adam.hpp"
#include "eigengrad/optim/clip_grad.hpp"
#include "eigengrad/optim/lbfgs.hpp"
#include "eigengrad/optim/lr_scheduler.hpp"
#include "eigengrad/optim/optimizer.hpp"
#include "eigengrad/optim/rmsprop.hpp"
#include "eigengrad/optim/serialize.hpp"
#include "eigengrad/optim/sgd.hpp"
