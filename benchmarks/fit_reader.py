"""Fits the reader, in seven hours on two cores.

    python -m benchmarks.fit_reader [--from FILE [--after STAGE]] [--write]

Questions of PIAF (French over French), of XQuAD (English, Spanish and German over each
other), two thirds of these, and those of benchmarks/written (some fifty languages), each
with the passage that answers and one that does not: of the nearest, or the same one without
the sentences that answer. The upper eight layers of the default model learn low-rank
updates, and three outputs are put behind: where an answer begins, where it ends, and whether
there is one. Beginnings and ends are told apart over both passages together, so that their
logits compare between passages (Clark and Gardner 2018). It is fitted twice, by two recipes,
and the mean of both weights is kept: better than either, at the cost of one (Wortsman et al.
2022). From there it learns on in stages: with the written questions; with the wrong passages
that it still believes most; with pairs of questions in nearly the same words, one of which
the passage answers; with short ones as people ask them first, most of them in another
language than the passage's; and half of the way, with such as a careless reader answers with
other words of the same passage. `--from` names a file with that mean, which saves three
hours, or with what a stage gave that `--after` names. With `--write` the result goes to
rag/embed/reader.safetensors; `python -m benchmarks.fit_answers` then says what it is worth.
"""

from __future__ import annotations

import datetime
import math
import random
import sys
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file, save, save_file
from torch import nn
from transformers import BertModel

from benchmarks.sets import ROOT, open_set
from benchmarks.splits import KINDS, XQUAD, XQUAD_LANGUAGES, Kind, Row, piaf, written, xquad
from rag.corpus import Corpus
from rag.embed.encoder import Tensors, changes
from rag.embed.reader import OUTPUTS, Input, TrainedReader
from rag.embed.resolve import model_folder
from rag.language import sentence_spans
from rag.once import once
from rag.settings import Settings, cores
from rag.types import Filters, Span

BATCH, RANK, SCALE, FROZEN = 8, 16, 2.0, 4
#: Passages looked at for ones that do not answer, and how many of these it learns from that the
#: reader believes most.
NEAREST, HARDEST = 8, 2
WITH_TITLE = 0.7
FILE = ROOT / "rag" / "embed" / "reader.safetensors"


@dataclass(frozen=True)
class Recipe:
    """What a fit learns from.

    Attributes:
        piaf_times: How often the questions of PIAF are among the examples.
        xquad_pairs: How many of XQuAD are.
        written: How many of those of benchmarks/written are at most: with an answer, without.
        others: How many of its other kinds are at most.
        wrong: Among how many of the passages that do not answer one is drawn.
        hardest: Whether only those of these that the reader itself believes most are.
        whole: How often a passage is read from end to end, not a part of it.
        words_kept: How often a word of a question is.
        silenced: How often the passage that does not answer is the one that does without the
            sentences that do: about the same, in the same words.
        thinned: How often the passage that answers is without one of its other sentences, so
            that a gap tells nothing.
        epochs: How often each example is read.
        rate: The greatest step.
        taken: How far to go from the weights before towards those that are learned.
    """

    piaf_times: int
    xquad_pairs: int
    written: tuple[int, int] = (0, 0)
    others: Mapping[Kind, int] = field(default_factory=dict)
    wrong: int = 4
    hardest: bool = False
    whole: float = 1.0
    words_kept: float = 1.0
    silenced: float = 0.0
    thinned: float = 0.0
    epochs: float = 2.0
    rate: float = 1e-3
    taken: float = 1.0


RECIPES = (Recipe(1, 4000), Recipe(2, 2400, whole=0.5, words_kept=0.95))
CONTINUED = Recipe(
    1,
    1000,
    written=(10_000, 10_000),
    whole=0.8,
    words_kept=0.97,
    silenced=0.5,
    thinned=0.4,
    epochs=1.0,
    rate=5e-4,
)
HARDENED = replace(
    CONTINUED,
    xquad_pairs=1200,
    written=(2200, 1600),
    wrong=7,
    hardest=True,
    silenced=0.3,
    rate=4e-4,
)
PAIRED = replace(HARDENED, xquad_pairs=3000, written=(1000, 700), others={"twins": 5200}, rate=3e-4)
ASKED = replace(PAIRED, xquad_pairs=1500, written=(300, 200), others={"twins": 1300, "short": 7000})
STUDIED = replace(
    ASKED,
    written=(1500, 1000),
    others={"twins": 1300, "short": 3000, "close": 10_000},
    rate=4e-4,
    taken=0.5,
)
STAGES = {
    "continued": CONTINUED,
    "hardened": HARDENED,
    "paired": PAIRED,
    "asked": ASKED,
    "studied": STUDIED,
}


