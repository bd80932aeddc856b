"""Requests as ComfyUI workflows and back, and workflows of strangers."""

from __future__ import annotations

import json
import typing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from gpu.comfyui import SAMPLERS, parameters, workflow
from gpu.comfyui_control import NetName, net_names
from gpu.controls import CONTROL_KINDS, read_controls
from gpu.embeddings import EmbeddingFile
from gpu.errors import NotSupported, PictureUnreadable
from gpu.exports import a1111, export
from gpu.metadata import exif, read
from gpu.metadata import parameters as metadata_text
from gpu.params import HIRES_STRENGTH, GenerationParams, Scheduler
from gpu.types import GenerationRequest, InputImage, InputRole, ModelSpec, NetSpec, Task
from tests.gpu.public_reader import by_others

PARAMS = GenerationParams(
    prompt="a red fox, (snow:1.2)", negative_prompt="blurry", model="sdxl", num_inference_steps=25, guidance_scale=6.5,
    scheduler="DPM++ 2M Karras", seed=77, num_images=4, width=1216, height=832, lora="ink:0.5, soft:-1",
)  # fmt: skip
INPUTS = (
    InputImage(role=InputRole.IMAGE, path=Path("inputs/abc/1.png")),
    InputImage(role=InputRole.MASK, path=Path("inputs/abc/2.png")),
    InputImage(role=InputRole.STYLE, path=Path("inputs/abc/3.png")),
)


def request(inputs: tuple[InputImage, ...] = (), **params: Any) -> GenerationRequest:
    return GenerationRequest(
        job_id="abc", params=PARAMS.model_copy(update=params), output_dir=Path("images/ab/abc"), inputs=inputs
    )


def links(graph: dict[str, Any]) -> set[str]:
    """The nodes that others refer to."""
    values = [value for node in graph.values() for value in node["inputs"].values()]
    return {value[0] for value in values if isinstance(value, list)}


def carrying(folder: Path, **texts: object) -> Path:
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_text(name, text if isinstance(text, str) else json.dumps(text))
    path = folder / "picture.png"
    Image.new("RGB", (8, 8)).save(path, pnginfo=info)
    return path


@pytest.mark.parametrize("inputs", [(), INPUTS[:1], INPUTS])
def test_every_link_of_a_workflow_leads_to_a_node_and_every_node_is_used(inputs: tuple[InputImage, ...]) -> None:
    graph = workflow(request(inputs, strength=0.6), "sd_xl_base_1.0.safetensors")
    assert links(graph) == graph.keys() - {"9"}
    kinds = [node["class_type"] for node in graph.values()]
    assert ("SetLatentNoiseMask" in kinds) == (len(inputs) > 1)
    assert ("EmptyLatentImage" in kinds) == (not inputs)
    assert kinds.count("LoraLoader") == 2
    (sampler,) = (node["inputs"] for node in graph.values() if node["class_type"] == "KSampler")
    assert (sampler["seed"], sampler["steps"], sampler["cfg"]) == (77, 25, 6.5)
    assert (sampler["sampler_name"], sampler["scheduler"]) == ("dpmpp_2m", "karras")
    assert sampler["denoise"] == (0.6 if inputs else 1.0)


def test_one_picture_of_a_grid_has_its_own_seed() -> None:
    graph = workflow(request(), "x.safetensors", 3)
    assert (graph["3"]["inputs"]["seed"], graph["5"]["inputs"]["batch_size"]) == (79, 1)


@pytest.mark.parametrize("sampler", typing.get_args(Scheduler))
def test_what_is_written_can_be_read_back(tmp_path: Path, sampler: Scheduler) -> None:
    graph = workflow(request(scheduler=sampler), "sdxl.safetensors")
    found = read(carrying(tmp_path, prompt=graph))
    same = next(name for name, theirs in SAMPLERS.items() if theirs == SAMPLERS[sampler])
    assert (found.source, found.seed) == ("comfyui", 77)
    assert found.params == PARAMS.model_copy(
        update={"scheduler": same, "num_images": 1, "aspect_ratio": "19:13", "lora": found.params.lora}
    )
    assert set(found.params.lora.split(", ")) == {"ink:0.5", "soft:-1"}


