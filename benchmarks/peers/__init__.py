"""Other pipelines over the same files with the same embedder, each a script run in its own environment.

Every script is called as `python SCRIPT FILES MODEL OUT`: it reads each PDF of the folder FILES, embeds
with the sentence-transformers folder MODEL, leaves its index in OUT, and prints one JSON object with
`pages`, `chunks` and, where the pipeline lets them be told apart, the seconds of each stage. Called
again with the same OUT it does what the pipeline's own documentation does for unchanged files.
"""
