"""Celery's doors of endpoints: each is short and leads to a service. Rows are the truth, a message is only a nudge."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from endpoints import delivering, subscribing

log = logging.getLogger(__name__)


@shared_task(name="endpoints.tasks.deliver")
def deliver(endpoint_id: str) -> None:
    for seconds in delivering.drain(endpoint_id):
        nudge(endpoint_id, after=seconds)


def nudge(endpoint_id: str, *, after: float = 0.0) -> None:
    """Asks a worker to deliver. A broker that is away is no harm: `delivering.recover` asks again."""
    try:
        deliver.apply_async((endpoint_id,), countdown=after, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("No worker could be asked to deliver to endpoint %s: %s", endpoint_id, error)


@shared_task(name="endpoints.tasks.renew")
def renew(subscription_id: int) -> None:
    subscribing.renew(subscription_id)


def send_renewal(subscription_id: int) -> None:
    """A broker that is away costs some minutes: `subscribing.renew_due` asks again."""
    try:
        renew.apply_async((subscription_id,), retry=False)
    except (OperationalError, OSError) as error:
        log.warning("No worker could be asked to renew subscription %s: %s", subscription_id, error)
