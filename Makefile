# make demo   set up, build, record a run per policy, analyze, compare
# make test   set up, run all tests (what CI runs)
# make lint   format, documentation and house rules
# make build  the tool, in release
# make mutants  planted bugs: do the tests notice? See Docs/TESTING.md
# make fuzz   libFuzzer on readers and writers, FUZZ_SECONDS (600) for each target
# make docs  the pages of the libraries for other programs
# make test-all  make test, sanitizers, long fuzzing, peers, planted bugs: hours
# make deb  a Debian package of the tool in .build/deb
# make deb-test  install, use and remove that package here: root
# make host-check  live recordings of this host under pressure: root, tracefs, minutes
# make bench  measurements, see Benchmarks/README.md
# make notes  write the notes that scripts make, with the tool of `make build`: hours
.PHONY: demo test lint build bench notes mutants fuzz docs test-all host-check deb deb-test

demo:
	@Scripts/demo.sh

test:
	@Scripts/with-tracefs.sh Scripts/test.sh

lint:
	@Scripts/lint.sh

build:
	@Scripts/setup.sh
	swift build -c release --product ktls-trace --static-swift-stdlib

deb: build
	@Scripts/deb.sh

deb-test: build
	@Scripts/with-tracefs.sh Scripts/deb-test.sh

host-check: build
	@Scripts/with-tracefs.sh Scripts/host-check.sh

bench:
	@Benchmarks/run.sh

notes:
	Scripts/history.py --note > .build/history.md
	Scripts/sensitivity.py --note > .build/sensitivity.md
	Scripts/gate-study.py --note > .build/gate.md
	Scripts/max-reclaim.py --note > .build/max-reclaim.md
	mv .build/history.md .build/sensitivity.md .build/gate.md .build/max-reclaim.md Notebooks-md/

mutants:
	@Scripts/mutants.py

fuzz:
	@Scripts/setup.sh
	@Scripts/fuzz.sh

docs:
	@Scripts/setup.sh
	@Scripts/docs.sh

test-all:
	@Scripts/test-all.sh
