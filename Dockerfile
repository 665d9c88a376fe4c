# The image of wsgate: both programs, the libraries that they need and the licences. No shell, no package manager.
#   docker build -t wsgate .        on a base with Debian 12's packages, which the build stage completes
#   make image                      the same with Debian's own tools, on a base made from Debian's packages
# BASE is any Debian 12. What `cmake/install_packages.sh build` names and BASE does not have is installed.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
# A folder for the compiler's cache, for whoever mounts one.
ARG CCACHE_DIR=/root/.cache/ccache
ARG JOBS
ENV CCACHE_BASEDIR=/src CCACHE_NOHASHDIR=1
WORKDIR /src
COPY cmake/install_packages.sh cmake/install_packages.sh
RUN cmake/install_packages.sh build
COPY . .
RUN cmake --preset release -DWSGATE_TESTS=OFF -DWSGATE_BENCH=OFF \
 && CCACHE_DIR=${CCACHE_DIR} cmake --build build --target wsgate wsgatectl -j "${JOBS:-$(nproc)}"
ARG VERSION=0.1.0
RUN cmake/image/collect.sh /image "${VERSION}"

FROM scratch
COPY --from=build /image/ /
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title=wsgate \
      org.opencontainers.image.description="A WebSocket gateway that backend services drive over gRPC" \
      org.opencontainers.image.version=${VERSION} \
      org.opencontainers.image.revision=${REVISION} \
      org.opencontainers.image.licenses=MIT
# Nothing is written: a read-only root does.
USER 65532:65532
WORKDIR /
ENV PATH=/usr/bin
EXPOSE 8080 50051 8081
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/wsgate"]
CMD ["serve"]
