"""Training and measuring the chooser, which says what a question asks of a table."""
