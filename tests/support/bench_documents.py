"""Documents of `ganzoo bench` made by hand: usual, empty, unlucky, hostile."""

from __future__ import annotations

import copy
import io
import json
from importlib.resources import files

from jsonschema import Draft202012Validator
from rich.console import Console

from ganzoo.bench.reports import terminal

SCHEMA = json.loads((files("ganzoo.bench.reports") / "schema.json").read_text("utf-8"))

VALIDATOR = Draft202012Validator(SCHEMA)

HOSTILE = "</title><script>alert('x')</script>\x1b[31m|`$\\frac$|<!-- end -->&amp;{{ 7 * 7 }}{% no %}\u202e\ud800"

FIGURES = SCHEMA["$defs"]["figures"]["required"]


def estimate(median, spread=0.05):
    """An estimate; without a spread one of too few rounds."""
    low, high = (median * (1 - spread), median * (1 + spread)) if spread else (None, None)
    return {"median": median, "low": low, "high": high, "n": 6 if spread else 3}


def row(library="ganzoo", backend="webassembly", ms=0.08, network="generator", browser="Chromium", **changes):
    cold = 60 if library == "ganzoo" else 600
    code = 11_900 if library == "ganzoo" else 2_378_487
    made = {
        "network": network,
        "library": library,
        "library_version": "1.2.3",
        "backend": backend,
        "browser": browser,
        "reason": "",
        "renderer": "CPU" if backend == "webassembly" else "ANGLE (SwiftShader)",
        "adapter": "cpu" if backend == "webassembly" else "software",
        "rounds": 6,
        "failed_rounds": 0,
        "failed_reason": "",
        "clock_ms": 0.005,
        "isolated": True,
        "secure": True,
        "settled": 6,
        "largest_error": 1.2e-6,
        "cold_ms": estimate(cold),
        "cold_parts_ms": {"page": 20, "script": cold / 5, "load": cold / 3, "first": 5},
        "cold_throttled_ms": estimate(cold * 7),
        "load_ms": estimate(cold / 3),
        "first_ms": estimate(5),
        "cold_blocked_ms": estimate(8),
        "cold_longest_block_ms": estimate(5),
        "bytes": {"code": code, "weights": 765_589, "total": code + 765_589, "files": 6},
        "blocked_ms": estimate(ms),
        "memory_bytes": estimate(5e6),
        "batches": [
            {
                "batch": batch,
                "median_ms": estimate(ms * batch),
                "p95_ms": ms * batch * 1.2,
                "p99_ms": ms * batch * 1.3,
                "pictures_per_second": estimate(1000 / ms),
                "runs_together": 3,
                "runs": 1200,
                "quantiles_ms": [ms * batch * (0.5 + i / 100) for i in range(1, 100)],
                "share_of_peak": estimate(0.6) if backend == "webassembly" else None,
            }
            for batch in (1, 64)
        ],
    }
    return {**made, **changes}


def failed(library, backend, reason, network="generator", browser="Chromium"):
    names = {"network": network, "library": library, "library_version": "1.2.3", "backend": backend, "browser": browser}
    return {**names, "reason": reason}


def ratio(library, times, backend="webassembly", **changes):
    made = {
        "network": "generator",
        "backend": backend,
        "browser": "Chromium",
        "library": library,
        "cold": estimate(10),
        "cold_throttled": estimate(3),
        "load": estimate(15),
        "first": estimate(4),
        "bytes": 4.04,
        "batches": {"1": estimate(times), "64": estimate(times)},
    }
    return {**made, **changes}


