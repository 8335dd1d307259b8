"""Approvals that belong together: how proposals become batches, how a batch is shown, stopped and undone."""
