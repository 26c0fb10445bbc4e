"""Where a full stop ends no sentence, and where sentences end without one, by language."""

from __future__ import annotations

from rag.language.words import listed

#: Lower-case, without the full stop; what follows one belongs to the same sentence. Words without
#: a vowel need not stand here.
ABBREVIATIONS: dict[str, frozenset[str]] = {
    "en": listed(
        """mr mrs ms messrs dr prof st mt gen lt col sgt capt cpl rev hon gov sen rep pres supt fig
        figs vol ch sec pp approx ca cf vs e.g i.e al jan feb apr jun jul aug sept sep oct nov dec
        adm brig cmdr comdr maj insp asst atty msgr sens"""
    ),
    "fr": listed(
        """m mm mr dr drs pr prof me mes mgr st ste sts sté ets cdt gal lt adj al p pp n no nos cf
        fig chap t vol éd ch env av apr hab réf tél bd janv févr avr juil oct nov déc c.-à-d p.ex
        ex h capt gén insp"""
    ),
    "de": listed(
        """hr hrn fr dr prof dipl ing med phil jur rer nat habil st nr bzw ca vgl z b bspw d h u
        usw evtl ggf inkl mio mrd tel str abs s z.b d.h u.a h.c bd ausg hrsg jan feb apr jun jul
        aug sept okt nov dez geb gest gegr ehem stellv fa sept adm gen maj ing abg präs insp"""
    ),
    "es": listed(
        """sr sra srta sres dr dra d dña prof profa gral cap col cte tte sgto mons art arts pág
        págs p pp núm n vol ed cf av avda ctra pza dpto cía ee.uu ee jj ff cc rr ej p.ej aprox tel
        lic lcdo lcda ing arq excmo excma ilmo ilma pdte pdta gob dip sen ene feb abr jun jul ago
        sept oct nov dic alm brig insp mtro mtra rvdo rvda hno hna pbro"""
    ),
    "it": listed(
        """sig sigg sig.ra sig.na dott dott.ssa prof prof.ssa avv ing arch geom rag on sen gen col
        magg cap ten mar brig isp mons card cav comm art artt p pp pag pagg n nn vol cfr es ecc ca
        tel s ss feb apr giu lug ago set ott nov dic amm brig egr spett"""
    ),
    "pt": listed(
        """sr sra srs dr dra prof profa exmo exma ilmo ilma eng arq gen cel maj cap ten sgto des
        min dep ver gov pe art arts pág págs p pp n nº vol ed cf av ex tel aprox jan fev abr jun
        jul ago set out nov dez alm brig insp rev dras"""
    ),
    "nl": listed(
        """dhr mevr mw dr drs prof ir ing mr ds em jhr weth burg st nr blz pag p pp art vol bijv bv
        ca o.a d.w.z m.a.w i.p.v t.o.v jan feb mrt apr jun jul aug sept okt nov dec maj kol kapt
        luit insp"""
    ),
    "ru": listed(
        """г гг в вв ул д кв стр рис т тт тыс млн млрд руб им проф инж акад ред см ср др пр ген
        полк подполк обл пер просп пл пос дер наб бул бульв оз адм"""
    ),
    "ar": listed("د أ م ص ج ب"),
    "az": listed("prof dr şəh küç"),
    "bg": listed("г ул бул проф инж акад ген полк чл ал вкл хил"),
    "bn": listed("ড ডা মো মোঃ প্রো"),
    "ca": listed("sr sra dr dra núm pàg av"),
    "cs": listed(
        """ul tj např tzv č p str mj prof doc dr ing arch mgr judr mudr phdr thdr gen plk pplk mjr
        kpt npor por sv nám tř tis mil mld bc rndr phdr mvdr paeddr pharmdr prap nprap ppor rtm"""
    ),
    "da": listed("bl.a f.eks kl ca nr dvs pct prof dr st mio mia jan feb okt nov dec adv kapt"),
    "el": listed(
        """κ κα κες κος κκ δρ καθ π αγ αθ αλ γεωρ δημ ευ θεοδ κων παν στ αρ οδ λεωφ σελ τηλ εκατ
        δισ χιλ δηλ βλ άρθ παρ"""
    ),
    "fi": listed("esim ks mm ns klo prof tri n.s dos kapt luutn kenr"),
    "hi": listed(
        """डॉ प्रो श्री इं इंजी पं रु मी कि लि प्रा ए बी सी डी ई एफ एच जे के एल एम एन ओ क्यू आर एस
        टी यू वी डब्ल्यू एक्स वाई"""
    ),
    "hr": listed("dr mr prof sc ul br str tj tzv npr sv god mil mlrd inž dipl spec prim akad"),
    "hu": listed("dr prof ún ill pl kb u u.n id özv ifj szt"),
    "id": listed(
        """drs dra dr ir h hj ny tn prof jl no kab kec kel hal tgl pt cv rp dkk letjen mayjen
        brigjen irjen kombes"""
    ),
    "lt": listed("m d g a pr al prof doc tūkst akad gen kun gyd"),
    "mr": listed("डॉ प्रो श्री सौ"),
    "no": listed("bl.a f.eks kl ca nr dvs pst prof dr st mill mrd jan feb okt nov des adv kapt"),
    "pl": listed(
        """ul al pl gen płk mjr kpt por prof dr hab inż mgr św ks o bp abp mec red nadkom podkom
        kom podinsp insp asp sierż woj pow os tzn tzw np m.in nr str pkt art im wyd godz tys mln
        mld ok adw prok reż kard doc dyr ppor"""
    ),
    "ro": listed(
        """str nr dr prof conf univ ing gen col lt dl dna d-na art alin pag sf jud mil mld av arh
        insp acad"""
    ),
    "sk": listed(
        """ul tj napr č str prof doc dr ing mgr judr mudr gen plk sv nám tis mil mld bc rndr phdr
        mvdr paeddr pharmdr mjr kpt por npor"""
    ),
    "sv": listed(
        """bl.a t.ex d.v.s dvs kl ca nr prof doc dr st s.k f.d t.o.m fr.o.m milj jan feb okt"""
    ),
    "sw": listed("bw bi dkt mhe mh prof uk na no"),
    "ta": listed("திரு திருமதி"),
    "tr": listed(
        """dr prof doç yrd uzm op av alb müh yük mah sok cad no sn örn yy org korg ecz arş öğr"""
    ),
    "uk": listed(
        """вул буд ім м р див проф інж акад ген полк тов о обл тис млн млрд грн напр просп пл смт
        пос наб бульв оз адм"""
    ),
    "vi": listed("tp tx tt ts gs pgs ths bs ls ks kts tr"),
}
ABBREVIATIONS |= dict.fromkeys(("nb", "nn"), ABBREVIATIONS["no"])
ABBREVIATIONS |= dict.fromkeys(("bs", "sl", "sr"), ABBREVIATIONS["hr"] | listed("g gđa г гђа проф"))

