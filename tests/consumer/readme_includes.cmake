# The README's example of sparse matrices compiles with the headers that it names, and eigengrad.hpp.

file(READ "${TOP}/README.md" readme)
if(NOT readme MATCHES "```cpp\n([^`]*eg::sparse_solve[^`]*)```")
  message(FATAL_ERROR "README.md has no example with eg::sparse_solve")
endif()
set(example "${CMAKE_MATCH_1}")
string(REGEX MATCHALL "#include[^\n]*" includes "${example}")
string(REGEX REPLACE "#include[^\n]*" "" example "${example}")
list(JOIN includes "\n" includes)
file(
  WRITE "${BUILD}/readme_sparse.cpp"
  "#include <eigengrad/eigengrad.hpp>\n${includes}\nnamespace eg = eigengrad;\n"
  "void example(const eg::Tensor& K, const eg::Tensor& y, const Eigen::SparseMatrix<double>& L) {\n${example}}\n")
execute_process(COMMAND ${CXX} -std=c++20 -fsyntax-only "-I${TOP}/include" -isystem "${EIGEN}" "${BUILD}/readme_sparse.cpp"
                        COMMAND_ERROR_IS_FATAL ANY)
