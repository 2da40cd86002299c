# Two commands do everything: `make demo` and `make test`. Both set up what they need.

GANZOO := .venv/bin/ganzoo
.NOTPARALLEL:
.PHONY: demo demo-colour test quick lint test-pythons results results-page colour-results bundle-page bench scaling site-bench pictures export-bench large training-bench \
	evaluator data-memory notebook onnx-suite chainer-suite onnx-export onnx-files gpu-emulated gpu-wheels doors lock browser postgres npm npm-checks wheels wheels-check clean
# Python keeps what it compiles, also where the surroundings forbid it: a test run starts hundreds of Pythons, and each would
# compile some thousand modules again
export PYTHONDONTWRITEBYTECODE :=
TODAY := $(shell date +%F)
RESULT := benchmarks/results/$(TODAY)-bench
ROUNDS := 6
# two processes a core, since half of a test's time is waiting; one that has run its share takes some of another's
export PYTEST_XDIST_AUTO_NUM_WORKERS := $(shell python3 -c 'import os; print(2 * (os.cpu_count() or 1))')
PYTEST := .venv/bin/python -m pytest -n auto --dist worksteal

# train on the embedded digits, draw a sheet, export, verify and time in a real browser, make pages: a run in demo/
demo: .venv/ready-run browser
	rm -rf demo
	$(GANZOO) train dcgan-cond --out demo
	$(GANZOO) sample demo
	$(GANZOO) export demo --all-backends --verify
	$(GANZOO) bench demo --rounds 1 --no-throttle
	$(GANZOO) site demo --out demo/site
	@echo "Sample sheet: demo/sample.png"
	@echo "Export:       demo/export/generator/"
	@echo "Pages:        demo/site/, to be looked at with: $(GANZOO) serve demo/site"

# the same in colour: a network that draws clothes and one that names them, in a site of both: runs in demo-colour/
CLOTHES := --dataset garments --size 32
demo-colour: .venv/ready-run browser
	rm -rf demo-colour
	$(GANZOO) train dcgan-cond --preset small $(CLOTHES) --out demo-colour/draws
	$(GANZOO) train resnet --preset tiny $(CLOTHES) --out demo-colour/names
	$(GANZOO) sample demo-colour/draws
	$(GANZOO) export demo-colour/draws --all-backends --verify
	$(GANZOO) export demo-colour/names --all-backends --verify
	$(GANZOO) site demo-colour/draws demo-colour/names --out demo-colour/site
	@echo "Sample sheet: demo-colour/draws/sample.png"
	@echo "Pages:        demo-colour/site/, to be looked at with: $(GANZOO) serve demo-colour/site"

test: .venv/ready-test browser npm-checks postgres .venv/wheels-ready
	$(PYTEST)

# a quick answer: the fast tests that need no node, no browser and no training
quick: .venv/ready-test
	$(PYTEST) -m "not (slow or node or browser or training)"

# wheels/: with it, one command installs ganzoo on any machine (docs/decisions/0028-wheels.md)
wheels:
	python3 tools/wheels.py

# what a test installs from; it builds ganzoo's own wheel itself
.venv/wheels-ready: tools/wheels.py requirements/build.txt requirements/run.txt | .venv/ready-test
	.venv/bin/python tools/wheels.py
	@touch $@

# build the wheels anew, install from them offline into an empty environment, train, export, make a site: minutes, dated results
wheels-check:
	python3 tools/wheels_check.py benchmarks/results/$(TODAY)-wheels.json

lint: .venv/ready-test npm-checks
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/lint-imports
	tests/js/node_modules/.bin/tsc --project tests/js

# the tests that need no browser, on every interpreter found
test-pythons:
	sh tools/test-pythons.sh

# train, time and judge the recipes, three seeds of the defaults: hours, dated results and docs/results.md
# (MNIST=FOLDER: where its files are; ROWS="--row cnn/default": some of them)
results: .venv/ready-run
	.venv/bin/python -m benchmarks.quality $(if $(MNIST),--data-dir $(MNIST)) $(ROWS)
	$(MAKE) results-page

# classifiers of colour pictures beside PyTorch's in the same CPU time; PyTorch is 3 GB and more: dated results and docs/results.md
# (EMOJI=FOLDER: the pictures; CPU_SECONDS=60: of each training; ROWS='--row "cnn/default, ganzoo"': some of them)
CPU_SECONDS ?= 900
EMOJI ?= ../shared/data/emoji
colour-results: .venv/ready-torch
	.venv/bin/python -m benchmarks.colour --data-dir $(EMOJI) --cpu-seconds $(CPU_SECONDS) $(ROWS)
	$(MAKE) results-page

# docs/results.md and its plot from the newest results that are there
results-page: .venv/ready-run
	.venv/bin/python -m benchmarks.quality.page

# the table of a manifest's fields in docs/bundle.md, from its JSON schema
bundle-page: .venv/ready-run
	.venv/bin/python tools/bundle_fields.py

# the reference networks beside their peers in every browser here, six rounds of minutes each: dated results, README's table
# (ROUNDS=1: a first look, without intervals)
bench: .venv/ready-test browser npm
	rm -rf .bench
	.venv/bin/python -m benchmarks.reference .bench
	$(GANZOO) bench .bench/generator .bench/classifier --peers --rounds $(ROUNDS) --json $(RESULT).json --html $(RESULT).html
	.venv/bin/python -m benchmarks.readme $(RESULT).json
	@echo "Report: $(RESULT).html"

