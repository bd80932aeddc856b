"""Random networks that make control images, with tiny widths, as folders that their loaders read."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import (
    DepthAnythingConfig,
    DepthAnythingForDepthEstimation,
    Dinov2Config,
    DPTImageProcessorPil,
    GLPNConfig,
    GLPNForDepthEstimation,
    GLPNImageProcessorPil,
    SegformerConfig,
    SegformerForSemanticSegmentation,
    SegformerImageProcessorPil,
)

WIDTHS = {
    "num_encoder_blocks": 4, "depths": [1, 1, 1, 1], "hidden_sizes": [8, 8, 16, 16],
    "num_attention_heads": [1, 1, 2, 2], "decoder_hidden_size": 16,
}  # fmt: skip


def tiny_depth(folder: Path) -> Path:
    """A Depth Anything: the larger, the nearer."""
    torch.manual_seed(1)
    backbone = Dinov2Config(
        hidden_size=16, num_hidden_layers=4, num_attention_heads=2, image_size=56, patch_size=14,
        out_features=["stage1", "stage2", "stage3", "stage4"], reshape_hidden_states=False,
    )  # fmt: skip
    config = DepthAnythingConfig(
        backbone_config=backbone, reassemble_hidden_size=16, neck_hidden_sizes=[8, 8, 16, 16], fusion_hidden_size=8,
        head_hidden_size=8, patch_size=14,
    )  # fmt: skip
    model = DepthAnythingForDepthEstimation(config)
    for convolution in (part for part in model.modules() if isinstance(part, torch.nn.Conv2d)):
        torch.nn.init.normal_(convolution.weight, std=0.3)
    model.save_pretrained(folder, safe_serialization=True)
    size = {"height": 56, "width": 56}
    DPTImageProcessorPil(size=size, ensure_multiple_of=14, keep_aspect_ratio=True).save_pretrained(folder)
    return folder


def tiny_metric_depth(folder: Path) -> Path:
    """A GLPN: metres, the larger the farther."""
    torch.manual_seed(2)
    GLPNForDepthEstimation(GLPNConfig(**WIDTHS)).save_pretrained(folder, safe_serialization=True)
    GLPNImageProcessorPil(size_divisor=32).save_pretrained(folder)
    return folder


def tiny_segments(folder: Path, classes: int = 150) -> Path:
    """A SegFormer of ADE20K's number of classes."""
    torch.manual_seed(3)
    model = SegformerForSemanticSegmentation(SegformerConfig(**WIDTHS, num_labels=classes))
    torch.nn.init.normal_(model.decode_head.classifier.weight)
    model.save_pretrained(folder, safe_serialization=True)
    SegformerImageProcessorPil(size={"height": 64, "width": 64}).save_pretrained(folder)
    return folder
