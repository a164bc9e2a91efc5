worker_class = "gevent"
worker_connections = 200
