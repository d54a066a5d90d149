# The target `docs`: the browsable reference, in docs/html of the build folder. A warning fails it.

find_package(Doxygen 1.9 QUIET)
find_package(Python3 QUIET COMPONENTS Interpreter)
if(NOT DOXYGEN_FOUND OR NOT Python3_FOUND)
  return()
endif()

file(GLOB_RECURSE contracts CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/eigengrad/ops/*.hpp")
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/docs")
set(pages)
foreach(page IN ITEMS operators accuracy)
  list(APPEND pages "${PROJECT_BINARY_DIR}/docs/${page}.md")
  add_custom_command(
    OUTPUT "${PROJECT_BINARY_DIR}/docs/${page}.md"
    COMMAND Python3::Interpreter "${PROJECT_SOURCE_DIR}/.cmake/operator_table.py"
            "${PROJECT_SOURCE_DIR}/include" ${page} > "${PROJECT_BINARY_DIR}/docs/${page}.md"
    DEPENDS ${contracts} "${PROJECT_SOURCE_DIR}/.cmake/operator_table.py"
    VERBATIM)
endforeach()

set(DOXYGEN_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/docs")
set(DOXYGEN_USE_MDFILE_AS_MAINPAGE README.md)
set(DOXYGEN_STRIP_FROM_PATH "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/docs")
set(DOXYGEN_STRIP_FROM_INC_PATH "${PROJECT_SOURCE_DIR}/include")
set(DOXYGEN_EXTRACT_ALL YES)
set(DOXYGEN_HIDE_UNDOC_RELATIONS YES)
set(DOXYGEN_QUIET YES)
set(DOXYGEN_WARN_AS_ERROR FAIL_ON_WARNINGS)
set(DOXYGEN_WARN_IF_UNDOCUMENTED NO)
set(DOXYGEN_JAVADOC_AUTOBRIEF YES)
set(DOXYGEN_SORT_MEMBER_DOCS NO)
set(DOXYGEN_EXCLUDE_SYMBOLS "*detail*" "EIGENGRAD_*")
set(DOXYGEN_GENERATE_TREEVIEW YES)
set(DOXYGEN_HAVE_DOT NO)
set(DOXYGEN_MACRO_EXPANSION YES)
set(DOXYGEN_EXPAND_ONLY_PREDEF YES)
set(DOXYGEN_INCLUDE_PATH "${PROJECT_SOURCE_DIR}/include")
set(DOXYGEN_PREDEFINED "EIGENGRAD_API=")
# The keys of a contract (Throws: ...) become paragraphs with a heading.
set(DOXYGEN_INPUT_FILTER "${PROJECT_SOURCE_DIR}/.cmake/contract_keys.sed")
doxygen_add_docs(
  docs "${PROJECT_SOURCE_DIR}/README.md" ${pages} "${PROJECT_SOURCE_DIR}/include"
  COMMENT "The reference, in ${PROJECT_BINARY_DIR}/docs/html")
