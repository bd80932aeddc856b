"""Teaches embeddings (Gal et al. 2022, "An Image is Worth One Word", arXiv:2208.01618) to loaded text encoders.

A tokenizer gets a token for each vector; the vectors lie beside the encoder's table and are laid over what it looks
up. The table itself is never touched, so a prompt that names none is encoded by exactly the model as it was, and files
that change or go leave nothing behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from safetensors import safe_open
from tokenizers import AddedToken
from torch import Tensor

from gpu.embeddings import KINDS, EmbeddingFile, EmbeddingFolder, named, replaced
from gpu.errors import NotSupported
from gpu.types import ModelSpec

FORMER_END = 2
"""`eos_token_id` of old configs, SDXL's too: transformers then takes the largest id for the end of a text, which a new
token would be. The tokenizer's own is the same place in every text without one."""


class Learned:
    """One tokenizer and text encoder, and the vectors of the tokens that were added."""

    def __init__(self, tokenizer: Any, encoder: Any) -> None:
        self._tokenizer = tokenizer
        self._first = len(tokenizer)
        self._vectors: list[Tensor] = []
        self._ids = torch.empty(0)
        self._encoder = encoder
        self.width: int = encoder.get_input_embeddings().embedding_dim

    def learn(self, tokens: Sequence[str], vectors: Tensor) -> None:
        """Vectors [tokens, width], any float dtype."""
        if not self._vectors:
            self._listen()
        self._tokenizer.add_tokens([AddedToken(token, normalized=False) for token in tokens])
        self._vectors += vectors.float().unbind()

    def _listen(self) -> None:
        table = self._encoder.get_input_embeddings()
        table.register_forward_pre_hook(self._hide)
        table.register_forward_hook(self._show)
        for module in self._encoder.modules():
            if getattr(module, "eos_token_id", None) == FORMER_END:
                module.eos_token_id = self._tokenizer.eos_token_id

    def _hide(self, table: Any, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The table has no rows for new tokens; its first one stands in."""
        self._ids, *rest = inputs
        return (self._ids.where(self._ids < self._first, 0), *rest)

    def _show(self, table: Any, inputs: tuple[Tensor, ...], looked_up: Tensor) -> Tensor:
        at = self._ids >= self._first
        if not at.any():
            return looked_up
        vectors = torch.stack(self._vectors).to(looked_up)
        shown = looked_up.clone()
        shown[at] = vectors[self._ids[at] - self._first]
        return shown


class Inversion:
    """The embeddings of a folder that one model has learned; each when it is first named."""

    def __init__(self, spec: ModelSpec, encoders: Sequence[tuple[Any, Any]], folder: EmbeddingFolder) -> None:
        """`encoders`: pairs of tokenizer and text encoder; a model with the last one alone hears that one's vectors."""
        self._model = spec.name
        self._kind = KINDS.get(spec.family, "")
        self._folder = folder
        self._encoders = [Learned(*pair) for pair in encoders]
        self._tokens: dict[EmbeddingFile, str] = {}
        self._count = 0

    def named(self, text: str) -> tuple[EmbeddingFile, ...]:
        """Which ones a text names, as the files are now."""
        return named(text, self._folder.of(self._kind))

    def check(self, *texts: str) -> None:
        """Refuse embeddings for text encoders of another width. Raises `NotSupported`."""
        widths = tuple(encoder.width for encoder in self._encoders)
        for file in (file for text in texts for file in self.named(text)):
            if file.widths[-len(widths) :] != widths:
                raise NotSupported("error-embedding-family", name=file.name, model=self._model)

    def spoken(self, text: str) -> str:
        """The text with the tokens of the embeddings that it names."""
        return replaced(text, self._folder.of(self._kind), self._learn)

    def _learn(self, file: EmbeddingFile) -> str:
        if file not in self._tokens:
            tokens = [f"\ue000{self._count + number}\ue001" for number in range(file.vectors)]
            for encoder, vectors in zip(self._encoders, _vectors(file)[-len(self._encoders) :], strict=True):
                encoder.learn(tokens, vectors)
            self._count += file.vectors
            self._tokens[file] = "".join(tokens)
        return self._tokens[file]


def _vectors(file: EmbeddingFile) -> list[Tensor]:
    """[vectors, width] for each text encoder."""
    with safe_open(file.path, framework="pt") as tensors:
        return [tensors.get_tensor(key).reshape(file.vectors, -1) for key in file.keys]
