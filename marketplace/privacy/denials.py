"""What a policy denies, held against what the code does."""

import re
from dataclasses import dataclass, replace

from marketplace.hosts import hosts_in, is_reserved

from . import tongues
from .evidence import Evidence
from .particular import KEYS, particular
from .sentences import lines_on_own_hosts, table_names_recipients
from .sentences import sentences as sentences_of

_NOT = r"(?:not|never|no|none|nothing|neither|nor|zero|without|cannot)"
_DATA = r"(?:data|information|content|inputs?|quer(?:y|ies)|prompts?|messages?|text|files?|anything|details|credentials?|api keys?|tokens?|parameters?|requests?|documents?)"
_SENT = r"(?:sent|transmitted|transmit|uploaded|upload|shared|share|transferred|transfer|disclosed|disclose|forwarded|forward|send|sends|exported|export|passed|leaked|exchanged|released|submitted|submit|communicated)"
_GONE = r"(?:sent|transmitted|uploaded|transferred|forwarded|exported|leaked|submitted|communicated|relayed|passed (?:on|along)|handed (?:on|over))"
_GOES = r"(?:transmit|upload|transfer|forward|send|export|leak|submit|exfiltrate|communicate|relay)"
_SENDING = r"(?:send|transmitt?|upload|forward|transferr?|shar|disclos|relay|export|leak|contact|communicat|connect)"
_LEADING = r"(?:(?:collect|store|log|save|retain|process|keep|track|record|gather|use|access|sell|share|disclose|transmit|send|receive|see|read|kept|seen|sold|sent|cache|copy|copied)(?:ed|d|s|es)?,? ?(?:or |nor |and |and/or )?){0,6}"
_PARTLY = r"other|additional|unauthori[sz]ed|third|unnecessary"
_OUT = r"(?:api|network|internet|external|outbound|outgoing|remote|web|http|https|online)"
# Nothing goes out at all: said so, it is wrong wherever something does.
_NETWORK = [
    r"\b(?:neither|nor)\b[^.;\n]{0,25}\b(?:sends|transfers|transmits|uploads|forwards|exports)\b",
    r"\b(?:sends?|transmits?|uploads?|forwards?|exports?|leaks?) (?:absolutely )?(?:no|nothing|none|zero)\b",
    rf"\b{_NOT}\b[^.;\n]{{0,50}}\b{_OUT}\b[ -]?(?:\w+ ){{0,2}}(?:requests?|calls?|connections?"
    rf"|connectivity|access|traffic|communications?|activity|apis?)\b",
    rf"\b{_NOT}\b[^.;\n]{{0,30}}\b(?:connect|communicate|contact|talk|phone home|reach out|"
    rf"call out|go(?:es)? online|speak|rely|depend)\b[^.;\n]{{0,25}}\b(?:internet|network|"
    rf"external|remote|outside|servers?|any (?:other )?(?:host|service|server|system|api))",
    r"\b(?:works?|operates?|runs?|functions?|executes?|performed|carried out|happens|done|"
    r"takes place)\b[^.;\n]{0,30}\b(?:offline|air-?gapped)\b",
    r"\b(?:fully|completely|entirely|purely|100%|strictly|exclusively|wholly) (?:offline|on-device|self-contained|on[- ]prem\w*)\b",
    rf"\b(?:nothing|{_DATA}|none of (?:it|your|the)\w*)\b[^.;\n]{{0,60}}\b(?:never|not|n't|"
    rf"n’t|ever|nothing)\s+(?:ever )?(?:leaves?|exits?|left|travels? (?:beyond|outside))\b[^.;\n]{{0,12}}\b(?"
    rf":workspace|device|machine|server|environment|instance|plugin|computer|process|dify|"
    rf"host)",
    r"\bnothing\b[^.;\n]{0,30}\b(?:leaves|exits|is (?:ever )?(?:sent|transmitted|uploaded))\b",
    rf"\b(?:no|none of (?:the|your)|neither|not any)\b(?: any| user| your| the| of| kind| "
    rf"input| or)*\s*{_DATA}(?:[ ,/]+(?:and |or |nor )?(?:user "
    rf"|your |any )?{_DATA})*\s*(?:(?:is|are|was|were|gets?|being|will(?: ever)? be|shall "
    rf"be)\s+){{1,2}}(?:ever |otherwise )?{_LEADING}{_GONE}\b",
    rf"\b(?:does|do|did|will|would|can|is|are|has|have)?\s*(?:not|never)\s+(?:ever "
    rf"|in any way |otherwise |at any time )?{_LEADING}{_GOES}\b(?! (?:your|any|the)? ?(?:personal|"
    rf"private))[^.;\n]{{0,40}}",
    r"\b(?:no|without|zero) (?:\w+ )?(?:data|information) (?:transfer|transmission|egress|"
    r"upload|exfiltration)s?\b(?! to other)",
    r"\b(?:not|never) (?:\w+ )?(?:connected|linked|online)\b|\bno (?:\w+ )?(?:outside|external) communications?\b",
    r"\b(?:sent|transmitted|uploaded|forwarded|transferred|transmission|transfers?)\b[^:.\n]{0,40}: *(?:none|no|nothing|never|n/a)\b",
    rf"\b(?:your|user|what you \w+|{_DATA})\b[^.;\n]{{0,30}}\b(?:never|not) (?:ever )?(?:goes?|travels?)\b",
    r"\b(?:at no (?:point|time|moment|stage)|under no circumstances|in no (?:case|way)|never)\b[^.;\n]{0,50}\b(?:leaves?|exits?|uploaded|sent|transmitted)\b",
    r"\bair-?gapped\b(?![^.;\n]{0,20}\b(?:options?|deployments?|available|environments?|installations?)\b)|\bwithout (?:being|going|having to be) online\b|\b(?:zero|no)[- ]network(?:ing)?\b",
    r"\b(?:initiates?|opens?|establish\w*|makes?|creates?|has|have|needs?|requires?) (?:absolutely )?(?:no|zero) (?:\w+ ){0,2}(?:connections?|requests?|calls?|traffic|connectivity|network\w*|internet)\b",
    r"\b(?:lacks?|free (?:of|from)|devoid of|contains? no|includes? no|without any) (?:\w+ ){0,3}(?:network\w*|internet|http|outbound|connectivity|sockets?)\b",
    rf"\b(?:refrains? from|avoids?|abstains? from|incapable of|no (?:means|way|ability) of|does without) (?:ever )?{_SENDING}ing\b",
    r"\b(?:refrains?|abstains?) from (?:\w+ ){0,6}(?:transmission|transfer|disclosure|sharing|forwarding|collection|gathering)\b",
    rf"\b(?:unable|no (?:means|way|ability)|not able|not in a position) to (?:ever )?{_SENDING}e?\b",
    rf"\b{_NOT}\b[^.;\n]{{0,30}}\breach(?:es|ing)? (?:out\b|the (?:internet|web|network))",
    rf"\b(?:not a (?:single )?\w+|not one \w+|no part|nothing)\b[^.;\n]{{0,40}}\b(?:is|are|gets?|will be|be) (?:ever )?{_LEADING}{_GONE}\b",
    rf"\b(?:is|are|was|were|be|gets?) (?:not|never) (?:ever |in any way |otherwise |at any time )?{_LEADING}{_GONE}\b(?! (?:permanently|until))",
    rf"\b{_NOT}\b[^.;\n]{{0,20}}\b(?:external|remote|outside)\b[^.;\n]{{0,20}}\b(?:endpoint|server|service|host|system|api|resource)s?\b[^.;\n]{{0,15}}\b(?:involved|contacted|used|called|reached|needed|required|accessed|consulted|queried)\b",
    r"\bno (?:\w+ )?(?:transfer|transmission|upload|egress|exfiltration|forwarding|export)s? of\b",
    r"\b(?:stays?|remains?|is kept|are kept|is held|are held)\b[^.;\n]{0,40}\b(?:at all times|always|forever)\b",
    r"\b(?:network|internet|outbound|external (?:connections?|calls?|requests?)|goes online|leaves?)\b[^:.\n]{0,40}: *(?:none|no|nothing|never|n/a)\b",
    rf"\b{_NOT}\b(?![^.;\n]*\b(?:secur\w+|stor\w+|sav\w+|retain\w*|remain\w*|kept|cach\w+|persist\w*|guarantee\w*|{_PARTLY})\b)[^.;\n]{{0,60}}\b(?:internet|network\w*|cloud|back[- ]?ends?|online|remote \w+|outside (?:world|compan\w+|organi\w+)|outside|servers?)\b",
    rf"\b{_NOT}\b[^.;\n]{{0,40}}\b(?:delivered|given|reported|handed|revealed|made available|provided|passed) to (?:any|anyone|anybody|us|others|outside\w*)\b(?! other)",
    rf"\b{_NOT}\b[^.;\n]{{0,30}}\b(?:cross(?:es|ing)?|escapes?|gets? out|phon(?:es?|ing) home)\b",
    r"\b(?:talks?|speaks?|connects?|communicates?|reports?) (?:\w+ )?to (?:no ?one|nobody|nothing|none)\b",
    r"\b(?:confined|restricted) to (?:the|your|its)\b[^.;\n]{0,20}\b(?:host|machine|device|server|instance|workspace|computer|environment|deployment)\b",
    r"\b(?:disabled|removed|blocked|switched off|turned off|unplug\w*|pull\w*)\b[^.;\n]{0,20}\b(?:network\w*|internet|ethernet)\b",
    r"\b(?:client[- ]side|local|on[- ]device|offline)[- ]only\b|\bnowhere else\b",
    r"\bno (?:\w+ )?(?:service|server|api|endpoint|host|system|backend)s? (?:is|are|gets?|will be) (?:ever )?(?:queried|called|contacted|used|involved|asked|reached)\b",
    rf"\b{_NOT}\b[^.;\n]{{0,40}}\b(?:goes?|travels?|sent|put|passes|crosses) (?:over|across|onto|through) (?:the |a )?(?:wires?|network|internet|line|air)\b",
    *tongues.NETWORK,
]
# Sayings of the same kind that policies also use beside the recipients that they name.
_STAYS = [
    r"\b(?:all|everything|every|any)\b[^.;\n]{0,40}\b(?:is|are|stays?|remains?) (?:strictly "
    r"|entirely |fully |kept )?(?:local|offline|on[- ]prem\w*|on[- ]device|in-house)\b",
    r"\b(?:keeps?|holds?|stores?) (?:everything|all (?:your )?data|your data|it all) (?:local\w*|"
    r"on[- ]\w+|in-house|private)",
    r"\b(?:shares?|discloses?|gives? away) (?:no|nothing|none|zero)\b",
    r"\b(?:fully|completely|entirely|purely|100%|strictly|exclusively|wholly|only) (?:local(?"
    r":ly)?|in(?:-| )memory|inside|within)\b(?! or\b)",
    r"\b(?:all|everything|any|every|data|information|queries|prompts|files|text|messages|"
    r"processing|computation|operations?|inputs?|content)"
    r"\b[^.;\n]{0,60}\b(?:processed|handled|stays?|remains?|kept|happens|performed|done|executed|"
    r"computed|takes place|runs|evaluated|analy[sz]ed)\b(?: \w+){0,2} (?:locally|on[- ]device|"
    r"offline|on your|within|inside|on the local machine|in (?:local )?memory)(?![^.;\n]{0,12}\bor\b)",
    rf"\b{_NOT}\b[^.;\n]{{0,60}}\b{_SENT}\b",
    rf"\b(?:nothing|{_DATA})\b[^.;\n]{{0,60}}\b(?:never|not)\s+(?:ever )?(?:leaves?|exits?|left)\b",
    r"\b(?:receives?|gets?|sees?|obtains?|learns?) (?:absolutely )?(?:nothing|none|no (?:data|information|content))\b",
    r"\b(?:zero|no) (?:telemetry|tracking|storage|sharing|disclosure)\b",
    rf"\bwithout (?:ever |once )?{_SENDING}ing\b",
    r"\b(?:stays?|remains?|is kept|are kept|lives?)\b[^.;\n]{0,25}\b(?:on|in|inside|within|at) (?:your|the|our own|its)\b[^.;\n]{0,15}\b(?:infrastructure|machine|device|server|instance|network|computer|environment|premises|workspace|browser|host|system|control)s?\b",
    rf"\b{_NOT}\b[^.;\n]{{0,50}}\b(?:external|remote|third[- ]party|outside) (?:\w+ )?(?:services?"
    rf"|servers?|hosts?|systems?|part(?:y|ies)|endpoints?)\b",
]
# Of everybody outside, whoever it may be: that a third party is named does not narrow it.
_NOBODY = [
    r"\b(?:not|never)\b (?:use|integrate|call|contact|access|rely on|connect (?:to|with)|invoke|employ|involve|depend on|interact with) (?:with )?any (?:external|third[- ]party|outside|remote) (?:\w+ )?(?:services?|apis?|servers?|systems?)\b",
    r"\b(?:third part(?:y|ies)|outsiders?|other compan(?:y|ies)|nobody else|no ?body|no one|anyone else)\b[^.;\n]{0,20}\b(?:receives?|gets?|sees?|obtains?|learns?) (?:absolutely )?(?:nothing|none|no (?:data|information|content)|any of (?:it|your))\b",
    r"\bnot (?:\w+ )?shared with any (?:api|server|service|external system)s?\b",
]
_BUT_FOR = re.compile(
    r"\b(?:other than|except|until|unless|anyone but|beyond|besides|apart from|aside from|additional|any other|without)\b",
    re.IGNORECASE,
)
_COLLECTION = [
    r"\b(?:not|never)\b[^.;\n]{0,30}\b(?:collect|gather|track|harvest|capture|process|obtain|record)\b",
    r"\b(?:no|nothing|none|zero)\b[^.;\n]{0,50}\b(?:collected|gathered|tracked|captured|recorded|"
    r"harvested|collection|tracking)\b",
    r"\bcollects? (?:no|nothing|zero|none)\b",
    r"\b(?:no|zero) (?:personal |user )?data(?: collection|\.|$)",
    r"\bno third[- ]part(?:y|ies)\b|\b(?:not|never)\b[^.;\n]{0,60}\bthird[- ]part(?:y|ies)\b",
    r"\b(?:collect\w*|shar\w+|disclos\w+|third[- ]part\w+|recipients?|external|stor\w+|use)\b[^:.\n]{0,40}: *(?:none|no|nothing|never|n/a)\b",
    r"不涉及任何(?:用户|个人)",
    *tongues.COLLECTION,
]
_STORAGE = [
    r"\b(?:not|never)\b[^.;\n]{0,40}\b(?:store|retain|persist|save|cache|keep|remember)s?\b",
    r"\b(?:no|nothing|none|neither)\b[^.;\n]{0,50}\b(?:stored|retained|persisted|saved|cached|"
    r"kept|remembered|storage|persistence|retention)\b",
    r"\b(?:stores?|retains?|persists?|saves?|keeps?) (?:no|nothing)\b|\bstateless\b",
    r"\b(?:stor\w+|retain\w*|retention|kept|persist\w*|saved?|cached)\b[^:.\n]{0,30}: *(?:none|no|nothing|never|n/a)\b",
    r"\b(?:held|kept|stays?|lives?|processed|exists?|remains?) (?:only |solely )?in (?:local |volatile )?memory\b|\bonly in memory\b",
    r"\b(?:discarded|deleted|dropped|forgotten|erased|thrown away|gone)\b[^.;\n]{0,30}\b(?:after\w*|once|when|as soon as|immediately|instantly|at once)\b|\b(?:immediately|instantly|at once|promptly) (?:\w+ )?(?:discarded|deleted|dropped|forgotten|erased)\b"
    r"|\b(?:after\w*|once|when|as soon as)\b[^.;\n]{0,60}\b(?:is|are|gets?|will be) (?:\w+ )?(?:discarded|deleted|dropped|forgotten|erased|thrown away|gone)\b"
    r"|\bretention\b[^.;\n]{0,20}[:=]? *(?:0|zero|no) ?(?:days?|hours?|minutes?)?\b|\b(?:ephemeral|transient)\b",
    r"\bno (?:\w+ )?(?:history|histories|traces?|cache|cop(?:y|ies)|records?|archive|database)\b",
    *tongues.STORAGE,
]
_MODELS = [
    r"\b(?:not|never|no|without)\b[^.;\n]{0,40}\b(?:language models?|llms?|ai models?|any models?|generative ai"
    r"|(?:any )?(?:ai|model) (?:providers?|services?|vendors?|compan\w+|systems?)|artificial intelligence)\b",
    r"(?:不|未|没有|沒有|无)[^。\n]{0,20}(?:模型|人工智能|人工智慧)|(?:モデル|AI)[^。\n]{0,20}(?:ません|ない)",
]
_LOGGING = [
    rf"(?:\b{_NOT}\b|n['’]t\b)[^.;\n]{{0,50}}\b(?:log|logs|logged|logging|logfiles?|recorded|record|protocoled)\b(?! ?(?:in|into|out|on)\b)",
    r"\b(?:kept|stays?|left|held|hidden) (?:out of|away from|from) (?:\w+ )?logs?\b|\b(?:switched|turned) off (?:\w+ )?logging\b|\blogging (?:\w+ ){0,4}(?:is|has been|was) (?:switched off|turned off|disabled)\b|\bdisabled? (?:\w+ )?logging\b",
    r"\blog\w*\b[^.;\n]{0,60}\b(?:never|not|no)\b[^.;\n]{0,30}\b(?:user\w*|you|inputs?|entered|content|prompts?|quer(?:y|ies)|requests?)\b",
    r"\b(?:log\w*|recorded)\b[^:.\n]{0,30}: *(?:none|no|nothing|never|n/a)\b",
    r"(?:不|未|没有|沒有|无|無)[^。\n]{0,12}(?:日志|日誌|记录|記錄)|(?:ログ|記録)[^。\n]{0,12}(?:ません|ない|なし)|(?:로그|기록)[^.\n]{0,10}(?:않|없)",
    r"\b(?:não|no|non|ne|n['’]|nenhum\w*|ning\w*n\w*|nessun\w*|aucun\w*)[^.;\n]{0,40}\b(?:registr\w+|enregistr\w+|journalis\w+|log)\b",
    r"\b(?:kein\w*|nicht|nie\w*|weder)\b[^.;\n]{0,40}\b(?:protokoll\w*|aufgezeichnet|geloggt|mitgeschrieben)\b|\bне\b[^.;\n]{0,30}(?:логир|журнал|записыва)\w*",
]
_OF_FILES = re.compile(r"(?<!log )\bfiles?\b|\b(?:documents?|metadata|sensitive|personal)\b", re.IGNORECASE)
_OF_INPUT = re.compile(
    r"\b(?:data|inputs?|quer(?:y|ies)|prompts?|messages?|text|content|requests?|parameters?|anything|information)\b"
    r"|\bno logs\b|\b(?:eingab\w+|anfragen?|inhalte?|entradas?|consultas?|contenidos?|conteúdos?|saisies?|requêtes?)\b|输入|輸入|内容|內容|查询|入力|クエリ|입력",
    re.IGNORECASE,
)
_QUALIFIED = re.compile(
    r"\b(?:other than|except|until|unless|anyone but|anybody but|without (?:TLS|HTTPS|encryption)|if (?:you|the \w+ is) (?:self[- ]?)?host\w*|beyond|besides|apart from|aside from|only (?:ever )?(?:sent|transmitted|forwarded|shared|passed)|only (?:to|with|"
    r"when|as|for)|without (?:your |user |explicit |prior |their )*(?:consent|permission|"
    r"authori[sz])|unauthori[sz]ed|"
    r"plain ?text|unencrypted|insecure|to third|with third|any third|third[- ]part|by the "
    r"plugin itself|necessary|required|advertis|market(?:ing|er)|for any other|any other|"
    r"as needed|not explicitly|"
    r"sell|directly between|but |instead|outside of|dify (?:platform|does)|additional|unnecessary|"
    r"unrelated|authors?|developers?|maintainers?|publishers?|(?:to|with|by) us\b(?! or)|personal(?:ly)? ident|through (?:secure|the)|via (?:the|secure)|children|"
    r"minors|secure)\b|(?<!^)\bthere\b(?! (?:is|are|was|were|will|has|have)\b)|除",
    re.IGNORECASE,
)
_LASTING = re.compile(
    r"\b(?:permanent|long[- ]term|beyond|longer|except|other than|unless|outside of (?:dify|"
    r"the)|files?|documents?|content|credentials?|keys?|passwords?|tokens?|on (?:our|its|"
    r"any) (?:own )?servers?|servers? of (?:ours|our own)|(?:on|at) our (?:side|end|systems?|infrastructure)|ourselves|by us|elsewhere|anywhere else)",
    re.IGNORECASE,
)
_RECIPIENT = re.compile(
    r"\b(?:sent|goes|go|transmitted|transmits?|passed|forwarded|forwards?|sends?|uploads?|uploaded|"
    r"shared|shares?|submits?|submitted|provided|disclosed|communicat\w+|connect\w*|interact\w*|"
    r"calls?|request\w*|process\w*|access\w*|integrat\w*"
    r"|us(?:es|ing)|relies|through|via|to|with|by)\b[^.\n]{0,80}\b(?:APIs?|services?|servers?"
    r"|endpoints?|platforms?|providers?|third[- ]part(?:y|ies)|cloud|instances?|accounts?"
    r"|websites?|databases?|models?|vendors?)\b|第三方|服务(?:商|器)|接口"
    r"|\b(?:services?|APIs?|providers?|vendors?|platforms?)\b[^.\n]{0,40}\b(?:collects?|receives?|processes|stores?|handles?|sees?|may|retains?|answers?)\b"
    r"|\b(?:is|are|gets?|be|being|they['’]re)\s+(?:\w+ ){0,2}(?:sent|transmitted|forwarded|uploaded|passed|submitted|retrieved|fetched|queried|requested)\b",
    re.IGNORECASE,
)

