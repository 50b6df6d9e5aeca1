"""A reader of question and passage: its training data, training, export and measurement.

`python -m benchmarks.reader.train --help` begins.
"""
