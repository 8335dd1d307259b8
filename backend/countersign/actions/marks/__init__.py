"""What a card warns of: reasons for caution, and how a dressed-up name or address is seen through."""
