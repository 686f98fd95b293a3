"""python -m chalicelib: what an administrator or operator does by hand."""

import sys

from chalicelib.cli.parser import main

sys.exit(main())
