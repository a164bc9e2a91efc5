worker_class = "tornado"
