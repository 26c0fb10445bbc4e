"""Where sentences begin and end.

Made for news: titles and other abbreviations, initials, decimals, ordinals,
quotations that go on, headings and list items, and scripts with marks of their own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import regex

from rag.language.asking import PRONOUNS, UNSPACED_PRONOUNS
from rag.language.lines import is_of_contents, paragraphs
from rag.language.stops import (
    BEFORE_NUMBERS,
    CLOSING_ABBREVIATIONS,
    COUNT_MARKS,
    IN_DATES,
    ORDINAL_DOT_LANGUAGES,
    STOPLESS_AWAITING,
    STOPLESS_JOINING,
    STOPLESS_LANGUAGES,
    STOPLESS_TITLES,
    SYLLABIC_LANGUAGES,
    URDU_LETTERS,
    URDU_LETTERS_AND_WORDS,
    is_abbreviation,
)
from rag.language.words import STOP_WORDS, UNSPACED
from rag.types import Span

# Full stops of scripts that have the Latin one in abbreviations only.
_OWN_STOPS = "।॥։።။។៕"
_MARKS = f".!?…‽؟۔{_OWN_STOPS}%(more)s"
# Where a sentence may end: its marks, the quotation marks and brackets that close with it,
# perhaps a full stop behind these, the numbers of notes, and then white space. Marks of
# scripts without spaces need none, but a Japanese sentence goes on behind a quotation with と.
_END_WITH = rf"""
    (?:(?<![{_MARKS}])[{_MARKS}]++(?:[\s\u202f\u00a0]?[»›])?["”’'“)\]]*\.?(?:\[\d{{1,3}}\])*(?=\s)
    |[。！？｡]+(?:[」』”](?=\p{{Hiragana}})(*SKIP)(*FAIL)|[」』”’）]*))"""
_END = regex.compile(_END_WITH % {"more": ""}, regex.VERBOSE)
_GREEK_END = regex.compile(_END_WITH % {"more": ";\u037e"}, regex.VERBOSE)  # its question mark
_OWN_STOP = regex.compile(f"[{_OWN_STOPS}]")
_WORD_BEFORE = regex.compile(r"[\p{L}\p{M}\p{N}.\-‑’'°]*$")  # of °C, too: it is no initial
_NEXT = regex.compile(r"""[\s«»“”„"'‘’(\[—–\-¿¡]*([\p{L}\p{M}]+|\p{N}|)""")
_LONGEST_WORD = 40
_NUMBER = regex.compile(r"\s*\d{1,3}")  # of an item, whatever it begins with

# In Thai and Lao a space parts clauses, but also names, quantities and what is listed. One
# behind and before a long run of letters, or behind a quantity or before a title, parts
# sentences, unless words join them: 15 letters are five words, 50 a short sentence.
_LONG, _SENTENCE_CHARS = 15, 50
_LETTER = r"[[\p{Thai}\p{Lao}]--\p{Nd}]"
_SPACE_BETWEEN = regex.compile(
    rf"""[“«(]|[”»)]|"
    |(?<=\S{{{_LONG - 1}}}{_LETTER}|\d\s\S{{0,{_LONG}}}{_LETTER})(?<!{"|".join(STOPLESS_AWAITING)})
     [\ \u00a0]
     (?=\S{{{_LONG}}}|{"|".join(map(regex.escape, STOPLESS_TITLES))})
     (?={_LETTER})(?![ๆໆฯຯ]|{"|".join(STOPLESS_JOINING)})""",
    regex.VERBOSE | regex.VERSION1,
)

# One letter of a name: where letters have no case, any; of syllabic scripts with its vowel.
_CASELESS_INITIAL = regex.compile(
    r"[[\p{Lo}\p{Georgian}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]"
    r"|(?=[\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}])\X",
    regex.VERSION1,
)
# Urdu's full stop behind a letter of a name: a letter, or beside another one if it is a word too.
_LETTER_NAME = r"(?<![\p{L}\p{M}])(?:\p{L}|%s)"
_ALONE = _LETTER_NAME % "|".join(URDU_LETTERS)
_ANY = _LETTER_NAME % "|".join((*URDU_LETTERS, *URDU_LETTERS_AND_WORDS))
_URDU_INITIAL = regex.compile(rf"(?<={_ALONE}|{_ANY}۔\s?{_ANY})۔|(?<={_ANY})۔(?=\s?{_ANY}۔)")
_VOWEL = regex.compile("[aeiouyæœøəıαεηιουωаеёиоуыэюяєіїўәөүұъ]")
_VOWELLESS = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Mn}]{2,}")
# A number, or one and a word, before the last word: `2024 r.`, `5 mln zł.`
_COUNTED = regex.compile(r"\d[\s\u00a0\u202f](?:\p{L}{1,8}\.?[\s\u00a0])?$")
# The boundary behind its first character lies within a word.
_IN_WORD = regex.compile(
    rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{UNSPACED}]]{{2}}|\p{{L}}(?=\p{{M}})", regex.VERSION1
)
# What a surname may begin with behind initials: A. Di Pietro, M. D'Angelo, J. Van den Berg.
_PARTICLE = regex.compile(
    r"\s*(?:D(?:all|ell)?['’]|(?:Da|De|Del|Della|Di|Do|Dos|Du|Van|Von)\s(?:\p{Ll}{2,3}\s)?)\p{Lu}"
)
# A day and a month, where ordinals have a full stop: 12.5.
_DAY = regex.compile(r"\d{1,2}\.(?:0?[1-9]|1[0-2])")
# What follows `art.`: 12, IV, L. 123-4.
_NUMBERED = regex.compile(r"(?:\p{Lu}\.?\s?)?\p{Nd}|[IVX]{2,}\b")
# A day before or behind what may be a month or a weekday.
_DAY_BEFORE = regex.compile(r"(?<!\d)\d{1,2}\.?[\s\u00a0]$")
_DAY_AND_WORD = regex.compile(r"\d{1,2}(?:er|[.ºª])?\s(?:de\s)?\p{L}+")
_DATE_CHARS = 30
# A sentence that has said so little goes on behind its first number: "W 2024 r. Kraków ...".
_OPENING_WORDS = 5

