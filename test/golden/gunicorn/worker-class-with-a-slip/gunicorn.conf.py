worker_class = "gthreads"
