"""What a picture shows, in words: a captioning model such as BLIP, by plain transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer

from gpu.skills.base import Answer, Question

MAX_TOKENS = 40


class Captioner:
    """The most probable caption first, then others by chance; the seed is the wording: the same picture and wording,
    the same words. Another wording has only others.
    """

    def __init__(self, folder: Path, data_dir: Path) -> None:
        """`folder`: config.json, model.safetensors, preprocessor_config.json and a tokenizer."""
        self._data_dir = data_dir
        self._pictures = AutoImageProcessor.from_pretrained(folder, local_files_only=True, backend="pil")
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model = AutoModelForImageTextToText.from_pretrained(
            folder, use_safetensors=True, local_files_only=True
        ).eval()

    @torch.inference_mode()
    def answer(self, question: Question) -> Answer:
        """Up to `count` captions, each once. Raises `OSError` when the picture is gone."""
        if question.path is None:
            return Answer()
        with Image.open(self._data_dir / question.path) as picture:
            seen = self._pictures(images=picture.convert("RGB"), return_tensors="pt")
        texts = [] if question.wording else self._said(seen, do_sample=False)
        if wanted := question.count - len(texts):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(question.wording)
                texts += self._said(seen, do_sample=True, top_p=0.9, num_return_sequences=wanted)
        return Answer(texts=tuple(dict.fromkeys(text.strip() for text in texts if text.strip())))

    def _said(self, seen: Any, **how: Any) -> list[str]:
        tokens = self._model.generate(**seen, max_new_tokens=MAX_TOKENS, **how)
        return list(self._tokenizer.batch_decode(tokens, skip_special_tokens=True))
