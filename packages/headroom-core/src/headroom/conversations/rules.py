"""Rules: which of the user's sentences instruct the agent for more than the next step.

Each clause is judged by its cue, and by who is spoken of before it:

- what forbids ("never", "don't", "no") or generalises ("always") is a rule where it is
  one of the first words of a clause that has no subject: a command;
- what obliges ("must", "may not") is a rule whatever it is said of;
- what limits ("only", "at most", "unless", "without") is a rule if nobody is spoken of;
- a need ("allergic", "wheelchair", "budget 400") is a rule whoever has it;
- how the user wants things done ("answer in", "I prefer") is a weak rule.

What others say, quotes and questions hold no rule. In doubt a sentence is a rule: one
too many costs tokens, one too few costs what the user asked for.
"""

import re
import unicodedata
from collections.abc import Iterator

__all__ = [
    "BOUND",
    "NEGATIONS",
    "STANDING",
    "announces_rules",
    "any_of",
    "binding_of",
    "unseen_removed",
]

# How strictly a rule binds: what is wished; what is forbidden, required or limited;
# what holds always.
_WISH, BOUND, STANDING = 1, 2, 3


def any_of(words: str) -> str:
    """Return a pattern for any of the words, "_" for a space."""
    found = "|".join(words.split()).replace("_", " ")
    return rf"(?<!\w)(?:{found})(?!\w)"