@dataclass
class Example:
    """A question, the passage that answers it, where, and passages that do not.

    Passages are `(title, text)`. Where nothing answers, `right` is a passage that seems to,
    and there are no spans.

    Attributes:
        language: Of the right passage.
    """

    question: str
    right: tuple[str, str]
    spans: list[tuple[int, int]]
    wrong: list[tuple[str, str]]
    language: str

    def parted(self) -> tuple[list[Span], list[Span]]:
        """The sentences of the right passage that answer, and the others."""
        found: tuple[list[Span], list[Span]] = [], []
        for sentence in sentence_spans(self.right[1], self.language):
            answers = any(
                start < sentence.end and sentence.start < end for start, end in self.spans
            )
            found[not answers].append(sentence)
        return found

    def silenced(self) -> str:
        """The right passage without the sentences that answer, "" if that leaves an answer."""
        text, _ = without(self.right[1], [], self.parted()[0])
        left = any(self.right[1][start:end] in text for start, end in self.spans)
        return "" if left else text.strip()

    def thinned(self) -> tuple[str, list[tuple[int, int]]]:
        """The right passage without one of the other sentences, and where the answers are then."""
        others = self.parted()[1]
        return without(self.right[1], self.spans, [random.choice(others)] if others else [])


def without(
    text: str, spans: Sequence[tuple[int, int]], dropped: Sequence[Span]
) -> tuple[str, list[tuple[int, int]]]:
    """A text without some of its parts, in order, and where spans beside these are then."""
    kept, at = [], 0
    for part in dropped:
        kept.append(text[at : part.start])
        at = part.end
    shifts = [sum(part.end - part.start for part in dropped if part.end <= a) for a, _ in spans]
    moved = [(a - shift, b - shift) for (a, b), shift in zip(spans, shifts, strict=True)]
    return "".join([*kept, text[at:]]), moved


def examples(corpus: Corpus, asked: Sequence[tuple[Row, Row, Filters | None]]) -> Iterator[Example]:
    """Of questions, each with its answers and what to search, those whose passage is found."""
    retriever = corpus.chain().retriever
    for question, answers, filters in asked:
        right, spans, wrong, language = None, [], [], ""
        for result in retriever.search(question["text"], NEAREST, filters).results:
            chunk, passage = result.chunk, (result.document.title, result.chunk.text)
            if result.document.id != answers["corpus_id"]:
                if not any(answer in chunk.text for answer in answers["answers"]):
                    wrong.append(passage)
            elif right is None:
                spans = [
                    (start - chunk.start, start - chunk.start + len(answer))
                    for answer, start in zip(
                        answers["answers"], answers["answer_starts"], strict=True
                    )
                    if chunk.start <= start and start + len(answer) <= chunk.end
                ]
                if spans or not answers["answers"]:
                    right, language = passage, result.document.language
        if right and wrong:
            yield Example(question["text"], right, spans, wrong, language)


@dataclass(frozen=True)
class Examples:
    """What there is to learn from; of XQuAD the same question over some of the languages."""

    piaf: list[Example]
    xquad: list[Example]
    written: dict[Kind, list[Example]]

    def of(self, recipe: Recipe) -> list[Example]:
        """Those that a recipe takes."""
        pairs = self.xquad[: recipe.xquad_pairs]
        answered = [example for example in self.written[""] if example.spans]
        unanswered = [example for example in self.written[""] if not example.spans]
        written = [
            example
            for some, most in zip((answered, unanswered), recipe.written, strict=True)
            for example in random.sample(some, min(most, len(some)))
        ]
        for kind, most in recipe.others.items():
            some = self.written[kind]
            written += random.sample(some, min(most, len(some)))
        return recipe.piaf_times * self.piaf + pairs + written

    def hardened(self, recipe: Recipe, reader: TrainedReader) -> Examples:
        """Those of the sets with the wrong passages that a reader believes most."""
        piaf, xquad = (
            [hardened(example, reader) for example in some]
            for some in (self.piaf, self.xquad[: recipe.xquad_pairs])
        )
        return replace(self, piaf=piaf, xquad=xquad)


