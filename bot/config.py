"""config.toml as frozen values. The only module that reads the environment.

Knows no Discord and no model library. Raises `ConfigError`, which names the key and what is wrong with it.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from bot.errors import ConfigError
from bot.logs import LogPrompts
from bot.safety.base import STRICT, Category, Policy, PolicyLayer
from gpu.abilities import ability
from gpu.openai_models import OpenAIModel
from gpu.optimising import Optimise
from gpu.params import ENLARGERS
from gpu.skills.base import packaged
from gpu.types import (
    DEFAULT_CHECKS,
    HELPERS,
    REFINERS,
    CheckerSource,
    ControlMakers,
    ModelSpec,
    NetSpec,
    SafetyPolicy,
    Setting,
)
from storage.models import Limits

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_PATH = PROJECT / "config.toml"


class DiscordConfig(Setting):
    """`[discord]`"""

    command_prefix: str = Field("", pattern=r"^[-_a-z0-9]{0,20}$")
    sync_guild: int = 0
    welcome: bool = True
    user_install: bool = True
    operators: tuple[int, ...] = ()


class QueueConfig(Setting):
    """`[queue]`"""

    running: int = Field(3, ge=1)
    waiting: int = Field(10, ge=1)
    max_attempts: int = Field(3, ge=1)
    lease_seconds: float = Field(60, gt=0)

    @property
    def limits(self) -> Limits:
        """What one member may have in the queue."""
        return Limits(running=self.running, waiting=self.waiting)


class SweepConfig(Setting):
    """`[sweep]`"""

    jobs: int = Field(40, ge=2, le=200)
    repeat: int = Field(40, ge=2, le=40)
    forget_hours: float = Field(24, gt=0)


class WorkerConfig(Setting):
    """`[worker]`"""

    engine: Literal["diffusers", "fake"] = "diffusers"
    device: str = Field("auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    threads: int = Field(0, ge=0)
    slots: int = Field(8, ge=1, le=64)
    previews: bool = True
    count: int = Field(1, ge=1, le=16)
    memory_gb: float | Literal["auto"] = "auto"


def _names(value: Any) -> Any:
    """A list of image checks may be written as one string with commas, and none of them as "off"."""
    if not isinstance(value, str):
        return value
    return [] if value.strip() == "off" else [name.strip() for name in value.split(",")]


class SafetyConfig(Setting):
    """`[safety]`"""

    image_check: Annotated[tuple[str, ...], BeforeValidator(_names)] = DEFAULT_CHECKS
    stable_diffusion: CheckerSource = CheckerSource()
    thresholds: dict[str, float] = SafetyPolicy().thresholds
    borderline: dict[str, float] = {"sexual": 0.6}
    policy: Policy = STRICT

    @property
    def checkers(self) -> dict[str, CheckerSource]:
        """Image check → where the operator's weights for it are."""
        return {"stable_diffusion": self.stable_diffusion}

    @property
    def default(self) -> Policy:
        """What holds where a server decides nothing: the strict policy, with what the operator says on it."""
        return STRICT.with_layers(PolicyLayer(**self.policy.model_dump()), age_restricted=False)


class ModerationConfig(Setting):
    """`[moderation]`"""

    strike_for: tuple[Category, ...] = ()
    timeout_at: int = Field(3, ge=1)
    timeout_minutes: float = Field(60, gt=0)
    ban_at: int = Field(6, ge=1)
    decay_days: float = Field(30, gt=0)
    reports_hide: int = Field(3, ge=1)
    report_account_days: float = Field(7, ge=0)
    appeals_per_day: int = Field(2, ge=1)


class PrivacyConfig(Setting):
    """`[privacy]`"""

    retention_days: float = Field(0, ge=0)
    log_prompts: LogPrompts = "off"
    privacy_url: str = Field("", pattern=r"^(https://\S+)?$")
    terms_url: str = Field("", pattern=r"^(https://\S+)?$")


class PromptConfig(Setting):
    """`[prompt]`"""

    translator: str = ""
    writer: str = ""
    embedder: str = "auto"
    a1111_brackets: bool = False


class DescribeConfig(Setting):
    """`[describe]`"""

    captioner: str = ""


class LorasConfig(Setting):
    """`[loras]`"""

    folder: Path = Path("loras")


class EmbeddingsConfig(Setting):
    """`[embeddings]`"""

    folder: Path = Path("embeddings")


class UpscaleConfig(Setting):
    """`[upscale]`"""

    upscaler: Literal["realesrgan", "anime", "video", "sd-x4"] = "realesrgan"
    strength: float = Field(0.35, gt=0, le=1)


class VaryConfig(Setting):
    """`[vary]`"""

    strength: float = Field(0.6, gt=0, le=1)
    strong: float = Field(0.85, gt=0, le=1)


