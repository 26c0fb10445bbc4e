"""Word lists: function words, which find nothing, and abbreviations, which end no sentence."""

from __future__ import annotations

import unicodedata


def _words(text: str) -> frozenset[str]:
    """The words of a text, also as people type them who leave the accents out."""
    words = text.split()
    plain = (
        "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
        for word in words
    )
    return frozenset((*words, *plain))


#: Articles, pronouns, prepositions, conjunctions, auxiliaries and question words, lower-case.
STOP_WORDS: dict[str, frozenset[str]] = {
    "en": _words(
        """a about after all also am an and any are as at be because been before being between
        but by can could did do does doing down during each few for from further had has have
        having he her here hers him his how i if in into is it its itself just me more most my
        no nor not of off on once only or other our out over own s same she should so some
        such t than that the their theirs them then there these they this those through to too
        under until up very was we were what when where which while who whom whose why will
        with would you your"""
    ),
    "fr": _words(
        """à ai aie ainsi alors as au aucun aucune aussi autre autres aux avait avaient avant
        avec avez avoir avons ayant c ça car ce ceci cela celle celles celui ces cet cette
        ceux chez comme comment combien d dans de depuis des donc dont du elle elles en encore
        entre es est et étaient était été être eu eux fut il ils j je jusqu jusque l la le les
        leur leurs lors lorsqu lorsque lui m ma mais me même mêmes mes moi mon n ne ni nos
        notre nous on ont or où ou par parce pas pendant peu plus pour pourquoi puisqu puisque
        qu quand que quel quelle quelles quelqu quelque quelques quels qui quoi s sa sans se
        sera seront ses si son sont sous sur t ta te tes toi ton tous tout toute toutes très
        tu un une vers vos votre vous y"""
    ),
    "de": _words(
        """aber alle allem allen aller alles als also am an andere anderen anderer auch auf aus
        bei beim bin bis bist da damit dann das dass dasselbe daß dein dem den denn der derer
        des dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein
        eine einem einen einer eines er es etwas euch euer für gegen gewesen hab habe haben
        hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im
        in ins ist ja jede jedem jeden jeder jedes jene jetzt kann kein keine keinem keinen
        keiner können man manche mein mich mir mit muss nach nicht nichts noch nun nur ob oder
        ohne sehr sein seine seinem seinen seiner seit sich sie sind so solche soll sondern
        sonst über um und uns unser unter viel vom von vor wann war waren warum was weil
        welche welchem welchen welcher welches wem wen wenn wer werde werden wessen wie wieder
        wird wir wo wohin worden wurde wurden zu zum zur zwar zwischen wieviel wieviele viele"""
    ),
    "es": _words(
        """a al algo algunas algunos ante antes aquel así aun aunque cada como cómo con contra
        cual cuál cuáles cuales cuando cuándo cuanta cuánta cuántas cuanto cuánto cuántos de
        del desde donde dónde dos durante e el él ella ellas ellos en entre era eran es esa
        esas ese eso esos esta está están estas este esto estos fue fueron ha había habían
        hace han hasta hay la las le les lo los más me mi mis mucho muy nada ni no nos
        nosotros o os otra otras otro otros para pero poco por porque que qué quien quién
        quienes quiénes se sea ser si sí sido sin sobre son su sus también tanto te tiene
        tienen todo todos tras tu tus un una unas uno unos y ya yo"""
    ),
    "it": _words(
        """a ad agli ai al all alla alle allo anche avere aveva avevano c che chi ci cioè come
        con contro cosa cui d da dagli dai dal dall dalla dalle dallo degli dei del dell della
        delle dello di dopo dove e è ed era erano essere fra fu furono gli ha hai hanno ho i
        il in io l la le lei li lo loro lui m ma mi mia mio ne negli nei nel nell nella nelle
        nello noi non nostro o per perché perciò più poi prima qual quale quali quando quanta
        quante quanti quanto quegli quei quel quella quelle quello questa queste questi questo
        s se sei si sia siamo sono sta stata stati stato su sua sugli sui sul sull sulla sulle
        sullo suo suoi t ti tra tu tutti tutto un una uno v vi voi"""
    ),
    "pt": _words(
        """a à ao aos aquela aquele aqueles as às até com como da das de dela dele deles depois
        do dos e é ela elas ele eles em entre era eram essa essas esse esses esta está estão
        estas este estes eu foi foram há isso isto já la lhe lhes lo mais mas me mesmo meu
        minha muito na nas não nem no nos nós nossa nosso num numa o onde os ou para pela
        pelas pelo pelos por porque porquê qual quais quando quanta quantas quanto quantos que
        quê quem se sem ser será seu seus só sob sobre sua suas também te tem têm teve tinha
        tu tua um uma umas uns você vocês"""
    ),
    "nl": _words(
        """aan al alles als altijd andere ben bij daar dan dat de der deze die dit doch doen door
        dus een eens en er ge geen geweest haar had hadden heb hebben heeft hem het hier hij
        hoe hoeveel hun iemand iets ik in is ja je kan kon kunnen maar me meer men met mij
        mijn moet na naar niet niets nog nu of om omdat onder ons ook op over reeds te tegen
        toch toen tot u uit uw van veel voor waar waarom wanneer want waren was wat welk welke
        werd werden wie wiens wij wil worden wordt ze zelf zich zij zijn zo zonder zou zouden"""
    ),
    "ru": _words(
        """а без более бы был была были было быть в вам вас весь во вот все всего всех всё вы где
        да даже для до его ее её если есть ещё еще же за здесь и из или им их к как какая
        какие какой какое какую ко когда который которая которые которых кто кого ком кому
        куда ли между меня мне мой моя мы на над надо нас не него нее неё нет ни них но ну о
        об однако он она они оно от очень откуда по под почему при про с сам свой свои своих
        себя сколько со так такой также там те тем то тогда того тоже той только том ты у уже
        чего чей чем через что чтобы чья эта эти этих это этого этой этом этот эту я"""
    ),
    "ar": _words(
        """في من على إلى عن مع هذا هذه ذلك تلك التي الذي الذين اللذان ما ماذا متى أين كيف كم
        لماذا هل أي أية هو هي هم هن نحن أنا أنت كان كانت كانوا يكون تكون قد لقد لم لن لا ليس
        إن أن أنه أنها إذا إذ كل بعض غير بين بعد قبل عند عندما حتى حيث ثم أو أم و ف ب ل ك بل
        لكن كما مما منذ خلال حول ضد نحو أمام تحت فوق لدى به بها له لها فيه فيها منه منها عليه
        عليها إليه إليها عنه عنها"""
    ),
}

