"""The form of an app's recipe: what is installed as choices, one row a step, schemas' own parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import QueryDict

from runtime.errors import BadRequest
from runtime.models import App
from runtime.pages.fields import SchemaForm
from runtime.pages.offers import Offers
from runtime.pages.runnable import optional
from runtime.pages.words import said
from runtime.studio.agents import own_parameters
from runtime.studio.choices import Choice, Choices
from runtime.studio.recipes import QUERY, STEP_KINDS, Model, Recipe, Step, Strategy, Tool, filled

PROMPTS = {
    App.Mode.CHAT: ("Instruction", "What the model is told before every question."),
    App.Mode.AGENT: ("Instruction", "What the agent is told before every question."),
    App.Mode.COMPLETION: ("Prompt", "What the model is asked."),
    App.Mode.WORKFLOW: ("Instruction", "What the model is told before each step that asks it. It may be left empty."),
}
VARIABLES = "Write {{name}} for what is filled in by whoever uses the app."
BLANK_STEPS = 1
LARGEST_PROMPT = 50_000  # characters

Grouped = list[tuple[str, list[tuple[str, str, bool]]]]


def grouped(found: Sequence[Choice], language: str, none: str = "") -> list[Any]:
    """Options by provider, after one for none."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in found:
        groups.setdefault(said(one.group, language) or one.provider, []).append((one.key, said(one.label, language)))
    return [("", none), *groups.items()] if none else list(groups.items())


class AboutForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="What people see.")
    description = forms.CharField(max_length=200, required=False)


class NewForm(AboutForm):
    mode = forms.ChoiceField(choices=App.Mode.choices, widget=forms.RadioSelect, initial=App.Mode.CHAT)


class RecipeForm(forms.Form):
    """The fields that the app's mode has."""

    def __init__(self, mode: App.Mode, found: Choices, *, language: str, **options: Any) -> None:
        super().__init__(label_suffix="", **options)
        label, about = PROMPTS[mode]
        self.fields["model"] = forms.ChoiceField(
            choices=grouped(found.models, language, "None yet"), required=False, label="Model"
        )
        if mode == App.Mode.AGENT:
            self.fields["strategy"] = forms.ChoiceField(
                choices=grouped(found.strategies, language, "None yet"), required=False, label="Agent strategy"
            )
        self.fields["prompt"] = forms.CharField(
            label=label,
            required=False,
            max_length=LARGEST_PROMPT,
            strip=False,
            help_text=f"{about} {VARIABLES}",
            widget=forms.Textarea(attrs={"rows": 6}),
        )
        if mode == App.Mode.AGENT:
            self.fields["tools"] = forms.MultipleChoiceField(
                choices=grouped(found.tools, language),
                required=False,
                label="Tools",
                widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"}),
            )
        if mode in (App.Mode.CHAT, App.Mode.AGENT):
            self.fields["opening"] = forms.CharField(
                required=False, max_length=1000, help_text="Greets whoever begins a conversation."
            )
            self.fields["memory"] = forms.IntegerField(
                min_value=0, max_value=100, label="Memory", help_text="How many earlier turns the model is told."
            )

    @property
    def tool_groups(self) -> Grouped:
        """Tools by provider: key, label, and whether it is chosen."""
        chosen = set(self["tools"].value() or ())
        field = cast("forms.MultipleChoiceField", self.fields["tools"])
        groups = cast("list[tuple[str, list[tuple[str, str]]]]", field.choices)
        return [(label, [(key, name, key in chosen) for key, name in listed]) for label, listed in groups]


