"""What a submission says about people's data: read from its package, said by its publisher, confirmed by a person."""

import re
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from marketplace import keeping
from marketplace.difypkg import open_package
from marketplace.models import PrivacyStatement, Submission
from marketplace.privacy import BadStatement, Statement, statement_in
from marketplace.privacy.reading import checked
from marketplace.publishers.pages.submission import mine
from marketplace.publishers.pages.visiting import publishing, reader, shown
from marketplace.publishers.privacy_form import MORE, PrivacyForms
from marketplace.releasing import package_limits
from marketplace.review import ReviewError, move
from marketplace.screening.stating import state_by_form

State = Submission.State
ROW = re.compile(r"^(use|recipient)s\.(\d+)\.(\w+)")
# Where what is said can still change what is decided.
OPEN = {State.RECEIVED, State.SCREENING, State.QUEUED, State.NEEDS_INFO}


@login_required
def privacy(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """The form; sent, it is the publisher's confirmation."""
    found, post = mine(request, submission_id)
    publishing(post)
    if found.state not in OPEN:
        messages.error(request, "It is decided upon: what it says about privacy stays.")
        return redirect("publish-submission", found.pk)
    statement, source = known(found)
    asked = PrivacyForms(request.POST if request.method == "POST" else None, statement)
    if request.method == "POST" and request.POST.get("then") != MORE and asked.is_valid():
        try:
            say(request, found, asked.statement())
        except BadStatement as error:
            for problem in str(error).split("; "):
                asked.whole.add_error(None, on_the_page(problem))
        else:
            return redirect("publish-submission", found.pk)
    context = {"post": post, "submission": found, "asked": asked, "source": source}
    return shown(request, "privacy.html", context, form=asked.whole)


def on_the_page(problem: str) -> str:
    """A problem of the statement as a sentence, with the rows as people count them."""
    text = ROW.sub(lambda row: f"{row[1]} {int(row[2]) + 1}, {row[3].replace('_', ' ')}", problem)
    return f"{text[:1].upper()}{text[1:]}."


def known(found: Submission) -> tuple[Statement, str]:
    """The statement as it stands and where it is from: a person, the package's file, or a guess from its prose."""
    row = PrivacyStatement.objects.filter(submission=found).first()
    try:
        if row is not None:
            return checked(row.statement), row.source
        with open_package(keeping.read(found.package), package_limits()) as package:
            return statement_in(package.files, package.declaration())
    except BadStatement:
        return Statement(), "guess"


def say(request: HttpRequest, found: Submission, statement: Statement) -> None:
    """Keep it as this person's word. What is in the queue is compared with the evidence once more."""
    state_by_form(found, statement, by=reader(request))
    messages.success(request, "What it says about privacy is confirmed by you.")
    if found.state == State.QUEUED:
        try:
            move(
                found,
                to=State.SCREENING,
                actor="a new privacy statement",
                note="The publisher has stated privacy anew.",
            )
        except ReviewError as error:
            messages.error(request, str(error))
