"""From a prompt to what a UNet listens to: embeddings by compel's providers, kept in a small cache.

Text that is longer than the encoder takes is cut into chunks at sentence ends and every chunk is encoded; nothing is
dropped. Weights in a text are read as `gpu.weights` reads them, never by compel's own signs. A short text without
weights gives exactly the embeddings of the stock pipeline. Knows no request and no UNet.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from compel import EmbeddingsProvider, ReturnedEmbeddingsType
from torch import Tensor

from gpu.inversion import Inversion
from gpu.weights import Weighted, chunks, emphasis, prompts, shares

CACHED_PROMPTS = 256
"""Prompts whose embeddings stay in main memory: 0.3 MB each for SDXL in half precision."""


@dataclass(frozen=True)
class PromptEmbeds:
    """One encoded text."""

    tokens: Tensor
    """[1, length, width]; length is a multiple of the tokenizer's."""
    pooled: Tensor
    """[1, projection]"""

    def to(self, device: torch.device) -> PromptEmbeds:
        """The same on another device."""
        return PromptEmbeds(self.tokens.to(device), self.pooled.to(device))

    def zeros(self) -> PromptEmbeds:
        """What SDXL was trained to take for "no text"."""
        return PromptEmbeds(torch.zeros_like(self.tokens), torch.zeros_like(self.pooled))


class PromptEncoder:
    """Encodes texts with the text encoders of one model; the last one gives the pooled embedding, as in SDXL."""

    def __init__(
        self,
        encoders: Sequence[tuple[Any, Any]],
        device: torch.device,
        cached: int = CACHED_PROMPTS,
        voice: Callable[[], Hashable] = lambda: (),
        layer: ReturnedEmbeddingsType = ReturnedEmbeddingsType.PENULTIMATE_HIDDEN_STATES_NON_NORMALIZED,
        inversion: Inversion | None = None,
    ) -> None:
        """`encoders`: pairs of tokenizer and text encoder. `voice`: what has changed the encoders, now.

        `layer`: which one of an encoder the UNet was trained on. `inversion`: the words that they were taught later.
        """
        self._device = device
        self._voice = voice
        self._inversion = inversion
        self._providers = [
            EmbeddingsProvider(
                tokenizer,
                encoder,
                truncate=False,
                device=str(device),
                returned_embeddings_type=layer,
            )
            for tokenizer, encoder in encoders
        ]
        self._cached = functools.lru_cache(cached)(self._encode)

    def encode(self, text: str) -> PromptEmbeds:
        """The embeddings of a text of any length, on the encoders' device."""
        taught = self._inversion.named(text) if self._inversion else ()
        return self._cached(text, (self._voice(), taught)).to(self._device)

    def encode_pair(self, positive: str, negative: str, *, zeros_if_empty: bool) -> tuple[PromptEmbeds, PromptEmbeds]:
        """Both sides of classifier-free guidance, of one length; `zeros_if_empty` as the pipeline's config says."""
        wanted = self.encode(positive)
        if not negative and zeros_if_empty:
            return wanted, wanted.zeros()
        unwanted = self.encode(negative)
        length = max(wanted.tokens.shape[1], unwanted.tokens.shape[1])
        return self._extend(wanted, length), self._extend(unwanted, length)

    @property
    def encoded(self) -> int:
        """How many texts went through the encoders, rather than coming from the cache."""
        return self._cached.cache_info().misses

    def _extend(self, embeds: PromptEmbeds, length: int) -> PromptEmbeds:
        """Append chunks of the empty text."""
        blank = self.encode("").tokens
        missing = (length - embeds.tokens.shape[1]) // blank.shape[1]
        return PromptEmbeds(torch.cat([embeds.tokens, *[blank] * missing], dim=1), embeds.pooled)

    @torch.no_grad()
    def _encode(self, text: str, voice: Hashable) -> PromptEmbeds:
        """The mixture of the prompts that a text holds, by their weights."""
        text = self._inversion.spoken(text) if self._inversion else text
        parts = shares(prompts(text)) or [Weighted("")]
        encoded = [self._one(part.text) for part in parts]
        if len(encoded) == 1:
            return encoded[0]
        length = max(one.tokens.shape[1] for one in encoded)
        longest = [self._extend(one.to(self._device), length).to(torch.device("cpu")) for one in encoded]
        return PromptEmbeds(
            sum((one.tokens * part.weight for one, part in zip(longest, parts, strict=True)), torch.zeros(())),
            sum((one.pooled * part.weight for one, part in zip(longest, parts, strict=True)), torch.zeros(())),
        )

    def _one(self, text: str) -> PromptEmbeds:
        """One prompt: its chunks end to end, and the pooled embedding of all its words."""
        chunked = [emphasis(chunk) for chunk in chunks(text)] or [[Weighted("")]]
        tokens = torch.cat([self._chunk(pieces) for pieces in chunked], dim=1)
        pooled = self._pooled([piece for pieces in chunked for piece in (*pieces, Weighted(" "))])
        return PromptEmbeds(tokens, pooled.to(tokens.dtype)).to(torch.device("cpu"))

    def _pooled(self, pieces: Sequence[Weighted]) -> Tensor:
        """[1, projection]; a weight moves it along the difference that its words make. Compel leaves it as it is."""
        weighted = [at for at, piece in enumerate(pieces) if piece.weight != 1]
        texts = ["".join(piece.text for at, piece in enumerate(pieces) if at != out) for out in (-1, *weighted)]
        whole, *without = self._providers[-1].get_pooled_embeddings(texts, device=str(self._device)).split(1)
        moved = [(pieces[at].weight - 1) * (whole - other) for at, other in zip(weighted, without, strict=True)]
        return sum(moved, whole)

    def _chunk(self, pieces: Sequence[Weighted]) -> Tensor:
        """Pieces with weights, by all encoders side by side: [1, length, width]."""
        sides = [
            provider.get_embeddings_for_weighted_prompt_fragments(
                [[piece.text for piece in spoken]], [[piece.weight for piece in spoken]], device=str(self._device)
            )
            for provider in self._providers
            if (spoken := [piece for piece in pieces if _tokens(provider, piece)] or [Weighted("")])
        ]
        return torch.cat(sides, dim=-1)


def _tokens(provider: EmbeddingsProvider, piece: Weighted) -> list[int]:
    """What is left of a piece; nothing of spaces and signs that a tokenizer skips."""
    return provider.get_token_ids([piece.text], include_start_and_end_markers=False)[0]
