"""Texts in English: a translation model such as Marian (opus-mt-…-en), by plain transformers."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from gpu.skills.base import Answer, Question

MAX_TOKENS = 400


class Translator:
    """Greedy, so that the same words always become the same words."""

    def __init__(self, folder: Path) -> None:
        """`folder`: config.json, model.safetensors and a tokenizer."""
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model = AutoModelForSeq2SeqLM.from_pretrained(folder, use_safetensors=True, local_files_only=True).eval()

    @torch.inference_mode()
    def answer(self, question: Question) -> Answer:
        """One text for each."""
        tokens = self._tokenizer(
            list(question.texts), padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt",
            return_token_type_ids=False,
        )  # fmt: skip
        said = self._model.generate(**tokens, max_new_tokens=MAX_TOKENS, do_sample=False, num_beams=1)
        texts = self._tokenizer.batch_decode(said, skip_special_tokens=True)
        return Answer(texts=tuple(text.strip() for text in texts))
