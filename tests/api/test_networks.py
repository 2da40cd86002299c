"""`ganzoo.export`: networks of a user's own, from Python to the browser, the site and the benchmark."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import pytest

import ganzoo as package
from ganzoo import errors
from tests.support.own_network import load_script, randomized, write_script

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def nets(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load_script(write_script(tmp_path_factory.mktemp("net")))


def described(export: package.Export) -> dict[str, Any]:
    (folder,) = export.networks.values()
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return manifest


@pytest.mark.browser
def test_three_lines_bring_a_network_into_the_browser(nets: Any, tmp_path: Path) -> None:
    model = randomized(nets.Generator())
    export = package.export(model, inputs=(10,), out=tmp_path / "model")
    assert list(export.networks) == ["Generator"] and not export.unverified
    assert {check.backend for _, check in export.checks} >= {"webassembly", "webgl"}
    assert all(check.ok for _, check in package.load_export(tmp_path / "model").verify(["webassembly"]))


@pytest.mark.slow
def test_what_is_told_of_a_network_is_in_its_manifest(nets: Any, tmp_path: Path) -> None:
    import chainer.functions as F

    reader, classes = nets.Reader(), ("cat", "dog", "鳥")
    picture = package.TensorSpec("picture", (1, 8, 8), "image", range=(-1.0, 1.0))
    export = package.export(
        lambda x: F.softmax(reader(x)),
        inputs=picture,
        outputs={"animal": (3,)},
        out=tmp_path / "model",
        name="animals",
        title="Which animal?",
        licence="MIT",
        classes=classes,
        backends=["webgl"],
        verify=False,
    )
    manifest = described(export)
    assert manifest["name"] == "animals" and manifest["inputs"][0]["range"] == [-1.0, 1.0]
    assert manifest["outputs"][0]["name"] == "animal" and manifest["outputs"][0]["meaning"] == "probabilities"
    told = manifest["provenance"]
    assert (told["arch"], told["title"], told["licence"]) == ("animals", "Which animal?", "MIT")
    assert told["classes"] == list(classes) and "dataset" not in told and told["frontend"] == "chainer"
    names = {tensor["name"].split("/")[0] for tensor in manifest["weights"]["tensors"]}
    assert names == {"conv1", "l3"}


@pytest.mark.slow
def test_every_kind_of_callable_and_of_description(nets: Any, tmp_path: Path) -> None:
    import chainer.functions as F

    generator = nets.Generator(6)

    def both(z: Any, label: Any) -> Any:
        return generator(F.concat([z, label], axis=1))

    one = [package.TensorSpec("z", (6,), "latent")]
    two = {"z": (4,), "label": package.TensorSpec("label", (2,), "onehot")}
    models = ((generator, (6,)), (functools.partial(generator), [6]), (generator.__call__, one), (both, two))
    for model, inputs in models:
        made = package.export(model, inputs=inputs, out=tmp_path / "model", backends=["webgl"], verify=False)
        assert described(made)["outputs"][0]["shape"] == [1, 14, 14]
    assert [spec["meaning"] for spec in described(made)["inputs"]] == ["latent", "onehot"]
    assert generator.l1.name == "l1" and generator.name is None  # a user's links are left as they are


@pytest.mark.slow
def test_an_export_of_ones_own_becomes_a_site_and_a_line_of_a_benchmark(nets: Any, tmp_path: Path) -> None:
    from ganzoo.bench.contestants import subjects
    from ganzoo.bench.document import _network
    from ganzoo.lookup import find_export, run_of

    model = randomized(nets.Generator())
    export = package.export(model, inputs=(10,), out=tmp_path / "model", backends=["webgl"], verify=False)
    site = package.build_site([export], tmp_path / "site")
    page = (site.path / "index.html").read_text(encoding="utf-8")
    assert "<p>Generator</p>" in page and site.pages[0].page.kind.name == "generator"
    found = find_export(str(tmp_path / "model"))
    assert run_of(found) is None
    (subject,) = subjects([(found, None)])
    assert _network(subject)["arch"] == "Generator" == _network(subject)["run"]


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [
        ("z", None, "describes no input"),
        ((3.5,), None, "describes no input"),
        ((), None, "describes no input"),
        ({"z": "10"}, None, "describes no input"),
        ((10,), (1, 2, 2), "has the shape 1x14x14, but 1x2x2 was given"),
        ((10,), {"a": (1, 14, 14), "b": (3,)}, "There is no output of the network 'b'"),
        ((9,), None, r"cannot take x \(4, 9\)"),
    ],
)
def test_wrong_descriptions(nets: Any, tmp_path: Path, inputs: Any, outputs: Any, words: str) -> None:
    with pytest.raises(errors.UsageError, match=words):
        package.export(nets.Generator(), inputs=inputs, outputs=outputs, out=tmp_path / "model", verify=False)
    assert not any(tmp_path.iterdir())


def test_as_many_classes_as_values(nets: Any, tmp_path: Path) -> None:
    with pytest.raises(errors.UsageError, match=r"2 classes are named, but of the values of Reader 'y' has 3\."):
        package.export(nets.Reader(), inputs=(1, 8, 8), out=tmp_path / "model", classes=["cat", "dog"], verify=False)


def test_what_writes_a_model_is_refused_where_something_else_lies(nets: Any, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.tex").write_text("")
    with pytest.raises(errors.UsageError):
        package.export(nets.Generator(), inputs=(10,), out=tmp_path / "model", backends=["webgl"], verify=False)
    assert [file.name for file in (tmp_path / "model").iterdir()] == ["thesis.tex"]