class StepForm(forms.Form):
    """A row of the list of steps; one without a name is not there."""

    name = forms.RegexField(
        r"^[a-z][a-z0-9_]*$",
        max_length=40,
        required=False,
        error_messages={"invalid": "Small letters, digits and _ only: the steps that follow use it as {{name}}."},
    )
    kind = forms.ChoiceField(choices=list(STEP_KINDS.items()), required=False, initial="model")
    text = forms.CharField(
        required=False, max_length=LARGEST_PROMPT, strip=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, tools: list[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""
        self.fields["tool"] = forms.ChoiceField(choices=tools, required=False)

    def clean(self) -> dict[str, Any]:
        given = dict(super().clean() or {})
        if given.get("name") == QUERY:
            self.add_error("name", "This name is taken: it stands for the question.")
        if not given.get("name") and given.get("text"):
            self.add_error("name", "Give the step a name.")
        if given.get("kind") == "tool" and given.get("name"):
            self.check_tool(given)
        return given

    def check_tool(self, given: dict[str, Any]) -> None:
        if not given.get("tool"):
            self.add_error("tool", "Choose the tool.")
        try:
            filled(given.get("text") or "", {})
        except BadRequest as fault:
            self.add_error("text", fault.message)

    def step(self) -> Step | None:
        given = self.cleaned_data
        if not given.get("name"):
            return None
        tool = Tool(*given["tool"].split(" ", 1)) if given["kind"] == "tool" else None
        return Step(given["name"], given["kind"], given["text"].replace("\r\n", "\n"), tool)


@dataclass(slots=True)
class AppForms:
    """All forms of the page; `more` and `plan` hold the model's and the strategy's own parameters."""

    about: AboutForm
    recipe: RecipeForm
    more: SchemaForm
    plan: SchemaForm
    steps: Any  # a formset, [] where the mode has no steps

    def valid(self) -> bool:
        answers = [one.is_valid() for one in (self.about, self.recipe, *self.filled_in)]
        return all(answers) and self.names_differ()

    @property
    def filled_in(self) -> list[Any]:
        """Parts that the page had: the parameters of what has just been chosen come with the next one."""
        parts = [one for one in (self.more, self.plan) if one.is_bound]
        return [*parts, self.steps] if self.steps else parts

    def names_differ(self) -> bool:
        names = [step.name for step in self.made_steps()]
        for name in {name for name in names if names.count(name) > 1}:
            self.recipe.add_error(None, f"Two steps are called {name}.")
        return len(set(names)) == len(names)

    def made_steps(self) -> list[Step]:
        return [step for form in self.steps if (step := form.step())] if self.steps else []

    def made(self, mode: str) -> Recipe:
        """The recipe that the forms say; `mode` is the model's."""
        given = self.recipe.cleaned_data
        return Recipe(
            model=Model(*split(given["model"]), mode=mode, parameters=given_values(self.more)),
            prompt=given["prompt"].replace("\r\n", "\n"),
            opening=given.get("opening") or "",
            memory=given.get("memory", 10),
            tools=[Tool(*split(one)) for one in given.get("tools") or ()],
            strategy=Strategy(*split(given.get("strategy") or ""), parameters=given_values(self.plan)),
            steps=self.made_steps(),
        )


def given_values(form: SchemaForm) -> dict[str, Any]:
    return form.values() if form.is_bound else {}


def split(key: str) -> tuple[str, str]:
    provider, _, name = key.partition(" ")
    return provider, name


def app_forms(app: App, made: Recipe, found: Choices, *, language: str, given: QueryDict | None) -> AppForms:
    mode, offers = App.Mode(app.mode), Offers(app.workspace_id)
    model = f"{made.model.provider} {made.model.name}".strip()
    strategy = f"{made.strategy.provider} {made.strategy.name}".strip()
    before = (model, strategy)
    if given is not None:
        model, strategy = given.get("recipe-model", ""), given.get("recipe-strategy", "")
    initial = {
        "model": model,
        "strategy": strategy,
        "prompt": made.prompt,
        "tools": [f"{one.provider} {one.name}" for one in made.tools],
        "opening": made.opening,
        "memory": made.memory,
    }
    rules = [optional(one) for one in declared(found.models, model).get("parameter_rules") or ()]
    plan = own_parameters(declared(found.strategies, strategy).get("parameters") or [])
    return AppForms(
        about=AboutForm(
            given, prefix="about", label_suffix="", initial={"name": app.name, "description": app.description}
        ),
        recipe=RecipeForm(mode, found, language=language, data=given, prefix="recipe", initial=initial),
        more=part(
            with_values(rules, made.model.parameters),
            "more",
            model == before[0],
            offers=offers,
            language=language,
            given=given,
        ),
        plan=part(
            with_values(plan, made.strategy.parameters),
            "plan",
            strategy == before[1],
            offers=offers,
            language=language,
            given=given,
        ),
        steps=step_forms(made, found, language=language, given=given) if mode == App.Mode.WORKFLOW else [],
    )


def part(
    schemas: list[dict[str, Any]], prefix: str, same: bool, *, offers: Offers, language: str, given: QueryDict | None
) -> SchemaForm:
    """The form of a chosen thing's own parameters; it is not filled in where the page was that of another thing."""
    there = given is not None and (same or any(f"{prefix}-{one['name']}" in given for one in schemas))
    return SchemaForm(schemas, language=language, offers=offers, data=given if there else None, prefix=prefix)


def declared(found: Sequence[Choice], key: str) -> dict[str, Any]:
    return next((one.declared for one in found if one.key == key), {})


def with_values(schemas: list[dict[str, Any]], values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**one, "default": values.get(one["name"], one.get("default"))} for one in schemas]


def step_forms(made: Recipe, found: Choices, *, language: str, given: QueryDict | None) -> Any:
    rows = [
        {
            "name": one.name,
            "kind": one.kind,
            "text": one.text,
            "tool": f"{one.tool.provider} {one.tool.name}" if one.tool else "",
        }
        for one in made.steps
    ]
    several = forms.formset_factory(StepForm, extra=BLANK_STEPS, max_num=50, validate_max=True)
    tools = grouped(found.tools, language, "–")
    return several(given, initial=rows, prefix="step", form_kwargs={"tools": tools})
