"""Texts as vectors: a sentence encoder such as all-MiniLM-L6-v2, by plain transformers."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoModel, AutoTokenizer

from gpu.skills.base import Answer, Question

BATCH = 64
MAX_TOKENS = 256


class Embedder:
    """Mean of the last hidden states over a text's tokens, scaled to length 1, as sentence-transformers does it."""

    def __init__(self, folder: Path) -> None:
        """`folder`: config.json, model.safetensors and a tokenizer."""
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model = AutoModel.from_pretrained(folder, use_safetensors=True, local_files_only=True).eval()

    @torch.inference_mode()
    def answer(self, question: Question) -> Answer:
        """One vector for each text, fp32."""
        texts = list(question.texts)
        rows = [row for at in range(0, len(texts), BATCH) for row in self._batch(texts[at : at + BATCH])]
        return Answer(vectors=tuple(tuple(row) for row in rows))

    def _batch(self, texts: list[str]) -> list[list[float]]:
        tokens = self._tokenizer(texts, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
        hidden = self._model(**tokens).last_hidden_state
        mask = tokens["attention_mask"][..., None]
        mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
        return torch.nn.functional.normalize(mean, dim=1).tolist()
