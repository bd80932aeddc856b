"""The table of what families can do is what their classes do: a wish changes the picture, or is refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gpu.abilities import ABILITIES, Ability, capabilities_of, require
from gpu.errors import NotSupported
from gpu.families import FAMILIES
from gpu.families.base import Components
from gpu.layouts import LAYOUTS
from gpu.loras import LoraFolder
from gpu.types import HELPERS, AdapterSpec, GenerationRequest, InputImage, InputRole, ModelSpec, NetSpec, Task
from tests.gpu.bench import Bench, request
from tests.gpu.pictures import half_mask, photo, png, result
from tests.gpu.tiny import tiny_sd15, write_control_net, write_lora
from tests.gpu.tinyadapter import write_adapters
from tests.gpu.tinyflow import tiny_flux, tiny_sd3, tiny_zimage

DRAWING = [family for family in LAYOUTS if family not in HELPERS]
FLOWS = {"sd3": tiny_sd3, "flux": tiny_flux, "zimage": tiny_zimage}
I = InputRole  # noqa: E741


class Wish(NamedTuple):
    """What a request says beyond words, and whether a family can do it."""

    able: Callable[[Ability], bool]
    params: dict[str, Any] = {}
    sent: tuple[InputRole, ...] = ()


WISHES = {
    "picture": Wish(lambda can: I.IMAGE in can.pictures, {"strength": 0.5}, (I.IMAGE,)),
    "mask": Wish(lambda can: I.MASK in can.pictures, {}, (I.IMAGE, I.MASK)),
    "outpaint": Wish(lambda can: Task.OUTPAINT in can.tasks, {"task": Task.OUTPAINT}, (I.IMAGE, I.MASK)),
    "vary": Wish(lambda can: Task.VARY in can.tasks, {"task": Task.VARY}),
    "control": Wish(lambda can: can.nets, {"control": "canny:ready"}, (I.CONTROL,)),
    "style": Wish(lambda can: can.nets, {}, (I.STYLE,)),
    "character": Wish(lambda can: can.nets, {}, (I.CHARACTER,)),
    "prompt": Wish(lambda can: can.nets, {}, (I.PROMPT,)),
    "tile": Wish(lambda can: can.tile, {"tile": True}),
    "lora": Wish(lambda can: can.loras, {"lora": "red:1"}),
    "hires": Wish(lambda can: can.redraws, {"hires": 2.0}),
    "sampler": Wish(lambda can: not can.schedulers, {"scheduler": "DDIM"}),
}


@pytest.fixture(scope="module")
def models(tiny: Components) -> dict[str, Any]:
    parts = tiny_sd15().components
    names = ("unet", "vae", "text_encoder", "tokenizer")
    sd15 = Components(**{name: parts[name] for name in names}, scheduler_config=dict(parts["scheduler"].config))
    return {"sdxl": copy.deepcopy(tiny), "sd15": sd15, **{name: make() for name, make in FLOWS.items()}}


@pytest.fixture(scope="module")
def beside(models: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Nets for each family of UNets; other families are given those of SDXL."""
    root = tmp_path_factory.mktemp("beside")
    for family in ("sdxl", "sd15"):
        write_adapters(root / family, models[family].unet)
        write_control_net(models[family].unet, root / family / "net")
        write_lora(models[family].unet, root / family / "red.safetensors")
    return {family: root / ("sd15" if family == "sd15" else "sdxl") for family in DRAWING}


@pytest.fixture
def bench(tmp_path: Path, models: dict[str, Any], beside: dict[str, Path]) -> Callable[[str], Bench]:
    """An engine with one family's model and everything that may stand beside it, so that nothing else refuses."""

    def make(family: str) -> Bench:
        bench = Bench(tmp_path, {family: models[family]}, loras=LoraFolder(beside[family]))
        heard = AdapterSpec(source=str(beside[family]), weight_name="plain.safetensors")
        more = {
            "controlnets": {"canny": NetSpec(source=str(beside[family] / "net"))},
            "ip_adapters": dict.fromkeys(("image", "style", "character"), heard),
        }
        bench.engine._specs[family] = bench.engine._specs[family].model_copy(update=more)  # type: ignore[index]
        return bench

    return make


def asked(bench: Bench, family: str, name: str, wish: Wish) -> GenerationRequest:
    inputs = []
    for role in wish.sent:
        path = Path("inputs", f"{role}.png")
        (bench.folder / path).parent.mkdir(exist_ok=True)
        (bench.folder / path).write_bytes(png(half_mask() if role is I.MASK else photo()))
        inputs.append(InputImage(role=role, path=path))
    start = {"start_latents": bench.result("plain").images[0].latents} if name == "vary" else {}
    return request(name, family, inputs=tuple(inputs), **{"scheduler": "Euler", **wish.params, **start})


@pytest.mark.parametrize("family", DRAWING)
def test_the_table_says_what_the_families_do(bench: Callable[[str], Bench], family: str) -> None:
    one = bench(family)
    one.run(request("plain", family, scheduler="Euler"))
    plain = result(one, "plain").tobytes()
    for name, wish in WISHES.items():
        one.run(asked(one, family, name, wish))
        if wish.able(ABILITIES[family]):
            assert result(one, name).tobytes() != plain, name
        else:
            assert isinstance(one.error(name), NotSupported), (name, one.error(name))


@pytest.mark.parametrize("family", DRAWING)
def test_what_is_said_before_a_model_is_loaded_is_what_it_says_when_it_is(
    bench: Callable[[str], Bench], family: str
) -> None:
    one = bench(family)
    before, after = capabilities_of(one.engine._specs[family]), one.engine.warm_up(family)
    assert set(after.tasks) == set(before.tasks)
    assert (after.inputs, after.tile, after.loras, after.redraws) == (
        before.inputs, before.tile, before.loras, before.redraws,
    )  # fmt: skip
    assert not before.schedulers or after.schedulers == before.schedulers


def test_every_family_has_a_row() -> None:
    assert ABILITIES.keys() == {*LAYOUTS, "openai"}
    assert FAMILIES.keys() == LAYOUTS.keys()


@pytest.mark.parametrize("family", sorted(HELPERS))
def test_models_that_only_help_draw_nothing(family: str) -> None:
    able = capabilities_of(ModelSpec(name="x", family=family, source="x"))
    for name in ("imagine", "vary", "outpaint"):
        with pytest.raises(NotSupported, match="error-task"):
            require(able, Task(name), request("a", "x").params, ())
