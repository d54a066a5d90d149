#pragma once

// The version of the headers in use. CMake reads it from here; nothing else states it.

#define EIGENGRAD_VERSION_MAJOR 0
#define EIGENGRAD_VERSION_MINOR 1
#define EIGENGRAD_VERSION_PATCH 0
