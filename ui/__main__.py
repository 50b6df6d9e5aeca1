"""`python -m ui` is `citewell`."""

from ui.cli import main

if __name__ == "__main__":
    main()
