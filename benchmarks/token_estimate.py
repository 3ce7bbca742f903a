"""Print how far `estimate_tokens` is from tiktoken, kind by kind of text.

    python benchmarks/token_estimate.py [FILE OR FOLDER...]

The texts are written for this script or generated from a seed, none of them was
used to fit the estimate. Files that are named are measured as further kinds.
Needs tiktoken's two tables (TIKTOKEN_CACHE_DIR, or network once).
"""

import base64
import json
import random
import sys
import time
import uuid
from pathlib import Path

import tiktoken

from headroom.tokens import estimate_tokens

ROOT = Path(__file__).resolve().parent.parent
ENGLISH = """\
The night train left the harbour twenty minutes late, which nobody on the platform \
seemed to mind. A woman with two suitcases asked whether the dining car would open \
before the border, and the conductor said that it depended on the cook, who depended \
on the weather. By the time the lights of the refinery had disappeared behind the \
hills, most passengers had taken off their shoes. Someone unpacked bread and cheese; \
someone else explained, at length, why the old timetable had been better than the new \
one. We were not in a hurry. The contract would be signed on Thursday, the surveyors \
had already finished their measurements, and the committee had postponed its next \
meeting until the end of the month, because of the elections.
"""
GERMAN = """\
Der Nachtzug verließ den Hafen mit zwanzig Minuten Verspätung, was auf dem Bahnsteig \
niemanden zu stören schien. Eine Frau mit zwei Koffern fragte, ob der Speisewagen noch \
vor der Grenze öffne, und der Schaffner antwortete, das hänge vom Koch ab, und der \
hänge vom Wetter ab. Als die Lichter der Raffinerie hinter den Hügeln verschwunden \
waren, hatten die meisten Reisenden ihre Schuhe ausgezogen. Jemand packte Brot und Käse \
aus, ein anderer erklärte ausführlich, warum der alte Fahrplan besser gewesen sei als \
der neue. Wir hatten es nicht eilig. Der Vertrag sollte am Donnerstag unterschrieben \
werden, die Vermessung war abgeschlossen, und der Ausschuss hatte seine nächste Sitzung \
wegen der Wahlen auf das Monatsende verschoben.
"""
SPANISH = """\
El tren nocturno salió del puerto con veinte minutos de retraso, algo que a nadie en el \
andén parecía importarle. Una mujer con dos maletas preguntó si el coche restaurante \
abriría antes de la frontera, y el revisor contestó que dependía del cocinero, que a su \
vez dependía del tiempo. Cuando las luces de la refinería desaparecieron detrás de las \
colinas, casi todos los pasajeros se habían quitado los zapatos. Alguien sacó pan y \
queso; otro explicó largamente por qué el horario antiguo era mejor que el nuevo. No \
teníamos prisa. El contrato se firmaría el jueves, las mediciones ya estaban terminadas \
y el comité había aplazado su próxima reunión hasta fin de mes por las elecciones.
"""
FRENCH = """\
Le train de nuit quitta le port avec vingt minutes de retard, ce qui ne semblait gêner \
personne sur le quai. Une femme chargée de deux valises demanda si la voiture-restaurant \
ouvrirait avant la frontière, et le contrôleur répondit que cela dépendait du cuisinier, \
lequel dépendait de la météo. Quand les lumières de la raffinerie eurent disparu \
derrière les collines, la plupart des voyageurs avaient ôté leurs chaussures. Quelqu'un \
sortit du pain et du fromage ; un autre expliqua longuement pourquoi l'ancien horaire \
valait mieux que le nouveau. Nous n'étions pas pressés, le contrat serait signé jeudi.
"""
RUSSIAN = """\
Ночной поезд отошёл от порта с опозданием на двадцать минут, но на платформе это, \
кажется, никого не беспокоило. Женщина с двумя чемоданами спросила, откроется ли \
вагон-ресторан до границы, и проводник ответил, что это зависит от повара, а повар \
зависит от погоды. Когда огни завода скрылись за холмами, почти все пассажиры уже сняли \
обувь. Кто-то достал хлеб и сыр, кто-то подробно объяснял, почему старое расписание было \
лучше нового. Мы никуда не спешили. Договор собирались подписать в четверг, измерения \
были закончены, а комиссия перенесла следующее заседание на конец месяца из-за выборов.
"""
ARABIC = """\
غادر القطار الليلي الميناء متأخرا عشرين دقيقة، ولم يبد أن أحدا على الرصيف منزعج من ذلك. \
سألت امرأة تحمل حقيبتين إن كانت عربة الطعام ستفتح قبل الحدود، فأجاب المفتش بأن الأمر \
يتوقف على الطباخ، والطباخ يتوقف على الطقس. وعندما اختفت أضواء المصفاة خلف التلال كان معظم \
المسافرين قد خلعوا أحذيتهم. أخرج أحدهم الخبز والجبن، وشرح آخر بالتفصيل لماذا كان الجدول \
القديم أفضل من الجديد. لم نكن على عجلة من أمرنا، فالعقد سيوقع يوم الخميس، وأعمال القياس \
انتهت، واللجنة أجلت اجتماعها القادم إلى نهاية الشهر بسبب الانتخابات.
"""
CHINESE = """\
夜班火车晚了二十分钟才离开港口，站台上似乎没有人在意。一位提着两只箱子的女士问，餐车会不会在\
到达边境之前开门，列车员说这要看厨师，而厨师要看天气。等到炼油厂的灯光消失在山后的时候，大多数\
乘客已经脱了鞋。有人拿出面包和奶酪，也有人详细解释为什么旧的时刻表比新的好。我们并不着急。合同\
星期四才签，测量工作已经完成，委员会因为选举把下一次会议推迟到了月底。如果一切顺利，工程将在明年\
春天开始，预计需要十八个月，费用由两家公司共同承担。
"""
JAPANESE = """\
夜行列車は二十分遅れて港を出たが、ホームにいた人は誰も気にしていないようだった。二つのスーツケースを\
持った女性が、食堂車は国境の前に開くのかと尋ねると、車掌は料理人しだいで、料理人は天気しだいだと\
答えた。製油所の明かりが丘の向こうに消えるころには、ほとんどの乗客が靴を脱いでいた。パンとチーズを\
取り出す人もいれば、古い時刻表のほうが新しいものより良かった理由を長々と説明する人もいた。私たちは\
急いでいなかった。契約は木曜日に結ばれる予定で、測量はもう終わっていたからだ。
"""
KOREAN = """\
야간 열차는 이십 분 늦게 항구를 떠났지만 승강장에 있던 사람들은 아무도 신경 쓰지 않는 듯했다. 가방 두 \
개를 든 여자가 식당칸이 국경 전에 문을 여는지 묻자 차장은 그것은 요리사에게 달려 있고 요리사는 날씨에 \
달려 있다고 대답했다. 정유 공장의 불빛이 언덕 뒤로 사라질 무렵에는 대부분의 승객이 신발을 벗고 있었다. \
계약은 목요일에 체결될 예정이었고 측량은 이미 끝나 있었으며 위원회는 선거 때문에 다음 회의를 월말로 미루었다.
"""
CODE = '''\
class Window:
    """The last `limit` readings of a sensor."""

    def __init__(self, limit: int = 60) -> None:
        self._limit = limit
        self._readings: deque[Reading] = deque(maxlen=limit)

    def add(self, reading: Reading) -> None:
        if self._readings and reading.time <= self._readings[-1].time:
            raise ValueError(f"{reading.time} is not after {self._readings[-1].time}")
        self._readings.append(reading)

    def mean(self) -> float | None:
        values = [r.value for r in self._readings if not math.isnan(r.value)]
        return sum(values) / len(values) if values else None


export async function fetchOrders(customerId, { limit = 50, cursor } = {}) {
  const params = new URLSearchParams({ customer: customerId, limit: String(limit) });
  if (cursor) params.set("starting_after", cursor);
  const response = await fetch(`${BASE_URL}/orders?${params}`, { headers });
  if (!response.ok) {
    throw new Error(`GET /orders returned ${response.status}`);
  }
  return (await response.json()).data.map((order) => ({ ...order, total: order.cents / 100 }));
}
'''


