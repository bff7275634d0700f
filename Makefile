# make demo   set up, build, record a run per policy, analyze, compare
# make test   set up, run all tests (what CI runs)
# make lint   format, documentation and house rules
# make build  the tool, in release
# make bench  measurements, see Benchmarks/README.md
.PHONY: demo test lint build bench

demo:
	@Scripts/demo.sh

test:
	@Scripts/test.sh

lint:
	@Scripts/lint.sh

build:
	@Scripts/setup.sh
	swift build -c release --product ktls-trace

bench:
	@Benchmarks/run.sh