CONTROL = InputImage(role=InputRole.CONTROL, path=Path("inputs/abc/4.png"))
CONTROLS = "canny:0.8:0-0.6, depth:ready:0.5, pose:ready:1:0.2-1, scribble:ready:1, softedge:ready:2, tile:0.3"


@pytest.mark.parametrize("union", [False, True])
def test_control_images_are_followed_there_and_read_back(tmp_path: Path, union: bool) -> None:
    nets = {kind: NetName(file=f"my-{kind}-net.safetensors", union=union) for kind in CONTROL_KINDS}
    asked = CONTROLS.replace("scribble:ready:1, ", "") if union else CONTROLS  # there it is one type with soft edges
    graph = workflow(request((CONTROL,), control=asked), "sdxl.safetensors", nets=nets)
    assert links(graph) == graph.keys() - {"9"}
    kinds = [node["class_type"] for node in graph.values()]
    count = len(read_controls(asked))
    assert [kinds.count(kind) for kind in ("ControlNetLoader", "ControlNetApplyAdvanced", "Canny")] == [count, count, 1]
    assert kinds.count("SetUnionControlNetType") == (count if union else 0)
    first = graph["64"]["inputs"]
    assert (first["strength"], first["start_percent"], first["end_percent"]) == (0.8, 0.0, 0.6)
    assert (first["positive"], first["image"]) == (["6", 0], ["63", 0])
    assert graph["60"]["inputs"]["image"] == "easel-abc-4.png"
    assert graph["69"]["inputs"]["negative"] == ["64", 1]
    found = read(carrying(tmp_path, prompt=graph)).params
    assert (found.control, found.prompt, found.negative_prompt) == (asked, PARAMS.prompt, "blurry")


def test_both_passes_follow_and_a_net_of_several_kinds_is_told_which() -> None:
    graph = workflow(request((CONTROL,), control="canny:ready:1", hires=2.0), "sdxl.safetensors")
    assert graph["3"]["inputs"]["positive"] == graph["44"]["inputs"]["positive"] == ["64", 0]
    one, other = NetSpec(source="org/union-sdxl-1.0"), NetSpec(source="/models/tile.safetensors")
    spec = ModelSpec(name="x", family="sdxl", source="x", controlnets={"canny": one, "pose": one, "tile": other})
    assert net_names(spec) == {
        "canny": NetName(file="union-sdxl-1.0.safetensors", union=True),
        "pose": NetName(file="union-sdxl-1.0.safetensors", union=True),
        "tile": NetName(file="tile.safetensors"),
    }


def test_controls_of_strangers_are_read(tmp_path: Path) -> None:
    """The older node, a preprocessor of another pack, and nonsense."""
    graph = workflow(request(), "sdxl.safetensors")
    graph["3"]["inputs"]["positive"] = ["80", 0]
    graph["80"] = {"class_type": "ControlNetApply", "inputs": {
        "conditioning": ["6", 0], "control_net": ["81", 0], "image": ["82", 0], "strength": 5}}
    graph["81"] = {"class_type": "ControlNetLoader", "inputs": {"control_net_name": "sdxl/my-depth.safetensors"}}
    graph["82"] = {"class_type": "LeReS-DepthMapPreprocessor", "inputs": {"image": ["83", 0]}}
    graph["83"] = {"class_type": "LoadImage", "inputs": {"image": "x.png"}}
    assert read(carrying(tmp_path, prompt=graph)).params.control == "depth:2"
    for wrong in (float("nan"), True, "much", ["80", 0]):
        graph["80"]["inputs"]["strength"] = wrong
        assert read(carrying(tmp_path, prompt=graph)).params.control == ""
    del graph["81"], graph["82"], graph["83"]
    graph["80"]["inputs"]["strength"] = 1
    assert read(carrying(tmp_path, prompt=graph)).params.control == ""


