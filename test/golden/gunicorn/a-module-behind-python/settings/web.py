workers = 3
timout = 60
