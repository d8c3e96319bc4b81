"""The project folder: the only room that speaks SQL."""