ReactionName = Literal["vary1", "vary2", "vary3", "vary4", "reroll", "upscale", "cancel", "mail", "favorite", "report"]
REACTIONS: dict[str, ReactionName] = {
    "1️⃣": "vary1", "2️⃣": "vary2", "3️⃣": "vary3", "4️⃣": "vary4", "🔁": "reroll", "⬆️": "upscale", "❌": "cancel",
    "✉️": "mail", "⭐": "favorite", "🙈": "report",
}  # fmt: skip


_VERSION = re.compile(r"v? ?(\d{1,2})(?:\.0|(\.\d{1,2}))?|(niji)(?: ?(\d{1,2}))?", re.IGNORECASE)


def _versions(value: Any) -> Any:
    """`6.1 = "x"` without quotes is a table in TOML; a version may be written with a v, niji without a space."""
    if not isinstance(value, dict):
        return value
    flat: dict[str, Any] = {}
    for name, model in value.items():
        flat |= {f"{name}.{part}": one for part, one in model.items()} if isinstance(model, dict) else {name: model}
    return {_version(name): model for name, model in flat.items()}


def _version(written: str) -> str:
    if not (found := _VERSION.fullmatch(written.strip())):
        raise ValueError(f'{written!r} is no version: write "6.1", "niji 6" or "niji"')
    number, part, niji, of_niji = found.groups()
    return f"niji {of_niji or ''}".strip() if niji else f"{number}{part or ''}"


class GalleryConfig(Setting):
    """`[gallery]`"""

    channels: dict[str, int] = {}
    """Server id → the channel where starred pictures are shown."""


class OpenAIConfig(Setting):
    """`[openai]`"""

    base_url: str = "https://api.openai.com/v1"
    slots: int = Field(4, ge=1, le=64)
    timeout_seconds: float = Field(240, gt=0)
    daily_limit: float = Field(1.0, ge=0)
    models: dict[str, OpenAIModel] = {}

    @property
    def specs(self) -> dict[str, ModelSpec]:
        """The models as the parser and the studio see them."""
        return {name: model.spec(name) for name, model in self.models.items()}


class Config(Setting):
    """The whole file. Paths are absolute once loaded."""

    data_dir: Path = Path("data")
    default_model: str = "starter"
    discord: DiscordConfig = DiscordConfig()
    queue: QueueConfig = QueueConfig()
    sweep: SweepConfig = SweepConfig()
    worker: WorkerConfig = WorkerConfig()
    safety: SafetyConfig = SafetyConfig()
    moderation: ModerationConfig = ModerationConfig()
    vary: VaryConfig = VaryConfig()
    upscale: UpscaleConfig = UpscaleConfig()
    control: ControlMakers = ControlMakers()
    loras: LorasConfig = LorasConfig()
    embeddings: EmbeddingsConfig = EmbeddingsConfig()
    optimise: Optimise = Optimise()
    privacy: PrivacyConfig = PrivacyConfig()
    prompt: PromptConfig = PromptConfig()
    describe: DescribeConfig = DescribeConfig()
    openai: OpenAIConfig = OpenAIConfig()
    gallery: GalleryConfig = GalleryConfig()
    reactions: dict[str, ReactionName] = REACTIONS
    versions: Annotated[dict[str, str], BeforeValidator(_versions)] = {}
    """What stands behind Midjourney's `--v` and `--niji`, such as `6.1` and `niji 6` → a model."""
    models: dict[str, ModelSpec]

    @model_validator(mode="after")
    def _default_model_exists(self) -> Config:
        if self.default_model not in self.models:
            raise ValueError(f"default_model is {self.default_model!r}, but there is no [models.{self.default_model}]")
        for name, model in self.models.items():
            refiner = self.models.get(model.refiner)
            if (model.controlnets or model.ip_adapters) and not ability(model.family).nets:
                raise ValueError(f"models.{name} is of family {model.family!r}, which no net can stand beside")
            if model.refiner and (refiner is None or refiner.family != REFINERS):
                raise ValueError(f"models.{name}.refiner is {model.refiner!r}: name a model of family {REFINERS!r}")
        if self.models[self.default_model].family in HELPERS:
            raise ValueError(f"default_model is {self.default_model!r}, which draws nothing alone")
        if self.upscale.upscaler in ENLARGERS and not self.enlarges(self.upscale.upscaler):
            raise ValueError(f"upscale.upscaler is {self.upscale.upscaler!r}, but no model is of that family")
        if twice := self.models.keys() & self.openai.models.keys():
            raise ValueError(f"{min(twice)!r} is both in [models] and in [openai.models]")
        for version, drawing in self.versions.items():
            if drawing not in self.specs:
                raise ValueError(f"versions: {version!r} is {drawing!r}, but no model of that name draws")
        return self

    @property
    def specs(self) -> dict[str, ModelSpec]:
        """Every model that a member may name, whoever draws it; some only go on with what others began."""
        drawing = {name: spec for name, spec in self.models.items() if spec.family not in HELPERS}
        return {**drawing, **self.openai.specs}

    def versions_of(self, model: str = "") -> list[str]:
        """The flags of Midjourney's that stand for a model, or for any: `--v 6.1`, `--niji 6`."""
        named = {key: key if key.startswith("niji") else f"v {key}" for key in self.versions}
        return [f"--{flag}" for key, flag in named.items() if model in ("", self.versions[key])]

    def enlarges(self, upscaler: str) -> bool:
        """Whether pictures can be enlarged by it, as far as the configuration tells: some upscalers are models."""
        return upscaler not in ENLARGERS or any(spec.family == upscaler for spec in self.models.values())

    @property
    def skills(self) -> dict[str, str]:
        """Skill of the worker → the folder of its model; "" is that of an installed package."""
        folders = {"translate": self.prompt.translator, "write": self.prompt.writer, "caption": self.describe.captioner}
        if self.prompt.embedder == "auto" and packaged("embed"):
            folders["embed"] = str(packaged("embed"))
        elif self.prompt.embedder not in ("auto", "off"):
            folders["embed"] = self.prompt.embedder
        return {skill: folder for skill, folder in folders.items() if folder}

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "easel.db"