# Each table has the languages in one order: English; German, Dutch, Scandinavian; the
# Romance and the Slavic ones; Turkish, Indonesian, Vietnamese, Arabic, Hebrew, Hindi.
NEGATIONS = (
    r"not never no none without cannot \w+n't nicht nichts nie niemals kein\w* ohne niet niets nooit geen zonder"
    r" inte aldrig ingen inga utan ikke aldri uten uden pas jamais sans aucun\w* nunca sin ningún\w* mai senza non"
    r" niente nessun\w* não sem nenhum\w* не никогда без никаких ні nie nigdy bez žádn\w* ne nikdy asla jangan tanpa"
    r" không đừng لا אל मत नहीं"
)
# Who tells of himself, and the verbs of what is so: before a cue they command nothing.
_SPEAKER = r"i we i'\w+ we'\w+ ich wir ik wij jag vi je j'\w+ nous yo nosotros io noi eu nós я мы ben"
_IS = (
    r"is are was were isn't wasn't has had have did does ist war sind waren hat hatte gab kam heeft är var har est étai\w+ sont avai\w+"
    r" está fue era hay había he estado estuve è sono era c'era c'è é foi há esteve estive был\w* есть jest był\w* byl\w* idi vardı"
)
# What opens a clause that is about somebody or something else than the agent.
_SUBJECT = (
    r"my our you'\w+ his her(?!_zaman) their its he she they it there this that these those some sometimes people nobody someone (?:it|he|she|that|there|they|this|who)'\w+"
    r" mein\w* uns\w* er sie_(?:hat|ist|war|sind) es das die der den dem ein\w* so warum wer wie was leider man vielleicht gestern mijn het dat een"
    r" hij zij ze hun det den de han hon min mon ma mes il elle on ce c'\w+ les des le la mi mis él ella ellos mio mia lui lei el los las meu minha ele ela"
    r" он она они мой моя мне on ona oni moja benim هو هي वह वे"
)
_OPENS = (
    r"please and so but then also plus well oh now actually ok okay yes hi hello remember(?:_that)? note important bitte und aber also daher darum hallo ja en maar dus"
    r" alsjeblieft och og därför s'il_\w+_pla[iî]t et mais surtout donc y pero por_favor así_que e ma mas per_favore per_cortesia quindi"
    r" proszę więc prosím пожалуйста и но поэтому lütfen tolong xin vui_lòng من_فضلك कृपया"
)
_ALWAYS = (
    r"niemals nie immer stets nooit altijd aldrig aldri alltid altid jamais toujours nunca siempre sempre"
    r" mai niciodată întotdeauna koskaan aina nigdy zawsze nikdy vždy никогда всегда ніколи завжди asla daima her_zaman selalu tidak_pernah không_bao_giờ"
    r" luôn_luôn أبد(?:ا|ًا) دائم(?:ا|ًا) לעולם תמיד हमेशा कभी_(?:नहीं|मत|भी)"
)
# What forbids as the first word of a command, and behind its verb ("Ruf nicht an").
_FORBIDS = (
    r"don'?t do_not no no_longer stop avoid refrain_from not_a nothing ne n'\w+ pas aucun\w* nada_de ningún\w* non niente nessun\w* não nenhum\w*"
    r" не никаких ничего nie żadnych ei ne\w+(?:ejte|ujte|uj|ej) inga ingen jangan đừng لا אל"
)
_NOT = r"nicht nichts kein\w* niemand\w* niet niets geen inte ikke"
_FROM_NOW_ON = (
    r"from_now_on from_here_on going_forward henceforth under_no_circumstances at_all_times no_matter_(?:what|how|who) in_no_case whatever whenever_you"
    r" off[-_]limits out_of_the_question künftig in_zukunft auf_keinen_fall unter_keinen_umständen (?:ab|von)_(?:jetzt|nun|heute|sofort) vanaf_nu"
    r" voortaan in_geen_geval (?:från_och_med|fra)_nu framöver désormais dorénavant à_partir_de_maintenant à_l'avenir en_aucun_cas"
    r" d[ea]_(?:ahora|agora|ora|adesso|oggi)_(?:en_adelante|em_diante|in_(?:poi|avanti)) d'ora_in_(?:poi|avanti) a_partir_de_\w+ en_ning[uú]n_caso"
    r" bajo_ning[uú]n in_nessun_caso em_hip[oó]tese_alguma de_acum_înainte od_(?:teraz|teď) отныне впредь с_этого_момента в_дальнейшем"
    r" ни_в_коем_случае відтепер bundan_(?:sonra|böyle) mulai_sekarang từ_(?:nay|bây_giờ|giờ) من_الآن_فصاعد* מעכשיו अब_से"
)
_MUST = (
    r"(?<!a_)must(?!_(?:say|admit|(?:not_)?have|be_(?:a|nice|great|hard|fun))) mustn't may_not(?!_always) (?:is|are)(?:n't|_not)_to not_(?:allowed|permitted) forbidden prohibited mandatory"
    r" (?:should|shall)(?:_never|n't|_not)_(?:be|contain|include|use|exceed) (?:each|every)_(?:\w+_){1,5}(?:needs|has_to|should)"
    r" (?:stay|leave|keep)s?_(?:\S+_){0,5}(?:as_(?:it|they)_(?:is|are)|unchanged|unpushed|untouched|alone|secret|private|confidential|out_of|away_from|below|under|within)"
    r" (?:needs?|requires?)_(?:\S+_){0,3}(?:approval|permission|consent|confirmation) darf dürfen darfst sollst? sollen muss musst müssen verboten"
    r" wird_nichts mag_(?:niet|geen|alleen) moet moeten måste må_ikke doit doivent devez tu_dois il_(?:ne_)?faut interdit debe[ns]? deber[áa]n? hay_que prohibido"
    r" dev(?:e|ono|i|em) vietato proibido nie_wolno musi muszą należy nesmí musí нельзя обязательно запрещ\w* должн[аоы]? не_можна повинн\w* zorunda gerekir"
    r" yasak \w+(?:meyin|mayın)(?:iz)? tidak_boleh harus không_được phải لا_ت\w* يجب ممنوع אסור חייב न_करें नहीं_करना चाहिए_कि"
)
_LIMITS = (
    r"(?<!the_)only exclusively without unless until_(?:i|you|we) before_you at_(?:the_)?most at_the_latest (?:no|not)_(?:more|less|later|earlier|longer|fewer)_than maximum"
    r" up_to_\d+_(?:words|sentences|lines) except_(?:for|if|when) not_a_(?:cent|penny)_more ask_(?:me_)?(?:first|before) stick_to instead_of_\w+ing"
    r" ohne nur ausschließlich höchstens maximal mindestens bevor erst_nach es_sei_denn zonder tenzij alleen uitsluitend hoogstens maximaal voordat utan uden"
    r" uten bara kun endast högst højst maks\w* medmindre sans uniquement seulement au_(?:plus|maximum) pas_plus_de à_moins_que sauf_si avant_de sin s[oó]lo"
    r" solamente [uú]nicamente como_m[áa]ximo a_lo_sumo no_m[áa]s_de antes_de excepto senza solo esclusivamente al_massimo non_più_di a_meno_che prima_di sem só"
    r" somente apenas no_m[áa]ximo exceto a_menos_que без только максимум не_(?:более|больше) если_только_не лише bez wyłącznie tylko najwyżej maksymalnie"
    r" chyba_że pouze nejvýše pokud_ne sadece yalnızca en_fazla \w+(?:madan|meden) tanpa hanya maksimal paling_banyak kecuali chỉ tối_đa trừ_khi"
    r" فقط كحد_أقصى على_الأكثر إلا_إذا (?:بدون|دون)_\w+ לכל_היותר אלא_אם בלי_\w+ केवल सिर्फ अधिकतम बिना"
)
# Who else says so, or only supposes it, before a rule: "the wiki states that you must".
_SAYS = (
    r"says stated? states claim(?:s|ed) reads wrote writes told tells insists? demands? according_to said suppose policy laut zufolge steht sagt\w* behauptet\w*"
    r" meint\w* schreibt volgens zegt staat enligt ifølge säger siger sier dit selon d'après prétend il_est_écrit dicen? afirma según secondo_(?:il|la|i) afferma"
    r" segundo_(?:a|o|el|la) diz według twierdzi mówi согласно говорит утверждает пишет göre diyor menurut theo"
)
_UNSPACED_SAYS = "根据|據|写着|声称|说，|说：|上说|によると|によれば|と(?:書いて|言って)|따르면|라고|تقول|يقول|وفق|לפי|के अनुसार|ตามที่"
# What only tells, behind a word that forbids: "No problem", "no sé", "nunca he"; and the
# first person of a verb, by how it ends: "no tengo", "не знаю", "nie wiem".
_IDLE = (
    r"you he she they it that this there i i'm me not really one thing way need idea doubt thanks? gracias worry worries problem\w* probleem mind know think hesitate"
    r" wonder matter get_me just but what bad yet now sure thats that's actually please \d\w* sé so se ho o ahnung sorge idee souci prisa pressa haar ik dat het sei há"
    r" sai[st]? ai suis estive gusta importa piace \w{2,}(?:o|ю|у|ę|iem|am|em)"
)
_TELLS = re.compile(any_of(f"{_SPEAKER} {_IS}"))
_ABOUT = re.compile(f"{any_of(f'{_SUBJECT} {_SPEAKER}')}|私は|僕は|나는|저는")
_SO = re.compile(
    any_of("so also daher darum donc así_que quindi dus därför поэтому więc")
)
_OPENING = re.compile(rf"(?:{any_of(_OPENS)}[\s,:،]+)+")
_REPORTS = re.compile(f"{any_of(_SAYS)}|{_UNSPACED_SAYS}")
# There is one way only to cut a text into words: others of a line of hyphens are many.
_WORD = r"(?:[\w'’-]++\W++)"
_STANDING_COMMAND = re.compile(
    rf"(?:(?:never(?! (?:mind|seen|been|had|heard))|always)\b|{_WORD}{{0,4}}?{any_of(_ALWAYS)})"
)
_COMMAND = re.compile(rf"(?:{any_of(_FORBIDS)}(?=\s+\w)|{_WORD}{{0,5}}?{any_of(_NOT)})")
_TOLD_BEHIND = re.compile(
    rf"\W+(?:(?:me|te|lo|mi|ti|ci|la|no|non|não|nie|не|de)\s)*(?:{any_of(f'{_IDLE} {_IS}')})"
)
_FROM = re.compile(any_of(_FROM_NOW_ON))
_OBLIGES = re.compile(any_of(_MUST) + r"|[şğ].*\w(?:me|ma)[.!]?$|(?<!\S)मत \S+\W*$")
_LIMIT = re.compile(any_of(_LIMITS))
# Writing without spaces: what holds always, what forbids, requires or limits, wishes.
_UNSPACED = (
    re.compile(
        "永远|始终|一律|以后|今后|从现在|往后|绝不|绝对不|从不|任何情况下|除非|未经|没有.{0,12}(?:情况下|同意|允许|许可|批准)|之前.{0,4}(?:问|告诉|确认)"
        "|以後|絕不|決して|絶対|常に|いつも|今後|これから(?:は|も|ずっと)|必ず|なしに|無断で|許可なく|절대|항상|언제나|앞으로|지금부터|이제부터|반드시|없이"
        "|เสมอ|ตั้งแต่นี้|จากนี้ไป|โดยไม่(?:ถาม|ได้)"
    ),
    re.compile(
        "不要|请勿|不得|不可以?|不许|不准|不能(?:有|用|超)|禁止|切勿|必须|务必|只能|只(?:用|使用|允许|限|发)|仅限|最多|不超过|至少|^别|，别|請勿|必須"
        "|ないで(?:ください|$|。|下さい|欲しい|ほしい)|なければ(?:なら|いけ)|てはいけ|ては(?:なら|だめ)|のみ|だけ(?:に|を|で|使)|以内|以下|まで(?:です|に)"
        "|마세요|마십시오|말아|하지 ?마|지 ?마|지 ?말고|금지|해야|만 사용|만 써|이하|이내|최대|꼭 |ห้าม|อย่า|ต้อง|เท่านั้น|ไม่เกิน|เว้นแต่"
    ),
    re.compile(
        "请用|请以|请把|用.{1,6}(?:回答|回复)|我(?:只|不(?:想|喜欢|吃|喝))|(?:答え|回答し|返信し|書い|使っ|話し|表示し|まとめ|呼ん)て(?:ください|下さい)|でお願い"
        "|(?:답|대답|말|써|작성|사용|표시).{0,6}(?:주세요|줘)|답해|대답|請.?用"
    ),
)
# A need or a limit of one's own lasts, whoever tells of it.
_NEED = re.compile(
    r"allerg|al[eé]rgi|uczulon|аллерг|алергі|alerj|アレルギー|알레르기|过敏|過敏|حساسية|אלרג|एलर्जी|แพ้|dị ứng|intol[eé]ran|unverträg|vertr[aä]g\w+ kein|(?:mag|isst|trinkt) kein"
    r"|tolera\b|tollera|support\w+ pas|переносит|不能吃|吃不了|c[eo]?eliac|celíac|wheelchair|rollstuhl|rolstoel|fauteuil roulant|silla de ruedas|cadeira de rodas|sedia a rotelle"
    r"|รถเข็น|轮椅|車椅子|휠체어|素食|吃素|can(?:'?t| ?not) (?:eat|drink|have|stand|tolerate|take)\b"
    r"|(?:budget|presupuesto|or[cç]amento|budsjett|budżet|bütçe|бюджет|预算|預算|予算|예산|ميزانيت|תקציב|बजट|งบประมาณ|anggaran|ngân sách)(?=.*\d)"
    r"|^(?:(?:every|each) time|whenever) you [^,]{1,80}, (?!(?:i|it|we|there|he|she|they|my|let me)\b)"
    r"|\b(?:i\'m|am|is|are|we\'re|bin|ist|suis|est|soy|es|sono|è|sou|é|jestem|eats?|needs?) (?:\w+ ){0,2}(?:vegan|vegetari|végétarien|kosher|halal)"
)
# How one asks for something as it should always be, and what one wants oneself.
_WISHES = re.compile(
    r"(?:(?:answer|reply|respond|speak|write|format|keep|use|include|exclude|call me|address me|refer to me|make sure|ensure|remember|prefer|skip|leave out|check with me"
    r"|tell me (?:when|before)|warn me|mention|quote|limit|report|ask)\b(?=.*\b(?:in|as|with|to|all|every|each|any|short|brief|simple|before|if|when|so|that|under|below|than|the)\b)"
    r"|(?:antworte|schreib|verwende|benutze|nutze|nenn|halte?|frag|sprich|gib|zeig|lass|duz|siez|réponds|répondez|écris|écrivez|utilise|garde|appelle|parle|demande|respond|contesta"
    r"|escribe|usa|utili[zs]a|habla|mantén|pregúnta|rispondi|scrivi|parla|chied|responda|escreva|use|fale|mantenha|antwoord|schrijf|gebruik|vraag|отвечай|пиши|используй|odpowiadaj"
    r"|pisz|używaj)\w*\b|.*\b(?:rather than|but not|keep it|short and|(?<!to )be (?:brief|concise|polite|honest|specific|careful))\b)"
)
_OWN_WISH = re.compile(
    r"(?:(?:i|we|user) (?:(?:never|always|only)\b(?! (?:have|\w+ed)\b)|(?:do not|don'?t|hate|refuse to|won'?t) (?:want|eat|drink|fly|like|use|take|accept)\b"
    r"|(?:can(?:no|')?t) (?:eat|drink|have|do|use|stand|spend|exceed)\b)|(?:i|we|user)(?:'d| would)? (?:prefers?|rather)\b"
    r"|(?:i|we|user) (?:wants?|needs?|expect)\b.*\b(?:all|every|always|answers?|repl(?:y|ies)|responses?|examples?|code|reports?|style|format|no|only|not)\b"
    r"|ich (?:möchte|will|esse|trinke|mag) (?:\w+ ){0,3}(?:kein\w*|nur|nicht)|ich (?:\w+ ){1,4}lieber"
    r"|.{0,14}je (?:préfère|ne (?:veux|mange|bois))|(?:yo )?(?:prefiero|no quiero)|(?:io )?(?:preferisco|non voglio)|(?:eu )?(?:prefiro|não quero))\b"
)
_CLAUSE = re.compile(r"[,;:—–،]\s+|\s[-–—]\s")
_ANNOUNCES = re.compile(
    r"\b(?:rules?|guidelines?|constraints?|requirements?|instructions?|preferences?|follow|regeln?|vorgaben?"
    r"|règles?|consignes?|reglas?|regol[ae]|regras?|regels?|zasad[ay]|правил[оа]|kural(?:lar)?)\b|规则|要求|規則|ルール|규칙",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"“[^”]{2,400}”|„[^“”]{2,400}[“”]|«[^»]{2,400}»|「[^」]{2,400}」|『[^』]{2,400}』|(?<!\w)\"[^\"]{2,400}\"(?!\w)"
)
_QUESTION = ("?", "？", "؟")
_MOST_CHARACTERS = 300
_MOST_WISH_CHARACTERS = 140
_MOST_NEED_CHARACTERS = 200
# What limits is a rule in a short sentence; in a longer one it is part of a story.
_MOST_LIMIT_CHARACTERS = 120
_MOST_OWN_CHARACTERS = 100


