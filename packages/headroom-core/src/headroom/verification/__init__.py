"""Verification: does a model answer as well from the compressed text?"""

from headroom.verification.asking import AskError, Reply, StopAsking, verify
from headroom.verification.cases import Case
from headroom.verification.questions import Question, made_questions
from headroom.verification.results import Figures, Outcome, Verification

__all__ = [
    "AskError",
    "Case",
    "Figures",
    "Outcome",
    "Question",
    "Reply",
    "StopAsking",
    "Verification",
    "made_questions",
    "verify",
]
