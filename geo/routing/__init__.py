"""How long the car needs: road networks, drive times, isochrones."""