def test_a_public_reader_understands_our_workflow(tmp_path: Path) -> None:
    graph = workflow(request(lora=""), "sdxl.safetensors")
    ends = [(to, value) for to, node in graph.items() for value in node["inputs"].values() if isinstance(value, list)]
    kinds = {("4", 0): "MODEL", ("4", 1): "CLIP", ("6", 0): "CONDITIONING", ("7", 0): "CONDITIONING"}
    listed = [[n, int(a[0]), a[1], int(to), 0, kinds.get(tuple(a), "MODEL")] for n, (to, a) in enumerate(ends)]
    theirs = by_others(carrying(tmp_path, prompt=graph, workflow={"links": listed}))
    (sampler,) = theirs.samplers
    assert sampler.model is not None
    assert (sampler.name, sampler.model.name) == ("dpmpp_2m", "sdxl.safetensors")
    assert [prompt.value for prompt in sampler.prompts] == [PARAMS.prompt]


def test_seeds_and_words_in_nodes_of_their_own_are_found(tmp_path: Path) -> None:
    graph = workflow(request(), "folder\\sdxl.safetensors")
    graph["3"]["inputs"]["seed"] = ["30", 0]
    graph["30"] = {"class_type": "PrimitiveInt", "inputs": {"value": 5}}
    graph["6"]["inputs"]["text"] = ["31", 0]
    graph["31"] = {"class_type": "StringConstant", "inputs": {"string": "a green fox"}}
    graph["3"]["inputs"]["positive"] = ["32", 0]
    graph["3"]["inputs"]["negative"] = ["32", 1]
    graph["32"] = {"class_type": "ControlNetApplyAdvanced", "inputs": {"positive": ["6", 0], "negative": ["7", 0]}}
    found = read(carrying(tmp_path, prompt=graph))
    assert (found.seed, found.params.prompt, found.params.negative_prompt) == (5, "a green fox", "blurry")
    assert found.params.model == "sdxl"


def test_the_editors_format_is_read_where_there_is_no_other(tmp_path: Path) -> None:
    saved = {
        "nodes": [
            {"id": 3, "type": "KSampler", "widgets_values": [9, "randomize", 20, 8, "euler", "normal", 1],
             "inputs": [{"name": "model", "link": 1}, {"name": "positive", "link": 2}, {"name": "negative", "link": 3},
                        {"name": "latent_image", "link": 4}]},
            {"id": 4, "type": "CheckpointLoaderSimple", "widgets_values": ["v1-5.safetensors"]},
            {"id": 5, "type": "EmptyLatentImage", "widgets_values": [512, 768, 1]},
            {"id": 6, "type": "CLIPTextEncode", "widgets_values": ["a lake"], "inputs": [{"name": "clip", "link": 5}]},
            {"id": 7, "type": "CLIPTextEncode", "widgets_values": ["text"], "inputs": [{"name": "clip", "link": 6}]},
        ],
        "links": [[1, 4, 0, 3, 0, "MODEL"], [2, 6, 0, 3, 1, "CONDITIONING"], [3, 7, 0, 3, 2, "CONDITIONING"],
                  [4, 5, 0, 3, 3, "LATENT"], [5, 4, 1, 6, 0, "CLIP"], [6, 4, 1, 7, 0, "CLIP"]],
    }  # fmt: skip
    found = read(carrying(tmp_path, workflow=saved)).params
    assert (found.prompt, found.negative_prompt, found.seed, found.num_inference_steps) == ("a lake", "text", 9, 20)
    assert (found.width, found.height, found.scheduler, found.model) == (512, 768, "Euler", "v1-5")


