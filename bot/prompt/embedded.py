"""What a result says of the embeddings that its prompt names: which words were heard as what they were taught.

A file of the operator turns a word into something else, so nobody should have to guess it. Knows headers alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from gpu.embeddings import KINDS, EmbeddingFile, named
from gpu.params import GenerationParams
from gpu.types import ModelSpec, Note


def embedded(params: GenerationParams, files: Mapping[str, EmbeddingFile], spec: ModelSpec) -> tuple[Note, ...]:
    """A note for those that the model hears, and one for those that are plain words to it."""
    found = named(f"{params.prompt}\n{params.negative_prompt}", files)
    heard = [file.name for file in found if file.kind == KINDS.get(spec.family)]
    others = [file.name for file in found if file.name not in heard]
    notes = [("note-embeddings", heard), ("note-embeddings-other", others)]
    return tuple(
        Note(id=id, facts={"names": ", ".join(names), "model": spec.name}) for id, names in notes if names
    )