# What stands before and behind a part of a text and tells how its lines were wrapped.
_CONTEXT_CHARS = 400


def sentence_spans(text: str, language: str) -> list[Span]:
    """Spans of the sentences, in order; every non-space character is in exactly one.

    A heading, a list item, the row of a table and the last line of a paragraph end a
    sentence, with or without a full stop; in Thai and Lao a space between long clauses does.

    Args:
        language: ISO 639-1 code; decides on abbreviations and ordinals.
    """
    return [
        span
        for start, end in paragraphs(text)
        for sentence in _sentences(text, start, end, language)
        for first, last in (
            _between_spaces(text, *sentence) if language in STOPLESS_LANGUAGES else (sentence,)
        )
        if (span := stripped(text, first, last)).start < span.end
    ]


def sentence_spans_within(text: str, start: int, end: int, language: str) -> list[Span]:
    """Spans, in `text`, of the sentences of `text[start:end]`.

    The lines around this part are read with it: half of a hand-wrapped one would look like
    the last of a paragraph.
    """
    first, last = _with_lines_around(text, start, end)
    spans = (
        stripped(text, max(start, first + span.start), min(end, first + span.end))
        for span in sentence_spans(text[first:last], language)
        if first + span.end > start and first + span.start < end
    )
    return [span for span in spans if span.start < span.end]


def _with_lines_around(text: str, start: int, end: int) -> Span:
    """The part with the lines before and behind it, as far as whole ones stand near."""
    low, high = max(0, start - _CONTEXT_CHARS), min(len(text), end + _CONTEXT_CHARS)
    first = low and (text.find("\n", low, start) + 1 or start)
    return Span(first, high if high == len(text) else max(end, text.rfind("\n", end, high)))


def opens_with_pronoun(sentence: str, language: str) -> bool:
    """Whether the first word stands for what an earlier sentence names."""
    first = _NEXT.match(sentence)
    word = first[1].casefold() if first else ""
    return word in PRONOUNS.get(language, ()) or word.startswith(UNSPACED_PRONOUNS)


def _sentences(text: str, start: int, end: int, language: str) -> Iterator[Span]:
    begin = start
    if is_of_contents(text[start:end]):
        yield Span(start, end)
        return
    marks = _GREEK_END if language == "el" else _END
    has_own = language in STOPLESS_LANGUAGES or _OWN_STOP.search(text, start, end) is not None
    for match in marks.finditer(text, start, end):
        if has_own and text[match.start()] == ".":
            continue
        after = match.end() + _closes(text, begin, match.end())
        if after < end and _ends(text, match.start(), after, start, end, language):
            yield Span(start, after)
            start = after
    yield Span(start, end)


def _between_spaces(text: str, start: int, end: int) -> Iterator[Span]:
    """The sentences of text without marks at their ends; a quotation stays whole."""
    depth, is_quoted = 0, False
    for match in _SPACE_BETWEEN.finditer(text, start, end):
        if match[0] == '"':
            is_quoted = not is_quoted
        elif match[0] in "“«(":
            depth += 1
        elif match[0] in "”»)":
            depth = max(0, depth - 1)
        elif (
            not (depth or is_quoted)
            and min(match.start() - start, end - match.end()) >= _SENTENCE_CHARS
        ):
            yield Span(start, match.start())
            start = match.end()
    yield Span(start, end)


def _closes(text: str, begin: int, at: int) -> bool:
    """Whether the `"` behind a mark closes: one more was opened since the paragraph began."""
    return text.startswith('"', at) and text.count('"', begin, at) % 2 == 1


