"""Run a tool or try a model: a form made from its schema, and its answer as it comes or whole."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson
from asgiref.sync import sync_to_async
from django.core.exceptions import BadRequest
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.views.decorators.debug import sensitive_variables

from runtime import calling, files
from runtime.errors import RuntimeFault
from runtime.pages import runnable
from runtime.pages.access import Visit, async_page
from runtime.pages.accounts import Accounts, accounts
from runtime.pages.answer import Answer, Step
from runtime.pages.fields import Schema, SchemaForm
from runtime.pages.offers import Offers
from runtime.pages.plugin import Opened, opened, tab
from runtime.pages.runnable import Runnable
from runtime.pages.words import said
from runtime.wire import ERROR, GONE, STREAM

STEPS = "application/x-ndjson"  # one list of steps on each line
NO_BUFFER = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(slots=True)
class Forms:
    """The three parts of the form: what the thing takes, the account, and a model's own parameters."""

    parameters: SchemaForm
    credentials: SchemaForm
    more: SchemaForm
    accounts: Accounts

    def valid(self) -> bool:
        """Each form is asked, so that each one shows its errors."""
        answers = [form.is_valid() for form in self.all]
        return all(answers)

    @property
    def all(self) -> tuple[SchemaForm, ...]:
        """Those that have been filled in: beside a stored account nothing is typed."""
        return (self.parameters, self.credentials, self.more) if self.accounts.typed else (self.parameters, self.more)

    def forget_errors(self) -> None:
        for form in self.all:
            form.forget_errors()

    def failings(self) -> dict[str, list[str]]:
        return {name: said for form in self.all for name, said in form.failings().items()}


def forms(ran: Runnable, request: Visit, shown: Opened) -> Forms:
    given = request.POST if request.method == "POST" else None
    wanted = request.POST.get("account", "")
    chosen = accounts(request.membership.id, shown.plugin.plugin_id, ran, wanted=wanted)

    offers, plugin_id, user = Offers(request.membership.id), shown.plugin.plugin_id, str(request.user.pk)

    def keep(content: "UploadedFile[bytes]") -> dict[str, Any]:
        row = files.keep_given(content, workspace_id=request.membership.id, plugin_id=plugin_id, user=user)
        return files.as_parameter(files.read_url(row), name=row.name, mime_type=row.mime_type, size=row.size)

    def form(schemas: list[Schema], prefix: str, data: Any) -> SchemaForm:
        sent = {"data": data, "files": None if data is None else request.FILES, "prefix": prefix}
        return SchemaForm(schemas, language=shown.language, offers=offers, keep=keep, **sent)

    return Forms(
        form(ran.parameters, "parameter", given),
        form(ran.credentials, "credential", given if chosen.typed else None),
        form(ran.more, "more", given),
        chosen,
    )


@async_page
async def tool(request: Visit, plugin_id: str, name: str) -> HttpResponseBase:
    shown = await sync_to_async(opened)(request, plugin_id)
    ran = runnable.tool(shown.declaration, name, shown.language)
    return await answered(request, shown, ran)


@async_page
async def model(request: Visit, plugin_id: str) -> HttpResponseBase:
    """`model` in the address names the model; without it, the first one."""
    shown = await sync_to_async(opened)(request, plugin_id)
    names = [str(one["model"]) for one in runnable.language_models(shown.declaration)]
    name = request.GET.get("model") or next(iter(names), "")
    return await answered(request, shown, runnable.model(shown.declaration, name, shown.language), models=names)


async def answered(request: Visit, shown: Opened, ran: Runnable | None, **context: Any) -> HttpResponseBase:
    if ran is None:
        raise Http404
    if request.method == "POST" and (wanted := request.POST.get("load")):
        return await loaded(request, shown, ran, wanted=wanted)
    form = await sync_to_async(forms)(ran, request, shown)
    script = request.headers.get("Accept") == STEPS
    if request.method != "POST":
        return await page(request, shown, ran, form=form, **context)
    if not form.valid():
        if script:
            return JsonResponse({"failings": form.failings()}, status=422)
        return await page(request, shown, ran, form=form, status=422, **context)
    steps = asked(request, shown, ran, form=form)
    if script:
        return StreamingHttpResponse(lines(steps), content_type=STEPS, headers=NO_BUFFER)
    answer = Answer()
    async with aclosing(asked(request, shown, ran, form=form, answer=answer)) as whole:
        async for _ in whole:
            pass
    return await page(request, shown, ran, form=form, answer=answer, **context)


