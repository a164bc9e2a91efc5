accesslog = "access.log"
access_log_format = '%(h)s %(r)s %(s)s %(D)s'