_SAYS_NO = re.compile(
    rf"\b{_NOT}\b|n['’]t\b|\b(?:nobody|no one|refrains?|abstains?|lacks?|devoid|free of|only|local\w*|offline|inside|within|private|in-house|self-contained|stays?|remains?)\b|{tongues.NO}",
    re.IGNORECASE,
)

_EXCEPT = re.compile(
    r"\b(?:beyond|except|other than|apart from|aside from|unless|besides)\b.*\b(?:APIs?|services?"
    r"|providers?|requests?|servers?|vendors?)\b|\b(?:anyone|anybody|no ?one|nobody) (?:but|except|other than) (?!you\b|yourself)|除[^。\n]{1,80}?(?:以外|之外|外)",
    re.I,
)
_GOES_TO = re.compile(
    r"(?<![\w-])(?!(?:This|It|We|You|Nobody|None|Nothing|The|Dify|Everything|Plugin|Anyone|That|They|He|Whoever|Only|Data)\b)[A-Z]\w{1,30} (?:receives?|gets|processes|handles|keeps|sees|stores) "
    r"(?:your|the|what|this|these|them|requests|inputs?|prompts|questions)\b|"
    r"\b(?i:(?:goes|go|sent|given|passed|forwarded|transmitted|uploaded|submitted|relayed) (?:on )?to|shared with:?"
    r"|us(?:e|es|ing)) (?:the |a |an )?(?:third[- ]party |external )?(?:service |api |provider )?[A-Z]"
)


