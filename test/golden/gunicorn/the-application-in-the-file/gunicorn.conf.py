wsgi_app = "shop:create_app()"
