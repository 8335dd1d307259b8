"""The only door to LangGraph: strict loading of checkpoints is switched on before its first import, or nothing starts.

Without the switch a crafted checkpoint executes code when it is loaded. Nothing else may import `langgraph`.
Source: langgraph-checkpoint 4.3, `serde/_msgpack.py` (`LANGGRAPH_STRICT_MSGPACK` is read once, at import).
"""

from __future__ import annotations

import os

os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"

# The imports below must follow the line above, which is the reason for this file.
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.postgres import base as postgres_base
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde import _msgpack
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, StateSnapshot, interrupt

from countersign.errors import ConfigurationError

__all__ = [
    "CHECKPOINT_MIGRATIONS",
    "END",
    "START",
    "AsyncPostgresSaver",
    "BaseCheckpointSaver",
    "Command",
    "CompiledStateGraph",
    "JsonPlusSerializer",
    "RunnableConfig",
    "Runtime",
    "StateGraph",
    "StateSnapshot",
    "interrupt",
    "strict_serializer",
]

CHECKPOINT_MIGRATIONS: list[str] = postgres_base.MIGRATIONS
"""The statements that make the checkpoint tables, in order; Alembic runs them."""


def strict_serializer() -> JsonPlusSerializer:
    """A serializer that loads plain values only: no class and no function named in a checkpoint is ever called.

    Raises:
        ConfigurationError: LangGraph was imported by somebody else before the switch was on.
    """
    if not _msgpack.STRICT_MSGPACK_ENABLED:
        msg = "LangGraph was loaded without strict checkpoint loading, so stored states could run code."
        raise ConfigurationError(
            msg, action="Set LANGGRAPH_STRICT_MSGPACK=true in the environment and start again."
        )
    return JsonPlusSerializer(pickle_fallback=False, allowed_json_modules=None, allowed_msgpack_modules=None)
