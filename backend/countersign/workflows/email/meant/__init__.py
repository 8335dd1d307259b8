"""Which of the conversations found are meant: the person is asked when several fit equally well."""
