"""What other programs call control images: units of A1111's ControlNet extension, types of ComfyUI's union nets.

    ControlNet 0: "Module: canny, Model: control_v11p_sd15_canny [d14c016b], Weight: 0.8, …, Guidance End: 0.6"

The extension's older pictures say `preprocessor: …, weight: …, starting/ending: (0, 0.6)`; both are read. What is read
is a stranger's. Knows values, no request and no graph.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from gpu.controls import CONTROL_KINDS, Control

MODULES = {
    "canny": "canny", "softedge": "softedge_hed", "depth": "depth_anything_v2", "normal": "normal_bae",
    "seg": "seg_ofade20k", "pose": "openpose", "scribble": "invert", "tile": "tile_resample",
}  # fmt: skip
"""Kind → the preprocessor of A1111's extension that is nearest to ours. A drawing is white on black there, too."""
AS_IT_IS = "none"
"""The preprocessor of a picture that is a control image already."""
UNION_TYPES = {
    "pose": "openpose", "depth": "depth", "softedge": "hed/pidi/scribble/ted", "scribble": "hed/pidi/scribble/ted",
    "canny": "canny/lineart/anime_lineart/mlsd", "normal": "normal", "seg": "segment", "tile": "tile",
}  # fmt: skip
"""Kind → what ComfyUI's node `SetUnionControlNetType` calls it."""
WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("scribble", ("scribble", "sketch", "invert")),
    ("softedge", ("softedge", "soft_edge", "hed", "pidi", "teed")),
    ("canny", ("canny", "lineart", "mlsd")),
    ("depth", ("depth", "midas", "leres", "zoe")),
    ("normal", ("normal",)),
    ("seg", ("seg", "oneformer")),
    ("pose", ("pose",)),
    ("tile", ("tile",)),
)
"""Kind → what stands in the names of its nets and preprocessors; the first that is found counts."""
UNIT = re.compile(r"ControlNet (\d)", re.IGNORECASE)

_FIELD = re.compile(r"\s*([\w /]+?):\s*(\([^)]*\)|[^,]*)(?:,|$)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def kind_of(*names: str) -> str:
    """The kind that the first telling name of a net or preprocessor stands for, or ""."""
    for name in (name.lower() for name in names):
        found = next((kind for kind, union in UNION_TYPES.items() if name == union), "")
        if found or (found := next((kind for kind, words in WORDS if any(word in name for word in words)), "")):
            return found
    return ""


def control_of(kind: str, weight: float, start: float = 0.0, end: float = 1.0, *, ready: bool) -> Control | None:
    """One of ours, its numbers made legal; None for a kind that we do not know."""
    if kind not in CONTROL_KINDS or not all(map(math.isfinite, (weight, start, end))):
        return None
    return Control(kind, max(round(weight, 4), 0.0), round(start, 4), round(end, 4), ready).mended()


def unit(control: Control, net: str) -> str:
    """A control as a value of A1111's parameters; `net` is its file there."""
    thresholds = {"Threshold A": 100, "Threshold B": 200} if control.kind == "canny" and not control.ready else {}
    fields = {
        "Module": AS_IT_IS if control.ready else MODULES[control.kind],
        "Model": re.sub(r'[\s,:"]+', " ", net).strip() or "None",
        "Weight": f"{control.weight:g}",
        "Resize Mode": "Crop and Resize",
        **thresholds,
        "Guidance Start": f"{control.start:g}",
        "Guidance End": f"{control.end:g}",
        "Pixel Perfect": True,
        "Control Mode": "Balanced",
    }
    return '"' + ", ".join(f"{name}: {value}" for name, value in fields.items()) + '"'


def read_unit(text: str) -> Control | None:
    """What such a value says; None for what is no control of ours, such as an IP-Adapter."""
    fields = {name.strip().lower(): value.strip() for name, value in _FIELD.findall(text)}
    module, net = fields.get("module", fields.get("preprocessor", "")), fields.get("model", "")
    ready = module.lower() in ("", AS_IT_IS)
    part = _NUMBER.findall(fields.get("starting/ending", ""))
    start, end = part if len(part) == 2 else (fields.get("guidance start", "0"), fields.get("guidance end", "1"))
    numbers = [_number(written) for written in (fields.get("weight", "1"), start, end)]
    kind = kind_of(net) if ready else kind_of(module, net)
    return control_of(kind, *numbers, ready=ready)


def read_units(settings: Mapping[str, str]) -> list[Control]:
    """The controls among A1111's settings, in their order."""
    found = sorted((int(match[1]), value) for name, value in settings.items() if (match := UNIT.fullmatch(name)))
    return [control for _, value in found if (control := read_unit(value))]


def _number(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        return math.nan
