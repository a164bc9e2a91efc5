timeout = 120
max_requests = 1000
max_requests_jitter = 50
reload = True
forwarded_allow_ips = "*"
