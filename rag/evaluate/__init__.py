"""How good retrieval and answers are, over a folder of questions whose answers are known."""

from rag.evaluate.answers import AnswerMeasures, evaluate_answers
from rag.evaluate.questions import Estimate, Question, estimate, read_jsonl, read_questions
from rag.evaluate.retrieval import (
    MEASURES,
    Measured,
    evaluate,
    evaluation_pairs,
    languages,
    score,
)

__all__ = [
    "MEASURES",
    "AnswerMeasures",
    "Estimate",
    "Measured",
    "Question",
    "estimate",
    "evaluate",
    "evaluate_answers",
    "evaluation_pairs",
    "languages",
    "read_jsonl",
    "read_questions",
    "score",
]
