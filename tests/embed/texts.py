"""Texts in many languages for comparing two engines of one model.

The sentences of the shipped articles (Arabic, English, French, German, Spanish) and
those below, written for this.
"""

from __future__ import annotations

from rag.language import sentence_spans
from rag.load import load_file
from rag.types import Document
from tests.conftest import ROOT, SHIPPED

_OWN = {
    "hi": """नदी का पानी रात में बाँध के ऊपर से बहने लगा।
महापौर ने कहा कि नया पुल अगले वर्ष खुलेगा।
स्कूल की छुट्टियाँ दो सप्ताह और बढ़ा दी गई हैं।
किसानों को इस साल बारिश का इंतज़ार है।
बंदरगाह पर दो सौ नावें खड़ी थीं।
चुनाव में किसने जीत हासिल की?
रेलगाड़ी सुबह साढ़े छह बजे स्टेशन से निकली।
वैज्ञानिकों ने समुद्र के नीचे एक पुराना जंगल खोजा।""",
    "ja": """川の水位は夜中に堤防を越えた。
市長は新しい橋が来年開通すると述べた。
学校は二週間休みになります。
港には二百隻の船が停泊していた。
誰が選挙に勝ちましたか。
始発の路面電車は午前五時十二分に出発した。
研究者たちは海の底で古い森を見つけた。
漁獲量は去年より一割少ない。""",
    "zh": """河水在夜里漫过了堤坝。
市长说新桥明年通车。
学校停课两个星期。
港口停泊着两百艘船。
谁赢得了选举？
第一班有轨电车早上五点十二分出发。
科学家在海底发现了一片古老的森林。
今年的捕鱼量比去年少一成。""",
    "ru": """Ночью река вышла из берегов и затопила нижние улицы.
Мэр сообщил, что новый мост откроют в будущем году.
Школы закрыты на две недели.
В порту стояло двести лодок.
Кто победил на выборах?
Первый трамвай вышел из депо в пять часов утра.
Учёные нашли на дне моря древний лес.
В этом году рыбы выловили на десять процентов меньше.""",
    "it": """Nella notte il fiume ha superato gli argini e allagato le strade basse.
Il sindaco ha detto che il nuovo ponte aprirà l’anno prossimo.
Le scuole resteranno chiuse per due settimane.
Nel porto erano ormeggiate duecento barche.
Chi ha vinto le elezioni?
Il primo tram è partito alle cinque e dodici del mattino.
Gli scienziati hanno trovato una foresta antica in fondo al mare.
Quest’anno si è pescato il dieci per cento in meno.""",
    "pt": """Durante a noite o rio galgou as margens e inundou as ruas baixas.
O presidente da câmara disse que a nova ponte abre no próximo ano.
As escolas ficam fechadas durante duas semanas.
No porto estavam amarrados duzentos barcos.
Quem ganhou as eleições?
O primeiro elétrico partiu às cinco horas e doze minutos.
Os cientistas encontraram uma floresta antiga no fundo do mar.
Este ano pescou-se menos dez por cento.""",
    "nl": """In de nacht trad de rivier buiten haar oevers.
De burgemeester zei dat de nieuwe brug volgend jaar opengaat.
De scholen blijven twee weken dicht.
In de haven lagen tweehonderd boten.
Wie heeft de verkiezingen gewonnen?
De eerste tram vertrok om twaalf over vijf.
Onderzoekers vonden een oud bos op de zeebodem.
Dit jaar werd tien procent minder vis gevangen.""",
    "pl": """W nocy rzeka wystąpiła z brzegów i zalała dolne ulice.
Burmistrz powiedział, że nowy most zostanie otwarty w przyszłym roku.
Szkoły będą zamknięte przez dwa tygodnie.
W porcie stało dwieście łodzi.
Kto wygrał wybory?
Pierwszy tramwaj wyjechał o piątej dwanaście.
Naukowcy znaleźli na dnie morza pradawny las.
W tym roku złowiono o dziesięć procent mniej ryb.""",
    "tr": """Nehir gece yatağından taştı ve aşağı sokakları su bastı.
Belediye başkanı yeni köprünün gelecek yıl açılacağını söyledi.
Okullar iki hafta kapalı kalacak.
Limanda iki yüz tekne vardı.
Seçimi kim kazandı?
İlk tramvay sabah beşi on iki geçe yola çıktı.
Bilim insanları denizin dibinde eski bir orman buldu.
Bu yıl yüzde on daha az balık tutuldu.""",
    "ko": """강물이 밤사이 둑을 넘었다.
시장은 새 다리가 내년에 개통된다고 말했다.
학교는 두 주 동안 문을 닫는다.
항구에는 배 이백 척이 있었다.
누가 선거에서 이겼습니까?
첫 전차는 오전 다섯 시 십이 분에 출발했다.
과학자들은 바다 밑에서 오래된 숲을 발견했다.
올해 어획량은 지난해보다 십 퍼센트 적다.""",
    "el": """Τη νύχτα το ποτάμι υπερχείλισε και πλημμύρισε τους κάτω δρόμους.
Ο δήμαρχος είπε ότι η νέα γέφυρα θα ανοίξει του χρόνου.
Τα σχολεία θα μείνουν κλειστά δύο εβδομάδες.
Ποιος κέρδισε τις εκλογές;
Οι επιστήμονες βρήκαν ένα αρχαίο δάσος στον βυθό.""",
    "uk": """Уночі річка вийшла з берегів і затопила нижні вулиці.
Мер сказав, що новий міст відкриють наступного року.
Школи зачинені на два тижні.
Хто переміг на виборах?
Науковці знайшли на дні моря давній ліс.""",
    "vi": """Đêm qua nước sông tràn qua đê.
Thị trưởng nói cây cầu mới sẽ mở cửa vào năm tới.
Trường học đóng cửa hai tuần.
Ai đã thắng cử?
Các nhà khoa học tìm thấy một khu rừng cổ dưới đáy biển.""",
}


_MOST = 25


def texts_by_language() -> dict[str, list[str]]:
    """At most 25 texts by ISO 639-1 code; the shipped articles' sentences under theirs."""
    texts = {code: lines.splitlines() for code, lines in _OWN.items()}
    for path in SHIPPED:
        for article in load_file(ROOT / "corpus", path):
            assert isinstance(article, Document)
            texts.setdefault(article.language, []).extend(
                article.text[start:end]
                for start, end in sentence_spans(article.text, article.language)
            )
    return {code: some[:_MOST] for code, some in texts.items()}
