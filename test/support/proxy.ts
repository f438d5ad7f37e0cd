/** A proxy as the only way out, and the network behind it: names that mean something to the proxy alone. */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";

/** Where servers answer under a name of this network, and who came to them. */
export class Network {
  /** Ports from which connections to the servers came. */
  readonly accepted: number[] = [];

  /** Address of the server `name` on `port`. No list of loopback addresses that clients spare a proxy holds it. */
  url(name: string, port: number): string {
    return `http://${name}.bench.localhost:${port}`;
  }
}

export interface Proxy extends AsyncDisposable {
  /** With name and password. */
  readonly url: string;
  readonly password: string;
  /** Host and port of every request, in order. */
  readonly asked: readonly string[];
  /** Ports from which it connected to servers. */
  readonly outgoing: ReadonlySet<number>;
  /** Requests with a wrong name or password. Those without any are asked for it, as git wants to be. */
  readonly refused: readonly string[];
}

const USER = "runner";
const PASSWORD = "pass word/of:proxy";

/** Forwards requests with a whole address, and makes tunnels; whatever the name, the server is on this machine. */
export async function startProxy(): Promise<Proxy> {
  const [asked, refused]: [string[], string[]] = [[], []];
  const outgoing = new Set<number>();
  const sockets = new Set<Socket>();
  const expected = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;

  const allowed = (request: IncomingMessage, host: string): boolean => {
    asked.push(host);
    const given = request.headers["proxy-authorization"];
    if (given !== undefined && given !== expected) refused.push(host);
    return given === expected;
  };
  const note = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("connect", () => outgoing.add(socket.localPort ?? 0));
    socket.on("error", () => {});
  };

  function forward(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://nowhere");
    if (!allowed(request, url.host)) {
      response.writeHead(407, { "proxy-authenticate": 'Basic realm="proxy"' }).end();
      return;
    }
    const { "proxy-authorization": _secret, "proxy-connection": _connection, ...headers } = request.headers;
    const passed = httpRequest(
      {
        host: "127.0.0.1",
        port: url.port,
        path: `${url.pathname}${url.search}`,
        method: request.method,
        headers,
        agent: false,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    passed.on("socket", note);
    passed.on("error", () => response.writeHead(502).end());
    request.pipe(passed);
  }

  const server = createServer(forward);
  server.on("connect", (request: IncomingMessage, client: Socket, head: Buffer) => {
    const host = request.url ?? "";
    sockets.add(client);
    client.on("error", () => {});
    if (!allowed(request, host)) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\n\r\n');
      return;
    }
    const tunnel = connect(Number(host.split(":").at(-1)), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      tunnel.write(head);
      tunnel.pipe(client).pipe(tunnel);
    });
    note(tunnel);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    url: `http://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${address.port}`,
    password: PASSWORD,
    asked,
    outgoing,
    refused,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