async def page(request: Visit, shown: Opened, ran: Runnable, *, status: int = 200, **context: Any) -> HttpResponse:
    here = "tools" if ran.action == "tool/invoke" else "models"
    section = next((one for one in shown.sections if one.tab == here), None)
    response = await sync_to_async(tab)(request, shown, "run", ran=ran, section=section, **context)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


@sensitive_variables("form")
async def asked(
    request: Visit, shown: Opened, ran: Runnable, *, form: Forms, answer: Answer | None = None
) -> AsyncGenerator[list[Step]]:
    """The steps that show the answer, those that are here together at once; the last one is its end."""
    answer = answer or Answer()
    try:
        ran, credentials = await account(ran, form)
        given = await sync_to_async(form.parameters.values)()  # keeps files
        data = ran.data(given, credentials, form.more.values())
        async with aclosing(call(request, shown, ran.action, data=data)) as batches:
            async for frames in batches:
                if steps := answer.hear(frames):
                    yield steps
    except RuntimeFault as fault:
        yield answer.fault(fault)
    except TimeoutError:
        yield answer.error({"message": "It took longer than a call may take on this server, and was ended."})
    yield answer.end()


async def account(ran: Runnable, form: Forms) -> tuple[Runnable, dict[str, Any]]:
    """The values of the account that was chosen or typed; raises RuntimeFault."""
    return (ran, form.credentials.values()) if form.accounts.typed else await form.accounts.data(ran)


def call(
    request: Visit, shown: Opened, action: str, *, data: dict[str, Any]
) -> AsyncGenerator[list[tuple[int, bytes]]]:
    return calling.call(
        workspace=request.membership.id,
        plugin_id=shown.plugin.plugin_id,
        action=action,
        data=data,
        user=str(request.user.pk),
    )


async def lines(steps: AsyncGenerator[list[Step]]) -> AsyncGenerator[bytes]:
    async with aclosing(steps) as batches:
        async for batch in batches:
            yield orjson.dumps(batch, option=orjson.OPT_APPEND_NEWLINE)


async def loaded(request: Visit, shown: Opened, ran: Runnable, *, wanted: str) -> HttpResponse:
    """The options of a dynamic select, which the plugin finds with the account that was given."""
    schema = next((one for one in ran.parameters if one.get("name") == wanted), None)
    if schema is None or ran.action != "tool/invoke":
        raise BadRequest("There is no such parameter.")
    form = await sync_to_async(forms)(ran, request, shown)
    form.valid()
    listed, failing = await options(request, shown, ran, schema=schema, form=form)
    if request.headers.get("Accept") == "application/json":
        pairs = [[str(one.get("value")), label(one, shown.language)] for one in listed]
        return JsonResponse({"options": pairs, "failing": failing}, status=422 if failing else 200)
    schema["options"] = listed
    form = await sync_to_async(forms)(ran, request, shown)
    form.forget_errors()
    if failing:
        form.parameters.errors[wanted] = form.parameters.error_class([failing])
    return await page(request, shown, ran, form=form, status=422 if failing else 200)


def label(option: dict[str, Any], language: str) -> str:
    return said(option.get("label"), language) or str(option.get("value"))


async def options(
    request: Visit, shown: Opened, ran: Runnable, *, schema: Schema, form: Forms
) -> tuple[list[dict[str, Any]], str]:
    """The options, or the sentence that says why there are none."""
    try:
        ran, credentials = await account(ran, form)
    except RuntimeFault as fault:
        return [], fault.message
    data = {
        "credentials": credentials,
        "credential_type": ran.credential_type,
        "provider": ran.fixed["provider"],
        "provider_action": ran.fixed["tool"],
        "parameter": schema["name"],
    }
    found: list[dict[str, Any]] = []
    try:
        async with aclosing(call(request, shown, "dynamic_select/fetch_parameter_options", data=data)) as batches:
            async for frames in batches:
                for kind, payload in frames:
                    if kind == STREAM:
                        found += orjson.loads(payload).get("options") or []
                    elif kind in (ERROR, GONE):
                        return [], str(orjson.loads(payload).get("message"))
    except (TimeoutError, RuntimeFault) as error:
        return [], str(error) or "It took too long."
    return found, "" if found else "It has no options to offer."
