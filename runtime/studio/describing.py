"""What an app tells of itself to who wants to call it: Dify's app parameters."""

from typing import Any

from runtime.models import App
from runtime.studio.memory import find_app
from runtime.studio.recipes import LARGEST_INPUT, recipe

OFF = {"enabled": False}


def describe(workspace_id: str, app_id: str) -> dict[str, Any]:
    """The parameters of an app; SQL, so call it in a thread. Raises AppNotFound."""
    return described(find_app(workspace_id, app_id))


def described(app: App) -> dict[str, Any]:
    made = recipe(app)
    return {
        "opening_statement": made.opening,
        "suggested_questions": [],
        "suggested_questions_after_answer": OFF,
        "speech_to_text": OFF,
        "text_to_speech": OFF,
        "retriever_resource": OFF,
        "annotation_reply": OFF,
        "more_like_this": OFF,
        "sensitive_word_avoidance": OFF,
        "user_input_form": [paragraph(name) for name in made.variables()],
        "file_upload": {"image": {"enabled": False, "number_limits": 0, "transfer_methods": []}},
        "system_parameters": {},
    }


def paragraph(name: str) -> dict[str, Any]:
    return {
        "paragraph": {
            "variable": name,
            "label": name.replace("_", " ").capitalize(),
            "required": True,
            "default": "",
            "max_length": LARGEST_INPUT,
        }
    }


def info(app: App) -> dict[str, Any]:
    return {"name": app.name, "description": app.description, "tags": [], "mode": app.mode}