#: Lower-case, without the full stop; what follows one belongs to the same sentence. Words without
#: a vowel need not stand here.
ABBREVIATIONS: dict[str, frozenset[str]] = {
    "en": _words(
        """mr mrs ms messrs dr prof st mt gen lt col sgt capt cpl rev hon gov sen rep pres supt fig
        figs vol ch sec pp approx ca cf vs e.g i.e al jan feb apr jun jul aug sept sep oct nov dec
        adm brig cmdr comdr maj insp asst atty msgr sens"""
    ),
    "fr": _words(
        """m mm mr dr drs pr prof me mes mgr st ste sts sté ets cdt gal lt adj al p pp n no nos cf
        fig chap t vol éd ch env av apr hab réf tél bd janv févr avr juil oct nov déc c.-à-d p.ex
        ex h capt gén insp"""
    ),
    "de": _words(
        """hr hrn fr dr prof dipl ing med phil jur rer nat habil st nr bzw ca vgl z b bspw d h u
        usw evtl ggf inkl mio mrd tel str abs s z.b d.h u.a h.c bd ausg hrsg jan feb apr jun jul
        aug sept okt nov dez geb gest gegr ehem stellv fa sept adm gen maj ing abg präs insp"""
    ),
    "es": _words(
        """sr sra srta sres dr dra d dña prof profa gral cap col cte tte sgto mons art arts pág
        págs p pp núm n vol ed cf av avda ctra pza dpto cía ee.uu ee jj ff cc rr ej p.ej aprox tel
        lic lcdo lcda ing arq excmo excma ilmo ilma pdte pdta gob dip sen ene feb abr jun jul ago
        sept oct nov dic alm brig insp mtro mtra rvdo rvda hno hna pbro"""
    ),
    "it": _words(
        """sig sigg sig.ra sig.na dott dott.ssa prof prof.ssa avv ing arch geom rag on sen gen col
        magg cap ten mar brig isp mons card cav comm art artt p pp pag pagg n nn vol cfr es ecc ca
        tel s ss feb apr giu lug ago set ott nov dic amm brig egr spett"""
    ),
    "pt": _words(
        """sr sra srs dr dra prof profa exmo exma ilmo ilma eng arq gen cel maj cap ten sgto des
        min dep ver gov pe art arts pág págs p pp n nº vol ed cf av ex tel aprox jan fev abr jun
        jul ago set out nov dez alm brig insp rev dras"""
    ),
    "nl": _words(
        """dhr mevr mw dr drs prof ir ing mr ds em jhr weth burg st nr blz pag p pp art vol bijv bv
        ca o.a d.w.z m.a.w i.p.v t.o.v jan feb mrt apr jun jul aug sept okt nov dec maj kol kapt
        luit insp"""
    ),
    "ru": _words(
        """г гг в вв ул д кв стр рис т тт тыс млн млрд руб им проф инж акад ред см ср др пр ген
        полк подполк обл пер просп пл пос дер наб бул бульв оз адм"""
    ),
    "ar": _words("د أ م ص ج ب"),
    "az": _words("prof dr şəh küç"),
    "bg": _words("г ул бул проф инж акад ген полк чл ал вкл хил"),
    "bn": _words("ড ডা মো মোঃ প্রো"),
    "ca": _words("sr sra dr dra núm pàg av"),
    "cs": _words(
        """ul tj např tzv č p str mj prof doc dr ing arch mgr judr mudr phdr thdr gen plk pplk mjr
        kpt npor por sv nám tř tis mil mld bc rndr phdr mvdr paeddr pharmdr prap nprap ppor rtm"""
    ),
    "da": _words("bl.a f.eks kl ca nr dvs pct prof dr st mio mia jan feb okt nov dec adv kapt"),
    "el": _words(
        """κ κα κες κος κκ δρ καθ π αγ αθ αλ γεωρ δημ ευ θεοδ κων παν στ αρ οδ λεωφ σελ τηλ εκατ
        δισ χιλ δηλ βλ άρθ παρ"""
    ),
    "fi": _words("esim ks mm ns klo prof tri n.s dos kapt luutn kenr"),
    "hi": _words(
        """डॉ प्रो श्री इं इंजी पं रु मी कि लि प्रा ए बी सी डी ई एफ एच जे के एल एम एन ओ क्यू आर एस
        टी यू वी डब्ल्यू एक्स वाई"""
    ),
    "hr": _words("dr mr prof sc ul br str tj tzv npr sv god mil mlrd inž dipl spec prim akad"),
    "hu": _words("dr prof ún ill pl kb u u.n id özv ifj szt"),
    "id": _words(
        """drs dra dr ir h hj ny tn prof jl no kab kec kel hal tgl pt cv rp dkk letjen mayjen
        brigjen irjen kombes"""
    ),
    "lt": _words("m d g a pr al prof doc tūkst akad gen kun gyd"),
    "mr": _words("डॉ प्रो श्री सौ"),
    "no": _words("bl.a f.eks kl ca nr dvs pst prof dr st mill mrd jan feb okt nov des adv kapt"),
    "pl": _words(
        """ul al pl gen płk mjr kpt por prof dr hab inż mgr św ks o bp abp mec red nadkom podkom
        kom podinsp insp asp sierż woj pow os tzn tzw np m.in nr str pkt art im wyd godz tys mln
        mld ok adw prok reż kard doc dyr ppor"""
    ),
    "ro": _words(
        """str nr dr prof conf univ ing gen col lt dl dna d-na art alin pag sf jud mil mld av arh
        insp acad"""
    ),
    "sk": _words(
        """ul tj napr č str prof doc dr ing mgr judr mudr gen plk sv nám tis mil mld bc rndr phdr
        mvdr paeddr pharmdr mjr kpt por npor"""
    ),
    "sv": _words(
        """bl.a t.ex d.v.s dvs kl ca nr prof doc dr st s.k f.d t.o.m fr.o.m milj jan feb okt"""
    ),
    "sw": _words("bw bi dkt mhe mh prof uk na no"),
    "ta": _words("திரு திருமதி"),
    "tr": _words(
        """dr prof doç yrd uzm op av alb müh yük mah sok cad no sn örn yy org korg ecz arş öğr"""
    ),
    "uk": _words(
        """вул буд ім м р див проф інж акад ген полк тов о обл тис млн млрд грн напр просп пл смт
        пос наб бульв оз адм"""
    ),
    "vi": _words("tp tx tt ts gs pgs ths bs ls ks kts tr"),
}
ABBREVIATIONS |= dict.fromkeys(("nb", "nn"), ABBREVIATIONS["no"])
ABBREVIATIONS |= dict.fromkeys(("bs", "sl", "sr"), ABBREVIATIONS["hr"] | _words("g gđa г гђа проф"))

