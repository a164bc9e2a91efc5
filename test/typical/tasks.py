try:
    import uwsgi
    from uwsgidecorators import cron, postfork, spool, timer
except ImportError:  # elsewhere than under uWSGI
    uwsgi = None
else:

    @postfork
    def reconnect():
        pass

    @timer(60)
    def every_minute(signum):
        pass

    @cron(0, 3, -1, -1, -1)
    def nightly(signum):
        pass

    @spool
    def send_mail(args):
        return uwsgi.SPOOL_OK
