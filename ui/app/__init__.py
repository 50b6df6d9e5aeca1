"""The web app: ask the library, look at the evidence, bring documents in, see why.

`launch` starts it; `main.py` is what Streamlit runs. Pages are thin, components small, and all work is
done by `rag` and `ingest`. Nothing here imports a model.
"""
