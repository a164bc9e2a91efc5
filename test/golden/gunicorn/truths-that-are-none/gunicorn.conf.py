preload_app = "yes"