#: Those that a number follows, which open no other sentence: days, months, pages, articles. With
#: a capital where only that tells it from a word.
BEFORE_NUMBERS: dict[str, frozenset[str]] = {
    "en": _words(
        """No Nos Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun Mar art arts ed eds ex ext tel ver
        para paras rte hwy min sec"""
    ),
    "fr": _words(
        """lun mar ven sam dim jan fév sept juill art alin ann éd fasc fol ill suppl sect tab bât
        appt min max"""
    ),
    "de": _words(
        """Mo Di Mi Do Fr Sa So Mär Mrz Febr Art Kap Ziff Anm Abb Tab Aufl Anl Buchst Az Drucks Pos
        Std Min Sek min max"""
    ),
    "es": _words(
        """No Nos lun mié miérc jue vie sáb dom sep set may cap fig tab ap apdo inc min máx"""
    ),
    "it": _words(
        """lun mar mer gio ven sab dom mag sett cap capp fig figg tab sez tit lett all rif prot
        fasc lib min max"""
    ),
    "pt": _words("seg qua qui sáb dom mai cap fig tab inc al fasc liv min máx"),
    "nl": _words("ma di wo do vr za sep febr hfst par afd afb tab nrs tel uitg min max"),
    "ru": _words(
        """янв фев февр мар апр июн июл авг сен сент окт ноя нояб дек табл изд вып тел корп оф каб
        разд абз ок мин сек"""
    ),
    "az": _words("yan fev mar apr iyn iyl avq sen okt noy dek səh"),
    "bg": _words("яну фев мар апр авг сеп септ окт ное ноем дек табл фиг изд ет ап тел ок"),
    "bn": _words("পৃ নং"),
    "ca": _words("febr abr jul ag oct nov des art pàg ed fig tel"),
    "cs": _words("pá út čl odst obr tab kap písm roč vyd odd pozn příl zák stol tel cca hod max"),
    "da": _words("tirs ons tors fre lør mar apr jun jul aug sep sept nov afs kap fig udg årg"),
    "el": _words(
        """δευ τρί τετ πέμ παρ σάβ κυρ ιαν φεβ μαρ μάρ απρ ιουν ιούν ιουλ ιούλ αυγ σεπ σεπτ οκτ νοε
        νοέ δεκ κεφ τόμ εικ πίν εδ τεύχ"""
    ),
    "fi": _words(
        """ma ti ke to pe la su tammik helmik maalisk huhtik toukok kesäk heinäk elok syysk lokak
        marrask jouluk nro puh luk mom art"""
    ),
    "hi": _words("पृ क्र सं"),
    "hr": _words(
        """pon uto sri sre čet sub ned jan feb mar apr jun jul avg aug sep sept okt dec sij velj
        ožu ruj čl toč tab tel пон уто сре чет суб нед јан феб мар апр јун јул авг сеп септ окт дец
        таб тел"""
    ),
    "hu": _words(
        """jan feb febr márc ápr máj jún júl aug szept okt nov dec old köt évf bek em ker tel min
        max"""
    ),
    "id": _words(
        """Sen Sel Rab Kam Jum Sab Jan Feb Mar Apr Jun Jul Agu Agt Ags Sep Sept Okt Nov Des vol
        ed telp"""
    ),
    "lt": _words(
        """saus vas kov bal geg birž liep rugp rugpj rugs spal lapkr gruod mėn tel egz lent pav"""
    ),
    "mr": _words("पृ क्र सं"),
    "no": _words("tirs tir ons tors fre lør mar apr jun jul aug sep sept avs kap fig utg årg"),
    "pl": _words(
        """niedz pon wt śr czw sob stycz sty lut mar kwi kwiet cze czerw sie sierp wrz paź gru grud
        ust rozdz tab ryc rys zał poz tel lit ur zob wyd sek"""
    ),
    "ro": _words(
        """lun mar sâm dum ian feb febr apr iun iul aug sep sept oct nov dec vol tab fig ed lit et
        ap tel min"""
    ),
    "sk": _words(
        """utor štvr sob ned jan feb mar apr máj jún júl aug sep sept okt nov dec ods čl obr tab kap
        písm roč vyd zák pozn príl stor tel cca hod"""
    ),
    "sv": _words(
        """tis ons tors fre lör mar apr jun jul aug sep sept nov dec febr kap avd sid tel fig tab
        uppl årg mom prop tim"""
    ),
    "sw": _words("Jan Feb Mac Apr Jul Ago Sep Okt Nov Des"),
    "tr": _words("Pzt Paz Sal Çar Per Cum Oca Şub Mar Nis Haz Tem Ağu Eyl Eki Kas Ara fık"),
    "uk": _words("січ лют бер квіт черв жовт листоп груд табл рис розд вип тел оф абз хв"),
}
BEFORE_NUMBERS |= dict.fromkeys(("nb", "nn"), BEFORE_NUMBERS["no"])
BEFORE_NUMBERS |= dict.fromkeys(("bs", "sl", "sr"), BEFORE_NUMBERS["hr"])

