"""Runs in the machine, as the user who tries: who lets it in at the unix sockets that are named? One word a socket, `name word`."""
import concurrent.futures
import socket
import sys

# A peer that is refused is cut off at once; one that is let in may stay silent for longer than this.
PATIENCE = 5


def tried(path):
    with socket.socket(socket.AF_UNIX) as end:
        end.settimeout(PATIENCE)
        try:
            end.connect(path)
            # A mail server greets whom it lets in; the others wait for a question.
            return "in" if end.recv(1) == b"2" else "out"
        except TimeoutError:
            return "in"
        except ConnectionResetError:
            return "out"
        except PermissionError:
            return "forbidden"


with concurrent.futures.ThreadPoolExecutor() as pool:
    for path, word in zip(sys.argv[1:], pool.map(tried, sys.argv[1:])):
        print(path.rsplit("/")[-1], word)
