limit_request_line = 8190
limit_request_fields = 50
limit_request_field_size = 16380
keepalive = 5
graceful_timeout = 10
backlog = 512
