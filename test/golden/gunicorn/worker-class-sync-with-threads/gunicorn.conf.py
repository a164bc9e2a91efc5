worker_class = "sync"
threads = 8
