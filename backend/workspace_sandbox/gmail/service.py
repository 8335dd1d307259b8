"""All Gmail handlers by Google's method id.

It holds no behaviour; a method that is not here answers 501.
"""

from workspace_sandbox.gmail.methods import drafts, history, labels, messages, settings, threads
from workspace_sandbox.kernel.call import Handlers

HANDLERS: Handlers = {
    **messages.HANDLERS,
    **drafts.HANDLERS,
    **threads.HANDLERS,
    **labels.HANDLERS,
    **history.HANDLERS,
    **settings.HANDLERS,
}
