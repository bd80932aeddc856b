"""A random SDXL of the real architecture with tiny widths, and the same weights in the other forms that people have.

Made at test time from configurations; nothing is downloaded.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    DDIMScheduler,
    DDPMScheduler,
    EulerDiscreteScheduler,
    PNDMScheduler,
    StableDiffusionPipeline,
    StableDiffusionUpscalePipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import save_file
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from gpu.sources import CONFIGS

WIDTH, WIDTH_2 = 32, 40
"""Of the two text encoders; a single file is told apart by them."""


def tiny_sdxl() -> StableDiffusionXLPipeline:
    """A pipeline of about 2 million random weights, always the same ones. It draws 64×64 noise of no meaning."""
    torch.manual_seed(0)
    vocabulary = CONFIGS / "sdxl" / "tokenizer"
    unet = UNet2DConditionModel(
        sample_size=8,
        block_out_channels=(8, 16, 32),
        layers_per_block=2,
        norm_num_groups=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=(1, 2, 4),
        transformer_layers_per_block=(1, 1, 2),
        use_linear_projection=True,
        cross_attention_dim=WIDTH + WIDTH_2,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + WIDTH_2,
    )
    vae = AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=2,
        norm_num_groups=4,
        latent_channels=4,
        sample_size=64,
        scaling_factor=0.13025,
        force_upcast=True,
    )
    return StableDiffusionXLPipeline(
        vae=vae,
        unet=unet,
        text_encoder=CLIPTextModel(_clip(WIDTH, "quick_gelu")),
        text_encoder_2=CLIPTextModelWithProjection(_clip(WIDTH_2, "gelu")),
        tokenizer=CLIPTokenizer.from_pretrained(vocabulary),
        tokenizer_2=CLIPTokenizer.from_pretrained(vocabulary, pad_token="!"),
        scheduler=EulerDiscreteScheduler.from_pretrained(CONFIGS / "sdxl" / "scheduler"),
        add_watermarker=False,
    )


def tiny_sd15() -> StableDiffusionPipeline:
    """A random Stable Diffusion 1.5 with tiny widths."""
    torch.manual_seed(3)
    vocabulary = CONFIGS / "sdxl" / "tokenizer"
    unet = UNet2DConditionModel(
        sample_size=8,
        block_out_channels=(8, 16, 32),
        layers_per_block=2,
        norm_num_groups=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=2,
        cross_attention_dim=WIDTH,
    )
    vae = AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=2,
        norm_num_groups=4,
        latent_channels=4,
        sample_size=64,
    )
    return StableDiffusionPipeline(
        vae=vae,
        unet=unet,
        text_encoder=CLIPTextModel(_clip(WIDTH, "quick_gelu")),
        tokenizer=CLIPTokenizer.from_pretrained(vocabulary),
        scheduler=PNDMScheduler.from_pretrained(CONFIGS / "sd15" / "scheduler"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def tiny_x4() -> StableDiffusionUpscalePipeline:
    """A random SD x4 upscaler with tiny widths: four levels, velocity, the small picture in three channels."""
    torch.manual_seed(5)
    unet = UNet2DConditionModel(
        sample_size=16,
        in_channels=7,
        block_out_channels=(8, 8, 16, 16),
        layers_per_block=1,
        norm_num_groups=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        only_cross_attention=(True, True, True, False),
        attention_head_dim=4,
        use_linear_projection=True,
        cross_attention_dim=WIDTH,
        num_class_embeds=1000,
    )
    vae = AutoencoderKL(
        block_out_channels=(8, 8, 8),
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        layers_per_block=1,
        norm_num_groups=4,
        latent_channels=4,
        sample_size=64,
        scaling_factor=0.08333,
    )
    velocity = {"prediction_type": "v_prediction", "clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1}
    return StableDiffusionUpscalePipeline(
        vae=vae,
        unet=unet,
        text_encoder=CLIPTextModel(_clip(WIDTH, "gelu")),
        tokenizer=CLIPTokenizer.from_pretrained(CONFIGS / "sdxl" / "tokenizer", pad_token="!"),
        low_res_scheduler=DDPMScheduler(beta_schedule="scaled_linear"),
        scheduler=DDIMScheduler(beta_schedule="scaled_linear", **velocity),
    )


def _clip(width: int, activation: str) -> CLIPTextConfig:
    return CLIPTextConfig(
        hidden_size=width, projection_dim=width, intermediate_size=37, num_attention_heads=4, num_hidden_layers=2,
        hidden_act=activation, vocab_size=49408, bos_token_id=0, eos_token_id=2, pad_token_id=1,
    )  # fmt: skip


def hub_cache(cache: Path, repo: str, revision: str, folder: Path) -> Path:
    """Put a folder into a hub cache as a download would: blobs, a snapshot of links to them, a ref of `main`."""
    root = cache / f"models--{repo.replace('/', '--')}"
    for file in (path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder)
        blob, link = root / "blobs" / name.as_posix().replace("/", "_"), root / "snapshots" / revision / name
        for path in (blob, link):
            path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, blob)
        link.symlink_to(blob)
    (root / "refs").mkdir(exist_ok=True)
    (root / "refs" / "main").write_text(revision)
    return root / "snapshots" / revision


def single_file(pipeline: Any, path: Path) -> None:
    """Write the weights into one file under the names of Stability's own code, as most checkpoints come."""
    tensors = _diffusion(pipeline) | (_two_texts(pipeline) if hasattr(pipeline, "text_encoder_2") else _text(pipeline))
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)