#: Those that a number follows, which open no other sentence: days, months, pages, articles. With
#: a capital where only that tells it from a word.
BEFORE_NUMBERS: dict[str, frozenset[str]] = {
    "en": listed(
        """No Nos Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun Mar art arts ed eds ex ext tel ver
        para paras rte hwy min sec"""
    ),
    "fr": listed(
        """lun mar ven sam dim jan fév sept juill art alin ann éd fasc fol ill suppl sect tab bât
        appt min max"""
    ),
    "de": listed(
        """Mo Di Mi Do Fr Sa So Mär Mrz Febr Art Kap Ziff Anm Abb Tab Aufl Anl Buchst Az Drucks Pos
        Std Min Sek min max"""
    ),
    "es": listed(
        """No Nos lun mié miérc jue vie sáb dom sep set may cap fig tab ap apdo inc min máx"""
    ),
    "it": listed(
        """lun mar mer gio ven sab dom mag sett cap capp fig figg tab sez tit lett all rif prot
        fasc lib min max"""
    ),
    "pt": listed("seg qua qui sáb dom mai cap fig tab inc al fasc liv min máx"),
    "nl": listed("ma di wo do vr za sep febr hfst par afd afb tab nrs tel uitg min max"),
    "ru": listed(
        """янв фев февр мар апр июн июл авг сен сент окт ноя нояб дек табл изд вып тел корп оф каб
        разд абз ок мин сек"""
    ),
    "az": listed("yan fev mar apr iyn iyl avq sen okt noy dek səh"),
    "bg": listed("яну фев мар апр авг сеп септ окт ное ноем дек табл фиг изд ет ап тел ок"),
    "bn": listed("পৃ নং"),
    "ca": listed("febr abr jul ag oct nov des art pàg ed fig tel"),
    "cs": listed("pá út čl odst obr tab kap písm roč vyd odd pozn příl zák stol tel cca hod max"),
    "da": listed("tirs ons tors fre lør mar apr jun jul aug sep sept nov afs kap fig udg årg"),
    "el": listed(
        """δευ τρί τετ πέμ παρ σάβ κυρ ιαν φεβ μαρ μάρ απρ ιουν ιούν ιουλ ιούλ αυγ σεπ σεπτ οκτ νοε
        νοέ δεκ κεφ τόμ εικ πίν εδ τεύχ"""
    ),
    "fi": listed(
        """ma ti ke to pe la su tammik helmik maalisk huhtik toukok kesäk heinäk elok syysk lokak
        marrask jouluk nro puh luk mom art"""
    ),
    "hi": listed("पृ क्र सं"),
    "hr": listed(
        """pon uto sri sre čet sub ned jan feb mar apr jun jul avg aug sep sept okt dec sij velj
        ožu ruj čl toč tab tel пон уто сре чет суб нед јан феб мар апр јун јул авг сеп септ окт дец
        таб тел"""
    ),
    "hu": listed(
        """jan feb febr márc ápr máj jún júl aug szept okt nov dec old köt évf bek em ker tel min
        max"""
    ),
    "id": listed(
        """Sen Sel Rab Kam Jum Sab Jan Feb Mar Apr Jun Jul Agu Agt Ags Sep Sept Okt Nov Des vol
        ed telp"""
    ),
    "lt": listed(
        """saus vas kov bal geg birž liep rugp rugpj rugs spal lapkr gruod mėn tel egz lent pav"""
    ),
    "mr": listed("पृ क्र सं"),
    "no": listed("tirs tir ons tors fre lør mar apr jun jul aug sep sept avs kap fig utg årg"),
    "pl": listed(
        """niedz pon wt śr czw sob stycz sty lut mar kwi kwiet cze czerw sie sierp wrz paź gru grud
        ust rozdz tab ryc rys zał poz tel lit ur zob wyd sek"""
    ),
    "ro": listed(
        """lun mar sâm dum ian feb febr apr iun iul aug sep sept oct nov dec vol tab fig ed lit et
        ap tel min"""
    ),
    "sk": listed(
        """utor štvr sob ned jan feb mar apr máj jún júl aug sep sept okt nov dec ods čl obr tab kap
        písm roč vyd zák pozn príl stor tel cca hod"""
    ),
    "sv": listed(
        """tis ons tors fre lör mar apr jun jul aug sep sept nov dec febr kap avd sid tel fig tab
        uppl årg mom prop tim"""
    ),
    "sw": listed("Jan Feb Mac Apr Jul Ago Sep Okt Nov Des"),
    "tr": listed("Pzt Paz Sal Çar Per Cum Oca Şub Mar Nis Haz Tem Ağu Eyl Eki Kas Ara fık"),
    "uk": listed("січ лют бер квіт черв жовт листоп груд табл рис розд вип тел оф абз хв"),
}
BEFORE_NUMBERS |= dict.fromkeys(("nb", "nn"), BEFORE_NUMBERS["no"])
BEFORE_NUMBERS |= dict.fromkeys(("bs", "sl", "sr"), BEFORE_NUMBERS["hr"])

#: Days and months that are words too, so that only a whole date tells: `mer. 19 juin`, `12 mar.`.
IN_DATES: dict[str, frozenset[str]] = {
    "ca": listed("gen"),
    "da": listed("man søn"),
    "es": listed("mar"),
    "fr": listed("mer jeu"),
    "hr": listed("pet nov lip lis нов пет"),
    "nl": listed("zo"),
    "no": listed("man tor søn"),
    "pt": listed("mar ter sex"),
    "ro": listed("mie"),
    "sv": frozenset(("mån", "sön")),  # man and son are words
    "uk": listed("берез трав лип серп верес"),
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

#: Languages that write an ordinal number with a full stop: `3. Oktober`.
ORDINAL_DOT_LANGUAGES = listed("bg cs da de et fi hr hu is lv nb nn no pl sk sl sr tr")


def is_abbreviation(word: str, language: str) -> bool:
    """Whether a word in lower case is known to be cut short, so that a full stop is its own."""
    return word in COMMON_ABBREVIATIONS or word in ABBREVIATIONS.get(language, ())
