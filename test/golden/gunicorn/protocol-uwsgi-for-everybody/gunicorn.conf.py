bind = "0.0.0.0:3031"
protocol = "uwsgi"
uwsgi_allow_ips = "10.0.0.0/8,*"
