"""What a request became, as values: the steps a plan is made of."""
