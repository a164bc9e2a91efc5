accesslog = "-"
errorlog = "log/error.log"
loglevel = "warning"
capture_output = True
