"""Passed on: which part of a user's message is another's text, such as a quoted mail.

Such a text holds no rules of the user's. It is told by its marks (quotes, fences, tags,
mail headers) and by the words that announce it ("Translate this: ...").
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from headroom.conversations.rules import (
    BOUND,
    announces_rules,
    binding_of,
    unseen_removed,
)

__all__ = ["own_characters"]

_FLAGS = re.IGNORECASE
_MAIL_HEADER = re.compile(
    r"(?:from|to|subject|sent|date|von|an|betreff|gesendet|de|à|objet|para|asunto|assunto|da|oggetto"
    r"|发件人|主题|差出人|件名)\s?[:：]\s|(?<!-)-{3,20} ?(?:original|forwarded|begin|weitergeleitet)|.{4,80}"
    r"\b(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu):$",
    _FLAGS,
)
_SALUTATION = re.compile(
    r"(?:dear|hi|hello|hey|sehr geehrte[rs]?|liebe[rs]?|guten tag|hallo|cher|chère|bonjour|estimad[oa]s?|querid[oa]"
    r"|hola|gentile|egregi[oa]|ciao|prezad[oa]|car[oa]|olá|beste|geachte|уважаем\w+|szanown\w+)\b[^.!?]{0,50}[,!:]$"
    r"|尊敬的.{1,20}[：:，]$|.{1,20}(?:様|さま)$",
    _FLAGS,
)
_SIGN_OFF = re.compile(
    r"(?:yours|best|kind|warm|regards|sincerely|cheers|thanks|mit freundlichen|viele grüße|liebe grüße"
    r"|cordialement|bien à|saludos|atentamente|cordiali|distinti|saluti|atenciosamente|met vriendelijke"
    r"|с уважением|此致|敬具)\b.{0,40}$",
    _FLAGS,
)
_TAG = re.compile(r"<([a-z][\w-]{1,30})(?:\s[^>]{0,200})?>", _FLAGS)
_CLOSED = re.compile(r"</([a-z][\w-]{1,30})", _FLAGS)
_FENCES = ("```", "~~~", '"""', "'''", "<<<", "-----BEGIN")
_CLOSING = {"<<<": ">>>", "-----BEGIN": "-----END"}

# What names a text, or what is done with one, before a colon: it announces that text.
_ANNOUNCES_TEXT = re.compile(
    # English: what is done with a text; what a text is; who said it.
    r"\b(?:translate|summari[sz]e|proofread|rephrase|paraphrase|rewrite|reword|shorten|correct|analy[sz]e|classify"
    r"|transcribe|read|review|edit|improve|forward\w*|quot\w+|paste\w*|wr(?:i|o)te|draft|wording|reads|says?|said"
    r"|states?|stated|sa(?:id|ys) that|told me|sent me|got this|received|reply to|tell (?:him|her|them|\w+ that)"
    r"|e?-?mails?|letter|message|sms|text|article|blog|page|website|site|wiki|docs?|documentation|readme|manual"
    r"|handbook|document|file|pdf|transcript|prompt|instructions (?:of|from|for)|comment|review|post|tweet|thread"
    r"|ticket|issue|contract|policy|terms|clause|paragraph|sentence|quote|poem|lyrics|song|story|dialog\w*|sign"
    r"|poster|slogan|banner|caption|headline|title|error|output|log|snippet|example|answer (?:of|from)|summary)\b"
    # German, Dutch, Scandinavian
    r"|\b(?:übersetz\w*|fass\w* .*zusammen|korrigier\w*|lies|lest|lesen sie|prüf\w*|schreib\w*|formulier\w*|lautet|steht"
    r"|sagt\w*|meint\w*|schrieb\w*|mail|nachricht|brief|artikel|seite|webseite|handbuch|dokument|datei|vertrag|text"
    r"|absatz|satz|kommentar|beitrag|zitat|schild|ausgabe|vertaal\w*|lees|schrijf|bericht|tekst|zegt|staat|översätt"
    r"|oversæt|oversett|läs|læs|les|skriv\w*|meddelande|besked|brev|sida|side)\b"
    # French, Spanish, Italian, Portuguese, Romanian
    r"|\b(?:tradui\w*|résum\w*|corrige\w*|lis|lisez|écri\w*|relis\w*|dit|courriel|lettre|page|texte|article|contrat"
    r"|citation|phrase|traduc\w*|traduz\w*|resum\w*|riassum\w*|correg\w*|corrigi\w*|lee|lea|leia|leggi|escrib\w*|escrev\w*"
    r"|scriv\w*|dice|diz|correo|carta|mensaje|mensagem|messaggio|lettera|página|pagina|texto|testo|artículo|artigo"
    r"|articolo|contrato|contratto|frase|cita|tradu\w*|citește|scrie|mesaj|scrisoare)\b"
    # Polish, Czech, Russian, Ukrainian, Turkish, Indonesian, Vietnamese
    r"|\b(?:przetłumacz\w*|streść|przeczytaj|napisz|mówi|wiadomość|list|strona|tekst|umowa|zdanie|přelož\w*|přečti|zpráva"
    r"|переве\w+|прочита\w+|прочти|напиши|исправь|письмо|сообщение|стать[яюе]|текст|страниц\w+|договор|говорит|сказал\w*"
    r"|пишет|цитата|переклади|прочитай|лист|повідомлення|çevir\w*|özetle|oku\w*|mesaj\w*|mektub\w*|metin|metni|diyor"
    r"|terjemahkan|baca|surat|pesan|teks|dịch|đọc|thư|tin nhắn|văn bản)\b"
    # Arabic, Hebrew, Hindi, Thai, Chinese, Japanese, Korean
    r"|ترجم|لخص|اقرأ|رسالة|النص|البريد|تقول|يقول|תרגם|תרגמי|קרא|סכם|הודעה|מכתב|טקסט|अनुवाद|पढ़|संदेश|ईमेल|पत्र|लिखा"
    r"|แปล|อ่าน|ข้อความ|อีเมล|จดหมาย|翻译|翻譯|总结|總結|阅读|读一下|看一下这|改写|润色|邮件|信件|消息|短信|文章|网页|文档|原文"
    r"|提示词|写道|说道|上写|訳して|翻訳|要約|読んで|メール|手紙|メッセージ|記事|ページ|文書|文章|原文|プロンプト|번역|요약|읽어|메일|편지"
    r"|메시지|문자|기사|글|문서|프롬프트|원문",
    _FLAGS,
)  # "For mails to customers: ..." says where a rule holds.
_SCOPE = re.compile(
    r"\W*(?:for|in (?:all|every|each|any)|when|whenever|if|für|bei|in (?:allen|jeder)|wenn|pour|dans (?:tous|chaque)"
    r"|quand|si|para|cuando|en (?:todos|cada)|per|quando|in (?:tutti|ogni)|voor|bij|för|til|для|dla|对于?|在)\b",
    _FLAGS,
)