def unseen_removed(text: str) -> str:
    """Return `text` without characters that are not seen, and in its plain forms.

    Zero-width characters and full-width forms must not hide the marks of a text.
    """
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
    if plain.isprintable():
        return plain
    return "".join(c for c in plain if unicodedata.category(c) != "Cf")


def announces_rules(sentence: str) -> bool:
    """Whether a sentence says that rules follow."""
    return _ANNOUNCES.search(sentence) is not None


def binding_of(sentence: str, *, listed: bool = False) -> int:
    """Return how strictly a sentence of the user's binds: 0 for no rule, up to 3.

    Args:
        sentence: One sentence, in any language.
        listed: It is an item of a list that was announced as rules.
    """
    if sentence.endswith(_QUESTION) or len(sentence) > _MOST_CHARACTERS:
        return 0
    plain = unseen_removed(sentence).replace("’", "'").lower()
    if not plain.isascii() or '"' in plain:
        plain = _QUOTED.sub(" ", plain)
    binds = max(_bindings(plain), default=0)
    if binds == _WISH and len(sentence) > _MOST_WISH_CHARACTERS:
        binds = 0
    mark, colon, _ = sentence.partition(":")
    listed = listed or bool(colon and len(mark) <= 40 and announces_rules(mark))
    return max(binds, BOUND) if listed else binds


