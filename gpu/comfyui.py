"""ComfyUI's graphs: a request as a workflow in its API format, and the parameters of a workflow that a picture holds.

Only nodes that come with ComfyUI are written. What is read is a stranger's: any shape, any size, with loops. Knows
plain values and no files.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from gpu.comfyui_control import NetName, controlled, controls
from gpu.comfyui_larger import enlarged
from gpu.folders import NAME
from gpu.loras import read_loras
from gpu.params import MAX_SEED, Scheduler
from gpu.types import GenerationRequest, InputRole, Task

Node = dict[str, Any]
Graph = dict[str, Node]

SAMPLERS: dict[Scheduler, tuple[str, str]] = {
    "Euler": ("euler", "normal"),
    "Euler a": ("euler_ancestral", "normal"),
    "DPM++ 2M": ("dpmpp_2m", "normal"),
    "DPM++ 2M Karras": ("dpmpp_2m", "karras"),
    "DPM++ SDE": ("dpmpp_sde", "normal"),
    "DPM++ single": ("dpmpp_2s_ancestral", "normal"),
    "DDIM": ("ddim", "ddim_uniform"),
    "UniPC": ("uni_pc", "normal"),
    "Heun": ("heun", "normal"),
    "LMS": ("lms", "normal"),
    "LCM": ("lcm", "sgm_uniform"),
    "TCD": ("lcm", "sgm_uniform"),
}
"""Our sampler → ComfyUI's `sampler_name` and `scheduler`. It has no TCD and no DPM++ single: their nearest ones."""
WIDGETS = {
    "KSampler": ("seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "CLIPTextEncode": ("text",),
    "EmptyLatentImage": ("width", "height", "batch_size"),
    "EmptySD3LatentImage": ("width", "height", "batch_size"),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "ControlNetLoader": ("control_net_name",),
    "SetUnionControlNetType": ("type",),
    "ControlNetApplyAdvanced": ("strength", "start_percent", "end_percent"),
    "ControlNetApply": ("strength",),
    "LoraLoader": ("lora_name", "strength_model", "strength_clip"),
}
"""The order of values in a workflow that was saved by the editor, which does not name them."""
MAX_NODES = 2000
NO_NETS: Mapping[str, NetName] = {}

_EMBEDDING = re.compile(r"\bembedding:(?=\w)")
"""How a prompt names an embedding there; here its name is enough."""


# Writing


def workflow(
    request: GenerationRequest, checkpoint: str, index: int | None = None, nets: Mapping[str, NetName] = NO_NETS
) -> Graph:
    """The request for `POST /prompt`; with `index` (1…n) that picture alone. `nets`: the files of ControlNets there.

    Pictures that it draws from keep their names: they belong into ComfyUI's folder `input`.
    """
    params = request.params
    sampler, scheduler = SAMPLERS[params.scheduler]
    graph: Graph = {"4": _node("CheckpointLoaderSimple", ckpt_name=checkpoint)}
    model, clip = _with_loras(graph, read_loras(params.lora))
    graph["6"] = _node("CLIPTextEncode", text=params.prompt, clip=clip)
    graph["7"] = _node("CLIPTextEncode", text=params.negative_prompt, clip=clip)
    count = 1 if index else params.num_images
    starts = request.of_role(InputRole.IMAGE)
    positive, negative = controlled(
        graph, request, nets, lambda path: input_name(request, PurePosixPath(path)), ["6", 0], ["7", 0]
    )
    graph["3"] = _node(
        "KSampler", seed=params.image_seed(index or 1), steps=params.num_inference_steps, cfg=params.guidance_scale,
        sampler_name=sampler, scheduler=scheduler, denoise=params.strength if starts else 1.0, model=model,
        positive=positive, negative=negative, latent_image=_latent(graph, request, count),
    )  # fmt: skip
    graph["8"] = _node("VAEDecode", samples=["3", 0], vae=["4", 2])
    pixels = ["8", 0] if request.task is not Task.ENLARGE else _finished(graph, request)
    pixels = enlarged(graph, request, pixels)
    graph["9"] = _node("SaveImage", filename_prefix=f"easel-{request.job_id}", images=pixels)
    return _used(graph)


def _finished(graph: Graph, request: GenerationRequest) -> list[Any]:
    """The picture that is enlarged, as it is."""
    name = input_name(request, PurePosixPath(request.of_role(InputRole.IMAGE)[0].path))
    graph["10"] = _node("LoadImage", image=name)
    return ["10", 0]


def _used(graph: Graph) -> Graph:
    """Without the nodes that nothing leads to the saved picture from: a plain upscale asks no model."""
    found: set[str] = set()
    waiting = ["9"]
    while waiting:
        id = waiting.pop()
        found.add(id)
        waiting += [to for value in graph[id]["inputs"].values() if (to := _target(value)) and to not in found]
    return {id: node for id, node in graph.items() if id in found}


def input_name(request: GenerationRequest, path: PurePosixPath) -> str:
    """What a workflow calls a picture that the request draws from."""
    return f"easel-{request.job_id}-{path.name}"


def _node(kind: str, **inputs: Any) -> Node:
    return {"class_type": kind, "inputs": inputs}


def _with_loras(graph: Graph, loras: tuple[tuple[str, float], ...]) -> tuple[list[Any], list[Any]]:
    """One loader behind the other; where the model and the text encoder come out at the end."""
    model, clip = ["4", 0], ["4", 1]
    for number, (name, weight) in enumerate(loras, 20):
        graph[str(number)] = _node(
            "LoraLoader", lora_name=f"{name}.safetensors", strength_model=weight, strength_clip=weight,
            model=model, clip=clip,
        )  # fmt: skip
        model, clip = [str(number), 0], [str(number), 1]
    return model, clip


def _latent(graph: Graph, request: GenerationRequest, count: int) -> list[Any]:
    """Where the sampler begins: noise, or a picture, and a mask over it."""
    params = request.params
    starts, masks = request.of_role(InputRole.IMAGE), request.of_role(InputRole.MASK)
    if not starts:
        graph["5"] = _node("EmptyLatentImage", width=params.width, height=params.height, batch_size=count)
        return ["5", 0]
    graph["10"] = _node("LoadImage", image=input_name(request, PurePosixPath(starts[0].path)))
    graph["11"] = _node("VAEEncode", pixels=["10", 0], vae=["4", 2])
    end = ["11", 0]
    if masks:
        name = input_name(request, PurePosixPath(masks[0].path))
        graph["12"] = _node("LoadImageMask", image=name, channel="red")
        graph["13"] = _node("SetLatentNoiseMask", samples=end, mask=["12", 0])
        end = ["13", 0]
    if count > 1:
        graph["14"] = _node("RepeatLatentBatch", samples=end, amount=count)
        end = ["14", 0]
    return end


# Reading


def parameters(graph: object) -> dict[str, Any] | None:
    """What the first sampler of a graph was told, under our names; None where there is none."""
    nodes = _nodes(graph)
    sampler = next((node for node in nodes.values() if {"steps", "cfg", "sampler_name"} <= node["inputs"].keys()), None)
    if sampler is None:
        return None
    inputs = sampler["inputs"]
    found = {
        "prompt": _text(nodes, inputs, "positive"),
        "negative_prompt": _text(nodes, inputs, "negative"),
        "num_inference_steps": _number(nodes, inputs.get("steps")),
        "guidance_scale": _number(nodes, inputs.get("cfg")),
        "strength": _number(nodes, inputs.get("denoise")),
        "scheduler": _scheduler(str(inputs["sampler_name"]), str(inputs.get("scheduler", ""))),
        "seed": _seed(nodes, inputs),
        "lora": _loras(nodes, inputs),
        "control": _controls(nodes, inputs),
        "model": _stem(_first(nodes, inputs.get("model"), ("ckpt_name", "unet_name"))),
        "width": _number(nodes, _first(nodes, inputs.get("latent_image"), ("width",))),
        "height": _number(nodes, _first(nodes, inputs.get("latent_image"), ("height",))),
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _nodes(graph: object) -> Graph:
    """The nodes of either format, those of no known shape left out."""
    if not isinstance(graph, dict):
        return {}
    listed = graph.get("nodes")
    if isinstance(listed, list):
        links = {link[0]: [str(link[1]), link[2]] for link in graph.get("links") or () if _is_link(link)}
        graph = {str(node.get("id")): _unfolded(node, links) for node in listed[:MAX_NODES] if isinstance(node, dict)}
    whole = {str(id): {"class_type": "", **node} for id, node in graph.items() if _has_inputs(node)}
    return whole if len(whole) <= MAX_NODES else {}


def _has_inputs(node: object) -> bool:
    return isinstance(node, dict) and isinstance(node.get("inputs"), dict)


def _is_link(link: object) -> bool:
    return isinstance(link, list) and len(link) >= 5 and all(isinstance(part, int) for part in link[:5])


def _unfolded(node: Node, links: Mapping[int, list[Any]]) -> Node:
    """A node of the editor's format in the API's."""
    kind, values, slots = str(node.get("type")), node.get("widgets_values"), node.get("inputs")
    inputs = dict(zip(WIDGETS.get(kind, ()), values if isinstance(values, list) else (), strict=False))
    for slot in slots if isinstance(slots, list) else ():
        if isinstance(slot, dict) and isinstance(slot.get("link"), int) and slot["link"] in links:
            inputs[str(slot.get("name"))] = links[slot["link"]]
    return {"class_type": kind, "inputs": inputs}


def _target(value: object) -> str | None:
    """The node that an input is linked to."""
    linked = isinstance(value, list) and len(value) == 2 and isinstance(value[0], str | int)
    return str(value[0]) if linked else None  # type: ignore[index]


def _upstream(nodes: Graph, start: object, side: str = "") -> Iterator[Node]:
    """The nodes from `start` up, nearest first, each once; with a `side`, not over to the other one."""
    waiting, seen = deque([_target(start)]), set()
    while waiting:
        id = waiting.popleft()
        if id is None or id in seen or id not in nodes:
            continue
        seen.add(id)
        inputs = nodes[id]["inputs"]
        yield nodes[id]
        other = {"positive": "negative", "negative": "positive"}.get(side) if side in inputs else None
        waiting.extend(_target(value) for name, value in inputs.items() if name != other)


def _first(nodes: Graph, start: object, names: tuple[str, ...], side: str = "") -> Any:
    """The first value under one of these names, from `start` up."""
    for inputs in (node["inputs"] for node in _upstream(nodes, start, side)):
        for name in names:
            if name in inputs and _target(inputs[name]) is None:
                return inputs[name]
    return None


def _text(nodes: Graph, inputs: Mapping[str, Any], side: str) -> str:
    found = _first(nodes, inputs.get(side), ("text", "text_g", "text_l", "string", "value"), side)
    return _EMBEDDING.sub("", found).strip() if isinstance(found, str) else ""


def _number(nodes: Graph, value: object) -> int | float | None:
    """A number, also where another node has it."""
    if _target(value) is not None:
        value = _first(nodes, value, ("value", "seed", "noise_seed", "int", "float", "number"))
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _seed(nodes: Graph, inputs: Mapping[str, Any]) -> int | None:
    """ComfyUI's seeds have 64 bits; one that is too large for ours draws another picture anyway."""
    seed = _number(nodes, inputs.get("seed", inputs.get("noise_seed")))
    return int(seed) if seed is not None and 0 <= seed <= MAX_SEED else None


def _scheduler(name: str, schedule: str) -> str:
    exact = [ours for ours, theirs in SAMPLERS.items() if theirs == (name, schedule)]
    near = [ours for ours, (sampler, _) in SAMPLERS.items() if sampler == name]
    return next(iter([*exact, *near]), "")


def _loras(nodes: Graph, inputs: Mapping[str, Any]) -> str:
    found = []
    for node in (node["inputs"] for node in _upstream(nodes, inputs.get("model"))):
        name, weight = _stem(node.get("lora_name")), _number(nodes, node.get("strength_model"))
        if NAME.fullmatch(name) and weight is not None:
            found.append(f"{name}:{weight:g}")
    return ", ".join(found)


def _controls(nodes: Graph, inputs: Mapping[str, Any]) -> str:
    applied = _upstream(nodes, inputs.get("positive"), "positive")
    return controls(applied, lambda link: nodes.get(_target(link) or ""))


def _stem(name: object) -> str:
    """`folder\\name.safetensors` → `name`."""
    last = re.split(r"[\\/]", name)[-1] if isinstance(name, str) else ""
    return re.sub(r"\.(safetensors|ckpt|gguf|pt)$", "", last)
