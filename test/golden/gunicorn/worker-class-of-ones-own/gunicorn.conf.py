class Worker:
    pass


worker_class = Worker
