import pytest

from rag.answer.expressions import expressions
from rag.answer.question import Kind, question_kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who co-chaired the session?", Kind.PERSON),
        ("Qui a co-présidé la session ?", Kind.PERSON),
        ("Wer leitete die Sitzung gemeinsam?", Kind.PERSON),
        ("¿Quién copresidió la sesión?", Kind.PERSON),
        ("من هي رئيسة الجمعية؟", Kind.PERSON),
        ("Where did it take place?", Kind.PLACE),
        ("Où s’est-elle déroulée ?", Kind.PLACE),
        ("In welcher Stadt war das?", Kind.PLACE),
        ("En quelle année est-il né ?", Kind.TIME),
        ("Since when is it closed?", Kind.TIME),
        ("Когда это было?", Kind.TIME),
        ("How many stations are there?", Kind.NUMBER),
        ("Combien de stations ?", Kind.NUMBER),
        ("Wie viele Lastwagen?", Kind.NUMBER),
        ("Quel est le nom du fleuve ?", Kind.OTHER),
        ("Whole numbers of the world", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_the_first_question_word_tells_the_kind(question: str, kind: Kind) -> None:
    assert question_kind(question) is kind


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        (
            "Hier, Lounes Magramane a vu M. Bogdanov.",
            Kind.PERSON,
            ["Lounes Magramane", "M. Bogdanov"],
        ),
        ("Elle est venue.", Kind.PERSON, []),
        ("Signé le 20 juin 2024 à Alger.", Kind.TIME, ["le 20 juin 2024"]),
        ("It opened in 1998, on a Monday.", Kind.TIME, ["1998", "Monday"]),
        ("Le coût est de 214 millions d’euros.", Kind.NUMBER, ["214 millions"]),
        ("Seize stations, soit 2,5 % de plus.", Kind.NUMBER, ["Seize", "2,5 %"]),
        ("Anything at all, 12 May.", Kind.OTHER, []),
    ],
)
def test_expressions_are_told_by_their_form(text: str, kind: Kind, found: list[str]) -> None:
    places = expressions(text, kind)
    shown = [text[start:end] for start, end in places]
    assert shown == found
    assert places == sorted(places)
