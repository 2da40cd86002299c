"""Which page a network gets, which name it has, and which reader goes with a generator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo.errors import UsageError
from ganzoo.site import build, kinds
from tests.support.sites import CLASSES, LATENT, PICTURE, change, listed, made_by_hand, tags

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.export import exports


COLOURS = {**PICTURE, "shape": [3, 9, 9]}


@pytest.mark.slow
def test_networks_of_one_architecture_are_numbered(tmp_path: Path) -> None:
    exports = [made_by_hand(tmp_path / str(i), "classifier", arch) for i, arch in enumerate(("Cnn", "cnn", "index"))]
    site = build.build([(export, None) for export in exports], tmp_path / "site").path
    told = [(page["file"], page["slug"], page["title"]) for page in listed(site)["pages"]]
    assert told == [
        ("cnn.html", "cnn", "Read drawings (cnn)"),
        ("cnn-2.html", "cnn-2", "Read drawings (cnn-2)"),
        ("index-2.html", "index-2", "Read drawings (index-2)"),
    ]
    assert "Read drawings</span> (cnn-2)" in (site / "cnn.html").read_text()


@pytest.mark.parametrize(
    ("inputs", "outputs", "expected"),
    [
        ([LATENT], [PICTURE], "generator"),
        ([{**LATENT, "shape": [7], "meaning": "image", "parts": [{"meaning": "latent"}]}], [PICTURE], "generator"),
        ([LATENT, CLASSES], [{**PICTURE, "shape": [3, 9, 9]}, CLASSES], "generator"),
        ([PICTURE], [CLASSES], "classifier"),
        ([PICTURE], [{**CLASSES, "meaning": "probabilities"}], "classifier"),
        ([{**PICTURE, "shape": [1, 28, 27]}], [CLASSES], "recognizer"),
        ([COLOURS], [CLASSES], "recognizer"),
        ([{**PICTURE, "preprocess": {"resize": "fit"}}], [CLASSES], "recognizer"),
        ([PICTURE], [PICTURE], "converter"),
        ([COLOURS], [{**COLOURS, "shape": [3, 18, 18]}, CLASSES], "converter"),
        ([COLOURS], [PICTURE], "converter"),
        ([LATENT], [{**PICTURE, "shape": [2, 9, 9]}], "not a picture"),
        ([LATENT], [CLASSES, PICTURE], "not a picture"),
        (
            [PICTURE],
            [{**PICTURE, "shape": [2, 9, 9]}],
            "per class, and its first output is not a picture",
        ),
        ([PICTURE], [CLASSES, CLASSES], "not one value per class"),
        ([PICTURE], [{**CLASSES, "shape": [3, 1, 1]}], "not one value per class"),
        ([PICTURE, CLASSES], [CLASSES], "neither noise nor one picture"),
        ([CLASSES], [CLASSES], "neither noise nor one picture"),
        ([{**PICTURE, "shape": [4, 2, 2]}], [CLASSES], "neither noise nor one picture"),
    ],
)
def test_kinds_come_from_the_manifest(inputs: list[Any], outputs: list[Any], expected: str) -> None:
    try:
        found = kinds.of({"inputs": inputs, "outputs": outputs})
    except ValueError as reason:
        assert expected in str(reason)
    else:
        assert found.name == expected


def test_what_has_no_page_is_named(pair: Any, tmp_path: Path) -> None:
    other = change(made_by_hand(tmp_path / "other"), outputs=[CLASSES])
    with pytest.raises(UsageError, match=r"other/generator has no page: its first output is not a picture"):
        build.build([(other, None)], tmp_path / "site")
    assert not (tmp_path / "site").exists()
    made = build.build([(other, None), *pair], tmp_path / "site")
    assert len(made.pages) == 2 and "other/generator has no page" in made.passed_over[0]


@pytest.mark.slow
def test_a_reader_of_colours_takes_pictures_as_they_are(tmp_path: Path) -> None:
    painter = change(made_by_hand(tmp_path / "painter"), outputs=[COLOURS])
    normal = {"resize": "crop", "mean": [0.5] * 3, "std": [], "order": "rgb"}
    plain, normalizing = (
        change(made_by_hand(tmp_path / name, "classifier", name), inputs=[{**COLOURS, "name": "x", **more}])
        for name, more in (("plain", {}), ("normalizing", {"preprocess": normal, "range": None}))
    )
    site = build.build([(painter, None), (normalizing, None)], tmp_path / "site").path
    (element,) = tags(site, "tiny.html").all("ganzoo-generator")
    assert "reader" not in element
    site = build.build([(painter, None), (normalizing, None), (plain, None)], tmp_path / "site").path
    (element,) = tags(site, "tiny.html").all("ganzoo-generator")
    assert element["reader"].startswith("models/plain/")


@pytest.mark.slow
def test_a_site_has_the_elements_of_its_pages_alone(pair: Any, tmp_path: Path) -> None:
    converter = change(made_by_hand(tmp_path / "converter", "classifier"), outputs=[COLOURS])
    elements = ("generator.js", "classifier.js", "recognizer.js", "converter.js")
    for exports, expected in ((pair, [True, True, False, False]), ([(converter, None)], [False, False, False, True])):
        site = build.build(exports, tmp_path / "site").path
        assert [(site / file).exists() for file in elements] == expected
        assert [(site / file.replace(".js", ".css")).exists() for file in elements] == expected


@pytest.mark.slow
def test_a_reader_is_of_the_same_shape(pair: Any, tmp_path: Path) -> None:
    large = change(made_by_hand(tmp_path / "large", "classifier"), inputs=[{**PICTURE, "shape": [1, 3, 3]}])
    site = build.build([pair[0], (large, None)], tmp_path / "site").path
    (element,) = tags(site, "my-generator.html").all("ganzoo-generator")
    assert "reader" not in element
    site = build.build([pair[0], (large, None), pair[1]], tmp_path / "site").path
    (element,) = tags(site, "my-generator.html").all("ganzoo-generator")
    assert element["reader"].startswith("models/my-classifier/")


def with_classes(export: exports.Export, classes: Any, **values: Any) -> tuple[exports.Export, None]:
    (name,) = export.networks
    arch = json.loads((export.path / name / "manifest.json").read_text())["provenance"]["arch"]
    return change(export, provenance={"arch": arch, "dataset": "digits", "classes": classes}, **values), None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("drawn", "labelled", "expected"),
    [
        (["0", "1"], True, "one"),
        (["a", "b"], True, "two"),
        (["cat", "dog"], True, None),
        (["cat", "dog"], False, "one"),  # nobody says what it drew
        (["a", "b"], False, "two"),
        (None, True, "one"),
        ("a", True, "one"),
    ],
)
def test_a_reader_is_of_the_same_classes(drawn: Any, labelled: bool, expected: str | None, tmp_path: Path) -> None:
    label = {**LATENT, "name": "label", "shape": [2], "meaning": "onehot"}
    inputs = [LATENT, label] if labelled else [LATENT]
    generator = with_classes(made_by_hand(tmp_path / "generator"), drawn, inputs=inputs)
    readers = [
        with_classes(made_by_hand(tmp_path / name, "classifier", name), classes)
        for name, classes in (("one", ["0", "1"]), ("two", ["a", "b"]))
    ]
    site = build.build([generator, *readers], tmp_path / "site").path
    (element,) = tags(site, "tiny.html").all("ganzoo-generator")
    assert (element["reader"].split("/")[1] if "reader" in element else None) == expected


def test_webdnn_s_layout_has_no_pages(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="WebDNN's layout") as refused:
        build.build([(made_by_hand(tmp_path / "export", layout="webdnn"), None)], tmp_path / "site")
    assert "--layout ganzoo" in refused.value.remedy
