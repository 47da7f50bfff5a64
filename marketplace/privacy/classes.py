"""Classes of data, purposes and legal bases, as tables. The classes follow Dify's guidelines for privacy policies."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataClass:
    """`sensitive` ones need a legal basis, a retention time and a way to have them deleted."""

    label: str
    group: str  # direct | indirect | combinable | content
    words: str  # a pattern that finds it in a policy
    sensitive: bool = False


DATA: dict[str, DataClass] = {
    "name": DataClass("Names", "direct", r"\b(full |first |last |real )?names?\b(?! (of|is))"),
    "email": DataClass("E-mail addresses", "direct", r"e-?mail address"),
    "phone": DataClass("Phone numbers", "direct", r"(tele)?phone numbers?|mobile numbers?"),
    "address": DataClass("Postal addresses", "direct", r"(postal|home|street|mailing|physical) address"),
    "government_id": DataClass(
        "Government ids", "direct", r"passport|social security|national id|government id", sensitive=True
    ),
    "device": DataClass("Device ids", "indirect", r"device (id|identifier|information)"),
    "ip": DataClass("IP addresses", "indirect", r"\bIP address"),
    "location": DataClass("Locations", "indirect", r"(geo)?location|coordinates|GPS", sensitive=True),
    "cookies": DataClass("Cookies and advertising ids", "indirect", r"cookies?|advertising id"),
    "username": DataClass(
        "User names and pictures", "indirect", r"user ?names?|user login|avatar|profile (picture|information)"
    ),
    "biometrics": DataClass(
        "Biometrics", "indirect", r"biometric|fingerprint|face recognition|voice ?print", sensitive=True
    ),
    "browsing": DataClass("Browsing history", "indirect", r"browsing (history|behaviou?r)|search history"),
    "purchases": DataClass("Purchases", "indirect", r"purchase history|orders? history|purchases"),
    "health": DataClass(
        "Health", "indirect", r"\bhealth (data|information|record)|medical (data|record|image)|patient", sensitive=True
    ),
    "financial": DataClass(
        "Finances",
        "indirect",
        r"financial (data|information)|credit card|bank account|payment (data|information|details)",
        sensitive=True,
    ),
    "age": DataClass("Age", "combinable", r"\bage\b|date of birth|birthday"),
    "gender": DataClass("Gender", "combinable", r"\bgender\b"),
    "occupation": DataClass("Occupation", "combinable", r"occupation|job title|employer"),
    "interests": DataClass("Interests", "combinable", r"\b(user|your|personal) interests\b"),
    "content": DataClass(
        "What users enter",
        "content",
        r"quer(y|ies)|prompts?|messages?|\binputs?\b|search terms|conversation|parameters|"
        r"user content|text (content|input)",
    ),
    "files": DataClass("Files", "content", r"\bfiles?\b|documents?|images?|audio|uploads?"),
    "credentials": DataClass(
        "Keys and tokens", "content", r"API keys?|access tokens?|credentials?|OAuth|secret keys?|passwords?"
    ),
}
PURPOSES = {
    "function": "to do what the plugin is for",
    "authentication": "to sign in to the service",
    "storage": "to remember between calls",
    "analytics": "to measure use",
    "improvement": "to improve the service or train models",
    "security": "to keep the service safe",
    "advertising": "to advertise",
    "legal": "to fulfil the law",
}
BASES = {
    "consent": "consent",
    "contract": "performance of a contract",
    "obligation": "a legal obligation",
    "vital": "vital interests",
    "public": "a public task",
    "interest": "legitimate interest",
}
