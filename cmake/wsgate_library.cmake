# wsgate_library(NAME SOURCES a.cc b.cc DEPS x y): the library target of one folder. Its link list is its arrows.
function(wsgate_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(wsgate_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(wsgate_${name} PUBLIC wsgate_options ${ARG_DEPS})
endfunction()

# wsgate_test(NAME SOURCES a_test.cc DEPS x y LABELS tsan release): one GoogleTest binary, one line in ctest.
# Label `tsan`: runs under the thread sanitizer too. Label `release`: does not run under the address sanitizer.
function(wsgate_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE wsgate_options ${ARG_DEPS} gtest gmock gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS "${ARG_LABELS}")
endfunction()
