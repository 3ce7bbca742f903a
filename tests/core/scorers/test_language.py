"""Whether a text is English: by its letters and its frequent words."""

import pytest

from headroom.scorers.language import is_english

ENGLISH = [
    "What is the penalty for late payments?",
    "late payment penalty",
    "Who wrote Les Misérables?",
    "Where is the Café de Flore in Paris?",
    "How old was Beyoncé when she left the band?",
    "42",
    "Overdue invoices incur an interest of nine percent.",
]
OTHERS = [
    "¿Cuál es la multa por pagos atrasados?",
    "Welche Strafe gibt es für verspätete Zahlungen?",
    "Was ist die Hauptstadt?",
    "Quelle est la capitale de la France ?",
    "Qual è la capitale?",
    "Wat is de hoofdstad van Nederland?",
    "Pelanggan membayar denda sepuluh persen jika terlambat.",
    "Wateja hulipa faini ya asilimia kumi wakichelewa.",
    "Ang multa ay sampung porsiyento at babayaran agad.",
    "Khach hang phai tra tien phat muoi phan tram.",
    "Musteriler gecikme cezasi olarak yuzde on oder.",
    "Asiakas maksaa viivakorkoa kymmenen prosenttia.",
    "Làm thế nào để hủy hợp đồng?",
    "Thủ đô của Việt Nam là gì?",
    "Tôi có thể mang theo chó không?",
    "Jak mohu zrušit předplatné, když už běží?",
    "Hur säger jag upp avtalet på nätet?",
    "逾期付款的罚款是多少？",
    "Какой штраф за просрочку?",
    "ما هي الغرامة؟",
    "강아지를 데려가도 되나요?",
]


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_read_as_english(text):
    assert is_english(text)


@pytest.mark.parametrize("text", OTHERS)
def test_other_languages_are_not(text):
    assert not is_english(text)
