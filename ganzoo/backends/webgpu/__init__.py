"""WebDNN's `webgpu`: kernels in Metal for the WebGPU draft that Safari withdrew in 2018."""

from __future__ import annotations

from ganzoo.backends._webdnn import generator, save
from ganzoo.specs import Backend

BACKEND = Backend(
    name="webgpu",
    summary="WebDNN's Metal kernels for Safari's first WebGPU draft",
    generate=generator("webgpu"),
    write=save,
    runs=False,
    note="Metal source: no browser of today runs it",
)
