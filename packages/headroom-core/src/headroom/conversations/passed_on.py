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
    any_of,
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

# What is done with a text, who says it, and what texts are called, before a colon: it
# announces one. English; German, Dutch, Scandinavian; Romance; Slavic; Turkish to
# Vietnamese; then writing without spaces around words.
_ANNOUNCES_TEXT = re.compile(
    any_of(
        r"translate summari[sz]e proofread paraphrase re(?:phrase|write|word|view|ad|ads) shorten correct edit forward\w* quot\w+ paste\w* wr(?:i|o)te draft says? said states?"
        r" told_me sent_me received reply_to e?-?mails? letter message text article page website wiki docs? document\w* readme manual file transcript prompt instructions_(?:of|from|for)"
        r" comment post thread ticket contract policy terms sentence quote poem song story output log answer_(?:of|from) summary"
        r" übersetz\w* fass\w* korrigier\w* lies lest prüf\w* schr(?:ei|ie)b\w* formulier\w* lautet steht sagt\w* meint\w* nachricht brief artikel seite handbuch dokument vertrag satz zitat"
        r" vertaal\w* lees schrijf bericht tekst zegt staat översätt oversæt oversett läs læs les skriv\w* meddelande besked brev sida side"
        r" tradui\w* tradu[cz]\w* résum\w* resum\w* riassum\w* correg\w* corrig\w* lis lisez écri\w* relis\w* lee lea leia leggi escri[bv]\w* scriv\w* dit dice diz courriel correo lettre"
        r" lettera carta messag\w+ mensaje mensagem texte texto testo articolo art[íi](?:culo|go) contrat\w* citation phrase frase citește scrie mesaj scrisoare"
        r" przetłumacz\w* streść przeczytaj napisz mówi wiadomość list strona umowa zdanie přelož\w* přečti zpráva переве\w+ проч(?:ита\w+|ти) напиши исправь письмо сообщение стать[яюе]"
        r" текст страниц\w+ договор говорит сказал\w* пишет переклади прочитай лист повідомлення çevir\w* özetle oku\w* mektub\w* metin metni diyor terjemahkan baca surat pesan teks"
        r" dịch đọc thư tin_nhắn văn_bản"
    )
    + r"|ترجم|لخص|اقرأ|رسالة|النص|البريد|تقول|يقول|תרגם|קרא|סכם|הודעה|מכתב|טקסט|अनुवाद|पढ़|संदेश|ईमेल|पत्र|लिखा"
    r"|แปล|อ่าน|ข้อความ|อีเมล|จดหมาย|翻译|翻譯|总结|總結|阅读|读一下|改写|润色|邮件|信件|消息|短信|文章|网页|文档|原文|提示词|写道|说道|上写"
    r"|訳して|翻訳|要約|読んで|メール|手紙|メッセージ|記事|ページ|文書|文章|プロンプト|번역|요약|읽어|메일|편지|메시지|문자|기사|글|문서|원문",
    _FLAGS,
)
# "For mails to customers: ..." says where a rule holds.
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
    first = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
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
        salutes = n > first and _SALUTATION.match(bare)
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