def load_config(path: Path = DEFAULT_PATH) -> Config:
    """Read and check the file. Raises `ConfigError`."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError("error-config-file", file=str(path), problem=error.strerror or "") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError("error-config-file", file=str(path), problem=str(error)) from error
    try:
        config = Config.model_validate(_named_models(raw))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "config.toml"
        raise ConfigError(key=key, problem=first["msg"].removeprefix("Value error, ")) from error
    return _absolute(config, path.resolve().parent)


def discord_token() -> str:
    """The bot's token, or "" where none is set."""
    return os.environ.get("DISCORD_TOKEN", "").strip()


def openai_key() -> str:
    """The key of OpenAI's API, or "" where none is set."""
    return os.environ.get("OPENAI_API_KEY", "").strip()


def _named_models(raw: dict[str, Any]) -> dict[str, Any]:
    models = raw.get("models")
    if not isinstance(models, dict):
        return raw
    named = {name: {"name": name, **spec} if isinstance(spec, dict) else spec for name, spec in models.items()}
    return {**raw, "models": named}


def _absolute(config: Config, base: Path) -> Config:
    def local(source: str) -> str:
        """A path beside config.toml or inside the project stays a path; anything else is a hub repository."""
        if not source:
            return ""
        found = next((root / source for root in (base, PROJECT) if (root / source).exists()), None)
        return str(found.resolve()) if found else source

    def net(spec: NetSpec | None) -> NetSpec | None:
        return spec and spec.model_copy(update={"source": local(spec.source)})

    def spec(model: ModelSpec) -> ModelSpec:
        loras = tuple(lora.model_copy(update={"source": local(lora.source)}) for lora in model.loras)
        nets = {kind: net(follower) for kind, follower in model.controlnets.items()}
        config = local(model.config) if model.config else ""
        adapters = {kind: a.model_copy(update={"source": local(a.source)}) for kind, a in model.ip_adapters.items()}
        beside = {"loras": loras, "controlnets": nets, "ip_adapters": adapters}
        return model.model_copy(update={"source": local(model.source), "config": config, **beside})

    models = {name: spec(model) for name, model in config.models.items()}
    makers = config.control
    checker = config.safety.stable_diffusion
    checker = checker.model_copy(update={"source": local(checker.source)})
    return config.model_copy(
        update={
            "models": models,
            "data_dir": (base / config.data_dir).resolve(),
            "prompt": config.prompt.model_copy(
                update={name: local(getattr(config.prompt, name)) for name in ("translator", "writer", "embedder")}
            ),
            "describe": DescribeConfig(captioner=local(config.describe.captioner)),
            "control": makers.model_copy(
                update={"depth": net(makers.depth), "seg": net(makers.seg), "pose": local(makers.pose)}
            ),
            "safety": config.safety.model_copy(update={"stable_diffusion": checker}),
            "optimise": config.optimise.model_copy(
                update={"tiny_vae": {k: Path(local(str(v))) for k, v in config.optimise.tiny_vae.items()}}
            ),
            "loras": LorasConfig(folder=base / local(str(config.loras.folder))),
            "embeddings": EmbeddingsConfig(folder=base / local(str(config.embeddings.folder))),
        }
    )
