certfile = "shop.pem"
keyfile = "shop.key"