def generated() -> dict[str, str]:
    """Return texts that have no author: identifiers, digits, spaces, emoji."""
    seeded = random.Random(20)
    smile = "😀😂🔥🎉👍🚀🙏😭✨💯✅🤖📦🐛"

    def lines(make: object, count: int = 300) -> str:
        return "\n".join(make() for _ in range(count))  # type: ignore[operator]

    return {
        "emoji": lines(lambda: "done " + "".join(seeded.choices(smile, k=3))),
        "base64": lines(lambda: base64.b64encode(seeded.randbytes(60)).decode()),
        "UUID": lines(lambda: str(uuid.UUID(int=seeded.getrandbits(128)))),
        "hex digests": lines(lambda: seeded.randbytes(20).hex()),
        "URLs": lines(
            lambda: (
                "https://api.example.com/v1/projects/"
                f"{seeded.randint(1, 9999)}/builds/{seeded.randint(1, 99)}"
                f"?page={seeded.randint(1, 9)}&sort=created_at"
            )
        ),
        "digits": lines(lambda: str(seeded.getrandbits(40))),
        "timestamps": lines(
            lambda: (
                f"2026-{seeded.randint(1, 12):02}-{seeded.randint(1, 28):02}"
                f"T{seeded.randint(0, 23):02}:{seeded.randint(0, 59):02}:00Z"
            )
        ),
        "whitespace": lines(lambda: " " * seeded.randint(1, 60) + "x"),
    }


