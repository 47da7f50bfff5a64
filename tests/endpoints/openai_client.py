"""OpenAI's own Python client against an address: `openai_client.py BASE_URL KEY`. What it got is printed as JSON.

It runs in an environment of its own (tests/endpoints/test_official.py), so that nothing here depends on that client.
"""

import json
import sys

import openai  # type: ignore[import-not-found]  # not among our requirements

client = openai.OpenAI(base_url=sys.argv[1], api_key=sys.argv[2], max_retries=0, timeout=60)
messages = [{"role": "user", "content": "hello"}]


def chunks() -> list[str]:
    stream = client.chat.completions.create(model="stub", messages=messages, stream=True)
    return [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]


def whole() -> str:
    return client.chat.completions.create(model="stub", messages=messages).choices[0].message.content or ""


def vectors() -> list[list[float]] | str:
    try:
        found = client.embeddings.create(model="stub", input=["one", "two"], encoding_format="float")
    except openai.APIStatusError as error:
        return str(error.status_code)
    return [one.embedding for one in found.data]


print(json.dumps({"chat": whole(), "chunks": chunks(), "embeddings": vectors(), "version": openai.__version__}))
