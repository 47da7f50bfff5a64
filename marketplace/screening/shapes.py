"""What keys of known makers look like, and words that stand in every one of them, which are quick to look for."""

import re

# maker's key: (shape, what stands in it)
SHAPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "an Airtable token": (r"\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}\b", ("pat",)),
    "an Anyscale or Fireworks key": (r"\b(?:esecret_|fw_)[A-Za-z0-9]{22,}\b", ("esecret_", "fw_")),
    "an Atlassian token": (r"\bAT(?:ATT3|CTT3|BB)[A-Za-z0-9_=-]{20,}", ("ATATT3", "ATCTT3", "ATBB")),
    "a Brevo key": (r"\bxkeysib-[a-f0-9]{60,}", ("xkeysib-",)),
    "a Cerebras key": (r"\bcsk-[a-z0-9]{40,}\b", ("csk-",)),
    "a Contentful token": (r"\bCFPAT-[A-Za-z0-9_-]{40,}", ("CFPAT-",)),
    "a DingTalk webhook": (r"oapi\.dingtalk\.com/robot/send\?access_token=[a-f0-9]{60,}", ("oapi.dingtalk.com",)),
    "a Discord bot's token": (r"\b[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}\b", (".",)),
    "a Docker Hub token": (r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}", ("dckr_",)),
    "a Doppler token": (r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40,}", ("dp.",)),
    "a Facebook token": (r"\bEAA[A-Za-z0-9]{60,}", ("EAA",)),
    "a Feishu webhook": (
        r"open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/[a-f0-9-]{36}",
        ("/bot/v2/hook/",),
    ),
    "a Figma token": (r"\bfig[dour]+_[A-Za-z0-9_-]{38,}", ("fig",)),
    "a Firecrawl key": (r"\bfc-[a-f0-9]{32}\b", ("fc-",)),
    "a Google OAuth token": (r"\bya29\.[A-Za-z0-9_-]{40,}", ("ya29.",)),
    "a Grafana token": (r"\bgl(?:sa|c)_[A-Za-z0-9_+/=]{30,}", ("glsa_", "glc_")),
    "a Heroku key": (r"\bHRKU-[A-Za-z0-9_-]{36,}", ("HRKU-",)),
    "a Jina key": (r"\bjina_[A-Za-z0-9_-]{50,}", ("jina_",)),
    "a LangSmith key": (r"\blsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}\b", ("lsv2_",)),
    "a Langfuse key": (r"\bsk-lf-[a-f0-9-]{36}\b", ("sk-lf-",)),
    "a LinkedIn or Yandex token": (r"\bAQ(?:VN|AAAA)[A-Za-z0-9_-]{35,}", ("AQVN", "AQAAAA")),
    "a Mailchimp key": (r"\b[a-f0-9]{32}-us\d{1,2}\b", ("-us",)),
    "a Netlify token": (r"\bnf[pcuo]_[A-Za-z0-9]{36,}\b", ("nfp_", "nfc_", "nfu_", "nfo_")),
    "a New Relic key": (
        r"\bNR(?:AK|II|AA|JS|RA|BR)-[A-Za-z0-9]{24,}\b",
        ("NRAK-", "NRII-", "NRAA-", "NRJS-", "NRRA-", "NRBR-"),
    ),
    "a NuGet key": (r"\boy2[a-z0-9]{43}\b", ("oy2",)),
    "an NVIDIA key": (r"\bnvapi-[A-Za-z0-9_-]{60,}", ("nvapi-",)),
    "a Pinecone key": (r"\bpcsk_[A-Za-z0-9]{4,8}_[A-Za-z0-9]{50,}", ("pcsk_",)),
    "a PlanetScale token": (r"\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{30,}", ("pscale_",)),
    "a Postman key": (r"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b", ("PMAK-",)),
    "a Pulumi token": (r"\bpul-[a-f0-9]{40}\b", ("pul-",)),
    "a RubyGems key": (r"\brubygems_[a-f0-9]{48}\b", ("rubygems_",)),
    "a Segment or Sentry token": (
        r"\bsnt(?:rys|ryu)_[A-Za-z0-9_=+/-]{40,}|\bsgp_[a-f0-9]{40,}",
        ("sntrys_", "sntryu_", "sgp_"),
    ),
    "a Supabase token": (r"\bsb(?:p|_secret)_[A-Za-z0-9_]{30,}", ("sbp_", "sb_secret_")),
    "a Tailscale key": (r"\btskey-[a-z]+-[A-Za-z0-9]+-[A-Za-z0-9]{20,}", ("tskey-",)),
    "a Terraform token": (r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}", (".atlasv1.",)),
    "a Voyage key": (r"\bpa-[A-Za-z0-9_-]{40,}", ("pa-",)),
    "a Volcengine key": (r"\bAKLT[A-Za-z0-9_-]{30,}", ("AKLT",)),
    "a WeCom webhook": (r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=[a-f0-9-]{36}", ("qyapi.weixin.qq.com",)),
    "a Zapier webhook": (r"hooks\.zapier\.com/hooks/catch/\d{5,}/[a-z0-9]{5,}", ("hooks.zapier.com",)),
    "a Teams webhook": (r"webhook\.office\.com/webhookb2/[A-Za-z0-9@-]{60,}", ("webhook.office.com",)),
}
PROVIDERS = {name: re.compile(shape) for name, (shape, _) in SHAPES.items()}
MARKS = [mark for _, marks in SHAPES.values() for mark in marks]
