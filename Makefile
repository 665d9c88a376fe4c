# The commands of this project; `make help` lists them. Everything they make goes under build/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
RUN_ARGS ?= serve --dev
FUZZ_SECONDS ?= 60
# Reports end the test. The thread sanitizer ignores what libraries do that are not instrumented (gRPC, protobuf).
ASAN = ASAN_OPTIONS=halt_on_error=1:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
TSAN_SUPPRESSIONS = $(wildcard tests/support/tsan.supp)
TSAN = TSAN_OPTIONS='halt_on_error=1:ignore_noninstrumented_modules=1$(if \
       $(TSAN_SUPPRESSIONS),:suppressions=$(CURDIR)/$(TSAN_SUPPRESSIONS))'
CTEST = tests/tools/run ctest --output-on-failure --no-tests=error -j$(JOBS)

# One compiler cache for all clones of the tree: paths within it are hashed as seen from the build folder.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

.PHONY: help build run test test-build test-release test-asan test-tsan fuzz test-chart test-slow e2e-k8s tools image \
        bench-quick bench-peers bench-tls format lint clean install

help: ## This list
	@echo 'wsgate: make TARGET, where TARGET is one of'
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

build: ## Build build/bin/wsgate and build/bin/wsgatectl (installs missing Debian packages)
	@cmake/install_packages.sh build
	@[[ -f build/build.ninja ]] || cmake --preset release -DWSGATE_TESTS=OFF -DWSGATE_BENCH=OFF
	@cmake --build build --target wsgate wsgatectl -j$(JOBS)

run: build ## Build, then serve with a demo page on http://127.0.0.1:8080
	@exec build/bin/wsgate $(RUN_ARGS)

test: tools ## Build and run all tests: release, then under the address and the thread sanitizer
	@mkdir -p build && : > build/test_times
	@for part in test-release test-asan test-tsan; do \
	   start=$$SECONDS; \
	   $(MAKE) --no-print-directory $$part; \
	   printf '%-20s %3d:%02d\n' "$$part" $$(((SECONDS - start) / 60)) $$(((SECONDS - start) % 60)) | \
	     tee -a build/test_times; \
	 done

tools: ## Fetch the pinned tools of the tests into build/tools, and generate the stubs
	@cmake/install_packages.sh test
	@tests/tools/fetch.sh
	@tests/tools/gen_stubs.sh

test-build: tools
	@cmake --preset release -DWSGATE_TESTS=ON -DWSGATE_BENCH=ON
	@cmake --build build -j$(JOBS)

test-release: test-build ## Only the release build's tests
	@$(CTEST) --test-dir build

test-asan: tools ## Only the tests under the address and undefined-behaviour sanitizers
	@cmake --preset asan -DWSGATE_TESTS=ON
	@cmake --build build/asan -j$(JOBS)
	@$(ASAN) $(CTEST) --test-dir build/asan -LE '^release$$'

test-tsan: tools ## Only the tests with label tsan, under the thread sanitizer
	@cmake --preset tsan -DWSGATE_TESTS=ON
	@tests=$$(ctest --test-dir build/tsan -N -L '^tsan$$' | sed -n 's/^ *Test *#[0-9]*: //p'); \
	 [[ -n $$tests ]] || { echo 'No test has the label tsan (tests/CMakeLists.txt).' >&2; exit 1; }; \
	 cmake --build build/tsan -j$(JOBS) --target $$tests  # A test bears its target's name.
	@$(TSAN) $(CTEST) --test-dir build/tsan -L '^tsan$$'

fuzz: ## Run each fuzz target for FUZZ_SECONDS (60) under the address sanitizer
	@cmake/install_packages.sh test
	@cmake --preset asan -DWSGATE_TESTS=ON
	@cmake --build build/asan -j$(JOBS) --target $$(cut -d ' ' -f 1 build/asan/fuzz_targets)
	@while read -r target corpus; do \
	   echo "== $$target"; \
	   ASAN_OPTIONS=abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1:abort_on_error=1 \
	     build/asan/bin/$$target "$$corpus" $(FUZZ_SECONDS)s; \
	 done < build/asan/fuzz_targets

test-chart: tools build ## Only the chart's tests: helm lint, Kubernetes' schemas, what it renders (part of test-release)
	@tests/tools/run python3 -m pytest -q -c tests/chart/pytest.ini tests/chart

test-slow: test-build ## Run the drills of minutes in tests/slow; they write docs/results
	@mkdir -p docs/results
	@shopt -s nullglob; drills=(tests/slow/*.sh tests/slow/*.py); \
	 (($${#drills[@]})) || { echo 'There is no drill in tests/slow.' >&2; exit 1; }; \
	 for drill in "$${drills[@]}"; do \
	   echo "== $$drill"; \
	   case $$drill in \
	     *.sh) tests/tools/run bash "$$drill" --output docs/results ;; \
	     *.py) tests/tools/run python3 "$$drill" --output docs/results ;; \
	   esac; \
	 done

e2e-k8s: test-build ## Only the drill on a real Kubernetes of one node (root; the first time 15 minutes to build it)
	@mkdir -p docs/results
	@tests/tools/run bash tests/slow/kubernetes.sh --output docs/results

image: ## Build the container image without a registry: build/wsgate-image.tar (root; Debian's buildah and mmdebstrap)
	@cmake/install_packages.sh image
	@cmake/image/make.sh

bench-quick: test-build ## Measure against the limit; writes bench/results
	@tests/tools/run python3 bench/quick.py --output bench/results

bench-peers: test-build ## Measure beside Node ws, Socket.IO and centrifuge; writes bench/results and docs/performance.md
	@bench/peers/fetch.sh $(PEERS_ARGS)
	@tests/tools/run python3 bench/peers.py --output bench/results --docs docs

bench-tls: test-build ## Measure TLS against a bare OpenSSL server; writes bench/results
	@tests/tools/run python3 bench/tls.py --output bench/results

format: ## Format all C++ files in place
	@git ls-files -z --cached --others --exclude-standard '*.h' '*.cc' | xargs -0 clang-format-14 -i

lint: ## What CI checks besides the tests (needs `make test` or `make test-build` before)
	@.ci/run lint

install: build ## Install both programs and the shells' completions under DESTDIR and PREFIX (/usr/local)
	@install -D -m 755 -t '$(DESTDIR)$(PREFIX)/bin' build/bin/wsgate build/bin/wsgatectl
	@for place in bash:bash-completion/completions/wsgatectl zsh:zsh/site-functions/_wsgatectl \
	              fish:fish/vendor_completions.d/wsgatectl.fish; do \
	   build/bin/wsgatectl completion "$${place%%:*}" | \
	     install -D -m 644 /dev/stdin "$(DESTDIR)$(PREFIX)/share/$${place#*:}"; \
	 done

clean: ## Remove build/, the fetched tools included
	@rm -rf build
