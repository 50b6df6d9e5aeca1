"""The web app: ask the library, look at the evidence, bring documents in, see why.

`launch` starts it; `main.py` is what Streamlit runs. The scripts of its pages lie in `views/`, not in
`pages/`: a folder of that name Streamlit serves by itself, past `main.py` and its password. They are
thin, components are small, and all work is done by `rag` and `ingest`. Nothing here imports a model.
"""