class Learned(TrainedReader):
    """A reader of weights that are in no file yet."""

    def __init__(self, tensors: Tensors) -> None:
        super().__init__(on_torch=False, threads=cores())
        self._tensors = dict(tensors)

    @once
    def _file(self) -> bytes:
        return save(self._tensors)


def hardened(example: Example, reader: TrainedReader) -> Example:
    """An example with those of its wrong passages that a reader believes most."""
    said = [reading.holds for reading in reader.read(example.question, example.wrong)]
    hardest = sorted(range(len(said)), key=said.__getitem__, reverse=True)[:HARDEST]
    return replace(example, wrong=[example.wrong[place] for place in hardest])


def all_examples() -> Examples:
    """Of all sets, each passage looked up among its neighbours."""
    french, parallel = piaf(), xquad()
    pairs = []
    for question in parallel.reader:
        group, language = question["group"], question["lang"]
        for other in XQUAD_LANGUAGES:
            if other == language or zlib.crc32(f"{group}{language}{other}".encode()) % 2 == 0:
                answers = parallel.answers[f"{group}:{other}"]
                pairs.append((question, answers, Filters(languages=(other,))))
    random.shuffle(pairs)
    with open_set("piaf_fr") as corpus:
        asked = [(q, french.answers[q["id"]], None) for q in french.reader]
        found = list(examples(corpus, asked))
    with open_set(XQUAD) as corpus:
        most = max(recipe.xquad_pairs for recipe in RECIPES)
        crossed = list(examples(corpus, pairs[:most]))
    return Examples(found, crossed, {kind: written_examples(kind) for kind in KINDS})


def written_examples(kind: Kind) -> list[Example]:
    """Of the written questions of a kind."""
    found: list[Example] = []
    for part in written(kind):
        with open_set(part.name, data=part.data) as corpus:
            found += examples(corpus, part.reader)
    return found


class LowRank(nn.Module):
    """A linear layer that stays as it is, and a low-rank update of it that learns."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.base = base
        self.down = nn.Parameter(torch.randn(RANK, base.in_features) / math.sqrt(base.in_features))
        self.up = nn.Parameter(torch.zeros(base.out_features, RANK))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """As the layer with the update added to its weights."""
        update = (rows @ self.down.to(rows.dtype).T) @ self.up.to(rows.dtype).T
        output: torch.Tensor = self.base(rows) + SCALE * update
        return output


class Model(nn.Module):
    """The encoder with its updates and outputs.

    Args:
        begun: What an earlier fit learned, to learn on from; empty for none.
    """

    def __init__(self, begun: Tensors) -> None:
        super().__init__()
        self.begun = begun
        folder = str(model_folder(Settings().embedding_model))
        self.encoder = BertModel.from_pretrained(
            folder, attn_implementation="eager", dtype=torch.float32
        )
        self.encoder.requires_grad_(False)
        for name, change in changes(begun):
            self.encoder.get_parameter(name).add_(torch.from_numpy(change))
        self.encoder.bfloat16()
        self.updates: dict[str, LowRank] = {}
        for number, layer in enumerate(self.encoder.encoder.layer):
            if number >= FROZEN:
                self._update(layer, f"encoder.layer.{number}")
        self.outputs = nn.Linear(self.encoder.config.hidden_size, len(OUTPUTS))
        for n, name in enumerate(OUTPUTS if begun else ()):
            self.outputs.weight.data[n] = torch.from_numpy(begun[f"{name}.weight"])
            self.outputs.bias.data[n] = begun[f"{name}.bias"].item()

    def _update(self, layer: nn.Module, prefix: str) -> None:
        linear = [name for name, part in layer.named_modules() if isinstance(part, nn.Linear)]
        for name in linear:
            parent, _, last = name.rpartition(".")
            update = LowRank(layer.get_submodule(name))  # type: ignore[arg-type]
            setattr(layer.get_submodule(parent), last, update)
            self.updates[f"{prefix}.{name}"] = update

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits of shape (texts, tokens, 3)."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        logits: torch.Tensor = self.outputs(hidden.float())
        return logits

    def tensors(self) -> dict[str, Any]:
        """What `TrainedReader` reads."""
        found = {}
        for name, update in self.updates.items():
            for axis, (end, learned) in enumerate(
                (("down", update.down), ("up", SCALE * update.up))
            ):
                new = learned.detach().numpy().astype(np.float16)
                old = [self.begun[f"{name}.{end}"]] if self.begun else []
                found[f"{name}.{end}"] = np.concatenate([*old, new], axis=axis)
        for n, name in enumerate(OUTPUTS):
            found[f"{name}.weight"] = self.outputs.weight[n].detach().numpy().copy()
            found[f"{name}.bias"] = self.outputs.bias[n].detach().numpy().copy()
        return found


@dataclass
class Batch:
    """Texts of some examples, shapes (texts, tokens) or (texts,).

    Attributes:
        passage: Whether a token is of a passage.
        starts, ends: Whether an answer starts or ends with it.
        owner: The example of each text.
        holds: 1 if the text holds an answer, else 0.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    passage: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    owner: torch.Tensor
    holds: torch.Tensor


