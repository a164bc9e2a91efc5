worker_tmp_dir = "/dev/shm"
tmp_upload_dir = "/tmp"
sendfile = False
