# Compiler cache, linker, warnings, sanitizers and the libraries that everything stands on.
find_program(WSGATE_CCACHE ccache)
if(WSGATE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${WSGATE_CCACHE})
endif()
find_program(WSGATE_MOLD mold)
if(WSGATE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
set(THREADS_PREFER_PTHREAD_FLAG ON)

find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(simdjson REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_library(WSGATE_JEMALLOC jemalloc REQUIRED)

# Our own code only: generated code and libraries are neither warned about nor sanitised.
add_library(wsgate_options INTERFACE)
target_compile_options(wsgate_options INTERFACE -Wall -Wextra -Werror -Wno-missing-field-initializers)
target_include_directories(wsgate_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(wsgate_options INTERFACE BOOST_ALL_NO_LIB BOOST_ERROR_CODE_HEADER_ONLY
                           WSGATE_VERSION="${PROJECT_VERSION}")
target_link_libraries(wsgate_options INTERFACE Threads::Threads)
if(WSGATE_SANITIZE)
  target_compile_options(wsgate_options INTERFACE -fsanitize=${WSGATE_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(wsgate_options INTERFACE -fsanitize=${WSGATE_SANITIZE})
  # Asio's fences are std::atomic_thread_fence, which the thread sanitizer does not know.
  target_compile_definitions(wsgate_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  if(WSGATE_SANITIZE STREQUAL thread)
    # Protobuf's map fields would have another layout than in its library.
    target_compile_options(wsgate_options INTERFACE -U__SANITIZE_THREAD__)
  endif()
endif()
