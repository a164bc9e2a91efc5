bind = ["localhost:http", "::1:x"]
