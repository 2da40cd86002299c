"""A part of ONNX's own suite, computed with NumPy: `make onnx-suite` runs all of it in a browser."""

from __future__ import annotations

import warnings
from collections import Counter

import pytest

from benchmarks.onnx_suite import Case, collected, on_numpy

NODES = (
    r"^test_(add|argmax_keepdims_random|attention_3d|averagepool_2d|basic_conv|batchnorm_example|conv_with|convtranspose|"
    r"cumsum_2d|depthtospace|einsum|expand|gather_0|gelu_default_1|gemm_all|gridsample_bicubic|group_normalization_example|"
    r"lrn|layer_normalization_2d|maxpool_2d_(ceil|dilations|same)|prelu|quantizelinear|reduce_log_sum_exp|resize_|"
    r"rms_normalization_2d|scatter_elements|slice|softmax_axis|split_equal|tile|topk|trilu|where)"
)


def judged(kind: str, only: str = "") -> list[Case]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = list(collected([kind], only))
        on_numpy([case for case in cases if not case.result])
    return cases


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "only", "least"), [("node", NODES, 100), ("pytorch-operator", "", 27), ("simple", "", 7)]
)
def test_what_is_not_refused_is_right(kind: str, only: str, least: int) -> None:
    cases = judged(kind, only)
    counts = Counter(case.result for case in cases)
    assert not [(case.name, case.reason) for case in cases if case.result == "wrong"]
    assert counts[""] >= least, counts
    refused = [case.reason for case in cases if case.result == "refused"]
    assert all(reason for reason in refused) and len(refused) <= counts[""] * 0.05, refused
