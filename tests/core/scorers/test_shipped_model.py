"""The cross-encoder that ships: offline, checked, the same however it is asked."""

import gzip
import hashlib
import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import headroom
from headroom.compressors import SemanticCompressor
from headroom.scorers import BM25Scorer, CrossEncoderScorer, shipped
from headroom.scorers.pieces import WordPieces
from headroom.scorers.shipped import shipped_logits
from headroom.types import RAGContext

pytest.importorskip("onnxruntime")

MODEL = Path(headroom.__file__).parent / "scorers" / "model"
QUERY = "What is the penalty for late payments?"
CONTRACT = (
    "Invoices are due within 30 days of receipt. Late payments incur a 10% penalty on "
    "the open amount. Questions go to the billing department."
)
HEALTH = (
    "Employee health insurance covers dental and vision care. Enrolment opens every "
    "year in May and closes at the end of June."
)
PENALTY = "Late payments incur a 10% penalty on the open amount."
SENTENCES = [
    PENALTY,
    "Invoices are due within 30 days of receipt.",
    "Whoever settles an invoice after its due date is fined.",
    "Enrolment opens every year in May.",
    "late",
    "",
    "   ",
    "The order " + "of the pages " * 400 + "is fixed.",
    "逾期付款须支付百分之十的罚款。",
    "Ωμέγα 🎉 naïve café \u200b\u202e",
    "\x00\ud800",
]


def close(scores):
    return pytest.approx(scores, abs=1e-3)


