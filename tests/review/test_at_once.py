"""Two who act at the same moment, in threads on PostgreSQL, where rows are locked one by one."""

import json
import os
import subprocess
import sys

import pytest

from tests import places, servers

PROGRAM = """
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connection
from django.utils import timezone
from marketplace import review
from marketplace.models import *
from marketplace.review import claiming, deciding, thread
from marketplace.review.deciding import Approval
from marketplace.signing.decisions import make_key

ROUNDS = 8
people = [User.objects.create(email=f"{n}@example.org", name=n, is_reviewer=True) for n in ("ada", "bob", "eve", "kim")]
owner = User.objects.create(email="owner@example.org", name="owner")
acme = Organization.objects.create(handle="acme", name="Acme")
Publisher.objects.create(organization=acme, user=owner)
for person in people:
    make_key(person)

def ready(number, state="queued", **values):
    plain = {"plugin_id": f"acme/p{number}", "version": "1.0.0", "unique_identifier": f"acme/p{number}:1.0.0@0",
             "package": "0" * 64, "size": 1, "notes": "New.", "made_by": owner}
    one = Submission.objects.create(organization=acme, state=state, **plain | values)
    ScreeningSection.objects.create(submission=one, check_name="secrets", state="passed", required=True)
    PrivacyStatement.objects.create(submission=one, source="form", confirmed_at=timezone.now(), reviewed_at=timezone.now())
    return one

def at_once(*acts):
    barrier = Barrier(len(acts))
    def run(act):
        barrier.wait()
        try:
            act()
            return True
        except review.ReviewError:
            return False
        finally:
            connection.close()
    with ThreadPoolExecutor(len(acts)) as pool:
        return sum(pool.map(run, acts))

def approving(one, by):
    return lambda: deciding.approve(one.pk, Approval("community"), by=by, serial=one.serial)

def rejecting(one, by):
    return lambda: deciding.reject(one.pk, by=by, serial=one.serial, rule="purpose", reason="A copy.")

told = {}
done, decisions, states = Counter(), Counter(), Counter()
for number in range(ROUNDS):
    one = ready(number)
    done[at_once(approving(one, people[0]), rejecting(one, people[1]), approving(one, people[2]))] += 1
    decisions[one.decisions.count()] += 1
    one.refresh_from_db()
    verdict = one.decisions.get().verdict
    states[(verdict, one.state) in {("approve", "approved"), ("reject", "rejected")}] += 1
told["one of three decides"] = [done, decisions, states]

done, states = Counter(), Counter()
for number in range(ROUNDS):
    one = ready(100 + number, risk="high")
    done[at_once(approving(one, people[0]), approving(one, people[1]))] += 1
    one.refresh_from_db()
    states[one.state] += 1
told["of two for high risk one is the first"] = [done, states]

done, states = Counter(), Counter()
for number in range(ROUNDS):
    one = ready(200 + number)
    done[at_once(approving(one, people[0]), lambda: thread.withdraw(Submission.objects.get(pk=one.pk), by=owner))] += 1
    one.refresh_from_db()
    states[one.state in ("approved", "withdrawn") and one.decisions.count() == (one.state == "approved")] += 1
told["approved or withdrawn"] = [done, states]

holders = Counter()
for number in range(ROUNDS):
    one = ready(300 + number)
    holders[at_once(*(lambda by=by: claiming.claim(Submission.objects.get(pk=one.pk), by=by) for by in people))] += 1
    Submission.objects.update(claimed_by=None, claimed_until=None)
told["one claims"] = [holders]

many = [ready(400 + number) for number in range(8)]
told["a reviewer holds three"] = at_once(*(lambda one=one: claiming.claim(one, by=people[3]) for one in many))
print(json.dumps(told, default=dict))
"""


@pytest.mark.postgres
def test_of_those_who_act_at_once_one_does(postgres_server: str) -> None:
    with servers.database(postgres_server) as url:
        environment = places.clean_environment(DATABASE_URL=url, DATA_DIR=str(places.new_folder()))

        def manage(*arguments: str) -> str:
            argv = [sys.executable, os.fspath(places.ROOT / "manage.py"), *arguments]
            done = subprocess.run(argv, check=False, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            return done.stdout

        manage("migrate", "--verbosity=0")
        told = json.loads(manage("shell", "--verbosity=0", "--no-imports", "-c", PROGRAM).splitlines()[-1])
    assert told == {
        "one of three decides": [{"1": 8}, {"1": 8}, {"true": 8}],
        "of two for high risk one is the first": [{"1": 8}, {"seconding": 8}],
        "approved or withdrawn": [{"1": 8}, {"true": 8}],
        "one claims": [{"1": 8}],
        "a reviewer holds three": 3,
    }