def test_webp_of_comfyui_has_it_in_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0110] = "prompt:" + json.dumps(workflow(request(), "sdxl.safetensors"))
    Image.new("RGB", (8, 8)).save(tmp_path / "1.webp", exif=exif)
    assert read(tmp_path / "1.webp").seed == 77


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["3", "6"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["3", "6", "inputs", "nodes", "links", "id", "steps", "cfg", "sampler_name", "positive", "text",
                         "seed", "model", "latent_image", "width", "lora_name", "widgets_values", "type", "link",
                         "name", "control_net", "image", "strength", "class_type", "type"]),
        inner, max_size=5),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_json_is_a_graph_or_none(graph: object) -> None:
    found = parameters(graph)
    assert found is None or GenerationParams.load(found)


@pytest.mark.parametrize(
    "text",
    ["[" * 60_000, "{}", "null", '{"3": {"inputs": []}}', "x" * 900_000, '{"nodes": {}, "links": 5}'],
    ids=["deep", "empty", "null", "list", "long", "shapes"],
)
def test_hostile_graphs_give_one_answer(tmp_path: Path, text: str) -> None:
    with pytest.raises(PictureUnreadable, match="error-picture-no-parameters"):
        read(carrying(tmp_path, prompt=text, workflow=text))


def test_loops_and_crowds_end(tmp_path: Path) -> None:
    ring = {str(n): {"inputs": {"positive": [str((n + 1) % 900), 0], "x": [str(n // 2), 0]}} for n in range(900)}
    ring["0"]["inputs"] |= {"steps": 5, "cfg": 1, "sampler_name": "euler", "seed": ["0", 0]}  # type: ignore[dict-item]
    assert read(carrying(tmp_path, prompt=ring)).params.num_inference_steps == 5
    crowd = {str(n): {"inputs": {"steps": 5, "cfg": 1, "sampler_name": "euler"}} for n in range(3000)}
    assert parameters(crowd) is None


# --- Exports --------------------------------------------------------------------------------------------------------


def test_an_export_names_the_pictures_that_go_with_it() -> None:
    made = export(request(INPUTS, strength=0.5), "comfyui", "x.safetensors")
    assert made.name == "easel-abc.json"
    assert made.pictures == {"easel-abc-1.png": "inputs/abc/1.png", "easel-abc-2.png": "inputs/abc/2.png"}
    assert made.left_out == ("style",)
    assert made.pictures.keys() == {
        node["inputs"]["image"] for node in json.loads(made.text).values() if node["class_type"].startswith("LoadImage")
    }


def test_a1111_parameters_are_read_back_by_a_public_reader(tmp_path: Path) -> None:
    text = a1111(request(INPUTS[:1], strength=0.5), 2)
    assert text.splitlines()[0] == "a red fox, (snow:1.2) <lora:ink:0.5> <lora:soft:-1>"
    theirs = by_others(carrying(tmp_path, parameters=text))
    assert theirs.samplers[0].parameters["seed"] == "78"
    assert theirs.metadata["Denoising strength"] == "0.5"


def test_a1111_is_told_of_control_images(tmp_path: Path) -> None:
    files = {"canny": "control_v11p_sd15_canny.safetensors", "depth": 'a, "b": c.safetensors'}
    nets = {kind: NetName(file=file) for kind, file in files.items()}
    job = request((CONTROL,), control="canny:0.8:0-0.6, depth:ready:0.5", lora="", model="sd15")
    made = export(job, "a1111", "x", nets=nets)
    assert (
        'ControlNet 0: "Module: canny, Model: control_v11p_sd15_canny, Weight: 0.8, Resize Mode: Crop and Resize, '
        'Threshold A: 100, Threshold B: 200, Guidance Start: 0, Guidance End: 0.6, Pixel Perfect: True, '
        'Control Mode: Balanced", ControlNet 1: "Module: none, Model: a b c, Weight: 0.5'
    ) in made.text
    assert (made.pictures, made.left_out, made.by_hand) == ({"easel-abc-4.png": "inputs/abc/4.png"}, (), ())
    assert by_others(carrying(tmp_path, parameters=made.text)).samplers[0].parameters["seed"] == "77"
    named = {kind: NetName(file=f"control_{kind}") for kind in CONTROL_KINDS}
    job = request((CONTROL,), control=CONTROLS, model="sd15")
    found = read(carrying(tmp_path, parameters=a1111(job, 1, named)))
    assert (found.params.control, found.params.model, found.seed) == (CONTROLS, "sd15", 77)
    assert not [name for name in found.other if name.startswith("ControlNet")]


@pytest.mark.parametrize(
    ("written", "control"),
    [
        ("Module: none, Model: qrCodeMonster_v20 [5e5778cb], Weight: 1.34, Guidance Start: 0.23", ""),
        ("Module: none, Model: control_v11p_sd15_openpose [cab727d4], Weight: 1, Resize Mode: Crop and Resize, Low "
         "Vram: False, Guidance Start: 0, Guidance End: 1, Pixel Perfect: False, Control Mode: Balanced",
         "pose:ready:1"),
        ("preprocessor: depth_leres (LeRes), model: control_v11f1p_sd15_depth, weight: 0.7, starting/ending: (0.23, "
         "0.76), resize mode: Crop and Resize, preprocessor params: (1024, 0, 0)", "depth:0.7:0.23-0.76"),
        ("Module: scribble_pidinet, Model: control_v11p_sd15_scribble [d4ba51ff], Weight: 9", "scribble:2"),
        ("Module: ip-adapter_clip_sd15, Model: ip-adapter_sd15_plus [32cd8f7f], Weight: 1.15", ""),
        ("Module: canny, Weight: nan", ""),
        ("Module: canny, Weight: -3, Guidance Start: 0.9, Guidance End: 0.1", "canny:0"),
        (",,,:::(((", ""),
    ],
)  # fmt: skip
def test_units_of_strangers_are_read(tmp_path: Path, written: str, control: str) -> None:
    text = f'a lake\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 512x512, ControlNet 0: "{written}", X: y'
    found = read(carrying(tmp_path, parameters=text))
    assert (found.params.control, found.seed, found.other) == (control, 5, {"X": "y"})


def test_copies_of_our_pictures_keep_what_they_followed(tmp_path: Path) -> None:
    """WebP and JPEG have the parameters only."""
    params = PARAMS.model_copy(update={"control": "canny:0.8, pose:ready:1:0-0.5", "lora": ""})
    Image.new("RGB", (8, 8)).save(tmp_path / "1.webp", exif=exif(metadata_text(params)))
    assert read(tmp_path / "1.webp").params.control == params.control


def test_what_must_be_made_there_is_named() -> None:
    job = request((CONTROL,), control="canny, tile, depth:0.5, pose:ready, softedge")
    assert export(job, "comfyui", "x").by_hand == ("depth", "softedge")
    with pytest.raises(NotSupported, match="error-export-control"):
        export(job.model_copy(update={"task": Task.CONTROL}), "comfyui", "x")


def test_what_no_other_program_could_draw_is_refused() -> None:
    paid = request().model_copy(update={"api_quality": "high"})
    with pytest.raises(NotSupported, match="error-export-api"):
        export(paid, "a1111", "x")
    with pytest.raises(NotSupported, match="error-export-vary"):
        export(request().model_copy(update={"task": Task.VARY}), "comfyui", "x")


def kinds_of(graph: dict[str, Any]) -> list[str]:
    return [node["class_type"] for node in graph.values()]


def test_a_second_pass_and_an_upscaler_are_part_of_the_workflow(tmp_path: Path) -> None:
    graph = workflow(request(hires=1.5, upscaler="anime", num_images=1), "sdxl.safetensors")
    assert links(graph) == graph.keys() - {"9"}
    first, second = (node["inputs"] for node in graph.values() if node["class_type"] == "KSampler")
    assert (first["denoise"], second["denoise"], second["seed"]) == (1.0, HIRES_STRENGTH, first["seed"])
    assert graph["42"]["inputs"]["scale_by"] == 1.5 / 4
    assert graph["40"]["inputs"]["model_name"] == "RealESRGAN_x4plus_anime_6B.pth"
    found = read(carrying(tmp_path, prompt=graph))
    assert (found.seed, found.params.num_inference_steps, found.params.width) == (77, 25, 1216)
    plain = workflow(request(upscaler="realesrgan"), "sdxl.safetensors")
    assert kinds_of(plain).count("KSampler") == 1
    assert plain["9"]["inputs"]["images"] == ["41", 0]


def test_a_finished_picture_is_enlarged_with_or_without_a_model() -> None:
    subtle = request(INPUTS[:1]).model_copy(update={"task": Task.ENLARGE, "upscaler": "realesrgan", "strength": 0.0})
    graph = workflow(subtle, "sdxl.safetensors")
    assert sorted(kinds_of(graph)) == ["ImageUpscaleWithModel", "LoadImage", "SaveImage", "UpscaleModelLoader"]
    creative = subtle.model_copy(update={"strength": 0.35})
    graph = workflow(creative, "sdxl.safetensors")
    assert links(graph) == graph.keys() - {"9"}
    (sampler,) = (node["inputs"] for node in graph.values() if node["class_type"] == "KSampler")
    assert (sampler["denoise"], graph["42"]["inputs"]["scale_by"]) == (0.35, 0.5)
    with pytest.raises(NotSupported) as refused:
        export(creative, "a1111", "sdxl.safetensors")
    assert refused.value.facts == {"upscaler": "R-ESRGAN 4x+"}


def test_what_the_other_program_needs_is_named() -> None:
    model = workflow(request(upscaler="sd-x4", noise_level=35, num_images=1), "sdxl.safetensors")
    assert model["53"]["class_type"] == "SD_4XUpscale_Conditioning"
    assert (model["53"]["inputs"]["images"], model["53"]["inputs"]["noise_augmentation"]) == (["8", 0], 0.1)
    assert model["9"]["inputs"]["images"] == ["55", 0]
    assert export(request(upscaler="video"), "comfyui", "x").needs == "realesr-animevideov3.pth"
    alone = export(request(upscaler="realesrgan"), "a1111", "x")
    assert (alone.needs, "Hires" in alone.text) == ("R-ESRGAN 4x+", False)
    behind = export(request(upscaler="realesrgan", hires=1.5), "a1111", "x")
    assert behind.needs == ""
    assert "Hires upscale: 1.5, Hires upscaler: R-ESRGAN 4x+, " in behind.text
    assert behind.text.endswith(f"Denoising strength: {HIRES_STRENGTH}")
    assert export(request(), "a1111", "x").needs == ""
    with pytest.raises(NotSupported):
        export(request().model_copy(update={"task": Task.SHEET}), "comfyui", "x")


def test_embeddings_are_named_as_each_program_names_them(tmp_path: Path) -> None:
    file = EmbeddingFile("mycat", tmp_path / "mycat.safetensors", "sdxl", ("clip_l", "clip_g"), (768, 1280), 1, 0)
    asked = request(prompt="a <mycat> here", negative_prompt="MyCat")
    graph = json.loads(export(asked, "comfyui", "x.safetensors", embeddings={"mycat": file}).text)
    assert (graph["6"]["inputs"]["text"], graph["7"]["inputs"]["text"]) == ("a embedding:mycat here", "embedding:mycat")
    found = parameters(graph)
    assert found
    assert (found["prompt"], found["negative_prompt"]) == ("a mycat here", "mycat")
    assert export(asked, "a1111", "x", embeddings={"mycat": file}).text.startswith("a mycat here <lora:ink")
