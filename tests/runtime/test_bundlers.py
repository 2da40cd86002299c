"""A bundle's runtime in other people's builds: webpack, Vite and esbuild, and TypeScript."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from ganzoo.runtime import shipped
from tests.support.places import JS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.node


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A project of somebody who has a bundle's runtime among the sources."""
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "generator").mkdir()
    for name, content in shipped().items():
        (tmp_path / "generator" / name).write_text(content)
    return tmp_path


@pytest.mark.slow
def test_what_bundlers_make_of_it_still_loads_a_bundle(app: Path) -> None:
    """Its backends are files beside its manifest, which no bundler may resolve, and none has a warning to give."""
    entry = app / "app.js"
    entry.write_text('export { GanzooError, load } from "./generator/ganzoo.js";\n')
    command = ["node", str(JS / "bundlers" / "build.mjs"), str(entry), str(app)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert {"esbuild", "webpack"} <= set(told) and not any(told.values()), told  # Vite is left out on an old node
    tests = JS / "runtime" / "running.test.mjs"
    for name in told:
        environment = {**os.environ, "RUNTIME": (app / "dist" / f"{name}.mjs").as_uri()}
        done = subprocess.run(["node", "--test", str(tests)], capture_output=True, text=True, env=environment)
        assert done.returncode == 0, (name, done.stdout[-3000:])


CONSUMER = """\
import { GanzooError, load, type Model } from "./generator/ganzoo.js";

export async function draw(canvas: HTMLCanvasElement): Promise<Float32Array | undefined> {
  const model: Model = await load("generator", { worker: true, onProgress: ({ loaded, total }) => loaded / total });
  const { y } = await model.run({ ...model.noise(7), label: 3 });
  await model.draw(canvas, { ...model.noise(7, 2), label: [3, 4] });
  return y;
}
export const isMissing = (error: unknown) => error instanceof GanzooError && error.status === 404;
// @ts-expect-error
void load("generator", { backends: "webgl" });
// @ts-expect-error
void load("generator").then((model) => model.noise("7"));
"""


@pytest.mark.parametrize("resolution", ["bundler", "nodenext"])
def test_typescript_finds_its_types(resolution: str, app: Path) -> None:
    (app / "app.ts").write_text(CONSUMER)
    module = "esnext" if resolution == "bundler" else resolution
    how = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom", "--types", ""]
    tsc = JS / "node_modules" / ".bin" / "tsc"
    command = [str(tsc), *how, "--module", module, "--moduleResolution", resolution, "app.ts"]
    done = subprocess.run(command, cwd=app, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
