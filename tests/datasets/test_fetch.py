"""Whole data sets are downloaded once into the cache, and nothing else gets their names."""

from __future__ import annotations

import gzip
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from ganzoo.datasets import idx, mnist
from ganzoo.errors import DataError, DataMissingError
from ganzoo.paths import cache_path
from tests.support.idx_files import small_set
from tests.support.mirrors import sound, then_hang

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("own_cache")

SPAWN = multiprocessing.get_context("spawn")


def small_cache() -> Path:
    return cache_path() / "datasets" / "small"


def served(chosen, contents, **changes):
    return {f"/{name}.gz": gzip.compress(content) for name, content in contents.items()} | changes


def test_load_downloads_once_into_the_cache(tmp_path, mirror):
    chosen, contents = small_set()
    source = mirror(sound, contents=served(chosen, contents))
    chosen = replace(chosen, mirrors=(source.url,))
    data = idx.load(chosen, (chosen,), None)
    assert data.train_x.shape == (12, 1, 6, 5)
    assert len(source.requests) == 4
    folder = tmp_path / "cache" / "datasets" / "small"
    paths = idx.fetch(chosen, (chosen,))
    assert paths == [folder / f"{file.name}.gz" for file in chosen.files]
    assert len(source.requests) == 4
    assert {path.name for path in folder.iterdir()} - {".lock"} == {path.name for path in paths}

    paths[1].write_bytes(b"damaged")
    for again in (idx.fetch, partial(idx.load, data_dir=None)):
        with pytest.raises(DataError) as caught:
            again(chosen, (chosen,))
        assert str(paths[1]) in caught.value.message and "delete" in caught.value.remedy
    paths[1].unlink()
    idx.fetch(chosen, (chosen,))
    assert source.requests[4:] == [(f"/{mnist.TRAIN_LABELS}.gz", None)]


def test_unpacked_files_put_into_the_cache_need_no_network(tmp_path):
    chosen, contents = small_set(mirrors=["http://127.0.0.1:9/"])
    folder = small_cache()
    folder.mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    assert idx.load(chosen, (chosen,), None).test_x.shape == (5, 1, 6, 5)


@pytest.mark.parametrize("wrong", ["another set", "bomb", "swapped", "damaged gzip"])
def test_what_is_not_the_data_set_never_gets_its_name(mirror, wrong):
    chosen, contents = small_set()
    name = mnist.TRAIN_IMAGES
    bad = {
        "another set": gzip.compress(small_set(seed=1)[1][name]),
        "bomb": gzip.compress(contents[name] + bytes(3_000_000)),
        "swapped": gzip.compress(contents[mnist.TEST_IMAGES]),
        "damaged gzip": gzip.compress(contents[name])[:-3],
    }[wrong]
    first = mirror(sound, contents=served(chosen, contents, **{f"/{name}.gz": bad}))
    alone = replace(chosen, mirrors=(first.url,))
    with pytest.raises(DataMissingError) as caught:
        idx.load(alone, (alone,), None)
    assert f"{name}.gz could not be downloaded" in caught.value.message
    assert str(small_cache()) in caught.value.remedy and "--data-dir" in caught.value.remedy
    assert [path.name for path in small_cache().iterdir() if path.name != ".lock"] == []

    second = mirror(sound, contents=served(chosen, contents))
    both = replace(chosen, mirrors=(first.url, second.url))
    assert idx.load(both, (both,), None).train_x.shape == (12, 1, 6, 5)
    assert [path for path, _ in second.requests] == [f"/{name}.gz"]


def test_no_network_names_file_mirrors_and_remedy():
    chosen, _ = small_set(mirrors=["http://127.0.0.1:9/a/", "http://no-such-host.invalid/b/"])
    with pytest.raises(DataMissingError) as caught:
        idx.load(chosen, (chosen,), None)
    for mirror_ in chosen.mirrors:
        assert f"{mirror_}{mnist.TRAIN_IMAGES}.gz: " in caught.value.message
    assert "refused" in caught.value.message
    assert str(small_cache()) in caught.value.remedy and "--data-dir" in caught.value.remedy


def test_the_cache_may_be_named_from_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GANZOO_CACHE", "~/mine")
    assert cache_path() == tmp_path / "mine"


@pytest.mark.parametrize("cache", ["{}/taken", "/proc/nope"])
def test_a_cache_that_cannot_be_made_is_named(tmp_path, monkeypatch, cache):
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("GANZOO_CACHE", cache.format(tmp_path))
    chosen, _ = small_set()
    with pytest.raises(DataMissingError, match=cache[2:]) as caught:
        idx.load(chosen, (chosen,), None)
    assert "GANZOO_CACHE" in caught.value.remedy


def test_killed_in_mid_download_it_goes_on_where_it_was(mirror):
    chosen, contents = small_set(n_train=9000)
    packed = served(chosen, contents)
    source = mirror(then_hang(100_000), sound, contents=packed)
    chosen = replace(chosen, mirrors=(source.url,))
    process = SPAWN.Process(target=idx.fetch, args=(chosen, (chosen,)))
    process.start()
    part = small_cache() / f"{mnist.TRAIN_IMAGES}.gz.part"
    deadline = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size == 100_000):
        assert time.monotonic() < deadline and process.is_alive()
        time.sleep(0.02)
    process.kill()
    process.join()
    assert not part.with_suffix("").exists()
    assert idx.load(chosen, (chosen,), None).train_x.shape == (9000, 1, 6, 5)
    assert source.requests[1] == (f"/{mnist.TRAIN_IMAGES}.gz", "bytes=100000-")
    assert not part.exists()


def test_processes_at_once_download_each_file_once(mirror):
    def slowly(handler, content):
        time.sleep(0.2)
        sound(handler, content)

    chosen, contents = small_set()
    source = mirror(slowly, contents=served(chosen, contents))
    chosen = replace(chosen, mirrors=(source.url,))
    with ProcessPoolExecutor(2, mp_context=SPAWN) as pool:
        both = [pool.submit(idx.fetch, chosen, (chosen,)) for _ in range(2)]
        assert both[0].result(60) == both[1].result(60)
    assert len(source.requests) == 4
    assert idx.load(chosen, (chosen,), None).train_x.shape == (12, 1, 6, 5)
