workers = "three"
threads = 2.5
backlog = -1
