"""Skills: small models beside the drawing, loaded by the real code from tiny random weights."""

from __future__ import annotations

import math
import queue
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from gpu.errors import ModelError, NotSupported, WorkerBug, WorkerCrashed
from gpu.local import LocalBackend, WorkerSettings
from gpu.params import GenerationParams
from gpu.skills.base import Answer, Question, packaged
from gpu.skills.desk import Desk
from gpu.skills.opening import open_skill
from gpu.types import GenerationRequest, ModelSpec
from gpu.wire import Answered, Ask, Error, Message

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[ENC]", "a", "red", "fox", "in", "the", "snow", "at", "night"]
SPECS = [ModelSpec(name="starter", family="sdxl", source="gpu/starter")]
IDS = {"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3}


def tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        bos_token="[CLS]", eos_token="[SEP]",
    ).save_pretrained(folder)  # fmt: skip


def blip(folder: Path) -> None:
    from transformers import BlipConfig, BlipForConditionalGeneration, BlipImageProcessorPil

    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    text = {"vocab_size": len(WORDS), "encoder_hidden_size": 16, "max_position_embeddings": 64, "sep_token_id": 3}
    config = BlipConfig(text_config=small | text | IDS, vision_config=small | {"image_size": 32, "patch_size": 16})
    BlipForConditionalGeneration(config).save_pretrained(folder)
    BlipImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)


def marian(folder: Path) -> None:
    from transformers import MarianConfig, MarianMTModel

    sides = {f"{side}_{name}": value for side in ("encoder", "decoder")
             for name, value in {"layers": 1, "attention_heads": 2, "ffn_dim": 16}.items()}  # fmt: skip
    config = MarianConfig(
        vocab_size=len(WORDS), d_model=16, max_position_embeddings=512, decoder_start_token_id=0, **sides,
        forced_eos_token_id=3, **IDS,
    )  # fmt: skip
    MarianMTModel(config).save_pretrained(folder)


def bert(folder: Path) -> None:
    from transformers import BertConfig, BertModel

    BertModel(
        BertConfig(vocab_size=len(WORDS), hidden_size=16, intermediate_size=16, num_hidden_layers=1,
                   num_attention_heads=2)
    ).save_pretrained(folder)  # fmt: skip


def gpt(folder: Path) -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(vocab_size=len(WORDS), n_embd=16, n_layer=1, n_head=2, n_positions=128, **IDS)
    GPT2LMHeadModel(config).save_pretrained(folder)


def made(make: Callable[[Path], None], folder: Path) -> str:
    make(folder)
    tokenizer(folder)
    return str(folder)


def test_embeddings_have_length_one_and_need_no_company(tmp_path: Path) -> None:
    skill = open_skill("embed", made(bert, tmp_path), tmp_path)
    texts = ("a red fox", "snow", "a red fox in the snow at night")
    together = skill.answer(Question(skill="embed", texts=texts)).vectors
    assert len(together) == 3
    assert all(math.hypot(*row) == pytest.approx(1, abs=1e-5) for row in together)
    (alone,) = skill.answer(Question(skill="embed", texts=texts[:1])).vectors
    assert alone == pytest.approx(together[0], abs=1e-5)
    assert skill.answer(Question(skill="embed")) == Answer()


def test_captions_of_a_picture_are_the_same_each_time(tmp_path: Path) -> None:
    skill = open_skill("caption", made(blip, tmp_path), tmp_path)
    Image.effect_noise((50, 40), 90).save(tmp_path / "1.png")
    question = Question(skill="caption", path=Path("1.png"), count=4)
    first = skill.answer(question).texts
    assert 1 <= len(first) <= 4
    assert {word for text in first for word in text.split()} <= set(WORDS)
    assert skill.answer(question).texts == first
    assert skill.answer(Question(skill="caption", path=Path("1.png"))).texts == first[:1]
    other = skill.answer(question.model_copy(update={"wording": 1})).texts
    assert set(other) - set(first)
    assert skill.answer(question.model_copy(update={"wording": 1})).texts == other