@dataclass(frozen=True, slots=True)
class Denial:
    """`kind` is network, collection, storage, logs, models, counts or credentials; `against` is what the code does and where."""

    kind: str
    line: int
    sentence: str
    against: str
    path: str = "PRIVACY.md"


def denials(evidence: Evidence) -> list[Denial]:
    """Sentences of the policy, and of what is said of data elsewhere, that the evidence contradicts."""
    found = _of_policy(evidence)
    open_about_it = _discloses(list(sentences_of(evidence.text))) or table_names_recipients(evidence.text)
    for path, above, text in evidence.beside:
        found += [
            replace(one, path=path, line=above + one.line)
            for one in _of_policy(replace(evidence, text=text, beside=[]), whole=not open_about_it and above > 0)
            if one.kind != "collection" or not (open_about_it or _ADVICE.search(one.sentence))
        ]
    return found


# A section of those who get the data, with somebody in it.
_HEADED = re.compile(
    r"^#{1,6}[ \t]*(?:recipients?|(?:data )?sharing|shared with|third[- ]part(?:y|ies)(?: services?)?)[ \t]*:?[ \t]*\n\s{0,20}"
    rf"(?![^\n]*\b{_NOT}\b)[^\n#]{{0,200}}\b(?:APIs?|services?|providers?|platforms?|vendors?|servers?|Inc|Ltd|GmbH)\b",
    re.MULTILINE | re.IGNORECASE,
)


