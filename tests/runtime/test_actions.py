"""The dispatch table against protocol.md 6.3, and what it makes of requests."""

from typing import Any

import pytest

from runtime.actions import ACTIONS, BY_PATH, Action, Field, missing, request_data
from runtime.errors import BadRequest

# path: type, action (protocol.md 6.3)
TABLE = """
tool/invoke tool invoke_tool
tool/validate_credentials tool validate_tool_credentials
tool/get_runtime_parameters tool get_tool_runtime_parameters
llm/invoke model invoke_llm
llm/num_tokens model get_llm_num_tokens
model/polling/start model start_polling
model/polling/check model check_polling
text_embedding/invoke model invoke_text_embedding
text_embedding/num_tokens model get_text_embedding_num_tokens
multimodal_embedding/invoke model invoke_multimodal_embedding
rerank/invoke model invoke_rerank
multimodal_rerank/invoke model invoke_multimodal_rerank
tts/invoke model invoke_tts
tts/model/voices model get_tts_model_voices
speech2text/invoke model invoke_speech2text
moderation/invoke model invoke_moderation
model/validate_provider_credentials model validate_provider_credentials
model/validate_model_credentials model validate_model_credentials
model/schema model get_ai_model_schemas
agent_strategy/invoke agent_strategy invoke_agent_strategy
oauth/get_authorization_url oauth get_authorization_url
oauth/get_credentials oauth get_credentials
oauth/refresh_credentials oauth refresh_credentials
dynamic_select/fetch_parameter_options dynamic_parameter fetch_parameter_options
datasource/validate_credentials datasource validate_datasource_credentials
datasource/get_website_crawl datasource invoke_website_datasource_get_crawl
datasource/get_online_document_pages datasource invoke_online_document_datasource_get_pages
datasource/get_online_document_page_content datasource invoke_online_document_datasource_get_page_content
datasource/online_drive_browse_files datasource invoke_online_drive_browse_files
datasource/online_drive_download_file datasource invoke_online_drive_download_file
trigger/invoke_event trigger invoke_trigger_event
trigger/validate_credentials trigger validate_trigger_credentials
trigger/dispatch_event trigger dispatch_trigger_event
trigger/subscribe trigger subscribe_trigger
trigger/unsubscribe trigger unsubscribe_trigger
trigger/refresh trigger refresh_trigger
"""


def test_the_table_is_the_protocols():
    rows = [tuple(line.split()) for line in TABLE.strip().splitlines()]
    assert [(action.path, action.type, action.action) for action in ACTIONS] == rows


def sample(field: Field):
    if field.equals:
        return field.equals
    if field.one_of:
        return field.one_of[0]
    samples: dict[Any, Any] = {dict: {"k": "v"}, list: ["x"]}
    return samples.get(field.default, "text")


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.path)
class TestEachAction:
    def whole(self, action: Action):
        return {field.name: sample(field) for field in action.fields if field.required}

    def test_required_fields_suffice(self, action):
        data = request_data(action, self.whole(action))
        present = {field.name for field in action.fields if not field.omit_empty}
        assert present <= set(data)

    def test_each_required_field_is_required(self, action):
        for field in action.fields:
            if field.required:
                data = self.whole(action)
                del data[field.name]
                with pytest.raises(BadRequest, match=f"data.{field.name} is required"):
                    request_data(action, data)

    def test_unknown_keys_are_dropped(self, action):
        assert "unknown" not in request_data(action, self.whole(action) | {"unknown": 1})

    def test_mappings_and_lists_are_never_null(self, action):
        nulls = {field.name: None for field in action.fields if not field.required}
        data = request_data(action, self.whole(action) | nulls)
        for field in action.fields:
            if field.default in (dict, list):
                assert data[field.name] is not None


def llm(**changes):
    base = {"provider": "p", "model": "m", "model_type": "llm", "prompt_messages": []}
    return request_data(BY_PATH["llm/invoke"], base | changes)


def test_model_type_must_fit_the_route():
    with pytest.raises(BadRequest, match="model_type must be 'llm'"):
        llm(model_type="rerank")


def test_messages_are_mended_for_the_sdk():
    image = {"type": "image", "format": "png", "mime_type": "image/png", "url": "u", "base64_data": "", "detail": ""}
    sent = [
        {"role": "assistant", "content": None, "tool_calls": None},
        {"role": "user", "content": [image]},
    ]
    first, second = llm(prompt_messages=sent)["prompt_messages"]
    assert first == {"role": "assistant", "content": "", "tool_calls": []}
    assert "detail" not in second["content"][0]


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_data_must_be_an_object(data):
    with pytest.raises(BadRequest, match="object `data`"):
        request_data(BY_PATH["tool/invoke"], data)


def test_prompt_messages_must_be_objects():
    with pytest.raises(BadRequest, match="list of objects"):
        llm(prompt_messages=["hi"])


@pytest.mark.parametrize("value", [None, "", 0, 0.0])
def test_missing(value):
    assert missing(value)


@pytest.mark.parametrize("value", [False, {}, [], "x", 1])
def test_present(value):
    assert not missing(value)