def test_a_translation_for_each_text(tmp_path: Path) -> None:
    skill = open_skill("translate", made(marian, tmp_path), tmp_path)
    said = skill.answer(Question(skill="translate", texts=("一 狐狸", "a red fox"))).texts
    assert len(said) == 2
    assert {word for text in said for word in text.split()} <= set(WORDS)


def test_a_prompt_is_written_on(tmp_path: Path) -> None:
    skill = open_skill("write", made(gpt, tmp_path), tmp_path)
    question = Question(skill="write", texts=("a red fox",), count=3)
    found = skill.answer(question).texts
    assert all(text.startswith("a red fox ") for text in found)
    assert skill.answer(question).texts == found


def test_what_is_missing_or_broken_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotSupported):
        open_skill("caption", "", tmp_path)
    with pytest.raises(ModelError) as missing:
        open_skill("caption", str(tmp_path / "nothing"), tmp_path)
    assert missing.value.id == "error-skill-folder"
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError) as broken:
        open_skill("caption", str(tmp_path), tmp_path)
    assert broken.value.id == "error-skill-broken"


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    folder = Path(made(bert, tmp_path / "model"))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError):
        open_skill("embed", str(folder), tmp_path)


@pytest.mark.skipif(packaged("embed") is None, reason="requirements-search.txt is not installed")
def test_the_packaged_encoder_knows_what_is_alike(tmp_path: Path) -> None:
    vectors = open_skill("embed", "", tmp_path).answer(Question(skill="embed", texts=("a cat", "a kitten", "stocks")))
    cat, kitten, stocks = vectors.vectors
    assert dot(cat, kitten) > 0.6 > 0.3 > dot(cat, stocks)


def dot(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


class Slow:
    def answer(self, question: Question) -> Answer:
        time.sleep(0.2)
        if question.texts == ("bug",):
            raise ValueError("bug")
        return Answer(texts=question.texts)


def test_the_desk_answers_in_order_and_asking_never_waits(tmp_path: Path) -> None:
    sent: queue.Queue[Message] = queue.Queue()
    opened: list[str] = []

    def open(name: str, folder: str, data_dir: Path) -> Slow:
        opened.append(name)
        return Slow()

    desk = Desk(open, {"embed": "x"}, tmp_path, sent.put)
    began = time.monotonic()
    for id, text in enumerate(("one", "bug", "two")):
        desk.ask(Ask(id=str(id), question=Question(skill="embed", texts=(text,))))
    desk.ask(Ask(id="3", question=Question(skill="caption")))
    assert time.monotonic() - began < 0.15
    answers = [sent.get(timeout=5) for _ in range(4)]
    assert answers[0] == Answered(job_id="0", answer=Answer(texts=("one",)))
    assert isinstance(answers[1], Error)
    assert answers[2] == Answered(job_id="2", answer=Answer(texts=("two",)))
    assert isinstance(answers[3], Error)
    assert answers[3].error["code"] == "error-skill-missing"
    assert opened == ["embed"]


async def test_the_worker_process_answers_beside_a_job(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), "red").save(tmp_path / "1.png")
    settings = WorkerSettings(engine="fake", skills={"caption": "x", "translate": "x"})
    drawing = LocalBackend(SPECS, settings, tmp_path)
    await drawing.start()
    request = GenerationRequest(
        job_id="j", params=GenerationParams(prompt="a", model="starter", num_images=1), output_dir=Path("images/j")
    )
    answer: list[Answer] = []
    await drawing.generate(request, lambda progress: None)
    answer.append(await drawing.ask(Question(skill="caption", path=Path("1.png"), count=2)))
    assert answer[0].texts == ("a picture of 64 by 48, caption 1", "a picture of 64 by 48, caption 2")
    assert (await drawing.ask(Question(skill="translate", texts=("狐 fox",)))).texts == ("in English: fox",)
    with pytest.raises(NotSupported):
        await drawing.ask(Question(skill="embed", texts=("a",)))
    with pytest.raises(WorkerBug):
        await drawing.ask(Question(skill="caption", path=Path("missing.png")))
    await drawing.close()
    with pytest.raises(WorkerCrashed):
        await drawing.ask(Question(skill="caption"))