#: Days and months that are words too, so that only a whole date tells: `mer. 19 juin`, `12 mar.`.
IN_DATES: dict[str, frozenset[str]] = {
    "ca": _words("gen"),
    "da": _words("man søn"),
    "es": _words("mar"),
    "fr": _words("mer jeu"),
    "hr": _words("pet nov lip lis нов пет"),
    "nl": _words("zo"),
    "no": _words("man tor søn"),
    "pt": _words("mar ter sex"),
    "ro": _words("mie"),
    "sv": frozenset(("mån", "sön")),  # man and son are words
    "uk": _words("берез трав лип серп верес"),
}
IN_DATES |= dict.fromkeys(("nb", "nn"), IN_DATES["no"])
IN_DATES |= dict.fromkeys(("bs", "sl", "sr"), IN_DATES["hr"])

#: The names of Latin letters as initials are written in Urdu, and those that are words too.
URDU_LETTERS = (
    *("اے", "بی", "سی", "ڈی", "ای", "ایف", "ایچ", "جے", "کے", "ایل", "ایم", "این", "او", "کیو"),
    *("آر", "ایس", "ٹی", "یو", "وی", "ڈبلیو", "ایکس", "وائی", "زیڈ"),
)
URDU_LETTERS_AND_WORDS = ("جی", "آئی", "پی")

