"""The part of a ComfyUI workflow that follows control images: one net behind the other, between words and sampler.

Only nodes that come with ComfyUI. It makes outlines by itself; for the other kinds the picture is loaded as it was
sent, and what must be made of it there is said beside the export.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from gpu.controls import Control, read_controls, spell_controls
from gpu.foreign_controls import UNION_TYPES, control_of, kind_of
from gpu.types import GenerationRequest, InputRole, ModelSpec, Record

Node = dict[str, Any]
Graph = dict[str, Node]
Link = list[Any]

MADE_THERE = ("canny", "tile")
"""Kinds of which ComfyUI can make the control image, or nothing is to be made."""
CANNY = {"low_threshold": 0.4, "high_threshold": 0.8}
"""Our thresholds as shares of the range."""
SUFFIX = ".safetensors"
APPLIES = {"control_net", "image", "strength"}
"""What every node has that applies a net."""


class NetName(Record):
    """A ControlNet as other programs know it."""

    file: str
    union: bool = False
    """One file for several kinds."""


def net_names(spec: ModelSpec | None) -> dict[str, NetName]:
    """Kind → the net of a model that follows it."""
    nets = spec.controlnets if spec else {}
    names = [net.name for net in nets.values()]
    return {
        kind: NetName(file=_with_suffix(PurePath(net.source).name), union=names.count(net.name) > 1)
        for kind, net in nets.items()
    }


def _with_suffix(name: str) -> str:
    return f"{name.removesuffix(SUFFIX)}{SUFFIX}"


def by_hand(request: GenerationRequest) -> tuple[str, ...]:
    """Kinds whose control images are pictures as they were sent."""
    controls = read_controls(request.params.control)
    return tuple(dict.fromkeys(c.kind for c in controls if not c.ready and c.kind not in MADE_THERE))


def controlled(
    graph: Graph, request: GenerationRequest, nets: Mapping[str, NetName], name_of: Callable[[Any], str],
    positive: Link, negative: Link,
) -> tuple[Link, Link]:  # fmt: skip
    """The conditioning behind all nets. Node 60 and following are theirs."""
    controls, images = read_controls(request.params.control), request.of_role(InputRole.CONTROL)
    if not images:
        return positive, negative
    for number, control in enumerate(controls):
        image = images[min(number, len(images) - 1)]
        at = 60 + 5 * number
        graph[str(at)] = _node("LoadImage", image=name_of(image.path))
        applied = _node(
            "ControlNetApplyAdvanced", positive=positive, negative=negative, control_net=_net(graph, at, control, nets),
            image=_made(graph, at, control), strength=control.weight, start_percent=control.start,
            end_percent=control.end,
        )  # fmt: skip
        graph[str(at + 4)] = applied
        positive, negative = [str(at + 4), 0], [str(at + 4), 1]
    return positive, negative


def _net(graph: Graph, at: int, control: Control, nets: Mapping[str, NetName]) -> Link:
    net = nets.get(control.kind) or NetName(file=f"{control.kind}.safetensors")
    graph[str(at + 1)] = _node("ControlNetLoader", control_net_name=net.file)
    if not net.union:
        return [str(at + 1), 0]
    graph[str(at + 2)] = _node("SetUnionControlNetType", control_net=[str(at + 1), 0], type=UNION_TYPES[control.kind])
    return [str(at + 2), 0]


def _made(graph: Graph, at: int, control: Control) -> Link:
    if control.ready or control.kind != "canny":
        return [str(at), 0]
    graph[str(at + 3)] = _node("Canny", image=[str(at), 0], **CANNY)
    return [str(at + 3), 0]


def _node(kind: str, **inputs: Any) -> Node:
    return {"class_type": kind, "inputs": inputs}


# Reading


def controls(nodes: Iterable[Node], node_of: Callable[[object], Node | None]) -> str:
    """The canonical text of the controls that some nodes apply, nearest to the sampler first."""
    found = [_control(node["inputs"], node_of) for node in nodes if node["inputs"].keys() >= APPLIES]
    return spell_controls(tuple(control for control in reversed(found) if control))


def _control(inputs: Mapping[str, Any], node_of: Callable[[object], Node | None]) -> Control | None:
    image, net = node_of(inputs["image"]), node_of(inputs["control_net"])
    loader = node_of(net["inputs"].get("control_net")) if net else None
    made_by = str(image["class_type"]) if image and node_of(image["inputs"].get("image")) else ""
    names = [str(part["inputs"].get(key, "")) for part, key in ((net, "type"), (net, "control_net_name"),
             (loader, "control_net_name")) if part]  # fmt: skip
    kind = kind_of(made_by, *names)
    numbers = [inputs["strength"], inputs.get("start_percent", 0.0), inputs.get("end_percent", 1.0)]
    if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers):
        return None
    return control_of(kind, *map(float, numbers), ready=not made_by and kind != "tile")