def document(**changes):
    """One network in one browser: ganzoo twice, two peers, one failure."""
    made = {
        "schema": 2,
        "date": "2026-11-21T23:40:00+00:00",
        "machine": {"cpu": "AMD EPYC 9V74", "cores": 2, "os": "Linux 6.1 x86_64"},
        "load_average": [0.5, 1.9],
        "git": {"commit": "61304f9", "dirty": True},
        "versions": {"ganzoo": "0.1.0", "@tensorflow/tfjs-core": "4.22.0"},
        "confidence": 0.95,
        "rounds": {"least": 6, "most": 12, "precision": 0.05},
        "order_seed": 12345,
        "link": {"rate_bits": 9e6, "delay_ms": 60},
        "browsers": [browser()],
        "networks": [
            {
                "name": "generator",
                "run": "runs/dcgan-cond-1",
                "arch": "dcgan-cond",
                "multiply_adds": 1_216_768,
                "weights_bytes": 840_080,
                "encoding": "f32",
            }
        ],
        "rows": [
            row(),
            row("onnxruntime-web", ms=0.3),
            row("tensorflow.js", ms=1.3),
            row(backend="webgl", ms=2.9),
            failed("onnxruntime-web", "webgl", "no available backend found. ERR: [webgl] unsupported"),
        ],
        "ratios": [ratio("tensorflow.js", 16.25), ratio("onnxruntime-web", 3.75)],
    }
    return copy.deepcopy({**made, **changes})


def browser(name="Chromium", **changes):
    made = {
        "name": name,
        "version": "156.0.1",
        "device": "this machine",
        "user_agent": "Mozilla/5.0",
        "reason": "",
        "peak_gflops": {"simd128": estimate(30.5), "relaxed": estimate(41.2)},
    }
    return {**made, **changes}


def without_figures():
    return document(rows=[failed("ganzoo", "webgpu", "This browser has no WebGPU.")], ratios=[])


def nothing():
    return document(rows=[], ratios=[], browsers=[], networks=[], load_average=[], git=None, link=None)


def unlucky():
    """Whatever may be null is, and whatever may be empty; the clock saw nothing."""
    blank = {
        name: None
        for name in FIGURES
        if SCHEMA["$defs"]["figures"]["properties"][name].get("$ref") == "#/$defs/estimate"
    }
    bad = {"clock_ms": 1, "isolated": False, "secure": False, "settled": 4, **blank}
    rows = [row(**bad), row("onnxruntime-web", **bad), row("webdnn", batches=[], **bad)]
    for timed in (timed for each in rows for timed in each["batches"]):
        timed.update(median_ms=None, pictures_per_second=None, share_of_peak=None, quantiles_ms=[0] * 99)
    lone = ratio("onnxruntime-web", 1, batches={"1": None}, bytes=None)
    lone.update(dict.fromkeys(("cold", "cold_throttled", "load", "first")))
    made = document(rows=rows, ratios=[lone], git=None, link=None, browsers=[browser(peak_gflops={"simd128": None})])
    made["machine"]["cores"] = made["networks"][0]["multiply_adds"] = None
    return made


def several():
    """Two networks in two browsers, one of which ended early, and a phone's name for itself."""
    made = document(
        browsers=[browser("Firefox", reason="It ended with exit code 11."), browser(), browser("Phone", device="iOS")]
    )
    made["networks"].append({**made["networks"][0], "name": "classifier"})
    made["rows"] += [row(network="classifier", ms=0.5), row(browser="Phone", ms=1, clock_ms=1.0, secure=False)]
    return made


def hostile():
    made = document(browsers=[browser(HOSTILE, version=HOSTILE, device=HOSTILE, user_agent=HOSTILE, reason=HOSTILE)])
    made["networks"][0].update(name=HOSTILE, run=HOSTILE, arch=HOSTILE, encoding=HOSTILE)
    made["machine"].update(cpu=HOSTILE, os=HOSTILE)
    made["versions"] = {HOSTILE: HOSTILE}
    made["git"]["commit"] = HOSTILE
    names = {"browser": HOSTILE, "network": HOSTILE}
    made["rows"] = [
        row(**names),
        row(HOSTILE, renderer=HOSTILE, library_version=HOSTILE, **names),
        row(backend=HOSTILE, renderer=HOSTILE, **names),
    ]
    made["rows"].append(failed(HOSTILE, HOSTILE, HOSTILE, **names))
    made["ratios"] = [ratio(HOSTILE, 2, **names)]
    return made


DOCUMENTS = [document, without_figures, nothing, unlucky, several, hostile]


def shown(made, width=80):
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(terminal.report(made))
    return console.export_text()
