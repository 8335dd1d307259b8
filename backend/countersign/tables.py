"""Imports every room's models, so that whoever compares code with the database sees all of them; it defines none."""

from __future__ import annotations

from sqlalchemy import MetaData

from countersign.accounts import models as accounts_models
from countersign.actions import models as actions_models
from countersign.audit import models as audit_models
from countersign.conversations import models as conversations_models
from countersign.events import models as events_models
from countersign.identity import models as identity_models
from countersign.jobs import models as jobs_models
from countersign.kit import data_keys, journal
from countersign.kit.tables import Base
from countersign.runs import models as runs_models

ROOMS = (
    data_keys,
    journal,
    events_models,
    audit_models,
    identity_models,
    conversations_models,
    accounts_models,
    actions_models,
    runs_models,
    jobs_models,
)


def metadata() -> MetaData:
    """The tables of all rooms, as their models describe them."""
    return Base.metadata