#: Those that end a sentence as often: what follows them tells.
CLOSING_ABBREVIATIONS = frozenset(("inc", "ltd", "ltda", "co", "cie", "corp", "bros", "jr", "sr"))

#: What stands behind a year or a sum, and as often at the end of a sentence.
COUNT_MARKS = frozenset(
    (
        *("г", "гг", "р", "рр", "r", "ж", "руб", "грн", "тыс", "тис", "млн", "млрд"),
        *("م", "هـ", "ه", "ق", "ش"),
    )
)

#: Languages that have full stops in abbreviations only; a space ends a sentence, or nothing does.
STOPLESS_LANGUAGES = frozenset(("lo", "th"))

#: What a sentence of these goes on behind: that, namely, such as, and, or, with, by.
STOPLESS_AWAITING = (
    *("ว่า", "คือ", "แก่", "เช่น", "และ", "หรือ", "กับ", "โดย"),
    *("ວ່າ", "ຄື", "ແກ່", "ເຊັ່ນ", "ແລະ", "ຫຼື", "ກັບ", "ໂດຍ"),
)

#: What one goes on with: which, and, but, so, by, because, while, together with, to.
STOPLESS_JOINING = (
    *("ซึ่ง", "และ", "แต่", "จึง", "โดย", "เพราะ", "เนื่องจาก", "ขณะที่", "ทำให้", "ประกอบ"),
    *("พร้อม", "หรือ", "เพื่อ", "ເຊິ່ງ", "ຊຶ່ງ", "ແລະ", "ແຕ່", "ຈຶ່ງ", "ໂດຍ", "ເພາະ"),
    *("ເນື່ອງຈາກ", "ເຮັດໃຫ້", "ພ້ອມ", "ຫຼື", "ເພື່ອ"),
)

#: Titles that a name opens with, and often a sentence.
STOPLESS_TITLES = ("นาย", "นาง", "ดร.", "พล.", "ท่าน", "ທ່ານ", "ນາງ", "ທ້າວ")

#: Languages in which r and l may be the vowel of a syllable.
SYLLABIC_LANGUAGES = frozenset(("bs", "cs", "hr", "mk", "sk", "sl", "sr"))

#: Abbreviations of every language, mostly in notes and addresses.
COMMON_ABBREVIATIONS = frozenset(
    ("dr", "prof", "cf", "fig", "nr", "vol", "pp", "ibid", "op", "cit")
)

