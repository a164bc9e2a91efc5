bind = ":9000"
workers = 2
