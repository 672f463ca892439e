import os, subprocess, signal
def hand_over(command, env):
    process = subprocess.Popen([str(part) for part in command], env=env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
