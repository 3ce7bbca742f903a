"""Questions and answers that share no word: how often is the answer found?

python other_words.py prints, for each language, how often `SemanticCompressor(0.4)`
keeps the answer beside half of that language's others. The odd ones of each language chose the constants
of `headroom/scorers/shipped.py`; the even ones only measure.
"""

import argparse

from headroom.compressors import SemanticCompressor
from headroom.scorers import BM25Scorer, CrossEncoderScorer
from headroom.types import RAGContext

PAIRS = {
    "en": """
        Can I bring my dog? | Pets are welcome on the ground floor.
        Where can I park my car? | Visitors leave their vehicles in the lot behind the hall.
        Is there wifi in the rooms? | Guests may use the wireless internet access free of charge.
        How do I get my money back? | Refunds are paid within ten days after the return of the goods.
        Who is the boss of the firm? | The company is led by managing director Ines Hollar.
        When do children have to go to bed? | Quiet time for kids starts at eight in the evening.
        What happens if I pay late? | Overdue invoices incur interest of nine percent.
        Is smoking permitted? | Cigarettes must be put out before entering the building.
        How many people live there? | The town has 12,400 inhabitants.
        What does the doctor cost? | The physician charges 80 euros for each visit.
        Can I cancel my subscription? | Members terminate the contract with one month of notice.
        How quickly does the train go? | The railway's top speed is 300 kilometres an hour.
        Why did the app crash? | The process was killed because it ran out of memory.
        What is the boy's name? | Their son is called Tobias.
        Where was she born? | Her birthplace is the village of Orle.
        How do I delete a user? | Call remove_account with the id of the member.
    """,
    "de": """
        Darf mein Hund mitkommen? | Haustiere sind im Erdgeschoss willkommen.
        Wo kann ich mein Auto abstellen? | Der Parkplatz für Fahrzeuge liegt hinter der Halle.
        Gibt es Internet im Zimmer? | Gäste nutzen das WLAN kostenlos.
        Wer leitet die Firma? | Geschäftsführerin des Unternehmens ist Ines Hollar.
        Wie bekomme ich mein Geld zurück? | Der Kaufpreis wird binnen zehn Tagen erstattet.
        Wann müssen die Kinder ins Bett? | Für Jungen und Mädchen beginnt um acht Uhr abends die Nachtruhe.
        Was kostet der Arzt? | Das Honorar des Mediziners beträgt 80 Euro.
        Wie viele Menschen leben dort? | Die Stadt hat 12.400 Einwohner.
        Kann ich den Vertrag beenden? | Die Kündigung ist mit einer Frist von einem Monat möglich.
        Warum ist das Programm abgestürzt? | Der Prozess brach ab, weil der Speicher voll war.
        Wie schnell fährt der Zug? | Die Höchstgeschwindigkeit der Bahn liegt bei 300 Kilometern pro Stunde.
        Wo ist sie geboren? | Ihr Geburtsort ist das Dorf Orle.
    """,
    "es": """
        ¿Puedo llevar a mi perro? | Las mascotas son bienvenidas en la planta baja.
        ¿Dónde dejo el coche? | El aparcamiento para vehículos está detrás de la sala.
        ¿Hay internet en la habitación? | Los huéspedes usan el wifi gratis.
        ¿Quién dirige la compañía? | La jefa de la empresa es Inés Hollar.
        ¿Cómo recupero mi dinero? | El reembolso se paga en diez días.
        ¿A qué hora se acuestan los niños? | Los menores van a dormir a las ocho de la noche.
        ¿Cuánto cobra el doctor? | El precio de la consulta médica es de 80 euros.
        ¿Cuánta gente vive allí? | El pueblo tiene 12.400 habitantes.
        ¿Puedo anular la suscripción? | Los socios cancelan el contrato con un mes de antelación.
        ¿Por qué falló el programa? | El proceso se detuvo porque se agotó la memoria.
        ¿A qué velocidad va el tren? | El ferrocarril alcanza 300 kilómetros por hora.
        ¿Dónde nació? | Su lugar de nacimiento es la aldea de Orle.
    """,
    "fr": """
        Puis-je venir avec mon chien ? | Les animaux de compagnie sont les bienvenus au rez-de-chaussée.
        Où garer ma voiture ? | Le parking des véhicules se trouve derrière la salle.
        Y a-t-il internet dans la chambre ? | Les clients utilisent gratuitement le wifi.
        Qui dirige la société ? | La patronne de l'entreprise est Inès Hollar.
        Comment récupérer mon argent ? | Le remboursement est versé sous dix jours.
        Quand les enfants vont-ils au lit ? | Les petits se couchent à huit heures du soir.
        Combien coûte le docteur ? | Le tarif du médecin est de 80 euros.
        Combien de gens y vivent ? | La ville compte 12 400 habitants.
        Puis-je annuler mon abonnement ? | Les membres résilient le contrat avec un mois de préavis.
        Pourquoi le programme a-t-il planté ? | Le processus s'est arrêté faute de mémoire.
        Quelle est la vitesse du train ? | Ce chemin de fer roule à 300 kilomètres à l'heure.
        Où est-elle née ? | Son lieu de naissance est le village d'Orle.
    """,
    "zh": """
        可以带狗吗? | 一楼欢迎宠物入内。
        汽车停在哪里? | 大厅后面有停放车辆的场地。
        房间能上网吗? | 客人免费使用无线网络。
        谁领导这家公司? | 企业的总经理是何琳。
        怎样拿回我的钱? | 退款在十日内支付。
        孩子几点睡觉? | 儿童晚上八时就寝。
        看医生多少钱? | 大夫每次诊疗收费八十欧元。
        那里住着多少人? | 该镇有居民一万二千名。
        我能取消订阅吗? | 会员须提前一个月终止合同。
        程序为什么崩溃? | 进程因内存不足而停止。
        火车跑得多快? | 铁路最高时速为三百公里。
        她出生在哪儿? | 她的故乡是奥尔村。
    """,
    "ru": """
        Можно взять с собой собаку? | Домашние животные допускаются на первый этаж.
        Где оставить машину? | Парковка для автомобилей находится за залом.
        Есть ли в номере интернет? | Гости бесплатно пользуются вайфаем.
        Кто руководит фирмой? | Директор компании — Инес Холлар.
        Как вернуть деньги? | Возмещение выплачивается за десять дней.
        Когда дети ложатся спать? | Малыши идут в постель в восемь часов вечера.
        Сколько берёт врач? | Цена приёма у доктора — 80 евро.
        Сколько людей там живёт? | В городе 12 400 жителей.
        Как отменить подписку? | Члены клуба расторгают договор за месяц.
        Почему программа упала? | Процесс завершился из-за нехватки памяти.
    """,
    "ja": """
        犬を連れて行けますか? | 一階ではペットを歓迎します。
        車はどこに停めますか? | ホールの裏に駐車場があります。
        部屋でネットは使えますか? | お客様は無線LANを無料で利用できます。
        会社の社長は誰ですか? | 企業の代表はイネス・ホラーです。
        お金はいつ戻りますか? | 返金は十日以内に行われます。
        子供は何時に寝ますか? | 児童は夜八時に就寝します。
        医者の料金はいくら? | 診察費は八十ユーロです。
        人は何人住んでいる? | 町の人口は一万二千です。
        解約できますか? | 契約は一か月前の通知で終了します。
        なぜアプリが落ちた? | メモリ不足でプロセスが停止した。
    """,
    "ar": """
        هل يمكنني إحضار كلبي؟ | الحيوانات الأليفة مرحب بها في الطابق الأرضي.
        أين أترك سيارتي؟ | موقف المركبات خلف القاعة.
        هل يوجد إنترنت في الغرفة؟ | يستخدم الضيوف الشبكة اللاسلكية مجانا.
        من يقود الشركة؟ | مديرة المؤسسة هي إيناس هولار.
        كيف أسترد مالي؟ | يدفع التعويض خلال عشرة أيام.
        متى ينام الأطفال؟ | يذهب الصغار إلى الفراش في الثامنة مساء.
        كم يأخذ الطبيب؟ | سعر الزيارة عند الدكتور 80 يورو.
        كم عدد الناس هناك؟ | في المدينة 12400 من السكان.
    """,
    # Asked in another language than answered.
    "mixed": """
        Darf mein Hund mitkommen? | Pets are welcome on the ground floor.
        ¿Dónde dejo el coche? | Visitors leave their vehicles in the lot behind the hall.
        Combien coûte le docteur ? | The physician charges 80 euros for each visit.
        Сколько людей там живёт? | The town has 12,400 inhabitants.
        Can I cancel my subscription? | Die Kündigung ist mit einer Frist von einem Monat möglich.
        Where was she born? | Su lugar de nacimiento es la aldea de Orle.
        How do I get my money back? | Le remboursement est versé sous dix jours.
        程序为什么崩溃? | The process was killed because it ran out of memory.
        Is there wifi in the rooms? | お客様は無線LANを無料で利用できます。
        When do children have to go to bed? | Малыши идут в постель в восемь часов вечера.
    """,
}
ITEMS = {
    language: [
        tuple(part.strip() for part in line.split("|"))
        for line in text.strip().splitlines()
    ]
    for language, text in PAIRS.items()
}


def main() -> None:
    """Print the figures."""
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument(
        "--scorer", choices=["bm25", "cross-encoder"], default="cross-encoder"
    )
    a = p.parse_args()
    scorer = BM25Scorer() if a.scorer == "bm25" else CrossEncoderScorer()
    compressor = SemanticCompressor(0.4, scorer=scorer)
    total = even = 0
    for language, items in ITEMS.items():
        answers = [answer for _, answer in items]
        half = len(answers) // 2
        found = []
        for i, (query, answer) in enumerate(items):
            start = min(i, half)
            context = RAGContext(query, [" ".join(answers[start : start + half])])
            found.append(any(answer in text for text in compressor.compress(context)))
        print(f"{language:6} kept {sum(found)} of {len(items)}")
        total, even = total + sum(found), even + sum(found[1::2])
    n = sum(map(len, ITEMS.values()))
    print(f"all    kept {total} of {n}; of the even ones {even}")


if __name__ == "__main__":
    main()