def varied(question: str, recipe: Recipe) -> str:
    """A question, now and then without a word."""
    kept = [word for word in question.split() if random.random() < recipe.words_kept]
    return " ".join(kept) or question


def cropped(
    text: str, spans: Sequence[tuple[int, int]], recipe: Recipe
) -> tuple[str, list[tuple[int, int]]]:
    """The text or a run of its words around an answer, and the answers in it."""
    if random.random() < recipe.whole:
        return text, list(spans)
    start, end = random.choice(spans) if spans else 2 * (random.randrange(len(text) + 1),)
    first = text.rfind(" ", 0, random.randint(0, start)) + 1
    last = text.find(" ", random.randint(end, len(text)))
    last = len(text) if last < 0 else last
    inside = [(a - first, b - first) for a, b in spans if first <= a and b <= last]
    return text[first:last], inside


def pair_of(
    example: Example, recipe: Recipe
) -> Iterator[tuple[tuple[str, str], Sequence[tuple[int, int]]]]:
    """The right passage with its answers, and one that does not answer."""
    title, text = example.right
    spans: Sequence[tuple[int, int]] = example.spans
    # The nearest may answer a question that was written not to be answered by one passage.
    some = example.wrong[: recipe.wrong] if spans else example.wrong[-recipe.wrong :]
    wrong = random.choice(some)
    if spans and random.random() < recipe.silenced and (silenced := example.silenced()):
        wrong = title, silenced
    if random.random() < recipe.thinned:
        text, spans = example.thinned()
    yield (title, text), spans
    yield wrong, []


def batch_of(some: Sequence[Example], reader: TrainedReader, recipe: Recipe) -> Batch:
    """Each example's right passage and one of its wrong ones."""
    rows: list[tuple[int, Input, list[tuple[int, int]]]] = []
    for number, example in enumerate(some):
        titled = random.random() < WITH_TITLE
        question = varied(example.question, recipe)
        for (title, whole), answers in pair_of(example, recipe):
            text, spans = cropped(whole, answers, recipe)
            rows.append((number, reader.input(question, titled * title, text), spans))
    longest = max(len(row.ids) for _, row, _ in rows)
    shape = len(rows), longest + -longest % 32  # a new length is a new program for the processor
    ids, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    passage, starts, ends = (torch.zeros(shape, dtype=torch.bool) for _ in range(3))
    for place, (_, row, spans) in enumerate(rows):
        ids[place, : len(row.ids)] = torch.tensor(row.ids)
        mask[place, : len(row.ids)] = 1
        passage[place, row.first : row.first + len(row.tokens)] = True
        for start, end in spans:
            inside = [
                n for n, token in enumerate(row.tokens) if token.start < end > start < token.end
            ]
            if inside:
                starts[place, row.first + inside[0]] = True
                ends[place, row.first + inside[-1]] = True
    owner = torch.tensor([number for number, _, _ in rows])
    return Batch(ids, mask, passage, starts, ends, owner, starts.any(dim=1).float())


