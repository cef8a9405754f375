"""What Shiny Server is for a browser: the app under a path of its own."""

import socket
import threading


class Front:
    """Hands requests for PATH/… on to a port of loopback as /…, WebSockets included."""

    def __init__(self, path, port):
        self.path = path.encode()
        self.behind = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}{path}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                more = client.recv(65536)
                if not more:
                    return
                head += more
            request, rest = head.split(b"\r\n", 1)
            method, target, version = request.split(b" ")
            if not target.startswith(self.path + b"/"):
                client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            # One request a connection, so that no other head has to be found.
            if b"\r\nupgrade: websocket\r\n" not in b"\r\n" + rest.lower():
                rest = rest.replace(b"Connection: keep-alive", b"Connection: close")
            try:
                with socket.create_connection(("127.0.0.1", self.behind)) as app:
                    app.sendall(b" ".join([method, target.removeprefix(self.path), version]) + b"\r\n" + rest)
                    answering = threading.Thread(target=pump, args=(app, client), daemon=True)
                    answering.start()
                    pump(client, app)
                    answering.join()
            except OSError:
                pass  # nobody behind: the browser sees a closed connection


def pump(source, sink):
    """Until one of the two has enough."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
