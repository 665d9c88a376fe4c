# wsgate_embed(TARGET FILE SYMBOL): compiles FILE into TARGET as `extern const std::string_view wsgate::SYMBOL`.
function(wsgate_embed target file symbol)
  file(READ ${file} content HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${content}")
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cc)
  file(CONFIGURE OUTPUT ${out} CONTENT
"#include <string_view>
namespace wsgate {
static const char k@symbol@Bytes[] = {@bytes@ '\\0'};
extern const std::string_view @symbol@;
const std::string_view @symbol@(k@symbol@Bytes, sizeof k@symbol@Bytes - 1);
}
" @ONLY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  target_sources(${target} PRIVATE ${out})
endfunction()
