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

# So does the example of derivatives of functions, with eigengrad.hpp alone.
if(NOT readme MATCHES "```cpp\n([^`]*eg::value_grad_hessian[^`]*)```")
  message(FATAL_ERROR "README.md has no example with eg::value_grad_hessian")
endif()
file(WRITE "${BUILD}/readme_functional.cpp"
     "#include <eigengrad/eigengrad.hpp>\nnamespace eg = eigengrad;\nvoid example() {\n${CMAKE_MATCH_1}}\n")
execute_process(COMMAND ${CXX} -std=c++20 -fsyntax-only "-I${TOP}/include" -isystem "${EIGEN}"
                        "${BUILD}/readme_functional.cpp" COMMAND_ERROR_IS_FATAL ANY)
