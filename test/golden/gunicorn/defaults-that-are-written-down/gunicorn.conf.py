daemon = False
pidfile = None
user = None
max_requests = 0
reload = False
certfile = None
timeout = 30
worker_class = "sync"
