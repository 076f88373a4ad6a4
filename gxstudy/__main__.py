"""``python -m gxstudy``."""

from gxstudy.cli import main

if __name__ == "__main__":
    main()
