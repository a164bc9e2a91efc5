user = "www-data"
group = "www-data"
chdir = "current"
pythonpath = "lib,/srv/vendor"
raw_env = ["A=1", "B=two words"]
pidfile = "run/shop.pid"
proc_name = "shop"