def _of_policy(evidence: Evidence, *, whole: bool = True) -> list[Denial]:
    """`whole`: that a text which names nobody says no at all is a denial, too."""
    sentences = list(sentences_of(evidence.text))
    found = [denial for line, sentence in sentences if (denial := _judge(line, sentence, evidence))]
    named = table_names_recipients(evidence.text) or _HEADED.search(evidence.text)
    if not _discloses(sentences) and not named:
        return found or (_saying_no(sentences, evidence) if whole else [])
    if not found:
        return []
    elsewhere = lines_on_own_hosts(evidence.text)
    return [one for one in found if one.kind != "collection" and not (one.kind == "network" and one.line in elsewhere)]


def _saying_no(sentences: list[tuple[int, str]], evidence: Evidence) -> list[Denial]:
    """A policy that names nobody who gets the data, and says no or "here": in whatever words, it denies what is sent."""
    if evidence.sends is None:
        return []
    seen = evidence.sends
    against = f"{seen.what or 'a host of its caller’s choice'} ({seen.path}:{seen.line})"
    return [Denial("collection", line, text[:300], against) for line, text in sentences if _denies_at_all(text)][:1]


_REST = re.compile(
    r"\b(?:nothing|no one|nobody|no(?:thing)? (?:data|information)?) ?(?:else|further|more|other|additional)\b",
    re.IGNORECASE,
)


