worker_class = "gthread"
threads = 8
worker_connections = 500
