"""Synthetic questions on small structured documents, for training the reader beside public prose."""
