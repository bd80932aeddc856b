"""Prompts written on: a small language model such as a GPT-2 that was taught prompts, by plain transformers."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from gpu.skills.base import Answer, Question

MAX_TOKENS = 60


class Writer:
    """Continues each text `count` times, by chance from a fixed seed."""

    def __init__(self, folder: Path) -> None:
        """`folder`: config.json, model.safetensors and a tokenizer."""
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model = AutoModelForCausalLM.from_pretrained(folder, use_safetensors=True, local_files_only=True).eval()

    @torch.inference_mode()
    def answer(self, question: Question) -> Answer:
        """Whole texts, the given words included; each once."""
        found: list[str] = []
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            for text in question.texts:
                tokens = self._tokenizer(text, return_tensors="pt", return_token_type_ids=False)
                written = self._model.generate(
                    **tokens, max_new_tokens=MAX_TOKENS, do_sample=True, top_p=0.9,
                    num_return_sequences=question.count, pad_token_id=self._tokenizer.eos_token_id,
                )  # fmt: skip
                new = written[:, tokens["input_ids"].shape[1] :]
                ends = self._tokenizer.batch_decode(new, skip_special_tokens=True)
                found += [f"{text}{_joined(end)}" for end in ends]
        return Answer(texts=tuple(dict.fromkeys(found)))


def _joined(end: str) -> str:
    """One line; a word that was begun goes on, another one keeps its space."""
    line = " ".join(end.split())
    return f" {line}" if line and (end[:1].isspace() or line[0].isalnum()) else line