def _ends(text: str, mark: int, after: int, start: int, end: int, language: str) -> bool:
    """Whether the marks at `text[mark:after]` end a sentence that began at `start`."""
    following = _NEXT.match(text, after, end)
    word = following[1] if following else ""
    if _is_small(word[:1]) or _URDU_INITIAL.match(text, mark):
        return False
    if text[mark:after].partition("[")[0].rstrip("\"”’'“)] »›\u202f\u00a0") != ".":
        return True
    if _NUMBER.fullmatch(text, start, mark):
        return False
    begin = max(start, mark - _LONGEST_WORD)
    found = _WORD_BEFORE.search(text, begin, mark)
    before = found[0] if found else ""
    if following and _awaits_number(text, before, mark, following.start(1), language):
        return False
    is_counted = _COUNTED.search(text, begin, mark - len(before)) is not None
    is_initial = following is not None and len(word) == 1 and text.startswith(".", following.end())
    if is_initial or _PARTICLE.match(text, after, end):
        word = ""  # of a name, whatever word it could be
    if is_counted and word and before in COUNT_MARKS:
        return len(text[start:mark].split()) > _OPENING_WORDS
    return not _is_abbreviation(before, word, language, is_counted)


def _is_small(letter: str) -> bool:
    """Whether it is a small letter that has a capital; those of Georgian open no sentence."""
    return letter.islower() and letter.title() != letter


def _bare(before: str) -> str:
    """A word without its marks and what is written before it with an apostrophe."""
    return before.strip(".-‑’'").rsplit("’", 1)[-1].rsplit("'", 1)[-1]


def _is_abbreviation(before: str, following: str, language: str, is_counted: bool) -> bool:
    """Whether the full stop behind `before`, which may stand behind a number, belongs to it."""
    bare = _bare(before).lower()
    if is_abbreviation(bare, language):
        return True
    is_initial = (len(bare) == 1 and before[-1:].isupper()) or (
        not is_counted and _CASELESS_INITIAL.fullmatch(bare) is not None
    )
    is_spelled = "." in before and not bare.replace(".", "").isdigit()  # 18.30 is no U.S.
    may_close = is_initial or is_spelled or bare in CLOSING_ABBREVIATIONS
    is_acronym = not (before.islower() or before.istitle())  # SNCF, pH, DCs
    may_close |= not (is_counted or is_acronym) and _has_no_vowel(bare, language)
    is_day = (bare.isdigit() and len(bare) <= 2) or _DAY.fullmatch(bare) is not None
    is_ordinal = is_day and language in ORDINAL_DOT_LANGUAGES
    # A capital article or pronoun after these is more probably a new sentence.
    return (may_close or is_ordinal) and following.lower() not in STOP_WORDS.get(language, ())


def _awaits_number(text: str, before: str, mark: int, number: int, language: str) -> bool:
    """Whether a number shows that the word before is cut short: `mer. 19 juin`, `v r. 2024`."""
    if not _NUMBERED.match(text, number):
        return False
    bare, left = _bare(before), text[max(0, mark - _LONGEST_WORD) : mark - len(before)]
    known = BEFORE_NUMBERS.get(language, ())
    if bare in known or bare.lower() in known:
        return True
    if bare.lower() in IN_DATES.get(language, ()):
        right = text[number : number + _DATE_CHARS]
        return _DAY_BEFORE.search(left) is not None or _begins_with_date(right, language)
    is_letter = len(bare) == 1 and bare.islower() and not left.rstrip()[-1:].isdigit()
    return is_letter and _VOWEL.search(unicodedata.normalize("NFD", bare)) is None


def _begins_with_date(text: str, language: str) -> bool:
    """Whether a text begins with a day and a month by name."""
    from rag.language.calendar import calendar_names

    found = _DAY_AND_WORD.match(text)
    names = calendar_names(found[0], language) if found else []
    return any(key.startswith("month") for name in names for key in name.keys)


def _has_no_vowel(word: str, language: str) -> bool:
    """Whether a word cannot be spoken, as abbreviations often cannot: `Bgm`, `гр`, `Χρ`."""
    letters = unicodedata.normalize("NFD", word)
    is_syllabic = language in SYLLABIC_LANGUAGES and regex.search("[rlрл]", letters)
    spoken = is_syllabic or _VOWEL.search(letters)
    return _VOWELLESS.fullmatch(letters) is not None and not spoken


def stripped(text: str, start: int, end: int) -> Span:
    """The span of `text[start:end]` without the white space around it."""
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return Span(start, end)


def whole_words(text: str, start: int, end: int) -> Span:
    """The span of `text[start:end]` and what is left of the words that it begins and ends in."""
    while 0 < start < end and _IN_WORD.match(text, start - 1):
        start -= 1
    while start < end and _IN_WORD.match(text, end - 1):
        end += 1
    return Span(start, end)
