wsgi_app = "other:app"