#: What opens a sentence before a name and is no part of it: one may say "Mr Berg" where the
#: other says "Professor Anna Berg".
BEFORE_NAMES = frozenset(
    (
        *("selon", "laut", "gemäß", "según", "segundo", "secondo", "volgens"),
        *("mr", "mrs", "ms", "miss", "dr", "prof", "professor", "mme", "mlle", "monsieur"),
        *("madame", "herr", "frau", "sr", "sra", "señor", "señora", "sig", "signor", "signora"),
        *("dott", "senhor", "senhora", "meneer", "mevrouw", "господин", "госпожа"),
    )
)

#: Languages that write an ordinal number with a full stop: `3. Oktober`.
ORDINAL_DOT_LANGUAGES = _words("bg cs da de et fi hr hu is lv nb nn no pl sk sl sr tr")

#: Words that open a continuation of what was said before.
OPENERS: dict[str, frozenset[str]] = {
    "ar": _words("و أو لكن"),
    "bg": _words("а и но"),
    "ca": _words("i però"),
    "cs": _words("a ale"),
    "da": _words("og men så"),
    "de": _words("und oder aber also auch"),
    "el": _words("και κι"),
    "en": _words("and or but so then also"),
    "es": _words("y e o pero entonces también"),
    "fa": _words("و"),
    "fi": _words("ja entä entäs mutta"),
    "fr": _words("et ou mais alors aussi"),
    "hi": _words("और तो लेकिन"),
    "hr": _words("a i ali а и али"),
    "hu": _words("és de na"),
    "id": _words("dan lalu terus"),
    "it": _words("e ma allora anche"),
    "ko": _words("그리고 그럼"),
    "nl": _words("en of maar dus ook"),
    "pl": _words("a i oraz ale"),
    "pt": _words("e mas então também"),
    "ro": _words("și dar iar"),
    "ru": _words("а и или но"),
    "sv": _words("och men så"),
    "sw": _words("na je"),
    "tr": _words("ve peki ya"),
    "uk": _words("а і й та але"),
    "vi": _words("và còn vậy thế"),
}

#: Languages that write "and" and the next word as one.
PREFIXED_OPENERS = {"ar": "و", "he": "ו"}

#: Words that ask, as they open a question or a part of one.
INTERROGATIVES: dict[str, frozenset[str]] = {
    "ar": _words("من ماذا ما متى أين كيف لماذا كم أي أية هل"),
    "bg": _words("какво кой коя кое кои кого къде кога защо колко как"),
    "ca": _words("què qui on quan per quant quanta quants quantes com quin quina quins quines"),
    "cs": _words("co kdo koho komu kde kam kdy proč kolik jak jaký jaká jaké který která které"),
    "da": _words("hvad hva hvem hvilken hvilke hvilket hvor hvorfor hvordan hvornår når"),
    "de": _words(
        """wer wen wem wessen was wann wo wohin woher warum weshalb wieso wie wieviel wieviele
        welche welcher welches welchen welchem womit wodurch wofür wogegen worüber"""
    ),
    "el": _words("τι ποιος ποια ποιο ποιοι ποιες ποιον πού πότε γιατί πόσο πόσα πόσοι πόσες πώς"),
    "en": _words("who whom whose what which when where why how"),
    "es": _words("qué quién quiénes cuál cuáles cuándo dónde adónde cómo cuánto cuánta cuántos")
    | _words("cuántas"),
    "fa": _words("چه چی کی کجا چرا چقدر چند چگونه چطور کدام آیا"),
    "fi": _words(
        """mikä mitä mihin missä mistä milloin kuka ketkä kenen kuinka paljonko monta montako miksi
        millainen"""
    ),
    "fr": _words(
        """qui que quoi qu quel quelle quels quelles quand où comment pourquoi combien lequel
        laquelle lesquels lesquelles"""
    ),
    "he": _words("מה מי איפה היכן מתי למה מדוע כמה איך איזה איזו האם"),
    "hi": _words("क्या कौन किसने किसका किसकी कहाँ कहां कब क्यों कितना कितनी कितने कैसे"),
    "hr": _words(
        """što šta tko ko koga kome gdje gde kada kad zašto koliko kako koji koja koje шта ко кога
        где када зашто колико како који која које"""
    ),
    "hu": _words(
        """mi mit ki kit kinek hol hova honnan mikor miért hány mennyi mennyit mennyibe hogyan
        milyen melyik"""
    ),
    "id": _words("apa siapa mana kapan mengapa kenapa berapa bagaimana"),
    "it": _words(
        """chi che cosa quale quali qual quando dove come perché quanto quanta quanti quante"""
    ),
    "nl": _words("wie wiens wat wanneer waar waarheen waarom hoe hoeveel welk welke"),
    "pl": _words("co kto kogo komu gdzie kiedy dlaczego ile jak jaki jaka jakie jaką czy")
    | _words("który która które"),
    "pt": _words("quem que qual quais quando onde como porquê quanto quanta quantos quantas"),
    "ro": _words("ce cine unde când câți câte cât câtă cum care"),
    "ru": _words(
        """кто кого кому кем что чего чему чем когда где куда откуда почему зачем как сколько какой
        какая какое какие какую каким каком чей чья"""
    ),
    "sv": _words("vad vem vilka vilken vilket hur varför när var vart"),
    "sw": _words("nini nani wapi lini gani ngapi vipi"),
    "tr": _words("ne neden niye nasıl nerede nereye nereden kim kimi kimin kime hangi kaç"),
    "uk": _words("що хто кого кому де куди коли чому скільки як який яка яке які чи"),
    "vi": _words("gì ai đâu khi tại vì bao như"),
}

