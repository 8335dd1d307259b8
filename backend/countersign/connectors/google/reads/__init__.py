"""What stands between a read and Google: the pace, the breaker and the daily quota of one account and service."""
