"""The marketplace as a Dify sees it: its HTTP API, catalogues for single installations, and the hand-off to a console.

Paths, fields and the reasons for them are facts of Dify's own client (api/core/helper/marketplace.py, web/service/plugins.ts).
"""