#: Those that join a clause behind "and" more often than they ask.
JOINING_INTERROGATIVES = frozenset(("que", "qu", "che"))

#: Other function words of questions, where `STOP_WORDS` has none of the language.
ASKING: dict[str, frozenset[str]] = {
    "bg": _words("е са се в на с от до за и"),
    "ca": _words("és va ser hi ha el la de del i"),
    "cs": _words("je jsou byl byla bylo byli se v ve na z ze za s k ke u do od o po pro před při"),
    "da": _words(
        """meget mye længe lenge er var har havde hadde blev ble bliver blir med på i af av for til
        om"""
    ),
    "el": _words(
        "είναι ήταν ο η το οι τα τον την του της των σε στο στη στην στον με για από να θα"
    ),
    "fa": _words("کسی است بود شد را در به از با که برای دارد داشت"),
    "fi": _words("on oli olivat ovat"),
    "he": _words("יש של את על עם היה היתה הייתה היו"),
    "hi": _words("है हैं था थी थे हुआ हुई हुए का की के को में से पर ने किया गया गई"),
    "hr": _words(
        """je su bio bila bilo bili se u na s iz do od o po za је су био била било се у на с из до
        од о по за"""
    ),
    "hu": _words("van volt vannak voltak a az egy is meg"),
    "id": _words("di ke dari yang adalah untuk"),
    "pl": _words("jest są był była było byli się w we na z ze do od o po dla przez"),
    "ro": _words("este e sunt a au fost s se în la cu"),
    "sv": _words("mycket länge ofta är har hade blev blir med på i av för till om"),
    "sw": _words("kwa kiasi ni ya wa la za katika"),
    "tr": _words("kadar kadara zaman mi mı mu mü var vardı oldu ile için da de"),
    "uk": _words("є був була було були у в на з зі до від про по за для"),
    "vi": _words("ở nào sao nhiêu thế là có được của thì đã sẽ bị"),
}

#: The same where words are written without spaces; what tells "Who is Macron?" is left out.
UNSPACED_ASKING = (
    *("什么时候", "什么", "怎么", "怎样", "为什么", "多少", "哪里", "哪儿", "何时"),
    *("吗", "呢", "的", "了"),
    *(
        "誰",
        "何",
        "언제",
        "어디",
        "누가",
        "왜",
        "얼마",
        "몇",
        "뭐",
        "무엇",
        "무슨",
        "어느",
        "어떻게",
        "있",
    ),
    *("เมื่อไหร่", "เมื่อไร", "ที่ไหน", "ทำไม", "อย่างไร", "ยังไง", "เท่าไหร่", "เท่าไร"),
    *("อะไร", "ใคร", "เป็นคน", "กี่"),
)

#: What joins words, inside a class of characters, where it stands first: the hyphen as it is
#: typed, the one that is no minus, and the one that no line ends with.
HYPHENS = "-\u2010\u2011"

#: The scripts in which words, or names and what follows them, stand without spaces, inside a
#: class of characters; `ー`, which lengthens a vowel (コーヒー), belongs to no script.
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}ー\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"

#: Pronouns where words are written without spaces, and what opens a continuation there.
UNSPACED_PRONOUNS = ("它", "他", "她", "それ", "これ", "彼", "เขา", "เธอ")
UNSPACED_OPENERS = (
    *UNSPACED_PRONOUNS,
    *("还有", "那么", "そして", "では", "じゃあ", "で、", "その", "แล้ว"),
)

