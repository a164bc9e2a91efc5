bind = ["0.0.0.0:3031", "unix:/run/shop.sock"]
protocol = "uwsgi"
