import uwsgi

while True:
    msg = uwsgi.mule_get_msg()