# What users should do or leave, which tells nothing of the plugin.
_ADVICE = re.compile(
    r"^\W*(?:please|always|make sure|ensure|remember|note|be careful|avoid|keep|store|use|do not|don['’]t|never (?!\w+(?:ed|en|pt|ld)\b|sent|seen|shown|put|read|leave|ever)\w+)\b"
    r"|\byou (?:should|must|can|may|need|have to|are responsible)\b|请|請|不要|切勿|务必|ください|してはいけません|^\W*(?:bitte|geben sie|verwenden sie|no comparta|nunca comparta|ne partagez)\b",
    re.IGNORECASE,
)


def _denies_at_all(sentence: str) -> bool:
    return bool(_SAYS_NO.search(sentence)) and not _REST.search(sentence) and not _ADVICE.search(sentence)


def _judge(line: int, sentence: str, evidence: Evidence) -> Denial | None:
    sentence = _BUT_FOR_YOU.sub("", sentence)
    if _REST.search(sentence):  # of what was not said before: it denies nothing of that
        return None
    if len(parts := _TURNS.split(sentence)) > 1 and any(map(_names_recipient, parts[1:])):
        return None  # what comes behind the but says where it goes
    if known := particular(sentence, evidence):
        return Denial(known[0], line, sentence[:300], f"{known[1].what} ({known[1].path}:{known[1].line})")
    sentence = _PURPOSES.sub("", sentence)
    outright = _any(_NOBODY, sentence) and not _BUT_FOR.search(sentence)
    if evidence.sends and (outright or (_any(_NETWORK, sentence) and not _QUALIFIED.search(sentence))):
        seen = evidence.sends
        return Denial(
            "network", line, sentence[:300], f"{seen.what or 'a host of its caller’s choice'} ({seen.path}:{seen.line})"
        )
    if evidence.logs and _any(_LOGGING, sentence) and _of_input(sentence):
        seen = evidence.logs[0]
        return Denial("logs", line, sentence[:300], f"{seen.what} ({seen.path}:{seen.line})")
    if evidence.stores and _any(_STORAGE, sentence) and not _LASTING.search(sentence):
        seen = evidence.stores[0]
        return Denial("storage", line, sentence[:300], f"{seen.what} ({seen.path}:{seen.line})")
    if evidence.models and _any(_MODELS, sentence) and not _QUALIFIED.search(sentence):
        seen = evidence.models[0]
        return Denial("models", line, sentence[:300], f"{seen.what} ({seen.path}:{seen.line})")
    if evidence.sends and any(_any(patterns, sentence) for patterns in (_COLLECTION, _STAYS, _NETWORK)):
        seen = evidence.sends
        return Denial(
            "collection",
            line,
            sentence[:300],
            f"{seen.what or 'a host of its caller’s choice'} ({seen.path}:{seen.line})",
        )
    return None


