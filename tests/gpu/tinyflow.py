"""Random pipelines of the transformer families with tiny widths, made at test time. They draw noise of no meaning."""

from __future__ import annotations

from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    FlowMatchEulerDiscreteScheduler,
    FluxPipeline,
    FluxTransformer2DModel,
    SD3Transformer2DModel,
    StableDiffusion3Pipeline,
    ZImagePipeline,
    ZImageTransformer2DModel,
)
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    Qwen3Config,
    Qwen3Model,
    T5Config,
    T5EncoderModel,
)

from gpu.sources import CONFIGS

WIDTH = 32


def tiny_sd3() -> StableDiffusion3Pipeline:
    """Stable Diffusion 3 with two CLIPs and a T5."""
    torch.manual_seed(0)
    transformer = SD3Transformer2DModel(
        sample_size=32, patch_size=1, in_channels=4, num_layers=1, attention_head_dim=8, num_attention_heads=4,
        caption_projection_dim=32, joint_attention_dim=WIDTH, pooled_projection_dim=2 * WIDTH, out_channels=4,
    )  # fmt: skip
    return StableDiffusion3Pipeline(
        transformer=transformer, vae=_vae(4), scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        text_encoder=CLIPTextModelWithProjection(_clip()), tokenizer=_tokenizer(),
        text_encoder_2=CLIPTextModelWithProjection(_clip()), tokenizer_2=_tokenizer(),
        text_encoder_3=_t5(), tokenizer_3=_tokenizer(),
    )  # fmt: skip


def tiny_flux() -> FluxPipeline:
    """FLUX.1 dev: it hears the guidance as a number."""
    torch.manual_seed(0)
    transformer = FluxTransformer2DModel(
        patch_size=1, in_channels=4, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=WIDTH, pooled_projection_dim=WIDTH, axes_dims_rope=(4, 4, 8), guidance_embeds=True,
    )  # fmt: skip
    return FluxPipeline(
        transformer=transformer, vae=_vae(1), scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        text_encoder=CLIPTextModel(_clip()), tokenizer=_tokenizer(), text_encoder_2=_t5(), tokenizer_2=_tokenizer(),
    )  # fmt: skip


def tiny_zimage() -> ZImagePipeline:
    """Z-Image with a Qwen3."""
    torch.manual_seed(0)
    transformer = ZImageTransformer2DModel(
        all_patch_size=(2,), all_f_patch_size=(1,), in_channels=16, dim=32, n_layers=2, n_refiner_layers=1, n_heads=2,
        n_kv_heads=2, norm_eps=1e-5, qk_norm=True, cap_feat_dim=16, rope_theta=256.0, t_scale=1000.0,
        axes_dims=[8, 4, 4], axes_lens=[256, 32, 32],
    )  # fmt: skip
    with torch.no_grad():  # they are left empty by their class, to be loaded
        for token in (transformer.x_pad_token, transformer.cap_pad_token):
            token.normal_()
    qwen = Qwen3Config(
        hidden_size=16, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2,
        vocab_size=49408, max_position_embeddings=512, head_dim=8,
    )  # fmt: skip
    tokenizer = _tokenizer()
    tokenizer.chat_template = "{{ messages[0]['content'] }}"
    return ZImagePipeline(
        transformer=transformer, vae=_vae(16), scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        text_encoder=Qwen3Model(qwen), tokenizer=tokenizer,
    )  # fmt: skip


def _vae(channels: int) -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 8, 8, 8), down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=1, norm_num_groups=4, latent_channels=channels,
        use_quant_conv=False, use_post_quant_conv=False, shift_factor=0.0609, scaling_factor=1.5035, sample_size=64,
    )  # fmt: skip


def _clip() -> CLIPTextConfig:
    return CLIPTextConfig(
        hidden_size=WIDTH, projection_dim=WIDTH, intermediate_size=37, num_attention_heads=4, num_hidden_layers=2,
        hidden_act="gelu", vocab_size=49408, bos_token_id=0, eos_token_id=2, pad_token_id=1,
    )  # fmt: skip


def _t5() -> T5EncoderModel:
    return T5EncoderModel(T5Config(vocab_size=49408, d_model=WIDTH, d_kv=8, d_ff=37, num_layers=2, num_heads=4))


def _tokenizer() -> Any:
    return CLIPTokenizer.from_pretrained(CONFIGS / "sdxl" / "tokenizer")
