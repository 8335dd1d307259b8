"""Google Workspace, the only place that knows googleapiclient."""