def _of_input(sentence: str) -> bool:
    """Whether it may be what users enter that is not logged, and not keys, files or what is called sensitive."""
    return not _OF_FILES.search(sentence) and bool(_OF_INPUT.search(sentence) or not KEYS.search(sentence))


# An exception that lets nobody else have it.
# Beside other purposes, tracking is one: what is collected for none of them may be collected still.
_PURPOSES = re.compile(
    r"\bno tracking,? (?:and |or )?(?:no )?(?:advertis\w+|profil\w+|marketing|ads)\b(?:,? (?:and |or )?(?:no )?(?:advertis\w+|profil\w+|marketing|ads)\b)*",
    re.IGNORECASE,
)
_BUT_FOR_YOU = re.compile(
    r"\b(?:other than|except(?: for)?|apart from|aside from|besides|beyond|outside(?: of)?) (?:to |with |for |by )?(?:your|the|its|our users['’])? ?(?:own )?"
    r"(?:dify|workspaces?|servers?|machines?|instances?|hosts?|devices?|computers?|deployments?|you\b|yourself)(?: (?:server|instance|workspace|installation|itself|platform))*",
    re.IGNORECASE,
)


def _any(patterns: list[str], sentence: str) -> bool:
    sentence = re.sub(r"n['’]t\b", " not", sentence)
    return any(re.search(pattern, sentence, re.IGNORECASE) for pattern in patterns)


