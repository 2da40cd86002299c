# Two commands do everything: `make demo` and `make test`. Both set up what they need.

GANZOO := .venv/bin/ganzoo
.NOTPARALLEL:
.PHONY: demo test lint test-pythons recipes peers lock browser npm clean

# train on the embedded digits, draw a sheet, export, verify and time in a real browser: a run in demo/
demo: .venv/ready-run browser
	rm -rf demo
	$(GANZOO) train dcgan-cond --out demo
	$(GANZOO) sample demo
	$(GANZOO) export demo --all-backends --verify
	$(GANZOO) bench demo
	@echo "Sample sheet: demo/sample.png"
	@echo "Export:       demo/export/generator/"

test: .venv/ready-test browser npm
	.venv/bin/python -m pytest

lint: .venv/ready-test npm
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	npm --prefix tests/js --silent ci
	tests/js/node_modules/.bin/tsc --project tests/js

# the tests that need no browser, on every interpreter found
test-pythons:
	sh tools/test-pythons.sh

# how good the default recipes of the GANs are, on three seeds: ten minutes and more, dated results
recipes: .venv/ready-run
	.venv/bin/python benchmarks/recipes.py dcgan-cond
	.venv/bin/python benchmarks/recipes.py wgan-gp

# the reference models beside onnxruntime-web, TensorFlow.js and WebDNN in Chromium: ten minutes, dated results
peers: .venv/ready-test browser npm
	npm --prefix benchmarks --silent ci --ignore-scripts
	.venv/bin/python -m benchmarks.peers

.venv/ready-%: requirements/build.txt requirements/%.txt pyproject.toml
	sh tools/setup.sh $*

# ganzoo knows more places than PATH, so it is asked; that takes no package, so any Python will do
FIND_BROWSER := PATH="$$PWD/.venv/bin:$$PATH" python3 -c \
	'from ganzoo.browser.find import find_browser; find_browser()' 2>/dev/null
browser:
	@$(FIND_BROWSER) || { sh tools/need.sh chromium && $(FIND_BROWSER); } || \
		{ echo "No browser was found. Install Chromium, or set GANZOO_BROWSER to a browser's path." >&2; exit 3; }

npm:
	@command -v npm >/dev/null || sh tools/need.sh npm || \
		{ echo "npm was not found. Install Node.js with npm." >&2; exit 3; }

# pin the dependencies anew
lock:
	sh tools/lock.sh

clean:
	rm -rf .venv demo tests/js/node_modules benchmarks/node_modules
