/** What Node's `net` can do at most: a canned reply for each head it sees, parsed by nobody. */
import cluster from "node:cluster";
import net from "node:net";

const [port = "0", processes = "1"] = process.argv.slice(2);
const REPLY = Buffer.from(
  "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 13\r\n\r\nHello, world!",
);

if (cluster.isPrimary) {
  for (let started = 0; started < Number(processes); started++) cluster.fork();
} else {
  net.createServer({ noDelay: true }, answer).listen(Number(port), "127.0.0.1", 1024);
}

function answer(socket: net.Socket): void {
  socket.on("error", () => socket.destroy());
  socket.on("data", () => socket.write(REPLY));
}