_TURNS = re.compile(
    r"[,;:]?\s+(?:but|however|whereas|yet|instead|then)\b,?|;|[，；]?(?:但是?|不过|而是)|、?(?:ただし|しかし)|\b(?:sondern|mais|pero|mas|ma|но|maar)\b"
)


# Halves of a sentence that can each stand alone: the no of one is not that of the other.
_CLAUSES = re.compile(
    r"，(?!或|及|和|以及|也不|亦不|并不)|, (?:and )?(?=(?:it|they|your|the|this|each|every|inputs?|requests?|queries|is|are|we)\b)"
)


# Asked, or said of others: it does not tell what this plugin does.
_OF_OTHERS = re.compile(
    r"[?？]\s*$|\b(?:ask|wonder|asked|wondering|know)\b[^.\n]{0,30}\b(?:which|what|whether|if|where|how|who)\b"
    r"|\b(?:many|most|other|some|unlike|typical|competing|conventional) (?:\w+ ){0,2}"
    r"(?:plugins?|tools?|extensions?|apps?|solutions?|products?|integrations?)\b",
    re.IGNORECASE,
)
_YES = re.compile(
    r"\s*(?:yes|yep|indeed|sure|是|会|會|はい|예|네|sim|sí|oui|ja|sì|да)\b|\s*(?:是的?|会的?|はい)", re.IGNORECASE
)


