"""Denials, and what tells who gets the data, in languages other than English: each row a saying, not a translation."""

import re

# A word for no, or for here.
NO = (
    r"不|无|無|没|沒|未|非|仅|僅|本地|本機|离线|離線|ません|ない|なし|ローカル|않|없|아니|로컬|오프라인"
    r"|\b(?:não|nao|nunca|jamais|nem|sem|ni|sin|nada|aucun\w*|rien|sans|pas|ne|kein\w*|nicht\w*|nie\w*|ohne|weder|nur|lokal\w*|non|nessun\w*|niente|senza"
    r"|geen|niet\w*|nooit|żadn\w*|nic|bez|nikdy|не|нет|ни|нигде|никогда|только|без|inga?|inte|aldrig|ikke|ingen|aldri|hiçbir|değil|tidak|tanpa|không)\b"
    r"|لا |لن |لم |לא |אין |नहीं|ไม่"
)
# Nothing goes out at all.
NETWORK = [
    # Chinese, in both scripts
    r"(?:不|未|没有|沒有|无|無|絕不|绝不|从不|從不)[^。\n]{0,14}(?:发送|發送|传输|傳輸|传送|傳送|上传|上傳|联网|聯網|外发|外傳|外传|网络请求|網路請求|连接(?:网络|互联网)|連接網路)",
    r"(?:完全|全部|均|皆|都|只|仅|僅)(?:在|於)?(?:您的)?(?:本地|本機|本机|设备上|設備上)(?:处理|處理|运行|執行|执行|完成|進行|进行)",
    r"(?:无需|無需|不需要|不需|无须)(?:联网|聯網|网络|網路|连接|連接)|(?:离线|離線)(?:运行|執行|执行|工作|使用)|不(?:会|會)?(?:离开|離開)",
    # Japanese
    r"(?:外部|サーバー?|インターネット|第三者|ネットワーク)[^。\n]{0,24}(?:送信|通信|接続|アップロード|転送|アクセス)[^。\n]{0,10}(?:ません|ない|なし|ありません|行わ)",
    r"(?:データ|情報|入力|内容)[^。\n]{0,30}送信(?:すること)?(?:は|も)?(?:しません|いたしません|されません|ありません|しない)",
    r"(?:すべて|全て|完全に)[^。\n]{0,20}(?:ローカル|端末内|オフライン)",
    r"(?:環境|サーバー?|端末|社内|ローカル)(?:内)?(?:での?み|だけで|でのみ)[^。\n]{0,6}(?:処理|実行|利用|保持)",
    r"(?:オフライン|ローカル)(?:のみ)?で(?:のみ)?(?:動作|処理|完結|実行)|外に出(?:る|ま)",
    # Korean
    r"(?:외부|서버|인터넷|제3자|네트워크)[^.\n]{0,24}(?:전송|통신|연결|업로드|전달)[^.\n]{0,12}(?:않|없)",
    r"(?:데이터|정보|입력)[^.\n]{0,30}전송[^.\n]{0,6}(?:않|없)|(?:모든|전부)[^.\n]{0,24}(?:로컬|오프라인)에서|오프라인으로",
    # Portuguese, Spanish, Italian: what is sent
    r"\b(?:não|nao|nunca|jamais|nem|(?-i:[nN]o(?! [A-Z]))|ni|non|né|mai)\b[^.;\n]{0,50}\b(?:transmit(?:e|em|en|imos|ir|ido|ida|idos|idas)|enví\w*|envia\w*|envie|transf(?:ier|eri)\w*|transfere\b|exfiltr[ae]\w*|trasmett\w*|trasmess\w*|invia\w*|sub(?:e|en|imos)\b|carreg\w+)",
    r"\b(?:nenhum\w*|nada|ning\w*n\w*|nessun\w*|niente|nulla)\b[^.;\n]{0,40}\b(?:enviad\w*|env[ií]\w*|transmit\w*|transfer\w*|inviat\w*|trasmess\w*|sai|sale|abandona|deixa|lascia)\b",
    r"\b(?:tudo|todo|toda|todos|todas|tutt[oaie])\b[^.;\n]{0,50}\b(?:localmente|offline|in locale|sem conexão|sin conexión)\b",
    r"\b(?:não|nao|no|non|sem|sin|senza)\b[^.;\n]{0,40}\b(?:internet|conex[ãõioó]\w*|conexi\w+|connession\w+|rede|red|rete|servidor(?:es)? extern\w+|server estern\w+)\b",
    r"\b(?:nunca|jamais|não|no|non|mai|jamás)\b[^.;\n]{0,20}\b(?:sale|salen|saldrán?|sai|saem|sairão|esce|escono|abandonan?|abandonam|abbandonano?|deixam?|lasciano?|dejan?)\b[^.;\n]{0,12}\b(?:de|do|da|dal|dalla|su|seu|sua|tu|o|a|il|la|el)\b",
    # French
    r"\b(?:ne|n['’]|ni|sans|aucun\w*|jamais)[^.;\n]{0,60}\b(?:transm\w+|envoy\w+|envoi\w*|transf[eé]r\w+|t[eé]l[eé]vers\w+|quitt\w+|sort\w*)\b",
    r"\b(?:tout|toutes?|tous|entièrement|exclusivement)\b[^.;\n]{0,50}\b(?:localement|en local|hors ligne)\b",
    r"\b(?:sans|aucun\w*|pas de|ne)\b[^.;\n]{0,40}\b(?:internet|connexion|réseau|serveurs? (?:externes?|distants?))\b",
    # German
    r"\b(?:kein\w*|nicht|nie|niemals|nichts|weder)\b[^.;\n]{0,60}\b(?:übertr\w+|übermitt\w+|gesend\w+|gesand\w+|send\w+|schick\w+|hochgeladen|weitergeleitet|verl[aä]ss\w+|hinaus)\b",
    r"\b(?:übertr\w+|übermitt\w+|send\w+)\b[^.;\n]{0,30}\b(?:kein\w*|nichts)\b",
    r"\b(?:alle\w*|alles|vollständig|ausschließlich|komplett|nur)\b[^.;\n]{0,50}\b(?:lokal|offline|auf (?:Ihrem|deinem) (?:Gerät|Rechner|Server))\b",
    r"\b(?:kein\w*|ohne)\b[^.;\n]{0,30}\b(?:Internet\w*|Netzwerk\w*|Verbindung\w*|externen? Server\w*)\b",
    # Russian
    r"\bне\b[^.;\n]{0,40}(?:переда|отправ|пересыл|загруж|покида)\w*|(?:всё|все|вся)\b[^.;\n]{0,40}(?:локально|офлайн)|без (?:подключения|доступа) к (?:сети|интернету)",
    # Verbs at the end, in Dutch as in German; then Polish, Czech, Ukrainian, Romanian, the Nordic tongues, Finnish
    r"\b(?:geen|niet|nooit|niets|nergens)\b[^.;\n]{0,60}\b(?:verzonden|verstuurd|gestuurd|doorgestuurd|overgedragen|verstrekt|geüpload|verlaat|verlaten|verbinding\w*|internet\w*|netwerk\w*)\b",
    r"\b(?:nie|żadn\w+|nigdy|nic|bez)\b[^.;\n]{0,60}\b(?:wysył\w+|wysłan\w+|przesył\w+|przesłan\w+|przekazyw\w+|przekazan\w+|opuszcz\w+|połącze\w+|łączy\w*|internet\w*|sieci\w*)",
    r"\b(?:ne\w+|nikdy|žádn\w+|bez)\b[^.;\n]{0,60}\b(?:odesíl\w+|odesl\w+|posíl\w+|přenáš\w+|předáv\w+|odeslán\w*|opoušt\w+|připojen\w*|internet\w*)",
    r"\b(?:не|ніколи|жодн\w+)\b[^.;\n]{0,50}(?:переда|надсила|відправля|залиша|підключ)\w*",
    r"\b(?:nu|niciun\w*|nicio\w*|niciodată|fără)\b[^.;\n]{0,50}\b(?:trimi[ts]\w*|transmi[ts]\w*|transfer\w*|părăse\w*|internet\w*)",
    r"\b(?:inga?|inte|aldrig|ikke|ingen|aldri|intet)\b[^.;\n]{0,50}\b(?:skickas?|sänds?|sendes?|sender|överförs?|overføres?|lämnar|forlater|forlader|anslut\w+|internett?\w*)\b",
    r"\b(?:ei|eikä|mitään|koskaan)\b[^.;\n]{0,50}\b(?:lähet\w+|siirr\w+|poistu\w*|yhte\w+|verk\w+|interneti\w+)\b",
    # Hungarian, Greek, Turkish, Arabic, Hebrew, Persian
    r"\b(?:nem|semmi\w*|soha)\b[^.;\n]{0,50}\b(?:küld\w*|továbbít\w*|hagy\w*|csatlakoz\w*|internet\w*)",
    r"(?:δεν|καν[έε]να?|ποτέ|τίποτα)[^.;\n]{0,50}(?:αποστέλλ|στέλν|μεταδ[ίι]δ|μεταφέρ|αποστολή|συνδέ|διαδίκτυο)",
    r"\b(?:gönder|ilet|aktar|yükle|bağlan|çık)\w*?(?:m[ae]z|mıyor|miyor|muyor|müyor|m[ae]mekte\w*)\b|\b(?:çevrimdışı)\b",
    r"(?:لا|لن|لم|دون)\s[^.\n]{0,50}(?:إرسال|يرسل|ترسل|تُرسل|يُرسل|نرسل|نقل|تنقل|ينقل|الإنترنت|خوادم خارجية)",
    r"(?:לא|אין|אינו|ללא)[^.\n]{0,40}(?:נשלח|שולח|מועבר|מעביר|אינטרנט|רשת)",
    r"(?:ارسال|منتقل|فرستاده)[^.\n]{0,12}(?:نمی|نخواه)",
    # Hindi, Bengali, Thai, Vietnamese, Indonesian and Malay
    r"(?:भेज|प्रेषित|स्थानांतरित|अपलोड)[^।.\n]{0,20}नहीं|नहीं[^।.\n]{0,20}(?:भेज|प्रेषित|अपलोड)|(?:পাঠা|প্রেরণ)[^।.\n]{0,16}(?:না|হয় না)",
    r"(?:ไม่|มิได้)[^\n]{0,30}(?:ส่ง|อัปโหลด|ถ่ายโอน|เชื่อมต่อ|อินเทอร์เน็ต)",
    r"\b(?:không|chẳng|chưa)\b[^.;\n]{0,50}(?:gửi|truyền|tải lên|rời khỏi|kết nối|mạng)",
    r"\b(?:tidak|tiada|tanpa|bukan)\b[^.;\n]{0,50}\b(?:di)?(?:kirim\w*|mengirim\w*|hantar\w*|menghantar\w*|transfer\w*|unggah\w*|internet|koneksi|sambungan)\b",
    # A bare word for offline says as much, with "wholly" in front of it or not
    r"\b(?:complet\w*|completamente|interamente|totalmente|enteramente|volledig|geheel|w pełni|całkowicie|helt|täysin|tamamen|hoàn toàn|sepenuhnya|полностью|повністю|entièrement|vollständig)\b[^.;\n]{0,20}\b(?:offline|off-line|hors ligne|fuera de línea|sin conexión|senza connessione|автономно|локально|ngoại tuyến|luring|frånkopplad)\b",
    # Calls, in the tongues that speak of calls to outside services
    r"\b(?:no|não|nao|non|ne|n['’]|aucun\w*|ningun\w*|nessun\w*|nenhum\w*|kein\w*)[^.;\n]{0,30}\b(?:llamadas?|chamadas?|chiamat[ae]|appels?|peticiones|requisições|richiest[ae]|requêtes?|aufrufe?|anfragen?)\b[^.;\n]{0,30}\b(?:extern\w*|remot\w*|distant\w*|extérieur\w*|ausw[äa]rt\w*|red|rete|rede|réseau|netz\w*)",
    # It stays where it is
    r"\b(?:restent?|demeurent?)\b[^.;\n]{0,20}\b(?:sur|dans|chez) (?:votre|vos|vous)\b|\bbleib\w+\b[^.;\n]{0,20}\b(?:auf|in|bei) (?:Ihre\w|deine\w|Ihnen|dem|der)\b|\b(?:permanec\w+|se quedan?|ficam?)\b[^.;\n]{0,20}\b(?:en|em|no|na) (?:su|tu|seu|sua|teu)\b|\b(?:riman\w+|restano?)\b[^.;\n]{0,20}\b(?:su[li]?\w*|nel\w*) (?:tu[oa]|vostr[oa]|suo)\b|\bblij(?:ven|ft)\b[^.;\n]{0,20}\b(?:op|in|bij) (?:uw|je|jouw)\b",
    r"(?:始终|始終|一直|仅|僅|只|都)(?:会|會)?(?:保留|保存|留|存放|停留)在(?:您|你|本|用户|使用者)|벗어나지\s*않|(?:渡し|渡すことは|漏れ|出る?ことは)[^。\n]{0,6}(?:ません|ない)|(?:纯|純)(?:本地|本機|本机|离线|離線)|(?:无|無|没有|沒有)(?:任何)?(?:外部|网络|網路|联网)(?:请求|請求|调用|呼叫|连接|連接|通信)",
    r"(?:不|未|绝不|絕不|不会|不會)[^。\n]{0,14}(?:提供|交|交给|透露|泄露|洩露)(?:给|給|予)?(?:任何)(?:外部|他人|人|机构|機構)",
    r"\b(?:kein\w*|aucun\w*|rien|pas de|não|no|nessun\w*|ningun\w*|nenhum\w*|geen)\b[^.;\n]{0,30}\b(?:kommunikation|communication|communiqu\w+|comunica\w+|comunicazion\w+|communicatie)\b[^.;\n]{0,30}\b(?:außen|extern\w*|l['’]extérieur|extérieur\w*|fuori|buiten|servi[cç]\w+)",
    # A label with a no behind it
    r"(?:传输|傳輸|发送|發送|上传|上傳|外传|外發|联网|聯網|网络|網路|外部)[^。\n]{0,8}[:：]\s*(?:无|無|否|没有|沒有|不)",
]
# Nothing is collected or shared: also said beside the recipients that are named.
COLLECTION = [
    r"(?:不|未|没有|沒有|无|無|絕不|绝不)[^。\n]{0,10}(?:收集|采集|採集|蒐集|记录|記錄|分享|共享|披露)",
    r"(?:収集|取得|共有|記録|提供)[^。\n]{0,12}(?:ません|ない|なし|ありません)",
    r"(?:수집|공유|기록|제공)[^.\n]{0,10}(?:않|없)",
    r"\b(?:não|nao|nunca|no|non|ne|n['’]|aucun\w*|nenhum\w*|ning\w*n\w*|nessun\w*)[^.;\n]{0,40}\b(?:colet\w+|recop\w+|recol\w+|raccogl\w+|raccolt\w+|collect\w+|recueill\w+|compart\w+|partag\w+|condivi\w+)",
    r"\b(?:kein\w*|nicht|nie|keinerlei|weder)\b[^.;\n]{0,40}\b(?:erheb\w*|erhob\w*|sammel\w*|gesammelt|erfass\w*|geteilt|weitergegeben)\b",
    r"\b(?:erhebt|sammelt|erfasst|erheben|sammeln|erfassen)\b[^.;\n]{0,60}\bkein\w*\b",
    r"\bне\b[^.;\n]{0,30}(?:собира|храни|запис|раскрыва)\w*",
    r"\b(?:geen|niet|nooit)\b[^.;\n]{0,40}\b(?:verzamel\w*|gedeeld|bewaard|opgeslagen)\b|\b(?:nie|żadn\w+)\b[^.;\n]{0,40}\b(?:zbier\w+|udostępni\w+|gromadz\w+|przechow\w+)",
    r"\b(?:inga?|inte|ikke|ingen|aldri\w?)\b[^.;\n]{0,40}\b(?:samla\w*|indsaml\w*|samler|delas|deles|deler|lagra\w*)\b|\b(?:topla|paylaş|kaydet|sakla)\w*?(?:m[ae]z|mıyor|miyor|muyor|müyor)\b",
    r"\bkhông\b[^.;\n]{0,40}(?:thu thập|chia sẻ|lưu trữ)|\btidak\b[^.;\n]{0,40}\b(?:mengumpulkan|dikumpulkan|membagikan|dibagikan|menyimpan)\b|(?:لا|لن)\s[^.\n]{0,40}(?:جمع|يجمع|نجمع|تجمع|مشاركة|نشارك)",
    r"(?:收集|采集|採集|蒐集|存储|儲存|保存|共享|分享|第三方)[^。\n]{0,8}[:：]\s*(?:无|無|否|没有|沒有|不)",
]
STORAGE = [
    r"(?:处理|處理|完成|结束|結束|回答|响应|返回)[^。\n]{0,8}(?:后|後)[^。\n]{0,10}(?:删除|刪除|销毁|銷毀|丢弃|丟棄|清除)|(?:処理|回答|応答)[^。\n]{0,6}(?:後|したら)[^。\n]{0,16}(?:破棄|削除|消去)|처리[^.\n]{0,8}후[^.\n]{0,12}(?:삭제|폐기)",
    r"\b(?:nach|sobald|danach|anschließend|sofort|umgehend)\b[^.;\n]{0,60}\b(?:gelöscht|verworfen|vernichtet|vergessen)\b",
    r"\b(?:se (?:eliminan?|borran?|descartan?)|(?:são|serão) (?:apagad\w+|exclu[íi]d\w+|descartad\w+)|(?:sont|est) (?:supprim\w+|effac\w+|détruit\w*)|vengono (?:eliminat\w+|cancellat\w+))\b[^.;\n]{0,30}\b(?:inmediatamente|después|tras|imediatamente|após|depois|immédiatement|après|dès|subito|dopo|immediatamente)\b",
    r"(?:不|未|没有|沒有|絕不|绝不)[^。\n]{0,10}(?:存储|儲存|保存|保留)",
    r"保存[^。\n]{0,8}(?:しません|されません|ない)|저장[^.\n]{0,8}않",
    r"\b(?:não|no|non|ne|n['’])[^.;\n]{0,30}\b(?:armazen\w+|guard\w+|almacen\w+|conserv\w+|stock\w+|memorizz\w+)",
    r"\b(?:kein\w*|nichts?|nie\w*|weder)\b[^.;\n]{0,30}\b(?:speicher\w*|gespeichert|aufbewahr\w*)\b|\bspeicher\w*\b[^.;\n]{0,30}\bkein\w*\b",
]
# What says who gets the data.
RECIPIENT = re.compile(
    r"(?:发送|發送|传输|傳輸|传送|傳送|提交|调用|調用|转发|轉發|呼叫)(?:至|到|给|給)?[^。\n]{0,20}(?:接口|服务|服務|API|平台|服务器|伺服器|供应商|提供商)"
    r"|(?<!不)(?:会|會|将|將)(?:会|會)?(?:被)?(?:发送|發送|传输|傳輸|上传|上傳|提交|转发|轉發)(?:至|到|给|給)"
    r"|に(?:送信|転送|送付|提供)(?:され|し)ま(?!せ)"
    r"|(?:API|サービス|プロバイダー?|サーバー?)[^。\n]{0,12}(?:に|へ)[^。\n]{0,8}(?:送信|転送)(?:され|し)ま"
    r"|(?:API|서비스|서버)[^.\n]{0,8}(?:로|으로|에)[^.\n]{0,8}(?:전송|전달)(?:됩|합)"
    r"|\b(?:são|serão|é|se|son|sont|est|vengono|werden|wird)\b[^.;\n]{0,80}\b(?:enviad\w+|env[ií]an?|transmit\w+|transmis\w*|envoy\w+|inviat\w+|trasmess\w+|gesendet|übermittelt|übertragen)\b"
    r"|\b(?:envoy\w+|enviad\w+|env[ií]a\w*|transmis\w*|inviat\w+|gesendet|übermittelt)\b[^.;\n]{0,50}\b(?:API|service|servi[cç]\w+|serviz\w+|dienst\w*|anbieter\w*|fournisseur|provedor|proveedor)\b"
    r"|(?:отправля|переда)\w+[^.;\n]{0,40}(?:API|сервис|служб|провайдер)",
    re.IGNORECASE,
)
