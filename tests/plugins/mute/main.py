import time

# alive, but without a heartbeat, a line or an end
while True:
    time.sleep(3600)