def _diffusion(pipeline: Any) -> dict[str, Tensor]:
    return (
        {f"model.diffusion_model.{_unet_name(k)}": v for k, v in pipeline.unet.state_dict().items()}
        | {f"first_stage_model.{_vae_name(k)}": _convolution(k, v) for k, v in pipeline.vae.state_dict().items()}
    )


def _text(pipeline: Any) -> dict[str, Tensor]:
    return {
        f"cond_stage_model.transformer.text_model.{k.removeprefix('text_model.')}": v
        for k, v in pipeline.text_encoder.state_dict().items()
    }


def _two_texts(pipeline: Any) -> dict[str, Tensor]:
    return (
        {
            f"conditioner.embedders.0.transformer.text_model.{k.removeprefix('text_model.')}": v
            for k, v in pipeline.text_encoder.state_dict().items()
        }
        | {f"conditioner.embedders.1.model.{k}": v for k, v in _open_clip(pipeline.text_encoder_2).items()}
        | {  # what real files hold besides
            "conditioner.embedders.0.transformer.text_model.embeddings.position_ids": torch.arange(77)[None],
            "conditioner.embedders.1.model.logit_scale": torch.tensor(4.6),
        }
    )


def tiny_configs(folder: Path, target: Path) -> Path:
    """The configuration files of a model without its weights, and without a second vocabulary."""
    for file in folder.rglob("*"):
        shared = file.parent.name == "tokenizer_2" and file.stem != "tokenizer_config"
        if file.suffix in (".json", ".txt") and not shared:
            (target / file.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target / file.relative_to(folder))
    return target


UNET = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.resnets.1": "middle_block.2",
    **{f"down_blocks.{i}.resnets.{j}": f"input_blocks.{3 * i + j + 1}.0" for i in range(3) for j in range(2)},
    **{f"down_blocks.{i}.attentions.{j}": f"input_blocks.{3 * i + j + 1}.1" for i in (1, 2) for j in range(2)},
    **{f"down_blocks.{i}.downsamplers.0.conv": f"input_blocks.{3 * i + 3}.0.op" for i in range(2)},
    **{f"up_blocks.{i}.resnets.{j}": f"output_blocks.{3 * i + j}.0" for i in range(3) for j in range(3)},
    **{f"up_blocks.{i}.attentions.{j}": f"output_blocks.{3 * i + j}.1" for i in range(2) for j in range(3)},
    **{f"up_blocks.{i}.upsamplers.0": f"output_blocks.{3 * i + 2}.2" for i in range(2)},
}
RESNET = {
    "norm1": "in_layers.0", "conv1": "in_layers.2", "norm2": "out_layers.0", "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1", "conv_shortcut": "skip_connection",
}  # fmt: skip
VAE = {
    "mid_block.attentions.0": "mid.attn_1",
    "mid_block.resnets.0": "mid.block_1",
    "mid_block.resnets.1": "mid.block_2",
    "conv_norm_out": "norm_out",
    **{f"encoder.down_blocks.{i}.resnets.{j}": f"encoder.down.{i}.block.{j}" for i in range(4) for j in range(2)},
    **{f"encoder.down_blocks.{i}.downsamplers.0": f"encoder.down.{i}.downsample" for i in range(3)},
    **{f"decoder.up_blocks.{i}.resnets.{j}": f"decoder.up.{3 - i}.block.{j}" for i in range(4) for j in range(3)},
    **{f"decoder.up_blocks.{i}.upsamplers.0": f"decoder.up.{3 - i}.upsample" for i in range(3)},
}
VAE_ENDS = {
    "conv_shortcut": "nin_shortcut", "group_norm": "norm",
    "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out",
}  # fmt: skip
CLIP = {
    "layer_norm1": "ln_1", "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj", "self_attn.out_proj": "attn.out_proj",
}  # fmt: skip


