"""WebDNN's `webgl`: GLSL fragment shaders, one descriptor for each of three texture size limits."""

from __future__ import annotations

from ganzoo.backends._webdnn import generator, save
from ganzoo.specs import Backend

BACKEND = Backend(
    name="webgl",
    summary="WebDNN's GLSL fragment shaders, for any browser with WebGL",
    generate=generator("webgl"),
    write=save,
    note="three descriptors, of which a browser fetches one",
)
