workers = "3"
threads = "4"
keepalive = "10"
