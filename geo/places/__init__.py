"""Where things are: postcodes, boundaries, residents, and the point of each incident."""
