worker = 3
time_out = 60
port = 8000
worker_memory_limit = 512
