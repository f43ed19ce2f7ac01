"""The place simulator: one open model of council, hospital, primary care, community and citizens, 2010 to 2025.

`place.mdl` (Vensim text) is the only source of the dynamics. `model` reads it; `engine` runs it in Python by simlin; the page,
the widget and node run JavaScript generated from it (web/simulator). `calibrate` fits six parameters to delayed transfers.
"""