def kinds(arguments: list[str]) -> dict[str, list[str]]:
    """Return the texts of each kind."""
    payloads = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "examples" / "payloads").glob("*.json"))
    ]
    written = {
        "English": ENGLISH,
        "German": GERMAN,
        "Spanish": SPANISH,
        "French": FRENCH,
        "Russian": RUSSIAN,
        "Arabic": ARABIC,
        "Chinese": CHINESE,
        "Japanese": JAPANESE,
        "Korean": KOREAN,
        "code": CODE,
    } | generated()
    found = {
        "JSON, compact": [
            json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            for value in payloads
        ],
        "JSON, indent=2": [
            json.dumps(value, ensure_ascii=False, indent=2) for value in payloads
        ],
    } | {name: [text] for name, text in written.items()}
    for argument in arguments:
        root = Path(argument)
        files = sorted(root.rglob("*")) if root.is_dir() else [root]
        found[root.name] = [
            path.read_text(encoding="utf-8", errors="replace")[:65_536]
            for path in files
            if path.is_file()
        ]
    return found


def main() -> None:
    """Print the mean error in percent and the speed."""
    o200k = tiktoken.get_encoding("o200k_base")
    cl100k = tiktoken.get_encoding("cl100k_base")
    print(f"{'kind':16} {'texts':>5} {'o200k':>8} {'error':>7} {'worst':>7}   cl100k")
    for name, texts in kinds(sys.argv[1:]).items():
        texts = [text for text in texts if text]
        estimates = [estimate_tokens(text) for text in texts]
        counts = [
            [len(encoding.encode(text, disallowed_special=())) for text in texts]
            for encoding in (o200k, cl100k)
        ]
        errors = [
            [100 * (e / n - 1) for e, n in zip(estimates, count, strict=True)]
            for count in counts
        ]
        print(
            f"{name:16} {len(texts):5} {sum(counts[0]):8} "
            f"{sum(errors[0]) / len(texts):+6.1f}% {max(errors[0], key=abs):+6.1f}% "
            f"{sum(errors[1]) / len(texts):+7.1f}%"
        )
    text = json.dumps(json.loads("[" + ",".join(["[1]"] * 1000) + "]")) + ENGLISH * 400
    for label, count in (
        ("estimate_tokens", estimate_tokens),
        ("tiktoken o200k", lambda t: len(o200k.encode(t, disallowed_special=()))),
    ):
        start = time.perf_counter()
        for at in range(0, len(text), 65_536):
            count(text[at : at + 65_536])
        speed = len(text) / 1e6 / (time.perf_counter() - start)
        print(f"{label}: {speed:.0f} MB/s")


if __name__ == "__main__":
    main()
