[uwsgi]
processes = 4