#: What begins a question that names something else to ask the same of.
ASIDES = frozenset({"what about", "how about", "quid de", "quid du", "qué hay", "che dire"})

#: Languages that write every noun with a capital.
CAPITALISING = frozenset({"de", "lb"})

#: Words that stand for a noun of another sentence; those that are articles too are left out.
PRONOUNS: dict[str, frozenset[str]] = {
    "ar": _words("هو هي هم هن هذا هذه ذلك تلك هناك"),
    "bg": _words("той тя то те него нея го ги му им това този тази там"),
    "ca": _words("ell ella ells elles això aquest aquesta allà seu seva seus seves"),
    "cs": _words("on ona ono oni ho ji mu jim jich jeho její to ten ta tam"),
    "da": _words(
        "han hun ham hende hans hendes henne hennes deres dem denne dette disse dens dets"
    ),
    "de": _words("er sie ihn ihm ihr ihnen ihre sein seine dieser diese dieses dort"),
    "el": _words("αυτός αυτή αυτό αυτοί αυτές αυτά εκεί"),
    "en": _words(
        "he she it they him her them his hers its their theirs this that these those there ones"
    ),
    "es": _words("ella ellos ellas su sus este esta esto ese esa eso allí") | {"él"},  # el is none
    "fa": _words("او آن آنها این ایشان وی آنجا"),
    "fi": _words(
        "hän he hänet hänen heidän heitä se sen sitä siitä siinä siihen ne niiden tämä siellä"
    ),
    "fr": _words("il elle ils elles lui eux leur leurs celui celle ceux celles cela ça son sa ses"),
    "he": _words("הוא היא הם הן אותו אותה אותם זה זאת זו שלו שלה שלהם"),
    "hi": _words(
        """वह वे यह ये उसका उसकी उसके उसे उसने उन्होंने उनका उनकी उनके इसका इसकी इसके इसे इसने इस उस वहाँ वहां"""
    ),
    "hr": _words(
        """on ona ono oni ga ju ih mu joj njega nju njih to taj ta tamo он она оно они га ју их му
        њега њу њих то тај та тамо"""
    ),
    "hu": _words("ő ők őt őket ez ezt ezek azt azok annak ennek abban ebben ott"),
    "id": _words("dia ia mereka beliau itu ini sana situ"),
    "it": _words(
        "lui lei loro egli esso essa essi esse questo questa quello quella suo sua suoi sue"
    ),
    "ko": _words("그 그는 그가 그녀는 그들은 그것은 그것이 그것을 그의"),
    "nl": _words("hij zij ze hem haar hen hun zijn dit deze daar"),
    "pl": _words("on ona ono oni one go ją ich mu jej im jego to ten ta tam"),
    "pt": _words("ele ela eles elas dele dela deles delas isso isto seu sua seus suas"),
    "ro": _words("el ea ei ele îl l lui lor acesta aceasta acolo"),
    "ru": _words("он она оно они его её ему им их это этот эта там"),
    "sv": _words("han hon honom henne hans hennes deras dem dess denna detta dessa"),
    "sw": _words("yeye wao hicho hilo hiyo huyo huko yake wake lake zake"),
    "tr": _words("o onu onun ona onlar onları bu bunu bunun buna şu orada"),
    "uk": _words("він вона воно вони його їх її йому їм це цей ця там"),
    "vi": _words("nó họ ấy đó này"),
}

#: Those that are articles too; as the last word of a question they are none.
LAST_PRONOUNS: dict[str, frozenset[str]] = {
    "da": _words("den det de der"),
    "de": _words("das die"),
    "hu": _words("az"),
    "nl": _words("het dat"),
    "sv": _words("den det de där"),
}

#: Languages that are written as another one, or nearly, for the words above.
_WRITTEN_AS = {"bs": "hr", "nb": "da", "nn": "da", "no": "da", "sk": "cs", "sl": "hr", "sr": "hr"}
for _each in (OPENERS, INTERROGATIVES, ASKING, PRONOUNS, LAST_PRONOUNS):
    _each |= {code: _each[other] for code, other in _WRITTEN_AS.items() if other in _each}


def is_abbreviation(word: str, language: str) -> bool:
    """Whether a word in lower case is known to be cut short, so that a full stop is its own."""
    return word in COMMON_ABBREVIATIONS or word in ABBREVIATIONS.get(language, ())
