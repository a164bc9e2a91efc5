"""What every configuration of this folder serves."""


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok\n"]


app = application


def create_app():
    return application
