"""Commands that pages show for copying (pure)."""

NOTES = "-F 'notes=What is new.'"


# A package is a ZIP file without entries for folders, so any zip makes one.
PACK = "cd my_plugin\nzip -rD ../my_plugin.difypkg . -x '.*' '*/.*' '*.pyc'"


def publish(address: str, token: str = "") -> str:
    begin = [f"export PATCHBAY_TOKEN={token}"] if token else []
    return "\n".join((*begin, f"python manage.py plugin publish my_plugin --to {address} --notes 'What is new.'"))


def publish_by_curl(address: str, token: str) -> str:
    return " \\\n  ".join(
        (
            f"curl -sS --fail-with-body -H 'Authorization: Bearer {token}'",
            f"-F file=@my_plugin.difypkg {NOTES}",
            f"{address}/api/v1/publish",
        )
    )


def github_job(address: str) -> str:
    """What stands in a workflow that is trusted."""
    return job(f"""
      - uses: actions/checkout@v4
      - run: python manage.py plugin publish my_plugin --to {address}""")


def curl_job(address: str, audience: str) -> str:
    """The same with nothing of ours installed: the identity is exchanged for a token, and the token publishes."""
    api = f"{address}/api/v1/publish"
    return job(f"""
      - uses: actions/checkout@v4
      - run: |
          identity=$(curl -s -H "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
            "$ACTIONS_ID_TOKEN_REQUEST_URL&audience={audience}" | jq -r .value)
          token=$(curl -s {api}/oidc/exchange \\
            -d "{{\\"token\\": \\"$identity\\"}}" | jq -r .data.token)
          curl --fail-with-body -H "Authorization: Bearer $token" \\
            -F file=@my_plugin.difypkg {NOTES} {api}""")


def job(steps: str) -> str:
    return f"""on: {{release: {{types: [published]}}}}
jobs:
  publish:
    runs-on: ubuntu-latest
    environment: release
    permissions:
      id-token: write
      contents: read
    steps:{steps}"""