def _is_item(line: str) -> bool:
    """Whether a line is an item of a list."""
    return re.match(r"\s*(?:[-*+•·]|\(?\w{1,2}[.)])\s", line) is not None


@lru_cache(maxsize=1024)
def _announced_at(line: str) -> int:
    """Return where in a line a text begins that it announces with a colon, else -1."""
    for match in re.finditer(r":(?!//|\d)", line):
        before = line[: match.start()]
        if len(before) > 200:
            break
        if _SCOPE.match(before) or not _ANNOUNCES_TEXT.search(before):
            continue
        if binding_of(before) < BOUND and not announces_rules(before):
            return match.end()
    return -1


def own_characters(lines: Sequence[str]) -> list[int]:
    """Return how many characters at the start of each line are the user's own words.

    Not so are quoted lines (`>`), fences, tagged documents, mails from their header or
    salutation to their end, and what is announced with a colon: the rest of its line,
    the list behind it, or the paragraphs up to a sign-off or the end.
    """
    own = []
    plain = [*map(unseen_removed, lines)]
    # The last line that closes a tag, by its name.
    closed = {name: n for n, line in enumerate(plain) for name in _CLOSED.findall(line)}
    closing = ""  # What ends the text that is passed on.
    # "list" or "text" while one that was announced goes on; "next" right before it.
    foreign = ""
    for n, (raw, line) in enumerate(zip(lines, plain, strict=True)):
        bare = line.strip()
        if closing:
            own.append(0)
            if closing in bare:
                closing = ""
            continue
        if foreign == "next" and bare:
            foreign = "list" if _is_item(bare) else "text"
        if foreign == "list" and bare and not (_is_item(bare) or line[:1].isspace()):
            foreign = ""
        if foreign in ("list", "text"):
            own.append(0)
            if foreign == "text" and _SIGN_OFF.match(bare):
                # The name behind it is still the letter's.
                foreign = ""
            continue
        if opened := _opened(line, n, closed):
            at, closing = opened
            own.append(_place(raw, line, at))
            continue
        quoted = bare.startswith((">", "|", "“", "„", "«", "「")) or (
            bare.startswith('"') and bare.rstrip(".,;").endswith('"')
        )
        salutes = n > 0 and any(map(str.strip, lines[:n])) and _SALUTATION.match(bare)
        if _MAIL_HEADER.match(bare) or salutes:
            foreign = "text"
            own.append(0)
            continue
        at = _announced_at(line) if bare else -1
        if at >= 0:
            own.append(_place(raw, line, at))
            foreign = "" if line[at:].strip() else "next"
            continue
        if bare.endswith((":", "：")) and not quoted:
            # What a colon and an empty line announce, but for rules and lists.
            alone = n + 2 < len(lines) and not lines[n + 1].strip()
            if (
                alone
                and not _is_item(lines[n + 2])
                and not (binding_of(bare) or announces_rules(bare))
            ):
                foreign = "next"
        own.append(len(raw) if bare and not quoted else 0)
    return own


def _opened(line: str, n: int, closed: Mapping[str, int]) -> tuple[int, str] | None:
    """Return where a fence or tag opens in a line, and what will close it; "" if done."""
    bare = line.strip()
    if bare.startswith(_FENCES):
        mark = next(mark for mark in _FENCES if bare.startswith(mark))
        at, inside, closing = 0, bare[len(mark) :], _CLOSING.get(mark, mark)
    elif (tag := _TAG.search(line)) and closed.get(tag[1], -1) >= n:
        at, inside, closing = tag.start(), line[tag.end() :], f"</{tag[1]}"
    else:
        return None
    return at, "" if closing in inside else closing


def _place(raw: str, line: str, at: int) -> int:
    """Return where in the raw line the position of its plain form is, at the latest."""
    return at if raw == line else max(0, at - abs(len(raw) - len(line)))
