"""
The program that opens layers of areas: run as a child of its own, with limits, so that no file can take the app.

It reads four formats and no other, mends what can be mended, and hands back one row for each feature of the file.
"""
