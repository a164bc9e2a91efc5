def on_starting(server):
    server.log.info("starting")


def post_fork(server, worker):
    server.log.info("worker %s", worker.pid)