def _discloses(sentences: list[tuple[int, str]]) -> bool:
    """Whether some sentence, or the half of one behind a but, that denies nothing names somebody who gets the data."""
    texts = [sentence for _, sentence in sentences]
    told = [
        one
        for one, following in zip(texts, [*texts[1:], ""], strict=False)
        if not _OF_OTHERS.search(one) or _YES.match(following)
    ]
    return any(
        _names_recipient(part)
        for sentence in told
        for part in {sentence, *_TURNS.split(sentence), *_CLAUSES.split(sentence)}
    )


# A plugin that is called as a host is, and does not do something.
_SUBJECT = re.compile(
    r"^\W*\S+\.\w+ (?=(?:(?:does|do|will|can|is|has)(?: not|n['’]t)|never|cannot|\w+s (?:no|nothing)|works|runs)\b)"
)


def _names_recipient(sentence: str) -> bool:
    told = _SUBJECT.sub("", re.sub(r"\S+@\S+", "", sentence))
    if any(not is_reserved(host) for host in hosts_in(told)):
        return True
    if _EXCEPT.search(sentence):
        return True
    denies = any(_any(patterns, sentence) for patterns in (_COLLECTION, _STAYS, _NETWORK, _STORAGE))
    return not denies and any(one.search(sentence) for one in (_RECIPIENT, _GOES_TO, tongues.RECIPIENT))
