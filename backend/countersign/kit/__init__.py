"""Technical ground every room stands on; it knows no noun of the product."""