def run(code, **environment):
    """Run code in a fresh interpreter; raise unless it succeeds."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# The example of the documentation


@pytest.mark.parametrize("options", [{}, {"device": "cpu"}, {"scorer": "bm25"}])
def test_the_documented_example_gives_the_sentence_about_the_penalty(options):
    compressor = SemanticCompressor(target_ratio=0.4, **options)
    context = RAGContext(query=QUERY, documents=[CONTRACT, HEALTH])
    assert compressor.compress(context) == [PENALTY]


def test_a_default_compressor_works_as_it_comes():
    compressor = pickle.loads(pickle.dumps(SemanticCompressor()))
    assert compressor.compress(RAGContext(QUERY, [])) == []
    assert compressor.compress(RAGContext(QUERY, [CONTRACT, HEALTH])) == [PENALTY]


@pytest.mark.parametrize(
    "query",
    [
        "What are the penalties for late payments?",
        "How much is the penalty for late payment?",
        "late payment penalty",
        "Is there a penalty for paying late?",
        "What penalties apply if payment is late?",
    ],
)
def test_asked_in_other_words_the_example_gives_the_same(query):
    context = RAGContext(query, [CONTRACT, HEALTH])
    assert SemanticCompressor(0.4).compress(context) == [PENALTY]


def test_no_torch_no_tokenizers_and_no_hub_is_needed():
    absent = ("torch", "transformers", "sentence_transformers", "huggingface_hub")
    absent += ("tokenizers",)
    run(
        "import sys\n"
        f"for name in {absent!r}: sys.modules[name] = None\n"
        "from headroom.scorers import CrossEncoderScorer\n"
        "assert CrossEncoderScorer().score('late', ['It is late.'])\n"
    )


# What the model knows


def test_irrelevant_sentences_score_below_the_floor():
    scorer = CrossEncoderScorer()
    penalty, dental, may = scorer.score(
        QUERY,
        [
            PENALTY,
            "Employee health insurance covers dental and vision care.",
            "Enrolment opens every year in May and closes at the end of June.",
        ],
    )
    assert penalty > 0.5
    assert max(dental, may) < scorer.min_score


def test_among_equal_words_the_one_that_answers_wins():
    query = "When was the bridge opened?"
    answers = "The bridge was opened to traffic on 12 May 1932."
    others = ["The bridge was opened to traffic by the queen herself."]
    first, *rest = CrossEncoderScorer().score(query, [answers, *others])
    assert first > max(rest)


@pytest.mark.parametrize("number", ["A-7731", "A-7732", "A-7733"])
def test_an_identifier_decides_between_sentences_that_are_else_the_same(number):
    orders = ["A-7731", "A-7732", "A-7733"]
    sentences = [f"Order {each} was shipped from the store." for each in orders]
    scores = CrossEncoderScorer().score(f"Where is order {number}?", sentences)
    assert scores.index(max(scores)) == orders.index(number)
    assert sorted(scores)[-1] > sorted(scores)[-2]


# Invented; question and answer share no word, so BM25 gives them nothing.
OTHER_WORDS = {
    "en": [
        ("May I take my puppy along?", "Pets are allowed in the garden."),
        (
            "Is there somewhere to leave the car?",
            "A parking lot lies behind the house.",
        ),
        ("Who is the boss?", "The company's manager is Ada Orle."),
    ],
    "de": [
        ("Darf mein Hund mit?", "Haustiere sind im Garten erlaubt."),
        ("Wer leitet die Firma?", "Die Direktorin des Unternehmens ist Ada Orle."),
        ("Wann ist Schluss?", "Das Ende der Vorstellung: 22 Uhr."),
    ],
    "es": [
        ("¿Quién dirige la compañía?", "La jefa de la empresa es Ada Orle."),
        ("¿Dónde dejo el coche?", "El aparcamiento queda detrás de la casa."),
        ("¿Cuánto cobra el doctor?", "El precio de la consulta médica: 80 euros."),
    ],
    "zh": [
        ("可以带狗吗?", "花园欢迎宠物。"),
        ("谁领导公司?", "企业经理是李华。"),
        ("孩子几点睡觉?", "儿童八时就寝。"),
    ],
}


@pytest.mark.parametrize("language", OTHER_WORDS)
def test_an_answer_in_other_words_is_found_and_kept(language):
    pairs = OTHER_WORDS[language]
    answers = [answer for _, answer in pairs]
    for i, (query, answer) in enumerate(pairs):
        assert BM25Scorer().score(query, answers)[i] == 0
        scores = CrossEncoderScorer().score(query, answers)
        assert scores[i] == max(scores) >= CrossEncoderScorer.min_score
        context = RAGContext(query, [" ".join(answers)])
        assert answer in SemanticCompressor(0.4).compress(context)[0]


def test_words_that_match_count_more_where_there_are_any():
    scorer = CrossEncoderScorer()
    sentences = ["Haustiere sind erlaubt.", "Der Vertrag 4711 läuft im Mai aus."]
    pets, contract = scorer.score("Wann läuft Vertrag 4711 aus?", sentences)
    assert contract > 0.5 > pets


# The same scores however it is asked


# The network alone takes any text in the next test but one.
@settings(max_examples=max(8, settings().max_examples // 3))
@given(st.permutations(range(len(SENTENCES))))
def test_scores_do_not_depend_on_the_order(order):
    scorer = CrossEncoderScorer()
    straight = scorer.score(QUERY, SENTENCES)
    mixed = scorer.score(QUERY, [SENTENCES[i] for i in order])
    assert mixed == close([straight[i] for i in order])


@pytest.mark.parametrize("part", ["network", "matching"])
def test_what_the_model_says_does_not_depend_on_what_is_scored_beside(part):
    crowd = shipped_logits(part, QUERY, SENTENCES * 3)
    for i, sentence in enumerate(SENTENCES):
        [alone] = shipped_logits(part, QUERY, [sentence])
        assert crowd[i] == close(alone)
        assert crowd[i + len(SENTENCES)] == close(alone)


@pytest.mark.parametrize("threads", [2, 3])
def test_scores_do_not_depend_on_the_number_of_threads(threads):
    wanted = CrossEncoderScorer().score(QUERY, SENTENCES)
    assert CrossEncoderScorer(threads=threads).score(QUERY, SENTENCES) == close(wanted)


def test_a_scorer_shared_by_threads_gives_the_same_bytes():
    scorer = CrossEncoderScorer()
    wanted = scorer.score(QUERY, SENTENCES)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: scorer.score(QUERY, SENTENCES), range(6)))
    assert all(each == wanted for each in found)


@given(st.text(max_size=40), st.lists(st.text(max_size=60), max_size=6))
def test_any_text_gets_one_probability(query, sentences):
    scores = CrossEncoderScorer().score(query, sentences)
    assert len(scores) == len(sentences)
    assert all(0 <= score <= 1 for score in scores)


def test_no_sentences_have_no_scores():
    assert CrossEncoderScorer().score(QUERY, []) == []


def test_an_answer_beyond_what_the_model_reads_is_found_by_its_words():
    long = "and so on " * 300 + "Late payments incur a penalty of ten percent."
    scores = CrossEncoderScorer().score(QUERY, [long, "and so on " * 300])
    assert scores[0] > scores[1]


@pytest.mark.parametrize("threads", [0, -1, 1.5])
def test_a_number_of_threads_that_is_none_is_refused(threads):
    with pytest.raises(headroom.errors.ScorerError, match="pass 1 or more"):
        CrossEncoderScorer(threads=threads)


# The pieces of words


RULES = gzip.decompress((MODEL / "tokenizer.json.gz").read_bytes())
WORD_PIECES = WordPieces(json.loads(RULES)["model"]["vocab"])


@lru_cache
def tokenizer():
    return pytest.importorskip("tokenizers").Tokenizer.from_buffer(RULES)


# Without the controls, of which ours read some as spaces.
LETTERS = st.one_of(
    st.characters(max_codepoint=0x5FF, exclude_categories=["Cc", "Cn"]),
    st.characters(
        min_codepoint=0x1E00, max_codepoint=0x206F, exclude_categories=["Cn"]
    ),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
    st.sampled_from("\t\n\u3042\u30ac\uac00\uf900\ufb01\uff21\ufffd\u20ac\U0001f389"),
)


@settings(max_examples=5 * settings().max_examples)
@given(st.text(LETTERS, max_size=60))
@example("Was naïve Ωμέγας' CAFÉ-Σ at £5.50, 東京 [x] _y_ unbelievably\u0301?")
@example("It is " + "so " * 300)
@example("x" * 100 + " " + "x" * 101)
@example("\u00ad \u200b")
def test_word_pieces_are_those_of_the_package_tokenizers(text):
    theirs = tokenizer()
    wanted = theirs.encode(text, add_special_tokens=False).ids[:256]
    assert WORD_PIECES.tokens(text, 256) == (wanted or [theirs.token_to_id("[UNK]")])


def test_a_form_feed_parts_words_and_a_special_token_in_a_text_is_text():
    assert WORD_PIECES.tokens("end\x0cstart", 9) == WORD_PIECES.tokens("end start", 9)
    assert WORD_PIECES.tokens("[SEP]", 9) == WORD_PIECES.tokens("[ sep ]", 9)


# The files


FILES = [
    "matching.onnx",
    "network.onnx",
    "pieces.txt.gz",
    "tokenizer.json.gz",
    "vectors.npz",
]


def test_the_files_of_the_model_stay_below_thirteen_megabytes():
    assert sorted(path.name for path in MODEL.iterdir()) == FILES
    assert sum(path.stat().st_size for path in MODEL.iterdir()) <= 13_000_000


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["cut", "changed", "missing"])
def test_a_damaged_model_is_refused(name, damage, tmp_path, monkeypatch):
    for other in FILES:
        (tmp_path / other).symlink_to(MODEL / other)
    (tmp_path / name).unlink()
    if damage != "missing":
        content = (MODEL / name).read_bytes()
        end = b"" if damage == "cut" else b"?"
        (tmp_path / name).write_bytes(content[:-1] + end)
    monkeypatch.setattr(shipped, "_FOLDER", tmp_path)
    # The whole files that are loaded already must not serve.
    monkeypatch.setattr(shipped, "_loaded", shipped._loaded.__wrapped__)
    with pytest.raises(headroom.errors.ScorerError) as error:
        CrossEncoderScorer().score("q", ["a"])
    told = str(error.value)
    assert name in told
    assert "reinstall headroom-core" in told
    assert ("missing" if damage == "missing" else "SHA-256") in told


def test_the_model_card_names_the_files_that_ship():
    root = Path(__file__).parents[3]
    card = (root / "docs" / "cross-encoder.md").read_text("utf-8")
    for name in FILES:
        assert hashlib.sha256((MODEL / name).read_bytes()).hexdigest() in card