# what the tests and checks of JavaScript need, as tests/js/package.json pins it
npm-checks: tests/js/node_modules/.package-lock.json

tests/js/node_modules/.package-lock.json: tests/js/package.json tests/js/package-lock.json | npm
	npm --prefix tests/js --silent ci --ignore-scripts
	@touch $@

# the generator's page from a cold cache and its walk, seven rounds, ten minutes: dated results
site-bench: .venv/ready-test browser
	.venv/bin/python -m benchmarks.site

# screenshots of every page and state into docs/pages; RUNS="GENERATOR CLASSIFIER" are runs that there are, else both are trained
pictures: .venv/ready-test browser
	.venv/bin/python -m benchmarks.pictures $(RUNS)

# cost against arithmetic, 1/4 to 4 times the generator's channels: dated results with a plot
scaling: .venv/ready-test browser npm
	.venv/bin/python -m benchmarks.scaling

# time and size of an export beside WebDNN's own: dated results
export-bench: .venv/ready-run
	.venv/bin/python -m benchmarks.export

# a random network of 5,000 M multiply-adds at 128x128, exported and verified on every backend: time and peak memory, dated
large: .venv/ready-test browser
	.venv/bin/python -m benchmarks.large

# a training step of each recipe beside PyTorch's, proved to be the same first; PyTorch is 3 GB and more: dated results
training-bench: .venv/ready-torch
	.venv/bin/python -m pytest -q benchmarks/training
	.venv/bin/python -m benchmarks.training
	.venv/bin/python -m benchmarks.training --arch dcgan-cond --batch-size 128 --out benchmarks/results/$(TODAY)-training-batch128.json

# the tests of training on a GPU, over a CUDA that is emulated: no GPU is needed (tools/cuda/README.md)
gpu-emulated: .venv/ready-test .cuda/ready
	.venv/bin/python tools/cuda/emulated.py -m pytest tests/training/test_gpu.py

# what tools/gpu-check.sh takes along to a machine that has a GPU, PyTorch and CuPy and fetches nothing
gpu-wheels: .venv/ready-test
	sh tools/gpu-wheels.sh

.cuda/ready: tools/cuda/build.sh tools/cuda/cuda.c
	sh tools/cuda/build.sh

.venv/ready-%: requirements/build.txt requirements/%.txt pyproject.toml
	sh tools/setup.sh $*

# ganzoo knows more places than PATH, so it is asked; that takes no package, so any Python will do
FIND_BROWSER := PATH="$$PWD/.venv/bin:$$PATH" python3 -c \
	'from ganzoo.browsers.find import find_browser; find_browser()' 2>/dev/null
browser:
	@$(FIND_BROWSER) || { sh tools/need.sh chromium && $(FIND_BROWSER); } || \
		{ echo "No browser was found. Install Chromium, or set GANZOO_BROWSER to a browser's path." >&2; exit 3; }

# for the tests of sweeps that machines share, which say by a skip that it is missing
postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || sh tools/need.sh postgresql || \
		echo "PostgreSQL was not found: the tests of shared sweeps are skipped." >&2

npm:
	@command -v npm >/dev/null || sh tools/need.sh npm || \
		{ echo "npm was not found. Install Node.js with npm." >&2; exit 3; }

# train MNIST's frozen evaluator anew, minutes; DATA=FOLDER has MNIST's files where they are not in the cache
evaluator: .venv/ready-run
	.venv/bin/python -m ganzoo.metrics $(DATA)

# time and memory of 20,000 pictures of 64x64, the first and the second time: a dated result
data-memory: .venv/ready-run
	.venv/bin/python -m benchmarks.data_memory

# ONNX's own backend suite through every backend in a browser, some ten minutes: a dated result
onnx-suite: .venv/ready-test browser
	.venv/bin/python -m benchmarks.onnx_suite benchmarks/results/$(TODAY)-onnx.json

# published kinds of networks in Chainer, ChainerCV's among them, beside what Chainer computes: a dated result, and the table of
# docs/frontends.md (SUITE=--browser: the small ones in a browser too)
chainer-suite: .venv/ready-test .chainercv
	.venv/bin/python -m benchmarks.chainer_suite --document $(SUITE) benchmarks/results/$(TODAY)-chainer.json

.chainercv: requirements/chainercv.in tools/chainercv.sh | .venv/ready-test
	sh tools/chainercv.sh

# time and memory of exporting ResNet-18 from ONNX, a minute: dated results
onnx-export: .venv/ready-test
	.venv/bin/python -m benchmarks.onnx_export benchmarks/results/$(TODAY)-onnx-export.json

# the small ONNX files of the tests, made anew by the exporters of PyTorch, Keras and scikit-learn, each in its environment
onnx-files:
	sh tools/onnx_exporters/make.sh tests/data/onnx

# execute the notebook in examples/ and write its outputs anew
notebook: .venv/ready-test browser
	.venv/bin/python -m tools.notebook examples/digits.ipynb

# add a made-up plugin of every kind and a scalar operator to a copy, and list the files that each one touches
doors: .venv/ready-test
	.venv/bin/python -m tools.doors

# pin the dependencies anew
lock:
	sh tools/lock.sh

clean:
	rm -rf .venv .cuda .chainercv .wheels wheels .bench demo demo-colour tests/js/node_modules
