"""English words by what they do in a sentence; other languages are left whole."""

__all__ = [
    "ADVERBS",
    "BEFORE_LIMITS",
    "BETWEEN_PEOPLE",
    "COLOUR",
    "DATES",
    "FILLERS",
    "FUNCTION",
    "IN_DATES",
    "IN_NAMES",
    "LIMITS",
    "MODALS",
    "NEGATIONS",
    "NUMBERS",
    "PARTICLES",
    "PHRASAL",
    "PRONOUNS",
    "STATES",
    "TURNING",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLERS = _words(
    """a an the please thanks thank hi hello hey okay ok well great perfect awesome
    wonderful excellent sure certainly absolutely really very just quite pretty so
    actually basically literally oh um uh hmm yeah yep alright right kindly
    welcome sorry is are was were am be been being do does did have has had will
    would shall should could can may might i'd i'm i've i'll you're you'd you'll
    you've it's that's there's here's let's we're we'd we'll we've they're he's she's
    also too some any of course kind there here"""
)
# Function words and the verbs of asking and having, which say that something is
# wanted or told but not what.
FUNCTION = FILLERS | _words(
    """i me my mine myself you your yours we us our ours he him his she her hers it
    its they them their theirs this that these those who whom whose which what how
    and or but as at by for from in into of on onto to with about over under between
    through during after before above below up down out off again then than
    such same both each all more most other another own only if else while because
    since though although until unless whether when where why one ones
    want wants wanted like likes need needs needed get gets getting got gonna going go
    goes went make makes making made find finds look looks looking see seeing know
    knows think thinking thought say says said tell give show let lets help
    come comes take takes took try trying keep put use using used
    something anything everything someone anyone thing things way lot lots bit
    much many few little even still already yet now always ever
    feel felt seems seem able sounds sound especially particular
    particularly maybe perhaps probably likely definitely
    interested love wondering wonder
    yes good fine nice happy glad best better
    information details detail available following several various including
    include includes ensure provide provides consider important based help
    option options different specific overall additionally however"""
)
# Words that colour a sentence: they count little and go with the function words.
COLOUR = _words(
    """able absolute absolutely accidentally advice ahead almost alone along already
    although altogether amazing another apparently appreciate appreciated around aside
    aspect aspects away awful awhile basically beautiful become becomes becoming began
    begin beginning believe brilliant bring brings brought bunch careful carefully
    chance check choose clear clearly close come common completely constant constantly
    couple crazy crucial current currently day days deal deeply definitely depending
    despite difficult directly done easier easily effective effort else end ended
    enhance enjoy enjoyed enjoying enough entire entirely especially essential
    essentially even eventually everybody everyone everything exactly exciting expect
    experience extra extremely fact fair fairly feeling feels figure final finally
    focus forget forward found frankly frequently full fully fun funny further
    generally genuinely glad great guess guy guys half handle happen happened happens
    happy hardest having hear heard heck hectic helpful helps hold honest honestly
    hope hopefully hoping huge ideal ideally imagine imagined immediately impressive
    incredible incredibly indeed instance instead interesting involve keep kept key
    kind kinds know largely last lately later latter lead leading learned least leave
    legit less likely line literally little long longer lot lots main mainly manage
    managed matter mean means meant mention mentioned might mind moment mostly move
    moving naturally nearly necessarily necessary nervous normally notice noticed
    obviously occasionally offer offers often okay older ones onto open opportunity
    overall overly own part particular past people perfect perfectly personally piece
    place places planning plus popular possible possibly potential pretty probably
    problem process provided push quickly quite rather ready real realistically
    realize realized realizing really reason recent recently recommend recommended
    regardless regularly related reliable remember remind reminds rough roughly
    running scary seeing sense serious seriously set several shared significant
    similar simple simply situation slight slightly slowly solid somehow someone
    sometimes somewhat somewhere soon sort sorts specific spend spending spent spot
    start started starting starts stay stays step steps still stop strong stuff sudden
    suddenly suggestion suggestions suppose supposed surprised surprising talking tend
    terms terrible thankfully themselves thinking thorough thoroughly thought thoughts
    throughout time times tiny tip tips today's together tons total totally tough
    towards tricky true truly turn turned turns twice typical typically ultimately
    understand understanding unexpected unfortunately unique unless unlike usually
    various vital waiting wanted ways weird welcome whatever whenever wherever wish
    within wonderful work working works world worried worry worse worst worth wow
    wrong years yourself"""
)
NEGATIONS = _words(
    """no not never none nothing neither nor without don't doesn't didn't isn't aren't
    wasn't weren't won't wouldn't can't cannot couldn't shouldn't haven't hasn't hadn't
    dont doesnt didnt isnt wont cant couldnt instead except"""
)
NUMBERS = _words(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy
    eighty ninety hundred thousand million billion half quarter dozen first second
    third fourth fifth sixth seventh eighth ninth tenth"""
)
DATES = _words(
    """january february march april june july august september october november
    december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday
    thursday friday saturday sunday today tomorrow tonight yesterday morning afternoon
    evening night noon midnight weekend week month year o'clock am pm a.m p.m
    a.m. p.m."""
)
# Words that stay between two parts of one value: "6th of this month", "quarter past
# five in the evening", "Bank of America".
IN_DATES = _words("of in the this next last past to at on and")
IN_NAMES = _words("of the and & de la in at for on to an a by with")
# Words that make a limit of the number or date after them: "at most $420".
LIMITS = _words(
    """most least under over before after until between above below within than only
    by since from to"""
)
BEFORE_LIMITS = _words("at no not more less up later earlier")
# Words that turn, limit or compare what stands beside them: without them a sentence
# says something else ("stop the deployment", "only after the tests pass").
TURNING = _words(
    """stop stops stopped keep leave forget off out unless except only before after
    until till below above under over against wrong already twice than less least
    fewer few without instead hardly barely rarely seldom if might maybe perhaps
    probably rather from or either versus vs"""
)
# Words that do so before a word that stays: "too expensive", "more expensive", "all
# files".
ADVERBS = _words(
    "too more most all another both every each some same up down almost enough"
)
# What "to" after it belongs to a verb, not to a place.
MODALS = _words(
    """want wants wanted like likes need needs needed wish hope hoping plan plans
    planning try trying have has had would able going love prefer how used i'd order
    easy hard happy ready"""
)
# Verbs and what they are without a "want": "I want to live in Berlin".
STATES = _words("live be become move work stay have own study")
# Verbs whose particle is their meaning: "turn it off", "scale up the cluster".
PHRASAL = _words(
    """turn turned turns switch switched scale scaled log logged sign signed shut back
    set roll rolled bring cut keep kept put take took check checked lock pick drop move
    moved go goes went come opt hold speed slow push pushed get got give gave"""
)
PARTICLES = _words("on off in out up down away back over")
# Who did it to whom: verbs beside which pronouns say who.
BETWEEN_PEOPLE = _words(
    """owe owes owed pay pays paid send sends sent give gives gave lend lends lent
    borrow borrowed charge charged bill billed call called email emailed mail mailed
    transfer transferred refund refunded told invite invited allergic intolerant
    hire hired hurt hit sued married bought sold promised"""
)
PRONOUNS = _words(
    """i i'm i'll i've i'd me you you're you'll you've we we're us he she him her they
    them"""
)