def _bindings(plain: str) -> Iterator[int]:
    """Yield how strictly each clause of a sentence in lower case binds."""
    reported = _REPORTS.search(plain)
    own = plain[: reported.start()] if reported else plain
    # Japanese and Korean say who said so behind it.
    if not plain.isascii() and not reported:
        for binds, cues in zip((STANDING, BOUND, _WISH), _UNSPACED, strict=True):
            if cues.search(plain):
                yield binds
    if len(plain) <= _MOST_NEED_CHARACTERS and _NEED.search(own):
        yield STANDING
    start, told = 0, False
    for end in [*(match.end() for match in _CLAUSE.finditer(own)), len(own)]:
        opening = _OPENING.match(own, start, end)
        clause = own[opening.end() if opening else start : end]
        about = _ABOUT.match(clause) is not None
        if not start and len(plain) <= _MOST_OWN_CHARACTERS:
            yield _WISH if _OWN_WISH.match(clause) else 0
        # What somebody tells goes on in the next clause, but for "..., so never ...".
        told = about or (told and not (opening and _SO.match(opening[0])))
        if not about:
            yield _binding_of_command(clause, told=told)
        if _OBLIGES.search(clause):
            yield BOUND
        if not told and len(plain) <= _MOST_LIMIT_CHARACTERS:
            yield BOUND if _LIMIT.search(clause) else 0
            yield STANDING if _FROM.search(clause) else 0
        told = told or _TELLS.search(clause) is not None
        start = end


def _binding_of_command(clause: str, *, told: bool) -> int:
    """Return how strictly a clause without a subject binds as a command, 0 for none.

    Args:
        clause: The clause, without what may stand before a command.
        told: The clause before it tells something: only what forbids as its first word commands.
    """
    for binds, command in ((STANDING, _STANDING_COMMAND), (BOUND, _COMMAND)):
        found = command.match(clause)
        if found is None or _TELLS.search(found[0]):
            continue
        if told and (binds == STANDING or " " in found[0]):
            continue
        if not _TOLD_BEHIND.match(clause, found.end()):
            return binds
    return _WISH if not told and _WISHES.match(clause) else 0
