spew = True
logger_class = "gunicorn.glogging.Logger"
statsd_host = "localhost:8125"
