daemon = True
errorlog = "error.log"
