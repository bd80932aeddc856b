"""LoRAs in the modules of one loaded model: put in once, then switched between slices.

`use` says which ones count from now on. Nothing is fused, so switching costs no weights and no accuracy: with none, the
model is exactly what it was. Those of the model's own configuration always stay on. Knows no request and no prompt.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline, StableDiffusionXLPipeline
from diffusers.utils.peft_utils import set_adapter_layers, set_weights_and_activate_adapters

from gpu.errors import NotSupported
from gpu.loras import LoraFile, LoraFolder, Loras
from gpu.types import ModelSpec

if TYPE_CHECKING:
    from gpu.families.base import Components

MOST = 8
"""LoRAs that stay in a model; the one unused for longest goes first."""


class Adapters:
    """The LoRAs of one model. `use` before every call of its modules."""

    def __init__(self, spec: ModelSpec, components: Components, folder: LoraFolder) -> None:
        self._spec = spec
        self._components = components
        self._folder = folder
        self._own = [(f"{spec.name}-{index}", lora.weight) for index, lora in enumerate(spec.loras)]
        self._loaded: OrderedDict[LoraFile, str] = OrderedDict()
        self._made = 0
        self._active: Loras = ()

    @property
    def voice(self) -> Hashable:
        """What changes the text encoders now."""
        return tuple((name, weight) for name, weight in self._active if self._folder.get(name).text)

    def check(self, loras: Loras) -> None:
        """Refuse what could not be loaded, by name and header alone. Raises `NotSupported`."""
        width = self._components.unet.config.cross_attention_dim
        for name, _ in loras:
            file = self._folder.get(name)
            if file.transformer or (file.width and file.width != width):
                raise NotSupported("error-lora-family", name=name, model=self._spec.name)

    def use(self, loras: Loras) -> None:
        """From now on the modules draw with these. Raises `NotSupported` for one that does not fit."""
        if loras == self._active:
            return
        self.check(loras)
        names = [(self._load(self._folder.get(name)), weight) for name, weight in loras]
        self._switch([*self._own, *names])
        self._active = loras
        self._forget()

    def _switch(self, names: list[tuple[str, float]]) -> None:
        for module in self._modules():
            set_adapter_layers(module, enabled=bool(names))
            if names:
                set_weights_and_activate_adapters(module, [name for name, _ in names], [weight for _, weight in names])

    def _load(self, file: LoraFile) -> str:
        """The name under which the modules know it, put in now if need be."""
        if file not in self._loaded:
            self._loaded[file] = self._put_in(file)
        self._loaded.move_to_end(file)
        return self._loaded[file]

    def _put_in(self, file: LoraFile) -> str:
        self._made += 1
        name, pipeline = f"lora{self._made}", lora_pipeline(self._components)
        try:
            pipeline.load_lora_weights(
                str(file.path.parent), weight_name=file.path.name, adapter_name=name,
                use_safetensors=True, local_files_only=True,
            )  # fmt: skip
        except (RuntimeError, ValueError, KeyError, OSError) as error:
            with contextlib.suppress(KeyError):  # diffusers has tidied up itself, or not
                pipeline.delete_adapters([name])
            self._switch(self._own)
            self._active = ()
            raise NotSupported("error-lora-family", name=file.name, model=self._spec.name) from error
        for module in self._modules():
            module.eval().requires_grad_(False)
        return name

    def _forget(self) -> None:
        while len(self._loaded) > max(MOST, len(self._active)):
            _, name = self._loaded.popitem(last=False)
            lora_pipeline(self._components).delete_adapters([name])

    def _modules(self) -> list[Any]:
        parts = self._components
        return [part for part in (parts.unet, parts.text_encoder, parts.text_encoder_2) if part is not None]


def lora_pipeline(components: Components) -> Any:
    """diffusers' own pipeline of the same modules, for its way of putting LoRAs into them."""
    parts = {name: getattr(components, name) for name in ("unet", "vae", "text_encoder", "tokenizer")}
    scheduler = EulerDiscreteScheduler.from_config(dict(components.scheduler_config))
    if components.text_encoder_2 is None:
        none = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
        return StableDiffusionPipeline(**parts, **none, scheduler=scheduler)
    second = {"text_encoder_2": components.text_encoder_2, "tokenizer_2": components.tokenizer_2}
    return StableDiffusionXLPipeline(**parts, **second, scheduler=scheduler, add_watermarker=False)
