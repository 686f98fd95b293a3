"""Run Chalice's own command with the PDF layer of the account, which no tracked file names.

Usage: python -m infra.deploy.run_chalice STAGE LAYER WORDS...; LAYER is empty while there is none.
"""

from __future__ import annotations

import sys
from typing import Any

from chalice.cli import main
from chalice.cli.factory import CLIFactory

Config = dict[str, Any]


def with_layer(config: Config, stage: str, layer: str) -> Config:
    """Give the report function of a stage its layer, in place of any that the file names."""
    functions = config.get("stages", {}).get(stage, {}).get("lambda_functions", {})
    if layer and "report" in functions:
        functions["report"]["layers"] = [layer]
    return config


def run(stage: str, layer: str, *words: str) -> int:
    read = CLIFactory.load_project_config

    def load_project_config(factory: CLIFactory) -> Config:
        return with_layer(read(factory), stage, layer)

    CLIFactory.load_project_config = load_project_config
    sys.argv = ["chalice", *words]
    return int(main() or 0)


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
