workers = 2
threads = = 4