def loss_of(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Of beginnings and ends among all of an example's tokens, and of holding an answer."""
    loss = nn.functional.binary_cross_entropy_with_logits(logits[:, 0, 2], batch.holds)
    count = int(batch.owner.max()) + 1
    for output, right in ((0, batch.starts), (1, batch.ends)):
        scores = logits[:, :, output].masked_fill(~batch.passage, -1e4)
        for owner in range(count):
            own = batch.owner == owner
            if right[own].any():
                every, answers = scores[own].flatten(), scores[own][right[own]]
                loss = loss + (every.logsumexp(0) - answers.logsumexp(0)) / (2 * count)
    return loss


def batches(count: int, lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of `count` batches of examples of like length, each example as often as others."""
    made = 0
    while True:
        order = random.sample(range(len(lengths)), len(lengths))
        pools = [order[at : at + 16 * BATCH] for at in range(0, len(order), 16 * BATCH)]
        order = [place for pool in pools for place in sorted(pool, key=lambda n: lengths[n])]
        some = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
        random.shuffle(some)
        for places in some:
            if made == count:
                return
            made += 1
            yield places


def fit(found: Sequence[Example], recipe: Recipe, begun: Tensors) -> dict[str, Any]:
    """What is learned from examples, and was learned before; prints the loss."""
    print(f"{recipe}: {len(found)} examples")
    random.seed(0)
    torch.manual_seed(0)  # all fits begin at the same weights, or their mean would be none
    model, reader = Model(begun), TrainedReader(on_torch=True, threads=0)
    learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learned, weight_decay=0.01)
    steps, began, losses = int(recipe.epochs * len(found)) // BATCH, time.monotonic(), []
    lengths = [len(example.right[1]) for example in found]
    for step, places in enumerate(batches(steps, lengths)):
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * min(1, (step + 1) / 60) * max(0.02, 1 - step / steps)
        batch = batch_of([found[place] for place in places], reader, recipe)
        loss = loss_of(model(batch.ids, batch.mask), batch)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        losses.append(loss.item())
        if step % 50 == 49:
            spent = time.monotonic() - began
            print(
                f"{step + 1} of {steps}: loss {np.mean(losses[-50:]):.3f}, {spent:.0f} s",
                flush=True,
            )
    return model.tensors()


def mean(fitted: Sequence[Tensors]) -> dict[str, Any]:
    """The mean of models: their low-rank updates side by side, each weighing its part."""
    tensors, part = {}, np.float16(1 / len(fitted))
    for name in fitted[0]:
        every = [each[name] for each in fitted]
        if name.endswith(".up"):
            tensors[name] = np.concatenate([part * one for one in every], axis=1)
        elif name.endswith(".down"):
            tensors[name] = np.concatenate(every, axis=0)
        else:
            tensors[name] = np.asarray(np.mean(every, axis=0, dtype=np.float32))
    return tensors


def towards(before: Tensors, learned: Tensors, part: float) -> dict[str, Any]:
    """Weights a part of the way from those before a fit to what it learned."""
    tensors = {}
    for name, new in learned.items():
        old = before[name]
        if name.endswith(".up"):
            added = np.float16(part) * new[:, old.shape[1] :]
            tensors[name] = np.concatenate([old, added], axis=1)
        elif name.endswith(".down"):
            tensors[name] = new
        else:
            tensors[name] = np.asarray((1 - part) * old + part * new, np.float32)
    return tensors


def main() -> None:
    """Fits, and writes if asked to."""
    random.seed(0)
    stages = list(STAGES)
    if "--after" in sys.argv:
        stages = stages[stages.index(sys.argv[sys.argv.index("--after") + 1]) + 1 :]
    found = all_examples()
    if "--from" in sys.argv:
        tensors: dict[str, Any] = load_file(sys.argv[sys.argv.index("--from") + 1])
    else:
        tensors = mean([fit(found.of(recipe), recipe, {}) for recipe in RECIPES])
    for recipe in map(STAGES.__getitem__, stages):
        seen = found.hardened(recipe, Learned(tensors)) if recipe.hardest else found
        learned = fit(seen.of(recipe), recipe, tensors)
        tensors = towards(tensors, learned, recipe.taken)
    if "--write" in sys.argv:
        about = {
            "version": "7",
            "date": datetime.date.today().isoformat(),
            "command": "python -m benchmarks.fit_reader --write",
            "sets": f"piaf_fr, {XQUAD}, benchmarks/written",
        }
        save_file(tensors, FILE, about)


if __name__ == "__main__":
    main()
