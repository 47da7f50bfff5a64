import time
from collections.abc import Iterator, Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response


class StreamEndpoint(Endpoint):
    """Server-sent events; query: size (characters), delay_ms, break_at (raises there)."""

    def _invoke(self, r: Request, values: Mapping, settings: Mapping) -> Response:
        text = "x" * int(r.args.get("size", 16))
        pause = float(r.args.get("delay_ms", 0)) / 1000
        break_at = int(r.args.get("break_at", -1))

        def events() -> Iterator[str]:
            for number in range(int(values["count"])):
                if number == break_at:
                    raise ValueError("broken as asked")
                if pause:
                    time.sleep(pause)
                yield f"id: {number}\ndata: {text}\n\n"

        return Response(events(), status=200, content_type="text/event-stream")