def _unet_name(name: str) -> str:
    found = next(ours for ours in UNET if name.startswith(f"{ours}."))
    rest = name[len(found) + 1 :]
    if ".resnets." in name:
        part, _, end = rest.partition(".")
        rest = f"{RESNET[part]}.{end}"
    return f"{UNET[found]}.{rest}"


def _vae_name(name: str) -> str:
    for ours, theirs in VAE.items():
        name = name.replace(f"{ours}.", f"{theirs}.")
    stem, _, end = name.rpartition(".")
    for ours, theirs in VAE_ENDS.items():
        if stem.endswith(f".{ours}"):
            stem = stem.removesuffix(ours) + theirs
    return f"{stem}.{end}"


def _convolution(name: str, tensor: Tensor) -> Tensor:
    """The original attention of the autoencoder is made of 1×1 convolutions."""
    return tensor[..., None, None] if ".attentions." in name and tensor.ndim == 2 else tensor


def _open_clip(encoder: CLIPTextModelWithProjection) -> dict[str, Tensor]:
    """OpenCLIP's names: query, key and value in one matrix, the projection transposed."""
    state = {name.removeprefix("text_model."): tensor for name, tensor in encoder.state_dict().items()}
    tensors = {
        "token_embedding.weight": state["embeddings.token_embedding.weight"],
        "positional_embedding": state["embeddings.position_embedding.weight"],
        "ln_final.weight": state["final_layer_norm.weight"],
        "ln_final.bias": state["final_layer_norm.bias"],
        "text_projection": state["text_projection.weight"].T,
    }
    for i in range(encoder.config.num_hidden_layers):
        layer, block = f"encoder.layers.{i}", f"transformer.resblocks.{i}"
        for end in ("weight", "bias"):
            tensors |= {f"{block}.{theirs}.{end}": state[f"{layer}.{ours}.{end}"] for ours, theirs in CLIP.items()}
            qkv = [state[f"{layer}.self_attn.{k}_proj.{end}"] for k in "qkv"]
            tensors[f"{block}.attn.in_proj_{end}"] = torch.cat(qkv)
    return tensors


def write_lora(unet: UNet2DConditionModel, path: Path, rank: int = 2) -> None:
    """A random LoRA on the attention of the UNet."""
    torch.manual_seed(1)
    tensors = {}
    for name, module in unet.named_modules():
        if name.endswith(("attn1.to_q", "attn2.to_v")):
            tensors[f"unet.{name}.lora_A.weight"] = torch.randn(rank, module.in_features)
            tensors[f"unet.{name}.lora_B.weight"] = torch.randn(module.out_features, rank)
    save_file(tensors, path)


def write_control_net(unet: UNet2DConditionModel, path: Path, seed: int = 5) -> Path:
    """A random ControlNet in a folder. A fresh one says nothing, so its last layers are filled too."""
    torch.manual_seed(seed)
    net = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(4, 8, 8, 8))
    for last in (*net.controlnet_down_blocks, net.controlnet_mid_block, net.controlnet_cond_embedding.conv_out):
        torch.nn.init.normal_(last.weight, std=0.3)
    net.save_pretrained(path, safe_serialization=True)
    return path


def edit_json(path: Path, **changes: object) -> None:
    """Change some keys of a JSON file."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
