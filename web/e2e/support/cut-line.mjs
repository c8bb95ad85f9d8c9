// A line to the server that can be cut: a TCP proxy on loopback. What a browser calls offline leaves
// open sockets alone; a cut cable does not.
import { once } from "node:events";
import { connect, createServer } from "node:net";

export async function openLine(target) {
  const { hostname, port } = new URL(target);
  const open = new Set();
  let cut = false;

  const server = createServer((near) => {
    if (cut) return near.destroy();
    const far = connect(Number(port), hostname);
    for (const end of [near, far]) {
      open.add(end);
      end.on("error", () => {});
      end.on("close", () => {
        open.delete(end);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut() {
      cut = true;
      for (const end of open) end.destroy();
    },
    mend() {
      cut = false;
    },
    close() {
      this.cut();
      server.close();
    },
  };
}
