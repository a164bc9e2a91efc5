import multiprocessing
import os

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
backlog = 2048
workers = int(os.environ.get("WEB_CONCURRENCY", multiprocessing.cpu_count() * 2 + 1))
worker_class = "gthread"
threads = os.environ.get("WEB_THREADS", "4")  # a text, not a number
worker_connections = 1000
timeout = 120
graceful_timeout = 30
keepalive = 5
max_requests = 1000
max_requests_jitter = 50
preload_app = True
worker_tmp_dir = "/dev/shm"

accesslog = "-"
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "info").lower()
access_log_format = '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" %(D)s'
capture_output = True

proc_name = "site"
daemon = False
pidfile = None
user = None
group = None
tmp_upload_dir = None
forwarded_allow_ips = "*"
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 8190
worker_memory_limit = 512  # a name that means nothing to Gunicorn


def on_starting(server):
    server.log.info("starting")


def when_ready(server):
    server.log.info("ready. Workers: %s", server.cfg.workers)


def pre_fork(server, worker):
    pass


def post_fork(server, worker):
    server.log.info("worker spawned (pid: %s)", worker.pid)


def worker_int(worker):
    worker.log.info("worker received INT or QUIT")


def worker_abort(worker):
    worker.log.info("worker received SIGABRT")


def child_exit(server, worker):
    server.log.info("worker exited (pid: %s)", worker.pid)


def on_exit(server):
    pass
