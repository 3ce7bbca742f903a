"""Rules: which of the user's sentences instruct the agent for more than the next step.

A rule forbids, permits, limits, or says how or when always: "never", "from now on",
"without asking me", "at most three sentences", or it states a lasting need such as an
allergy or a budget. It is told by such cues and by the form of the sentence. Quoted
words and what others say hold none.
"""

import re
import unicodedata

__all__ = [
    "BOUND",
    "STANDING",
    "announces_rules",
    "binding_of",
    "unseen_removed",
]

# How strictly a rule binds: what is wished; what is forbidden, required or limited;
# what holds always.
_WISH, BOUND, STANDING = 1, 2, 3

_FLAGS = re.IGNORECASE
_PLEASE = (
    r"(?:(?:please|and|y|et|и|och|og|also|so|but|then|ok(?:ay)?|remember|note|important|bitte|und|aber"
    r"|s'il (?:te|vous) pla[iî]t|por favor|per favore|per cortesia|alsjeblieft|proszę"
    r"|пожалуйста|lütfen|من فضلك|[\w ]{2,24}:)[,:،]?\s+)*"
)
# Where a command may start: the sentence, or a clause of it.
_START = rf"(?:^|[,;:—–-]\s+){_PLEASE}"

# Cues by language: what holds always, and what is forbidden, required or limited.
_STANDING = (
    # English
    rf"{_START}(?:never(?! mind)|always)\b(?! \w+ing\b)|\b(?:must|should|may|shall|can) (?:never|always)\b"
    r"|\b(?:from now on|from here on|going forward|henceforth"
    r"|under no circumstances|at all times|no matter (?:what|how|who)|in no case"
    r"|for the rest of (?:this|the|our)|in (?:the )?future,|, ever[.!]|allerg(?:ic|y)"
    r"|intoleran(?:t|ce)|celiac|coeliac|vegan|vegetarian|kosher|halal|wheelchair"
    r"|off[- ]limits|without (?:first )?(?:asking|my|me|explicit|checking|approval|permission"
    r"|consent|telling|confirm\w*|[\w' ]{2,20}(?:'s)? (?:approval|permission|consent|approving)))\b",
    r"^(?:i|we) (?:never|always|only)\b(?! \w+ed\b)|\b(?:before|until|unless|without) (?:i|we) (?:\w+ )?(?:say|said|tell|confirm|approve"
    r"|agree|ok|okay|ask|allow|sign)|\bcan(?:'t|not| not) (?:eat|drink|have|stand|tolerate|take)\b"
    r"|\b(?:every time|each time|whenever)\b(?=.*\b(?:you|say|tell|use|ask|add|send|show|give"
    r"|write|include|run|stop|check|do)\b)",
    # German, Dutch
    r"\b(?:niemals|nie wieder|ab (?:jetzt|sofort|heute|nun)|von (?:jetzt|nun) an|künftig"
    r"|in zukunft|auf keinen fall|unter keinen umständen|es sei denn|allerg(?:isch|ie)|(?:vertr[aä]g\w+|mag|isst|trinkt) kein\w*"
    r"|unverträglich\w*|vegetari(?:sch|er)\w*|rollstuhl|ohne (?:mich|mein|vorher|rückfrage|zu"
    r"|dass ich|(?:\w+ ){0,3}(?:erlaubnis|zustimmung|freigabe|genehmigung)))",
    r"(?<!\bich )(?<!\bich habe )(?<!war )(?<!bin )\b(?:immer|stets|nie)\b(?! noch| wieder| mehr)"
    r"(?=.*\w)(?<!mal)",
    r"\b(?:nooit|altijd|vanaf nu|voortaan|in geen geval|tenzij|allergie|rolstoel"
    r"|zonder (?:te|mij|mijn|eerst|toestemming))",
    # French, Spanish, Italian, Portuguese, Romanian
    r"(?:^|\W)(?:ne \w+ jamais|n'\w+ jamais|désormais|dorénavant|à partir de maintenant"
    r"|à l'avenir|en aucun cas|à moins que|sauf si|allerg(?:ique|ie)|ne support\w+ pas|végétarien\w*|fauteuil"
    r" roulant|sans (?:me|m'|mon|ma|mes|avoir|demander|autorisation|l'accord))",
    r"\b(?:nunca|jam[aá]s|a partir de (?:ahora|agora|hoy|hoje)|de ahora en adelante|de agora"
    r" em diante|en ning[uú]n caso|bajo ning[uú]n|em hip[oó]tese alguma|a menos que|al[eé]rgic[oa]"
    r"|alergia|vegetarian[oa]|vegan[oa]|cel[ií]ac[oa]|no tolera\w*|não tolera|silla de ruedas|cadeira de rodas"
    r"|sin (?:preguntar|mi |que yo|consultar|permiso|antes|avisar)|sem (?:me |a minha|o meu"
    r"|minha|meu|perguntar|autoriza|antes|avisar))",
    rf"{_START}(?:siempre|sempre|toujours|jamais|mai|nie|aldrig|aldri|nigdy)\b|\b(?:siempre|sempre)\b(?=.*\b(?:en|in|em|con|com)\b)"
    r"|^(?!j'|je )\w+ toujours\b",
    r"\b(?:non \w+ mai|mai (?!più\b)(?=\w+ senza)|d'ora in (?:poi|avanti)|da (?:ora|adesso|oggi)"
    r" in (?:poi|avanti)|in nessun caso|a meno che|allergic[oa]|non tollera|celiac[oa]|sedia a rotelle"
    r"|senza (?:chieder|il mio|la mia|avermi|prima|avvisar|autorizzazione))",
    r"\b(?:niciodată|întotdeauna|de acum înainte|alergic)",
    # Scandinavian, Finnish
    r"\b(?:aldrig|aldri|alltid|altid|från och med nu|fra nu af|fra nå av|framöver|allergisk"
    r"|utan att (?:fråga|jag|först)|uden at (?:spørge|jeg)|uten å (?:spørre|ha)|koskaan|aina"
    r"|tästä lähtien)\b",
    # Polish, Czech, Russian, Ukrainian
    r"\b(?:nigdy|zawsze|od teraz|chyba że|uczulon\w+|alergi\w+|bez (?:mojej|pytania|zgody)"
    r"|nikdy|vždy|od teď|pokud ne|bez (?:mého|svolení))",
    r"(?:никогда|всегда|отныне|впредь|не переносит|с этого момента|в дальнейшем|аллерги|ни в коем случае"
    r"|без (?:мо(?:его|ей)|спроса|разрешения|подтверждения|согласия)|если только не"
    r"|ніколи|завжди|відтепер|алергі|без (?:мого|моєї|дозволу))",
    # Turkish, Indonesian, Vietnamese
    r"\b(?:asla|her zaman|daima|bundan (?:sonra|böyle)|alerj\w+|(?:sor|iznim|onayım|izin al)"
    r"\w* ?(?:madan|olmadan)|sormadan|tidak pernah|selalu|mulai sekarang|alergi|kecuali|tanpa"
    r" (?:izin|persetujuan|bertanya|konfirmasi)|không bao giờ|luôn luôn|từ (?:nay|bây giờ|giờ)"
    r"|dị ứng|trừ khi|mà không (?:hỏi|có))",
    # Arabic, Hebrew, Hindi, Thai
    r"(?:أبد(?:ا|ًا)|دائم(?:ا|ًا)|من الآن فصاعد|حساسية|إلا إذا|(?:بدون|دون) (?:إذن|موافق|سؤال|أن)"
    r"|לעולם|תמיד|מעכשיו|אלרג|אלא אם|בלי (?:אישור|לשאול|רשות)"
    r"|कभी (?:नहीं|मत|भी)|हमेशा|अब से|एलर्जी|बिना (?:पूछे|मेरी|अनुमति|मुझसे)|मेरी अनुमति"
    r"|เสมอ|ตั้งแต่นี้|จากนี้ไป|แพ้|โดยไม่(?:ถาม|ได้))",
    # Chinese, Japanese, Korean
    r"(?:永远|始终|一律|以后|今后|从现在|往后|绝不|绝对不|从不|任何情况下|除非|未经|过敏|不能吃|吃不了"
    r"|没有.{0,12}(?:情况下|同意|允许|许可|批准)|之前.{0,4}(?:问|告诉|确认)|轮椅|素食|以後|絕不|過敏"
    r"|決して|絶対|常に|いつも|今後|これから(?:は|も|ずっと)|必ず|アレルギー|なしに|無断で|許可なく|車椅子"
    r"|절대|항상|언제나|앞으로|지금부터|이제부터|반드시|알레르기|휠체어|없이)",
)
_BINDING = (
    # "No calls" in any language, and "not this, only that".
    r"^(?:s'il \w+ pla[iî]t,? )?(?:pas d(?:e |')|aucun\w* |nada de |ning[uú]n\w* |niente |nessun\w* |nenhum\w* |geen |inga |ingen |никаких |żadnych )"
    r"(?!\w*(?:probl|souci|id[eé]|preoc|press|prisa|zorg))\w{3}"
    r"|\b(?:don't|nicht|niet|n[ea]|no|non|não|не|nie|inte|ikke)\b.{0,40}[,;] ?(?:\w+ )?(?:only|nur|seulement|uniquement|s[oó]lo|só|alleen|только|tylko|bara|kun)\b"
    r"|^(?:bitte )?\w+ (?:sie |bitte |mich |mir |uns ){1,3}nur\b|지 ?말고",
    # English
    rf"{_START}\w+ (?:nothing|nobody|no one|none of)\b",
    rf"{_START}(?:do not|don'?t|no longer|stop|avoid|refrain from|only)\b"
    r"(?!\s*(?:[,.!?;]|worry|mind|know|think|you\b|we\b|i\b|they\b|get me wrong|thanks?|thank|problem"
    r"|worries|need\b|idea|doubt|wonder|way\b|one\b|matter|longer|it\b|it's|that|this|there"
    r"|i'm|i'll|please\b|really|not\b|he\b|she\b|sorry|just\b|but\b|actually|what))"
    rf"|{_START}no (?!this|was|thanks|thing|does)(?:[\w-]+ ){{0,2}}(?!this|was|thanks|thing|does|is\b)\w{{2,}}(?:s|ing)\b",
    r"\b(?:must(?:n'?t| not)?(?! (?:be (?:nice|great|hard|fun)|have (?:been|left|lost)|say|admit))"
    r"|may (?:not|only)|(?:is|are)(?:n't| not) (?:allowed|permitted|to be)|forbidden|prohibited"
    r"|not allowed|mandatory|(?:should|shall|can)(?:n't| not) (?:be|contain|include|use|exceed)"
    r"|at (?:most|the latest)|at the most|(?:no|not) (?:more|less|later|earlier|longer|fewer) than"
    r"|maximum|up to \d+ (?:words|sentences|lines)|unless|except (?:for|if|when)|budget(?=.*\d)|budget cap|not a"
    r" (?:cent|penny) more|spend (?:over|under|more|no)|ask (?:me )?(?:first|before)|before you"
    r"|until (?:i|you|we|the user|\w+ (?:review|approve|confirm))\w*|leave (?:out|\w+ (?:alone|as|untouched))"
    r"|(?:stay|leave|keep)s? (?:\S+ ){0,5}(?:as (?:it|they) (?:is|are)|unchanged|unpushed"
    r"|untouched|secret|private|confidential|out of|away from|free of|below|under|within)"
    r"|stick to|(?:only|exclusively) (?:in|with|use|from|the|my)|instead of \w+ing"
    r"|(?:needs?|requires?) (?:explicit |my |\S+ ){0,3}(?:approval|permission|consent|confirmation))\b",
    # German, Dutch
    r"^(?!(?:ich|du|er|sie|es|wir|ihr|das|die|der|den|dem|ein\w*|mein\w*|so|aber|und|ja|nein|leider"
    r"|warum|wer|wie|was|hier|da|dann|heute|gestern|morgen|man|vielleicht|noch|auch|nicht|gar"
    r"|nichts|keine? (?:ahnung|sorge))\b)(?:bitte )?\w+(?: sie)?\b.*\b(?:nicht|nichts|kein\w*"
    r"|niemand\w*)\b|^(?:bitte )?(?:kein\w*|nicht|nur)\b(?! schlecht| so | wirklich)(?=.*\w{3} )",
    r"\b(?:darf|dürfen|darfst|sollst?|sollen|muss|musst|müssen|ausschließlich|höchstens|maximal"
    r"|mindestens|nicht mehr als|nicht länger als|verboten|bevor (?:du|sie)|frag\w* (?:mich|erst|vorher)"
    r"|erst nach|mag (?:niet|geen|alleen)|moet|moeten|uitsluitend|hoogstens|niet meer dan)\b"
    r"(?!.*\bich\b)",
    r"^(?!(?:ik|het|dat|de|een|er|we|hij|zij|ze|nee|ja)\b)(?:graag )?\w+ (?:\w+ ){0,4}(?:niet|geen|niets)\b",
    # French, Spanish, Italian, Portuguese
    rf"{_START}n(?:e |['’])\w+|\b(?:doit|doivent|devez|tu dois|il (?:ne )?faut|uniquement|au (?:plus|maximum)"
    r"|pas plus de|interdit|seulement (?:en|avec|si|les|des))\b",
    rf"{_START}no (?!s[eé]\b|es\b|est[áa]\b|hay\b|puedo\b|quiero\b|tengo\b|me\b|lo\b|gracias\b)\w+(?:as|es|"
    r"[áé]is|en|an)(?:lo|la|me|le|los|las)?\b|\b(?:debe[ns]?|deber[áa]n?|hay que|(?:s[oó]lo|solamente|[uú]nicamente)"
    r" (?:en|con|si|puedes|usa|hoteles|los|las)|como m[áa]ximo|a lo sumo|no m[áa]s de|prohibido|presupuesto"
    r"|antes de (?:hacer|enviar|borrar|comprar|reservar|pagar))\b",
    rf"{_START}non (?!so\b|è\b|ho\b|c'è\b|posso\b|voglio\b|mi\b|lo\b|sono\b)\w+(?:are|ere|ire|ate|ete|ite"
    r"|[ai])(?:mi|lo|la|li|le|ti|gli)?\b|\b(?:dev(?:e|ono|i)|esclusivamente|al massimo|non più di|vietato"
    r"|solo (?:in|con|se|i|le|gli)|prima di (?:fare|inviare|cancellare|comprare|prenotare|pagare))\b",
    rf"{_START}n[ãa]o (?!sei\b|é\b|há\b|posso\b|quero\b|tenho\b|me\b|o\b|está\b|obrigad)\w+(?:e|es|em|a|as|am)\b"
    r"|\b(?:dev(?:e|em)|somente|apenas (?:em|com|se|os|as)|só (?:em|com|se|pode)|no m[áa]ximo|não mais (?:de|que)"
    r"|proibido|or[cç]amento|exceto|antes de (?:fazer|enviar|apagar|comprar|reservar|pagar))\b",
    # Scandinavian, Polish, Czech, Russian, Ukrainian
    r"^(?!(?:jag|det|den|han|hon|vi|de|jeg|hun|nej|ja|så|men|som|är|er)\b)\w+ (?:\w+ )?(?:inte|ikke)\b"
    r"|\b(?:måste|endast|högst|højst|maks\w*|må ikke|medmindre|om inte jag|budsjett)\b",
    r"^(?:proszę,? )?nie \w+(?:j|aj|uj|ij|yj|cie|ać|ić|yć|eć|ować)\b|\b(?:nie wolno|wyłącznie|najwyżej"
    r"|maksymalnie|musi|muszą|należy|budżet|tylko (?:w|po|na)|ne\w+(?:ejte|ujte|uj|ej)\b|nesmí|pouze|nejvýše|musí)\b",
    r"^(?:пожалуйста,? )?не \w+(?:й|йте|и|ите|ь|ьте|ай|ать|ить)\b|(?:нельзя|обязательно|запрещ|должн[аоы]?\b"
    r"|не (?:более|больше)\b|максимум|бюджет|только (?:на|в|по|с|если)\b|не можна|повинн|лише (?:на|в|з)\b)",
    # Turkish, Indonesian, Vietnamese
    r"\w+(?:meyin|mayın|meyiniz|mayınız)\b|[şğ].*\w+(?:me|ma)[.!]?$|\b(?:sadece|yalnızca|en fazla|bütçe\w*|zorunda|gerekir"
    r"|yasak|jangan|tidak boleh|harus|hanya (?:dalam|gunakan|jika)|maksimal|paling banyak|anggaran|đừng"
    r"|không được|phải|tối đa|ngân sách|chỉ (?:dùng|được|trả))\b",
    # Arabic, Hebrew, Hindi, Thai
    r"^(?:من فضلك[،,]? |رجاءً?[،,]? )?لا ت|(?:يجب|ممنوع|فقط|كحد أقصى|على الأكثر|ميزانيت|אסור|חייב|לכל היותר|תקציב"
    r"|\bמת\b|मत |न करें|ना करें|नहीं करना|केवल|सिर्फ|अधिकतम|ज़्यादा से ज़्यादा|बजट|चाहिए कि|ห้าม|อย่า|ต้อง|เท่านั้น"
    r"|ไม่เกิน|เว้นแต่|งบประมาณ)|^אל ת|(?:^|[, ])मत\b",
    # Chinese, Japanese, Korean
    r"(?:不要|请勿|不得|不可以?|不许|不准|不能(?:有|用|超)|禁止|切勿|必须|务必|只能|只(?:用|使用|允许|限)|仅限|最多|不超过|不得超过|"
    r"至少|预算|^别|，别|請勿|必須|預算|ないで(?:ください|$|。|下さい|欲しい|ほしい)|禁止|なければ(?:なら|いけ)|てはいけ|ては(?:なら|だめ)"
    r"|のみ|だけ(?:に|を|で|使)|以内|以下|まで(?:です|に)|予算|마세요|마십시오|말아|하지 ?마|지 마|금지|해야|만 사용|만 써|이하|이내|최대|예산|꼭 )",
)
_WISHING = (
    rf"{_START}(?:answer|reply|respond|speak|write|format|keep|use|include|exclude|call me|address"
    r" me|make sure|ensure|remember|prefer|skip|leave out|tell me (?:when|before)|warn me|mention"
    r"|limit|report|ask)\b"
    r"(?=.*\b(?:in|as|with|to|all|every|each|any|only|short|brief|simple|format|style|before|if"
    r"|when|so|that|under|below|than|the)\b)",
    r"^if\b.*,\s*(?:then )?(?:please )?(?:stop|ask|tell|use|say|let (?!me know)|skip|choose|pick|leave|warn|do|take"
    r"|give|call|send|try|go|keep|escalate)\b|\b(?:i|user|we)(?:'d| would)? (?:prefers?|rather)\b"
    r"|\b(?:i|user|we) (?:wants?|needs?|expect)\b.*\b(?:all|every|always|answers?|repl(?:y|ies)|responses?"
    r"|examples?|code|reports?|style|format|no|only|not)\b|\bi (?:can(?:no|')t|cannot) (?:eat|drink|have|do|use|stand)\b"
    r"|\bi (?:do not|don't|hate|refuse to|won't) (?:want|eat|drink|fly|like|use|take|accept)\b"
    r"|\b(?:rather than|but not|keep it|short and|be (?:brief|concise|polite|honest|specific|careful))\b",
    r"^(?:bitte )?(?:antworte|schreib|verwende|benutze|nutze|nenn|halte?|frag|sprich|gib|zeig|lass|duz|siez)\w*\b"
    r"|\b(?:ich (?:möchte|will|esse|trinke|mag) (?:\w+ ){0,3}(?:kein\w*|nur|nicht)|ich (?:\w+ ){1,4}lieber)\b",
    r"^(?:réponds|répondez|écris|écrivez|utilise|utilisez|garde|appelle|parle)\w*\b|\bje (?:préfère|ne veux|ne mange)\b"
    r"|^(?:responde|contesta|escribe|usa|utiliza|habla|mantén|prefiero|no quiero)\w*\b"
    r"|^(?:rispondi|scrivi|usa|utilizza|parla|preferisco|non voglio)\w*\b"
    r"|^(?:responda|escreva|use|utilize|fale|prefiro|não quero|mantenha)\w*\b"
    r"|^(?:antwoord|schrijf|gebruik)\b|^(?:отвечай|отвечайте|пиши|пишите|используй)\w*|^(?:odpowiadaj|pisz|używaj)\w*",
    r"(?:请用|请以|请把|用.{1,6}(?:回答|回复)|我(?:只|不(?:想|喜欢|吃|喝))|(?:答え|回答し|返信し|書い|使っ|話し|表示し|まとめ|呼ん)て(?:ください|下さい)|でお願い|(?:답|대답|말|써|작성|사용|표시).{0,6}(?:주세요|줘)|답해|대답)",
)
_CUES = tuple(
    # Searched in lower case, which takes half the time of ignoring case.
    (binds, re.compile("|".join(f"(?:{cue})" for cue in cues)))
    for binds, cues in ((STANDING, _STANDING), (BOUND, _BINDING), (_WISH, _WISHING))
)
# What somebody tells of themselves or of others commands nothing: "I have never been
# there", "it is always late", "so we only met on Fridays".
_TELLS = re.compile(
    r"^(?:(?:and|but|so|plus|also|well|oh|now|then|yes|no|und|aber|et|mais|y|pero|e|ma|mas|en|maar)[,!]?\s+)*"
    r"(?:i|my|we|our|he|she|they|his|her|their|it|there|this|that|these|those|some|sometimes|ich|wir|mein\w*|er"
    r"|sie (?:hat|ist|war)|es|das|je|j|nous|mon|ma|yo|mi|nosotros|io|mio|mia|noi|eu|meu|minha|nós|ik|mijn|wij|jag|jeg"
    r"|я|мы|мой|моя|ja|my|ben|benim|私は|僕は|나는|저는)(?:['’]\w+)?\b",
    _FLAGS,
)
# So does a sentence in which somebody speaks of themselves before the cue.
_TELLER = re.compile(
    r"\b(?:i|i'\w+|my|me|we|we'\w+|our|us|ich|mein\w*|wir|uns|je|j'|mon|ma|mes|nous|yo|mi|mis|nosotros|io|mio|mia|noi|eu|meu|minha|ik|mijn|jag"
    r"|jeg|я|мы|мой|моя|мне)\b"
)
_CONDITION = re.compile(
    r"^\W*(?:if|when|whenever|while|unless|until|before|after|once|as long as|wenn|falls|sobald|solange|bevor|si|quand|lorsque|cuando|se|quando"
    r"|als|wanneer|om|när|hvis|når|если|когда)\b[^,]*(?:,|$)"
)
# But a need or a limit of one's own lasts.
_NEED = re.compile(
    r"allerg|al[eé]rgi|uczulon|аллерг|alerj|アレルギー|알레르기|intoleran|unverträg|vertr[aä]g\w+ kein|tolera|tollera|support\w+ pas|переносит|不能吃|vegan|vegetari|végétari|kosher|halal"
    r"|c[eo]?eliac|wheelchair|rollstuhl|budget|presupuesto|or[cç]amento|bütçe|бюджет|予算|예산|can(?:'t|not| not) (?:eat|drink|have|stand|tolerate|take)\b|never\b.*\byou"
    r"|^(?:i|we)(?:['’]\w+| am| are)? (?:do not|don['’]t|cannot|can['’]?t|won['’]t|never|always|only|(?:would )?rather|prefer"
    r"|want|need|expect)\b.{0,90}$|^ich (?:möchte|will|esse|trinke|kann)\b.{0,90}$|^je ne\b.{0,90}$|^(?:this|that|it|they|there)"
    r" (?:must|may not|should never)\b",
    _FLAGS,
)
_ANNOUNCES = re.compile(
    r"\b(?:rules?|guidelines?|constraints?|requirements?|instructions?|preferences?|follow|regeln?|vorgaben?"
    r"|règles?|consignes?|reglas?|regol[ae]|regras?|regels?|zasad[ay]|правил[оа]|kural(?:lar)?)\b|规则|要求|規則|ルール|규칙",
    _FLAGS,
)
# Who else says so, before a rule in the same sentence: "the wiki states that you must".
_REPORTS = re.compile(
    r"(?<!\bi )(?<!\bwe )(?<!\byou )(?<!\bi've )\b(?:says|stated?s?|claims?|claimed|reads|wrote|writes|told|tells|insists?|demands?"
    r"|according to|(?<!as )(?<!i )(?<!we )(?<!you )said|laut|zufolge|steht|sagt\w*|behauptet\w*|meint\w*|schreibt|selon|d'après|prétend|il est écrit"
    r"|según|dice que|dicen que|dice che|afirma|secondo (?:il|la|i)|segundo (?:a|o|el|la)|afferma|diz que|volgens|zegt|enligt|ifølge|säger|siger|sier|według|twierdzi|mówi"
    r"|согласно|говорит|утверждает|пишет|göre|diyor|menurut|theo)\b"
    r"|根据|據|写着|声称|说，|说：|上说|によると|によれば|と書いて|と言って|따르면|라고|تقول|يقول|وفق|לפי|के अनुसार|ตามที่",
    _FLAGS,
)
_AND = re.compile(r"^(?:and|und|et|y|e|en|og|och|и|also|aber|but|mais|pero|ma|но)[, ]+")
_QUOTED = re.compile(
    r"“[^”]{2,400}”|„[^“”]{2,400}[“”]|«[^»]{2,400}»|「[^」]{2,400}」|『[^』]{2,400}』|(?<!\w)\"[^\"]{2,400}\"(?!\w)"
)
_QUESTION = ("?", "？", "؟")
_MOST_CHARACTERS = 300
_MOST_WISH_CHARACTERS = 140


def unseen_removed(text: str) -> str:
    """Return `text` without characters that are not seen, and in its plain forms.

    Zero-width characters and full-width forms must not hide the marks of a text.
    """
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
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
    plain = _AND.sub("", plain)
    if not plain.isascii() or '"' in plain:
        plain = _QUOTED.sub(" ", plain)
    found = ((binds, cue.search(plain)) for binds, cue in _CUES)
    binds, said = next((one for one in found if one[1]), (0, None))
    if said and binds:
        before = _CONDITION.sub("", plain[: said.start()])
        tells = _TELLS.match(plain) or _TELLER.search(before)
        if _REPORTS.search(before) or (tells and not _NEED.search(plain)):
            binds = 0
    if binds == _WISH and len(sentence) > _MOST_WISH_CHARACTERS:
        binds = 0
    mark, colon, _ = sentence.partition(":")
    listed = listed or bool(colon and len(mark) <= 40 and announces_rules(mark))
    return max(binds, BOUND) if listed else binds
