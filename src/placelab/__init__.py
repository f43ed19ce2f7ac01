"""Figures, measures and models behind *Leading a Place*.

Each floor uses only those beneath it: tables, places and claims (facts); spending and population (measures);
demand and gap (models); figures and widgets (views); book (the Sphinx extension that knows them all).
"""

import os

if file := os.environ.get("PLACELAB_USED"):
    from placelab import used

    used.record(file)
