"""`python -m infra.docs` writes every page that is made from the code."""

from infra.docs.pages import FOLDER, PAGES

for name, page in PAGES.items():
    (FOLDER / name).write_text(page(), encoding="utf-8")
