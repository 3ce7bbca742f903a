"""Stop words: words that ask or connect, by language."""

__all__ = ["ALL_STOP_WORDS", "STOP_WORDS"]

# Casefolded and without accents, as `words` gives them. A query gives up those of
# one language only, its own: "die" is an article in German and a verb in English.
STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(text.split())
    for language, text in {
        "en": """
            a about above after again all also am an and any are as at be because
            been before being below between both but by can could d did do does
            doing down during each few for from further had has have having he her
            here hers him his how i if in into is it its itself just ll m many me
            more most much must my no nor not now of off on once only or other our
            out over own please re s same shall she should so some such t tell than
            that the their them then there these they this those through to too
            under until up upon ve very was we were what when where whether which
            while who whom whose why will with would you your
        """,
        "es": """
            a al algo ante antes aquel como con cual cuales cuando cuanto cuantos
            cuanta cuantas de del desde donde dos e el ella ellas ellos en entre era
            eran es esa ese eso esta estaba estado estan este esto estos fue fueron
            ha habia han hasta hay la las le les lo los mas me mi muy no nos o para
            pero por que quien quienes se segun ser si sin sobre son su sus tambien
            tan te tiene tienen u un una unas uno unos y ya
        """,
        "fr": """
            a au aux avec ce ces cet cette comme comment d dans de des donc du elle
            elles en est et etait ete etre eu il ils j je l la le les leur leurs lui
            m mais me meme mon n ne nous on ont ou par pas plus pour pourquoi qu
            quand que quel quelle quelles quels qui quoi s sa se ses si son sont sur
            t te tu un une vous y
        """,
        "de": """
            aber als am an auch auf aus bei bin bis da damit dann das dass dem den
            der des die dies diese dieser dieses doch du ein eine einem einen einer
            eines er es fur hat hatte haben ich ihr ihre im in ist kann man mehr mit
            nach nicht noch nur ob oder ohne sein seine sich sie sind so uber um und
            uns unter vom von vor wann war waren warum was welche welcher welches
            wem wen wenn wer werden wie wieviel wird wo wurde wurden zu zum zur
        """,
        "it": """
            a ad al alla alle anche c che chi ci come con cosa cui da dal dalla dei
            del della delle di dove e ed era erano gli ha hanno i il in io l la le
            lo ma mi nel nella non o per perche piu quale quali quando quanti quanto
            questa questo se si sono stato su sua sul sulla suo tra un una uno
        """,
        "pt": """
            a ao aos as com como da das de do dos e ela eles em entre era eram essa
            esse esta este foi foram ha isso ja mais mas me muito na nas nao no nos
            o onde os ou para pela pelo por porque qual quais quando quanto quantos
            que quem se sem ser seu seus sua suas tambem um uma
        """,
        "nl": """
            aan als bij dan dat de deze die dit door een en er geen had heeft het
            hij hoe hoeveel ik in is je kan met naar niet nog of om ook op over te
            tot uit van veel voor waar waarom wanneer waren was wat welke werd wie
            wordt zijn zij
        """,
        # Characters and pairs of them, the form in which Chinese is matched.
        "zh": """
            的 是 了 在 和 与 及 吗 呢 吧 谁 哪 什 么 怎 几 多 少 为 何
            什么 多少 哪个 哪些 哪里 哪年 为什 怎么 怎样 如何 谁是 是谁 何时 几个
            的是 是什 了什 么是 么时 时候 有多 个是 因为 以及
        """,
    }.items()
}
ALL_STOP_WORDS = frozenset[str]().union(*STOP_WORDS.values())
