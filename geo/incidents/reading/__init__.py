"""
The program that opens files: run as a child of its own, with limits, so that a hostile file cannot take the app.

Nothing here imports the rest of Triage Map or pandas, so that the child starts in a moment.
"""
