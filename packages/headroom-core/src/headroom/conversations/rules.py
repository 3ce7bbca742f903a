"""Rules: which of the user's sentences instruct the agent for more than the next step.

A rule forbids, limits, or says how or when always: "never", "from now on", "without
asking me", "at most three sentences", or it states a lasting need such as an allergy
or a budget. It is told clause by clause: a word that denies, limits or generalises,
near the start of a clause that has no other subject than the agent. What somebody
tells of themselves or of others ("I have never been there", "it is always late")
commands nothing. Quoted words and what others say hold no rules.
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


# Words that deny, in languages that put spaces between words.
NEGATIONS = (
    r"not never no none without cannot \w+n't nicht nichts nie niemals kein\w* ohne niet niets"
    r" nooit geen zonder inte aldrig ingen inga utan ikke aldri uten uden pas jamais sans aucun\w*"
    r" nunca sin ningún\w* mai senza non niente nessun\w* não sem nenhum\w* не никогда без никаких ні"
    r" nie nigdy bez žádn\w* ne nikdy asla لا אל jangan tanpa không đừng मत नहीं"
)
# The subject of a clause that commands nothing: who tells, and of whom or what.
_FIRST = (
    r"i i'\w+ my me we we'\w+ our us ich mein\w* wir uns je j'\w+ mon ma mes nous yo mi mis nosotros"
    " io mio mia noi eu meu minha nós ik mijn wij jag jeg я мы мой моя мне ja my ben benim"
)
_OTHERS = (
    r"he she they his her their it there this that these those (?:it|he|she|that|there|they|this)'\w+"
    r" some sometimes people er sie_(?:hat|ist|war|sind) es das die der den dem ein\w* so warum wer wie was"
    r" leider man vielleicht hier da dann heute gestern il elle on ce c'\w+ les des él ella ellos lui lei"
    " ele ela het dat een hij zij ze hun det den han hon de som är"
)
_TELLS = re.compile(f"{any_of(_FIRST + ' ' + _OTHERS)}|私は|僕は|나는|저는")
_TELLER = re.compile(any_of(_FIRST))
# What may stand before a command, and before what somebody tells.
_OPENING = re.compile(
    r"(?:(?:please|and|so|but|then|also|plus|well|oh|now|actually|daher|darum|donc|así que|quindi|dus|därför|поэтому|więc|ok(?:ay)?|yes|remember(?: that)?|note|important|bitte|und|aber|also"
    r"|s'il \w+ pla[iî]t|et|mais|por favor|y|pero|e|ma|mas|per favore|per cortesia|en|maar|alsjeblieft|och|og"
    r"|proszę|prosím|surtout|пожалуйста|и|но|lütfen|tolong|xin|vui lòng|कृपया|من فضلك)(?:[,:،]\s*|\s+))+"
)
# What follows from what somebody told may well be a command: "so never open it".
_SO = re.compile(
    any_of("so also daher darum donc así_que quindi dus därför поэтому więc")
)
_CLAUSE = re.compile(r"[,;:—–،]\s+|\s[-–—]\s")

# What generalises or denies in one of the first words of a command, whose verb may
# stand before it ("Schreib nie", "Rispondi sempre") or behind ("Never write").
_ALWAYS = (
    "niemals nie immer stets nooit altijd aldrig aldri alltid altid jamais toujours nunca"
    " jam[aá]s siempre sempre niciodată întotdeauna koskaan aina nigdy zawsze nikdy vždy никогда всегда"
    " ніколи завжди asla daima selalu"
)
_BEHIND_VERB = (
    r"nicht nichts kein\w* niemand\w* nur niet niets geen alleen inte ikke bara kun"
)
# What denies or limits as the first word of a command.
_FIRST_WORD = (
    r"don'?t do_not no_longer stop avoid refrain_from only \w+_(?:nothing|nobody|no_one) no(?=_(?:[\w-]+_){1,2}(?:for|in|on|after|before|at|with|please))"
    r" no(?=_(?:[\w-]+_){0,2}[\w-]{2,}(?:s|ing|an|en|ar|er|ir)(?:lo|la|me|le|los|las|nos)?(?:\W|$)) ne n'\w+ pas(?=_d[e']) aucun\w* nada_de"
    r" ningún\w* non niente mai_(?:prima|dopo|oltre|\w+(?:are|ere|ire)) nessun\w* não nenhum\w* не никаких нельзя nie żadnych ei nenechť ne\w+(?:ejte|ujte|uj|ej) inga ingen jangan đừng لا אל मत"
)
_IDLE = re.compile(
    # "No problem", "don't worry", "no sé", "non è": these words command nothing.
    r"\W*(?:$|[,.!?;]|(?:worry|mind|know|think|you|we|i|they|get me|thank\w*|problem\w*|worries|need|idea|doubt|wonder|way|one|matter|it|it's"
    r"|that|thats|this|there|i'm|i'll|really|sure|not|he|she|sorry|just|but|actually|what|was|does|thing|bad|yet|now|hesitate"
    r"|sé|es|está|hay|puedo|quiero|tengo|me (?:gusta|importa|acuerdo|lembro)|lo (?:s[éeo]|es|creo|veo|tengo|entiendo)|gracias|se|so|è|ho|c'è|posso|voglio|mi|sono|sei|é|há|quero|tenho|o|obrigad\w|ahnung|sorge"
    r"|souci|pressa|prisa|préoc\w*|haar|schlecht|wirklich|ik|dat|het)\b)"
)
# There is one way only to cut a text into words: others of a line of hyphens are many.
_WORD = r"(?:[\w'’-]++\W++)"
_COMMAND = re.compile(
    rf"(?:(?P<standing>(?:never(?! mind)|always)\b|{_WORD}{{0,4}}?{any_of(_ALWAYS)})|(?P<opens>{any_of(_FIRST_WORD)})"
    rf"|{_WORD}{{0,5}}?{any_of(_BEHIND_VERB)})"
)
# Behind a clause with a subject of its own only this is a command, not "never seen".
_STRONG = re.compile(
    r"(?:do not|don'?t|never(?! (?:\w+(?:ed|s)|been|seen|had|heard|thought|knew|saw|got|was|were|a|an|the)\b)(?= \w+ \w)"
    rf"|{any_of('ne nie не nunca keine? keinen')}) "
)
# What may not be done to a thing, or by others, is forbidden to the agent too.
_FORBIDDEN = re.compile(
    r"(?:(?:it|this|that|they|these|those) (?:must (?:not|never|only|stay|remain)|mustn't|should never)(?! (?:have|be the)\b)"
    r"|(?:das|die|der|den) (?:\w+ )?d[aü]rf(?:en)?(?! doch\b)\b.*\b(?:nicht|nie|niemals|nur|kein\w*)"
    r"|il ne (?:faut|doit)|(?:le|la|les|il|la|el|los|las|i|gli|o|a|os|as) \w+ (?:ne|non|no|não) (?:doi[tv]|de[bv])\w*)\b"
)
# Whom a command is to serve, behind its verb: "Bel me niet".
_FOR_ME = re.compile(r"^\w+ me (?=niet|nooit|geen)")
# What holds always, wherever in a command it stands.
_STANDING = re.compile(
    any_of(
        r"from_now_on from_here_on going_forward henceforth under_no_circumstances at_all_times no_matter_(?:what|how|who) in_no_case"
        r" for_the_rest_of (?:must|should|may|shall|can)_(?:never|always) off[-_]limits künftig in_zukunft auf_keinen_fall"
        r" unter_keinen_umständen (?:ab|von)_(?:jetzt|nun|heute|sofort) vanaf_nu voortaan in_geen_geval (?:från_och_med|fra)_nu"
        r" fra_nå_av framöver tästä_lähtien désormais dorénavant à_partir_de_maintenant à_l'avenir en_aucun_cas a_partir_de_\w+"
        r" d[ea]_(?:ahora|agora|ora|adesso|oggi)_(?:en_adelante|em_diante|in_(?:poi|avanti)) d'ora_in_(?:poi|avanti)"
        r" en_ning[uú]n_caso bajo_ning[uú]n in_nessun_caso em_hip[oó]tese_alguma de_acum_înainte od_(?:teraz|teď) отныне впредь"
        r" с_этого_момента в_дальнейшем ни_в_коем_случае відтепер her_zaman bundan_(?:sonra|böyle) sormadan tidak_pernah"
        r" mulai_sekarang không_bao_giờ luôn_luôn từ_(?:nay|bây_giờ|giờ) \w+(?:madan|olmadan)"
        r" أبد(?:ا|ًا) دائم(?:ا|ًا) من_الآن_فصاعد* לעולם תמיד מעכשיו हमेशा कभी_(?:नहीं|मत|भी) अब_से"
    )
    # What needs the user's consent: "without asking me", "until I say so".
    + rf"|{any_of('without until unless ohne bis zonder tenzij sans sin sem senza utan uden uten bez без tanpa')}"
    rf"(?:\W+\w+){{0,3}}?\W+(?:{any_of(_FIRST + ' asking mich meiner? avermi')}"
    r"|(?:ask|check|approv|permi|consen|confirm|erlaubnis|zustimmung|freigabe|genehmig|rückfrage|toestemming|demand|autori[sz]|accord|pregunt|permiso"
    r"|consult|avis|pergunt|chied|fråg|spør|pytani|zgod|разреш|подтвержд|соглас|спрос|izin|persetujuan|bertanya|konfirm))"
)
# What forbids, requires or limits, wherever in a command it stands.
_BINDING = re.compile(
    any_of(
        r"must(?!_(?:be_(?:nice|great|hard|fun)|have_(?:been|left|lost)|say|admit)) mustn't may_(?:not|only) (?:is|are)(?:n't|_not)_to_be not_(?:allowed|permitted)"
        r" forbidden prohibited mandatory (?:should|shall|can)(?:n't|_not)_(?:be|contain|include|use|exceed) at_(?:the_)?most at_the_latest"
        r" (?:no|not)_(?:more|less|later|earlier|longer|fewer)_than maximum up_to_\d+_(?:words|sentences|lines) unless except_(?:for|if|when)"
        r" not_a_(?:cent|penny)_more spend_(?:over|under|more|no) ask_(?:me_)?(?:first|before) before_you until_(?:you|the_user|\w+_(?:review|approve|confirm)s?)"
        r" leave_(?:out|\w+_(?:alone|as|untouched)) (?:stay|leave|keep)s?_(?:\S+_){0,5}(?:as_(?:it|they)_(?:is|are)|unchanged|unpushed|untouched|secret|private"
        r"|confidential|out_of|away_from|free_of|below|under|within) stick_to (?:only|exclusively)_(?:in|with|use|from|the|my) instead_of_\w+ing"
        r" (?:needs?|requires?)_(?:explicit_|my_|\S+_){0,3}(?:approval|permission|consent|confirmation)"
        r" darf dürfen darfst sollst? sollen muss musst müssen ausschließlich höchstens maximal mindestens nicht_(?:mehr|länger)_als verboten"
        r" bevor_(?:du|sie) frag\w*_(?:mich|erst|vorher) erst_nach es_sei_denn mag_(?:niet|geen|alleen) moet moeten uitsluitend hoogstens niet_meer_dan"
        r" doit doivent devez tu_dois il_(?:ne_)?faut uniquement au_(?:plus|maximum) pas_plus_de interdit seulement à_moins_que sauf_si"
        r" debe[ns]? deber[áa]n? hay_que s[oó]lo_(?:en|con|si|puedes|usa|hoteles|los|las) solamente [uú]nicamente como_m[áa]ximo a_lo_sumo no_m[áa]s_de prohibido"
        r" dev(?:e|ono|i|em) esclusivamente al_massimo non_più_di vietato solo_(?:in|con|se|i|le|gli) a_meno_che somente apenas_(?:em|com|se|os|as)"
        r" só_(?:em|com|se|pode) no_m[áa]ximo não_mais_(?:de|que) proibido exceto a_menos_que (?:antes|prima)_d[ei]_\w+[ae]r"
        r" måste endast högst højst maks\w* må_ikke medmindre om_inte_jag nie_wolno wyłącznie najwyżej maksymalnie musi muszą należy chyba_że tylko_(?:w|po|na)"
        r" nesmí pouze nejvýše musí pokud_ne нельзя обязательно запрещ\w* должн[аоы]? не_(?:более|больше) максимум только_(?:на|в|по|с|если) если_только_не"
        r" не_можна повинн\w* лише_(?:на|в|з) sadece yalnızca en_fazla zorunda gerekir yasak \w+(?:meyin|mayın)(?:iz)? tidak_boleh harus"
        r" hanya_(?:dalam|gunakan|jika) maksimal paling_banyak kecuali không_được phải tối_đa chỉ_(?:dùng|được|trả) trừ_khi"
        r" لا_ت\w* يجب ممنوع فقط كحد_أقصى على_الأكثر إلا_إذا (?:بدون|دون)_\w+ אסור חייב לכל_היותר אלא_אם בלי_\w+ केवल सिर्फ अधिकतम न_करें नहीं_करना बिना चाहिए_कि"
    )
    + r"|[şğ].*\w(?:me|ma)[.!]?$|(?<!\S)मत \S+\W*$"
)
# Writing without spaces: what holds always, and what forbids, requires or limits.
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
    r"allerg|al[eé]rgi|uczulon|аллерг|алергі|alerj|アレルギー|알레르기|过敏|過敏|حساسية|אלרג|एलर्जी|แพ้|dị ứng|intoleran|unverträg|vertr[aä]g\w+ kein|(?:mag|isst|trinkt) kein"
    r"|tolera\b|tollera|support\w+ pas|переносит|不能吃|吃不了|c[eo]?eliac|wheelchair|rollstuhl|rolstoel|fauteuil roulant|silla de ruedas|cadeira de rodas|sedia a rotelle"
    r"|รถเข็น|轮椅|車椅子|휠체어|素食|吃素|can(?:'t|not| not) (?:eat|drink|have|stand|tolerate|take)\b"
    r"|(?:budget|presupuesto|or[cç]amento|budsjett|budżet|bütçe|бюджет|预算|預算|予算|예산|ميزانيت|תקציב|बजट|งบประมาณ|anggaran|ngân sách)(?=.*\d)"
    r"|^(?:(?:every|each) time|whenever) you [^,]{1,80}, (?!(?:i|it|we|there|he|she|they|my|let me)\b)"
    r"|^(?=.{1,60}$)(?!.*\b(?:recipes?|restaurants?)\b).*(?:vegan|vegetari|végétarien|kosher|halal)"
)
# How one asks for something as it should always be, and what one wants oneself.
_WISHING = re.compile(
    r"(?:answer|reply|respond|speak|write|format|keep|use|include|exclude|call me|address me|make sure|ensure|remember|prefer|skip|leave out"
    r"|tell me (?:when|before)|warn me|mention|limit|report|ask)\b(?=.*\b(?:in|as|with|to|all|every|each|any|only|short|brief|simple|format"
    r"|style|before|if|when|so|that|under|below|than|the)\b)|.*\b(?:rather than|but not|keep it|short and|be (?:brief|concise|polite|honest|specific|careful))\b"
    r"|(?:antworte|schreib|verwende|benutze|nutze|nenn|halte?|frag|sprich|gib|zeig|lass|duz|siez|réponds|répondez|écris|écrivez|utilise|garde"
    r"|appelle|parle|respond|contesta|escribe|usa|utili[zs]a|habla|mantén|rispondi|scrivi|parla|responda|escreva|use|fale|mantenha|antwoord"
    r"|schrijf|gebruik|отвечай|пиши|используй|odpowiadaj|pisz|używaj)\w*\b"
)
_OWN_WISH = re.compile(
    r"(?:\w+, )?(?:(?:i|we|user) (?:(?:never|always|only)\b(?! \w+ed\b)|(?:do not|don't|hate|refuse to|won't) (?:want|eat|drink|fly|like|use|take|accept)\b"
    r"|(?:can(?:no|')?t) (?:eat|drink|have|do|use|stand|spend|exceed)\b)|(?:i|we|user)(?:'d| would)? (?:prefers?|rather)\b"
    r"|(?:i|we|user) (?:wants?|needs?|expect)\b.*\b(?:all|every|always|answers?|repl(?:y|ies)|responses?|examples?|code|reports?|style|format|no|only|not)\b"
    r"|ich (?:möchte|will|esse|trinke|mag) (?:\w+ ){0,3}(?:kein\w*|nur|nicht)|ich (?:\w+ ){1,4}lieber"
    r"|.{0,14}je (?:préfère|ne (?:veux|mange|bois))|(?:yo )?(?:prefiero|no quiero)|(?:io )?(?:preferisco|non voglio)|(?:eu )?(?:prefiro|não quero))\b"
)
_ANNOUNCES = re.compile(
    r"\b(?:rules?|guidelines?|constraints?|requirements?|instructions?|preferences?|follow|regeln?|vorgaben?"
    r"|règles?|consignes?|reglas?|regol[ae]|regras?|regels?|zasad[ay]|правил[оа]|kural(?:lar)?)\b|规则|要求|規則|ルール|규칙",
    re.IGNORECASE,
)
# Who else says so, before a rule in the same sentence: "the wiki states that you must".
_REPORTS = re.compile(
    r"(?<!\bi )(?<!\bwe )(?<!\byou )(?<!\bi've )\b(?:says|stated?s?|claims?|claimed|reads|wrote|writes|told|tells|insists?|demands?"
    r"|according to|(?<!as )(?<!i )(?<!we )(?<!you )said|laut|zufolge|steht|sagt\w*|behauptet\w*|meint\w*|schreibt|selon|d'après|prétend|il est écrit"
    r"|según|dice que|dicen que|dice che|afirma|secondo (?:il|la|i)|segundo (?:a|o|el|la)|afferma|diz que|volgens|zegt|enligt|ifølge|säger|siger|sier|według|twierdzi|mówi"
    r"|согласно|говорит|утверждает|пишет|göre|diyor|menurut|theo)\b"
    r"|根据|據|写着|声称|说，|说：|上说|によると|によれば|と書いて|と言って|따르면|라고|تقول|يقول|وفق|לפי|के अनुसार|ตามที่"
)
_QUOTED = re.compile(
    r"“[^”]{2,400}”|„[^“”]{2,400}[“”]|«[^»]{2,400}»|「[^」]{2,400}」|『[^』]{2,400}』|(?<!\w)\"[^\"]{2,400}\"(?!\w)"
)
_QUESTION = ("?", "？", "؟")
_MOST_CHARACTERS = 300
_MOST_WISH_CHARACTERS = 140
_MOST_NEED_CHARACTERS = 200
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
    if not plain.isascii():
        for binds, cues in zip((STANDING, BOUND, _WISH), _UNSPACED, strict=True):
            found = cues.search(plain)
            if found and not _REPORTS.search(plain[: found.start()]):
                yield binds
    need = _NEED.search(plain) if len(plain) <= _MOST_NEED_CHARACTERS else None
    if need and not _REPORTS.search(plain[: need.start()]):
        yield STANDING
    start, told = 0, False
    for end in [*(match.end() for match in _CLAUSE.finditer(plain)), len(plain)]:
        opening = _OPENING.match(plain, start, end)
        clause = plain[opening.end() if opening else start : end]
        if _TELLS.match(clause):
            if (
                not start
                and len(plain) <= _MOST_OWN_CHARACTERS
                and _OWN_WISH.match(clause)
            ):
                yield _WISH
            if _FORBIDDEN.match(clause):
                yield BOUND
            told = True
        elif not told or _STRONG.match(clause) or (opening and _SO.match(opening[0])):
            yield _binding_of_clause(clause)
        if _REPORTS.search(clause):
            return
        start = end


def _binding_of_clause(clause: str) -> int:
    """Return how strictly a clause without a subject of its own binds, 0 for not."""
    command = _COMMAND.match(clause)
    idle = command and command["opens"] and _IDLE.match(clause, command.end())
    if command and not (idle or _speaks(_FOR_ME.sub("", command[0]))):
        return STANDING if command["standing"] else BOUND
    for binds, cues in ((STANDING, _STANDING), (BOUND, _BINDING)):
        found = cues.search(clause)
        if found and not _speaks(clause[: found.start()]):
            return binds
    return _WISH if _WISHING.match(clause) or _OWN_WISH.match(clause) else 0


def _speaks(before: str) -> bool:
    """Whether words before a cue are of the user, or of another who says so."""
    return bool(_TELLER.search(before) or _REPORTS.search(before))
